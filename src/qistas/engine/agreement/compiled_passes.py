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
    offsets: NDArray[np.int64], annotator: NDArray[Any], label: NDArray[Any], n_annotators: int, n_labels: int
) -> tuple[bool, NDArray[np.float64], NDArray[np.float64]]:
    """Return whether an annotator answered an item twice, the count of each label on items with two answers or more,
    and each item's nominal disagreement ``(m² - Σ n_c²) / (m - 1)`` (0 for an item with fewer).
    """
    chunks = max(1, min(get_num_threads(), len(label) // 50_000))
    observed = np.zeros(len(offsets) - 1)
    counts = np.zeros((chunks, n_labels), dtype=np.int64)
    repeated = np.zeros(chunks, dtype=np.bool_)
    _nominal(offsets, annotator, label, n_annotators, observed, counts, repeated)
    return bool(repeated.any()), counts.sum(axis=0).astype(np.float64), observed


@njit(parallel=True, cache=True, nogil=True)
def _nominal(offsets, annotator, label, n_annotators, observed, counts, repeated):  # type: ignore[no-untyped-def]
    n_items = offsets.shape[0] - 1
    chunks = counts.shape[0]
    for chunk in prange(chunks):
        low, high = n_items * chunk // chunks, n_items * (chunk + 1) // chunks
        own = np.zeros(counts.shape[1], dtype=np.int64)
        here = np.zeros(counts.shape[1], dtype=np.int64)
        stamp = np.full(n_annotators, -1, dtype=np.int64)
        twice = False
        for i in range(low, high):
            first, last = offsets[i], offsets[i + 1]
            m = last - first
            for r in range(first, last):
                if stamp[annotator[r]] == i:
                    twice = True
                stamp[annotator[r]] = i
            if m < 2:
                continue
            for r in range(first, last):
                here[label[r]] += 1
            same = 0
            for r in range(first, last):
                same += here[label[r]]
            for r in range(first, last):
                own[label[r]] += 1
                here[label[r]] = 0
            observed[i] = (m * m - same) / (m - 1.0)
        repeated[chunk] = twice
        for c in range(own.shape[0]):
            counts[chunk, c] = own[c]


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
