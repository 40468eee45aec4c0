"""Decide on overlap: whether another answer to an item is worth it, whose is worth most, and how many were saved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.engine.assign import (
    StopRule,
    confusion_from_accuracy,
    decide_stop,
    expected_gains,
    gain_per_answer,
    offer_tasks,
)
from qistas.ontology import Ontology, Project, Question, Redundancy
from qistas.tasks import Decision, annotators_present, answers_by_task, extend_tasks

from . import store
from .learnt import NOBODY_KNOWN, Known
from .types import AnswerRow, Inferred

MOST_KEPT = 5  # tasks kept for one annotator at a time
WORTH_KEEPING = 1.05  # how far the best must outdo the average of those present
PRESENT_MOST = 100
LABELS_MOST = 50
BOOTSTRAPS = 2000
BINS = 1000
LEAST_TRUST = 0.7  # an annotator to come is thought this able at least: a poor start must not end the asking
ROOM = (
    0.1  # of a project's target: an item whose doubt is within so much of what may be left is asked no more
)


async def extend_due(
    tx: Tx,
    project: Project,
    ontology: Ontology,
    inferred: Sequence[Inferred],
    known: Mapping[str, Known],
    answers: Sequence[AnswerRow],
) -> int:
    """Carry the project's rule out for items just inferred; how many are due once more."""
    rule = project.settings.redundancy
    reached = rule.target_accuracy is not None and await target_reached(tx, project.id, rule)
    more = await _as_people_decided(
        tx, project.id, rule, inferred, worth_another(rule, ontology, inferred, known, reached)
    )
    keep: Mapping[UUID, UUID] = {}
    if any(more.values()) and not project.settings.assigned_only:
        present = await annotators_present(tx, project.id)
        if 1 < len(present) <= PRESENT_MOST:
            keep = whose(ontology, inferred, known, answers, [i for i, yes in more.items() if yes], present)
    decisions = [Decision(i, yes, keep[i]) if i in keep else Decision(i, yes) for i, yes in more.items()]
    return await extend_tasks(tx, project.id, rule, decisions, again=True)


async def extend_fitted(
    tx: Tx,
    project: Project,
    ontology: Ontology,
    inferred: Sequence[Inferred],
    known: Mapping[str, Known],
    reached: bool,
) -> None:
    """The same after a full run, for those items that have had no answer since it read them."""
    rule = project.settings.redundancy
    inputs: defaultdict[UUID, int] = defaultdict(int)
    for row in inferred:
        inputs[row.item_id] = max(inputs[row.item_id], len(row.inputs))
    more = await _as_people_decided(
        tx, project.id, rule, inferred, worth_another(rule, ontology, inferred, known, reached)
    )
    decisions = [Decision(item, yes, inputs=inputs[item]) for item, yes in more.items()]
    await extend_tasks(tx, project.id, rule, decisions, again=False)


async def _as_people_decided(
    tx: Tx,
    project_id: ProjectId,
    rule: Redundancy,
    inferred: Sequence[Inferred],
    more: Mapping[UUID, bool],
) -> Mapping[UUID, bool]:
    """What a person has asked another answer for is theirs to decide, until it is there; what an expert settled needs no more."""
    theirs = await store.sent_back(tx, project_id, list(more))
    enough = {row.item_id for row in inferred if len(row.inputs) >= rule.min_overlap}
    settled = await store.settled_among(tx, [item for item, yes in more.items() if yes and item in enough])
    return {item: yes and item not in settled for item, yes in more.items() if item not in theirs}


async def target_reached(tx: Tx, project_id: ProjectId, rule: Redundancy) -> bool:
    """Whether the project as a whole is as accurate as it should be, by the last full run's own account."""
    doubts = [
        float(summary["mean_doubt"])
        for summary, _ in (await store.load_summaries(tx, project_id)).values()
        if summary.get("mean_doubt") is not None
    ]
    return bool(doubts) and 1.0 - max(doubts) >= rule.target


def worth_another(
    rule: Redundancy,
    ontology: Ontology,
    inferred: Sequence[Inferred],
    known: Mapping[str, Known],
    reached: bool = False,
) -> dict[UUID, bool]:
    """Item → whether another answer is worth it: while one question that most of its annotators answered still wants one.

    `reached`: the project's target is met already, where the target is the project's.
    """
    answered: defaultdict[UUID, int] = defaultdict(int)
    for row in inferred:
        answered[row.item_id] = max(answered[row.item_id], len(row.inputs))
    more = dict.fromkeys(answered, False)
    for question in ontology.questions:
        rows = [
            row
            for row in inferred
            if row.question == question.name and 2 * len(row.inputs) >= answered[row.item_id]
        ]
        if not rows:
            continue
        posterior = np.array([odds(question, row) for row in rows])
        counts = np.array([answered[row.item_id] for row in rows])
        learnt = known.get(question.name, NOBODY_KNOWN).learnt
        # Whether the answers that may follow can turn the label is known of single labels, once a run has learnt the crowd.
        turns = learnt.tables is not None and len(learnt.names) > 1 and question.kind.exclusive(question)
        stop = stop_rule(rule)
        gain = None
        if turns or stop.cost is not None:
            gain = gain_per_answer(
                posterior,
                max(float(learnt.trust[-1]), LEAST_TRUST),
                most=np.maximum(rule.max_overlap - counts, 0),
                n_labels=len(learnt.names) if turns else None,
            )
            if not turns:
                gain = np.maximum(gain, 1e-12)
        decision = decide_stop(posterior, counts, stop, accuracy_gain=gain)
        done = decision.done
        if rule.target_accuracy is not None and reached:
            done = done | (counts >= rule.min_overlap)
        for row, enough in zip(rows, done.tolist(), strict=True):
            more[row.item_id] = more[row.item_id] or not enough
    return more


def stop_rule(rule: Redundancy) -> StopRule:
    """The engine's rule. For a project's target an item stops by itself only when it is far surer than the average has to be."""
    target = rule.target if rule.target_accuracy is None else 1.0 - ROOM * (1.0 - rule.target)
    priced = rule.cost_per_answer > 0 and rule.error_cost > 0
    return StopRule(
        target,
        "item",
        rule.min_overlap,
        rule.max_overlap,
        float(rule.cost_per_answer) if priced else None,
        float(rule.error_cost) if priced else None,
    )


def odds(question: Question, row: Inferred) -> tuple[float, float, float]:
    """The chance of the likeliest answer, of the next, and of all others."""
    best = min(max(row.confidence, 0.0), 1.0)
    if question.kind.exclusive(question) and isinstance(row.posterior, dict):
        shares = sorted((float(p) for p in row.posterior.values()), reverse=True)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        second = min(shares[1], 1.0 - best) if len(shares) > 1 else 0.0
        return best, second, max(0.0, 1.0 - best - second)
    return best, 1.0 - best, 0.0


def whose(
    ontology: Ontology,
    inferred: Sequence[Inferred],
    known: Mapping[str, Known],
    answers: Sequence[AnswerRow],
    items: Sequence[UUID],
    present: Mapping[UUID, int],
) -> dict[UUID, UUID]:
    """For items that go on, the annotator among those present whose answer is expected to tell most, where it makes a difference."""
    question = max(
        ontology.questions,
        key=lambda one: sum(1.0 - row.confidence for row in inferred if row.question == one.name),
    )
    rows = {row.item_id: row for row in inferred if row.question == question.name}
    asked = [item for item in items if item in rows]
    people = list(present)
    if not asked:
        return {}
    had = {(row.item_id, row.annotator_id) for row in answers}
    allowed = np.array([[(item, who) not in had for who in people] for item in asked])
    posterior, confusion = _tables(
        question, [rows[i] for i in asked], known.get(question.name, NOBODY_KNOWN), people
    )
    room = [max(0, MOST_KEPT - present[who]) for who in people]
    offers = offer_tasks(posterior, confusion, len(asked), allowed=allowed, capacity=room)
    grid = np.indices(allowed.shape).reshape(2, -1)
    gains = expected_gains(posterior, confusion, grid[0], grid[1]).information.reshape(allowed.shape)
    usual = np.where(allowed, gains, 0.0).sum(axis=1) / np.maximum(allowed.sum(axis=1), 1)
    return {
        asked[at]: people[who]
        for at, who, gain in zip(
            offers.item.tolist(), offers.annotator.tolist(), offers.gain.tolist(), strict=True
        )
        if gain > WORTH_KEEPING * usual[at]
    }


def _tables(
    question: Question, rows: Sequence[Inferred], known: Known, people: Sequence[UUID]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Posteriors of the rows, and how the people answer: by label where that was learnt, else by trust."""
    learnt, codes = known.learnt, known.codes(people)
    names = learnt.names
    if (
        learnt.tables is not None
        and learnt.tables.shape[0] == 1
        and learnt.subtypes == 1
        and 1 < len(names) <= LABELS_MOST
        and question.kind.exclusive(question)
    ):
        posterior = np.full((len(rows), len(names)), 1e-9)
        place = {name: at for at, name in enumerate(names)}
        for at, row in enumerate(rows):
            for name, share in dict[str, Any](row.posterior or {}).items():
                if name in place:
                    posterior[at, place[name]] += float(share)
        confusion = learnt.tables[0, codes].astype(np.float64).transpose(0, 2, 1)
        return (
            posterior / posterior.sum(axis=1, keepdims=True),
            confusion / confusion.sum(axis=2, keepdims=True),
        )
    two = np.array([(odds(question, row)[0], 1.0 - odds(question, row)[0]) for row in rows])
    return two, confusion_from_accuracy(np.clip(learnt.trust[codes], 0.5, 0.99), 2)


async def report_savings(
    tx: Tx, project: Project, confidence: Mapping[UUID, float], answers: Mapping[UUID, int]
) -> None:
    """Store how many answers were saved against asking for the maximum everywhere, and how accurate the result is thought to be."""
    rule = project.settings.redundancy
    given = await answers_by_task(tx, project.id)
    sure = np.array([c for item, c in confidence.items() if answers[item] >= rule.min_overlap])
    await store.save_redundancy_report(tx, project.id, savings(given, sure, rule.max_overlap))


def savings(given: Sequence[tuple[int, int]], sure: NDArray[np.float64], most: int) -> dict[str, Any]:
    """Answers saved on finished items with 90 % intervals from the bootstrap over items, and the accuracy expected of the inferred.

    `given`: (answers, items with so many); `sure`: the confidence of each inferred item. Saved is against `most` answers each.
    """
    rng = np.random.default_rng(0)
    number = np.array([n for n, _ in given], dtype=np.float64)
    items = np.array([n for _, n in given], dtype=np.int64)
    finished, used = int(items.sum()), int(number @ items)
    report: dict[str, Any] = {
        "finished": finished,
        "answers": used,
        "fixed": most * finished,
        "saved": most * finished - used,
        "saved_low": None,
        "saved_high": None,
        "share": None,
        "share_low": None,
        "share_high": None,
        "accuracy": None,
        "accuracy_low": None,
        "accuracy_high": None,
        "by_answers": [{"answers": int(n), "items": int(k)} for n, k in given],
    }
    if finished:
        drawn = rng.multinomial(finished, items / finished, size=BOOTSTRAPS)
        saved = most * finished - drawn @ number
        low, high = (float(q) for q in np.quantile(saved, (0.05, 0.95)))
        report |= {
            "saved_low": round(low),
            "saved_high": round(high),
            "share": report["saved"] / (most * finished),
            "share_low": low / (most * finished),
            "share_high": high / (most * finished),
        }
    if sure.size:
        # The items by how sure they are, in so many steps: a draw of items is a draw of steps.
        step = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
        count = np.bincount(step, minlength=BINS)
        mean = np.divide(
            np.bincount(step, weights=sure, minlength=BINS), count, out=np.zeros(BINS), where=count > 0
        )
        drawn = rng.multinomial(sure.size, count / sure.size, size=BOOTSTRAPS) @ mean / sure.size
        low, high = (float(q) for q in np.quantile(drawn, (0.05, 0.95)))
        report |= {"accuracy": float(sure.mean()), "accuracy_low": low, "accuracy_high": high}
    return report
