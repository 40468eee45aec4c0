"""Items: add, list, see, withdraw."""

import re
from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from qistas.api.answer import fast_json
from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.sources import AddedSent, ItemPage, ItemSent, added_sent, item_sent
from qistas.core.ids import ProjectId
from qistas.sources import ItemFilter, add_items, find_media, get_item, list_items, withdraw_item

router = APIRouter(prefix="/projects/{project_id}/items", tags=["sources"])

NDJSON = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string", "description": "One item object a line"}}
        },
    }
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z", re.ASCII)


@router.post("", summary="Add items, one a line", response_model=AddedSent, openapi_extra=NDJSON)
async def add(request: Request, parts: PartsDep, who: Actor, project_id: UUID) -> AddedSent:
    """Add `{"data": {…}, "external_id"?, "split"?, "metadata"?}` (or the fields alone) for each line of the body."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-ndjson", "application/jsonl", "application/json"):
        raise HTTPException(415, "Send items as application/x-ndjson, one JSON object a line.")
    report = await add_items(
        parts.db, parts.blobs, who, ProjectId(project_id), request.stream(), parts.settings.max_image_pixels
    )
    return added_sent(report)


@router.get("", summary="List items", response_model=ItemPage)
async def items(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    state: Literal["open", "started", "done", "withdrawn"] | None = None,
    label: str | None = Query(None, max_length=64),
    split: str | None = Query(None, max_length=64),
    external_id: str | None = Query(None, max_length=500),
    data: bool = False,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> Response:
    """Items in the order they came; their data only with `data=true`."""
    wanted = ItemFilter(state, label, split, external_id)
    async with parts.db.tenant_tx(who) as tx:
        page = await list_items(tx, ProjectId(project_id), wanted, data=data, limit=limit, after=after)
    return fast_json({"rows": [item_sent(item) for item in page.rows], "next": page.next})


@router.get("/{item_id}", summary="See an item", response_model=ItemSent)
async def item(parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID) -> Response:
    """One item with its data; the view is recorded."""
    async with parts.db.tenant_tx(who) as tx:
        return fast_json(item_sent(await get_item(tx, ProjectId(project_id), item_id)))


@router.delete("/{item_id}", summary="Withdraw an item", status_code=204)
async def withdraw(parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID) -> None:
    """It is offered to nobody any more and enters no new version."""
    async with parts.db.tenant_tx(who) as tx:
        await withdraw_item(tx, ProjectId(project_id), item_id)


@router.get(
    "/{item_id}/media/{field}",
    summary="The image in a field",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}}, 206: {"content": {"image/*": {}}}, 304: {}, 416: {}},
)
async def media(
    request: Request, parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID, field: str
) -> Response:
    """The bytes of an image, of the type it was found to be when it came in; ranges are allowed."""
    async with parts.db.tenant_tx(who) as tx:
        found = await find_media(tx, ProjectId(project_id), item_id, field)
    headers = {
        "etag": f'"{found.sha256}"',
        "accept-ranges": "bytes",
        "cache-control": "private, max-age=3600",
        "x-content-type-options": "nosniff",
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    start, end, status = 0, found.bytes, 200
    asked = request.headers.get("range")
    if asked is not None:
        part = byte_range(asked, found.bytes)
        if part is None:
            return Response(status_code=416, headers={"content-range": f"bytes */{found.bytes}"})
        start, end = part
        status = 206
        headers["content-range"] = f"bytes {start}-{end - 1}/{found.bytes}"
    headers["content-length"] = str(end - start)
    await parts.blobs.size(found.path)  # a file that is gone is a 404, not a broken stream

    async def pieces() -> AsyncIterator[bytes]:
        async for piece in parts.blobs.stream(found.path, start, end):
            yield piece

    return StreamingResponse(pieces(), status, headers, media_type=found.media_type)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of the one range asked for (RFC 9110, 14.1.2), or None where there is none to give."""
    found = _RANGE.match(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None
