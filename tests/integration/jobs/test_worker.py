"""The worker: jobs survive the death of those who do them, failures are tried again, and keys and schedules hold."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.conftest import ROOT, Tenant

from qistas.core.clock import utc_now
from qistas.core.errors import Invalid, Unavailable
from qistas.db import Address, Database
from qistas.jobs import JobContext, defer, job, registered_jobs, schedule
from qistas.settings import Settings
from qistas.worker import Keeper, run_worker

RUNS: dict[str, list[str]] = {}
GATE: dict[str, asyncio.Event] = {}


@job("test.fails_twice", tries=4, wait_seconds=0)
async def fails_twice(context: JobContext, *, tenant_id: str, mark: str) -> None:
    RUNS.setdefault(mark, []).append(tenant_id)
    if len(RUNS[mark]) < 3:
        raise Unavailable("not yet")


@job("test.invalid", tries=4, wait_seconds=0)
async def invalid(context: JobContext, *, tenant_id: str, mark: str) -> None:
    RUNS.setdefault(mark, []).append("run")
    raise Invalid("it will never be right")


@job("test.gated", tries=3, wait_seconds=0)
async def gated(context: JobContext, *, tenant_id: str, mark: str) -> None:
    RUNS.setdefault(mark, []).append("run")
    await GATE[mark].wait()
    if len(RUNS[mark]) == 1:
        raise Unavailable("fails while another of its key waits")


@schedule("test.beat", every_seconds=1)
async def beat(context: JobContext) -> None:
    RUNS.setdefault("beat", []).append(str(id(context)))


@asynccontextmanager
async def working(address: Address, folder: Path) -> AsyncGenerator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(Settings(folder, pool_size=4), address, stop=stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(true: Callable[[], Any], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


def start_child(address: Address, folder: Path) -> subprocess.Popen[str]:
    parts = {
        "admin": address.admin,
        "app": address.app,
        "system": address.system,
        "key": address.context_key.hex(),
        "folder": str(folder),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.jobs.child", json.dumps(parts)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


async def jobs_left(db: Database) -> list[tuple[Any, ...]]:
    async with db.system_tx(reason="test") as tx:
        return await tx.rows("SELECT task_name, status::text FROM jobs.procrastinate_jobs ORDER BY id")


async def test_a_job_outlives_a_killed_worker(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    first = start_child(address, tmp_path)
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.slow", path=str(trace), seconds=3600)
    await until(lambda: lines(trace) == ["begun"])
    first.kill()
    first.wait()
    assert first.stdout is not None
    first.stdout.close()
    async with db.system_tx(reason="test") as tx:
        await tx.run("UPDATE jobs.procrastinate_jobs SET args = args || '{\"seconds\": 0}'")
    second = start_child(address, tmp_path)
    try:
        killed = time.monotonic()
        await until(lambda: lines(trace)[-1] == "done")
        assert time.monotonic() - killed < 10
        assert lines(trace) == ["begun", "begun", "done"]
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(15) == 0
        assert second.stdout is not None
        second.stdout.close()
    assert await jobs_left(db) == []


async def test_a_worker_told_to_stop_finishes_what_runs(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    child = start_child(address, tmp_path)
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.slow", path=str(trace), seconds=1.5)
    await until(lambda: lines(trace) == ["begun"])
    child.send_signal(signal.SIGTERM)
    assert child.wait(20) == 0
    assert child.stdout is not None
    child.stdout.close()
    assert lines(trace) == ["begun", "done"]


async def test_a_busy_worker_keeps_its_jobs(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    first = start_child(address, tmp_path)
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.slow", path=str(trace), seconds=3600)
    await until(lambda: lines(trace) == ["begun"])
    first.send_signal(signal.SIGSTOP)  # it answers nothing, and yet lives
    try:
        async with working(address, tmp_path):
            await asyncio.sleep(5)
        assert lines(trace) == ["begun"]
    finally:
        first.kill()
        first.wait()
        assert first.stdout is not None
        first.stdout.close()


async def test_failures_are_tried_again_where_that_can_help(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    RUNS.clear()
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.fails_twice", mark="twice")
        await defer(tx, "test.invalid", mark="never")
    async with working(address, tmp_path):
        await until(lambda: len(RUNS.get("twice", [])) == 3)
        await until(lambda: RUNS.get("never"))
        await asyncio.sleep(0.5)
    assert RUNS["twice"] == [str(tenant.id)] * 3
    assert RUNS["never"] == ["run"]
    assert await jobs_left(db) == [("test.invalid", "failed")]


async def test_a_failed_job_gives_way_to_one_of_its_key(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    RUNS.clear()
    GATE["keyed"] = asyncio.Event()
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.gated", key="k", mark="keyed")
        await defer(tx, "test.gated", key="k", mark="keyed")  # one that waits is enough
    assert len(await jobs_left(db)) == 1
    async with working(address, tmp_path):
        await until(lambda: RUNS.get("keyed"))
        async with db.tenant_tx(tenant.owner) as tx:
            await defer(tx, "test.gated", key="k", at=utc_now() + timedelta(seconds=2), mark="keyed")
        assert len(await jobs_left(db)) == 2
        GATE["keyed"].set()
        await until(lambda: len(RUNS["keyed"]) >= 2)
        await asyncio.sleep(0.5)
    assert await jobs_left(db) == []
    assert RUNS["keyed"] == ["run", "run"]


async def test_a_job_that_ends_its_worker_every_time_is_given_up(
    address: Address, db: Database, tenant: Tenant
) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        await defer(tx, "test.poison")
        await defer(tx, "test.harmless")
    async with db.system_tx(reason="test") as tx:
        await tx.run("SET LOCAL search_path = jobs")
        await tx.run(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = CASE task_name WHEN 'test.poison' THEN 4 ELSE 0 END"
        )
    keeper = Keeper(address)
    await keeper.open()
    try:
        assert await keeper.adopt({}) == 2
        assert await keeper.adopt({}) == 0
    finally:
        await keeper.close()
    assert await jobs_left(db) == [("test.poison", "failed"), ("test.harmless", "todo")]


async def test_scheduled_jobs_run_on_one_worker(address: Address, tmp_path: Path) -> None:
    RUNS.pop("beat", None)
    async with working(address, tmp_path), working(address, tmp_path):
        await until(lambda: len(RUNS.get("beat", [])) >= 3)
    assert len(set(RUNS["beat"])) == 1
    first = RUNS.pop("beat")[0]
    async with working(address, tmp_path):  # the leader is gone, so another leads
        await until(lambda: len(RUNS.get("beat", [])) >= 1)
    assert first


async def test_a_job_deferred_in_a_transaction_that_fails_never_was(db: Database, tenant: Tenant) -> None:
    with pytest.raises(RuntimeError):
        async with db.tenant_tx(tenant.owner) as tx:
            await defer(tx, "test.fails_twice", mark="x")
            raise RuntimeError
    assert await jobs_left(db) == []


def test_every_job_is_registered_once_by_its_station() -> None:
    from qistas.worker import import_jobs

    import_jobs()
    for entry in registered_jobs():
        station, _, verb = entry.name.partition(".")
        assert station
        assert verb
        if station != "test":
            assert entry.function.__module__.startswith(f"qistas.{station}."), entry.name


@job("test.locked")
async def locked(context: JobContext, *, tenant_id: str, mark: str) -> None:
    RUNS.setdefault(mark, []).append("run")


async def test_a_job_that_waited_for_a_lock_is_announced_when_it_is_free(
    db: Database, address: Address, tenant: Tenant, tmp_path: Path
) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        for _ in range(3):
            await defer(tx, "test.locked", lock="one at a time", mark="locked")
        await defer(tx, "test.locked", lock="another", mark="locked")
    async with db.system_tx(reason="test") as tx:
        waiting = [
            row[0]
            for row in await tx.rows(
                "SELECT id FROM jobs.procrastinate_jobs WHERE task_name = 'test.locked' ORDER BY id"
            )
        ]
    async with await psycopg.AsyncConnection.connect(address.system, autocommit=True) as ear:
        await ear.execute('LISTEN "procrastinate_any_queue_v1"')
        async with working(address, tmp_path):
            await until(lambda: len(RUNS.get("locked", [])) == 4)
        heard = [json.loads(told.payload) async for told in ear.notifies(timeout=1)]
    # The second and the third become free as the one before them ends; the fourth waited for nothing.
    assert [told["job_id"] for told in heard if told["type"] == "job_inserted"] == waiting[1:3]
