"""Read: one's own last answers, all answers of an item, all answers of a project."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

from qistas.core.ids import ProjectId, parse_uuid
from qistas.core.page import Page, decode_key, page_of
from qistas.db import Tx
from qistas.sources import present_item
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Annotation, Mine


async def my_annotations(
    tx: Tx, project_id: ProjectId, *, limit: int = 20, after: str | None = None
) -> Page[Mine]:
    """The principal's own answers, newest first, each with its item: to come back to the last ones."""
    require(tx.principal, Permission.ANNOTATE, project_id)
    key = decode_key(after, 1)
    rows = await store.list_mine(tx, project_id, parse_uuid(str(key[0])) if key else None, limit + 1)
    shown = [replace(r, data=present_item(r.data, project_id, r.item_id)) for r in rows]
    if shown:
        await record(tx, Act.ITEM_VIEW, [r.item_id for r in shown[:limit]])
    return page_of(shown, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def annotations_of_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> list[Annotation]:
    """Every annotator's current answer to one item."""
    require(tx.principal, Permission.ANNOTATION_VIEW, project_id)
    return await store.of_item(tx, project_id, item_id)


async def stream_annotations(tx: Tx, project_id: ProjectId) -> AsyncIterator[list[Annotation]]:
    """Every current annotation of the project, in lists; memory does not grow with their number."""
    require(tx.principal, Permission.ANNOTATION_VIEW, project_id)
    await record(tx, Act.ANNOTATION_VIEW, [project_id])
    async for rows in store.stream_current(tx, project_id):
        yield rows
