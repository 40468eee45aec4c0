"""Jobs of the queue."""

from qistas.core.ids import ProjectId, parse_uuid
from qistas.jobs import JobContext, job, schedule

from .expire import expire_leases
from .extend import release_kept
from .plan import replan_tasks
from .prioritise import free_tasks


@schedule("tasks.expire", every_seconds=5)
async def expire(context: JobContext) -> None:
    """Give back the places of leases that are over."""
    await expire_leases(context.db)


@schedule("tasks.release_kept", every_seconds=5)
async def release(context: JobContext) -> None:
    """Give to anybody what was kept for one annotator long enough."""
    await release_kept(context.db)


@job("tasks.free")
async def free(context: JobContext, *, tenant_id: str, assignee: str, project_id: str | None = None) -> None:
    """What was kept for somebody who has left is for anybody."""
    who, project = parse_uuid(assignee), parse_uuid(project_id) if project_id else None
    assert who is not None
    async with context.db.tenant_tx(context.principal(tenant_id, "tasks.free")) as tx:
        await free_tasks(tx, who, ProjectId(project) if project else None)


@job("tasks.replan")
async def replan(context: JobContext, *, tenant_id: str, project_id: str) -> None:
    """Apply a changed overlap."""
    project = parse_uuid(project_id)
    assert project is not None
    await replan_tasks(context.db, context.principal(tenant_id, "tasks.replan"), ProjectId(project))
