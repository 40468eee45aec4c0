"""Plan: keep tasks as the project wants them. (The first task of an item is made with the item, by `sources`.)"""

from qistas.core.ids import ProjectId
from qistas.db import Tx, read_statement
from qistas.jobs import defer


async def replan_tasks(tx: Tx, project_id: ProjectId) -> None:
    """Apply a changed redundancy: tasks with answers enough are done, others open again. Where it is adaptive, inference decides next."""
    adaptive = await tx.value(
        read_statement("qistas.tasks", "replan"), {"tenant": tx.tenant_id, "project": project_id}
    )
    if adaptive:
        key = f"consensus:{project_id}"
        await defer(tx, "quality.infer_consensus", key=key, lock=key, project_id=project_id)
