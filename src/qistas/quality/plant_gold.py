"""Plant gold: items with a known answer, put among the work unseen, to measure annotators."""

from typing import Any
from uuid import UUID

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ProjectId, parse_uuid
from qistas.core.page import Page, decode_key, page_of
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
    """Stop using an item as gold; it is work again, and scores given stay."""
    require(tx.principal, Permission.GOLD_PLANT, project_id)
    if not await store.remove_gold(tx, project_id, gold_id):
        raise Missing()
    await record(tx, Act.CONFIG_CHANGE, [gold_id], what="gold.remove")


async def list_gold(
    tx: Tx, project_id: ProjectId, *, limit: int = 50, after: str | None = None
) -> Page[Gold]:
    """The planted items, with how often and how well they were answered."""
    require(tx.principal, Permission.GOLD_PLANT, project_id)
    key = decode_key(after, 1)
    start = parse_uuid(str(key[0])) if key else UUID(int=0)
    if start is None:
        raise Invalid(
            "The page key is not one of ours.",
            [Fault("after", "unreadable", "Use `next` of the page before.")],
        )
    rows = await store.list_gold(tx, project_id, start, limit + 1)
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)
