"""Parquet: rows by name, a little at a time."""

import datetime
import decimal
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from qistas.core.errors import Fault, FileInvalid
from qistas.sources.types import Position, Refusal

from .reader import Row, check_width

_BATCH = 512
_MAX_BATCH_BYTES = 512 * 2**20


class ParquetReader:
    """Rows of a Parquet file. The line of a row is its number; the position counts rows."""

    def __init__(self, source: BinaryIO, start: Position) -> None:
        self._size = source.seek(0, 2)
        source.seek(0)
        try:
            self._file = pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False)
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
            for batch in self._file.iter_batches(batch_size=_BATCH, row_groups=[group]):
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
                for record in batch.slice(skip).to_pylist():
                    self._given += 1
                    yield self._given, _plain_row(record)
                skip = 0
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise _unreadable(error) from error


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
