"""Adjudicate: an expert settles an item. The decision outranks consensus and never erases it."""

from typing import Any
from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.ontology import load_ontology, validate_answer
from qistas.trust import Act, Permission, record, require

from . import store
from .plan_fit import plan_fit


async def adjudicate_item(
    tx: Tx, project_id: ProjectId, item_id: UUID, answer: dict[str, Any], reason: str = ""
) -> UUID:
    """Keep an expert's answer (it must fit the ontology); its id. A later one outranks an earlier one."""
    require(tx.principal, Permission.REVIEW, project_id)
    found = await store.item_for_expert(tx, project_id, item_id)
    if found is None:
        raise Missing()
    version = await load_ontology(tx, project_id)
    clean = validate_answer(version.ontology, answer, found[0])
    decision = await store.insert_adjudication(
        tx, project_id, item_id, version.version, clean, reason.strip().replace("\0", "")[:4000]
    )
    await store.settle(tx, item_id)
    await store.count_review(tx, project_id)
    await plan_fit(tx, project_id)
    await record(tx, Act.ANNOTATION_REVIEW, [item_id, decision], verdict="adjudicate")
    return decision
