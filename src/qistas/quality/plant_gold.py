"""Plant gold: items with a known answer, put among the work unseen, to measure annotators."""

from typing import Any
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.core.page import Page, decode_id, page_of
from qistas.db import Tx
from qistas.ontology import load_ontology, validate_answer
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Gold


async def plant_gold(tx: Tx, project_id: ProjectId, item_id: UUID, answer: dict[str, Any]) -> UUID:
    """Make an item gold with its right answer (which must fit the ontology). Answers given to it already are scored too."""
    require(tx.principal, Permission.GOLD_PLANT, project_id)
    found = await store.item_for_expert(tx, project_id, item_id)
    if found is None:
        raise Missing()
    clean = validate_answer((await load_ontology(tx, project_id)).ontology, answer, found[0])
    gold_id = await store.plant(tx, project_id, item_id, clean)
    await record(tx, Act.CONFIG_CHANGE, [item_id, gold_id], what="gold.plant")
    return gold_id


async def remove_gold(tx: Tx, project_id: ProjectId, gold_id: UUID) -> None:
    """Stop using an item as gold; it is work again. What was scored by it stays on record, and counts for nobody any more."""
    require(tx.principal, Permission.GOLD_PLANT, project_id)
    if not await store.remove_gold(tx, project_id, gold_id):
        raise Missing()
    await record(tx, Act.CONFIG_CHANGE, [gold_id], what="gold.remove")


async def list_gold(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[Gold]:
    """The planted items, with how often and how well they were answered."""
    require(tx.principal, Permission.GOLD_PLANT, project_id)
    start = decode_id(after) or UUID(int=0)
    rows = await store.list_gold(tx, project_id, start, limit + 1)
    if rows:
        await record(tx, Act.ANNOTATION_VIEW, [row.item_id for row in rows[:limit]], what="gold.list")
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)
