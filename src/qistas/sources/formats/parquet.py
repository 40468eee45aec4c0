"""Parquet: rows by name, a little at a time."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from qistas.core.errors import Fault, FileInvalid
from qistas.sources.types import Position, Refusal

from .reader import Row, check_width, too_long

_compute: Any = pyarrow.compute  # its functions are made at run time
_BATCH = 512
_MAX_BATCH_BYTES = 512 * 2**20
_AT_ONCE_BYTES = 64 * 2**20  # of values that are made objects of at once
_MAX_ROW_BYTES = 256 * 2**20  # of one row: pictures, and texts beside them
_TEXTS = frozenset(
    {"NONE", "UNKNOWN", "STRING", "JSON", "BSON", "ENUM"}
)  # what a column of bytes may say of itself


class ParquetReader:
    """Rows of a Parquet file. The line of a row is its number; the position counts rows."""

    def __init__(self, source: BinaryIO, start: Position) -> None:
        self._size = source.seek(0, 2)
        source.seek(0)
        try:
            self._file = pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False)
            self._folded = pq.ParquetFile(
                source,
                buffer_size=1 << 20,
                pre_buffer=False,
                metadata=self._file.metadata,
                read_dictionary=_said_once(self._file),
            )
            self.columns: list[str] = list(self._file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(error) from error
        check_width(len(self.columns))
        if len(set(self.columns)) != len(self.columns):
            raise FileInvalid(
                "Two columns of this Parquet file have the same name.",
                [Fault("columns", "not distinct", "Rename one of them.")],
            )
        self._given = start.line

    @property
    def position(self) -> Position:
        """How many rows have been given."""
        return Position(0, self._given)

    @property
    def bytes_read(self) -> int:
        """The share of the file that the rows given so far are: Parquet has no running offset."""
        return self._size * self._given // max(1, int(self._file.metadata.num_rows))

    def __iter__(self) -> Iterator[Row]:
        skip = self._given
        for group in range(self._file.metadata.num_row_groups):
            size = self._file.metadata.row_group(group).num_rows
            if skip >= size:
                skip -= size
                continue
            yield from self._group(group, skip)
            skip = 0

    def _group(self, group: int, skip: int) -> Iterator[Row]:
        try:
            # A value that stands in a dictionary may be named by every row: a file of a kilobyte would unfold to gigabytes.
            first = next(self._folded.iter_batches(batch_size=1, row_groups=[group]), None)
            unfolds = first is not None and _BATCH * sum(map(_longest, first.columns)) > _MAX_BATCH_BYTES
            file = self._folded if unfolds else self._file
            for batch in file.iter_batches(batch_size=_BATCH, row_groups=[group]):
                if batch.nbytes > _MAX_BATCH_BYTES:
                    raise FileInvalid(
                        "The rows of this Parquet file are too large.",
                        [
                            Fault(
                                f"row {self._given + 1}",
                                f"{_BATCH} rows take more than {_MAX_BATCH_BYTES:,} bytes",
                                "Split the file.",
                            )
                        ],
                    )
                if skip >= batch.num_rows:
                    skip -= batch.num_rows
                    continue
                for piece in _pieces(batch.slice(skip)):
                    if isinstance(piece, int):
                        self._given += 1
                        yield self._given, too_long(piece, _MAX_ROW_BYTES)
                        continue
                    for record in piece.to_pylist():
                        self._given += 1
                        yield self._given, _plain_row(record)
                skip = 0
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise _unreadable(error) from error


def _said_once(file: pq.ParquetFile) -> list[str]:
    """The columns of texts and bytes that say each value once, in a dictionary."""
    known = file.metadata
    found: dict[str, None] = {}
    for group in range(known.num_row_groups):
        for at in range(known.num_columns):
            column = known.row_group(group).column(at)
            if (
                column.physical_type == "BYTE_ARRAY"
                and any("DICTIONARY" in encoding for encoding in column.encodings)
                and known.schema.column(at).logical_type.type in _TEXTS
            ):
                found[column.path_in_schema] = None
    return list(found)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | int]:
    """The batch in pieces small enough to make objects of; for a row that is too large by itself, its size."""
    size = sum(_unfolded(column) for column in batch.columns)
    if size <= _AT_ONCE_BYTES or (batch.num_rows == 1 and size <= _MAX_ROW_BYTES):
        yield batch
    elif batch.num_rows == 1:
        yield size
    else:
        half = batch.num_rows // 2
        yield from _pieces(batch.slice(0, half))
        yield from _pieces(batch.slice(half))


def _longest(values: Any) -> int:
    """The longest value in the dictionaries of a column."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _compute.max(_compute.binary_length(values.dictionary)).as_py() or 0
    if pa.types.is_struct(kind):
        return sum(_longest(values.field(at)) for at in range(kind.num_fields))
    if pa.types.is_map(kind):
        return _longest(values.keys) + _longest(values.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _longest(values.values)
    return 0


def _unfolded(values: Any) -> int:
    """About how many bytes the values take one by one, those that stand in a dictionary once for each time they are named."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return (
            _compute.sum(_compute.take(_compute.binary_length(values.dictionary), values.indices)).as_py()
            or 0
        )
    if pa.types.is_struct(kind):
        return sum(_unfolded(part) for part in values.flatten())
    if pa.types.is_map(kind):
        return _unfolded(values.keys) + _unfolded(values.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inside = values.flatten()
        return 8 * len(inside) + _unfolded(inside)
    return int(values.nbytes)


def _unreadable(error: Exception) -> FileInvalid:
    text = str(error).split("\n")[0][:200]
    return FileInvalid(
        "This file cannot be read as Parquet.",
        [
            Fault(
                "file",
                text,
                "Write it again, for example with pandas or pyarrow, and check that it was copied whole.",
            )
        ],
    )


def _plain_row(record: dict[str, Any]) -> dict[str, Any] | Refusal:
    try:
        return {name: _plain(value) for name, value in record.items()}
    except ValueError as error:
        return Refusal(
            "value_type", f"A value cannot be kept: {error}.", "Leave the column out, or write it as text."
        )


def _plain(value: Any) -> Any:
    """A value as JSON has it. Bytes stay bytes: they may be an image."""
    if value is None or isinstance(value, str | bool | int | float | bytes):
        return value
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    raise ValueError(type(value).__name__)
