r"""Pixel masks of many annotators merged into one, by weighted vote or by STAPLE.

STAPLE: annotator ``j`` marks a pixel of the object with probability :math:`p_j` (sensitivity) and leaves one outside
unmarked with probability :math:`q_j` (specificity), independently; with ``f`` the share of the object, EM alternates

.. math:: W_i = \frac{f \prod_j p_j^{d_{ij}} (1 - p_j)^{1 - d_{ij}}}{\dots + (1 - f) \prod_j (1 - q_j)^{d_{ij}} q_j^{1 - d_{ij}}},
   \quad p_j = \frac{\sum_i W_i d_{ij}}{\sum_i W_i}, \quad q_j = \frac{\sum_i (1 - W_i) (1 - d_{ij})}{\sum_i (1 - W_i)}

S. K. Warfield, K. H. Zou & W. M. Wells, "Simultaneous truth and performance level estimation (STAPLE)", IEEE
Transactions on Medical Imaging 23, 2004. Pixels that all annotators treat alike are one case, so that an iteration
takes time by the number of distinct patterns and not of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import FloatArray, annotator_weights

Method = Literal["staple", "vote"]

_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class MergedMask:
    """``mask``: (height, width) booleans, where ``probability`` (float32) is above one half (at least, for STAPLE).

    ``sensitivity``, ``specificity``: (n_annotators,) against the merged answer (NaN where there is nothing to judge
    by); ``confidence``: the mean of ``max(probability, 1 - probability)`` over pixels that anybody marked (1 if none).
    """

    mask: NDArray[np.bool_]
    probability: NDArray[np.float32]
    sensitivity: FloatArray
    specificity: FloatArray
    confidence: float
    iterations: int
    converged: bool
    warning: str | None = None


def merge_masks(
    masks: ArrayLike,
    *,
    method: Method = "staple",
    weights: ArrayLike | None = None,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> MergedMask:
    """Merge the masks of **one object or label** on one item.

    ``masks``: (n_annotators, height, width) booleans; an annotator who marked nothing has an empty one. ``weights``: one
    non-negative number per annotator (STAPLE: each annotator's evidence counts that many times).

    STAPLE is run on the box around all marks, grown by half its size to each side, because a large empty
    background would make everybody look perfectly specific and the result the union of all marks.

    Decided cases: no annotator or no mark: an empty mask. One annotator, or two under STAPLE, who cannot be judged
    against one another: the vote, with a warning; a pixel with exactly half of the weight is left out. Raises
    ``ValueError`` for other shapes or values that are not 0 and 1.
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be staple or vote, not {method!r}")
    given = np.asarray(masks)
    if given.ndim != 3:
        raise ValueError(f"masks must be annotators by height by width, but have shape {given.shape}")
    if given.dtype != np.bool_ and given.size and not bool(np.isin(given, (0, 1)).all()):
        raise ValueError("masks must hold 0 and 1 only")
    marks = given.astype(np.bool_)
    n = len(marks)
    weight = annotator_weights(n, None, weights)
    shape = marks.shape[1:]
    union: NDArray[np.bool_] = np.asarray(marks.any(axis=0) if n else np.zeros(shape), dtype=np.bool_)
    nothing = np.full(n, np.nan)
    if not bool(union.any()):
        empty = np.zeros(shape, dtype=np.float32)
        return MergedMask(empty > 0.5, empty, nothing, nothing, 1.0, 0, True, None)
    share = np.tensordot(weight / weight.sum(), marks.astype(np.float64), axes=1)
    if method == "vote" or n < 3:
        note = "STAPLE needs three annotators; this is their vote" if method == "staple" else None
        mask = share > 0.5 + 1e-9
        return _result(marks, share.astype(np.float32), mask, union, 1, True, note)

    rows, columns = np.flatnonzero(union.any(axis=1)), np.flatnonzero(union.any(axis=0))
    top, bottom = _grown(int(rows[0]), int(rows[-1]) + 1, shape[0])
    left, right = _grown(int(columns[0]), int(columns[-1]) + 1, shape[1])
    window = marks[:, top:bottom, left:right].reshape(n, -1)
    packed = np.packbits(window, axis=0)
    _, first, case, times = np.unique(
        packed, axis=1, return_index=True, return_inverse=True, return_counts=True
    )
    d = window[:, first].T.astype(np.float64)
    count = times.astype(np.float64)
    w = np.clip(d @ (weight / weight.sum()), 0.01, 0.99)
    # The weights mean how often each answer counts; their mean is one, so that equal weights are plain STAPLE.
    power = weight / weight.mean()
    iterations, converged = 0, False
    while iterations < max_iter and not converged:
        iterations += 1
        inside, outside = count * w, count * (1.0 - w)
        p = np.clip(inside @ d / max(float(inside.sum()), 1e-300), _EDGE, 1.0 - _EDGE)
        q = np.clip(outside @ (1.0 - d) / max(float(outside.sum()), 1e-300), _EDGE, 1.0 - _EDGE)
        f = np.clip(inside.sum() / count.sum(), _EDGE, 1.0 - _EDGE)
        gap = (
            np.log(f / (1.0 - f))
            + d @ (power * np.log(p / (1.0 - q)))
            + (1.0 - d) @ (power * np.log((1.0 - p) / q))
        )
        fresh = 0.5 * (1.0 + np.tanh(0.5 * gap))
        converged = bool(np.abs(fresh - w).max() < tol)
        w = fresh
    probability = np.zeros(shape, dtype=np.float32)
    probability[top:bottom, left:right] = w[case.reshape(-1)].reshape(bottom - top, right - left)
    note = None if converged else f"STAPLE had not converged after {iterations} iterations"
    return _result(marks, probability, probability >= 0.5, union, iterations, converged, note)


def _grown(low: int, high: int, limit: int) -> tuple[int, int]:
    margin = max(1, (high - low + 1) // 2)
    return max(0, low - margin), min(limit, high + margin)


def _result(
    marks: NDArray[np.bool_],
    probability: NDArray[np.float32],
    mask: NDArray[np.bool_],
    union: NDArray[np.bool_],
    iterations: int,
    converged: bool,
    note: str | None,
) -> MergedMask:
    inside, outside = probability.astype(np.float64), 1.0 - probability.astype(np.float64)
    hit = np.tensordot(marks.astype(np.float64), inside, axes=2)
    miss = np.tensordot((~marks).astype(np.float64), outside, axes=2)
    total_in, total_out = float(inside.sum()), float(outside.sum())
    sensitivity = hit / total_in if total_in > 0 else np.full(len(marks), np.nan)
    specificity = miss / total_out if total_out > 0 else np.full(len(marks), np.nan)
    sure = np.maximum(inside, outside)[union]
    confidence = float(sure.mean()) if sure.size else 1.0
    return MergedMask(mask, probability, sensitivity, specificity, confidence, iterations, converged, note)
