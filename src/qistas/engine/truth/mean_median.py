"""Mean and median of an item's numbers."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import NumericResponses
from qistas.engine.truth.diagnosis import diagnose_numeric
from qistas.engine.truth.results import NumericResult

Float64 = NDArray[np.float64]
_Z = 1.6448536269514722


def mean(responses: NumericResponses) -> NumericResult:
    """The mean of each item's answers.

    ``spread`` is the sample standard deviation; the 90 % interval is ``mean ± t · spread / sqrt(count)``, ``t``
    from Student's distribution. With one answer the spread of all items together stands in; where no item
    has two answers there is no interval (NaN).
    """
    began = perf_counter()
    count, centre, square = _moments(responses)
    spread, pooled = _spread(count, square)
    with np.errstate(invalid="ignore", divide="ignore"):
        half = np.where(count > 1, student_90(count - 1) * spread, _Z * pooled) / np.sqrt(count)
    return _numeric(
        "mean", responses, centre, spread, half, perf_counter() - began, "The mean of each item's answers."
    )


def median(responses: NumericResponses) -> NumericResult:
    """The median of each item's answers: a minority cannot move it far.

    ``spread`` is 1.4826 times the median absolute deviation (the standard deviation, were the answers
    normal); the 90 % interval is ``median ± 1.2533 · z · spread / sqrt(count)``, the large-sample error of a median of
    normal answers. One answer, or no spread at all: the spread of all items together stands in.
    """
    began = perf_counter()
    count = responses.counts()
    centre = segment_medians(responses.value, responses.item, responses.offsets)
    away = np.abs(responses.value - centre[responses.item])
    spread = 1.4826 * segment_medians(away, responses.item, responses.offsets)
    several = count > 1
    pooled = float(np.sqrt(np.mean(spread[several] ** 2))) if several.any() else np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        width = np.where(several & (spread > 0), spread, pooled)
        half = 1.2533 * _Z * width / np.sqrt(count)
    spread = np.where(several, spread, np.nan)
    return _numeric(
        "median",
        responses,
        centre,
        spread,
        half,
        perf_counter() - began,
        "The median of each item's answers.",
    )


def student_90(freedom: NDArray[np.integer]) -> Float64:
    """The 95 % point of Student's t (two-sided 90 %), within 1e-3 of exact (Hill 1970, normal expansion)."""
    few = np.array([np.nan, 6.3138, 2.9200, 2.3534, 2.1318, 2.0150])
    n = np.maximum(freedom, 1).astype(np.float64)
    z = _Z
    expanded = (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )
    return np.where(freedom <= 5, few[np.clip(freedom, 0, 5)], expanded)


def segment_medians(values: Float64, item: NDArray[np.int32], offsets: NDArray[np.int64]) -> Float64:
    """Median of ``values`` by item (NaN where there is none), by one sort of all values within items."""
    order = np.lexsort((values, item))
    ranked = values[order]
    count = np.diff(offsets)
    found = np.full(count.shape[0], np.nan)
    some = count > 0
    low = offsets[:-1][some] + (count[some] - 1) // 2
    high = offsets[:-1][some] + count[some] // 2
    found[some] = ranked[low] / 2.0 + ranked[high] / 2.0
    return found


def _moments(responses: NumericResponses) -> tuple[NDArray[np.int64], Float64, Float64]:
    count = responses.counts()
    with np.errstate(invalid="ignore", divide="ignore"):
        total = np.bincount(responses.item, weights=responses.value, minlength=responses.n_items)
        centre = np.asarray(total, dtype=np.float64) / count
    away = responses.value - centre[responses.item]
    square = np.bincount(responses.item, weights=away * away, minlength=responses.n_items)
    return count, centre, np.asarray(square, dtype=np.float64)


def _spread(count: NDArray[np.int64], square: Float64) -> tuple[Float64, float]:
    free = np.maximum(count - 1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(free > 0, np.sqrt(square / free), np.nan)
    pooled = float(np.sqrt(square.sum() / free.sum())) if free.sum() else np.nan
    return spread, pooled


def _numeric(
    method: str,
    responses: NumericResponses,
    value: Float64,
    spread: Float64,
    half: Float64,
    seconds: float,
    explanation: str,
) -> NumericResult:
    return NumericResult(
        method=method,
        value=value,
        spread=spread,
        low=value - half,
        high=value + half,
        count=responses.counts(),
        weight=None,
        bias=None,
        variance=None,
        log_likelihood=None,
        iterations=1,
        converged=True,
        seconds=seconds,
        warnings=diagnose_numeric(responses),
        explanation=explanation,
    )
