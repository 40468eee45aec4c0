"""Follow imports: how far they have come, and what they refused."""

from collections.abc import AsyncIterator
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, decode_numbers, page_of
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Import, ImportRefusal

AT_ONCE = 2_000
FIRST = (-1, -1)


async def list_imports(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[Import]:
    """Imports of a project, newest first. Raises Missing."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    rows = await store.list_imports(tx, project_id, decode_id(after), limit + 1)
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
    line, place = decode_numbers(after, 2) or FIRST
    rows = await store.list_refusals(tx, import_id, (line, place), limit + 1)
    # They quote the rows that were refused.
    await record(tx, Act.ITEM_VIEW, [import_id], what="import.refusals", rows=len(rows[:limit]))
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of(rows, limit, [last.line, last.place] if last else None)


async def stream_refusals(
    db: Database, who: Principal, project_id: ProjectId, import_id: UUID
) -> AsyncIterator[list[ImportRefusal]]:
    """Everything an import refused, in lists; nothing is held between two of them."""
    async with db.tenant_tx(who) as tx:
        one = await get_import(tx, project_id, import_id)
        await record(tx, Act.ITEM_VIEW, [import_id], what="import.refusals", rows=one.rows_refused)
    place = FIRST
    while True:
        async with db.tenant_tx(who) as tx:
            rows = await store.list_refusals(tx, import_id, place, AT_ONCE)
        if not rows:
            return
        yield rows
        place = (rows[-1].line, rows[-1].place)
