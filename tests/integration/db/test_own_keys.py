"""A tenant's session that speaks SQL of its own sets jobs going, and writes to the record, only in its own name."""

from typing import Any, LiteralString

import psycopg
import pytest
from tests.conftest import Tenant, make_tenant

from qistas.core.errors import Invalid
from qistas.core.ids import uuid7
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.jobs import defer
from qistas.trust import Act, record

JOBS = "SELECT task_name, lock, queueing_lock, args ->> 'tenant_id' AS tenant_id, priority, scheduled_at, scheduled_at < now() + interval '25 hours' AS soon FROM jobs.procrastinate_jobs"


async def jobs(db: Database) -> list[dict[str, Any]]:
    async with db.system_tx(reason="test") as tx:
        return await tx.dicts(f"{JOBS} ORDER BY id")


async def tell(db: Database, who: Principal, statement: LiteralString, **values: Any) -> None:
    async with db.tenant_tx(who) as tx:
        await tx.run(statement, {"tenant": who.tenant_id, "who": who.member_id, **values})


async def test_a_key_of_one_tenant_holds_back_no_other(db: Database, tenant: Tenant) -> None:
    other, project = await make_tenant(db, "B"), uuid7()
    key = f"consensus:{project}"
    for who in (tenant.owner, tenant.owner, other.owner):
        async with db.tenant_tx(who) as tx:
            await defer(tx, "quality.infer_consensus", key=key, lock=key, project_id=project)
    async with db.system_tx(
        reason="test"
    ) as tx:  # the sweep, for a tenant: the same key as that tenant's own
        await defer(tx, "quality.infer_consensus", key=key, lock=key, tenant_id=other.id, project_id=project)
        await defer(tx, "tasks.expire", key="expire", lock="expire")
    rows = await jobs(db)
    assert [(row["lock"], row["queueing_lock"], row["tenant_id"]) for row in rows] == [
        (f"{tenant.id}/{key}", f"{tenant.id}/{key}", str(tenant.id)),
        (f"{other.id}/{key}", f"{other.id}/{key}", str(other.id)),
        ("expire", "expire", None),
    ]
    assert [row["scheduled_at"] for row in rows] == [None] * 3  # no time stated: at once


async def test_a_tenants_job_is_neither_first_nor_far_nor_of_any_name(db: Database, tenant: Tenant) -> None:
    await tell(
        db,
        tenant.owner,
        "SELECT core.defer_job('quality.fit', 'default', '{}', 'k', 'k', now() + interval '1000 years', 2000000000)",
    )
    (row,) = await jobs(db)
    assert (row["priority"], row["soon"]) == (0, True)
    statements: tuple[LiteralString, ...] = (
        "SELECT core.defer_job('builtin:procrastinate.builtin_tasks.remove_old_jobs', 'default', '{}')",
        "SELECT core.defer_job('quality.fit; x', 'default', '{}')",
        "SELECT core.defer_job('quality.fit', 'elsewhere', '{}')",
    )
    for statement in statements:
        with pytest.raises(Invalid, match="no job is named"):
            await tell(db, tenant.owner, statement)


FORGED: tuple[LiteralString, ...] = (
    "INSERT INTO outbox (tenant_id, act, principal, purpose, xid) VALUES (%(tenant)s, 'item.view', %(who)s, 'work', '5')",
    "INSERT INTO outbox (tenant_id, act, principal, purpose, at) VALUES (%(tenant)s, 'item.view', %(who)s, 'work', '2020-01-01')",
    "INSERT INTO outbox (tenant_id, act, principal, purpose, id) OVERRIDING SYSTEM VALUE"
    " VALUES (%(tenant)s, 'item.view', %(who)s, 'work', 1)",
    "INSERT INTO outbox (tenant_id, act, principal, purpose) VALUES (%(tenant)s, 'item.view', %(another)s, 'work')",
    "INSERT INTO outbox (tenant_id, act, purpose) VALUES (%(tenant)s, 'item.view', 'work')",
    "INSERT INTO outbox_p0 (tenant_id, act, principal, purpose) VALUES (%(tenant)s, 'item.view', %(who)s, 'work')",
)


@pytest.mark.parametrize("statement", FORGED)
async def test_the_record_cannot_be_forged(db: Database, tenant: Tenant, statement: LiteralString) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await tell(db, tenant.owner, statement, another=uuid7())
    async with db.tenant_tx(tenant.owner) as tx:  # and what is one's own goes in
        await record(tx, Act.ITEM_VIEW)
        assert await tx.rows("SELECT principal FROM outbox") == [(tenant.owner.member_id,)]
