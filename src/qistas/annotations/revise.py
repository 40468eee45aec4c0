"""Revise: an annotator changes an answer of their own. The earlier one stays, and the new one points to it."""

from typing import Any
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Permission, require

from . import store
from .submit import write
from .types import Receipt


async def revise_annotation(
    tx: Tx,
    project_id: ProjectId,
    annotation_id: UUID,
    answer: dict[str, Any],
    *,
    seconds: float,
    client_key: str,
) -> Receipt:
    """Store a new revision. `seconds` are those spent on the change. Raises Missing when the annotation is not theirs."""
    require(tx.principal, Permission.ANNOTATE, project_id)
    lease_id = await store.lease_of(tx, project_id, annotation_id)
    work = await store.lock_work(tx, project_id, lease_id) if lease_id else None
    if work is None:
        raise Missing()
    # A task that a reviewer returned has lost this answer from its count, and gets it back, also when the new lease has run out.
    returned = work.state != "answered"
    return await write(tx, project_id, work, answer, seconds=seconds, client_key=client_key, first=returned)
