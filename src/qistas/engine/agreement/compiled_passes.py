# pyright: reportMissingParameterType=false
"""The passes of Krippendorff's α over answers sorted by item, compiled; numpy does the same without them.

Loaded only where numba is installed. Threads own runs of items.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import NDArray


def nominal(
    offsets: NDArray[np.int64],
    annotator: NDArray[Any],
    label: NDArray[Any],
    n_annotators: int,
    n_labels: int,
    by_item: bool,
) -> tuple[bool, NDArray[np.float64], NDArray[np.float64], float, int]:
    """Return whether an annotator answered an item twice, the count of each label on items with two answers or more,
    each item's nominal disagreement ``(m² - Σ n_c²) / (m - 1)`` (0 for an item with fewer; empty without ``by_item``),
    their sum, and how many items have two answers.
    """
    chunks = max(1, min(get_num_threads(), len(label) // 50_000))
    observed = np.zeros(len(offsets) - 1 if by_item else 0)
    counts = np.zeros((chunks, n_labels), dtype=np.int64)
    found = np.zeros((chunks, 3))
    if chunks == 1:
        _nominal_run(
            0, len(offsets) - 1, offsets, annotator, label, n_annotators, observed, counts[0], found[0]
        )
    else:
        _nominal(offsets, annotator, label, n_annotators, observed, counts, found)
    repeated, total, paired = found.sum(axis=0).tolist()
    return repeated > 0, counts.sum(axis=0).astype(np.float64), observed, total, int(paired)


@njit(parallel=True, cache=True, nogil=True)
def _nominal(offsets, annotator, label, n_annotators, observed, counts, found):  # type: ignore[no-untyped-def]
    n_items = offsets.shape[0] - 1
    chunks = counts.shape[0]
    for c in prange(chunks):
        _nominal_run(
            n_items * c // chunks,
            n_items * (c + 1) // chunks,
            offsets,
            annotator,
            label,
            n_annotators,
            observed,
            counts[c],
            found[c],
        )


@njit(cache=True, nogil=True, error_model="numpy")
def _nominal_run(low, high, offsets, annotator, label, n_annotators, observed, counts, found):  # type: ignore[no-untyped-def]
    own = np.zeros(counts.shape[0], dtype=np.int64)
    here = np.zeros(counts.shape[0], dtype=np.int64)
    stamp = np.full(n_annotators, -1, dtype=np.int32)
    twice = 0
    total = 0.0
    paired = 0
    for i in range(low, high):
        first, last = offsets[i], offsets[i + 1]
        m = last - first
        if m < 2:
            continue
        same = 0
        for r in range(first, last):
            j = annotator[r]
            twice += stamp[j] == i
            stamp[j] = i
            times = here[label[r]]
            same += 2 * times + 1
            here[label[r]] = times + 1
        if own.shape[0] <= m:
            for c in range(own.shape[0]):
                own[c] += here[c]
                here[c] = 0
        else:
            for r in range(first, last):
                own[label[r]] += 1
                here[label[r]] = 0
        gap = (m * m - same) / (m - 1.0)
        total += gap
        paired += 1
        if observed.shape[0] > 0:
            observed[i] = gap
    found[0] = twice
    found[1] = total
    found[2] = paired
    for c in range(own.shape[0]):
        counts[c] = own[c]


@njit(parallel=True, cache=True, nogil=True)
def spread(offsets, label, score):  # type: ignore[no-untyped-def]
    """Return each item's ``Σ_{i≠j} (s_i - s_j)² / (m - 1)`` with ``score`` by label."""
    n_items = offsets.shape[0] - 1
    out = np.zeros(n_items)
    for i in prange(n_items):
        first, last = offsets[i], offsets[i + 1]
        m = last - first
        if m < 2:
            continue
        mean = 0.0
        for r in range(first, last):
            mean += score[label[r]]
        mean /= m
        square = 0.0
        for r in range(first, last):
            gap = score[label[r]] - mean
            square += gap * gap
        out[i] = 2.0 * m * square / (m - 1.0)
    return out


@njit(parallel=True, cache=True, nogil=True)
def ratio(offsets, label, level):  # type: ignore[no-untyped-def]
    """Return each item's ``Σ_{i≠j} ((v_i - v_j) / (v_i + v_j))² / (m - 1)``."""
    n_items = offsets.shape[0] - 1
    out = np.zeros(n_items)
    for i in prange(n_items):
        first, last = offsets[i], offsets[i + 1]
        m = last - first
        if m < 2:
            continue
        total = 0.0
        for r in range(first, last):
            a = level[label[r]]
            for q in range(r + 1, last):
                b = level[label[q]]
                if a + b > 0.0:
                    gap = (a - b) / (a + b)
                    total += gap * gap
        out[i] = 2.0 * total / (m - 1.0)
    return out
