"""The process that unfolds Parquet. It is run by path, alone, with little memory and time, and trusts nothing it is given.

A few kilobytes of Parquet can say gigabytes: pages that repeat a value, lists of runs, dictionaries that every row names.
So none of it is unfolded in the server: here it meets a limit of this process's own, and at most ends this process.

First comes one line of JSON: where the file is read from, its size, the first row wanted, and the limits. Back go frames, each a
letter and a length of 8 bytes: H what the file is, R some rows, F a fault that ends it, E the end; and Q, where the file can only
be reached through the other side, asks for a part of it. It imports nothing of ours.
"""

import base64
import ctypes
import datetime
import decimal
import io
import json
import math
import os
import signal
import struct
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

try:
    import resource
except ImportError:  # a system that has no such limits: the file still is in a process of its own
    resource = None

_compute: Any = pyarrow.compute  # its functions are made at run time
HEAD_ROWS = 64  # the first frame is short: a preview and the plan of an import need no more
BATCH_ROWS = 2_048
BATCH_BYTES = 8 * 2**20  # of what a batch should be read in, as the file declares it
MOST_BATCH_BYTES = 512 * 2**20
AT_ONCE_BYTES = 16 * 2**20  # of values that are made objects of at once
MOST_ROW_BYTES = 128 * 2**20  # of one row: pictures, and texts beside them
FREE_ROWS, ROWS_A_BYTE = 1_000_000, 100
FREE_BYTES, BYTES_A_BYTE = 4 * 2**30, 100
TEXTS = frozenset(
    {"NONE", "UNKNOWN", "STRING", "JSON", "BSON", "ENUM"}
)  # what a column of bytes may say of itself
FRAME = struct.Struct(">cQ")
QUESTION = struct.Struct(">QQ")

Answer = list[Any]  # a row that is refused: its code, and what goes with it


class Stopped(Exception):
    """Why the file is read no further: a code, and the numbers or words that go with it."""


class Unfolder:
    """The rows of a Parquet file, from one on, as lists that are small enough to send; nothing is unfolded before it is asked for."""

    def __init__(self, source: BinaryIO, size: int, start: int) -> None:
        self._size = size
        self._start = start
        self._file = pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False)
        once = said_once(self._file)
        self._folded = (
            pq.ParquetFile(
                source,
                buffer_size=1 << 20,
                pre_buffer=False,
                metadata=self._file.metadata,
                read_dictionary=once,
            )
            if once
            else None
        )
        self.schema: pa.Schema = self._file.schema_arrow
        self.rows = int(self._file.metadata.num_rows)
        self.most_rows = FREE_ROWS + ROWS_A_BYTE * size

    def __iter__(self) -> Iterator[list[Any]]:
        """Lists of rows: a dict for each, or a list that says why it is none. An empty list is only a sign of life."""
        if self.rows > self.most_rows:
            raise Stopped("rows", self._size)
        passed, head = 0, HEAD_ROWS
        for group in range(self._file.metadata.num_row_groups):
            held = self._file.metadata.row_group(group)
            if self._start >= passed + held.num_rows:
                passed += held.num_rows
                continue
            for batch in self._batches(group, held):
                passed += batch.num_rows
                if passed > self.most_rows:
                    raise Stopped("rows", self._size)
                skip = self._start - (passed - batch.num_rows)
                if skip >= batch.num_rows:
                    yield []
                    continue
                rest = batch.slice(max(0, skip))
                del batch
                for part in (rest.slice(0, head), rest.slice(head)) if head else (rest,):
                    for piece in pieces(part) if part.num_rows else ():
                        yield (
                            [["line_too_long", piece, MOST_ROW_BYTES]]
                            if isinstance(piece, int)
                            else piece.to_pylist()
                        )
                        del piece
                    del part
                head = 0
                del rest

    def _batches(self, group: int, held: Any) -> Iterator[pa.RecordBatch]:
        each = max(1, held.total_byte_size // max(1, held.num_rows))
        rows = max(1, min(BATCH_ROWS, BATCH_BYTES // each))
        file = self._file
        if self._folded is not None:
            # A value that stands in a dictionary may be named by every row: a file of a kilobyte would unfold to gigabytes.
            some = self._folded.iter_batches(batch_size=1, row_groups=[group], use_threads=False)
            longest = sum(longest_of(column) for first in islice(some, 1) for column in first.columns)
            if rows * longest > BATCH_BYTES:
                file = self._folded
            del some
        for batch in file.iter_batches(batch_size=rows, row_groups=[group], use_threads=False):
            if batch.nbytes > MOST_BATCH_BYTES:
                raise Stopped("memory")
            yield batch


def said_once(file: pq.ParquetFile) -> list[str]:
    """The columns of texts and bytes that say each value once, in a dictionary."""
    known = file.metadata
    found: dict[str, None] = {}
    for group in range(known.num_row_groups):
        for at in range(known.num_columns):
            column = known.row_group(group).column(at)
            if (
                column.physical_type == "BYTE_ARRAY"
                and any("DICTIONARY" in encoding for encoding in column.encodings)
                and known.schema.column(at).logical_type.type in TEXTS
            ):
                found[column.path_in_schema] = None
    return list(found)


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | int]:
    """The batch in pieces small enough to make objects of; for a row that is too large by itself, its size."""
    size = sum(unfolded(column) for column in batch.columns)
    if size <= AT_ONCE_BYTES or (batch.num_rows == 1 and size <= MOST_ROW_BYTES):
        yield batch
    elif batch.num_rows == 1:
        yield size
    else:
        half = batch.num_rows // 2
        yield from pieces(batch.slice(0, half))
        yield from pieces(batch.slice(half))


def longest_of(values: Any) -> int:
    """The longest value in the dictionaries of a column."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _compute.max(_compute.binary_length(values.dictionary)).as_py() or 0
    if pa.types.is_struct(kind):
        return sum(longest_of(values.field(at)) for at in range(kind.num_fields))
    if pa.types.is_map(kind):
        return longest_of(values.keys) + longest_of(values.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return longest_of(values.values)
    return 0


def unfolded(values: Any) -> int:
    """About how many bytes the values take one by one, those that stand in a dictionary once for each time they are named."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return (
            _compute.sum(_compute.take(_compute.binary_length(values.dictionary), values.indices)).as_py()
            or 0
        )
    if pa.types.is_struct(kind):
        return sum(unfolded(part) for part in values.flatten())
    if pa.types.is_map(kind):
        return unfolded(values.keys) + unfolded(values.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        inside = values.flatten()
        return 8 * len(inside) + unfolded(inside)
    return int(values.nbytes)


class Writer:
    """Rows as JSON. What JSON has no form for goes as an object of one name, which begins with `mark`: no file can know that."""

    def __init__(self, schema: pa.Schema, mark: str) -> None:
        self._mark = mark
        self._floats = [field.name for field in schema if holds(field.type, pa.types.is_floating)]
        self.marked = [
            field.name for field in schema if holds(field.type, is_bytes) or field.name in self._floats
        ]

    def write(self, rows: list[Any]) -> bytes:
        """The bytes of some rows. A row that has none is refused, and the others are sent."""
        for name in self._floats:
            for row in rows:
                if isinstance(row, dict) and not finite(row[name]):
                    row[name] = self._named(row[name])
        try:
            return orjson.dumps(rows, default=self._other)
        except TypeError:
            return b"[" + b",".join(map(self._one, rows)) + b"]"

    def _one(self, row: Any) -> bytes:
        try:
            return orjson.dumps(row, default=self._other)
        except TypeError as error:
            return orjson.dumps(["value_type", str(error)[:200]])

    def _other(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return {f"{self._mark} bytes": base64.b64encode(value).decode()}
        if isinstance(value, decimal.Decimal):
            return str(value)
        if isinstance(value, datetime.timedelta):
            return value.total_seconds()
        raise TypeError(type(value).__name__)

    def _named(self, value: Any) -> Any:
        """The value with numbers that are none (NaN, the infinities) as texts under the mark."""
        if isinstance(value, float):
            return value if math.isfinite(value) else {f"{self._mark} number": str(value)}
        if isinstance(value, dict):
            return {name: self._named(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self._named(part) for part in value]
        return value


def finite(value: Any) -> bool:
    """Whether no NaN and no infinity is in the value."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(finite, value))
    return True


def holds(kind: Any, what: Any) -> bool:
    """Whether a type is of this sort, or holds such a one."""
    if pa.types.is_dictionary(kind):
        return holds(kind.value_type, what)
    if isinstance(kind, pa.BaseExtensionType):
        return holds(kind.storage_type, what)
    return what(kind) or any(holds(kind.field(at).type, what) for at in range(kind.num_fields))


def is_bytes(kind: Any) -> bool:
    """Whether values of this type are bytes."""
    return (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


class Descriptor(io.RawIOBase):
    """A file that was handed down, read by place: whoever else has it open does not notice."""

    def __init__(self, number: int, size: int) -> None:
        self._number, self._size, self._at = number, size, 0

    def readable(self) -> bool:  # noqa: D102 as every file
        return True

    def seekable(self) -> bool:  # noqa: D102
        return True

    def read(self, size: int = -1) -> bytes:
        """Some bytes from here on."""
        data = self._part(max(0, self._size - self._at) if size < 0 else size)
        self._at += len(data)
        return data

    def _part(self, size: int) -> bytes:
        return os.pread(self._number, size, self._at)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:  # noqa: D102
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:  # noqa: D102
        return self._at


class Asked(Descriptor):
    """A file that only the other side can reach."""

    def __init__(self, size: int) -> None:
        super().__init__(-1, size)

    def _part(self, size: int) -> bytes:
        send(b"Q", QUESTION.pack(self._at, min(size, max(0, self._size - self._at))))
        (length,) = struct.unpack(">Q", sys.stdin.buffer.read(8))
        return sys.stdin.buffer.read(length)


def send(tag: bytes, body: bytes) -> None:
    """One frame to the other side."""
    out = sys.stdout.buffer
    out.write(FRAME.pack(tag, len(body)))
    out.write(body)
    out.flush()


def stay_small(memory: int, parent: int) -> None:
    """End with the process that began this one, write no file, take no more than `memory` beyond what there is now."""
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)
        try:
            with open("/proc/self/oom_score_adj", "w") as file:
                file.write("1000")  # a machine that is out of memory ends this one first
        except OSError:
            pass
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    except (OSError, ValueError):
        pass  # a system that tells or limits no such size


def allow(seconds: int) -> None:
    """So many seconds of work until the next sign of life."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def serve(asked: dict[str, Any]) -> None:
    """Send what the file holds."""
    stay_small(asked["memory"], asked["parent"])
    allow(asked["seconds"])
    size = asked["size"]
    source: Any = Asked(size) if asked["fd"] is None else Descriptor(asked["fd"], size)
    file = Unfolder(source, size, asked["start"])
    names = list(file.schema.names)
    if len(names) > asked["columns"]:
        raise Stopped("columns", len(names))
    writer = Writer(file.schema, asked["mark"])
    send(b"H", orjson.dumps({"columns": names, "rows": file.rows, "marked": writer.marked}))
    sent = 0
    for rows in file:
        body = writer.write(rows)
        sent += len(body)
        if sent > FREE_BYTES + BYTES_A_BYTE * size:
            raise Stopped("bytes", size)
        send(b"R", body)
        allow(asked["seconds"])
    send(b"E", b"")


def main() -> None:
    """Answer until the file ends, or the other side does."""
    told = b'["memory"]'
    try:
        serve(json.loads(sys.stdin.buffer.readline()))
        return
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more
    except MemoryError:
        pass
    except Stopped as stopped:
        told = json.dumps(stopped.args).encode()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        told = json.dumps(["unreadable", str(error).split("\n")[0][:200]]).encode()
    send(b"F", told)


if __name__ == "__main__":
    main()
