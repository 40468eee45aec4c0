"""The worker: the process that does the jobs which stations defer.

    python -m qistas.worker --data-dir ~/.local/share/qistas

Procrastinate keeps the queue in PostgreSQL. Three things are ours:

* A worker is alive while it holds an advisory lock, which PostgreSQL drops the moment its connection breaks. So the jobs of
  a worker that was killed are taken up within seconds, and those of one that is only busy are left alone; a heartbeat
  can tell neither apart.
* A job that fails is tried again after waits that double, unless its error says that trying again cannot help. After the last
  try its station is told (`give_up`), so that nobody waits for work that nobody does.
* Scheduled jobs run on one worker at a time: the one that holds the leader's lock.
"""

import argparse
import asyncio
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import orjson
import procrastinate
import psycopg
from procrastinate import exceptions
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

import qistas
from qistas.core.errors import Category, QistasError
from qistas.db import Address, Database
from qistas.jobs import Job, JobContext, registered_jobs
from qistas.settings import Settings, load_settings, open_database

log = logging.getLogger("qistas.worker")

CONCURRENCY = 4
SWEEP_SECONDS = 2.0
GRACE_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 3600
LOCK_CLASS = 716_041  # the first number of the two that name a worker's lock; any, ours alone
LEADER_LOCK = 7_160_418_302_900
WORTH_ANOTHER_TRY = {Category.UNAVAILABLE, Category.EXHAUSTED, Category.CONFLICT}

# Jobs that are marked as running on a worker whose lock nobody holds.
ORPHANS = """
SELECT j.id, j.task_name, j.attempts
  FROM procrastinate_jobs j
 WHERE j.status = 'doing'
   AND (j.worker_id IS NULL OR NOT EXISTS (
        SELECT FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = %(class)s
           AND l.objid = (j.worker_id %% 2147483647) AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))
   FOR UPDATE OF j SKIP LOCKED
"""


def import_jobs() -> None:
    """Import the `jobs` module of every station that has one, so that its jobs are in the book."""
    for module in iter_modules(qistas.__path__):
        if module.ispkg and module.name != "jobs" and find_spec(f"qistas.{module.name}.jobs") is not None:
            import_module(f"qistas.{module.name}.jobs")


class Doubling(procrastinate.BaseRetryStrategy):
    """Try again after `wait`, twice that, four times that …, `tries` times in all."""

    def __init__(self, tries: int, wait_seconds: float) -> None:
        self.tries = tries
        self.wait_seconds = wait_seconds

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> procrastinate.RetryDecision | None:
        """When to try again, or None when that is over or would not help."""
        if isinstance(exception, asyncio.CancelledError | exceptions.JobAborted):
            return procrastinate.RetryDecision()  # the worker stops: the next one takes it up
        if isinstance(exception, QistasError) and exception.category not in WORTH_ANOTHER_TRY:
            return None
        if job.attempts + 1 >= self.tries:
            return None
        wait = min(LONGEST_WAIT_SECONDS, self.wait_seconds * 2**job.attempts) * random.uniform(0.8, 1.2)  # noqa: S311
        return procrastinate.RetryDecision(retry_in={"milliseconds": int(wait * 1000)})


class Keeper:
    """The connection whose advisory lock says that this worker lives."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._conn: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()
        self._leads = False

    async def open(self) -> None:
        """Connect. The server notices within seconds when this machine is gone."""
        self._conn = await psycopg.AsyncConnection.connect(
            self._address.system,
            autocommit=True,
            application_name="qistas-worker",
            options="-c search_path=jobs -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
        )

    async def close(self) -> None:
        """Let go of every lock."""
        if self._conn is not None:
            await self._conn.close()

    @property
    def conn(self) -> psycopg.AsyncConnection[Any]:
        """The open connection."""
        if self._conn is None:
            raise RuntimeError("the keeper is not open")
        return self._conn

    async def hold(self, worker_id: int) -> None:
        """Say that worker `worker_id` lives, for as long as this connection does."""
        async with self._turn:
            await self.conn.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_CLASS, worker_id % 2147483647))

    async def leads(self) -> bool:
        """Whether this worker is the one that runs scheduled jobs; asks the database each time."""
        async with self._turn:
            if self._leads:
                await self.conn.execute("SELECT 1")
                return True
            row = await (
                await self.conn.execute("SELECT pg_try_advisory_lock(%s)", (LEADER_LOCK,))
            ).fetchone()
            self._leads = bool(row and row[0])
            return self._leads

    async def adopt(self, tries: dict[str, int]) -> int:
        """Put the jobs of dead workers back in the queue; one that has ended `tries` workers is given up. Returns how many."""
        async with self._turn, self.conn.transaction():
            cursor = await self.conn.execute(ORPHANS, {"class": LOCK_CLASS})
            orphans = await cursor.fetchall()
            for job_id, name, attempts in orphans:
                if attempts + 1 >= max(5, tries.get(name, 5)):
                    log.error(
                        "job %s (%s) was running when its worker died, %s times: given up",
                        job_id,
                        name,
                        attempts + 1,
                    )
                    await self.conn.execute(
                        "SELECT procrastinate_finish_job_v1(%s, 'failed', false)", (job_id,)
                    )
                else:
                    log.warning("job %s (%s) is taken up again: its worker is gone", job_id, name)
                    await _requeue(self.conn, job_id)
        return len(orphans)


async def _requeue(conn: psycopg.AsyncConnection[Any], job_id: int) -> None:
    """Back to the queue at once, or away when another job of the same key waits there to do the same."""
    try:
        async with conn.transaction():
            await conn.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", (job_id,))
    except psycopg.errors.UniqueViolation:
        await conn.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', true)", (job_id,))


class _Manager(JobManager):
    """Procrastinate's manager of jobs, with our proof of life and our rule for keys."""

    keeper: Keeper

    async def register_worker(self) -> int:
        worker_id = await super().register_worker()
        await self.keeper.hold(worker_id)
        return worker_id

    async def retry_job(self, job: QueuedJob, *args: Any, **kwargs: Any) -> None:
        try:
            await super().retry_job(job, *args, **kwargs)
        except exceptions.UniqueViolation:
            # While this ran, another of the same key was deferred: that one will do the work.
            await self.finish_job(job, Status.FAILED, delete_job=True)


def build_app(
    address: Address, context: JobContext, keeper: Keeper, size: int = CONCURRENCY
) -> procrastinate.App:
    """Procrastinate's application with every registered job in it."""
    connector = procrastinate.PsycopgConnector(
        conninfo=address.system,
        min_size=1,
        max_size=size + 2,
        kwargs={"options": "-c search_path=jobs", "application_name": "qistas-worker"},
        json_dumps=orjson.dumps,
        json_loads=orjson.loads,
    )
    app = procrastinate.App(connector=connector)
    manager = _Manager(connector)
    manager.keeper = keeper
    app.job_manager = manager
    for entry in registered_jobs():
        retry = Doubling(entry.tries, entry.wait_seconds)
        app.task(name=entry.name, retry=retry, pass_context=True)(_bound(entry, context, retry))
    return app


def _bound(entry: Job, context: JobContext, retry: Doubling) -> Callable[..., Awaitable[None]]:
    async def run(at: procrastinate.JobContext, **args: Any) -> None:
        try:
            await entry.function(context, **args)
        except BaseException as error:
            if entry.give_up is not None and retry.get_retry_decision(exception=error, job=at.job) is None:
                await _give_up(entry, context, error, args)
            raise

    run.__qualname__ = run.__name__ = entry.name
    return run


async def _give_up(entry: Job, context: JobContext, error: BaseException, args: dict[str, Any]) -> None:
    """Tell the station. Where even that fails (the database is away), its sweep for lost work tells it later."""
    assert entry.give_up is not None
    try:
        await entry.give_up(context, error, **args)
    except Exception:
        log.exception("%s was given up, and its station could not be told", entry.name)


async def run_worker(
    settings: Settings, address: Address, *, concurrency: int = CONCURRENCY, stop: asyncio.Event | None = None
) -> None:
    """Do the jobs that are registered until `stop` is set; then finish what runs and return. Raises when the database goes away."""
    keeper = Keeper(address)
    await keeper.open()
    try:
        async with Database(address, size=max(settings.pool_size, concurrency + 2)) as db:
            context = JobContext(db, settings.blobs, settings.max_image_pixels)
            app = build_app(address, context, keeper, concurrency)
            async with app.open_async():
                await _work(app, keeper, context, concurrency, stop or asyncio.Event())
    finally:
        await keeper.close()


async def _work(
    app: procrastinate.App, keeper: Keeper, context: JobContext, concurrency: int, stop: asyncio.Event
) -> None:
    tries = {entry.name: entry.tries for entry in registered_jobs()}
    worker = Worker(
        app,
        concurrency=concurrency,
        install_signal_handlers=False,
        delete_jobs="successful",
        fetch_job_polling_interval=1.0,
        shutdown_graceful_timeout=GRACE_SECONDS,
        stalled_worker_timeout=7
        * 86400,  # rows of workers are swept by age alone; who lives is told by locks
    )

    async def sweep() -> None:
        while True:
            await keeper.adopt(tries)
            await asyncio.sleep(SWEEP_SECONDS)

    async def wait_for_stop() -> None:
        await stop.wait()
        worker.stop()

    working = asyncio.create_task(worker.run(), name="worker")
    beside = [asyncio.create_task(sweep(), name="sweep"), asyncio.create_task(wait_for_stop(), name="stop")]
    beside += [
        asyncio.create_task(_repeat(entry, context, keeper), name=entry.name)
        for entry in registered_jobs()
        if entry.every_seconds is not None
    ]
    try:
        pending: set[asyncio.Task[None]] = {working, *beside}
        while working in pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            failed = next(
                (task for task in done if not task.cancelled() and task.exception() is not None), None
            )
            if failed is not None and failed is not working:
                worker.stop()
                await asyncio.wait({working})
                failed.result()
        working.result()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
    if not stop.is_set():
        raise psycopg.OperationalError("the worker stopped by itself: it lost the database")


async def _repeat(entry: Job, context: JobContext, keeper: Keeper) -> None:
    """Run a scheduled job every so many seconds while this worker leads. Its faults are logged; the next round comes anyway."""
    assert entry.every_seconds is not None
    await asyncio.sleep(random.uniform(0, min(1.0, entry.every_seconds)))  # noqa: S311
    while True:
        if await keeper.leads():
            try:
                await entry.function(context)
            except Exception:
                log.exception("scheduled job %s failed", entry.name)
        await asyncio.sleep(entry.every_seconds)


async def _until_parent_ends(stop: asyncio.Event) -> None:
    """Set `stop` when our standard input closes: the server that started us holds the other end."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    stop.set()


async def _main(settings: Settings, concurrency: int, *, with_parent: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watch = asyncio.create_task(_until_parent_ends(stop)) if with_parent else None
    try:
        await run_worker(settings, open_database(settings), concurrency=concurrency, stop=stop)
    finally:
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch


def main(arguments: list[str] | None = None) -> int:
    """Run one worker. Exit code 0 after a stop that was asked for, 75 when the database does not answer."""
    parser = argparse.ArgumentParser(
        prog="qistas-worker", description="Do the background jobs of one Qistas installation."
    )
    parser.add_argument("--data-dir", type=Path, help="the data folder of the installation")
    parser.add_argument("--concurrency", type=int, default=CONCURRENCY, help="jobs at a time (default 4)")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(
        level=os.environ.get("QISTAS_LOG", "WARNING").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    import_jobs()
    try:
        asyncio.run(_main(load_settings(chosen.data_dir), chosen.concurrency, with_parent=chosen.with_parent))
    except (QistasError, psycopg.OperationalError, exceptions.ConnectorException) as error:
        log.warning("the worker stops: %s", str(error).split("\n")[0])
        return 75
    return 0


if __name__ == "__main__":
    # By its own name: Procrastinate warns of an application that is made in `__main__`.
    sys.exit(import_module("qistas.worker").main())
