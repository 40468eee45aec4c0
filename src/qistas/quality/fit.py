"""Fit: infer all answers of a project together: truth, skills and agreement, question by question."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.engine.agreement import Agreement
from qistas.ontology import (
    Answers,
    Inference,
    LabelSkill,
    Learnt,
    Ontology,
    OntologyVersion,
    Project,
    Question,
    fits,
    load_ontology,
    load_project,
)
from qistas.trust import Permission, require

from . import store
from .decide_overlap import extend_fitted, report_savings, target_reached
from .flag_skill import raise_skill_flags
from .infer_consensus import fitting
from .learnt import Known, keep_learnt, load_learnt
from .tally import Tally
from .types import Decided, Inferred, Skill

BOOTSTRAPS = 500
SWAPPED = 200  # items whose consensus is stored in one transaction


@dataclass(slots=True)
class Gathered:
    """The answers to one question while they are read: codes of items and annotators, values, and whose they are."""

    item: list[int] = field(default_factory=list[int])
    annotator: list[int] = field(default_factory=list[int])
    value: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    annotation: list[UUID] = field(default_factory=list[UUID])


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fit made of one question."""

    question: Question
    rows: list[Inferred]
    skills: list[Skill]
    summary: dict[str, Any]
    learnt: Learnt


async def fit_project(
    db: Database, who: Principal, project_id: ProjectId, method: str | None = None
) -> float:
    """Infer everything anew and store what changed. Reading, computing and storing are apart, so that nothing is locked while
    the numbers are worked out; what is answered meanwhile is due again and corrected by `infer_due`. Returns seconds.
    """
    require(who, Permission.QUALITY_RUN, project_id)
    start = time.monotonic()
    async with db.tenant_tx(who) as tx:
        project = await load_project(tx, project_id)
        if project.ontology_version == 0:
            return 0.0
        version = await load_ontology(tx, project_id)
        ontology = version.ontology
        as_of = await tx.value("SELECT now()")
        items, annotators, gathered = await _gather(tx, project_id, version)
        gold = await store.live_gold(tx, project_id)
        decided = await store.decided_items(tx, project_id)
    known = {code: gold[item][1] for code, item in enumerate(items) if item in gold}
    wanted = method or project.settings.method
    adaptive = project.settings.redundancy.adaptive
    inferred: list[Inferred] = []
    summaries: dict[str, dict[str, Any]] = {}
    for question in ontology.questions:
        fitted = await asyncio.to_thread(
            fit_question, question, gathered[question.name], items, annotators, known, wanted, decided
        )
        seconds = round(time.monotonic() - start, 3)
        # What was learnt goes in with the first of what was inferred. The rest follows piece by piece, so that nothing
        # that is answered meanwhile waits for the whole; what it finds there is as good under one run as under the other.
        for at in range(0, max(len(fitted.rows), 1), SWAPPED):
            async with db.tenant_tx(who) as tx:
                if at == 0:
                    await keep_learnt(
                        tx, project_id, question.name, fitted.summary["method"], fitted.learnt, annotators
                    )
                    await store.save_skills(tx, project_id, question.name, fitted.skills)
                    await raise_skill_flags(tx, project_id, question.name, fitted.skills)
                await store.save_consensus(tx, project_id, fitted.rows[at : at + SWAPPED], as_of)
        summaries[question.name] = {**fitted.summary, "seconds": seconds}
        if adaptive:
            inferred += fitted.rows
    async with db.tenant_tx(who) as tx:  # together: whoever waits for the run sees all of it, or nothing yet
        for name, summary in summaries.items():
            await store.save_summary(tx, project_id, name, summary)
    if adaptive:
        extension = await Extension.begun(db, who, project, ontology)
        await extension.extend(inferred)
        await extension.report()
    return time.monotonic() - start


class Extension:
    """What a full run decides on for tasks: some items at a time, with all their questions; at the end what that saved."""

    def __init__(
        self,
        db: Database,
        who: Principal,
        project: Project,
        ontology: Ontology,
        learnt: dict[str, Known],
        reached: bool,
    ) -> None:
        self._db, self._who, self._project, self._ontology = db, who, project, ontology
        self._learnt, self._reached = learnt, reached
        self._confidence: dict[UUID, float] = {}
        self._answers: dict[UUID, int] = {}

    @classmethod
    async def begun(cls, db: Database, who: Principal, project: Project, ontology: Ontology) -> "Extension":
        """By what the run has stored: what was learnt of the annotators, and how accurate the project is."""
        async with db.tenant_tx(who) as tx:
            learnt = await load_learnt(tx, project.id)
            rule = project.settings.redundancy
            reached = rule.target_accuracy is not None and await target_reached(tx, project.id, rule)
        return cls(db, who, project, ontology, learnt, reached)

    async def extend(self, inferred: list[Inferred]) -> None:
        """Let the tasks of these items want more or fewer answers."""
        inferred.sort(key=lambda row: row.item_id)
        step = SWAPPED * len(self._ontology.questions)
        at = 0
        while at < len(inferred):
            end = min(at + step, len(inferred))
            while end < len(inferred) and inferred[end].item_id == inferred[end - 1].item_id:
                end += 1  # an item's questions are decided on together
            async with self._db.tenant_tx(self._who) as tx:
                await extend_fitted(
                    tx, self._project, self._ontology, inferred[at:end], self._learnt, self._reached
                )
            at = end
        for row in inferred:
            item = row.item_id
            self._confidence[item] = min(self._confidence.get(item, 1.0), row.confidence)
            self._answers[item] = max(self._answers.get(item, 0), len(row.inputs))

    async def report(self) -> None:
        """Store what was saved."""
        async with self._db.tenant_tx(self._who) as tx:
            await report_savings(tx, self._project, self._confidence, self._answers)


async def _gather(
    tx: Tx, project_id: ProjectId, version: OntologyVersion
) -> tuple[list[UUID], list[UUID], dict[str, Gathered]]:
    """Read all current answers once: the items and annotators in the order of their codes, and the answers by question."""
    items: dict[UUID, int] = {}
    annotators: dict[UUID, int] = {}
    gathered = {question.name: Gathered() for question in version.ontology.questions}
    async for rows in store.stream_answers(tx, project_id):
        for annotation_id, item_id, annotator_id, answer, given_under in rows:
            if given_under < version.version:
                answer = fitting(version.ontology, answer)
            item = items.setdefault(item_id, len(items))
            annotator = annotators.setdefault(annotator_id, len(annotators))
            for name, value in answer.items():
                if (into := gathered.get(name)) is not None:
                    into.item.append(item)
                    into.annotator.append(annotator)
                    into.value.append(value)
                    into.annotation.append(annotation_id)
    return list(items), list(annotators), gathered


def fit_question(
    question: Question,
    given: Gathered,
    items: list[UUID],
    annotators: list[UUID],
    gold: dict[int, dict[str, Any]],
    method: str,
    decided: Mapping[UUID, Decided],
) -> Fitted:
    """Infer one question. Pure but for the time it takes: the same answers give the same result."""
    kind = question.kind
    answers = Answers(given.item, given.annotator, given.value, len(items), len(annotators))
    known = {
        item: answer[question.name]
        for item, answer in gold.items()
        if question.name in answer and fits(question, answer[question.name])
    }
    wanted = method if method in kind.methods else "auto"
    inference = kind.infer(question, answers, wanted, known or None)
    agreement = kind.agree(question, answers, rng=np.random.default_rng(0), n_bootstrap=BOOTSTRAPS)
    inputs: list[list[UUID]] = [[] for _ in items]
    for item, annotation in zip(given.item, given.annotation, strict=True):
        inputs[item].append(annotation)
    rows = [
        Inferred(
            items[code],
            question.name,
            found.value,
            found.confidence,
            found.posterior,
            found.support,
            found.support < found.answers and code not in known,  # what gold says is no matter of votes
            inference.method,
            tuple(inputs[code]),
        )
        for code, found in enumerate(inference.items)
        if found is not None and inputs[code]
    ]
    skills = skills_of(question, inference, annotators)
    tally = Tally(question, decided)
    tally.add(rows)
    summary = {**tally.summary(inference), "agreement": _agreement(agreement)}
    return Fitted(question, rows, skills, summary, inference.learnt)


def skills_of(question: Question, inference: Inference, annotators: Sequence[UUID]) -> list[Skill]:
    """The skills of those who answered, as they are stored."""
    return [
        Skill(
            annotators[code],
            question.name,
            skill.value,
            skill.low,
            skill.high,
            skill.answers,
            tuple(_label_skill(label) for label in skill.labels),
        )
        for code, skill in enumerate(inference.skills)
        if skill is not None
    ]


def _agreement(found: Agreement) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "value": _number(found.value),
        "low": _number(found.low),
        "high": _number(found.high),
        "n_items": int(found.n_items),
        "warning": found.warning,
    }


def _label_skill(known: LabelSkill) -> dict[str, Any]:
    return {
        "name": known.name,
        "recall": known.recall._asdict(),
        "precision": known.precision._asdict(),
        "true": known.true,
        "said": known.said,
    }


def _number(value: float) -> float | None:
    """A float that JSON can say: None for NaN."""
    return float(value) if np.isfinite(value) else None
