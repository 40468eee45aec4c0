"""Items: add, list, see, withdraw."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from qistas.api.alias import aliases_for
from qistas.api.answer import fast_json
from qistas.api.byte_ranges import send_stored
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
        real = aliases_for(parts, who, project_id).real(item_id)
        found = await find_media(tx, ProjectId(project_id), real, field)
    headers = {
        "cache-control": "private, max-age=3600",
        "content-disposition": "inline",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return await send_stored(
        request,
        parts.blobs,
        found.path,
        size=found.bytes,
        sha256=found.sha256,
        media_type=found.media_type,
        headers=headers,
    )
