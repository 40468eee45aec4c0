"""Sealings and exports that end badly are told, and asked for again with one call."""

from typing import Any

import pytest
from tests.integration.datasets.conftest import Yard

from qistas.core.errors import Conflict, Unavailable
from qistas.datasets import (
    ExportState,
    VersionState,
    end_lost,
    get_export,
    get_version,
    give_up_export,
    give_up_seal,
    retry_seal,
    seal,
    start_export,
)

SPORT: dict[str, Any] = {"topic": {"labels": ["sport"]}}
GONE = "SET LOCAL search_path = jobs; DELETE FROM procrastinate_jobs"


async def jobs(yard: Yard, sql: str) -> int:
    async with yard.db.system_tx(reason="test") as tx:
        return await tx.run(sql)


async def test_a_lost_sealing_is_found_and_sealed_after_all(yard: Yard) -> None:
    item = await yard.item({"text": "a"})
    await yard.answer(item, [0], SPORT)
    version = await yard.start()
    assert await end_lost(yard.db) == []
    await jobs(yard, GONE)
    assert await end_lost(yard.db) == [version.id]
    async with yard.db.tenant_tx(yard.who) as tx:
        found = await get_version(tx, yard.project, yard.dataset, version.id)
        assert (found.state, found.fault) == (VersionState.FAILED, "work_lost")
        again = await retry_seal(tx, yard.project, yard.dataset, version.id)
    assert (again.state, again.number, again.detail) == (VersionState.SEALING, 1, "")
    assert await end_lost(yard.db) == []
    await seal(yard.db, yard.blobs, yard.who, version.id)
    async with yard.db.tenant_tx(yard.who) as tx:
        found = await get_version(tx, yard.project, yard.dataset, version.id)
        assert (found.state, found.items) == (VersionState.SEALED, 1)
        with pytest.raises(Conflict, match="sealed"):
            await retry_seal(tx, yard.project, yard.dataset, version.id)


async def test_an_empty_selection_says_so_by_its_code(yard: Yard) -> None:
    found = await yard.seal()
    assert (found.state, found.fault) == (VersionState.FAILED, "selection_empty")


async def test_a_sealing_that_was_given_up_quotes_only_our_own_words(yard: Yard) -> None:
    version = await yard.start()
    await give_up_seal(yard.db, yard.who, version.id, Unavailable("The file store is full."))
    async with yard.db.tenant_tx(yard.who) as tx:
        found = await get_version(tx, yard.project, yard.dataset, version.id)
    assert found.fault == "gave_up"
    assert "The last fault: The file store is full. Try again" in found.detail


async def test_an_export_that_was_given_up_or_lost_is_made_anew_when_asked_for(yard: Yard) -> None:
    item = await yard.item({"text": "a"})
    await yard.answer(item, [0], SPORT)
    version = await yard.seal()

    async def ask() -> Any:
        async with yard.db.tenant_tx(yard.who) as tx:
            return await start_export(tx, yard.project, yard.dataset, version.id, "jsonl", {})

    first = await ask()
    assert (await ask()).id == first.id
    await give_up_export(yard.db, yard.who, first.id, RuntimeError("inside"))
    second = await ask()
    assert second.id != first.id
    await jobs(yard, GONE)
    assert await end_lost(yard.db) == [second.id]
    async with yard.db.tenant_tx(yard.who) as tx:
        states = [await get_export(tx, yard.project, one.id) for one in (first, second)]
    assert [(one.state, one.fault) for one in states] == [
        (ExportState.FAILED, "gave_up"),
        (ExportState.FAILED, "work_lost"),
    ]
    assert "inside" not in states[0].detail
    _, data = await yard.export(version, "jsonl")
    assert data
