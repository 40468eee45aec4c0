"""Parquet that says little and unfolds to much ends the process that unfolds it, and nothing else."""

import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qistas.core.errors import FileExpands, FileInvalid, Unavailable
from qistas.sources.formats import parquet
from qistas.sources.formats.parquet import ParquetReader
from qistas.sources.types import Position, Refusal

MB = 2**20


def written(table: pa.Table, **how: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", **how)
    return file


def one_list(values: pa.Array) -> pa.Table:
    """One row that holds all of these."""
    return pa.table({"list": pa.ListArray.from_arrays(pa.array([0, len(values)], pa.int32()), values)})


def one_page() -> io.BytesIO:
    """A list of zeros, written out in one plain page."""
    zeros = pa.array(np.zeros(14 * MB, np.int64))
    return written(one_list(zeros), use_dictionary=False, data_page_size=2**30, column_encoding="PLAIN")


def run_lengths() -> io.BytesIO:
    """A list of nothings: its levels are one run."""
    return written(one_list(pa.nulls(60 * MB, pa.int8())))


def one_number_a_row() -> io.BytesIO:
    """A dictionary of one number, which a list names very often."""
    return written(one_list(pa.array(np.full(14 * MB, 7, np.int64))))


def prefixes() -> io.BytesIO:
    """Texts that say: as the one before."""
    table = pa.table({"text": ["a" * MB] * 200})
    return written(table, use_dictionary=False, column_encoding={"text": "DELTA_BYTE_ARRAY"})


def wide_values() -> io.BytesIO:
    """Values of one width, too wide to be named often, and no texts."""
    value = pa.DictionaryArray.from_arrays(
        pa.array([0] * 400, pa.int32()), pa.array([b"\0" * MB], pa.binary(MB))
    )
    return written(pa.table({"wide": value}), store_schema=False)


def nested() -> io.BytesIO:
    """Lists in lists of runs."""
    inner = pa.ListArray.from_arrays(
        pa.array(np.arange(0, 30 * MB + 1, MB, dtype=np.int32)), pa.nulls(30 * MB, pa.int32())
    )
    return written(one_list(inner))


ATTACKS = [one_page, run_lengths, one_number_a_row, prefixes, wide_values, nested]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda made: made.__name__)
def test_what_unfolds_too_far_is_refused(
    attack: Callable[[], io.BytesIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "MEMORY_BYTES", 96 * MB)
    file = attack()
    assert len(file.getvalue()) < MB // 4
    before = psutil.Process().memory_info().rss
    with pytest.raises(FileExpands, match="unfolds to more") as told:
        for _ in ParquetReader(file, Position()):
            assert psutil.Process().memory_info().rss < before + 100 * MB
    assert told.value.faults[0].remedy
    assert psutil.Process().memory_info().rss < before + 100 * MB
    assert not unfolding()


def test_a_file_that_says_more_rows_than_it_can_hold() -> None:
    many = pa.table({"text": pa.nulls(2_000_000, pa.string())})
    with pytest.raises(FileExpands, match="more rows"):
        list(ParquetReader(written(many), Position()))


def test_long_rows_are_read_within_the_limit_that_is_set() -> None:
    texts = ["x" * (20 * MB), "short", "y" * (16 * MB), "z" * (110 * MB)]
    picture = os.urandom(20 * MB)
    file = written(pa.table({"text": texts, "image": [picture] * 4}), use_dictionary=False)
    *rows, long = (row for _, row in ParquetReader(file, Position()))
    assert [(len(row["text"]), row["image"] == picture) for row in rows if isinstance(row, dict)] == [
        (20 * MB, True),
        (5, True),
        (16 * MB, True),
    ]
    assert isinstance(long, Refusal)
    assert long.code == "line_too_long"


def test_one_that_never_ends_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(parquet, "UNFOLDER", slow)
    monkeypatch.setattr(parquet, "SECONDS", 0.3)
    with pytest.raises(FileExpands, match="too long"):
        ParquetReader(written(pa.table({"text": ["a"]})), Position())
    busy = tmp_path / "busy.py"
    busy.write_text(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True:\n    pass\n"
    )
    monkeypatch.setattr(parquet, "UNFOLDER", busy)
    monkeypatch.setattr(parquet, "SECONDS", 60)
    with pytest.raises(FileExpands):
        ParquetReader(written(pa.table({"text": ["a"]})), Position())
    assert not unfolding()


def test_one_that_is_ended_from_outside_is_no_fault_of_the_file() -> None:
    file = written(pa.table({"text": [f"row {n}" for n in range(200_000)]}))
    reader = ParquetReader(file, Position())
    rows = iter(reader)
    next(rows)
    unfolding()[0].kill()
    with pytest.raises(Unavailable, match="ended from outside"):
        list(rows)


def test_the_process_ends_with_the_one_that_began_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_bytes(written(pa.table({"text": ["a"] * 500_000})).getvalue())
    program = (
        "import sys, time\n"
        "from qistas.sources.formats.parquet import ParquetReader\n"
        "from qistas.sources.types import Position\n"
        f"reader = ParquetReader(open({str(path)!r}, 'rb'), Position())\n"
        "print(reader._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        child = psutil.Process(int(worker.stdout.readline()))
        assert child.is_running()
        worker.kill()
    until = time.monotonic() + 5
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_its_limits_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ParquetReader(written(pa.table({"text": ["a"] * 500_000})), Position())
    (child,) = unfolding()
    most = resource.prlimit(child.pid, resource.RLIMIT_AS)[0]
    assert parquet.MEMORY_BYTES < most < parquet.MEMORY_BYTES + 2**30
    assert resource.prlimit(child.pid, resource.RLIMIT_FSIZE) == (0, 0)
    assert Path(f"/proc/{child.pid}/oom_score_adj").read_text().strip() == "1000"
    assert child.environ().keys() <= {*parquet._SMALL, "LC_CTYPE"}  # pyright: ignore[reportPrivateUsage]
    reader.close()
    assert not unfolding()


def test_a_reader_that_is_forgotten_leaves_no_process() -> None:
    reader = ParquetReader(written(pa.table({"text": ["a"] * 500_000})), Position())
    next(iter(reader))
    assert unfolding()
    del reader
    assert not unfolding()


def test_its_beginning_is_looked_at_and_read_again_by_one_process() -> None:
    table = pa.table({"text": [f"row {n}" for n in range(5_000)]})
    reader = ParquetReader(written(table), Position())
    (child,) = unfolding()
    for line, _ in reader:
        if line == 50:
            break
    again = reader.again(Position())
    assert again is reader
    assert unfolding() == [child]
    assert [row for _, row in again] == [{"text": f"row {n}"} for n in range(5_000)]
    assert again.position == Position(0, 5_000)
    later = again.again(Position(0, 4_998))
    assert [line for line, _ in later] == [4_999, 5_000]
    small = ParquetReader(written(table.slice(0, 2)), Position())
    assert len(list(small)) == len(list(small.again(Position()))) == 2
    empty = ParquetReader(written(table.slice(0, 0)), Position())
    assert list(empty) == list(empty.again(Position())) == []


@pytest.mark.parametrize("names", [["a", "a"], [f"c{n}" for n in range(2_001)]])
def test_columns_that_are_refused_leave_no_process(names: list[str]) -> None:
    table = pa.table([pa.array([1])] * len(names), names=names)
    with pytest.raises(FileInvalid, match="column"):
        ParquetReader(written(table), Position())
    assert not unfolding()


def test_where_nothing_limits_a_process_rows_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.py"
    bare.write_text("import sys\nsys.modules['resource'] = None\n" + parquet.UNFOLDER.read_text())
    monkeypatch.setattr(parquet, "UNFOLDER", bare)
    assert list(ParquetReader(written(pa.table({"text": ["a"]})), Position())) == [(1, {"text": "a"})]


def unfolding() -> list[psutil.Process]:
    """The children of this process that run."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "-I" in child.cmdline()
    ]
