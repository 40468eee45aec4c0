"""The running installation: folder lock, database, server, worker; started in that order and stopped in the reverse."""

import asyncio
import json
import logging
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop

from qistas.api.app import create_app
from qistas.core.errors import Conflict, Unavailable
from qistas.db import Address, Database
from qistas.db.embedded import lock_folder, running_postgres, start_postgres, stop_postgres
from qistas.db.migrate import migrate
from qistas.settings import Settings, load_settings, open_database
from qistas.workforce import end_token, ensure_owner, issue_token, make_link, principal_of_person

from .connection import Connection, open_more

log = logging.getLogger("qistas.up")

SOON_SECONDS = 1.0
WORKER_GRACE_SECONDS = 35.0
LOCAL_TOKEN_DAYS = 2
RENEW_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line beside the settings."""

    worker: bool = True
    open_browser: bool = False
    as_json: bool = False


class Server(uvicorn.Server):
    """Uvicorn, with signals left to us (the worker is to stop first), and an event for the moment it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell those who wait."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


class WorkerProcess:
    """The worker as a child: started again whenever it ends by itself, sooner at first, then every half minute."""

    def __init__(self, settings: Settings) -> None:
        self._command = [
            sys.executable,
            "-m",
            "qistas.worker",
            "--data-dir",
            str(settings.data_dir),
            "--with-parent",
        ]
        self._env = dict(os.environ)
        if settings.database_url:
            self._env["QISTAS_DATABASE_URL"] = settings.database_url
        if settings.blob_url:
            self._env["QISTAS_BLOB_URL"] = settings.blob_url
        self._child: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start it. In a session of its own: Ctrl-C in the terminal reaches us alone, and we stop it in its turn."""
        self._child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, env=self._env, start_new_session=True
        )

    async def watch(self) -> None:
        """Start it again when it ends, until told to stop."""
        wait, began = SOON_SECONDS, time.monotonic()
        while not self._stopping:
            await asyncio.sleep(0.2)
            if self._child is None or self._child.poll() is None or self._stopping:
                continue
            wait = SOON_SECONDS if time.monotonic() - began > 60 else min(30.0, wait * 2)
            log.warning(
                "the worker ended with code %s; starting another in %.0f s", self._child.returncode, wait
            )
            await asyncio.sleep(wait)
            if not self._stopping:
                began = time.monotonic()
                self.start()

    def stop(self) -> None:
        """Let it finish what runs; after a while, end it."""
        self._stopping = True
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(WORKER_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def serve(settings: Settings, wishes: Wishes) -> int:
    """Run one installation until a signal. Raises FolderInUse, Conflict (the port), Unavailable (the database)."""
    logging.basicConfig(
        level=os.environ.get("QISTAS_LOG", "WARNING").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    open_more()
    lock = lock_folder(settings.data_dir)
    try:
        listening = _listen(settings)
        settings = _with_port(settings, listening)
        address = open_database(settings, start=True)
        try:
            migrate(address)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(settings, address, listening, wishes))
        finally:
            if address.embedded is not None:
                stop_postgres(address.embedded)
    finally:
        lock.close()
    return 0


async def _serve(settings: Settings, address: Address, listening: socket.socket, wishes: Wishes) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    worker = WorkerProcess(settings)
    server = Server(
        uvicorn.Config(
            create_app(settings, address),
            loop="uvloop",
            http=Connection,
            ws="none",
            access_log=False,
            log_config=None,
            proxy_headers=settings.public_url is not None,
            forwarded_allow_ips="127.0.0.1",
            timeout_graceful_shutdown=5,
            server_header=False,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    db = Database(address, size=2)
    told = ServerFile(settings, db)
    beside: list[asyncio.Task[object]] = [asyncio.create_task(_keep_database(address))]
    stopping: asyncio.Task[object] = asyncio.create_task(stop.wait())
    try:
        await db.__aenter__()
        link, first = await _greet(settings, db)
        await told.renew()
        beside.append(asyncio.create_task(told.keep()))
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if wishes.worker:  # now, so that both do not compete for the processor while people wait
            worker.start()
            beside.append(asyncio.create_task(worker.watch()))
        if not serving.done():
            _say(settings, link, first, wishes)
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not wishes.as_json:
            print("\nStopping: worker, server, database.", flush=True)
        for task in [*beside, stopping]:
            task.cancel()
        await asyncio.gather(*beside, stopping, return_exceptions=True)
        await told.remove()
        await db.__aexit__()
        await asyncio.to_thread(worker.stop)
        server.should_exit = True
        with suppress(SystemExit):
            await serving


async def _greet(settings: Settings, db: Database) -> tuple[str, bool]:
    """A one-time link for the owner, and whether this installation is still empty."""
    owner = await ensure_owner(db)
    token = await make_link(db, owner)
    async with db.system_tx(reason="first-start") as tx:
        empty = not await tx.value("SELECT EXISTS (SELECT FROM projects)")
    return f"{settings.url}/link#{token}", empty


async def _keep_database(address: Address) -> None:
    """Start the embedded server again should it end; a server of somebody's own is theirs to keep."""
    if address.embedded is None:
        return
    while True:
        await asyncio.sleep(SOON_SECONDS)
        if running_postgres(address.embedded) is None:
            log.warning("the embedded database ended; starting it again")
            try:
                await asyncio.to_thread(start_postgres, address.embedded)
            except Unavailable as error:
                log.error("%s", error)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise Conflict(
            f"Port {settings.port} on {settings.host} cannot be used ({error.strerror}). Stop what uses it, or choose another with --port."
        ) from None
    listening.listen(2048)
    listening.set_inheritable(False)
    return listening


def _with_port(settings: Settings, listening: socket.socket) -> Settings:
    """The settings with the port that was really taken (0 asks for any)."""
    from dataclasses import replace

    return replace(settings, port=listening.getsockname()[1])


def _server_file(settings: Settings) -> Path:
    return settings.data_dir / "server.json"


class ServerFile:
    """Tells commands on the same machine where this server is, with a token that lives two days and is renewed every day.

    Only we may read the file; whoever can read it can read the database's files as well. The token before the present one
    lives on until the next renewal, for commands that run with it; when the server stops, both end.
    """

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._tokens: list[str] = []

    async def keep(self) -> None:
        """Renew it every day, until told to stop."""
        wait = RENEW_SECONDS
        while True:
            await asyncio.sleep(wait)
            try:
                await self.renew()
                wait = RENEW_SECONDS
            except Unavailable:
                wait = 60

    async def renew(self) -> None:
        """Write a new one, and end the token before the last, or what a killed server left."""
        ended = self._tokens[:-1] if self._tokens else _left_token(self._settings)
        for token in ended:
            await end_token(self._db, token)
        self._tokens = self._tokens[-1:]
        principal = await principal_of_person(self._db, await ensure_owner(self._db))
        issued = await issue_token(self._db, principal, "this machine", ["*"], LOCAL_TOKEN_DAYS)
        self._tokens.append(issued.token)
        _write_server_file(self._settings, issued.token)

    async def remove(self) -> None:
        """Take it away, and end its tokens."""
        _server_file(self._settings).unlink(missing_ok=True)
        with suppress(Unavailable):  # they end by themselves, in two days
            while self._tokens:
                await end_token(self._db, self._tokens[0])
                del self._tokens[0]


def _left_token(settings: Settings) -> list[str]:
    try:
        return [str(json.loads(_server_file(settings).read_text())["token"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _write_server_file(settings: Settings, token: str) -> None:
    path = _server_file(settings)
    fresh = path.with_name(f"server.json.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(
            {"url": _local_url(settings), "console": settings.url, "token": token, "pid": os.getpid()}, file
        )
    fresh.replace(path)


def _local_url(settings: Settings) -> str:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "localhost") else settings.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _say(settings: Settings, link: str, first: bool, wishes: Wishes) -> None:
    if wishes.as_json:
        print(json.dumps({"url": settings.url, "link": link, "data_dir": str(settings.data_dir)}), flush=True)
    else:
        print(f"Qistas runs on {settings.url}, with its data in {settings.data_dir}.\n")
        print(f"  Sign in (this link works once):  {link}\n")
        if first:
            print(
                "Nothing is here yet. In the console, make a project from a template and drop a file on it;"
            )
            print(
                "or run `qistas demo` in another terminal for two sample projects with simulated annotators."
            )
        if settings.data_dir != load_settings().data_dir:
            print(
                f"In another terminal, commands need:  export QISTAS_DATA_DIR={shlex.quote(str(settings.data_dir))}"
            )
        print("Stop with Ctrl-C.", flush=True)
        if first and sys.stdin.isatty() and sys.stdout.isatty():
            threading.Thread(target=_offer_demo, args=(settings,), daemon=True).start()
    if wishes.open_browser:
        webbrowser.open(link)


def _offer_demo(settings: Settings) -> None:
    """Ask once, at a terminal, whether to make the sample projects."""
    try:
        wish = input("\nMake the sample projects now? [y/N] ")
    except EOFError:
        return
    if wish.strip().lower() in ("y", "yes", "نعم"):
        subprocess.run(
            [sys.executable, "-m", "qistas.cli.main", "demo", "--data-dir", str(settings.data_dir)],
            check=False,
        )
