"""Which regions of different annotators are the same thing: clusters with at most one region an annotator.

Regions that are exactly alike start as one node. Pairs of nodes are then visited from the largest overlap
down; two clusters join when no annotator is in both and the mean overlap between their regions reaches the
threshold (average linkage, so that a chain of neighbours does not grow into one region). Nodes are ordered
by what they are, never by who drew them: the order of the annotators makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Label = int | str
Key = TypeVar("Key", bound=Hashable)


def label_order(label: Label) -> tuple[int, int, str]:
    """Sort key of a label: numbers by value, then strings."""
    return (1, 0, label) if isinstance(label, str) else (0, int(label), "")


def annotator_weights(n_given: int, n_annotators: int | None, weights: ArrayLike | None) -> FloatArray:
    """Return the weight of each of the item's annotators, those who marked nothing included.

    Raises ``ValueError`` when fewer annotators are stated than gave answers, for weights of the wrong
    length, negative or not finite, and for weights that are all zero.
    """
    n = n_given if n_annotators is None else int(n_annotators)
    if n < n_given:
        raise ValueError(f"n_annotators is {n}, but {n_given} annotators gave answers")
    if weights is None:
        return np.ones(n, dtype=np.float64)
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,):
        raise ValueError(
            f"weights must have one entry for each of {n} annotators, but have shape {given.shape}"
        )
    if not bool(np.isfinite(given).all()) or bool((given < 0).any()):
        raise ValueError("weights must be finite and not negative")
    if n and float(given.sum()) <= 0.0:
        raise ValueError("weights must not all be zero")
    return given


def check_share(name: str, value: float) -> None:
    """Raise ``ValueError`` unless 0 < value <= 1."""
    if not 0.0 < value <= 1.0:
        raise ValueError(f"{name} must be above 0 and at most 1, not {value}")


@dataclass(frozen=True, slots=True)
class Nodes:
    """Distinct regions of one item and the annotators of each."""

    keys: tuple[Any, ...]
    owners: tuple[frozenset[int], ...]


def collect(answers: Sequence[Sequence[Key]], order: Callable[[Key], Any]) -> Nodes:
    """Return the distinct regions in the order of ``order``; an annotator's exact double counts once."""
    found: dict[Key, set[int]] = {}
    for annotator, regions in enumerate(answers):
        for region in regions:
            found.setdefault(region, set()).add(annotator)
    keys = sorted(found, key=order)
    return Nodes(tuple(keys), tuple(frozenset(found[k]) for k in keys))


def neighbourhoods(start: FloatArray, end: FloatArray) -> list[IntArray]:
    """Split intervals into runs that cannot overlap one another, so that pairs are sought inside runs only."""
    order = np.argsort(start, kind="stable")
    if not len(order):
        return []
    reach = np.maximum.accumulate(end[order])
    cut = np.flatnonzero(start[order][1:] >= reach[:-1]) + 1
    return [np.sort(run).astype(np.int64) for run in np.split(order, cut)]


def cluster(overlap: FloatArray, owners: Sequence[frozenset[int]], min_overlap: float) -> list[list[int]]:
    """Cluster nodes given their overlaps (n, n; symmetric); returns lists of node indices, in node order."""
    left, right = np.nonzero(np.triu(overlap >= min_overlap, k=1))
    return cluster_pairs(
        (left, right, overlap[left, right]), lambda a, b: overlap[np.ix_(a, b)], owners, min_overlap
    )


def cluster_pairs(
    pairs: tuple[IntArray, IntArray, FloatArray],
    between: Callable[[list[int], list[int]], FloatArray],
    owners: Sequence[frozenset[int]],
    min_overlap: float,
) -> list[list[int]]:
    """As :func:`cluster`, given only the pairs (left < right) that overlap enough, and ``between``, the overlaps of two lists."""
    n = len(owners)
    cluster_of = list(range(n))
    members: list[list[int]] = [[i] for i in range(n)]
    people: list[set[int]] = [set(o) for o in owners]
    size = np.array([len(o) for o in owners], dtype=np.float64)
    left, right, overlap = pairs
    by_overlap = np.lexsort((right, left, -overlap))
    for i, j in zip(left[by_overlap].tolist(), right[by_overlap].tolist(), strict=True):
        a, b = cluster_of[i], cluster_of[j]
        if a == b or people[a] & people[b]:
            continue
        if len(members[a]) > 1 or len(members[b]) > 1:
            weight = size[members[a]][:, None] * size[members[b]][None, :]
            if float((weight * between(members[a], members[b])).sum() / weight.sum()) < min_overlap:
                continue
        members[a] += members[b]
        people[a] |= people[b]
        for node in members[b]:
            cluster_of[node] = a
        members[b] = []
    return [sorted(m) for m in members if m]


def vote(labels: Sequence[Label], weights: Sequence[float]) -> Label:
    """Return the label of the most weight; of equals the first in the order of labels."""
    total: dict[Label, float] = {}
    for label, weight in zip(labels, weights, strict=True):
        total[label] = total.get(label, 0.0) + weight
    return min(total, key=lambda k: (-round(total[k], 12), label_order(k)))


def weighted_medians(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return the lower and the upper weighted median (they differ when half the weight lies on each side)."""
    order = np.argsort(values, kind="stable")
    v, w = values[order], np.cumsum(weights[order])
    half = w[-1] / 2.0
    slack = 1e-9 * w[-1]
    lower = int(np.searchsorted(w, half - slack))
    upper = int(np.searchsorted(w, half + slack))
    return float(v[lower]), float(v[min(upper, len(v) - 1)])
