"""A tenant's files, each under a path that begins with the tenant's id."""

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlparse
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from qistas.core.errors import Missing, Unavailable

CHUNK = 1 << 20
STORE_ERRORS = (OSError, BaseError)  # obstore's own errors are no OSErrors, a full disk included
_PART = re.compile(r"#\d+\Z")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written: where, how long, and its SHA-256."""

    path: str
    size: int
    sha256: bytes


def open_blobs(url: str) -> "BlobStore":
    """The store at `url` (`file:///…`, `s3://…`, `gs://…`, `az://…`); a local folder is made when missing."""
    if url.startswith("file:"):
        folder = Path(unquote(urlparse(url).path))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return BlobStore(LocalStore(prefix=folder))
    return BlobStore(from_url(url))


class BlobStore:
    """Put and get by path. A put is whole or not at all."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @staticmethod
    def path(tenant_id: UUID, *parts: str) -> str:
        """The path of a tenant's file. Raises ValueError for a part that is not a plain name."""
        for part in parts:
            if not part or part in (".", "..") or any(c in part for c in "/\\\0"):
                raise ValueError(f"not a plain file name: {part!r}")
        return "/".join([str(tenant_id), *parts])

    async def put(self, path: str, data: bytes) -> Stored:
        """Write `data` whole. Raises Unavailable when the store does not take it (a full disk, no network)."""
        try:
            await obstore.put_async(self._store, path, data)
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not take the file: {_first_line(error)}") from error
        return Stored(path, len(data), hashlib.sha256(data).digest())

    async def put_once(self, tenant_id: UUID, data: bytes) -> Stored:
        """Write `data` under its own hash (`content_path`), once however often it comes."""
        digest = hashlib.sha256(data).digest()
        path = self.content_path(tenant_id, digest)
        if not await self.exists(path):
            await self.put(path, data)
        return Stored(path, len(data), digest)

    @classmethod
    def content_path(cls, tenant_id: UUID, sha256: bytes) -> str:
        """Where a tenant's file of this hash lies."""
        name = sha256.hex()
        return cls.path(tenant_id, "content", name[:2], name)

    async def put_stream(self, path: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Write a stream of any length in parts; nothing is seen at `path` until it is whole."""
        digest, total = hashlib.sha256(), 0
        try:
            async with obstore.open_writer_async(self._store, path) as writer:
                async for chunk in chunks:
                    digest.update(chunk)
                    total += len(chunk)
                    await writer.write(chunk)
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not take the file: {_first_line(error)}") from error
        return Stored(path, total, digest.digest())

    async def get(self, path: str) -> bytes:
        """The whole file. Raises Missing."""
        try:
            return bytes(await (await obstore.get_async(self._store, path)).bytes_async())
        except FileNotFoundError:
            raise Missing("The file is not in the store.") from None
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not give the file: {_first_line(error)}") from error

    async def stream(self, path: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`, in chunks. Raises Missing."""
        total = await self.size(path)
        end = total if end is None else min(end, total)
        while start < end:
            stop = min(end, start + CHUNK)
            try:
                piece = bytes(await obstore.get_range_async(self._store, path, start=start, end=stop))
            except FileNotFoundError:
                raise Missing("The file is not in the store.") from None
            except STORE_ERRORS as error:
                raise Unavailable(f"The file store did not give the file: {_first_line(error)}") from error
            yield piece
            start = stop

    def open(self, path: str) -> BinaryIO:
        """The file for reading and seeking, in a thread's blocking way. Raises Missing."""
        local = self.local_path(path)
        try:
            if local is not None:
                return local.open("rb", buffering=CHUNK)
            return io.BufferedReader(_Raw(obstore.open_reader(self._store, path)), CHUNK)
        except FileNotFoundError:
            raise Missing("The file is not in the store.") from None
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not give the file: {_first_line(error)}") from error

    async def size(self, path: str) -> int:
        """How many bytes the file has. Raises Missing."""
        try:
            return int((await obstore.head_async(self._store, path))["size"])
        except FileNotFoundError:
            raise Missing("The file is not in the store.") from None
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not give the file: {_first_line(error)}") from error

    async def exists(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        try:
            await obstore.head_async(self._store, path)
        except FileNotFoundError:
            return False
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store does not answer: {_first_line(error)}") from error
        return True

    async def delete(self, path: str) -> None:
        """Remove the file; one that is not there is fine."""
        local = self.local_path(path)
        try:
            if local is not None and _PART.search(path):
                await asyncio.to_thread(local.unlink)  # no name that the store itself takes
            else:
                await obstore.delete_async(self._store, path)
        except FileNotFoundError:
            return
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store did not delete the file: {_first_line(error)}") from error

    async def older_than(self, folder: str, hours: float) -> list[str]:
        """The files below `folder` that were written longer ago than that. What a killed process left in parts is among them."""
        before = datetime.now(UTC) - timedelta(hours=hours)
        try:
            found = [
                str(one["path"])
                async for some in obstore.list(self._store, prefix=folder)
                for one in some
                if one["last_modified"] < before
            ]
        except STORE_ERRORS as error:
            raise Unavailable(f"The file store does not answer: {_first_line(error)}") from error
        return found + await asyncio.to_thread(self._parts, folder, before.timestamp())

    def _parts(self, folder: str, before: float) -> list[str]:
        """Parts of files that were never finished (`name#1`): a local folder holds them, but does not list them."""
        local = self.local_path(folder)
        if local is None or not local.is_dir():
            return []
        found: list[str] = []
        for file in local.rglob("*#*"):
            with suppress(FileNotFoundError):
                if _PART.search(file.name) and file.stat().st_mtime < before:
                    found.append(f"{folder}/{file.relative_to(local).as_posix()}")
        return found

    def local_path(self, path: str) -> Path | None:
        """Where the file lies on this machine's disk, or None when the store is elsewhere."""
        if isinstance(self._store, LocalStore):
            return Path(str(self._store.prefix)) / path
        return None


class _Raw(io.RawIOBase):
    """A remote file as Python's own buffering wants it."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = bytes(self._reader.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._reader.seek(offset, whence))

    def tell(self) -> int:
        return int(self._reader.tell())


def _first_line(error: BaseException) -> str:
    """What went wrong, without the driver's debug pages."""
    return str(error).partition("\n")[0]
