"""CSV and TSV of any dialect: a header, then rows; cells may hold line feeds within quotes."""

import csv
from collections.abc import Iterator
from typing import BinaryIO

from qistas.sources.types import MAX_ROW_BYTES, Position, Refusal

from .lines import Lines, LineTooLong, open_text
from .reader import Row, check_width, not_text, shown, too_long

csv.field_size_limit(MAX_ROW_BYTES)


class _Feed:
    """Lines as text for csv.reader, which asks for one at a time: after a row, the place is the row's end."""

    def __init__(self, lines: Lines, encoding: str) -> None:
        self.lines = lines
        self._encoding = encoding
        self.fault: Refusal | None = None
        self.size = 0

    def begin(self) -> None:
        self.fault = None
        self.size = 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        raw = self.lines.next()
        if raw is None:
            raise StopIteration
        self.size += len(raw)
        if self.size > MAX_ROW_BYTES:
            raise LineTooLong(self.lines.line, self.size)
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError as error:
            # The row is refused as a whole; its cells only serve to find where it ends.
            self.fault = self.fault or not_text(self._encoding, error, raw)
            return raw.decode(self._encoding, "replace")


class DelimitedReader:
    """Rows of a CSV or TSV file as objects by the names in its header."""

    def __init__(
        self, source: BinaryIO, encoding: str, sample: bytes, start: Position, delimiter: str
    ) -> None:
        text, self._encoding = open_text(source, encoding, sample)
        self._delimiter = delimiter
        self._lines = Lines(text)
        self.columns = self._read_header()
        if start.line:
            self._lines.back_to(start.offset, start.line)

    @property
    def position(self) -> Position:
        """Where the next row begins."""
        return Position(self._lines.offset, self._lines.line)

    @property
    def bytes_read(self) -> int:
        """Bytes of the rows given so far."""
        return self._lines.offset

    def _parser(self, feed: _Feed) -> "Iterator[list[str]]":
        return csv.reader(feed, delimiter=self._delimiter, strict=True)

    def _read_header(self) -> list[str]:
        feed = _Feed(self._lines, self._encoding)
        parser = self._parser(feed)
        try:
            while not (cells := next(parser, None)) and cells is not None:
                feed.begin()
        except (csv.Error, LineTooLong):
            return []
        check_width(len(cells or []))
        return name_columns(cells or [])

    def __iter__(self) -> Iterator[Row]:
        lines, columns = self._lines, self.columns
        width = len(columns)
        feed = _Feed(lines, self._encoding)
        parser = self._parser(feed)
        while True:
            feed.begin()
            first, offset = lines.line + 1, lines.offset
            try:
                cells = next(parser)
            except StopIteration:
                return
            except LineTooLong as long:
                if lines.line == first:  # the line itself is too long; it has been read past
                    yield first, too_long(long.size, MAX_ROW_BYTES)
                    continue
                yield from self._refuse_line(
                    offset, first, "A quote opens here and does not close within the longest row."
                )
                continue
            except csv.Error as error:
                yield from self._refuse_line(offset, first, f"The quotes do not fit: {error}.")
                continue
            if not cells:
                continue
            if feed.fault is not None:
                yield first, feed.fault
            elif len(cells) != width:
                yield first, _wrong_width(len(cells), width, self._delimiter.join(cells))
            else:
                yield first, dict(zip(columns, cells, strict=True))

    def _refuse_line(self, offset: int, first: int, reason: str) -> Iterator[Row]:
        """Refuse one line and go on at the next: a quote that never closes must not take the rows after it along."""
        self._lines.back_to(offset, first - 1)
        raw = self._lines.next() or b""
        remedy = 'Close the quote; write a quote within a quoted cell twice: "".'
        yield first, Refusal("quotes", reason, remedy, raw=shown(raw.decode(self._encoding, "replace")))


def name_columns(cells: list[str]) -> list[str]:
    """Names for the columns: as in the header, made distinct, and `column_3` where there is none."""
    names: dict[str, None] = {}
    copies: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        name = cell.strip().replace("\0", "") or f"column_{place}"
        free, copy = name, copies.get(name, 2)
        while free in names:
            free = f"{name}_{copy}"
            copy += 1
        names[free], copies[name] = None, copy
    return list(names)


def _wrong_width(found: int, wanted: int, raw: str) -> Refusal:
    said = f"The row has {found} cells; the header has {wanted}."
    if found > wanted:
        return Refusal(
            "columns", said, "A cell that holds the delimiter must stand in quotes.", raw=shown(raw)
        )
    remedy = "Add the cells that are missing; an empty one keeps its delimiter. Or the file was cut off here."
    return Refusal("columns_few", said, remedy, raw=shown(raw))
