"""Plan: keep tasks as the project wants them. (The first task of an item is made with the item, by `sources`.)"""

from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, read_statement
from qistas.jobs import defer
from qistas.trust import Permission, require

from .types import ANYBODY

CHUNK = 2000  # tasks of one transaction: annotators wait for no more than these


async def replan_tasks(db: Database, who: Principal, project_id: ProjectId) -> None:
    """Apply a changed redundancy: tasks with answers enough are done, others open again. Where it is adaptive, inference decides next.

    Chunk by chunk; what was planned stays planned if it is broken off, and planning it again changes nothing.
    """
    require(who, Permission.TASK_MANAGE, project_id)
    after = ANYBODY
    while after is not None:
        async with db.tenant_tx(who) as tx:
            rows = await tx.rows(
                read_statement("qistas.tasks", "replan", chunk=CHUNK),
                {"tenant": who.tenant_id, "project": project_id, "after": after},
            )
            if not rows:
                return
            after, adaptive = rows[0]
            if adaptive:
                key = f"consensus:{project_id}"
                await defer(tx, "quality.infer_consensus", key=key, lock=key, project_id=project_id)
