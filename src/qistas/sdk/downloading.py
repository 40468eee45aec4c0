"""A file is fetched beside its place, goes on where it was broken off, and takes its place when its hash is right."""

import hashlib
import time
from pathlib import Path

from qistas.core.errors import Fault, FileInvalid, Unavailable

from .progress import Listener, Progress
from .transport import Transport, pause
from .types import Export


def download(transport: Transport, path: str, target: Path, export: Export, listen: Listener) -> None:
    """Fetch the file of `export` to `target`. Raises FileInvalid when what came is not what the server sealed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    for fresh in (False, True):
        if fresh:
            part.unlink(missing_ok=True)
        _fetch(transport, path, part, export.bytes, listen)
        if export.sha256 is None or _hash(part) == export.sha256:
            part.replace(target)
            return
    part.unlink(missing_ok=True)
    raise FileInvalid(
        "What was fetched is not what the server rendered.",
        [
            Fault(
                str(target),
                "its SHA-256 is another",
                "Something changes it on the way; ask again, nearer to the server.",
            )
        ],
    )


def _fetch(transport: Transport, path: str, part: Path, total: int, listen: Listener) -> None:
    attempt = 0
    while True:
        have = part.stat().st_size if part.exists() else 0
        if total and have >= total:
            return
        try:
            _append(transport, path, part, have, total, listen)
            return
        except Unavailable:
            # Only tries that brought nothing count: a slow line may break a hundred times and still arrive.
            attempt = attempt + 1 if part.exists() and part.stat().st_size <= have else 0
            if attempt >= transport.tries:
                raise
            time.sleep(pause(attempt))


def _append(transport: Transport, path: str, part: Path, have: int, total: int, listen: Listener) -> None:
    headers = {
        "accept": "*/*",
        "accept-encoding": "identity",
        **({"range": f"bytes={have}-"} if have else {}),
    }
    with transport.stream("GET", path, headers=headers) as response:
        more = response.status_code == 206
        done = have if more else 0
        with part.open("ab" if more else "wb") as file:
            for piece in response.iter_raw():
                file.write(piece)
                done += len(piece)
                listen(Progress("fetching", done, total or None))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
