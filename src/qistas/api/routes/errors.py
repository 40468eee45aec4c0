"""Label errors: search, list, send back to the queue, undo."""

from uuid import UUID

from fastapi import APIRouter, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.errors import (
    LabelErrorPage,
    LabelErrorSent,
    RequeueAsked,
    SearchAsked,
    SearchesSent,
    SearchSent,
)
from qistas.core.ids import ProjectId
from qistas.quality import list_errors, list_searches, request_errors, requeue_item, undo_requeue

router = APIRouter(prefix="/projects/{project_id}/quality", tags=["quality"])


@router.get("/error-searches", summary="Searches for label errors", response_model=SearchesSent)
async def error_searches(parts: PartsDep, who: Actor, project_id: UUID) -> SearchesSent:
    """Which questions can be checked, and how the last search of each stands."""
    async with parts.db.tenant_tx(who) as tx:
        names, searches = await list_searches(tx, ProjectId(project_id))
    return SearchesSent(questions=names, searches=[SearchSent.model_validate(s) for s in searches])


@router.post(
    "/error-searches", summary="Search for label errors", response_model=list[SearchSent], status_code=202
)
async def search_errors(
    parts: PartsDep, who: Actor, project_id: UUID, asked: SearchAsked
) -> list[SearchSent]:
    """Set a search going; its state tells when it is done."""
    async with parts.db.tenant_tx(who) as tx:
        found = await request_errors(tx, ProjectId(project_id), asked.question)
    return [SearchSent.model_validate(search) for search in found]


@router.get("/errors", summary="Labels that are likely wrong", response_model=LabelErrorPage)
async def label_errors(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    question: str = Query(max_length=64),
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> LabelErrorPage:
    """The likeliest first, while they stand: an answer or an expert that changes a label takes it off."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_errors(tx, ProjectId(project_id), question, limit=limit, after=after)
    return LabelErrorPage(
        rows=[LabelErrorSent.model_validate(row, from_attributes=True) for row in page.rows], next=page.next
    )


@router.post("/errors/{item_id}/requeue", summary="Send an item back to the queue", status_code=204)
async def requeue_error(
    parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID, asked: RequeueAsked
) -> None:
    """One answer more is asked for, by somebody who has not answered yet, before other tasks."""
    async with parts.db.tenant_tx(who) as tx:
        await requeue_item(tx, ProjectId(project_id), asked.question, item_id)


@router.delete("/errors/{item_id}/requeue", summary="Take that back", status_code=204)
async def undo_requeue_error(
    parts: PartsDep, who: Actor, project_id: UUID, item_id: UUID, question: str = Query(max_length=64)
) -> None:
    """The task wants as many answers as before; one that came meanwhile stays."""
    async with parts.db.tenant_tx(who) as tx:
        await undo_requeue(tx, ProjectId(project_id), question, item_id)
