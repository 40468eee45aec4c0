"""A zip of images and text files: one file, one row. Nothing of it is ever written to disk under its own name.

An archive is read as the enemy's: the number of entries and the size of the whole are limited before anything is
unpacked, each entry's name and kind is judged, and no entry gives more than it declared.
"""

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from qistas.core.errors import Fault, FileInvalid
from qistas.sources.encoding import detect_encoding
from qistas.sources.types import MAX_ROW_BYTES, Position, Record, Refusal

from .reader import Row, shown

MAX_ENTRIES = 100_000
MAX_DIRECTORY_BYTES = 24 * 2**20
MAX_TOTAL_BYTES = 2 * 2**30
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 * 2**20
MAX_IMAGE_BYTES = 64 * 2**20
MAX_NAME = 500

TEXT_NAMES = (".txt", ".md", ".markdown", ".text")
IMAGE_NAMES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".gif",
    ".webp",
    ".bmp",
    ".svg",
    ".svgz",
    ".tif",
    ".tiff",
    ".avif",
    ".heic",
    ".ico",
)
_ARCHIVE_NAMES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".jar")
_ARCHIVE_MAGIC = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)
_LEFT_BY_SYSTEMS = (".ds_store", "thumbs.db", "desktop.ini")
_END_BYTES, _LOCATOR_BYTES = 22, 20


class ZipReader:
    """Rows of a zip: `{"path": …, "text": …}` or `{"path": …, "image": bytes}`. The position counts entries."""

    columns = ("path", "text", "image")

    def __init__(self, source: BinaryIO, start: Position) -> None:
        try:
            _check_directory(source)
            self._zip = zipfile.ZipFile(source)
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            NotImplementedError,
            struct.error,
            UnicodeDecodeError,
        ) as error:
            raise _unreadable(str(error)) from error
        self._entries = self._zip.infolist()
        if len(self._entries) > MAX_ENTRIES:
            raise _too_many(len(self._entries))
        total = sum(entry.file_size for entry in self._entries)
        if total > MAX_TOTAL_BYTES:
            raise FileInvalid(
                "This zip would unpack to more than is taken at once.",
                [
                    Fault(
                        "file",
                        f"{total:,} bytes unpacked; {MAX_TOTAL_BYTES:,} are allowed",
                        "Split it into several.",
                    )
                ],
            )
        self._next = start.line
        self._read = sum(e.compress_size for e in self._entries[: self._next])
        self._unpacked = 0

    @property
    def position(self) -> Position:
        """How many entries have been passed."""
        return Position(0, self._next)

    @property
    def bytes_read(self) -> int:
        """Packed bytes of the entries passed."""
        return self._read

    def __iter__(self) -> Iterator[Row]:
        seen: dict[str, str] = {}
        for entry in self._entries[: self._next]:
            seen.setdefault(_folded(entry.filename), entry.filename)
        for entry in self._entries[self._next :]:
            self._next += 1
            self._read += entry.compress_size
            if entry.is_dir() or _left_by_system(entry.filename):
                continue
            yield self._next, _refuse_entry(entry, seen) or self._record(entry)
            seen.setdefault(_folded(entry.filename), entry.filename)

    def _record(self, entry: zipfile.ZipInfo) -> Record | Refusal:
        name = entry.filename
        lower = name.lower()
        is_text = lower.endswith(TEXT_NAMES)
        if not is_text and not lower.endswith(IMAGE_NAMES):
            return _refused(
                "entry_type", "is neither an image nor a text file", "Leave it out of the zip.", name
            )
        limit = MAX_ROW_BYTES if is_text else MAX_IMAGE_BYTES
        if entry.file_size > limit:
            return _refused(
                "entry_too_large",
                f"has {entry.file_size:,} bytes; {limit:,} are allowed",
                "Make it smaller.",
                name,
            )
        try:
            with self._zip.open(entry) as file:
                data = file.read(limit + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            struct.error,
        ) as error:
            return _refused("entry_damaged", f"cannot be unpacked: {error}", "Make the zip again.", name)
        self._unpacked += len(data)
        if len(data) > limit or self._unpacked > MAX_TOTAL_BYTES:
            return _refused(
                "entry_too_large", "gives more bytes than it declares", "Make the zip again.", name
            )
        if data.startswith(_ARCHIVE_MAGIC):
            return _refused("entry_nested", "is an archive inside the archive", "Unpack it first.", name)
        if not is_text:
            return {"path": name, "image": data}
        encoding = detect_encoding(data)
        try:
            text = data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            return _refused(
                "encoding", f"byte {error.start + 1} is not {encoding} text", "Save it as UTF-8.", name
            )
        return {"path": name, "text": text}


def _check_directory(source: BinaryIO) -> None:
    """Judge the size of the directory before the library builds an object for each entry in it."""
    source.seek(0, 2)
    total = source.tell()
    start = max(0, total - _END_BYTES - 0xFFFF - _LOCATOR_BYTES)
    source.seek(start)
    tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_BYTES:
        raise zipfile.BadZipFile("there is no directory at its end")
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    locator = at - _LOCATOR_BYTES
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        source.seek(min(total, struct.unpack_from("<Q", tail, locator + 8)[0]))
        wide = source.read(56)
        if wide[:4] == b"PK\x06\x06" and len(wide) == 56:
            entries, size = struct.unpack_from("<QQ", wide, 32)
    source.seek(0)
    if entries > MAX_ENTRIES:
        raise _too_many(entries)
    if size > MAX_DIRECTORY_BYTES:
        raise FileInvalid(
            "The directory of this zip is too large.",
            [Fault("file", f"{size:,} bytes; {MAX_DIRECTORY_BYTES:,} are allowed", "Split it into several.")],
        )


def _refuse_entry(entry: zipfile.ZipInfo, seen: dict[str, str]) -> Refusal | None:
    name = entry.orig_filename
    parts = name.split("/")
    if "\0" in name:
        return _refused("entry_name", "has a NUL in its name", "Rename it.", name)
    if "\\" in name:
        return _refused(
            "entry_name", "has a backslash in its name", "Make the zip with forward slashes.", name
        )
    if name.startswith("/") or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return _refused("entry_name", "has an absolute path", "Make the zip with relative paths.", name)
    if any(part in ("..", ".") for part in parts) or "" in parts:
        return _refused(
            "entry_name", "has a path that leaves its folder", "Make the zip with plain relative paths.", name
        )
    if len(name) > MAX_NAME:
        return _refused(
            "entry_name", f"has a name of {len(name)} characters; {MAX_NAME} are allowed", "Rename it.", name
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return _refused(
            "entry_link", "is a link or a device, not a file", "Put the file itself into the zip.", name
        )
    if entry.flag_bits & 0x1:
        return _refused("entry_locked", "is locked with a password", "Make the zip without a password.", name)
    other = seen.get(_folded(name))
    if other is not None:
        return _refused(
            "entry_name",
            f"has the same name as {shown(other)!r}, letter case aside",
            "Rename one of the two.",
            name,
        )
    if name.lower().endswith(_ARCHIVE_NAMES):
        return _refused("entry_nested", "is an archive inside the archive", "Unpack it first.", name)
    if entry.file_size > RATIO_FROM_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        return _refused(
            "entry_ratio",
            f"unpacks to more than {MAX_RATIO} times its size",
            "Send the file as it is, not packed.",
            name,
        )
    return None


def _refused(code: str, what: str, remedy: str, name: str) -> Refusal:
    return Refusal(code, f"The file {what}.", remedy, field="path", raw=shown(name))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _left_by_system(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1].lower() in _LEFT_BY_SYSTEMS


def _too_many(count: int) -> FileInvalid:
    return FileInvalid(
        "This zip holds too many files.",
        [Fault("file", f"{count:,} entries; {MAX_ENTRIES:,} are allowed", "Split it into several.")],
    )


def _unreadable(text: str) -> FileInvalid:
    return FileInvalid(
        "This file cannot be read as a zip.",
        [
            Fault(
                "file",
                text.split("\n")[0][:200] or "damaged",
                "Make the zip again, and check that it was copied whole.",
            )
        ],
    )
