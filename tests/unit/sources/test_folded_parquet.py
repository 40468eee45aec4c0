"""Parquet that says a value once and names it many times is read without being unfolded."""

import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qistas.sources.formats import parquet
from qistas.sources.formats.parquet import ParquetReader
from qistas.sources.types import Position, Refusal

LONG = "a" * (4 << 20)


def read(table: pa.Table, **written: Any) -> ParquetReader:
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", **written)
    return ParquetReader(file, Position(0, 0))


def named(times: int) -> pa.DictionaryArray:
    """One long text, so many times."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([LONG]))


@pytest.mark.parametrize("kept", [True, False])
def test_a_text_that_every_row_names(kept: bool) -> None:
    rows = iter(read(pa.table({"text": named(600)}), store_schema=kept))
    before = pa.total_allocated_bytes()
    for line in range(1, 601):
        assert next(rows)[0] == line
        assert pa.total_allocated_bytes() - before < 64 << 20
    assert next(rows, None) is None


def test_a_row_that_names_it_too_often_is_refused_and_its_neighbours_are_not() -> None:
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 101, 102], pa.int32()), named(102))
    first, second, third = (row for _, row in read(pa.table({"texts": lists}), store_schema=False))
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
    plain = list(read(table))
    monkeypatch.setattr(parquet, "_longest", lambda _: 2**40)
    monkeypatch.setattr(parquet, "_AT_ONCE_BYTES", 1)
    assert list(read(table)) == plain
    assert list(read(table, store_decimal_as_integer=False, row_group_size=3)) == plain
