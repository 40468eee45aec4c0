"""Parquet that says a value once and names it many times is read without being unfolded."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qistas.sources.formats import unfold_parquet
from qistas.sources.formats.parquet import ParquetReader
from qistas.sources.formats.unfold_parquet import Unfolder
from qistas.sources.types import Position, Refusal

LONG = "a" * (4 << 20)


def write(table: pa.Table, **written: Any) -> io.BytesIO:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", **written)
    return file


def unfold(table: pa.Table, **written: Any) -> Iterator[Any]:
    file = write(table, **written)
    return (row for rows in Unfolder(file, len(file.getvalue()), 0) for row in rows)


def named(times: int) -> pa.DictionaryArray:
    """One long text, so many times."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([LONG]))


@pytest.mark.parametrize("kept", [True, False])
def test_a_text_that_every_row_names(kept: bool) -> None:
    rows = unfold(pa.table({"text": named(300)}), store_schema=kept)
    before = pa.total_allocated_bytes()
    for _ in range(300):
        assert len(next(rows)["text"]) == len(LONG)
        assert pa.total_allocated_bytes() - before < 64 << 20
    assert next(rows, None) is None


def test_a_row_that_names_it_too_often_is_refused_and_its_neighbours_are_not() -> None:
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 101, 102], pa.int32()), named(102))
    file = write(pa.table({"texts": lists}), store_schema=False)
    first, second, third = (row for _, row in ParquetReader(file, Position(0, 0)))
    assert isinstance(second, Refusal)
    assert second.code == "line_too_long"
    assert first == third == {"texts": [LONG]}


def test_read_folded_or_not_rows_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pa.table(
        {
            "text": ["a", "b", None, "a"],
            "bytes": [b"x", None, b"x", b""],
            "large": pa.array(["a", "b", None, "a"], pa.large_string()),
            "list": [["p", "q"], ["p"], None, []],
            "struct": [{"k": "v", "n": 1}, None, {"k": "v", "n": None}, {"k": None, "n": 2}],
            "map": pa.array([[("k", "v")], [], None, [("k2", None)]], pa.map_(pa.string(), pa.string())),
            "deep": [[{"z": ["u"]}], [], None, [{"z": None}]],
            "price": [Decimal("1.5"), None, Decimal("2.5"), Decimal("1.5")],
            "number": [1, 2, 1, None],
        }
    )
    plain = list(unfold(table))
    monkeypatch.setattr(unfold_parquet, "longest_of", lambda _: 2**40)
    monkeypatch.setattr(unfold_parquet, "AT_ONCE_BYTES", 1)
    assert list(unfold(table)) == plain
    assert list(unfold(table, store_decimal_as_integer=False, row_group_size=3)) == plain
