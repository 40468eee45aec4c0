"""Parquet: rows by name, a little at a time, out of a process that may unfold no more than is good for us (unfold_parquet.py)."""

import base64
import os
import secrets
import selectors
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from qistas.core.errors import Fault, FileExpands, FileInvalid, Unavailable
from qistas.sources.types import MAX_COLUMNS, Position, Refusal

from .reader import Row, check_width, too_long

UNFOLDER = Path(__file__).with_name("unfold_parquet.py")
MEMORY_BYTES = (
    3 * 2**30
)  # of the process, beyond what the libraries take; on a small machine half of what that has
CPU_SECONDS = 60  # of work until the next rows
SECONDS = 180
_MAX_FRAME_BYTES = 2**30
_SMALL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others keep much address space, which is what is limited
    "MALLOC_ARENA_MAX": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_REMEDY = (
    "Write it again in smaller parts (with pyarrow: row_group_size=10_000, lists and texts of a size that a person can read), "
    "without the columns that are not needed; or send it as JSON Lines."
)


class ParquetReader:
    """Rows of a Parquet file. The line of a row is its number; the position counts rows."""

    def __init__(self, source: BinaryIO, start: Position) -> None:
        self._source = source
        self._size = source.seek(0, 2)
        source.seek(max(0, self._size - 4))
        if source.read(4) != b"PAR1":
            raise _unreadable("it does not end as Parquet does")
        self._begin = self._given = start.line
        self._first: list[Any] | None = None  # the first rows, while nothing beyond them was read
        self._ended = False
        self._mark = secrets.token_hex(16)
        self._process = _start_process(source, self._size, start.line, self._mark)
        self.close = weakref.finalize(self, _stop, self._process)
        tag, head = self._frame()
        if tag != b"H":
            self.close()
            raise _ended_early(self._given)
        known = orjson.loads(head)
        self.columns: list[str] = known["columns"]
        self._rows = int(known["rows"])
        self._marked: list[str] = known["marked"]
        if len(set(self.columns)) != len(self.columns):
            self.close()
            raise FileInvalid(
                "Two columns of this Parquet file have the same name.",
                [Fault("columns", "not distinct", "Rename one of them.")],
            )

    @property
    def position(self) -> Position:
        """How many rows have been given."""
        return Position(0, self._given)

    @property
    def bytes_read(self) -> int:
        """The share of the file that the rows given so far are: Parquet has no running offset."""
        return self._size * self._given // max(1, self._rows)

    def again(self, start: Position) -> "ParquetReader":
        """A reader of the same file from `start` on: this one, where it has not gone beyond its first rows, else a new one."""
        if start.line == self._begin and (self._first is not None or self._given == self._begin):
            self._given = self._begin
            return self
        self.close()
        return ParquetReader(self._source, start)

    def __iter__(self) -> Iterator[Row]:
        rows = self._first
        if rows is None and not self._ended:
            rows = self._first = self._next()
        while rows is not None:
            for row in rows:
                self._given += 1
                yield self._given, row if isinstance(row, dict) else _refused(row)
            rows = None
            if not self._ended:
                rows = self._next()
                self._first = None

    def stop(self) -> None:
        """End the process from another thread: whoever waits for its rows is told that it ended."""
        if self._process.poll() is None:
            self._process.kill()

    def _next(self) -> list[Any] | None:
        """The next rows, or None at the end."""
        while True:
            tag, body = self._frame()
            if tag == b"E":
                self._ended = True
                self.close()
                return None
            rows = orjson.loads(body)
            del body
            if rows:
                for name in self._marked:
                    for row in rows:
                        if isinstance(row, dict) and isinstance(row[name], dict | list):
                            row[name] = self._plain(row[name])
                return rows

    def _plain(self, value: Any) -> Any:
        """The value as it was before it became JSON."""
        if isinstance(value, list):
            return [self._plain(part) for part in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, part),) = value.items()
            if name == f"{self._mark} bytes":
                return base64.b64decode(part)
            if name == f"{self._mark} number":
                return float(part)
        return {name: self._plain(part) for name, part in value.items()}

    def _frame(self) -> tuple[bytes, bytearray]:
        """The next frame that is not a question; faults are raised."""
        try:
            while True:
                head = self._read(9)
                tag, length = bytes(head[:1]), int.from_bytes(head[1:], "big")
                if length > _MAX_FRAME_BYTES:
                    raise _expands(self._given)
                body = self._read(length)
                if tag == b"Q":
                    self._answer(int.from_bytes(body[:8], "big"), int.from_bytes(body[8:], "big"))
                elif tag == b"F":
                    raise _fault(self._given, *orjson.loads(body))
                else:
                    return tag, body
        except BaseException:
            self.close()
            raise

    def _answer(self, offset: int, length: int) -> None:
        """Give the process a part of a file that it cannot open itself."""
        self._source.seek(offset)
        data = self._source.read(min(length, _MAX_FRAME_BYTES))
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(len(data).to_bytes(8, "big"))
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # what it ended of is told by its output

    def _read(self, size: int) -> bytearray:
        pipe = self._process.stdout
        assert pipe is not None
        held = bytearray(size)
        view, got = memoryview(held), 0
        while got < size:
            _wait_for(pipe)
            read = pipe.readinto(view[got:])  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] a raw file, unbuffered
            if not read:
                code = self._process.wait()
                if code == -signal.SIGKILL:
                    raise Unavailable(
                        "The process that reads the Parquet file was ended from outside; the machine may be short of memory. "
                        "Nothing was lost; try again."
                    )
                raise _ended_early(self._given) if code > 0 else _expands(self._given)
            got += int(read)  # pyright: ignore[reportUnknownArgumentType]
        return held


def _start_process(source: BinaryIO, size: int, start: int, mark: str) -> "subprocess.Popen[bytes]":
    """The process, told what to do. It opens nothing by name: a local file is handed down, and any other is read through us."""
    try:
        number = source.fileno() if os.name == "posix" else None
    except (OSError, AttributeError):
        number = None
    process = subprocess.Popen(
        [sys.executable, "-I", str(UNFOLDER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_SMALL if os.name == "posix" else {**os.environ, **_SMALL},
        pass_fds=() if number is None else (number,),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):  # a person who holds many pipes already gets small ones
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
    asked = {
        "fd": number,
        "size": size,
        "start": start,
        "mark": mark,
        "columns": MAX_COLUMNS,
        "memory": min(MEMORY_BYTES, _machine_bytes() // 2),
        "seconds": CPU_SECONDS,
        "parent": os.getpid(),
    }
    with suppress(BrokenPipeError):  # it could not begin, which its end tells
        process.stdin.write(orjson.dumps(asked) + b"\n")
    return process


def _machine_bytes() -> int:
    """The memory of this machine, or what a container may take of it."""
    sizes = [2 * MEMORY_BYTES]
    if os.name == "posix":
        sizes.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(OSError, ValueError):  # not in a container, or in one without a limit
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(min(sizes), 2**30)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _wait_for(pipe: Any) -> None:
    """Wait until the process says something. Raises FileExpands when it takes too long."""
    if os.name != "posix":
        return
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if not selector.select(SECONDS):
            raise FileExpands(
                f"This Parquet file takes too long to read: no row came in {SECONDS} seconds.",
                [Fault("file", "takes too long", _REMEDY, "file_expands")],
            )


def _refused(row: list[Any]) -> Refusal:
    code, told, *more = row
    if code == "line_too_long":
        return too_long(told, more[0])
    return Refusal(
        "value_type", f"A value cannot be kept: {told}.", "Leave the column out, or write it as text."
    )


def _fault(given: int, code: str, *told: Any) -> FileInvalid:
    if code == "unreadable":
        return _unreadable(told[0])
    if code == "columns":
        try:
            check_width(told[0])
        except FileInvalid as error:
            return error
    if code == "rows":
        return FileExpands(
            f"This Parquet file says more rows than its {told[0]:,} bytes can hold.",
            [Fault("file", "unfolds to too many rows", _REMEDY, "file_expands")],
        )
    return _expands(given)


def _expands(given: int) -> FileExpands:
    return FileExpands(
        f"This Parquet file unfolds to more than is taken at once: what comes after row {given:,} needs too much memory or time.",
        [Fault(f"row {given + 1}", "unfolds too far", _REMEDY, "file_expands")],
    )


def _ended_early(given: int) -> Unavailable:
    return Unavailable(
        f"The process that reads the Parquet file ended after row {given:,}. Nothing was lost; try again."
    )


def _unreadable(text: str) -> FileInvalid:
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
