"""Prioritise: the data lead's hand on the queue: priority, batches, pause, and whom tasks are kept for."""

from uuid import UUID

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Act, Permission, record, require

from . import store
from .types import ANYBODY, Batch, Task

MAX_PRIORITY = 1_000_000


async def prioritise_task(
    tx: Tx, project_id: ProjectId, task_id: UUID, *, priority: int | None = None, assignee: UUID | None = None
) -> Task:
    """Move a task in the queue, or keep it for a member or group (the zero id: for anybody)."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    _check_priority(priority)
    if assignee is not None:
        await _check_assignee(tx, assignee)
    task = await store.change_task(tx, project_id, task_id, priority, assignee)
    if task is None:
        raise Missing()
    await record(
        tx,
        Act.CONFIG_CHANGE,
        [task_id],
        what="task",
        priority=priority,
        assignee=str(assignee) if assignee else None,
    )
    return task


async def free_tasks(tx: Tx, assignee: UUID, project_id: ProjectId | None) -> int:
    """Give to anybody what is kept for a member or group that is no more (in one project, or in all); how many tasks."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    freed = await store.free_assignee(tx, assignee, project_id)
    if freed:
        await record(tx, Act.CONFIG_CHANGE, [assignee], what="tasks freed", tasks=freed)
    return freed


async def list_batches(tx: Tx, project_id: ProjectId) -> list[Batch]:
    """The project's batches."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    return await store.list_batches(tx, project_id)


async def save_batch(
    tx: Tx,
    project_id: ProjectId,
    batch_id: UUID | None = None,
    *,
    name: str | None = None,
    priority: int | None = None,
    state: str | None = None,
    assignee: UUID | None = None,
) -> Batch:
    """Make a batch (no id), or change one: its priority, pause and assignee pass on to its tasks at once."""
    require(tx.principal, Permission.TASK_MANAGE, project_id)
    _check_priority(priority)
    if assignee is not None:
        await _check_assignee(tx, assignee)
    if batch_id is None:
        if not name:
            raise Invalid("A batch needs a name.", [Fault("name", "missing", "Give it one.", "name_missing")])
        batch_id = await store.insert_batch(tx, project_id, name, priority or 0)
    elif not await store.list_batches(tx, project_id, batch_id):
        raise Missing()
    await store.change_batch(
        tx, project_id, batch_id, name=name, priority=priority, state=state, assignee=assignee
    )
    await record(
        tx,
        Act.CONFIG_CHANGE,
        [batch_id],
        what="batch",
        name=name,
        priority=priority,
        state=state,
        assignee=str(assignee) if assignee else None,
    )
    return (await store.list_batches(tx, project_id, batch_id))[0]


def _check_priority(priority: int | None) -> None:
    if priority is not None and abs(priority) > MAX_PRIORITY:
        raise Invalid(
            "The priority is out of range.",
            [
                Fault(
                    "priority",
                    str(priority),
                    f"Give one from {-MAX_PRIORITY} to {MAX_PRIORITY}.",
                    "priority_range",
                    {"most": MAX_PRIORITY},
                )
            ],
        )


async def _check_assignee(tx: Tx, assignee: UUID) -> None:
    if assignee != ANYBODY and not await store.is_assignee(tx, assignee):
        raise Missing("There is no member or group by that id.")
