"""Numbers with a bias and a variance for each annotator."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import NumericResponses
from qistas.engine.truth.diagnosis import diagnose_numeric
from qistas.engine.truth.results import NumericResult

Float64 = NDArray[np.float64]
_Z = 1.6448536269514722


def gaussian(
    responses: NumericResponses,
    *,
    bias_strength: float = 2.0,
    variance_strength: float = 4.0,
    max_iter: int = 500,
    tol: float = 1e-7,
) -> NumericResult:
    """``x_r ~ N(z_i + bias_j, variance_j)``, ``z_i ~ N(centre, breadth)``, by EM.

    ``bias_j ~ N(0, variance_j / bias_strength)`` and ``variance_j ~ InvGamma(variance_strength / 2, variance_strength v / 2)``, ``v`` the pooled
    variance of answers about their item's mean: the priors count as that many answers, and fix the level (the
    biases are centred on zero). E-step: ``z_i`` is normal with precision ``1 / breadth + sum 1 / variance``. ``value`` is its mean, ``low`` and
    ``high`` its 90 % interval, ``spread`` the deviation of the item's corrected answers. ``history`` is the log likelihood (``z``
    integrated out) plus log prior; it never falls. An item without answers: NaN.

    Reference: the model of V. C. Raykar et al., Learning From Crowds, JMLR 11 (2010), section 7, with biases.
    """
    began = perf_counter()
    item, annotator, x = responses.item, responses.annotator, responses.value
    n_items, n_annotators = responses.n_items, responses.n_annotators
    count = responses.counts()
    filled = count > 0
    answers = np.bincount(annotator, minlength=n_annotators).astype(np.float64)

    def by_item(weights: Float64) -> Float64:
        return np.asarray(np.bincount(item, weights=weights, minlength=n_items), dtype=np.float64)

    def by_annotator(weights: Float64) -> Float64:
        return np.asarray(np.bincount(annotator, weights=weights, minlength=n_annotators), dtype=np.float64)

    mean = np.divide(by_item(x), count, out=np.zeros(n_items), where=filled)
    freedom = max(float((count[filled] - 1).sum()), 1.0) if len(responses) else 1.0
    pooled = float(((x - mean[item]) ** 2).sum()) / freedom
    breadth = float(mean[filled].var()) if filled.any() else 1.0
    least = 1e-9 * max(pooled, breadth, 1e-12)
    pooled, breadth = max(pooled, least), max(breadth, least)
    centre = float(mean[filled].mean()) if filled.any() else 0.0
    bias, variance = np.zeros(n_annotators), np.full(n_annotators, pooled)
    value, doubt = mean, np.zeros(n_items)
    history: list[float] = []
    likelihood = 0.0
    converged = False
    while not converged and len(history) < max_iter:
        precision = 1.0 / variance[annotator]
        clean = x - bias[annotator]
        total = by_item(precision)
        summed = by_item(precision * clean)
        doubt = 1.0 / (1.0 / breadth + total)
        value = doubt * (centre / breadth + summed)
        square = by_item(precision * clean * clean)
        inside = square + centre**2 / breadth - value**2 / doubt
        per_item = -0.5 * (np.log(breadth) - np.log(doubt) + inside)
        likelihood = float(per_item[filled].sum() + 0.5 * (np.log(precision) - np.log(2 * np.pi)).sum())
        prior = -0.5 * bias_strength * bias**2 / variance - 0.5 * np.log(variance)
        prior -= (variance_strength / 2 + 1.0) * np.log(variance) + variance_strength * pooled / (
            2 * variance
        )
        history.append(likelihood + float(prior.sum()))
        converged = len(history) > 1 and history[-1] - history[-2] <= tol * max(len(responses), 1)
        if converged:
            break
        bias = by_annotator(x - value[item]) / (answers + bias_strength)
        away = by_annotator((x - value[item] - bias[annotator]) ** 2 + doubt[item])
        variance = (away + bias_strength * bias**2 + variance_strength * pooled) / (
            answers + variance_strength + 3.0
        )
        variance = np.maximum(variance, least)
        if filled.any():
            centre = float(value[filled].mean())
            breadth = max(float(((value[filled] - centre) ** 2 + doubt[filled]).mean()), least)
    clean = x - bias[annotator]
    away = by_item((clean - value[item]) ** 2)
    spread = np.sqrt(np.divide(away, count, out=np.full(n_items, np.nan), where=count > 1))
    half = _Z * np.sqrt(doubt)
    said = list(diagnose_numeric(responses))
    if not converged:
        said.append(f"gaussian had not converged after {len(history)} iterations; raise max_iter")
    value = np.where(filled, value, np.nan)
    return NumericResult(
        method="gaussian",
        value=value,
        spread=spread,
        low=value - half,
        high=value + half,
        count=count,
        weight=1.0 / variance,
        bias=bias,
        variance=variance,
        log_likelihood=likelihood,
        iterations=len(history),
        converged=converged,
        seconds=perf_counter() - began,
        warnings=tuple(said),
        explanation=(
            "Each annotator's bias and variance were estimated with the values by EM "
            f"({len(history)} iterations)."
        ),
        history=tuple(history),
    )
