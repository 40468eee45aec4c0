"""The common part of text spans and time segments: labelled intervals on a line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import (
    FloatArray,
    Label,
    annotator_weights,
    check_share,
    cluster,
    cluster_pairs,
    collect,
    label_order,
    neighbourhoods,
    vote,
    weighted_medians,
)
from qistas.engine.merge.sweep import intervals_that_meet

Interval = tuple[float, float, Label]
DENSE = 256  # up to so many intervals every pair is looked at


def dice(start: FloatArray, end: FloatArray) -> FloatArray:
    """Return (n, n): twice the common length over the sum of lengths, which is the F1 of the two intervals."""
    return _dice(start[:, None], end[:, None], start[None, :], end[None, :])


def _dice(start: FloatArray, end: FloatArray, other_start: FloatArray, other_end: FloatArray) -> FloatArray:
    common = np.minimum(end, other_end) - np.maximum(start, other_start)
    return np.maximum(common, 0.0) * 2.0 / ((end - start) + (other_end - other_start))


def _clusters(
    start: FloatArray, end: FloatArray, owners: Sequence[frozenset[int]], min_f1: float
) -> list[list[int]]:
    """The clusters of intervals sorted by start. Of many, only pairs that meet, of different annotators, are kept in memory."""
    n = len(owners)
    if n <= DENSE:
        return cluster(dice(start, end), owners, min_f1)
    alone = np.array([next(iter(o)) if len(o) == 1 else -1 for o in owners], dtype=np.int64)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]] = []
    for left, right in intervals_that_meet(start, end):
        apart = (alone[left] != alone[right]) | (alone[left] < 0)  # one annotator's two are never one
        left, right = left[apart], right[apart]
        overlap = _dice(start[left], end[left], start[right], end[right])
        enough = overlap >= min_f1
        found.append((left[enough], right[enough], overlap[enough]))

    def between(a: list[int], b: list[int]) -> FloatArray:
        return _dice(start[a][:, None], end[a][:, None], start[b][None, :], end[b][None, :])

    pairs = (
        np.concatenate([left for left, _, _ in found]),
        np.concatenate([right for _, right, _ in found]),
        np.concatenate([overlap for _, _, overlap in found]),
    )
    return cluster_pairs(pairs, between, owners, min_f1)


def merge_intervals(
    answers: Sequence[Sequence[Interval]],
    n_annotators: int | None,
    weights: ArrayLike | None,
    min_f1: float,
    keep: float,
    across_labels: bool,
) -> list[tuple[tuple[float, float], tuple[float, float], Label, int, float]]:
    """Return (lower and upper median of starts, the same of ends, label, support, confidence), unordered."""
    check_share("min_f1", min_f1)
    check_share("keep", keep)
    weight = annotator_weights(len(answers), n_annotators, weights)
    nodes = collect(answers, lambda k: (k[0], k[1], label_order(k[2])))
    if not nodes.keys:
        return []
    start = np.array([k[0] for k in nodes.keys], dtype=np.float64)
    end = np.array([k[1] for k in nodes.keys], dtype=np.float64)
    labels = [k[2] for k in nodes.keys]
    if across_labels:
        groups = [list(range(len(labels)))]
    else:
        by_label: dict[Label, list[int]] = {}
        for i, label in enumerate(labels):
            by_label.setdefault(label, []).append(i)
        groups = list(by_label.values())
    total = float(np.sort(weight).sum())
    merged: list[tuple[tuple[float, float], tuple[float, float], Label, int, float]] = []
    for group in groups:
        index = np.array(group, dtype=np.int64)
        for run in neighbourhoods(start[index], end[index]):
            near = index[run]
            owners = [nodes.owners[i] for i in near]
            for part in _clusters(start[near], end[near], owners, min_f1):
                found = _summarise(near[part], nodes.owners, start, end, labels, weight, total)
                if found is not None and found[4] >= keep - 1e-9:
                    merged.append(found)
    return merged


def _summarise(
    part: NDArray[np.int64],
    owners: Sequence[frozenset[int]],
    start: FloatArray,
    end: FloatArray,
    labels: Sequence[Label],
    weight: FloatArray,
    total: float,
) -> tuple[tuple[float, float], tuple[float, float], Label, int, float] | None:
    people = [(i, a) for i in part.tolist() for a in sorted(owners[i])]
    w = weight[[a for _, a in people]]
    if float(w.sum()) <= 0.0:
        return None
    at = [i for i, _ in people]
    label = vote([labels[i] for i in at], w.tolist())
    # Weights beside one another are added in an order that does not depend on who holds them.
    share = float(np.sort(w).sum()) / total
    return weighted_medians(start[at], w), weighted_medians(end[at], w), label, len(people), min(share, 1.0)
