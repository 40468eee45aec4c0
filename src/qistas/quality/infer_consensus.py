"""Infer consensus as answers arrive: the items just touched are judged under what the last full run learnt; `fit` makes the next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.jobs import defer
from qistas.ontology import Answers, Ontology, Question, fits, load_ontology, load_project
from qistas.trust import Permission, require

from . import store
from .decide_overlap import extend_due
from .learnt import NOBODY_KNOWN, Known, load_learnt
from .score_gold import score_gold
from .types import AnswerRow, Inferred

BATCH = 500


async def infer_due(tx: Tx, project_id: ProjectId, limit: int = BATCH) -> int:
    """Infer the answers of up to `limit` items that are due. What it costs depends on their own answers, not on the project's.

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
    gold = await store.live_gold(tx, project_id, items)
    known = await load_learnt(tx, project_id)
    inferred = judge_items(
        ontology, answers, known, project.settings.method, {i: g[1] for i, g in gold.items()}
    )
    await store.save_consensus(tx, project_id, inferred)
    answered = {row.item_id for row in answers}
    if gone := [item for item in items if item not in answered]:
        await store.forget_consensus(tx, project_id, gone)
    if gold:
        await score_gold(tx, project_id, ontology, answers, gold)
    if project.settings.redundancy.adaptive and await extend_due(
        tx, project, ontology, inferred, known, answers
    ):
        # Some tasks were in use at this moment: their items are due again, and this sees to it that somebody looks.
        key = f"consensus:{project_id}"
        await defer(tx, "quality.infer_consensus", key=key, lock=key, project_id=project_id)
    return len(items)


def judge_items(
    ontology: Ontology,
    answers: Sequence[AnswerRow],
    known: Mapping[str, Known],
    method: str,
    gold: Mapping[UUID, Mapping[str, Any]],
) -> list[Inferred]:
    """The consensus of each item and question from the item's own answers and what is `known` of those who gave them."""
    inferred: list[Inferred] = []
    for question in ontology.questions:
        asked = [row for row in answers if question.name in row.answer]
        if asked:
            inferred += _judge(question, asked, known.get(question.name, NOBODY_KNOWN), method, gold)
    return inferred


def _judge(
    question: Question,
    asked: Sequence[AnswerRow],
    known: Known,
    method: str,
    gold: Mapping[UUID, Mapping[str, Any]],
) -> list[Inferred]:
    kind = question.kind
    item_code: dict[UUID, int] = {}
    annotator_code: dict[UUID, int] = {}
    inputs: defaultdict[int, list[UUID]] = defaultdict(list)
    item: list[int] = []
    for row in asked:
        item.append(item_code.setdefault(row.item_id, len(item_code)))
        inputs[item[-1]].append(row.id)
    annotator = [annotator_code.setdefault(row.annotator_id, len(annotator_code)) for row in asked]
    values = [row.answer[question.name] for row in asked]
    right = {
        item_code[one]: answer[question.name]
        for one, answer in gold.items()
        if one in item_code and question.name in answer and fits(question, answer[question.name])
    }
    wanted = method if method in kind.methods else kind.methods[0]
    found = kind.judge(
        question,
        Answers(item, annotator, values, len(item_code), len(annotator_code)),
        known.learnt,
        known.codes(list(annotator_code)),
        wanted,
        right,
    )
    return [
        Inferred(
            item_id=item_id,
            question=question.name,
            value=one.value,
            confidence=one.confidence,
            posterior=one.posterior,
            support=one.support,
            disputed=one.support < one.answers and code not in right,  # what gold says is no matter of votes
            method=wanted,
            inputs=tuple(inputs[code]),
        )
        for item_id, code in item_code.items()
        if (one := found[code]) is not None
    ]


def fitting(ontology: Ontology, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What of an answer given under an earlier version still fits: a late one may hold what was taken away since."""
    asked = ontology.question_named
    return {name: value for name, value in answer.items() if name in asked and fits(asked[name], value)}
