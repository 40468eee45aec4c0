"""A whole installation as one .tar file, made while it runs; and from that file an installation again.

The file holds, in this order: `manifest.json`, `database.dump` (pg_dump's custom format, one consistent snapshot),
`secrets/…`, `blobs/…`, and last `checksums.json`. A file is written to the store before a row names it, so blobs copied
after the dump are all that the dump can name. Without its last member a backup is not whole, and is refused.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from qistas.core.clock import rfc3339
from qistas.core.errors import Conflict, Fault, FileInvalid, Unavailable

from .address import Address
from .embedded import postgres_program
from .migrate import migrate, migration_status, prepare

FORMAT = 1
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    qistas: str
    made_at: str
    migrations: tuple[str, ...]
    blobs: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written: where, how long, how many files of the store are in it (None: they are kept elsewhere)."""

    path: Path
    bytes: int
    blobs: int | None


def back_up(
    address: Address, data_dir: Path, blobs: Path | None, target: Path, *, version: str, now: datetime
) -> Made:
    """Write a backup to `target`; nothing is at `target` until it is whole. The server may run.

    `blobs` is the folder of files, or None when they are kept elsewhere. Raises Conflict, Unavailable.
    """
    if target.exists():
        raise Conflict(f"{target} is there already. Choose another name; a backup is never overwritten.")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    manifest = Manifest(FORMAT, version, rfc3339(now), migration_status(address).applied, blobs is not None)
    sums: dict[str, str] = {}
    count = 0
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".qistas-backup-") as folder:
            dump = Path(folder) / "database.dump"
            _run("pg_dump", ["--format=custom", "--compress=gzip:1", f"--file={dump}"], address.admin)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with (
                os.fdopen(handle, "wb") as out,
                tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                _add_text(archive, "manifest.json", asdict(manifest), now)
                _add_file(archive, "database.dump", dump, sums)
                for path in _files(data_dir / "secrets"):
                    _add_file(archive, f"secrets/{path.name}", path, sums)
                for path in _files(blobs) if blobs is not None else ():
                    count += _add_file(
                        archive, f"blobs/{path.relative_to(blobs or path).as_posix()}", path, sums
                    )
                _add_text(archive, "checksums.json", sums, now)
            with part.open("rb") as written:
                os.fsync(written.fileno())
        part.replace(target)
    except OSError as error:
        raise Unavailable(
            f"The backup could not be written to {target}: {error.strerror or error}."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return Made(target, target.stat().st_size, count if blobs is not None else None)


def read_manifest(source: Path) -> Manifest:
    """What the backup at `source` says of itself. Raises FileInvalid."""
    with _opened(source) as archive:
        member = archive.next()
        if member is None or member.name != "manifest.json":
            raise FileInvalid(f"{source} is not a backup of Qistas.")
        found = json.loads(_content(archive, member).read())
    if found.get("format") != FORMAT:
        raise FileInvalid(
            f"{source} was made by another Qistas ({found.get('qistas')}). Restore it with that one, then upgrade."
        )
    return Manifest(
        found["format"], found["qistas"], found["made_at"], tuple(found["migrations"]), bool(found["blobs"])
    )


def check_whole(source: Path) -> None:
    """Read the whole backup and compare every member with its SHA-256. Raises FileInvalid."""
    sums: dict[str, str] = {}
    told: dict[str, str] | None = None
    try:
        with _opened(source) as archive:
            for member in archive:
                _check_name(member)
                if member.name == "checksums.json":
                    told = json.loads(_content(archive, member).read())
                elif member.name != "manifest.json":
                    sums[member.name] = _digest(_content(archive, member))
    except (tarfile.TarError, ValueError):
        told = None
    if told is None:
        raise FileInvalid(f"{source} is not whole: its end is missing. Fetch it again, or take another.")
    wrong = sorted(name for name in told.keys() | sums.keys() if told.get(name) != sums.get(name))
    if wrong:
        raise FileInvalid(
            f"{source} is damaged.",
            [Fault(name, "is not what was written", "Take another backup.") for name in wrong[:10]],
        )


def restore(
    source: Path,
    data_dir: Path,
    blobs: Path | None,
    open_database: Callable[[], Address],
    close_database: Callable[[], None],
) -> tuple[str, ...]:
    """Make an installation of the backup at `source`; → the migrations that ran after it, to bring it to the present.

    `data_dir` must hold no installation, and the database none either. On failure what was begun is removed.
    Raises Conflict, FileInvalid, Unavailable.
    """
    manifest = read_manifest(source)
    if manifest.blobs and blobs is None:
        raise Conflict(
            f"{source} holds files, and QISTAS_BLOB_URL names a store that is not on this machine. Unset it to restore the files into"
            " the data folder; then copy them into the store and set it again."
        )
    check_whole(source)
    secrets = data_dir / "secrets"
    for folder in (secrets, data_dir / "postgres", *([blobs] if blobs is not None else [])):
        if folder.exists() and any(folder.iterdir()):
            raise Conflict(
                f"There is an installation in {data_dir} already. Restore into an empty folder (--data-dir)."
            )
    try:
        with tempfile.TemporaryDirectory(dir=data_dir, prefix=".restore-") as scratch:
            dump = Path(scratch) / "database.dump"
            _unpack(source, {"database.dump": dump}, secrets, blobs)
            address = open_database()
            _refuse_full(address)
            prepare(address)
            _run(
                "pg_restore",
                ["--exit-on-error", "--single-transaction", "--no-password", str(dump)],
                address.admin,
                into=True,
            )
        after = migrate(address)
        return tuple(name for name in after.applied if name not in manifest.migrations)
    except BaseException:
        close_database()
        for folder in (secrets, data_dir / "postgres", blobs):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
        raise


def _refuse_full(address: Address) -> None:
    try:
        with psycopg.connect(address.admin) as conn:
            there = conn.execute("SELECT to_regclass('public.qistas_migrations')").fetchone() != (None,)
    except psycopg.OperationalError:
        return  # an embedded cluster just made has no such database yet
    if there:
        raise Conflict("The database holds an installation already. Restore into an empty one.")


def _unpack(source: Path, named: dict[str, Path], secrets: Path, blobs: Path | None) -> None:
    secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opened(source) as archive:
        for member in archive:
            first, _, rest = member.name.partition("/")
            if member.name in named:
                target = named[member.name]
            elif first == "secrets" and rest:
                target = secrets / rest
            elif first == "blobs" and rest and blobs is not None:
                target = blobs / rest
            else:
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                shutil.copyfileobj(_content(archive, member), file, CHUNK)
                file.flush()
                os.fsync(file.fileno())


def _opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source, mode="r:")
    except (tarfile.TarError, OSError) as error:
        raise FileInvalid(f"{source} cannot be read as a backup: {error}.") from error


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    if content is None:
        raise FileInvalid(f"{member.name} in the backup is not a file.")
    return content


def _check_name(member: tarfile.TarInfo) -> None:
    plain = PurePosixPath(member.name)
    # In its plain form: `blobs//etc/x` is below `blobs` for one who reads it, and at `/etc/x` for one who joins its parts.
    if not member.isreg() or plain.is_absolute() or ".." in plain.parts or str(plain) != member.name:
        raise FileInvalid(f"The backup holds a member that no backup of ours has: {member.name!r}.")


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            # Parts of uploads that have not ended carry a `#`; they are nothing yet.
            if path.is_file() and "#" not in path.name:
                yield path


def _add_file(archive: tarfile.TarFile, name: str, path: Path, sums: dict[str, str]) -> int:
    """Add one file; 0 when it went away meanwhile (a withdrawn upload), else 1."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        hashing = _Hashing(file)
        archive.addfile(info, hashing)
        sums[name] = hashing.hexdigest()
    return 1


def _add_text(archive: tarfile.TarFile, name: str, value: Any, now: datetime) -> None:
    data = json.dumps(value, indent=1).encode()
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(data), int(now.timestamp()), 0o600
    archive.addfile(info, io.BytesIO(data))


class _Hashing(io.RawIOBase):
    """Reads on, and hashes what it reads."""

    def __init__(self, inner: IO[bytes]) -> None:
        super().__init__()
        self._inner = inner
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._inner.read(size)
        self._hash.update(data)
        return data

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := content.read(CHUNK):
        digest.update(data)
    return digest.hexdigest()


def _run(program: str, arguments: list[str], conninfo: str, *, into: bool = False) -> None:
    parts = {key: str(value) for key, value in conninfo_to_dict(conninfo).items() if value is not None}
    # The password goes by the environment: a command line is there for everybody to read.
    password = parts.pop("password", None)
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    target = " ".join(f"{key}='{_quoted(value)}'" for key, value in parts.items())
    command = [str(postgres_program(program)), f"--dbname={target}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        what = "restored" if into else "read"
        raise Unavailable(f"The database could not be {what}: {done.stderr.strip()[-2000:]}")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
