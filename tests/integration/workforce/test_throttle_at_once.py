"""Attempts that are free stay free when they come in one moment."""

from __future__ import annotations

from qistas.db import Database
from qistas.workforce import store


async def test_one_that_began_first_may_count_last(db: Database) -> None:
    async with db.system_tx(reason="test") as early:
        await early.value("SELECT now()")  # its transaction begins here
        async with db.system_tx(reason="test") as late:
            assert await store.count_attempt(late, "k", 5, 900) is None
        assert await store.count_attempt(early, "k", 5, 900) is None
