"""What the roles by which Qistas serves may do beyond its own tables: as little as can be."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from tests.conftest import KEY, Tenant, make_tenant

from qistas.core.errors import Unavailable
from qistas.db import Address, Database, open_address
from qistas.db import migrate as migrating
from qistas.db.migrate import migrate, migrations

HELD = """
SELECT p.oid::regprocedure::text FROM pg_proc p
 WHERE has_function_privilege(%s, p.oid, 'EXECUTE')
   AND (p.proname ~ '^lo_' OR p.proname IN ('loread', 'lowrite', 'pg_cancel_backend', 'pg_terminate_backend')
        OR p.proname LIKE '%%advisory%%')
 ORDER BY 1
"""
LOCKS = {
    f"{name}({numbers})"
    for kind in ("", "_shared")
    for name in (
        f"pg_advisory_lock{kind}",
        f"pg_advisory_xact_lock{kind}",
        f"pg_try_advisory_lock{kind}",
        f"pg_try_advisory_xact_lock{kind}",
        f"pg_advisory_unlock{kind}",
    )
    for numbers in ("bigint", "integer,integer")
} | {"pg_advisory_unlock_all()"}


def held(address: Address, role: str) -> set[str]:
    """The functions a role may run of those it has no use for by default."""
    with psycopg.connect(address.admin) as conn:
        return {row[0] for row in conn.execute(HELD, (role,))}


def check(address: Address) -> None:
    assert held(address, "qistas_app") == set()
    assert held(address, "qistas_system") == LOCKS


def test_the_catalogue_says_so(address: Address) -> None:
    check(address)


@pytest.fixture
def older(cluster: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """A database that was made before."""
    url, folder = cluster
    name = f"test_{secrets.token_hex(6)}"
    known = migrations()
    address = open_address(url, KEY, database=name, embedded=folder)
    with monkeypatch.context() as before:
        before.setattr(migrating, "migrations", lambda: [m for m in known if m.name < "0036"])
        migrate(address)
    yield address
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_an_older_database_too(older: Address) -> None:
    assert held(older, "qistas_app") > LOCKS
    migrate(older)
    check(older)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_advisory_lock(7160418302900)",
        "SELECT pg_try_advisory_xact_lock(1, 2)",
        "SELECT pg_terminate_backend(1)",
    ],
)
def test_and_so_it_is(address: Address, statement: LiteralString) -> None:
    with psycopg.connect(address.app) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement)


async def test_a_name_is_held_within_its_tenant(db: Database, tenant: Tenant) -> None:
    other = await make_tenant(db, "B")
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.run("SELECT core.hold('batch:1')")
        async with db.tenant_tx(other.owner) as theirs:
            await theirs.run("SET LOCAL lock_timeout = '2s'")
            await theirs.run("SELECT core.hold('batch:1')")
        with pytest.raises(Unavailable, match="does not answer"):
            async with db.tenant_tx(tenant.owner) as ours:
                await ours.run("SET LOCAL lock_timeout = '100ms'")
                await ours.run("SELECT core.hold('batch:1', true)")
    async with db.tenant_tx(tenant.owner) as tx, db.tenant_tx(tenant.owner) as too:
        for one in (tx, too):
            await one.run("SET LOCAL lock_timeout = '2s'")
            await one.run("SELECT core.hold('batch:1', true)")


async def test_no_name_is_held_without_a_tenant(address: Address, db: Database) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with db.system_tx(reason="test") as tx:
            await tx.run("SELECT core.hold('x')")
    with psycopg.connect(address.app) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("SELECT core.hold('x')")
