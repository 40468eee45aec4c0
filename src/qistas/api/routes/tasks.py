"""The queue: claim, leases, tasks, batches."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from qistas.annotations import save_draft
from qistas.api.alias import aliases_for
from qistas.api.answer import fast_json
from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.tasks import (
    BatchAsked,
    BatchChange,
    BatchList,
    BatchSent,
    ClaimAsked,
    Claimed,
    DraftAsked,
    Renewed,
    SkipAsked,
    TaskChange,
    TaskPage,
    TaskSent,
    batch_sent,
    claimed,
    task_row_sent,
    task_sent,
)
from qistas.core.ids import ProjectId
from qistas.tasks import (
    claim_tasks,
    list_batches,
    list_tasks,
    prioritise_task,
    release_lease,
    renew_lease,
    save_batch,
    skip_task,
)

router = APIRouter(prefix="/projects/{project_id}", tags=["queue"])


@router.post("/claim", summary="Claim the next tasks", response_model=Claimed)
async def claim(parts: PartsDep, who: Actor, project_id: UUID, asked: ClaimAsked) -> Response:
    """Give me up to `limit` tasks: first those I hold and did not name in `holding`, then new ones."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        claim = await claim_tasks(tx, ProjectId(project_id), asked.limit, asked.holding)
    return fast_json(claimed(claim, aliases_for(parts, who, project_id)))


@router.post("/leases/{lease_id}/renew", summary="Ask for more time", response_model=Renewed)
async def renew(parts: PartsDep, who: Actor, project_id: UUID, lease_id: UUID) -> Renewed:
    """Start the lease's time again."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        return Renewed(expires_at=await renew_lease(tx, ProjectId(project_id), lease_id))


@router.post("/leases/{lease_id}/release", summary="Give a task back", status_code=204)
async def release(parts: PartsDep, who: Actor, project_id: UUID, lease_id: UUID) -> None:
    """Give the task back unanswered."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        await release_lease(tx, ProjectId(project_id), lease_id)


@router.post("/leases/{lease_id}/skip", summary="Skip a task, with a reason", status_code=204)
async def skip(parts: PartsDep, who: Actor, project_id: UUID, lease_id: UUID, asked: SkipAsked) -> None:
    """Refuse the task; it is not offered to me again."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        await skip_task(tx, ProjectId(project_id), lease_id, asked.reason, asked.note)


@router.put("/leases/{lease_id}/draft", summary="Keep an unfinished answer", status_code=204)
async def draft(parts: PartsDep, who: Actor, project_id: UUID, lease_id: UUID, asked: DraftAsked) -> None:
    """Replace the draft of a lease."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        await save_draft(tx, ProjectId(project_id), lease_id, asked.answer, asked.seconds)


@router.get("/tasks", summary="List tasks", response_model=TaskPage)
async def tasks(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    state: Literal["open", "held", "done", "paused", "withdrawn"] | None = None,
    batch_id: UUID | None = None,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> TaskPage:
    """Tasks in the order they were made, each with how its item begins; a view of these items is recorded."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_tasks(
            tx, ProjectId(project_id), state=state, batch_id=batch_id, limit=limit, after=after
        )
    return TaskPage(rows=[task_row_sent(t) for t in page.rows], next=page.next)


@router.patch("/tasks/{task_id}", summary="Move or assign a task", response_model=TaskSent)
async def change_task(
    parts: PartsDep, who: Actor, project_id: UUID, task_id: UUID, asked: TaskChange
) -> TaskSent:
    """Change a task's priority, or whom it is kept for."""
    async with parts.db.tenant_tx(who) as tx:
        return task_sent(
            await prioritise_task(
                tx, ProjectId(project_id), task_id, priority=asked.priority, assignee=asked.assignee
            )
        )


@router.get("/batches", summary="List batches", response_model=BatchList)
async def batches(parts: PartsDep, who: Actor, project_id: UUID) -> BatchList:
    """The project's batches with their counts."""
    async with parts.db.tenant_tx(who) as tx:
        return BatchList(rows=[batch_sent(b) for b in await list_batches(tx, ProjectId(project_id))])


@router.post("/batches", summary="Make a batch", response_model=BatchSent, status_code=201)
async def make_batch(parts: PartsDep, who: Actor, project_id: UUID, asked: BatchAsked) -> BatchSent:
    """An empty batch; imports fill it."""
    async with parts.db.tenant_tx(who) as tx:
        return batch_sent(
            await save_batch(tx, ProjectId(project_id), name=asked.name, priority=asked.priority)
        )


@router.patch("/batches/{batch_id}", summary="Change a batch", response_model=BatchSent)
async def change_batch(
    parts: PartsDep, who: Actor, project_id: UUID, batch_id: UUID, asked: BatchChange
) -> BatchSent:
    """Its name, priority, pause, and whom its tasks are kept for."""
    async with parts.db.tenant_tx(who) as tx:
        return batch_sent(
            await save_batch(
                tx,
                ProjectId(project_id),
                batch_id,
                name=asked.name,
                priority=asked.priority,
                state=asked.state,
                assignee=asked.assignee,
            )
        )
