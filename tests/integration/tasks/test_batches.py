"""Batches: whom they are for, and their counts."""

from __future__ import annotations

from tests.build import fill, make_project
from tests.conftest import Tenant

from qistas.core.ids import BatchId
from qistas.core.principal import Role
from qistas.db import Database
from qistas.jobs import JobContext
from qistas.sources.store import find_target
from qistas.tasks import list_batches, save_batch
from qistas.tasks.jobs import free
from qistas.tasks.types import ANYBODY


async def test_a_batch_knows_whom_it_is_for(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 3)
    who = await tenant.member(Role.ANNOTATOR)
    async with db.tenant_tx(tenant.owner) as tx:
        batch = await save_batch(tx, project, name="first")
        await tx.run(
            "UPDATE tasks SET batch_id = %s, assignee = %s, state = 'done' WHERE tenant_id = %s AND item_id = %s",
            (batch.id, who.member_id, tenant.id, items[0]),
        )
        await tx.run(
            "UPDATE tasks SET batch_id = %s WHERE tenant_id = %s AND item_id = %s",
            (batch.id, tenant.id, items[1]),
        )
        (listed,) = await list_batches(tx, project)
        assert (listed.assignee, listed.tasks, listed.open, listed.done) == (
            ANYBODY,
            2,
            1,
            1,
        )  # not that of one task
        assert (await save_batch(tx, project, batch.id, assignee=who.member_id)).assignee == who.member_id
        target = await find_target(tx, project, BatchId(batch.id), None)
        assert target is not None
        assert target.assignee == who.member_id  # what is imported into it later is for the same
    await free(JobContext(db, ""), tenant_id=str(tenant.id), assignee=str(who.member_id))
    async with db.tenant_tx(tenant.owner) as tx:
        assert [b.assignee for b in await list_batches(tx, project)] == [ANYBODY]
