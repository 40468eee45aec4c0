"""What is sent: a file, a folder as a zip made on the way, or items in batches. Memory does not grow with any of them."""

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qistas.core.errors import Fault, FileInvalid

CHUNK = 1 << 18
BATCH_ITEMS = 2000
BATCH_BYTES = 4 << 20
# A fixed moment, the earliest a zip can hold: the same folder gives the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send: its name, a source of its bytes, and how many they are where that is known."""

    name: str
    pieces: Callable[[], Iterator[bytes]]
    length: int | None
    boundary: str

    def headers(self, options: Mapping[str, Any]) -> dict[str, str]:
        """The headers of the multipart body."""
        headers = {"content-type": f"multipart/form-data; boundary={self.boundary}"}
        if self.length is not None:
            head, tail = self._frame(options)
            headers["content-length"] = str(len(head) + self.length + len(tail))
        return headers

    def body(self, options: Mapping[str, Any]) -> Iterator[bytes]:
        """The multipart body (RFC 7578): the options first, so that the server knows them before the file comes."""
        head, tail = self._frame(options)
        yield head
        yield from self.pieces()
        yield tail

    def _frame(self, options: Mapping[str, Any]) -> tuple[bytes, bytes]:
        edge = f"--{self.boundary}"
        name = "".join("_" if c in '"\r\n\\' else c for c in self.name)
        head = (
            f'{edge}\r\ncontent-disposition: form-data; name="options"\r\n\r\n{json.dumps(dict(options), ensure_ascii=False)}\r\n'
            f'{edge}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
            "content-type: application/octet-stream\r\n\r\n"
        )
        return head.encode(), f"\r\n{edge}--\r\n".encode()


def file_upload(path: Path) -> Upload:
    """One file."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    try:
        length = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise FileInvalid(f"{path} cannot be read: {error.strerror}.") from error
    return Upload(path.name, pieces, length, secrets.token_hex(16))


def folder_upload(folder: Path) -> Upload:
    """A folder, with its folders, as a zip that is made while it is sent."""
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and not _hidden(path.relative_to(folder))
    )
    if not files:
        raise FileInvalid(f"The folder {folder} holds no files.")

    def pieces() -> Iterator[bytes]:
        out = _Drain()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for path in files:
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), ZIP_TIME)
                with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                    while piece := source.read(CHUNK):
                        target.write(piece)
                        yield out.take()
        yield out.take()

    return Upload(f"{folder.resolve().name or 'folder'}.zip", pieces, None, secrets.token_hex(16))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


class _Drain(io.RawIOBase):
    """A place to write that hands over what was written since the last time."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def item_batches(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, int, bytes]]:
    """Batches of items as NDJSON: how many came before, how many these are, the bytes."""
    before, count, body = 0, 0, bytearray()
    for number, item in enumerate(items, start=1):
        try:
            line = json.dumps(item, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise FileInvalid(
                "An item is not JSON.",
                [Fault(f"item {number}", str(error), "Use text, numbers, lists and objects.")],
            ) from error
        if body and (count == BATCH_ITEMS or len(body) + len(line) > BATCH_BYTES):
            yield before, count, bytes(body)
            before, count = before + count, 0
            body.clear()
        body += line + b"\n"
        count += 1
    if body:
        yield before, count, bytes(body)
