"""Send a stored file, whole or the part asked for, so that a broken download goes on (RFC 9110, section 14)."""

import re
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from qistas.connectors.blobs import BlobStore

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z", re.ASCII)


async def send_stored(
    request: Request,
    blobs: BlobStore,
    path: str,
    *,
    size: int,
    sha256: str,
    media_type: str,
    headers: dict[str, str],
) -> Response:
    """The file at `path`. Its hash is its tag: what was fetched before need not be fetched again. Raises Missing."""
    tag = f'"{sha256}"'
    sent = {"etag": tag, "accept-ranges": "bytes", "x-content-type-options": "nosniff", **headers}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=sent)
    start, end, status = 0, size, 200
    asked = request.headers.get("range")
    if asked is not None and request.headers.get("if-range", tag) == tag:
        part = byte_range(asked, size)
        if part is None:
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        start, end = part
        status = 206
        sent["content-range"] = f"bytes {start}-{end - 1}/{size}"
    sent["content-length"] = str(end - start)
    await blobs.size(path)  # a file that is gone is a 404, not a broken stream

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in blobs.stream(path, start, end):
            yield piece

    return StreamingResponse(pieces(), status, sent, media_type=media_type)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of the one range asked for, or None where there is none to give."""
    found = _RANGE.match(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None
