"""What kinds that vote share: weighted votes, and skills out of the engine's tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qistas.engine.truth import Annotators

from .base import Kind, Skill


def check_method(kind: Kind, method: str) -> str:
    """The method meant by `method`; `auto` is the first. Raises ValueError for one this kind does not have."""
    if method == "auto":
        return kind.methods[0]
    if method not in kind.methods:
        raise ValueError(f"{kind.name} has no method {method!r}; it has {', '.join(kind.methods)}")
    return method


def vote(codes: Sequence[int], weight: NDArray[np.float64], n_labels: int) -> tuple[int, NDArray[np.float64]]:
    """The label with most weight (the lowest code at a tie), and every label's share."""
    tally = np.bincount(np.asarray(codes, dtype=np.int64), weights=weight, minlength=n_labels)
    share = np.asarray(tally, dtype=np.float64) / tally.sum()
    return int(share.argmax()), share


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
