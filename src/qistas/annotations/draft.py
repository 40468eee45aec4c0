"""Draft: keep an unfinished answer safe. It is not validated: it is not finished."""

from typing import Any
from uuid import UUID

import orjson

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Permission, require

from . import store
from .submit import check_seconds

MAX_BYTES = 4 << 20


async def save_draft(
    tx: Tx, project_id: ProjectId, lease_id: UUID, answer: dict[str, Any], seconds: float
) -> None:
    """Replace the draft of a lease. Raises Missing when it is not theirs, or answered."""
    require(tx.principal, Permission.ANNOTATE, project_id)
    if len(orjson.dumps(answer)) > MAX_BYTES:
        raise Invalid(
            "The draft is too large.",
            [Fault("answer", f"more than {MAX_BYTES} bytes", "Submit what there is.")],
        )
    if not await store.save_draft(tx, project_id, lease_id, answer, check_seconds(seconds)):
        raise Missing()
