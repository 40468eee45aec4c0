"""The walls between tenants, as the database itself keeps them (trust.md: G2, G3, R2t, R3t)."""

from typing import LiteralString, cast

import psycopg
import pytest
from tests.conftest import KEY, Tenant, make_tenant

from qistas.core.ids import uuid7
from qistas.db import Address, Database
from qistas.db.context import sign_context

SCHEMAS = "('qistas', 'core', 'identity', 'jobs', 'public')"
# Uniques and keys without tenant_id are allowed where a table belongs to no tenant.
GLOBAL_TABLES = {"tenants"}
DEFINERS = {"ctx_parts", "ctx_tenant", "ctx_system", "defer_job", "hold"}


def rows(address: Address, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(address.admin) as conn:
        return conn.execute(cast(LiteralString, statement)).fetchall()


def test_every_tenant_table_is_walled(address: Address) -> None:
    found = rows(
        address,
        """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, array_agg(p.polname::text ORDER BY p.polname),
                  array_agg(pg_get_expr(p.polqual, c.oid) ORDER BY p.polname),
                  array_agg(pg_get_expr(p.polwithcheck, c.oid) ORDER BY p.polname)
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polpermissive
            WHERE n.nspname = 'qistas' AND c.relkind IN ('r', 'p') AND NOT c.relispartition GROUP BY 1, 2, 3""",
    )
    assert len(found) > 20
    want = [
        "( SELECT core.ctx_system() AS ctx_system)",
        "(tenant_id = ( SELECT core.ctx_tenant() AS ctx_tenant))",
    ]
    for name, enabled, forced, policies, using, check in found:
        assert (enabled, forced) == (True, True), name
        assert policies == ["system_with_reason", "tenant_only"], name
        assert using == want, name
        assert check == want, name


def test_partitions_cannot_be_reached_by_name(address: Address) -> None:
    granted = rows(
        address,
        """SELECT c.relname FROM pg_class c WHERE c.relispartition AND c.relkind = 'r'
             AND (has_table_privilege('qistas_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
                  OR has_table_privilege('qistas_system', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))""",
    )
    assert granted == []


def test_login_roles_own_nothing_and_bypass_nothing(address: Address) -> None:
    assert (
        rows(
            address,
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'qistas%' AND (rolbypassrls OR rolsuper)",
        )
        == []
    )
    owners = rows(
        address,
        f"""SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('qistas', 'core', 'identity', 'jobs') AND n.nspname IN {SCHEMAS}""",
    )
    assert owners == [("qistas_owner",)]


def test_every_key_contains_the_tenant(address: Address) -> None:
    loose = rows(
        address,
        """SELECT c.relname, k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'qistas' AND k.contype IN ('p', 'u', 'f') AND NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (k.conkey))""",
    )
    assert loose == []
    unique = rows(
        address,
        """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'qistas' AND i.indisunique AND NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (i.indkey))""",
    )
    assert unique == []


def test_definer_functions_are_few_and_pinned(address: Address) -> None:
    found = rows(
        address,
        """SELECT p.proname, p.proconfig FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE p.prosecdef AND n.nspname IN ('qistas', 'core', 'identity', 'jobs')""",
    )
    assert {name for name, _ in found} == DEFINERS
    assert all(
        any(str(c).startswith("search_path=") for c in config)
        for _, config in found
        if isinstance(config, list)
    )
    assert rows(address, "SELECT relname FROM pg_class WHERE relkind = 'm'") == []


async def test_one_tenant_does_not_see_another(db: Database, tenant: Tenant) -> None:
    other = await make_tenant(db, "B")
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.rows("SELECT name FROM tenants") == [("A",)]
        assert await tx.value("SELECT count(*) FROM members") == 1
        assert await tx.run("UPDATE members SET name = 'x' WHERE tenant_id = %s", (other.id,)) == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.tenant_tx(tenant.owner) as tx:
            await tx.run(
                "INSERT INTO members (tenant_id, kind, name, role) VALUES (%s, 'service', 'x', 'owner')",
                (other.id,),
            )


FORGERIES = [
    "",
    "v2|{t}|x|work|{future}|{kid}|{backend}|00",
    "{good}0",
    "{swapped}",
    "v2",
    "{expired}",
    "{stolen}",
]


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_context_that_is_not_ours_raises(
    address: Address, db: Database, tenant: Tenant, forgery: str
) -> None:
    async with await psycopg.AsyncConnection.connect(address.app) as conn:
        good = sign_context(KEY, tenant.id, None, "work", conn.info.backend_pid)
        parts = good.split("|")
        text = forgery.format(
            t=tenant.id,
            future=parts[4],
            kid=parts[5],
            backend=parts[6],
            good=good,
            swapped=good.replace(str(tenant.id), str(uuid7())),
            expired="|".join([*parts[:4], "1000", *parts[5:]]),
            stolen=sign_context(KEY, tenant.id, None, "work", conn.info.backend_pid + 1),
        )
        await conn.execute("SELECT set_config('app.ctx', %s, true)", (text,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await conn.execute("SELECT * FROM qistas.tenants")


async def test_the_tenant_role_reads_neither_keys_nor_people_nor_jobs(
    address: Address, tenant: Tenant
) -> None:
    for table in ("core.context_keys", "identity.persons", "identity.sessions", "jobs.procrastinate_jobs"):
        async with await psycopg.AsyncConnection.connect(address.app) as conn:
            await conn.execute(
                "SELECT set_config('app.ctx', %s, true)",
                (sign_context(KEY, tenant.id, None, "work", conn.info.backend_pid),),
            )
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute(f"SELECT * FROM {table}")


async def test_what_a_session_holds_stands_in_for_nothing_of_ours(address: Address, tenant: Tenant) -> None:
    async with Database(address, size=1) as db:
        for _ in range(2):
            async with db.tenant_tx(tenant.owner) as tx:
                assert await tx.value("SELECT 'outbox'::regclass::oid = 'qistas.outbox'::regclass::oid")
                await tx.run("CREATE TEMPORARY TABLE IF NOT EXISTS outbox (LIKE qistas.outbox)")
                await tx.run("SET search_path = pg_temp")


async def test_a_tenant_context_is_no_system_context(address: Address, tenant: Tenant) -> None:
    async with await psycopg.AsyncConnection.connect(address.system) as conn:
        await conn.execute(
            "SELECT set_config('app.ctx', %s, true)",
            (sign_context(KEY, tenant.id, None, "work", conn.info.backend_pid),),
        )
        cursor = await conn.execute("SELECT * FROM qistas.tenants")
        assert await cursor.fetchall() == []


async def test_history_cannot_be_rewritten(db: Database, tenant: Tenant) -> None:
    for statement in (
        "UPDATE annotations SET seconds = 0",
        "DELETE FROM annotations",
        "DELETE FROM outbox",
        "UPDATE outbox SET act = 'x'",
        "UPDATE items SET data = '{}'",
        "DELETE FROM items",
        "UPDATE adjudications SET reason = ''",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with db.tenant_tx(tenant.owner) as tx:
                await tx.run(statement)
