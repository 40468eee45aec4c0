"""Shared by all tests: one embedded PostgreSQL a run, and a fresh database wherever one is asked for."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import sql

from qistas.core.ids import MemberId, TenantId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Address, Database, open_address
from qistas.db.embedded import start_postgres, stop_postgres
from qistas.db.migrate import migrate

KEY = b"k" * 32  # the context key of every test database
FAST = (
    "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\nmax_connections = 200\n"
)
# How long an example takes is the machine's affair.
hypothesis.settings.register_profile(
    "qistas", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("qistas")
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def cluster() -> Iterator[tuple[str, Path]]:
    """The administrator's URL and folder of a cluster of this run, with a migrated database `template_qistas`.

    Workers of pytest-xdist share it: the first to come makes it, the last to go stops it. It does not lie in pytest's own
    folder: every run that starts on the machine takes that one's rights away from the user the server runs as.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"{os.getpid()}-{secrets.token_hex(4)}"
    shared = Path(tempfile.gettempdir()) / f"qistas-tests-{run}"
    shared.mkdir(mode=0o755, exist_ok=True)
    folder = shared / "pg"
    users = shared / "pg.users"
    with (shared / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        url = start_postgres(folder, FAST)
        if not users.exists():
            migrate(open_address(url, KEY, database="template_qistas", embedded=folder))
            users.write_text("0")
        users.write_text(str(int(users.read_text()) + 1))
    yield url, folder
    with (shared / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left = int(users.read_text()) - 1
        users.write_text(str(left))
        if left == 0:
            stop_postgres(folder)
            shutil.rmtree(shared, ignore_errors=True)


@contextmanager
def fresh_database(cluster: tuple[str, Path]) -> Generator[Address]:
    """A fresh, migrated database, dropped in the end."""
    url, folder = cluster
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as admin:
        with (folder.parent / "run.lock").open("w") as lock:  # only one may copy a template at a time
            fcntl.flock(lock, fcntl.LOCK_EX)
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template_qistas STRATEGY file_copy").format(
                    sql.Identifier(name)
                )
            )
    yield open_address(url, KEY, database=name, embedded=folder)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def address(cluster: tuple[str, Path]) -> Iterator[Address]:
    """A fresh, migrated database of the test's own."""
    with fresh_database(cluster) as made:
        yield made


@pytest.fixture
async def db(address: Address) -> AsyncIterator[Database]:
    """An open database, fresh for this test."""
    async with Database(address, size=10) as database:
        yield database


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant with an owner, and a way to get more members."""

    db: Database
    id: TenantId
    owner: Principal

    async def member(self, role: Role, name: str | None = None) -> Principal:
        """A new member (a service key, so that no person is needed) with this role."""
        member_id = MemberId(uuid7())
        async with self.db.system_tx(reason="test") as tx:
            await tx.run(
                "INSERT INTO members (tenant_id, id, kind, name, role) VALUES (%s, %s, 'service', %s, %s)",
                (self.id, member_id, name or str(role), role),
            )
        return Principal(self.id, member_id, role, name=name or str(role))


async def make_tenant(db: Database, name: str = "A") -> Tenant:
    """A tenant with one owner."""
    tenant_id = TenantId(uuid7())
    async with db.system_tx(reason="test") as tx:
        await tx.run("INSERT INTO tenants (tenant_id, name) VALUES (%s, %s)", (tenant_id, name))
    tenant = Tenant(db, tenant_id, Principal(tenant_id, MemberId(uuid7()), Role.OWNER))
    owner = await tenant.member(Role.OWNER, "owner")
    return Tenant(db, tenant_id, owner)


@pytest.fixture
async def tenant(db: Database) -> Tenant:
    """A tenant with one owner, in a fresh database."""
    return await make_tenant(db)


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """Tests of real data skip where the data are not."""
    if not DATA.is_dir():
        for item in items:
            if "data" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="the real data sets are not here"))
