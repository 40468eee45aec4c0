"""A JSON array of objects (or objects one after another, over any number of lines), in constant memory.

The text is walked once to find where each object begins and ends; only one object is held at a time.
"""

import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from qistas.sources.types import MAX_ROW_BYTES, Position, Refusal

from .json_row import parse_row
from .lines import open_text
from .reader import Row, not_text, shown, too_long

_CHUNK = 1 << 18
_MARK = re.compile(rb'["\\{}\[\]]')
_BETWEEN = b" \t\r\n,"


class JsonArrayReader:
    """Rows of a JSON file whose value is an array of objects."""

    def __init__(self, source: BinaryIO, encoding: str, sample: bytes, start: Position) -> None:
        self._text, self._encoding = open_text(source, encoding, sample)
        self._offset = start.offset
        self._line = start.line
        self._text.seek(start.offset)
        self._started = start.offset > 0

    @property
    def position(self) -> Position:
        """Just after the last row given."""
        return Position(self._offset, self._line)

    @property
    def bytes_read(self) -> int:
        """Bytes up to the end of the last row given."""
        return self._offset

    def __iter__(self) -> Iterator[Row]:
        buffer = b""
        at = 0
        while True:
            # Between rows: pass over white space, commas and the brackets of the array.
            if at >= len(buffer):
                self._advance(buffer)
                buffer, at = self._text.read(_CHUNK), 0
                if not buffer:
                    return
                if self._offset == 0 and buffer.startswith(b"\xef\xbb\xbf"):
                    at = 3
            byte = buffer[at : at + 1]
            if byte in _BETWEEN:
                at += 1
                continue
            if (byte == b"[" and not self._started) or byte == b"]":
                self._started = True
                at += 1
                continue
            self._started = True
            self._advance(buffer[:at])
            row, buffer = self._take(buffer[at:])
            at = 0
            yield row

    def _advance(self, passed: bytes) -> None:
        self._offset += len(passed)
        self._line += passed.count(b"\n")

    def _take(self, rest: bytes) -> tuple[Row, bytes]:
        """The row that begins at `rest`, and what follows it in the buffer."""
        line = self._line + 1
        held = io.BytesIO()
        size = depth = 0
        in_string = False
        cut = False
        while True:
            end, depth, in_string, carry = _scan(rest, depth, in_string)
            part = rest if end is None else rest[:end]
            size += len(part)
            if size <= MAX_ROW_BYTES:
                held.write(part)
            self._advance(part)
            if end is not None:
                rest = rest[end:]
                break
            rest = self._text.read(_CHUNK)
            if carry and rest:  # the buffer ended in a backslash: what it escapes comes with it
                size += 1
                if size <= MAX_ROW_BYTES:
                    held.write(rest[:1])
                self._advance(rest[:1])
                rest = rest[1:] or self._text.read(_CHUNK)
            if not rest:
                cut = True
                break
        return (line, self._parse(held.getvalue(), size, cut)), rest

    def _parse(self, raw: bytes, size: int, cut: bool) -> "dict[str, object] | Refusal":
        if size > MAX_ROW_BYTES:
            return too_long(size, MAX_ROW_BYTES)
        if cut and raw[:1] in (b"{", b"[", b'"'):
            return Refusal(
                "json_invalid",
                "The file ends within this row.",
                "Was the file cut off here? Send it whole.",
                raw=shown(raw),
            )
        if self._encoding not in ("utf-8", "ascii"):
            try:
                raw = raw.decode(self._encoding).encode()
            except UnicodeDecodeError as error:
                return not_text(self._encoding, error, raw)
        return parse_row(raw)


def _scan(buffer: bytes, depth: int, in_string: bool) -> tuple[int | None, int, bool, bool]:
    """Walk to the end of the value that begins (or goes on) here.

    Returns its end in the buffer or None, the depth and whether within a string at the buffer's end, and whether the
    buffer ends in the backslash of an escape. A value that is no object, array or string ends at the next comma,
    bracket or line feed.
    """
    at, length, slash = 0, len(buffer), -1
    while at < length:
        if in_string:
            quote = buffer.find(b'"', at)
            if slash < at:  # looked for once, and again only when it has been passed
                slash = buffer.find(b"\\", at)
                slash = length if slash < 0 else slash
            if slash < (length if quote < 0 else quote):
                at = slash + 2
                if at > length:
                    return None, depth, True, True
            elif quote < 0:
                return None, depth, True, False
            else:
                at = quote + 1
                in_string = False
                if depth == 0:
                    return at, 0, False, False
            continue
        if depth == 0 and buffer[at : at + 1] not in b'{["':
            found = _SCALAR_END.search(buffer, at)
            if found is None:
                return None, 0, False, False
            return max(found.start(), 1), 0, False, False
        found = _MARK.search(buffer, at)
        if found is None:
            return None, depth, False, False
        at = found.end()
        mark = found[0]
        if mark == b'"':
            in_string = True
        elif mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth <= 0:
                return at, 0, False, False
    return None, depth, in_string, False


_SCALAR_END = re.compile(rb"[,\]\n]")
