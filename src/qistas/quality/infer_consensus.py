"""Infer consensus as answers arrive: cheap, for the items just touched; `fit` later looks at all of them together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.ontology import Ontology, fits, load_ontology, load_project
from qistas.trust import Permission, require

from . import store
from .score_gold import score_gold
from .types import AnswerRow, Inferred

BATCH = 500


async def infer_due(tx: Tx, project_id: ProjectId, limit: int = BATCH) -> int:
    """Infer the answers of up to `limit` items that are due, weighing annotators by their last known skill.

    One transaction: an item leaves the list of those due exactly when its consensus is stored. Returns how many there
    were; 0 when none is left.
    """
    require(tx.principal, Permission.QUALITY_RUN, project_id)
    items = await store.take_due(tx, project_id, limit)
    if not items:
        return 0
    project = await load_project(tx, project_id)
    version = await load_ontology(tx, project_id)
    ontology = version.ontology
    answers = [
        replace(row, answer=fitting(ontology, row.answer)) if row.ontology_version < version.version else row
        for row in await store.answers_to(tx, project_id, items)
    ]
    skills = {(s.question, s.annotator_id): s.value for s in await store.load_skills(tx, project_id)}
    await store.save_consensus(
        tx, project_id, combine_items(ontology, answers, skills, project.settings.method)
    )
    answered = {row.item_id for row in answers}
    if gone := [item for item in items if item not in answered]:
        await store.forget_consensus(tx, project_id, gone)
    await score_gold(tx, project_id, ontology, answers)
    return len(items)


def combine_items(
    ontology: Ontology, answers: Sequence[AnswerRow], skills: Mapping[tuple[str, UUID], float], method: str
) -> list[Inferred]:
    """The consensus of each item and question from its answers alone. An annotator without a known skill weighs as the mean."""
    by_item: dict[UUID, list[AnswerRow]] = defaultdict(list)
    for row in answers:
        by_item[row.item_id].append(row)
    inferred: list[Inferred] = []
    for question in ontology.questions:
        weight_of = {who: weight(skill) for (name, who), skill in skills.items() if name == question.name}
        usual = _mean(weight_of.values())
        wanted = method if method in question.kind.methods else "auto"
        for item_id, rows in by_item.items():
            asked = [row for row in rows if question.name in row.answer]
            if not asked:
                continue
            values = [row.answer[question.name] for row in asked]
            weights = [weight_of.get(row.annotator_id, usual) for row in asked]
            found = question.kind.combine(question, values, weights, wanted)
            inferred.append(
                Inferred(
                    item_id=item_id,
                    question=question.name,
                    value=found.value,
                    confidence=found.confidence,
                    posterior=found.posterior,
                    support=found.support,
                    disputed=found.support < len(asked),
                    method=f"vote:{question.kind.measure}",
                    inputs=tuple(row.id for row in asked),
                )
            )
    return inferred


def fitting(ontology: Ontology, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer given under an earlier version still fits: a late one may hold what was taken away since."""
    asked = ontology.question_named
    return {name: value for name, value in answer.items() if name in asked and fits(asked[name], value)}


def weight(skill: float) -> float:
    """How much a vote weighs: in proportion to how far its giver is above chance; never nothing, never without bound."""
    return max(0.05, min(skill, 0.99))


def _mean(weights: Iterable[float]) -> float:
    known = list(weights)
    return sum(known) / len(known) if known else 1.0
