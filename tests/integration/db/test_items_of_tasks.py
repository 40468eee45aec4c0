"""A task is of an item of its own project and tenant, and the item stays: kept by triggers that look at a statement as a whole."""

import psycopg
import pytest
from tests.conftest import Tenant, make_tenant
from tests.integration.sources.conftest import TEXT, make_project

from qistas.core.errors import Conflict
from qistas.core.ids import ProjectId, uuid7
from qistas.db import Address, Database

ITEM = """INSERT INTO items (tenant_id, project_id, id, content_hash, data) VALUES (%s, %s, %s, %s, '{}')"""
TASK = "INSERT INTO tasks (tenant_id, project_id, item_id) SELECT %s, %s, unnest(%s::uuid[])"


async def add_item(tenant: Tenant, project: ProjectId) -> object:
    item = uuid7()
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        await tx.run(ITEM, (tenant.id, project, item, item.bytes))
    return item


async def test_every_task_of_a_statement_has_its_item(db: Database, tenant: Tenant, address: Address) -> None:
    project, other = await make_project(tenant, TEXT), await make_project(tenant, TEXT)
    stranger = await make_tenant(db, "B")
    theirs = await add_item(stranger, await make_project(stranger, TEXT))
    mine, elsewhere = await add_item(tenant, project), await add_item(tenant, other)
    for wrong in (elsewhere, theirs, uuid7()):
        with pytest.raises(Conflict):
            async with db.tenant_tx(tenant.owner) as tx:
                await tx.run(TASK, (tenant.id, project, [mine, wrong]))
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.value("SELECT count(*) FROM tasks") == 0
        await tx.run(TASK, (tenant.id, project, [mine]))
    for change in ("item_id = %(elsewhere)s", "project_id = %(other)s"):
        with pytest.raises(Conflict):
            async with db.tenant_tx(tenant.owner) as tx:
                await tx.run(f"UPDATE tasks SET {change}", {"elsewhere": elsewhere, "other": other})
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.run("UPDATE tasks SET item_id = %s, project_id = %s", (elsewhere, other))
        await tx.run("UPDATE tasks SET priority = 5")
    with psycopg.connect(address.admin) as conn, pytest.raises(psycopg.errors.ForeignKeyViolation):
        conn.execute("DELETE FROM qistas.items WHERE id = %s", (elsewhere,))
    with psycopg.connect(address.admin) as conn:
        assert conn.execute("DELETE FROM qistas.items WHERE id = %s", (mine,)).rowcount == 1
        conn.rollback()
