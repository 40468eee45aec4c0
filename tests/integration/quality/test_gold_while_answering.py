"""Gold is planted and taken back while people answer its items: nobody waits in a ring."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from tests.build import claim, fill, make_project
from tests.conftest import Tenant

from qistas.annotations import store as answers
from qistas.annotations import submit_annotation
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database, Tx
from qistas.quality import plant_gold, remove_gold

ART = {"topic": {"labels": ["art"]}}
Change = Callable[[Tx, ProjectId, UUID], Awaitable[object]]


async def plant(tx: Tx, project: ProjectId, item: UUID) -> object:
    return await plant_gold(tx, project, item, ART)


async def take_back(tx: Tx, project: ProjectId, item: UUID) -> object:
    gold = await tx.value("SELECT id FROM gold WHERE tenant_id = %s AND item_id = %s", (tx.tenant_id, item))
    return await remove_gold(tx, project, gold)


async def waits(db: Database, owner: Principal) -> bool:
    """Whether somebody waits for a lock by now."""
    async with db.tenant_tx(owner) as tx:
        return bool(await tx.value("SELECT count(*) FROM pg_locks WHERE NOT granted"))


@pytest.mark.parametrize("change", [plant, take_back])
async def test_gold_changes_while_its_item_is_answered(db: Database, tenant: Tenant, change: Change) -> None:
    who = await tenant.member(Role.ANNOTATOR)
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    (offer,) = await claim(db, who, project, 1)
    if change is take_back:
        async with db.tenant_tx(tenant.owner) as tx:
            await plant(tx, project, offer.item_id)
            await tx.run("DELETE FROM consensus_due WHERE tenant_id = %s", (tenant.id,))

    async def changed() -> None:
        async with db.tenant_tx(tenant.owner) as tx:
            await change(tx, project, offer.item_id)

    async with db.tenant_tx(who) as tx:
        await answers.lock_work(tx, project, offer.lease_id)
        beside = asyncio.create_task(changed())
        while not await waits(db, tenant.owner):
            await asyncio.sleep(0.02)
        await submit_annotation(tx, project, offer.lease_id, ART, seconds=1, client_key="once")
    await beside
    async with db.tenant_tx(tenant.owner) as tx:
        state = await tx.rows("SELECT purpose, answers, live FROM tasks WHERE tenant_id = %s", (tenant.id,))
    assert state == [("gold" if change is plant else "work", 1, 0)]
