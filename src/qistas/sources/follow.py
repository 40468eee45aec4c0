"""Follow imports: how far they have come, and what they refused."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId, parse_uuid
from qistas.core.page import Page, decode_key, page_of
from qistas.db import Tx
from qistas.trust import Permission, require

from . import store
from .types import Import, ImportRefusal


async def list_imports(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[Import]:
    """Imports of a project, newest first. Raises Missing."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    key = decode_key(after, 1)
    rows = await store.list_imports(tx, project_id, parse_uuid(str(key[0])) if key else None, limit + 1)
    if not rows and not await store.project_exists(tx, project_id):
        raise Missing()
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def get_import(tx: Tx, project_id: ProjectId, import_id: UUID) -> Import:
    """One import. Raises Missing."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    found = await store.find_import(tx, import_id, project_id)
    if found is None:
        raise Missing()
    return found


async def list_refusals(
    tx: Tx, project_id: ProjectId, import_id: UUID, *, limit: int = 50, after: str | None = None
) -> Page[ImportRefusal]:
    """What an import refused, by line."""
    await get_import(tx, project_id, import_id)
    key = decode_key(after, 2)
    start = (int(key[0]), int(key[1])) if key and all(isinstance(k, int) for k in key) else (-1, -1)
    rows = await store.list_refusals(tx, import_id, start, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of(rows, limit, [last.line, last.place] if last else None)


async def stream_refusals(
    tx: Tx, project_id: ProjectId, import_id: UUID
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """(line, field, code, reason, remedy, raw) of everything an import refused, in lists."""
    await get_import(tx, project_id, import_id)
    async for rows in store.stream_refusals(tx, import_id):
        yield rows
