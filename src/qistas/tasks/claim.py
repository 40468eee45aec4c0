"""Claim: give an annotator the next tasks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.sources import present_item
from qistas.trust import Permission, require

from . import store
from .types import ANYBODY, Claim, Offer

MAX_CLAIM = 50
HEAD = 16  # open tasks at the front that are looked at, besides four for each one asked for
WINDOW = 2000  # how many more `look_further` looks at in one go
MAX_WINDOWS = (
    40  # the most one request looks through before it answers `empty`; the cursor stays where it got to
)


async def claim_tasks(tx: Tx, project_id: ProjectId, limit: int, holding: Sequence[UUID] = ()) -> Claim:
    """Up to `limit` (1–50) tasks for the principal: first what they hold and did not name in `holding`, then new ones.

    Raises Missing when there is no such project for them.
    """
    who = tx.principal
    require(who, Permission.ANNOTATE, project_id)
    if project_id in who.paused:
        return Claim((), "paused")
    limit = max(1, min(limit, MAX_CLAIM))
    params: dict[str, Any] = {
        "tenant": who.tenant_id,
        "project": project_id,
        "annotator": who.member_id,
        "mine": [ANYBODY, who.member_id, *who.groups],
        "holding": list(holding),
        "limit": limit,
        "head": HEAD + 4 * limit,
        "also": [],
        "window": WINDOW,
        "most": limit + 32,
        "role": who.role,
        "session": who.session,
        "purpose": who.purpose,
    }
    offers = await store.claim(tx, params)
    reason = None
    if not offers:
        reason = await store.why_empty(tx, project_id)
        if reason is None:
            raise Missing()
        if reason == "empty":
            offers = await _claim_further(tx, params)
    return Claim(await _present(tx, project_id, offers), None if offers else reason)


async def _claim_further(tx: Tx, params: dict[str, Any]) -> list[Offer]:
    """Claim beyond the front, window after window, at most once round the whole queue."""
    ends = 0
    for _ in range(MAX_WINDOWS):
        found, ended = await store.look_further(tx, params)
        if found and (offers := await store.claim(tx, {**params, "also": found})):
            return offers
        ends += ended
        if ends == 2:
            break
    return []


async def _present(tx: Tx, project_id: ProjectId, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The offers as a screen needs them: images as addresses, and why a task came back from review."""
    had = [o.task_id for o in offers if o.had]
    reasons = await store.reasons_of_return(tx, had) if had else {}
    return tuple(
        replace(o, data=present_item(o.data, project_id, o.item_id), returned=reasons.get(o.task_id))
        for o in offers
    )
