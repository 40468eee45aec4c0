"""JSON Lines: one object a line."""

from collections.abc import Iterator
from typing import BinaryIO

from qistas.sources.types import MAX_ROW_BYTES, Position, Refusal

from .json_row import parse_row
from .lines import Lines, LineTooLong, open_text
from .reader import Row, not_text, shown, too_long


class JsonLinesReader:
    """Rows of a JSON Lines file; blank lines are passed over."""

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
        lines, recode = self._lines, self._encoding not in ("utf-8", "ascii")
        while True:
            try:
                raw = lines.next()
            except LineTooLong as long:
                yield long.line, too_long(long.size, MAX_ROW_BYTES)
                continue
            if raw is None:
                return
            if recode:
                try:
                    raw = raw.decode(self._encoding).encode()
                except UnicodeDecodeError as error:
                    yield lines.line, not_text(self._encoding, error, raw)
                    continue
                except UnicodeEncodeError:
                    yield (
                        lines.line,
                        Refusal(
                            "encoding",
                            "The line holds half a character.",
                            "Save the file as UTF-8.",
                            raw=shown(raw),
                        ),
                    )
                    continue
            if raw.isspace():
                continue
            yield lines.line, parse_row(raw)
