"""Imports that nobody works on any more: found, told, kept to be tried again, and let go in the end."""

import os

import pytest
from tests.conftest import Tenant
from tests.integration.sources.conftest import Bench, MakeBench
from tests.integration.sources.test_ingest import lines

from qistas.core.errors import Conflict, Forbidden, Missing
from qistas.core.principal import Principal, Role
from qistas.db import Address
from qistas.sources import (
    Import,
    ImportState,
    cancel_import,
    end_lost,
    get_import,
    give_up_import,
    retry_import,
    sweep_uploads,
)
from qistas.worker import Keeper, import_jobs

DATA = lines({"text": "a"}, {"text": "b"})
GONE = "SET LOCAL search_path = jobs; DELETE FROM procrastinate_jobs"


async def seen(bench: Bench, one: object) -> Import:
    async with bench.db.tenant_tx(bench.who) as tx:
        return await get_import(tx, bench.project, one)  # type: ignore[arg-type]


async def jobs(bench: Bench, sql: str) -> int:
    async with bench.db.system_tx(reason="test") as tx:
        return await tx.run(sql)


async def test_one_whose_job_waits_or_runs_is_left_alone(bench: Bench) -> None:
    waits = await bench.upload("a.jsonl", DATA)
    assert await end_lost(bench.db, bench.blobs) == []
    await jobs(bench, "SET LOCAL search_path = jobs; UPDATE procrastinate_jobs SET status = 'doing'")
    assert await end_lost(bench.db, bench.blobs) == []
    assert (await seen(bench, waits)).state == ImportState.QUEUED


async def test_one_without_a_job_ends_and_can_be_taken_up_again(bench: Bench) -> None:
    lost = await bench.upload("a.jsonl", DATA)
    await jobs(bench, GONE)
    assert await end_lost(bench.db, bench.blobs) == [lost]
    now = await seen(bench, lost)
    assert (now.state, now.fault, now.resumable) == (ImportState.FAILED, "work_lost", True)
    assert "nobody works on it any more. Try again" in now.detail
    assert now.ended_at is not None
    assert await bench.blobs.exists(now.blob_path or "")

    async with bench.db.tenant_tx(bench.who) as tx:
        again = await retry_import(tx, bench.project, lost)
    assert (again.state, again.detail, again.fault, again.ended_at) == (ImportState.QUEUED, "", "", None)
    assert await end_lost(bench.db, bench.blobs) == []  # it has a job again
    done = await bench.run(lost)
    assert (done.state, done.rows_added) == (ImportState.DONE, 2)
    async with bench.db.tenant_tx(bench.who) as tx:
        with pytest.raises(Conflict, match="Send it again"):
            await retry_import(tx, bench.project, lost)


async def test_a_job_that_kills_its_workers_is_given_up_and_told(bench: Bench, address: Address) -> None:
    import_jobs()
    deadly = await bench.upload("a.jsonl", DATA)
    await jobs(
        bench,
        "SET LOCAL search_path = jobs; UPDATE procrastinate_jobs SET status = 'doing', attempts = 9, queueing_lock = NULL",
    )
    keeper = Keeper(address)
    await keeper.open()
    try:
        assert await keeper.adopt({"sources.ingest": 10}) == 1
    finally:
        await keeper.close()
    assert await end_lost(bench.db, bench.blobs) == [deadly]
    assert (await seen(bench, deadly)).fault == "work_lost"


async def test_what_was_added_stays_and_is_not_doubled(bench: Bench) -> None:
    one = await bench.upload("a.jsonl", DATA)
    await bench.take("b.jsonl", DATA)
    await give_up_import(bench.db, bench.who, one, RuntimeError("secret of the inside"))
    assert "secret" not in (await seen(bench, one)).detail
    async with bench.db.tenant_tx(bench.who) as tx:
        await retry_import(tx, bench.project, one)
    done = await bench.run(one)
    assert (done.rows_added, done.rows_duplicate) == (0, 2)
    assert await bench.texts() == ["a", "b"]


async def test_a_file_that_nobody_asks_for_again_is_let_go(bench: Bench) -> None:
    one = await bench.upload("a.jsonl", DATA)
    await give_up_import(bench.db, bench.who, one, RuntimeError())
    path = (await seen(bench, one)).blob_path or ""
    await end_lost(bench.db, bench.blobs)
    assert await bench.blobs.exists(path)
    await jobs(bench, "UPDATE qistas.imports SET ended_at = now() - interval '15 days'")
    await end_lost(bench.db, bench.blobs)
    assert not await bench.blobs.exists(path)
    assert not (await seen(bench, one)).resumable


async def test_a_cancelled_import_keeps_no_file(bench: Bench) -> None:
    one = await bench.upload("a.jsonl", DATA)
    async with bench.db.tenant_tx(bench.who) as tx:
        await cancel_import(tx, bench.project, one)
    ended = await bench.run(one)
    assert ended.state == ImportState.CANCELLED
    assert not await bench.blobs.exists(ended.blob_path or "")


async def test_who_may_try_again(bench: Bench, tenant: Tenant, make_bench: MakeBench) -> None:
    one = await bench.upload("a.jsonl", DATA)
    await give_up_import(bench.db, bench.who, one, RuntimeError())
    annotator: Principal = await tenant.member(Role.ANNOTATOR)
    elsewhere = await make_bench()
    async with bench.db.tenant_tx(annotator) as tx:
        with pytest.raises(Forbidden):
            await retry_import(tx, bench.project, one)
    async with bench.db.tenant_tx(bench.who) as tx:
        with pytest.raises(Missing):
            await retry_import(tx, elsewhere.project, one)


async def test_what_killed_processes_left_of_uploads_is_swept(bench: Bench) -> None:
    done = await bench.upload("a.jsonl", DATA)
    await bench.run(done)
    path = bench.blobs.path(bench.who.tenant_id, "imports", str(done))
    await bench.blobs.put(path, DATA)
    await bench.run(done)  # killed between the end and the deletion: the job comes again
    assert not await bench.blobs.exists(path)

    waits = await bench.upload("a.jsonl", DATA)
    kept = await bench.upload("b.jsonl", DATA)
    await give_up_import(bench.db, bench.who, kept, RuntimeError())
    for left in ("imports/left", "previews/left"):
        await bench.blobs.put(f"{bench.who.tenant_id}/{left}", b"x")
    files = {file.name: file for file in bench.folder.rglob("*") if file.is_file()}
    part = files["left"].with_name("broken off#1")
    part.write_bytes(b"x")
    assert await sweep_uploads(bench.db, bench.blobs) == 0  # not yet
    for file in [*bench.folder.rglob("*")]:
        os.utime(file, (0, 0))
    assert await sweep_uploads(bench.db, bench.blobs) == 3
    assert {file.name for file in bench.folder.rglob("*") if file.is_file()} == {str(waits), str(kept)}
