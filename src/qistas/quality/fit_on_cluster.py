"""Fit on a cluster: a full run of a project too large for one machine, read from the database item range by item range.

The answers leave the database as codes: the cluster's nodes get numbers, no item, no name, and no way to the database. This
machine holds one range at a time, the tables of annotators, and nothing else that grows with the answers.
"""

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from qistas.connectors.cluster import RayShards
from qistas.core.errors import Invalid
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.engine.truth import ShardedFit, fit_shards
from qistas.engine.truth.sharded import METHODS
from qistas.ontology import Learnt, OntologyVersion, Question, fits, load_ontology, load_project
from qistas.trust import Permission, require

from . import store
from .infer_consensus import fitting
from .learnt import keep_learnt
from .types import Inferred, Skill

HISTOGRAM = 20
DRAWN_TO_AVERAGE = 5.0  # answers by which an annotator's trust is drawn to the average
LAST = UUID(int=(1 << 128) - 1)
FIRST = UUID(int=0)
SAVED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ClusterRun:
    """What a run on a cluster did: by question the fit, and the questions it left to the server's own run."""

    fitted: dict[str, ShardedFit]
    left: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class _Range:
    """The answers of one range of items to one question, as codes."""

    items: dict[UUID, int] = field(default_factory=dict[UUID, int])
    item: list[int] = field(default_factory=list[int])
    annotator: list[int] = field(default_factory=list[int])
    label: list[int] = field(default_factory=list[int])


def fits_cluster(question: Question) -> bool:
    """Whether it is answered by one of a list of labels, which is what shards can be fitted to."""
    return len(question.labels) > 1 and question.kind.exclusive(question)


async def fit_on_cluster(
    db: Database, who: Principal, project_id: ProjectId, ray: Any, *, method: str = "ibcc", shards: int = 2
) -> ClusterRun:
    """Infer every question of one label together on a cluster, and store consensus, skills and what was learnt.

    Agreement is left as the last run on one machine found it. Raises Invalid for a method that shards do not have.
    """
    require(who, Permission.QUALITY_RUN, project_id)
    if method not in METHODS:
        raise Invalid(f"On a cluster there are {', '.join(METHODS)}, not {method!r}.")
    start = time.monotonic()
    async with db.tenant_tx(who) as tx:
        await load_project(tx, project_id)
        version = await load_ontology(tx, project_id)
        as_of = await tx.value("SELECT now()")
        gold = await store.live_gold(tx, project_id)
        bounds = await _bounds(tx, project_id, shards)
    questions = [question for question in version.ontology.questions if fits_cluster(question)]
    people: dict[UUID, int] = {}
    values: dict[str, dict[int, dict[str, Any]]] = {question.name: {} for question in questions}
    for _, answer in gold.values():
        for question in questions:
            told = question.name in answer and fits(question, answer[question.name])
            if told and (code := _label(question, answer)) is not None:
                values[question.name].setdefault(code, answer[question.name])
    held = {question.name: RayShards(ray, shards) for question in questions}
    waiting: dict[str, list[Any]] = defaultdict(list)
    for at in range(shards):
        ranges = await _read(
            db, who, project_id, version, questions, people, values, bounds[at], bounds[at + 1]
        )
        for question in questions:
            part = ranges[question.name]
            sizes = (len(part.items), len(people), len(question.labels))
            known = _known(question, part.items, gold)
            ids = b"".join(item.bytes for item in part.items)
            waiting[question.name].append(
                held[question.name]
                .actors[at]
                .hold.remote(
                    np.array(part.item, dtype=np.int32),
                    np.array(part.annotator, dtype=np.int32),
                    np.array(part.label, dtype=np.int32),
                    known,
                    sizes,
                    ids,
                )
            )
    annotators = list(people)
    fitted: dict[str, ShardedFit] = {}
    for question in questions:
        parts = held[question.name]
        parts.loaded(waiting[question.name])
        found = fit_shards(parts, method, n_annotators=len(people), n_labels=len(question.labels))
        fitted[question.name] = found
        tally = _Tally()
        for at, result in enumerate(parts.results()):
            items = [UUID(bytes=result.items[n : n + 16]) for n in range(0, len(result.items), 16)]
            posterior = dict(zip(items, result.posterior, strict=True))
            rows = await _inferred(
                db,
                who,
                project_id,
                version,
                question,
                posterior,
                bounds[at],
                bounds[at + 1],
                method,
                values[question.name],
            )
            tally.add(question, rows)
            for low in range(0, len(rows), SAVED_AT_ONCE):
                async with db.tenant_tx(who) as tx:
                    await store.save_consensus(tx, project_id, rows[low : low + SAVED_AT_ONCE], as_of)
        async with db.tenant_tx(who) as tx:
            await keep_learnt(tx, project_id, question.name, method, _learnt(question, found), annotators)
            await store.save_skills(tx, project_id, question.name, _skills(question, found, annotators))
            before = (await store.load_summaries(tx, project_id)).get(question.name, ({}, None))[0]
            seconds = round(time.monotonic() - start, 3)
            await store.save_summary(
                tx,
                project_id,
                question.name,
                {**before, **tally.summary(question, found), "seconds": seconds},
            )
    left = tuple(q.name for q in version.ontology.questions if q.name not in fitted)
    return ClusterRun(fitted, left, time.monotonic() - start)


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


async def _answers(
    tx: Tx, project_id: ProjectId, low: UUID, high: UUID
) -> AsyncIterator[list[tuple[Any, ...]]]:
    sql = store.CURRENT.format(items="AND a.item_id >= %(low)s AND a.item_id < %(high)s")
    params = {"tenant": tx.tenant_id, "project": project_id, "low": low, "high": high}
    async for rows in tx.stream(sql, params, store.CHUNK):
        yield rows


def _label(question: Question, answer: dict[str, Any]) -> int | None:
    value = answer.get(question.name)
    if value is None:
        return None
    names = question.kind.labels_of(question, value)
    return question.labels.order.get(names[0]) if names else None


async def _read(
    db: Database,
    who: Principal,
    project_id: ProjectId,
    version: OntologyVersion,
    questions: Sequence[Question],
    people: dict[UUID, int],
    values: dict[str, dict[int, dict[str, Any]]],
    low: UUID,
    high: UUID,
) -> dict[str, _Range]:
    """The answers of one range of items. Annotators not met before get the next codes in `people`; `values` learns how each label is
    written.
    """
    ranges = {question.name: _Range() for question in questions}
    async with db.tenant_tx(who) as tx:
        async for rows in _answers(tx, project_id, low, high):
            for _, item, annotator, answer, given_under in rows:
                if given_under < version.version:
                    answer = fitting(version.ontology, answer)
                for question in questions:
                    if (code := _label(question, answer)) is not None:
                        into = ranges[question.name]
                        into.item.append(into.items.setdefault(item, len(into.items)))
                        into.annotator.append(people.setdefault(annotator, len(people)))
                        into.label.append(code)
                        values[question.name].setdefault(code, answer[question.name])
    return ranges


def _known(
    question: Question, items: dict[UUID, int], gold: dict[UUID, tuple[UUID, dict[str, Any]]]
) -> NDArray[np.int32]:
    known = np.full(len(items), -1, dtype=np.int32)
    for item, (_, answer) in gold.items():
        if item in items and question.name in answer and fits(question, answer[question.name]):
            code = _label(question, answer)
            known[items[item]] = -1 if code is None else code
    return known


async def _inferred(
    db: Database,
    who: Principal,
    project_id: ProjectId,
    version: OntologyVersion,
    question: Question,
    posterior: dict[UUID, NDArray[np.float32]],
    low: UUID,
    high: UUID,
    method: str,
    values: dict[int, dict[str, Any]],
) -> list[Inferred]:
    """The consensus of one range: read once more for whose answers it rests on."""
    names = question.labels.names
    inputs: dict[UUID, list[UUID]] = defaultdict(list)
    said: dict[UUID, list[int]] = defaultdict(list)
    async with db.tenant_tx(who) as tx:
        async for rows in _answers(tx, project_id, low, high):
            for annotation, item, _, answer, given_under in rows:
                if given_under < version.version:
                    answer = fitting(version.ontology, answer)
                if (code := _label(question, answer)) is not None and item in posterior:
                    inputs[item].append(annotation)
                    said[item].append(code)
    found: list[Inferred] = []
    known = sorted(values)
    for item, codes in said.items():
        shares = posterior[item]
        best = known[int(shares[known].argmax())]  # of equals the first; a label nobody used has no form
        support = codes.count(best)
        found.append(
            Inferred(
                item,
                question.name,
                values[best],
                float(shares[best]),
                {names[at]: round(float(shares[at]), 6) for at in np.flatnonzero(shares > 5e-7)},
                support,
                support < len(codes),
                method,
                tuple(inputs[item]),
            )
        )
    return found


def _learnt(question: Question, found: ShardedFit) -> Learnt:
    """What judging single answers as they arrive needs; the average annotator comes last."""
    count = found.annotators.count.astype(np.float64)
    right = np.where(count > 0, np.nan_to_num(found.annotators.accuracy) * count, 0.0)
    average = (right.sum() + DRAWN_TO_AVERAGE * 0.7) / (count.sum() + DRAWN_TO_AVERAGE)
    trust = np.append((right + DRAWN_TO_AVERAGE * average) / (count + DRAWN_TO_AVERAGE), average)
    table = found.fit.table
    everybody = np.concatenate((table, table.mean(axis=0)[None]))
    tables = np.maximum(everybody, 1e-12).astype(np.float32)[None]
    return Learnt(trust, question.labels.names, tables, np.maximum(found.fit.prior, 1e-12)[None])


def _skills(question: Question, found: ShardedFit, annotators: Sequence[UUID]) -> list[Skill]:
    known = found.annotators
    return [
        Skill(
            annotators[at],
            question.name,
            float(known.accuracy[at]),
            float(known.low[at]),
            float(known.high[at]),
            int(known.count[at]),
        )
        for at in np.flatnonzero(known.count > 0).tolist()
    ]


class _Tally:
    """What the summary of a question counts, range by range."""

    def __init__(self) -> None:
        self._labels: Counter[str] = Counter()
        self._doubt = np.zeros(HISTOGRAM, dtype=np.int64)
        self._sum = 0.0
        self._rows = 0

    def add(self, question: Question, rows: Sequence[Inferred]) -> None:
        """Count some rows."""
        self._labels.update(name for row in rows for name in question.kind.labels_of(question, row.value))
        doubt = [1 - row.confidence for row in rows]
        self._doubt += np.histogram(doubt, bins=HISTOGRAM, range=(0.0, 1.0))[0]
        self._sum += sum(doubt)
        self._rows += len(rows)

    def summary(self, question: Question, found: ShardedFit) -> dict[str, Any]:
        """As the quality page takes it."""
        total = found.said.sum(axis=1, keepdims=True)
        shares = np.divide(found.said, total, out=np.zeros_like(found.said), where=total > 0)
        said = [[round(float(share), 6) for share in row] for row in shares]
        names = list(question.labels.names)
        return {
            "kind": question.kind.name,
            "method": found.method,
            "explanation": found.explanation,
            "warnings": [] if found.converged else ["The rounds ran out before the fit stood still."],
            "labels": [{"name": name, "count": count} for name, count in self._labels.most_common(200)],
            "doubt": {
                "edges": [float(edge) for edge in np.linspace(0.0, 1.0, HISTOGRAM + 1)],
                "counts": self._doubt.tolist(),
            },
            "confusion": {"labels": names, "shares": said} if len(names) <= 50 else None,
            "consensus": self._rows,
            "mean_doubt": self._sum / self._rows if self._rows else None,
        }
