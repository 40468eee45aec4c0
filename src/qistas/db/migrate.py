"""Bring a database to the present: roles, schema, jobs. Plain SQL files, forward only, one transaction each.

A migration is `migrations/NNNN_verb_object.sql`. It runs under an advisory lock (two servers may start at once), with a
lock timeout (a migration never waits behind a long query while others wait behind it), and is recorded with its
hash: a file that changed after it ran is refused.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import LiteralString, cast

import psycopg
from procrastinate import schema as job_schema
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from qistas.core.errors import Conflict, Unavailable

from .address import APP_ROLE, OWNER_ROLE, SYSTEM_ROLE, Address
from .context import key_id, key_pads

LOCK = 7_160_418_302_026  # any number, ours alone
WAKE_WAITING = Path(__file__).with_name("wake_waiting.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its name, its text, and the SHA-256 of the text."""

    name: str
    text: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """What has run and what is still to run."""

    applied: tuple[str, ...]
    pending: tuple[str, ...]


def migrations() -> list[Migration]:
    """Every migration, in order."""
    found = [*_files()]
    return sorted(found, key=lambda m: m.name)


def _files() -> Iterator[Migration]:
    for entry in resources.files("qistas.db").joinpath("migrations").iterdir():
        if entry.name.endswith(".sql"):
            text = entry.read_text(encoding="utf-8")
            yield Migration(entry.name.removesuffix(".sql"), text, hashlib.sha256(text.encode()).digest())


def migrate(address: Address) -> Status:
    """Make the database and its roles where missing, then run what has not run. Raises Conflict on a changed file."""
    try:
        _ensure_database(address)
        with psycopg.connect(address.admin, autocommit=True, application_name="qistas-migrate") as conn:
            conn.execute("SET lock_timeout = '10s'")
            conn.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            _ensure_roles(conn, address)
            _ensure_book(conn)
            # The triggers of jobs name their tables without a schema; a migration that changes a job sets them going.
            conn.execute(
                "SELECT set_config('search_path', current_setting('search_path') || ', jobs', false)"
            )
            for migration in _pending(conn):
                with conn.transaction():
                    conn.execute(cast(LiteralString, migration.text))
                    conn.execute(
                        "INSERT INTO public.qistas_migrations (name, hash) VALUES (%s, %s)",
                        (migration.name, migration.hash),
                    )
            _ensure_jobs(conn)
            _ensure_context_key(conn, address)
            return _status(conn)
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database could not be brought up to date: {error}") from error


def prepare(address: Address) -> None:
    """Make the database (embedded only) and its roles where they are missing, and nothing else: a restore fills them."""
    try:
        _ensure_database(address)
        with psycopg.connect(address.admin, autocommit=True, application_name="qistas-migrate") as conn:
            _ensure_roles(conn, address)
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database does not answer: {error}") from error


def migration_status(address: Address) -> Status:
    """What has run and what is still to run, without changing anything."""
    try:
        with psycopg.connect(address.admin, autocommit=True) as conn:
            return _status(conn)
    except psycopg.OperationalError as error:
        raise Unavailable(f"The database does not answer: {error}") from error


def _ensure_database(address: Address) -> None:
    parts = conninfo_to_dict(address.admin)
    name = str(parts.get("dbname") or "qistas")
    if address.embedded is None:
        return  # somebody's own server: its database is theirs to make
    with psycopg.connect(make_conninfo("", **{**parts, "dbname": "postgres"}), autocommit=True) as conn:
        if not conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            conn.execute(
                sql.SQL(
                    "CREATE DATABASE {} ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8' TEMPLATE template0"
                ).format(sql.Identifier(name))
            )


def _ensure_roles(conn: psycopg.Connection, address: Address) -> None:
    known = {row[0] for row in conn.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'qistas\\_%'")}
    if address.embedded is None and APP_ROLE in known:
        _refuse_another(conn, address)
    if OWNER_ROLE not in known:
        conn.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(OWNER_ROLE)))
        conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER_ROLE)))
    for role in (APP_ROLE, SYSTEM_ROLE):
        if role not in known:
            conn.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(sql.Identifier(role)))
        if address.embedded is None:
            conn.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(address.password(role))
                )
            )


def _refuse_another(conn: psycopg.Connection, address: Address) -> None:
    """Raise Conflict where the roles are those of another installation: they belong to the whole server, with one password each."""
    others = conn.execute(
        "SELECT DISTINCT d.datname FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid"
        " WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = %s::regrole AND d.datname <> current_database()",
        (APP_ROLE,),
    ).fetchall()
    if not others:
        return
    try:
        psycopg.connect(address.app).close()
    except psycopg.OperationalError:
        names = ", ".join(sorted(row[0] for row in others))
        raise Conflict(
            f"Another installation of Qistas lives on this PostgreSQL server (database {names}), and the roles {APP_ROLE} and"
            f" {SYSTEM_ROLE} have its passwords. Give this one a server of its own, or the other's secrets/context."
        ) from None


def _ensure_book(conn: psycopg.Connection) -> None:
    conn.execute(
        "CREATE TABLE IF NOT EXISTS public.qistas_migrations ("
        " name text PRIMARY KEY, hash bytea NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())"
    )


def _applied(conn: psycopg.Connection) -> dict[str, bytes]:
    if conn.execute("SELECT to_regclass('public.qistas_migrations')").fetchone() == (None,):
        return {}
    return {row[0]: bytes(row[1]) for row in conn.execute("SELECT name, hash FROM public.qistas_migrations")}


def _pending(conn: psycopg.Connection) -> list[Migration]:
    applied = _applied(conn)
    pending: list[Migration] = []
    for migration in migrations():
        if migration.name not in applied:
            pending.append(migration)
        elif applied[migration.name] != migration.hash:
            raise Conflict(
                f"Migration {migration.name} has changed since it ran here. Put the file back, and write a new migration."
            )
    newer = set(applied) - {m.name for m in migrations()} - {n for n in applied if n.startswith("jobs:")}
    if newer:
        raise Conflict(
            f"This database was migrated by a newer Qistas ({', '.join(sorted(newer))}). Use that one."
        )
    return pending


def _status(conn: psycopg.Connection) -> Status:
    applied = _applied(conn)
    return Status(tuple(sorted(applied)), tuple(m.name for m in migrations() if m.name not in applied))


def _ensure_jobs(conn: psycopg.Connection) -> None:
    """Procrastinate's tables in the schema `jobs`; its own migrations once there are newer ones than at the start; our trigger on them."""
    applied = {name: mark for name, mark in _applied(conn).items() if name.startswith("jobs:")}
    folder = Path(job_schema.SchemaManager.get_migrations_path())
    files = sorted(file for file in folder.glob("*.sql"))
    with conn.transaction():
        conn.execute("SET LOCAL search_path = jobs")
        conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER_ROLE)))
        fresh = conn.execute("SELECT to_regclass('jobs.procrastinate_jobs')").fetchone() == (None,)
        if fresh:
            conn.execute(job_schema.SchemaManager.get_schema())
        for file in files:
            if f"jobs:{file.stem}" not in applied and not fresh:
                conn.execute(cast(LiteralString, file.read_text()))
        # Ours replaces what it made before, so it may change.
        if applied.get(f"jobs:{WAKE_WAITING.stem}") != hashlib.sha256(WAKE_WAITING.read_bytes()).digest():
            conn.execute(cast(LiteralString, WAKE_WAITING.read_text(encoding="utf-8")))
        conn.execute(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO qistas_system;"
            " GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO qistas_system;"
            " GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO qistas_system"
        )
        conn.execute("RESET ROLE")
        for file in (*files, WAKE_WAITING):
            conn.execute(
                "INSERT INTO public.qistas_migrations (name, hash) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash",
                (f"jobs:{file.stem}", hashlib.sha256(file.read_bytes()).digest()),
            )


def _ensure_context_key(conn: psycopg.Connection, address: Address) -> None:
    inner, outer = key_pads(address.context_key)
    with conn.transaction():
        conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER_ROLE)))
        conn.execute(
            "INSERT INTO core.context_keys (kid, inner_pad, outer_pad) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (key_id(address.context_key), inner, outer),
        )
