"""Datasets: preview a selection, seal versions, compare them, export them."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from qistas.api.byte_ranges import send_stored
from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.datasets import (
    ComparisonSent,
    DatasetAsked,
    DatasetPage,
    DatasetSent,
    ExportAsked,
    ExportSent,
    PreviewAsked,
    SelectionPreview,
    VersionAsked,
    VersionPage,
    VersionSent,
    comparison_sent,
    export_sent,
    preview_sent,
    version_sent,
)
from qistas.core.ids import ProjectId
from qistas.datasets import (
    compare_versions,
    get_dataset,
    get_export,
    get_version,
    list_datasets,
    list_versions,
    make_dataset,
    open_export,
    preview_selection,
    retry_seal,
    start_export,
    start_seal,
)

FILES: dict[str, Any] = {"application/x-ndjson": {}, "text/csv": {}, "application/zip": {}}
router = APIRouter(prefix="/projects/{project_id}", tags=["datasets"])


@router.get("/datasets", summary="List datasets", response_model=DatasetPage)
async def datasets(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> DatasetPage:
    """Datasets of the project, newest first."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_datasets(tx, ProjectId(project_id), limit=limit, after=after)
    rows = [DatasetSent.model_validate(one, from_attributes=True) for one in page.rows]
    return DatasetPage(rows=rows, next=page.next)


@router.post("/datasets", summary="Make a dataset", response_model=DatasetSent)
async def make(parts: PartsDep, who: Actor, project_id: UUID, asked: DatasetAsked) -> DatasetSent:
    """A named line of versions, empty at first."""
    async with parts.db.tenant_tx(who) as tx:
        made = await make_dataset(tx, ProjectId(project_id), asked.name)
    return DatasetSent.model_validate(made, from_attributes=True)


@router.post(
    "/datasets/{dataset_id}/preview",
    summary="Count what a version would hold",
    response_model=SelectionPreview,
)
async def preview_version(
    parts: PartsDep, who: Actor, project_id: UUID, dataset_id: UUID, asked: PreviewAsked
) -> SelectionPreview:
    """Items, labels and splits of a selection, before sealing."""
    async with parts.db.tenant_tx(who) as tx:
        await get_dataset(tx, ProjectId(project_id), dataset_id)
        return preview_sent(
            await preview_selection(
                tx, ProjectId(project_id), asked.selection.selection(), asked.split_plan()
            )
        )


@router.post("/datasets/{dataset_id}/versions", summary="Seal a version", response_model=VersionSent)
async def seal_version(
    parts: PartsDep, who: Actor, project_id: UUID, dataset_id: UUID, asked: VersionAsked
) -> VersionSent:
    """Freeze what the selection gives now; a job does it, and the hash is there when it is sealed."""
    async with parts.db.tenant_tx(who) as tx:
        version = await start_seal(
            tx, ProjectId(project_id), dataset_id, asked.selection.selection(), asked.split_plan(), asked.note
        )
    return version_sent(version)


@router.get("/datasets/{dataset_id}/versions", summary="List versions", response_model=VersionPage)
async def versions(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    dataset_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> VersionPage:
    """Versions, newest first, without their manifests."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_versions(tx, ProjectId(project_id), dataset_id, limit=limit, after=after)
    return VersionPage(rows=[version_sent(one) for one in page.rows], next=page.next)


@router.get(
    "/datasets/{dataset_id}/versions/{version_id}", summary="See a version", response_model=VersionSent
)
async def version(
    parts: PartsDep, who: Actor, project_id: UUID, dataset_id: UUID, version_id: UUID
) -> VersionSent:
    """One version, with its manifest once it is sealed."""
    async with parts.db.tenant_tx(who) as tx:
        found = await get_version(tx, ProjectId(project_id), dataset_id, version_id)
    return version_sent(found, manifest=True)


@router.post(
    "/datasets/{dataset_id}/versions/{version_id}/retry",
    summary="Try again to seal a version that failed",
    response_model=VersionSent,
)
async def seal_again(
    parts: PartsDep, who: Actor, project_id: UUID, dataset_id: UUID, version_id: UUID
) -> VersionSent:
    """Seal what its selection gives now, under the same number."""
    async with parts.db.tenant_tx(who) as tx:
        return version_sent(await retry_seal(tx, ProjectId(project_id), dataset_id, version_id))


@router.get(
    "/datasets/{dataset_id}/versions/{version_id}/compare",
    summary="Compare two versions",
    response_model=ComparisonSent,
)
async def compare(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    dataset_id: UUID,
    version_id: UUID,
    other: Annotated[UUID, Query(alias="with")],
) -> ComparisonSent:
    """What came, what went and what changed since the version `with`."""
    found = await compare_versions(
        parts.db, parts.blobs, who, ProjectId(project_id), dataset_id, other, version_id
    )
    return comparison_sent(found)


@router.post(
    "/datasets/{dataset_id}/versions/{version_id}/exports",
    summary="Render a version into a file",
    response_model=ExportSent,
)
async def export(
    parts: PartsDep, who: Actor, project_id: UUID, dataset_id: UUID, version_id: UUID, asked: ExportAsked
) -> ExportSent:
    """A job renders it; asking again for the same gives the same export."""
    async with parts.db.tenant_tx(who) as tx:
        return export_sent(
            await start_export(
                tx, ProjectId(project_id), dataset_id, version_id, asked.format, dict(asked.options)
            )
        )


@router.get("/exports/{export_id}", summary="Follow an export", response_model=ExportSent)
async def one_export(parts: PartsDep, who: Actor, project_id: UUID, export_id: UUID) -> ExportSent:
    """How far it has come."""
    async with parts.db.tenant_tx(who) as tx:
        return export_sent(await get_export(tx, ProjectId(project_id), export_id))


@router.get(
    "/exports/{export_id}/file",
    summary="Fetch the file of an export",
    response_class=Response,
    responses={200: {"content": FILES}, 206: {"content": FILES}, 304: {}},
)
async def file(request: Request, parts: PartsDep, who: Actor, project_id: UUID, export_id: UUID) -> Response:
    """The file; with `Range`, a part of it."""
    async with parts.db.tenant_tx(who) as tx:
        found = await open_export(tx, ProjectId(project_id), export_id)
    headers = {
        "cache-control": "private, no-cache",
        "content-disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
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
