"""List: the tasks of a project, each with what tells its item from others: the project's own id for it, and how its text begins."""

from collections.abc import Sequence
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, page_of
from qistas.db import Tx
from qistas.ontology import load_ontology
from qistas.trust import Act, Permission, record, require

from . import store
from .types import ANYBODY, ListedTask

PREVIEW = 140
TEXTS = ("text", "markdown", "chat")

# Of the page's items alone, so it costs the same however many there are.
BEGINNINGS = """
SELECT i.id, i.external_id, coalesce((
           SELECT left(f.says, 600)
             FROM (SELECT place, CASE WHEN jsonb_typeof(i.data -> name) = 'array' THEN i.data -> name -> 0 ->> 'content'
                                      ELSE i.data ->> name END AS says
                     FROM unnest(%(fields)s::text[]) WITH ORDINALITY AS field (name, place)) f
            WHERE f.says ~ '\\S' ORDER BY f.place LIMIT 1), '')
  FROM items i
 WHERE i.tenant_id = %(tenant)s AND i.project_id = %(project)s AND i.id = ANY (%(items)s)
"""


async def list_tasks(
    tx: Tx,
    project_id: ProjectId,
    *,
    state: str | None = None,
    batch_id: UUID | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page[ListedTask]:
    """A page of the project's tasks. What it shows of items is recorded as a view of them."""
    require(tx.principal, Permission.ITEM_VIEW, project_id)
    start = decode_id(after) or ANYBODY
    rows = await store.list_tasks(tx, project_id, start, state, batch_id, limit + 1)
    shown = [row.item_id for row in rows[:limit]]
    about = await beginnings_of(tx, project_id, shown)
    if shown:
        await record(tx, Act.ITEM_VIEW, shown, what="task.list", project=str(project_id))
    listed = [ListedTask(row, *about.get(row.item_id, (None, ""))) for row in rows]
    return page_of(listed, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def beginnings_of(
    tx: Tx, project_id: ProjectId, items: Sequence[UUID]
) -> dict[UUID, tuple[str | None, str]]:
    """The project's own id of each item and how its first text begins. Who shows it records the view."""
    if not items:
        return {}
    fields = await _texts(tx, project_id)
    rows = await tx.rows(
        BEGINNINGS, {"tenant": tx.tenant_id, "project": project_id, "items": list(items), "fields": fields}
    )
    return {row[0]: (row[1], " ".join(row[2].split())[:PREVIEW]) for row in rows}


async def _texts(tx: Tx, project_id: ProjectId) -> list[str]:
    """The names of the fields that hold text, in the ontology's order."""
    try:
        ontology = (await load_ontology(tx, project_id)).ontology
    except Missing:
        return []
    return [field.name for field in ontology.fields if field.type in TEXTS]
