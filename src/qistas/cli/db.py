"""`qistas db`: look after the database of this machine's installation."""

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .reaching import size_words, tell_json

if TYPE_CHECKING:
    from qistas.db import Address
    from qistas.settings import Settings

EXAMPLES = """\
examples:
  qistas db status
  qistas db backup /backups/qistas-monday.tar          while the server runs
  qistas db restore /backups/qistas-monday.tar --data-dir ./restored

A backup is one file: the database, the files people uploaded, and the secrets of the installation. Keep it where only
you can read it.
"""


def add(commands: Any) -> None:
    """The arguments of `qistas db`."""
    parser = commands.add_parser(
        "db",
        help="the database",
        description="Status, migrations, backup and restore of the database.",
        epilog=EXAMPLES,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=type(parser))
    status = verbs.add_parser("status", help="what has run, what is still to run, how large it is")
    status.set_defaults(run=_status)
    move = verbs.add_parser(
        "migrate", help="bring the database to the present (`qistas up` does so by itself)"
    )
    move.set_defaults(run=_migrate)
    backup = verbs.add_parser("backup", help="write everything to one .tar file, while the server runs")
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)
    restore = verbs.add_parser("restore", help="make an installation of a backup, in an empty folder")
    restore.add_argument("file", type=Path)
    restore.set_defaults(run=_restore)
    for entry in verbs.choices.values():
        entry.add_argument(
            "--data-dir", type=Path, metavar="FOLDER", help="the data folder (QISTAS_DATA_DIR)"
        )
        entry.add_argument("--json", action="store_true", help="print JSON")


@contextmanager
def _database(settings: "Settings") -> "Generator[Address]":
    """The database: as it runs, or started for us alone and stopped again."""
    from qistas.core.errors import Missing, Unavailable
    from qistas.db.embedded import lock_folder, stop_postgres
    from qistas.settings import open_database

    if settings.database_url is None and not (settings.postgres_dir / "PG_VERSION").exists():
        raise Missing(
            f"There is no installation in {settings.data_dir}. `qistas up` makes one; --data-dir names another folder."
        )
    try:
        address = open_database(settings)
    except Unavailable:
        with lock_folder(settings.data_dir):
            try:
                yield open_database(settings, start=True)
            finally:
                stop_postgres(settings.postgres_dir)
        return
    yield address


def _status(chosen: argparse.Namespace) -> None:
    import psycopg

    from qistas.db.migrate import migration_status
    from qistas.settings import load_settings

    settings = load_settings(chosen.data_dir)
    with _database(settings) as address:
        found = migration_status(address)
        with psycopg.connect(address.admin) as conn:
            size, version = conn.execute(
                "SELECT pg_database_size(current_database()), current_setting('server_version')"
            ).fetchone() or (0, "")
    own = [name for name in found.applied if not name.startswith("jobs:")]
    if chosen.json:
        tell_json(
            {
                "applied": own,
                "pending": list(found.pending),
                "bytes": size,
                "postgresql": version,
                "data_dir": str(settings.data_dir),
            }
        )
        return
    print(
        f"PostgreSQL {version}, {'embedded in ' + str(settings.data_dir) if address.embedded else 'by QISTAS_DATABASE_URL'}, {size / 1e6:,.1f} MB."
    )
    print(f"{len(own)} migrations have run, the last is {own[-1] if own else 'none'}.")
    print(
        f"Still to run: {', '.join(found.pending)}. `qistas db migrate` runs them."
        if found.pending
        else "It is up to date."
    )


def _migrate(chosen: argparse.Namespace) -> None:
    from qistas.db.migrate import migrate, migration_status
    from qistas.settings import load_settings

    with _database(load_settings(chosen.data_dir)) as address:
        before = migration_status(address)
        migrate(address)
    if chosen.json:
        tell_json({"ran": list(before.pending)})
    else:
        print(f"Ran {', '.join(before.pending)}." if before.pending else "It was up to date already.")


def _backup(chosen: argparse.Namespace) -> None:
    from importlib.metadata import version

    from qistas.core.clock import utc_now
    from qistas.db.backup import back_up
    from qistas.settings import load_settings

    settings = load_settings(chosen.data_dir)
    with _database(settings) as address:
        made = back_up(
            address,
            settings.data_dir,
            settings.local_blobs,
            chosen.file.expanduser(),
            version=version("qistas"),
            now=utc_now(),
        )
    if chosen.json:
        tell_json({"path": str(made.path), "bytes": made.bytes, "blobs": made.blobs})
        return
    print(f"Wrote {made.path} ({size_words(made.bytes)}).")
    if made.blobs is None:
        print(
            f"The files people uploaded are in {settings.blobs} and not in the backup: keep that store by its own means."
        )


def _restore(chosen: argparse.Namespace) -> None:
    from qistas.db.backup import restore
    from qistas.db.embedded import lock_folder, stop_postgres
    from qistas.settings import load_settings, open_database

    settings = load_settings(chosen.data_dir)

    def stop() -> None:
        if settings.database_url is None:
            stop_postgres(settings.postgres_dir)

    with lock_folder(settings.data_dir):
        ran = restore(
            chosen.file.expanduser(),
            settings.data_dir,
            settings.local_blobs,
            lambda: open_database(settings, start=True),
            stop,
        )
        stop()
    if chosen.json:
        tell_json({"data_dir": str(settings.data_dir), "ran": list(ran)})
    else:
        print(f"Restored into {settings.data_dir}" + (f", and ran {', '.join(ran)}" if ran else "") + ".")
        print(f"Start it: qistas up --data-dir {settings.data_dir}")
