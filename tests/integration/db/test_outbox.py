"""The outbox is read by the horizon of snapshots: concurrent writers lose nothing, as a reader that follows ids would."""

import asyncio
import random
from typing import Any

from tests.conftest import Tenant

from qistas.db import Database
from qistas.trust import Act, record
from qistas.trust.log import read_horizon

WRITERS, EACH = 16, 40


async def test_the_horizon_loses_nothing_while_following_ids_does(db: Database, tenant: Tenant) -> None:
    done = asyncio.Event()
    by_horizon: list[int] = []
    by_id: list[int] = []

    async def write(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(EACH):
            async with db.tenant_tx(tenant.owner) as tx:
                await record(tx, Act.ITEM_VIEW, [], mark=seed * EACH + number)
                await asyncio.sleep(
                    chance.uniform(0, 0.02)
                )  # its id is taken; its commit comes later than that of others

    async def follow_horizon() -> None:
        xid, after = "0", 0
        while True:
            last_round = done.is_set()
            async with db.system_tx(reason="test") as tx:
                rows = await read_horizon(tx, xid=xid, after=after, limit=50)
            by_horizon.extend(row["detail"]["mark"] for row in rows)
            if rows:
                xid, after = rows[-1]["xid"], rows[-1]["id"]
            elif last_round:
                return
            await asyncio.sleep(0.002)

    async def follow_ids() -> None:
        last = 0
        while True:
            last_round = done.is_set()
            async with db.system_tx(reason="test") as tx:
                rows: list[tuple[Any, ...]] = await tx.rows(
                    "SELECT id, detail FROM outbox WHERE id > %s ORDER BY id", (last,)
                )
            by_id.extend(row[1]["mark"] for row in rows)
            if rows:
                last = rows[-1][0]
            elif last_round:
                return
            await asyncio.sleep(0.002)

    readers = [asyncio.create_task(follow_horizon()), asyncio.create_task(follow_ids())]
    await asyncio.gather(*(write(seed) for seed in range(WRITERS)))
    done.set()
    await asyncio.gather(*readers)
    assert sorted(by_horizon) == list(range(WRITERS * EACH))
    assert len(by_id) < WRITERS * EACH, "the load was too light to show what following ids loses"


async def test_a_transaction_that_is_rolled_back_leaves_no_row(db: Database, tenant: Tenant) -> None:
    async def fail() -> None:
        async with db.tenant_tx(tenant.owner) as tx:
            await record(tx, Act.ITEM_VIEW, [])
            raise RuntimeError

    assert isinstance((await asyncio.gather(fail(), return_exceptions=True))[0], RuntimeError)
    async with db.system_tx(reason="test") as tx:
        assert await read_horizon(tx) == []
