"""Release, renew, skip: what an annotator does with a lease besides answering."""

from datetime import datetime
from uuid import UUID

from qistas.core.errors import LeaseGone, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Act, Permission, record, require

from . import store
from .types import HeldLease, SkipReason


async def release_lease(tx: Tx, project_id: ProjectId, lease_id: UUID) -> None:
    """Give the task back unanswered. A lease that has ended already is left as it is."""
    held = await _held(tx, project_id, lease_id)
    if held.state == "live":
        await store.end_lease(tx, held, "released")
        await record(tx, Act.LEASE_END, [held.task_id], reason="released")


async def renew_lease(tx: Tx, project_id: ProjectId, lease_id: UUID) -> datetime:
    """Ask for the full time again; the new expiry. Raises LeaseGone when the task has been answered or given away."""
    held = await _held(tx, project_id, lease_id)
    if held.state == "live" or (held.state in ("expired", "released") and held.task_state == "open"):
        return await store.renew(tx, held)
    raise LeaseGone("This task is no longer kept for you. What you have done can still be submitted.")


async def skip_task(
    tx: Tx, project_id: ProjectId, lease_id: UUID, reason: SkipReason, note: str = ""
) -> None:
    """Refuse the task, with a reason. It is not offered to this annotator again. Raises LeaseGone when answered."""
    held = await _held(tx, project_id, lease_id)
    if held.state == "skipped":
        return
    if held.state == "answered":
        raise LeaseGone("You have answered this task. Open it among your last answers to change it.")
    await store.end_lease(tx, held, "skipped", skips=1)
    await store.insert_skip(tx, held, reason, note)
    await record(tx, Act.LEASE_END, [held.task_id], reason=f"skipped:{reason.value}")


async def _held(tx: Tx, project_id: ProjectId, lease_id: UUID) -> HeldLease:
    require(tx.principal, Permission.ANNOTATE, project_id)
    held = await store.lock_lease(tx, project_id, lease_id)
    if held is None:
        raise Missing()
    return held
