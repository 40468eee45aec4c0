"""What every format gives: rows one by one, each with its line, and the place where the next begins."""

from collections.abc import Iterator
from typing import Any, Protocol

from qistas.core.errors import Fault, FileInvalid
from qistas.sources.types import MAX_COLUMNS, Position, Record, Refusal

Row = tuple[int, Record | Refusal]


class Reader(Protocol):
    """Reads a file once, row by row, in constant memory.

    `position` may be asked for between rows: a reader of the same file started there gives exactly the rows that follow.
    `bytes_read` is for progress. A row is a record, or a refusal where the file itself is wrong at that line.
    """

    @property
    def position(self) -> Position:
        """Where the next row begins."""
        ...

    @property
    def bytes_read(self) -> int:
        """How much of the file has been read."""
        ...

    def __iter__(self) -> Iterator[Row]:
        """The rows, with the line each begins on (the first line is 1)."""
        ...


def shown(raw: bytes | str) -> str:
    """The beginning of a refused row, as a report may show it: no NUL, no broken text, not long."""
    text = raw[:1200].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[:400]
    text = text.encode("utf-8", "replace").decode().replace("\0", "\ufffd").strip("\r\n")
    return text if len(text) <= 300 else text[:299] + "…"


def too_long(size: int, limit: int) -> Refusal:
    """The refusal of a row beyond the limit."""
    return Refusal(
        "line_too_long",
        f"The row has {size:,} bytes; one row may have {limit:,}.",
        "Split the row, or check that lines end with a line feed.",
    )


def check_width(columns: int) -> None:
    """Raise FileInvalid for more columns than an item has a use for: every row would carry them all along."""
    if columns > MAX_COLUMNS:
        raise FileInvalid(
            f"The file has {columns:,} columns; at most {MAX_COLUMNS:,} are read.",
            [
                Fault(
                    "columns",
                    f"are {columns:,}",
                    f"Keep to {MAX_COLUMNS:,}; look whether the delimiter is right.",
                    "columns_many",
                    {"n": columns, "most": MAX_COLUMNS},
                )
            ],
        )


def not_text(encoding: str, error: UnicodeDecodeError, raw: bytes) -> Refusal:
    """The refusal of a row whose bytes are not text of the file's encoding."""
    return Refusal(
        "encoding",
        f"Byte {error.start + 1} of the line (0x{raw[error.start]:02x}) is not {encoding} text.",
        "Save the whole file in one encoding, best UTF-8, or state its encoding in the options.",
        raw=shown(raw),
    )


def is_integer(value: Any) -> bool:
    """Whether `value` is a whole number and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool)
