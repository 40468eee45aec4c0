"""An import of Parquet: what unfolds too far is refused, what came before it stays, and no process is left behind."""

import asyncio
import io
import sys
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.integration.sources.conftest import Bench

from qistas.core.errors import Exhausted, FileExpands, Unavailable
from qistas.db import Tx
from qistas.sources import (
    ImportOptions,
    ImportState,
    cancel_import,
    ingest,
    preview_file,
    store,
)
from qistas.sources.formats import parquet

ingest_verb = sys.modules[ingest.__module__]
preview_verb: Any = sys.modules[preview_file.__module__]
MB = 2**20


def texts(rows: int) -> pa.Table:
    return pa.table({"text": [f"row {n} {'ميزان ' * 60}" for n in range(rows)], "page": list(range(rows))})


def good_then_wide(rows: int) -> bytes:
    """Some good rows, and then one whose list unfolds to very much."""
    schema = pa.schema({"text": pa.string(), "many": pa.list_(pa.int64())})
    good = pa.table({"text": [f"row {n}" for n in range(rows)], "many": [[1]] * rows}, schema=schema)
    zeros = pa.array(np.zeros(16 * MB, np.int64))
    wide = pa.table(
        {
            "text": ["wide"],
            "many": pa.ListArray.from_arrays(pa.array([0, len(zeros)], pa.int32()), zeros),
        },
        schema=schema,
    )
    file = io.BytesIO()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        writer.write_table(good)
        writer.write_table(wide)
    return file.getvalue()


def plain(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def unfolding() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and str(parquet.UNFOLDER) in child.cmdline()
    ]


async def test_what_came_before_the_row_that_unfolds_too_far_is_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MEMORY_BYTES", 96 * MB)
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 1_000)
    data = good_then_wide(2_300)
    assert len(data) < 100_000
    done = await bench.take("a.parquet", data)
    assert (done.state, done.fault, done.rows_read, done.rows_added) == (
        ImportState.FAILED,
        "file_expands",
        2_300,
        2_300,
    )
    assert "after row 2,300" in done.detail
    assert "Write it again in smaller parts" in done.detail
    assert len(await bench.texts()) == 2_300
    again = await bench.take("a.parquet", data)
    assert (again.state, again.rows_added, again.rows_duplicate) == (ImportState.FAILED, 0, 2_300)
    assert not unfolding()


async def test_a_look_at_the_first_rows_unfolds_no_more_than_they_need(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MEMORY_BYTES", 96 * MB)

    async def look(data: bytes) -> Any:
        return await preview_file(
            bench.db, bench.who, bench.project, "a.parquet", io.BytesIO(data), ImportOptions()
        )

    seen = await look(good_then_wide(30))
    assert (seen.columns, len(seen.rows), seen.plan["mapping"]) == (["text", "many"], 20, {"text": "text"})
    with pytest.raises(FileExpands):
        await look(good_then_wide(3))
    assert not unfolding()
    monkeypatch.setattr(preview_verb, "PATIENCE_SECONDS", 0.1)
    turns = [preview_verb._turns.acquire(blocking=False) for _ in range(preview_verb.AT_ONCE)]
    try:
        with pytest.raises(Exhausted):
            await look(good_then_wide(3))
    finally:
        for _ in turns:
            preview_verb._turns.release()


@pytest.mark.parametrize("ends_at", [1, 3])
async def test_an_import_whose_process_is_ended_goes_on_where_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, ends_at: int
) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 3_000)
    import_id = await bench.upload("a.parquet", plain(texts(20_000)))
    real = store.advance_import
    calls = 0

    async def killing(tx: Tx, *args: Any, **counts: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == ends_at:
            for child in unfolding():
                child.kill()
        return await real(tx, *args, **counts)

    monkeypatch.setattr(store, "advance_import", killing)
    with pytest.raises(Unavailable, match="ended from outside"):
        await bench.run(import_id)
    ((read, state),) = await bench.rows("SELECT rows_read, state FROM imports WHERE %(p)s IS NOT NULL")
    assert state == "running"
    assert 0 < read < 20_000
    done = await bench.run(import_id)
    assert (done.state, done.rows_read, done.rows_added, done.rows_duplicate) == (
        ImportState.DONE,
        20_000,
        20_000,
        0,
    )
    assert await bench.texts() == texts(20_000)["text"].to_pylist()
    assert not unfolding()


async def test_cancel_ends_the_process_too(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 1_000)
    import_id = await bench.upload("a.parquet", plain(texts(20_000)))
    real = store.advance_import
    calls = 0

    async def then_cancel(tx: Tx, *args: Any, **counts: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == 3:
            assert unfolding()
            async with bench.db.tenant_tx(bench.who) as other:
                await cancel_import(other, bench.project, import_id)
        return await real(tx, *args, **counts)

    monkeypatch.setattr(store, "advance_import", then_cancel)
    done = await bench.run(import_id)
    assert (done.state, done.rows_added) == (ImportState.CANCELLED, 2_000)
    assert not unfolding()
    running = asyncio.ensure_future(bench.run(await bench.upload("b.parquet", plain(texts(20_000)))))
    while not unfolding():
        await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for _ in range(100):
        if not unfolding():
            break
        await asyncio.sleep(0.05)
    assert not unfolding()
