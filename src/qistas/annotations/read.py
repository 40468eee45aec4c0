"""Read: one's own last answers, all answers of an item, all answers of a project."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, page_of
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.sources import present_item
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Annotation, Mine

AT_ONCE = 2_000


async def my_annotations(
    tx: Tx, project_id: ProjectId, *, limit: int = 20, after: str | None = None
) -> Page[Mine]:
    """The principal's own answers, newest first, each with its item: to come back to the last ones."""
    require(tx.principal, Permission.ANNOTATE, project_id)
    rows = await store.list_mine(tx, project_id, decode_id(after), limit + 1)
    shown = [replace(r, data=present_item(r.data, project_id, r.item_id)) for r in rows]
    if shown:
        await record(tx, Act.ITEM_VIEW, [r.item_id for r in shown[:limit]])
    return page_of(shown, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def annotations_of_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> list[Annotation]:
    """Every annotator's current answer to one item."""
    require(tx.principal, Permission.ANNOTATION_VIEW, project_id)
    return await store.of_item(tx, project_id, item_id)


async def stream_annotations(
    db: Database, who: Principal, project_id: ProjectId
) -> AsyncIterator[list[Annotation]]:
    """Every current annotation of the project by item, in lists; memory does not grow with their number.

    Each list is one moment's view: whoever reads slowly holds neither a connection nor a transaction meanwhile.
    """
    require(who, Permission.ANNOTATION_VIEW, project_id)
    async with db.tenant_tx(who) as tx:
        await record(tx, Act.ANNOTATION_VIEW, [project_id])
    last = UUID(int=0)
    while True:
        async with db.tenant_tx(who) as tx:
            rows = await store.page_of_current(tx, project_id, last, AT_ONCE)
        if not rows:
            return
        yield rows
        last = rows[-1].item_id
