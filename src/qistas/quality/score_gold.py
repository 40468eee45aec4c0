"""Score gold: an answer to a planted item is measured as soon as inference meets it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.ontology import Ontology
from qistas.trust import Act, record

from . import store
from .types import AnswerRow


async def score_gold(
    tx: Tx,
    project_id: ProjectId,
    ontology: Ontology,
    answers: Sequence[AnswerRow],
    gold: Mapping[UUID, tuple[UUID, Mapping[str, Any]]],
) -> int:
    """Score those of `answers` that are to `gold` items, question by question; the number of annotations scored for the first time."""
    scores: list[tuple[UUID, str, UUID, UUID, float]] = []
    for row in answers:
        if row.item_id not in gold:
            continue
        gold_id, known = gold[row.item_id]
        for question in ontology.questions:
            if question.name in known:
                given = row.answer.get(question.name)
                score = (
                    question.kind.score(question, known[question.name], given) if given is not None else 0.0
                )
                scores.append((row.id, question.name, gold_id, row.annotator_id, score))
    fresh = await store.save_scores(tx, project_id, scores)
    scored = {annotation for _, annotation in fresh}
    if fresh:
        await record(tx, Act.GOLD_USE, {gold_id for gold_id, _ in fresh}, annotations=len(scored))
    return len(scored)
