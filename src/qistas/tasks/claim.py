"""Claim: give an annotator the next tasks."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.sources import present_item
from qistas.trust import Permission, require

from . import store
from .types import ANYBODY, Claim, Offer

MAX_CLAIM = 50
HEAD = 32  # open tasks at the front that are looked at, besides eight for each one asked for
WINDOW = 2000  # how many more the cursor looks at in one go
MAX_WINDOWS = (
    40  # the most one request looks through before it answers `empty`; the cursor stays where it got to
)


async def claim_tasks(tx: Tx, project_id: ProjectId, limit: int, holding: Sequence[UUID] = ()) -> Claim:
    """Up to `limit` (1–50) tasks for the principal: first what they hold and did not name in `holding`, then new ones.

    Raises Missing when there is no such project for them.
    """
    who = tx.principal
    require(who, Permission.ANNOTATE, project_id)
    limit = max(1, min(limit, MAX_CLAIM))
    params = {
        "tenant": who.tenant_id,
        "project": project_id,
        "annotator": who.member_id,
        "mine": [ANYBODY, who.member_id, *who.groups],
        "holding": list(holding),
        "limit": limit,
        "head": HEAD + 8 * limit,
        "window": WINDOW,
        "role": who.role,
        "session": who.session,
        "purpose": who.purpose,
    }
    wraps = 0
    for _ in range(MAX_WINDOWS):
        offers, wrapped = await store.claim(tx, params)
        if offers:
            return Claim(tuple(present(o) for o in offers))
        wraps += wrapped is True
        if wrapped is None or wraps == 2:  # once round the whole queue
            break
    reason = await store.why_empty(tx, project_id)
    if reason is None:
        raise Missing()
    return Claim((), reason)


def present(offer: Offer) -> Offer:
    """The offer with its item as a screen needs it: images as addresses."""
    return replace(offer, data=present_item(offer.data))
