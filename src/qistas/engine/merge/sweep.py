"""Which of many regions may meet, without looking at every pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

AT_ONCE = 1_000_000  # pairs that are looked at together


def ranges(first: NDArray[Any], count: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """The numbers ``first[k]`` to ``first[k] + count[k] - 1`` of every k in turn: (k of each, the number)."""
    which = np.repeat(np.arange(len(first), dtype=np.int64), count)
    begun = np.cumsum(count) - count
    return which, np.arange(len(which), dtype=np.int64) + (first - begun)[which]


def intervals_that_meet(low: NDArray[Any], high: NDArray[Any]) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs of half-open intervals ``low`` (n,) to ``high`` (n,) that have a point in common, in blocks of about `AT_ONCE`.

    The first of a pair is the one that begins first (of two that begin together, the one named first).
    """
    order = np.argsort(low, kind="stable").astype(np.int64)
    n = len(order)
    here = np.arange(n, dtype=np.int64)
    until = np.searchsorted(low[order], high[order], side="left")
    later = np.maximum(until - here - 1, 0)  # how many that begin later begin within it
    done = np.concatenate(([0], np.cumsum(later)))
    begin = 0
    while begin < n:
        end = max(begin + 1, int(np.searchsorted(done, done[begin] + AT_ONCE, side="right")) - 1)
        which, at = ranges(here[begin:end] + 1, later[begin:end])
        yield order[which + begin], order[at]
        begin = end


def boxes_that_meet(low: NDArray[Any], high: NDArray[Any]) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs (left < right) of upright boxes, corners ``low`` (n, 2) to ``high`` (n, 2), that have an area in common; in blocks.

    The plane is cut into bands as high as a box on average, and intervals are sought within bands: the work follows the number
    of boxes and how densely they lie, not the number of pairs. Boxes in several bands meet in the first that both are in.
    """
    height = high[:, 1] - low[:, 1]
    step = float(height.mean()) if len(height) else 0.0
    if step <= 0.0:
        return
    base = float(low[:, 1].min())
    first = np.floor((low[:, 1] - base) / step).astype(np.int64)
    last = np.floor((high[:, 1] - base) / step).astype(np.int64)
    box, band = ranges(first, last - first + 1)
    starts = np.sort(low[:, 0])
    n = len(starts) + 1
    begin, end = (np.searchsorted(starts, x[:, 0], side="left") for x in (low, high))
    for i, j in intervals_that_meet(band * n + begin[box], band * n + end[box]):
        a, b = box[i], box[j]
        kept = (
            (low[a, 1] < high[b, 1]) & (low[b, 1] < high[a, 1]) & (band[i] == np.maximum(first[a], first[b]))
        )
        a, b = a[kept], b[kept]
        yield np.minimum(a, b), np.maximum(a, b)
