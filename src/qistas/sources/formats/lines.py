"""Text as lines of bytes, none of them longer in memory than the limit, each with its number and its place."""

import codecs
import io
from typing import BinaryIO

from qistas.sources.types import MAX_ROW_BYTES, Position

_SKIP = 1 << 20
_WIDE = ("utf-16", "utf-32")


class LineTooLong(Exception):
    """A line beyond the limit. It has been read past; the next call gives the line after it."""

    def __init__(self, line: int, size: int) -> None:
        super().__init__(f"line {line} has {size} bytes")
        self.line = line
        self.size = size


class Lines:
    """Lines of `source` from `start` on. `offset` and `line` say where the next one begins, and how many came before."""

    __slots__ = ("_limit", "_source", "line", "offset")

    def __init__(self, source: BinaryIO, start: Position = Position(), limit: int = MAX_ROW_BYTES) -> None:  # noqa: B008 frozen
        self._source = source
        self._limit = limit
        self.offset = _go_to(source, start.offset)
        self.line = start.line

    def next(self) -> bytes | None:
        """The next line with its ending, or None at the end. Raises LineTooLong, having read past that line."""
        raw = self._source.readline(self._limit + 1)
        if not raw:
            return None
        self.offset += len(raw)
        self.line += 1
        if len(raw) > self._limit and not raw.endswith(b"\n"):
            size = len(raw)
            while piece := self._source.readline(_SKIP):
                size += len(piece)
                if piece.endswith(b"\n"):
                    break
            self.offset += size - len(raw)
            raise LineTooLong(self.line, size)
        return raw

    def back_to(self, offset: int, line: int) -> None:
        """Read on from a place that was passed before."""
        self.offset, self.line = _go_to(self._source, offset), line


def open_text(source: BinaryIO, encoding: str, sample: bytes) -> tuple[BinaryIO, str]:
    """`source` as bytes in which line feeds end lines, and the encoding of those bytes.

    Encodings of two or four bytes a unit are turned into UTF-8 on the way; so is a file whose lines end in bare
    carriage returns. A byte order mark is left out.
    """
    name = codecs.lookup(encoding).name
    if name.startswith(_WIDE):
        return io.BufferedReader(_Rewritten(source, name), 1 << 20), "utf-8"
    if name == "utf-8-sig":
        name = "utf-8"
    if b"\r" in sample and b"\n" not in sample:
        return io.BufferedReader(_Rewritten(source, None), 1 << 20), name
    return source if isinstance(source, io.BufferedReader) else io.BufferedReader(_Raw(source), 1 << 20), name


class _Raw(io.RawIOBase):
    """Any binary file as a raw one, so that it can be buffered."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()


class _Rewritten(io.RawIOBase):
    """The text of `source` in UTF-8 (or, without an encoding, with carriage returns as line feeds). It starts again at 0.

    A half that stands alone in UTF-16 is passed on as it is, so that the row it stands in is refused, and no other.
    """

    def __init__(self, source: BinaryIO, encoding: str | None) -> None:
        self._source = source
        self._encoding = encoding
        self._rest = b""
        self._restart()

    def _restart(self) -> None:
        self._source.seek(0)
        self._rest = b""
        self._done = False
        self._place = 0
        self._first = True
        self._decoder = (
            codecs.getincrementaldecoder(self._encoding)("surrogatepass") if self._encoding else None
        )

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        while not self._rest and not self._done:
            self._fill()
        part = self._rest[: len(buffer)]
        buffer[: len(part)] = part
        self._rest = self._rest[len(part) :]
        self._place += len(part)
        return len(part)

    def _fill(self) -> None:
        data = self._source.read(1 << 18)
        self._done = not data
        if self._decoder is None:
            self._rest = data.replace(b"\r", b"\n")
            return
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError:
            text = "\ufffd"  # the file ends within a unit
            self._decoder.reset()
        if self._first and text:
            text = text.removeprefix("\ufeff")
            self._first = False
        self._rest = text.encode("utf-8", "surrogatepass")

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR and offset == 0:
            return self._place
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("this text is only read from its beginning")
        if offset < self._place:
            self._restart()
        while self._place < offset and (piece := self.read(min(1 << 18, offset - self._place))):
            del piece
        return self._place

    def tell(self) -> int:
        return self._place


def _go_to(source: BinaryIO, offset: int) -> int:
    """Go to `offset`, or past the byte order mark at the beginning; returns where that is."""
    source.seek(offset)
    if offset == 0:
        if source.read(3) == codecs.BOM_UTF8:
            return 3
        source.seek(0)
    return offset
