"""Every setting of a running Qistas, in one place, each with its environment variable and a safe default."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

from qistas.core.errors import Fault, Invalid

if TYPE_CHECKING:
    from qistas.db import Address


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server, worker or command needs to know. Built once, by `load_settings`."""

    data_dir: Path
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8787
    public_url: str | None = None
    blob_url: str | None = None
    session_idle_hours: int = 8
    session_hours: int = 24
    pool_size: int = 12
    max_upload_bytes: int = 64 * 2**30
    max_image_pixels: int = 64_000_000
    secure_cookies: bool = False

    @property
    def postgres_dir(self) -> Path:
        """Where the embedded database lives."""
        return self.data_dir / "postgres"

    @property
    def url(self) -> str:
        """The address people open."""
        return (
            self.public_url
            or f"http://{'localhost' if self.host in ('127.0.0.1', '0.0.0.0') else self.host}:{self.port}"  # noqa: S104
        )

    @property
    def blobs(self) -> str:
        """Where files are kept: a URL that obstore understands."""
        return self.blob_url or (self.data_dir / "blobs").resolve().as_uri()

    @property
    def local_blobs(self) -> Path | None:
        """The folder of files, or None when they are kept on another machine."""
        url = urlparse(self.blobs)
        return Path(unquote(url.path)) if url.scheme == "file" else None


def default_data_dir() -> Path:
    """`$XDG_DATA_HOME/qistas`, by default `~/.local/share/qistas`."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "qistas"


def load_settings(data_dir: Path | str | None = None, **overrides: object) -> Settings:
    """Settings from arguments first, then `QISTAS_*` variables, then defaults. Raises Invalid on nonsense."""
    env = os.environ
    folder = Path(data_dir or env.get("QISTAS_DATA_DIR") or default_data_dir()).expanduser().resolve()
    found: dict[str, object] = {
        "database_url": env.get("QISTAS_DATABASE_URL") or None,
        "host": env.get("QISTAS_HOST", "127.0.0.1"),
        "port": _integer(env.get("QISTAS_PORT", "8787"), "QISTAS_PORT", 0, 65535),
        "public_url": (env.get("QISTAS_PUBLIC_URL") or "").rstrip("/") or None,
        "blob_url": env.get("QISTAS_BLOB_URL") or None,
        "pool_size": _integer(env.get("QISTAS_POOL_SIZE", "12"), "QISTAS_POOL_SIZE", 2, 500),
    }
    found["secure_cookies"] = str(found["public_url"] or "").startswith("https://")
    found.update({key: value for key, value in overrides.items() if value is not None})
    return Settings(data_dir=folder, **found)  # type: ignore[arg-type]


def open_database(settings: Settings, *, start: bool = False) -> "Address":
    """Where the database of this installation is. With `start` the embedded one is started; else it must be running.

    The driver is imported here, so that commands which need no database stay quick.
    """
    from qistas.db import open_address
    from qistas.db.address import DATABASE
    from qistas.db.embedded import find_postgres, start_postgres

    key = secret(settings, "context")
    if settings.database_url:
        return open_address(settings.database_url, key)
    folder = settings.postgres_dir
    return open_address(
        start_postgres(folder) if start else find_postgres(folder), key, database=DATABASE, embedded=folder
    )


def secret(settings: Settings, name: str) -> bytes:
    """The 32-byte secret `name` of this installation, made on first use and kept in a file only we may read."""
    folder = settings.data_dir / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        _place(path, secrets.token_bytes(32))
    value = path.read_bytes()
    if len(value) != 32:
        raise Invalid(
            "A secret of this installation is damaged.",
            [
                Fault(
                    str(path),
                    f"holds {len(value)} bytes, not 32",
                    "Restore it from a backup of the data folder.",
                )
            ],
        )
    return value


def _place(path: Path, value: bytes) -> None:
    """Put the file there whole, unless another process has done so first. It is never seen unfinished, whatever dies."""
    fresh = path.with_name(f"{path.name}#{secrets.token_hex(4)}")  # a name that backups pass over
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()


def _integer(text: str, name: str, low: int, high: int) -> int:
    if not text.isdigit() or not low <= int(text) <= high:
        raise Invalid(
            "A setting is not valid.",
            [Fault(name, f"{text!r} is not a whole number", f"Give one from {low} to {high}.")],
        )
    return int(text)
