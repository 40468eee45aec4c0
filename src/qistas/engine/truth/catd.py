"""CATD: weighted means whose weights know how few answers they rest on."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from qistas.engine.responses import NumericResponses
from qistas.engine.truth._special import chi_square_point
from qistas.engine.truth.diagnosis import diagnose_numeric
from qistas.engine.truth.mean_median import segment_medians
from qistas.engine.truth.results import NumericResult

_Z = 1.6448536269514722


def catd(
    responses: NumericResponses, *, tail: float = 0.025, max_iter: int = 100, tol: float = 1e-6
) -> NumericResult:
    """Each annotator weighs by the lower bound of their precision at the number of answers they gave.

    ``weight_j = chi2(tail, n_j) / sum_r ((x_r - value_i) / scale)^2``, ``chi2(tail, n)`` the point below which a chi-square of ``n``
    degrees stays with probability ``tail``: the reciprocal of the upper confidence bound of the variance.
    ``value_i = sum w x / sum w``; alternated from the medians until nothing moves by ``tol`` of the scale (the deviation of all answers
    about their item). An annotator is never credited with an error below a thousandth of the scale. The interval
    is ``value ± z / sqrt(sum_r weight_r)`` in units of the scale. One answer: its value. None: NaN.

    Reference: Q. Li et al., A Confidence-Aware Approach for Truth Discovery on Long-Tail Data, VLDB 8 (2014).
    """
    began = perf_counter()
    count = responses.counts()
    per_annotator = np.bincount(responses.annotator, minlength=responses.n_annotators).astype(np.float64)
    value = segment_medians(responses.value, responses.item, responses.offsets)
    away = responses.value - value[responses.item]
    scale = float(np.sqrt(np.mean(away * away))) if len(responses) else 1.0
    scale = scale if scale > 0 else 1.0
    point = chi_square_point(tail, np.maximum(per_annotator, 1.0)) if per_annotator.size else per_annotator
    weight = np.ones(responses.n_annotators)
    moved, iterations = np.inf, 0
    while moved > tol and iterations < max_iter:
        iterations += 1
        away = (responses.value - value[responses.item]) / scale
        error = np.bincount(responses.annotator, weights=away * away, minlength=responses.n_annotators)
        weight = point / np.maximum(error, 1e-6 * np.maximum(per_annotator, 1.0))
        total = np.bincount(responses.item, weights=weight[responses.annotator], minlength=responses.n_items)
        summed = np.bincount(
            responses.item, weights=weight[responses.annotator] * responses.value, minlength=responses.n_items
        )
        new = np.divide(summed, total, out=np.full(responses.n_items, np.nan), where=total > 0)
        moved = float(np.nan_to_num(np.abs(new - value) / scale).max(initial=0.0))
        value = new
    weight = np.where(per_annotator > 0, weight, 0.0)
    total = np.bincount(responses.item, weights=weight[responses.annotator], minlength=responses.n_items)
    away = responses.value - value[responses.item]
    square = np.bincount(
        responses.item, weights=weight[responses.annotator] * away * away, minlength=responses.n_items
    )
    filled = count > 0
    blank = np.full(responses.n_items, np.nan)
    spread = np.sqrt(np.divide(square, total, out=blank.copy(), where=filled & (count > 1)))
    half = _Z * scale / np.sqrt(np.where(filled, total, np.nan))
    said = list(diagnose_numeric(responses))
    if moved > tol:
        said.append(f"catd had not converged after {iterations} iterations; raise max_iter")
    return NumericResult(
        method="catd",
        value=value,
        spread=spread,
        low=value - half,
        high=value + half,
        count=count,
        weight=weight,
        bias=None,
        variance=None,
        log_likelihood=None,
        iterations=iterations,
        converged=moved <= tol,
        seconds=perf_counter() - began,
        warnings=tuple(said),
        explanation=(
            f"A mean weighed by each annotator's precision, at its lower bound for few answers ({iterations} iterations)."
        ),
    )
