"""A PostgreSQL of somebody's own: by TCP and password, with an administrator who is no superuser."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from tests.conftest import FAST, KEY, ROOT, make_tenant

from qistas.core.errors import Conflict, Unavailable
from qistas.db import Database, open_address
from qistas.db.backup import back_up
from qistas.db.embedded import postgres_program, start_postgres, stop_postgres
from qistas.db.migrate import migrate, migration_status

PASSWORD = "p@ss w'ord"


def control(folder: Path, *arguments: str) -> None:
    user = "pgserver" if os.geteuid() == 0 else None
    subprocess.run(
        [str(postgres_program("pg_ctl")), "-w", "-D", str(folder), *arguments],
        check=True,
        user=user,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The URLs of a plain administrator, who may make roles, and of a superuser."""
    folder = (tmp_path_factory.mktemp("own") / "postgres").resolve()
    with psycopg.connect(start_postgres(folder, FAST), autocommit=True) as conn:
        conn.execute("CREATE ROLE plain LOGIN CREATEROLE PASSWORD 'p@ss w''ord'")
        conn.execute("CREATE ROLE chief LOGIN SUPERUSER PASSWORD 'p@ss w''ord'")
        conn.execute("CREATE DATABASE labels OWNER plain")
    stop_postgres(folder)
    (folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    control(folder, "-o", f'-h 127.0.0.1 -p {port} -k "{folder}"', "-l", str(folder / "log"), "start")
    yield tuple(
        f"postgresql://{role}:p%40ss%20w%27ord@127.0.0.1:{port}/labels" for role in ("plain", "chief")
    )  # pyright: ignore[reportReturnType]
    control(folder, "-m", "immediate", "stop")


async def test_it_is_migrated_and_walled_like_the_embedded_one(server: tuple[str, str]) -> None:
    address = open_address(server[0], KEY)
    migrate(address)
    migrate(address)
    assert migration_status(address).pending == ()
    async with Database(address, size=4) as db:
        tenant = await make_tenant(db)
        async with db.tenant_tx(tenant.owner) as tx:
            assert await tx.value("SELECT name FROM tenants") == "A"
    with psycopg.connect(server[1]) as conn:
        found = conn.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'qistas%' ORDER BY 1"
        ).fetchall()
    assert found == [(f"qistas_{name}", False, False) for name in ("app", "owner", "system")]
    # Without its password nobody is the service.
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(address.app, password="guess")


def test_what_a_superuser_runs_as_told_narrows_the_service_roles(server: tuple[str, str]) -> None:
    address = open_address(server[0], KEY)
    migrate(address)
    told = (ROOT / "docs/howto/own-postgresql.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sql\n(  DO .*?)```", told, re.DOTALL)
    with psycopg.connect(server[1]) as conn:
        conn.execute(cast(LiteralString, block.replace("qistas_admin", "plain")))
    with psycopg.connect(address.app) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("SELECT lo_create(0)")
    with psycopg.connect(address.system) as conn:
        conn.execute("SELECT pg_advisory_xact_lock(1)")
    assert migrate(address).pending == ()  # by the administrator who is no superuser


def test_a_backup_by_its_superuser_is_whole(server: tuple[str, str], tmp_path: Path) -> None:
    migrate(open_address(server[0], KEY))
    made = back_up(
        open_address(server[1], KEY), tmp_path, None, tmp_path / "b.tar", version="0", now=datetime.now(UTC)
    )
    assert made.blobs is None
    assert made.bytes > 50_000


def test_a_second_installation_on_the_server_is_refused(server: tuple[str, str]) -> None:
    first = open_address(server[0], KEY)
    migrate(first)
    with psycopg.connect(server[1], autocommit=True) as conn:
        conn.execute("CREATE DATABASE others OWNER plain")
    try:
        second = server[0].replace("/labels", "/others")
        with pytest.raises(Conflict, match="database labels"):
            migrate(open_address(second, bytes(32)))
        psycopg.connect(first.app).close()  # its password is what it was
        migrate(open_address(second, KEY))
        migrate(first)
    finally:
        with psycopg.connect(server[1], autocommit=True) as conn:
            conn.execute("DROP DATABASE others WITH (FORCE)")


async def test_days_are_those_of_utc_wherever_the_server_stands(server: tuple[str, str]) -> None:
    address = open_address(server[0], KEY)
    migrate(address)
    with psycopg.connect(server[0], autocommit=True) as conn:
        conn.execute("ALTER DATABASE labels SET timezone = 'Pacific/Kiritimati'")
    async with Database(address, size=4) as db, db.system_tx(reason="test") as tx:
        now = await tx.value("SELECT now()")
        assert now.utcoffset() == timedelta(0)
        assert await tx.value("SELECT current_date") == now.astimezone(UTC).date()


def test_an_address_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable, match="could not be brought up to date"):
        migrate(open_address("postgresql://nobody@127.0.0.1:9/labels?connect_timeout=2", KEY))
