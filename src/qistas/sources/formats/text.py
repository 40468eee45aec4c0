"""Plain text: each line that is not blank is one row, `{"text": line}`."""

from collections.abc import Iterator
from typing import BinaryIO

from qistas.sources.types import MAX_ROW_BYTES, Position

from .lines import Lines, LineTooLong, open_text
from .reader import Row, not_text, too_long


class TextReader:
    """Rows of a text file; the line feed is not part of the text, other white space is."""

    def __init__(self, source: BinaryIO, encoding: str, sample: bytes, start: Position) -> None:
        text, self._encoding = open_text(source, encoding, sample)
        self._lines = Lines(text, start)

    @property
    def position(self) -> Position:
        """Where the next line begins."""
        return Position(self._lines.offset, self._lines.line)

    @property
    def bytes_read(self) -> int:
        """Bytes of the lines given so far."""
        return self._lines.offset

    def __iter__(self) -> Iterator[Row]:
        lines = self._lines
        while True:
            try:
                raw = lines.next()
            except LineTooLong as long:
                yield long.line, too_long(long.size, MAX_ROW_BYTES)
                continue
            if raw is None:
                return
            try:
                text = raw.decode(self._encoding).rstrip("\r\n")
            except UnicodeDecodeError as error:
                yield lines.line, not_text(self._encoding, error, raw)
                continue
            if text and not text.isspace():
                yield lines.line, {"text": text}
