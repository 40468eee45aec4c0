"""Migrations: forward only, once each, whoever else starts at the same moment."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from tests.conftest import KEY

from qistas.core.errors import Conflict, Unavailable
from qistas.core.ids import uuid7
from qistas.db import Address, open_address
from qistas.db import migrate as migrating
from qistas.db.migrate import Migration, migrate, migration_status, migrations


@pytest.fixture
def empty(cluster: tuple[str, Path]) -> Iterator[Address]:
    """The address of a database that is not there yet."""
    url, folder = cluster
    name = f"test_{secrets.token_hex(6)}"
    yield open_address(url, KEY, database=name, embedded=folder)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_every_migration_runs_once_though_four_servers_start_at_once(empty: Address) -> None:
    migrating.prepare(empty)
    found: list[object] = []

    def start() -> None:
        try:
            found.append(migrate(empty))
        except Exception as error:  # told below, with its cause
            found.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(getattr(f, "pending", None) == () for f in found), found
    with psycopg.connect(empty.admin) as conn:
        rows = conn.execute(
            "SELECT name FROM public.qistas_migrations WHERE name NOT LIKE 'jobs:%' ORDER BY name"
        ).fetchall()
    assert [row[0] for row in rows] == [m.name for m in migrations()]


def test_a_file_that_changed_after_it_ran_is_refused(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [replace(first, hash=b"other"), *rest])
    with pytest.raises(Conflict, match=f"{first.name} has changed"):
        migrate(address)


def test_a_database_of_a_newer_qistas_is_refused(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "migrations", lambda: migrations()[:-1])
    with pytest.raises(Conflict, match=migrations()[-1].name):
        migrate(address)


def test_one_that_fails_leaves_nothing_behind(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration("9999_break", "CREATE TABLE public.half (n int); SELECT 1/0", b"h")
    known = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [*known, broken])
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(address)
    assert migration_status(address).pending == ("9999_break",)
    with psycopg.connect(address.admin) as conn:
        assert conn.execute("SELECT to_regclass('public.half')").fetchone() == (None,)


def test_one_that_cannot_get_its_lock_gives_up_instead_of_blocking(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()
    waits = Migration(
        "9999_wait", "SET LOCAL lock_timeout = '200ms'; ALTER TABLE qistas.tenants ADD COLUMN x int", b"h"
    )
    monkeypatch.setattr(migrating, "migrations", lambda: [*known, waits])
    with psycopg.connect(address.admin) as busy:
        busy.execute("LOCK TABLE qistas.tenants IN ACCESS SHARE MODE")
        with pytest.raises((Unavailable, psycopg.errors.LockNotAvailable)):
            migrate(address)


def test_batches_that_were_there_before_are_counted(empty: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [m for m in known if m.name < "0031"])
    migrate(empty)
    tenants = [uuid7(), uuid7()]
    with psycopg.connect(empty.admin, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # tasks alone, without what they stand on
        for tenant in tenants:
            for batch, state, purpose in [
                (1, "open", "work"),
                (1, "done", "work"),
                (1, "withdrawn", "work"),
                (1, "open", "gold"),
                (2, "done", "work"),
                (None, "done", "work"),
            ]:
                admin.execute(
                    "INSERT INTO qistas.tasks (tenant_id, project_id, item_id, batch_id, state, purpose)"
                    " VALUES (%s, uuidv7(), uuidv7(), lpad(%s::text, 32, '0')::uuid, %s, %s)",
                    (tenant, batch, state, purpose),
                )
    monkeypatch.setattr(migrating, "migrations", lambda: known)
    assert migrate(empty).pending == ()
    with psycopg.connect(empty.admin) as conn:
        rows = conn.execute(
            "SELECT tenant_id, right(batch_id::text, 1)::integer, tasks, done FROM qistas.batch_counts ORDER BY 1, 2"
        ).fetchall()
    assert rows == [row for tenant in sorted(tenants) for row in ((tenant, 1, 2, 1), (tenant, 2, 1, 1))]


def test_gold_that_was_there_before_rests_with_its_batch(
    empty: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [m for m in known if m.name < "0034"])
    migrate(empty)
    with psycopg.connect(empty.admin, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # tasks alone, without what they stand on
        for tenant in (uuid7(), uuid7()):
            for batch, state in ((1, "paused"), (2, "open")):
                admin.execute(
                    "INSERT INTO qistas.batches (tenant_id, id, project_id, name, state) VALUES"
                    " (%s, lpad(%s::text, 32, '0')::uuid, uuidv7(), 'x', %s)",
                    (tenant, batch, state),
                )
            for batch, state in ((1, "open"), (1, "withdrawn"), (2, "open"), (2, "held"), (None, "open")):
                admin.execute(
                    "WITH t AS (INSERT INTO qistas.tasks (tenant_id, project_id, item_id, batch_id, state, purpose)"
                    " VALUES (%s, uuidv7(), uuidv7(), lpad(%s::text, 32, '0')::uuid, %s, 'gold') RETURNING *)"
                    " INSERT INTO qistas.leases (tenant_id, project_id, task_id, item_id, annotator_id, ontology_version, state, expires_at)"
                    " SELECT tenant_id, project_id, id, item_id, uuidv7(), 1, 'released', now() FROM t",
                    (tenant, batch, state),
                )
    monkeypatch.setattr(migrating, "migrations", lambda: known)
    assert migrate(empty).pending == ()
    with psycopg.connect(empty.admin) as conn:
        rows = conn.execute(
            "SELECT right(t.batch_id::text, 1)::integer, t.state, count(*), bool_and(l.beside = t.id)"
            "  FROM qistas.tasks t JOIN qistas.leases l ON l.task_id = t.id GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
    assert rows == [
        (1, "paused", 2, True),
        (1, "withdrawn", 2, True),
        (2, "open", 4, True),
        (None, "open", 2, True),
    ]


def test_jobs_that_wait_for_their_time_keep_no_database_from_its_migrations(
    empty: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [m for m in known if m.name < "0027"])
    migrate(empty)
    with psycopg.connect(empty.admin, autocommit=True) as admin:
        admin.execute("SET search_path = jobs")
        admin.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, scheduled_at) VALUES"
            " ('default', 'quality.infer_consensus', 'consensus', jsonb_build_object('tenant_id', uuidv7()), now() + interval '1 hour')"
        )
    monkeypatch.setattr(migrating, "migrations", lambda: known)
    assert migrate(empty).pending == ()
    with psycopg.connect(empty.admin) as conn:
        row = conn.execute(
            "SELECT lock = args ->> 'tenant_id' || '/consensus' FROM jobs.procrastinate_jobs"
        ).fetchone()
    assert row == (True,)


def test_names_are_in_order_and_texts_are_forward_only() -> None:
    names = [m.name for m in migrations()]
    assert names == sorted(names)
    assert all(name[:4].isdigit() and name[4] == "_" for name in names)
    assert names[0] == "0001_create_tenancy"
    assert not any("DROP TABLE" in m.text or "DROP SCHEMA" in m.text for m in migrations())


def test_the_status_of_an_empty_database_is_all_pending(empty: Address) -> None:
    migrating.prepare(empty)
    assert migration_status(empty).pending == tuple(m.name for m in migrations())
