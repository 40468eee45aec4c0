"""Fit on a cluster: a full run of a project too large for one machine, read from the database item range by item range.

The answers leave the database as codes: the cluster's nodes get numbers, no item, no name, and no way to the database. This
machine holds one range at a time and the tables of annotators. What grows with the project here is gold, what experts decided, and,
where redundancy is adaptive, the confidence of each item, for the report of what was saved.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from qistas.connectors.cluster import HeldShards
from qistas.core.errors import Invalid
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.engine.truth import ShardedFit, fit_shards
from qistas.engine.truth.sharded import METHODS, label_tallies
from qistas.ontology import (
    MOST_IN_CONFUSION,
    MOST_TALLIES,
    Inference,
    OntologyVersion,
    Question,
    fits,
    inference_of_shards,
    load_ontology,
    load_project,
    shares_of,
)
from qistas.trust import Permission, require

from . import store
from .fit import Extension, skills_of
from .flag_skill import raise_skill_flags
from .infer_consensus import fitting
from .learnt import keep_learnt
from .tally import Tally
from .types import Inferred

LAST = UUID(int=(1 << 128) - 1)
FIRST = UUID(int=0)
SAVED_AT_ONCE = 5_000
NAME_BYTES = (
    32  # what names an item to its shard: its id, and the ids of the answers to it, all in one by XOR
)


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """What a run on a cluster did: by question the fit, and the questions it left to the server's own run."""

    fitted: dict[str, ShardedFit]
    left: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class _Range:
    """The answers of one range of items: whose and to what they are, and by question as codes. `given`: XOR of the annotations' ids."""

    items: dict[UUID, int] = field(default_factory=dict[UUID, int])
    given: list[int] = field(default_factory=list[int])
    answers: dict[str, tuple[list[int], list[int], list[int]]] = field(
        default_factory=lambda: defaultdict[str, tuple[list[int], list[int], list[int]]](lambda: ([], [], []))
    )

    def names(self) -> bytes:
        """The items, `NAME_BYTES` each."""
        return b"".join(
            item.bytes + given.to_bytes(16, "big") for item, given in zip(self.items, self.given, strict=True)
        )


def fits_cluster(question: Question) -> bool:
    """Whether it is answered by one of a list of labels, which is what shards can be fitted to."""
    return len(question.labels) > 1 and question.kind.exclusive(question)


async def fit_on_cluster(
    db: Database,
    who: Principal,
    project_id: ProjectId,
    held: Callable[[int], HeldShards],
    *,
    method: str | None = None,
    shards: int = 2,
) -> ClusterRun:
    """Infer every question of one label together on a cluster, and store what `fit_project` does: consensus, skills and their flags, what
    was learnt, and, where redundancy is adaptive, how many answers each item takes.

    `held`: so many empty shards of the cluster. `method`: by default the project's. Agreement is left as the last run on one machine
    found it. Raises Invalid for a method that shards do not have.
    """
    require(who, Permission.QUALITY_RUN, project_id)
    if method is not None and method not in METHODS:
        raise Invalid(f"On a cluster there are {', '.join(METHODS)}, not {method!r}.")
    start = time.monotonic()
    async with db.tenant_tx(who) as tx:
        project = await load_project(tx, project_id)
        if project.ontology_version == 0:
            return ClusterRun({}, (), 0.0)
        version = await load_ontology(tx, project_id)
        as_of = await tx.value("SELECT now()")
        gold = await store.live_gold(tx, project_id)
        decided = await store.decided_items(tx, project_id)
        bounds = await _bounds(tx, project_id, shards)
    run = _Run(db, who, project_id, version, bounds)
    for _, answer in gold.values():
        run.learn_form(answer)
    people: dict[UUID, int] = {}
    parts = {question.name: held(shards) for question in run.questions}
    for at in range(shards):
        part = await run.read(at, people)
        for question in run.questions:
            known = _known(question, part.items, gold)
            sizes = (len(part.items), len(people), len(question.labels))
            codes = (np.array(column, dtype=np.int32) for column in part.answers[question.name])
            parts[question.name].hold(at, *codes, known, sizes, part.names())
    annotators = list(people)
    wanted = method or str(project.settings.method)
    fitted: dict[str, ShardedFit] = {}
    inferences: dict[str, Inference] = {}
    for question in run.questions:
        name, held_parts = question.name, parts[question.name]
        try:
            found = fit_shards(held_parts, wanted, n_annotators=len(people), n_labels=len(question.labels))
        except ValueError as error:
            raise Invalid(f"{name} cannot be inferred on a cluster: {error}") from error
        fitted[name], inference = found, _inference(question, held_parts, found, len(people))
        inferences[name] = inference
        skills = skills_of(question, inference, annotators)
        async with db.tenant_tx(who) as tx:
            await keep_learnt(tx, project_id, name, found.method, inference.learnt, annotators)
            await store.save_skills(tx, project_id, name, skills)
            await raise_skill_flags(tx, project_id, name, skills)
    tallies = {question.name: Tally(question, decided) for question in run.questions}
    for at in range(shards):
        rows = await run.inferred(at, parts, wanted, gold)
        for low in range(0, len(rows), SAVED_AT_ONCE):
            async with db.tenant_tx(who) as tx:
                await store.save_consensus(tx, project_id, rows[low : low + SAVED_AT_ONCE], as_of)
        for question in run.questions:
            tallies[question.name].add([row for row in rows if row.question == question.name])
    async with db.tenant_tx(who) as tx:
        before = await store.load_summaries(tx, project_id)
        seconds = {"seconds": round(time.monotonic() - start, 3)}
        for question in run.questions:
            told = tallies[question.name].summary(inferences[question.name])
            earlier = before.get(question.name, ({}, None))[0]
            await store.save_summary(tx, project_id, question.name, {**earlier, **told, **seconds})
    left = tuple(q.name for q in version.ontology.questions if q.name not in fitted)
    if project.settings.redundancy.adaptive:
        extension = await Extension.begun(db, who, project, version.ontology)
        for at in range(shards):
            rows = await run.inferred(at, parts, wanted, gold)
            if left:
                async with db.tenant_tx(who) as tx:
                    rows += await store.inferred_between(tx, project_id, left, bounds[at], bounds[at + 1])
            await extension.extend(rows)
        await extension.report()
    return ClusterRun(fitted, left, time.monotonic() - start)


class _Run:
    """The reading of one run: range by range, twice (first for the answers, then for whose the consensus rests on)."""

    def __init__(
        self,
        db: Database,
        who: Principal,
        project_id: ProjectId,
        version: OntologyVersion,
        bounds: Sequence[UUID],
    ) -> None:
        self._db, self._who, self._project_id = db, who, project_id
        self._version, self._bounds = version, bounds
        self.questions = [question for question in version.ontology.questions if fits_cluster(question)]
        self._form: dict[str, dict[int, dict[str, Any]]] = {q.name: {} for q in self.questions}

    def learn_form(self, answer: dict[str, Any]) -> None:
        """How its labels are written."""
        for question in self.questions:
            told = question.name in answer and fits(question, answer[question.name])
            if told and (code := _label(question, answer)) is not None:
                self._form[question.name].setdefault(code, answer[question.name])

    async def read(self, at: int, people: dict[UUID, int]) -> _Range:
        """The answers of one range. Annotators not met before get the next codes in `people`."""
        into = _Range()
        async for annotation, item, annotator, answer in self._answers(at):
            code = into.items.setdefault(item, len(into.items))
            if code == len(into.given):
                into.given.append(0)
            into.given[code] ^= annotation.int
            person = people.setdefault(annotator, len(people))
            for question in self.questions:
                if (label := _label(question, answer)) is not None:
                    for column, value in zip(into.answers[question.name], (code, person, label), strict=True):
                        column.append(value)
                    self._form[question.name].setdefault(label, answer[question.name])
        return into

    async def inferred(
        self,
        at: int,
        parts: dict[str, HeldShards],
        method: str,
        gold: dict[UUID, tuple[UUID, dict[str, Any]]],
    ) -> list[Inferred]:
        """The consensus of one range, all questions of an item together. Items whose answers have changed since they were read
        are left to the inference that is due for them.
        """
        given: defaultdict[UUID, int] = defaultdict(int)
        said: dict[str, defaultdict[UUID, list[tuple[UUID, int]]]] = {
            question.name: defaultdict(list) for question in self.questions
        }
        async for annotation, item, _, answer in self._answers(at):
            given[item] ^= annotation.int
            for question in self.questions:
                if (code := _label(question, answer)) is not None:
                    said[question.name][item].append((annotation, code))
        found: list[Inferred] = []
        for question in self.questions:
            result, names = parts[question.name].result(at), question.labels.names
            form = self._form[question.name]
            known = sorted(form)
            for place, shares in enumerate(result.posterior):
                name = result.items[place * NAME_BYTES : (place + 1) * NAME_BYTES]
                item = UUID(bytes=bytes(name[:16]))
                answers = said[question.name].get(item)
                if not answers or given[item] != int.from_bytes(name[16:], "big"):
                    continue
                best = known[
                    int(shares[known].argmax())
                ]  # of equals the first; a label nobody used has no form
                support = sum(code == best for _, code in answers)
                found.append(
                    Inferred(
                        item,
                        question.name,
                        form[best],
                        float(shares[best]),
                        {names[code]: round(share, 6) for code, share in shares_of(shares).items()},
                        support,
                        support < len(answers)
                        and not (
                            item in gold and question.name in gold[item][1]
                        ),  # gold is no matter of votes
                        method,
                        tuple(annotation for annotation, _ in answers),
                    )
                )
        return found

    async def _answers(self, at: int) -> AsyncIterator[tuple[UUID, UUID, UUID, dict[str, Any]]]:
        """(annotation, item, annotator, answer) of one range, by item."""
        version = self._version
        async with self._db.tenant_tx(self._who) as tx:
            low, high = self._bounds[at], self._bounds[at + 1]
            async for rows in store.stream_between(tx, self._project_id, low, high):
                for annotation, item, annotator, answer, given_under in rows:
                    if given_under < version.version:
                        answer = fitting(version.ontology, answer)
                    yield annotation, item, annotator, answer


def _inference(question: Question, parts: HeldShards, found: ShardedFit, people: int) -> Inference:
    """What was learnt of annotators and labels, as one machine tells it."""
    names = question.labels.names
    tallies = label_tallies(parts, people, len(names)) if people * len(names) <= MOST_TALLIES else None
    shown = found.answers and len(names) <= MOST_IN_CONFUSION
    confusion = np.sum(parts.ask("confusion"), axis=0) if shown else None
    return inference_of_shards(names, found, tallies, confusion)


async def _bounds(tx: Tx, project_id: ProjectId, shards: int) -> list[UUID]:
    """Ids that cut the items into ranges of about one size: they are made in the order of time."""
    rows = await tx.rows(
        """SELECT DISTINCT ON (part) id FROM (
               SELECT id, ntile(%(shards)s) OVER (ORDER BY id) AS part FROM items
                WHERE tenant_id = %(tenant)s AND project_id = %(project)s) AS i
            ORDER BY part, id""",
        {"tenant": tx.tenant_id, "project": project_id, "shards": shards},
    )
    cuts = [row[0] for row in rows][1:]
    return [FIRST, *cuts, *[LAST] * (shards - len(cuts))]


def _label(question: Question, answer: dict[str, Any]) -> int | None:
    value = answer.get(question.name)
    if value is None:
        return None
    names = question.kind.labels_of(question, value)
    return question.labels.order.get(names[0]) if names else None


def _known(
    question: Question, items: dict[UUID, int], gold: dict[UUID, tuple[UUID, dict[str, Any]]]
) -> NDArray[np.int32]:
    known = np.full(len(items), -1, dtype=np.int32)
    for item, (_, answer) in gold.items():
        if item in items and question.name in answer and fits(question, answer[question.name]):
            code = _label(question, answer)
            known[items[item]] = -1 if code is None else code
    return known
