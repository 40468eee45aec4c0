"""Imports: send a file, follow it, read what it refused."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from qistas.api.deps import Actor, PartsDep
from qistas.api.multipart import FORM, receive_upload
from qistas.api.wire.sources import (
    ImportPage,
    ImportSent,
    PreviewSent,
    RefusalPage,
    import_sent,
    preview_sent,
    read_options,
    refusal_sent,
)
from qistas.api.workbook import MEDIA_TYPE, workbook
from qistas.core.ids import ImportId, ProjectId, uuid7
from qistas.sources import (
    SHEET,
    cancel_import,
    get_import,
    headings,
    list_imports,
    list_refusals,
    preview_file,
    retry_import,
    start_import,
    stream_refusals,
    told,
)
from qistas.trust import Permission, require

router = APIRouter(prefix="/projects/{project_id}/imports", tags=["sources"])
PREVIEW_BYTES = 256 * 2**20


@router.post("", summary="Import a file", response_model=ImportSent, openapi_extra=FORM)
async def start(request: Request, parts: PartsDep, who: Actor, project_id: UUID) -> ImportSent:
    """Send a file (`file`) and how to read it (`options`, JSON). The file is kept at once and read by a job."""
    require(who, Permission.ITEM_IMPORT, ProjectId(project_id))
    import_id = ImportId(uuid7())
    path = parts.blobs.path(who.tenant_id, "imports", str(import_id))
    upload = await receive_upload(request, parts.blobs, path, parts.settings.max_upload_bytes)
    try:
        options = read_options(upload.fields.get("options"))
        async with parts.db.tenant_tx(who) as tx:
            return import_sent(
                await start_import(
                    tx,
                    ProjectId(project_id),
                    import_id,
                    name=upload.name,
                    blob_path=path,
                    size=upload.stored.size,
                    options=options,
                )
            )
    except BaseException:
        await asyncio.shield(parts.blobs.delete(path))
        raise


@router.post(
    "/preview", summary="Look at a file before importing it", response_model=PreviewSent, openapi_extra=FORM
)
async def preview(request: Request, parts: PartsDep, who: Actor, project_id: UUID) -> PreviewSent:
    """What the file is taken for, its first rows, and which column would fill which field. Nothing is kept."""
    require(who, Permission.ITEM_IMPORT, ProjectId(project_id))
    path = parts.blobs.path(who.tenant_id, "previews", str(uuid7()))
    upload = await receive_upload(request, parts.blobs, path, PREVIEW_BYTES)
    try:
        options = read_options(upload.fields.get("options"))
        with await asyncio.to_thread(parts.blobs.open, path) as source:
            return preview_sent(
                await preview_file(parts.db, who, ProjectId(project_id), upload.name, source, options)
            )
    finally:
        await asyncio.shield(parts.blobs.delete(path))


@router.get("", summary="List imports", response_model=ImportPage)
async def imports(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> ImportPage:
    """Imports of the project, newest first."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_imports(tx, ProjectId(project_id), limit=limit, after=after)
    return ImportPage(rows=[import_sent(one) for one in page.rows], next=page.next)


@router.get("/{import_id}", summary="Follow an import", response_model=ImportSent)
async def one_import(parts: PartsDep, who: Actor, project_id: UUID, import_id: UUID) -> ImportSent:
    """How far it has come."""
    async with parts.db.tenant_tx(who) as tx:
        return import_sent(await get_import(tx, ProjectId(project_id), import_id))


@router.post("/{import_id}/cancel", summary="Stop an import", response_model=ImportSent)
async def cancel(parts: PartsDep, who: Actor, project_id: UUID, import_id: UUID) -> ImportSent:
    """Stop it; the rows that were added stay."""
    async with parts.db.tenant_tx(who) as tx:
        return import_sent(await cancel_import(tx, ProjectId(project_id), import_id))


@router.post("/{import_id}/retry", summary="Try a given-up import again", response_model=ImportSent)
async def import_again(parts: PartsDep, who: Actor, project_id: UUID, import_id: UUID) -> ImportSent:
    """Go on where it stopped: an import that says `resumable` still has its file."""
    async with parts.db.tenant_tx(who) as tx:
        return import_sent(await retry_import(tx, ProjectId(project_id), import_id))


@router.get(
    "/{import_id}/refusals",
    summary="What an import refused, and why",
    response_model=RefusalPage,
    responses={200: {"content": {"text/csv": {}, MEDIA_TYPE: {}}}},
)
async def refusals(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    import_id: UUID,
    format: Literal["json", "csv", "xlsx"] = "json",
    language: Literal["en", "ar"] = "en",
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> RefusalPage | Response:
    """A page of refusals, or all of them as a file: `format=csv` for programs, `format=xlsx` for people, in their `language`."""
    if format == "xlsx":
        async with parts.db.tenant_tx(who) as tx:
            await get_import(tx, ProjectId(project_id), import_id)

        async def cells() -> AsyncIterator[list[tuple[str | int, ...]]]:
            async for some in stream_refusals(parts.db, who, ProjectId(project_id), import_id):
                yield [told(one, language) for one in some]

        names = headings(language)
        sent = workbook(
            SHEET[language],
            names,
            cells(),
            widths=[8, 16, *[48] * (len(names) - 3), 20],
            from_right=language == "ar",
        )
        return StreamingResponse(sent, media_type=MEDIA_TYPE, headers=_named(f"refused-{import_id}.xlsx"))
    if format == "csv":
        async with parts.db.tenant_tx(who) as tx:
            await get_import(tx, ProjectId(project_id), import_id)

        async def rows() -> AsyncIterator[bytes]:
            yield "\ufeff".encode() + _csv([("line", "field", "code", "reason", "remedy", "raw")])
            async for some in stream_refusals(parts.db, who, ProjectId(project_id), import_id):
                yield _csv([(one.line, one.field, one.code, one.reason, one.remedy, one.raw) for one in some])

        return StreamingResponse(
            rows(), media_type="text/csv; charset=utf-8", headers=_named(f"refused-{import_id}.csv")
        )
    async with parts.db.tenant_tx(who) as tx:
        page = await list_refusals(tx, ProjectId(project_id), import_id, limit=limit, after=after)
    return RefusalPage(rows=[refusal_sent(one.line, one) for one in page.rows], next=page.next)


def _named(file: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{file}"'}


def _csv(rows: "list[tuple[object, ...]]") -> bytes:
    """Rows as CSV that a spreadsheet takes for text: a cell that looks like a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerows(
        [
            f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
            for cell in row
        ]
        for row in rows
    )
    return out.getvalue().encode()
