"""What kinds that vote share: weighted votes, judging under what was learnt, and skills out of the engine's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qistas.engine import truth
from qistas.engine.responses import Responses
from qistas.engine.truth import Annotators, ShardedFit, TruthResult
from qistas.engine.truth.judge_items import judge_by_accuracy, judge_items, vote_shares
from qistas.engine.truth.results import LabelTallies, tally_labels

from .base import STRANGER, Answers, Inference, Kind, LabelSkill, Learnt, Rate, Skill

METHODS = {"auto": truth.auto, "dawid_skene": truth.dawid_skene, "majority": truth.majority}
MOST_IN_CONFUSION = 50
MOST_IN_POSTERIOR = 50  # labels that are kept of a posterior, the likeliest
MOST_CELLS = 1_000_000  # of the tables that are kept with a question
MOST_LABELS_SHOWN = 100  # of an annotator's skill label by label
MOST_TALLIES = 20_000_000
MOST_WORK = 5_000_000  # labels × answers that the default method runs through label by label
SHRINK = 2.0  # answers that an annotator's trust is drawn to the average by
Z = 1.6449  # of a 90 % interval


def check_method(kind: Kind, method: str) -> str:
    """The method meant by `method`; `auto` is the first. Raises ValueError for one this kind does not have."""
    if method == "auto":
        return kind.methods[0]
    if method not in kind.methods:
        raise ValueError(f"{kind.name} has no method {method!r}; it has {', '.join(kind.methods)}")
    return method


def vote(codes: Sequence[int], weights: Sequence[float] | None) -> tuple[int, dict[int, float]]:
    """The label with most weight (the lowest code at a tie), and the share of each label that got any."""
    tally: dict[int, float] = {}
    for code, weight in zip(codes, [1.0] * len(codes) if weights is None else weights, strict=True):
        tally[code] = tally.get(code, 0.0) + float(weight)
    total = sum(tally.values())
    best = min(tally, key=lambda code: (-tally[code], code))
    return best, {code: tally[code] / total for code in sorted(tally)}


def shares_of(posterior: NDArray[np.floating]) -> dict[int, float]:
    """The labels that one row of a posterior gives any weight; of very many, the likeliest."""
    some = np.flatnonzero(posterior > 5e-7)
    if len(some) > MOST_IN_POSTERIOR:
        some = np.sort(some[np.argsort(-posterior[some], kind="stable")[:MOST_IN_POSTERIOR]])
    return {int(code): float(posterior[code]) for code in some}


def learn(results: Sequence[TruthResult | ShardedFit], names: Sequence[str]) -> Learnt:
    """What the runs (one a table) learnt: their tables where they have them and these are not too large, and whom to trust how far."""
    trust = trust_of(
        np.stack([one.annotators.accuracy for one in results]),
        np.stack([one.annotators.count for one in results]),
    )
    fits = [one.fit for one in results if one.fit is not None]
    shapes = {(fit.table.shape, fit.subtypes, fit.vote_share) for fit in fits}
    if len(fits) < len(results) or len(shapes) != 1 or len(fits) * fits[0].table.size > MOST_CELLS:
        return Learnt(trust, tuple(names))
    tables = np.stack([np.concatenate((fit.table, _average(fit.table)[None])) for fit in fits])
    return Learnt(
        trust,
        tuple(names),
        np.maximum(tables, 1e-12).astype(np.float32),
        np.stack([np.maximum(fit.prior, 1e-12) for fit in fits]),
        fits[0].subtypes,
        fits[0].vote_share,
        float(np.mean([fit.correlation for fit in fits])),
    )


def trust_of(accuracy: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """How often each annotator is right, drawn to the average by a few answers; the average last. Tables by annotators."""
    given = count.astype(np.float64)
    right = np.where(given > 0, np.nan_to_num(accuracy) * given, 0.0).sum(axis=0)
    total = given.sum(axis=0)
    average = (float(right.sum()) + SHRINK * STRANGER) / (float(total.sum()) + SHRINK)
    return np.append((right + SHRINK * average) / (total + SHRINK), average)


def _average(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return table.mean(axis=0) if len(table) else np.full(table.shape[1:], 1.0 / max(table.shape[1], 1))


def judge_votes(
    answers: Answers,
    codes: NDArray[np.int64],
    names: Sequence[str],
    learnt: Learnt,
    who: Sequence[int],
    method: str,
) -> NDArray[np.float64]:
    """The posterior of each item over `names`; `codes[row]` is the label of an answer."""
    item = np.asarray(answers.item, dtype=np.int64)
    if method == "majority":
        return vote_shares(item, codes, answers.n_items, len(names))
    giver = np.asarray(who, dtype=np.int64)[np.asarray(answers.annotator, dtype=np.int64)]
    if learnt.tables is None or learnt.prior is None or learnt.names != tuple(names):
        return judge_by_accuracy(learnt.trust[giver], item, codes, answers.n_items, len(names))
    return judge_items(
        learnt.tables[0],
        learnt.prior[0],
        item,
        giver,
        codes,
        answers.n_items,
        subtypes=learnt.subtypes,
        vote_share=learnt.vote_share,
        correlation=learnt.correlation,
    )


def judge_sets(
    answers: Answers,
    chosen: NDArray[np.int32],
    names: Sequence[str],
    learnt: Learnt,
    who: Sequence[int],
    method: str,
) -> NDArray[np.float64]:
    """For each item and label the chance that the label is true; `chosen[row, label]` is 1 where an answer has it."""
    n_labels = len(names)
    label = np.arange(n_labels)
    unit = (np.asarray(answers.item, dtype=np.int64)[:, None] * n_labels + label).ravel()
    said, units = chosen.ravel(), answers.n_items * n_labels
    if method == "majority":
        share = vote_shares(unit, said, units, 2)
        return share[:, 1].reshape(answers.n_items, n_labels)
    giver = np.asarray(who, dtype=np.int64)[np.asarray(answers.annotator, dtype=np.int64)]
    if learnt.tables is None or learnt.prior is None or learnt.names != tuple(names):
        share = judge_by_accuracy(np.repeat(learnt.trust[giver], n_labels), unit, said, units, 2)
    else:
        people = learnt.tables.shape[1]
        share = judge_items(
            learnt.tables.reshape(n_labels * people, 2, -1),
            np.tile(learnt.prior, (answers.n_items, 1)),
            unit,
            (giver[:, None] + label * people).ravel(),
            said,
            units,
            subtypes=learnt.subtypes,
            vote_share=learnt.vote_share,
            correlation=learnt.correlation,
        )
    return share[:, 1].reshape(answers.n_items, n_labels)


def label_skills(
    names: Sequence[str], answers: Responses, posterior: NDArray[np.floating]
) -> list[tuple[LabelSkill, ...]]:
    """How well each annotator knows each label they met, from the posterior (in which gold is certain)."""
    if answers.n_annotators * answers.n_labels > MOST_TALLIES:
        return [()] * answers.n_annotators
    return label_skills_of(names, tally_labels(answers, posterior))


def label_skills_of(names: Sequence[str], tallies: LabelTallies) -> list[tuple[LabelSkill, ...]]:
    """`label_skills` from what was tallied."""
    true, said = tallies.true, tallies.said
    recall = rates(tallies.hit, true, np.maximum(tallies.doubt, tallies.true_doubt))
    precision = rates(tallies.hit, said, tallies.doubt)
    found: list[tuple[LabelSkill, ...]] = []
    for person in range(len(true)):
        met = np.flatnonzero((true[person] >= 0.5) | (said[person] > 0))
        if len(met) > MOST_LABELS_SHOWN:
            met = np.sort(met[np.argsort(-true[person, met], kind="stable")[:MOST_LABELS_SHOWN]])
        found.append(
            tuple(
                LabelSkill(
                    names[code],
                    Rate(*recall[person, code].tolist()),
                    Rate(*precision[person, code].tolist()),
                    round(float(true[person, code]), 2),
                    int(said[person, code]),
                )
                for code in met.tolist()
            )
        )
    return found


def rates(
    hit: NDArray[np.float64], total: NDArray[np.float64], doubt: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Shares with Wilson's interval, (…, 3); `doubt` is the variance of `hit` from not knowing the truth, and widens it."""
    some = np.maximum(total, 1e-9)
    middle = (np.minimum(hit, total) + 1.0) / (total + 2.0)
    spread = middle * (1.0 - middle)
    effective = spread / (spread / some + doubt / (some * some))
    share = np.where(total > 0, np.minimum(hit / some, 1.0), 0.5)
    square = Z * Z / effective
    centre = (share + square / 2.0) / (1.0 + square)
    half = Z * np.sqrt(share * (1.0 - share) / effective + square / (4.0 * effective)) / (1.0 + square)
    low, high = np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0)
    return np.round(np.stack((share, low, high), axis=-1), 6)


def confusion_of(
    result: TruthResult, answers: Responses, names: Sequence[str]
) -> tuple[tuple[str, ...], list[list[float]]] | None:
    """What was answered (columns) where each label was inferred (rows), counted, as shares of the row; None for very many labels.

    A label that was inferred nowhere has a row of zeros.
    """
    if len(names) > MOST_IN_CONFUSION or not len(answers):
        return None
    counts = np.zeros((len(names), len(names)))
    np.add.at(counts, (result.label[answers.item], answers.label), 1.0)
    return tuple(names), confusion_shares(counts)


def confusion_shares(counts: NDArray[np.float64]) -> list[list[float]]:
    """`confusion_of` from the counts."""
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return [[round(float(share), 6) for share in row] for row in shares]


def inference_of_shards(
    names: Sequence[str],
    found: ShardedFit,
    tallies: LabelTallies | None,
    confusion: NDArray[np.float64] | None,
) -> Inference:
    """What a fit over shards says of one label an item; `tallies` and `confusion` (counts) as its shards tell them. The items stay there."""
    warnings = () if found.converged else ("The rounds ran out before the fit stood still.",)
    return Inference(
        found.method,
        (),
        skills_of(found.annotators, labels=label_skills_of(names, tallies) if tallies else None),
        found.explanation,
        warnings,
        (tuple(names), confusion_shares(confusion)) if confusion is not None else None,
        learn([found], names),
    )


def skills_of(
    *tables: Annotators, labels: Sequence[tuple[LabelSkill, ...]] | None = None
) -> list[Skill | None]:
    """The skill of each annotator; of several tables their mean weighted by answers. None without answers."""
    found: list[Skill | None] = []
    for at in range(len(tables[0].count)):
        counted = [table for table in tables if table.count[at] > 0]
        if not counted:
            found.append(None)
            continue
        weight = np.array([table.count[at] for table in counted], dtype=np.float64)
        middle = [
            float(np.average([_at(table, name, at) for table in counted], weights=weight))
            for name in ("accuracy", "low", "high")
        ]
        found.append(Skill(*middle, answers=int(weight.max()), labels=labels[at] if labels else ()))
    return found


def skills_by_score(scores: Sequence[Sequence[float]]) -> list[Skill | None]:
    """The mean score of each annotator with a 90 % interval (Wilson's, the score taken as a share)."""
    found: list[Skill | None] = []
    z = Z
    for given in scores:
        n = len(given)
        if n == 0:
            found.append(None)
            continue
        mean = float(np.mean(given))
        centre = (mean + z * z / (2 * n)) / (1 + z * z / n)
        half = z * float(np.sqrt(max(mean * (1 - mean), 0.0) / n + z * z / (4 * n * n))) / (1 + z * z / n)
        found.append(Skill(mean, max(0.0, min(mean, centre - half)), min(1.0, max(mean, centre + half)), n))
    return found


def _at(table: Annotators, name: str, at: int) -> Any:
    return getattr(table, name)[at]
