"""The formats a file may have. One registry: a format is a reader that gives rows; nothing else names it."""

from collections.abc import Callable
from typing import BinaryIO

from qistas.sources.detect import Detected
from qistas.sources.types import Format, Position

from .archive import ZipReader
from .delimited import DelimitedReader
from .json_array import JsonArrayReader
from .jsonl import JsonLinesReader
from .parquet import ParquetReader
from .reader import Reader, Row, shown
from .text import TextReader

Opener = Callable[[BinaryIO, Detected, bytes, Position], Reader]

READERS: dict[Format, Opener] = {
    Format.JSONL: lambda source, how, sample, start: JsonLinesReader(source, how.encoding, sample, start),
    Format.JSON: lambda source, how, sample, start: JsonArrayReader(source, how.encoding, sample, start),
    Format.CSV: lambda source, how, sample, start: DelimitedReader(
        source, how.encoding, sample, start, how.delimiter
    ),
    Format.TSV: lambda source, how, sample, start: DelimitedReader(
        source, how.encoding, sample, start, how.delimiter
    ),
    Format.PARQUET: lambda source, how, sample, start: ParquetReader(source, start),
    Format.TEXT: lambda source, how, sample, start: TextReader(source, how.encoding, sample, start),
    Format.ZIP: lambda source, how, sample, start: ZipReader(source, start),
}


def open_reader(source: BinaryIO, how: Detected, sample: bytes, start: Position = Position()) -> Reader:  # noqa: B008 frozen
    """A reader of `source` from `start` on. `sample` is the beginning of the file. Raises FileInvalid."""
    return READERS[how.format](source, how, sample, start)


def read_again(reader: Reader, source: BinaryIO, how: Detected, sample: bytes, start: Position) -> Reader:
    """A reader of `source` from `start` on, when the beginning was looked at by `reader`. Raises FileInvalid."""
    if isinstance(reader, ParquetReader):
        return reader.again(start)
    return open_reader(source, how, sample, start)


def let_go(reader: Reader) -> None:
    """End what a reader has going beside it."""
    if isinstance(reader, ParquetReader):
        reader.close()


def break_off(reader: Reader) -> None:
    """Let a thread that waits for the next row wait no longer: it is told that there is none."""
    if isinstance(reader, ParquetReader):
        reader.stop()


__all__ = ["READERS", "Reader", "Row", "break_off", "let_go", "open_reader", "read_again", "shown"]
