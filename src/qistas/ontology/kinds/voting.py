"""What kinds that vote share: weighted votes, and skills out of the engine's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import Annotators, TruthResult

from .base import Answers, Kind, Skill

MOST_IN_CONFUSION = 50
LEAST_MET = 0.5  # share of items with two answers or more
LEAST_ANSWERS = 10.0  # answers an annotator, on average


def check_method(kind: Kind, method: str) -> str:
    """The method meant by `method`; `auto` is the first. Raises ValueError for one this kind does not have."""
    if method == "auto":
        return kind.methods[0]
    if method not in kind.methods:
        raise ValueError(f"{kind.name} has no method {method!r}; it has {', '.join(kind.methods)}")
    return method


def choose_method(kind: Kind, method: str, answers: Answers) -> str:
    """For `auto`: the model of annotators (the kind's first) where they met often enough to be told apart, else the vote.

    Alone on an item, an annotator cannot be checked, and a model would put its own prior in place of what was said.
    """
    if method != "auto" or not len(answers):
        return check_method(kind, method)
    given = np.bincount(np.asarray(answers.item, dtype=np.int64))
    worked = np.bincount(np.asarray(answers.annotator, dtype=np.int64))
    met = float((given[given > 0] > 1).mean())
    enough = len(answers) / int((worked > 0).sum()) >= LEAST_ANSWERS
    return kind.methods[0] if met >= LEAST_MET and enough else "majority"


def vote(codes: Sequence[int], weights: Sequence[float] | None) -> tuple[int, dict[int, float]]:
    """The label with most weight (the lowest code at a tie), and the share of each label that got any."""
    tally: dict[int, float] = {}
    for code, weight in zip(codes, [1.0] * len(codes) if weights is None else weights, strict=True):
        tally[code] = tally.get(code, 0.0) + float(weight)
    total = sum(tally.values())
    best = min(tally, key=lambda code: (-tally[code], code))
    return best, {code: tally[code] / total for code in sorted(tally)}


def shares_of(posterior: NDArray[np.floating]) -> dict[int, float]:
    """The labels that one row of a posterior gives any weight."""
    return {int(code): float(posterior[code]) for code in np.flatnonzero(posterior > 5e-7)}


def confusion_of(
    result: TruthResult, answers: Responses, names: Sequence[str]
) -> tuple[tuple[str, ...], list[list[float]]] | None:
    """What was answered (columns) where each label was inferred (rows), as shares of the row; None for very many labels."""
    if len(names) > MOST_IN_CONFUSION or not len(answers):
        return None
    counts = np.stack(
        [result.posterior[answers.item[answers.label == code]].sum(axis=0) for code in range(len(names))],
        axis=1,
    ).astype(np.float64)
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return tuple(names), [[round(float(share), 6) for share in row] for row in shares]


def skills_of(*tables: Annotators) -> list[Skill | None]:
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
        found.append(Skill(*middle, answers=int(weight.max())))
    return found


def skills_by_score(scores: Sequence[Sequence[float]]) -> list[Skill | None]:
    """The mean score of each annotator with a 90 % interval (Wilson's, the score taken as a share)."""
    found: list[Skill | None] = []
    z = 1.6449
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
