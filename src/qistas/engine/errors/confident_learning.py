r"""Confident learning: which given labels a model, asked out of fold, contradicts.

With out-of-fold probabilities ``p`` (each item's row from a model that did not see that item) the threshold of a label
is how sure the model is of it where it was given, :math:`t_k = \mathrm{mean}\{p_{ik} : y_i = k\}`. An item counts as
*confidently* ``j`` if :math:`p_{ij} \ge t_j` (the likeliest such ``j``); counted against the given label this is the confident
joint, which, scaled to the numbers of given labels, estimates how often ``j`` was written down as ``k``.

C. G. Northcutt, L. Jiang & I. L. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70,
2021.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """``likelihood``: (n,) how likely the given label is wrong, in [0, 1]; ``order``: all items, the likeliest first.

    ``flagged``: (n,) booleans, as many as the joint says there are; ``suggested``: (n,) the label the model would give.
    ``joint``: (given, true) estimated numbers of items; ``noise``: the estimated share of wrong labels. ``warning``: in
    words, or None.
    """

    likelihood: FloatArray
    order: IntArray
    flagged: NDArray[np.bool_]
    suggested: IntArray
    joint: FloatArray
    noise: float
    warning: str | None = None


def confident_learning(labels: ArrayLike, probabilities: ArrayLike) -> LabelErrors:
    """Find items whose given label is likely wrong.

    ``labels``: (n,) codes, -1 for an item without a label (never flagged, likelihood 0); ``probabilities``: (n,
    n_labels) **out of fold**: probabilities of a model fitted on the item itself would find nothing.

    ``likelihood`` is one minus the model's probability of the given label, after the probabilities are put on the scale
    of the thresholds (divided by ``t_k`` and normalised), so that a label the model is rarely sure of is not suspected
    for that. Flagged are, for every cell off the diagonal of the joint, as many items of that given label as the
    cell says, those with the largest margin towards the other label ("prune by noise rate").

    Decided cases: no items: empty. A label nobody was given has no threshold and is never confident. No item
    confident of anything: nothing is flagged, with a warning; so too with fewer than 5 items of some label. Raises
    ``ValueError`` for other shapes, codes beyond the labels, and rows that do not add up to one.
    """
    p, y = _checked(labels, probabilities)
    n, k = p.shape
    has = y >= 0
    given = np.bincount(y[has], minlength=k).astype(np.float64)
    safe = np.where(has, y, 0)
    own = np.where(has, p[np.arange(n), safe], 0.0) if n else np.zeros(0)
    with_label = given > 0
    threshold = np.full(k, np.inf)
    sums = np.bincount(safe, weights=own, minlength=k)
    threshold[with_label] = sums[with_label] / given[with_label]

    confident = p >= threshold - 1e-9
    any_confident = confident.any(axis=1) & has
    meant = np.where(confident, p, -1.0).argmax(axis=1) if k else np.zeros(n, dtype=np.int64)
    joint = np.zeros((k, k))
    np.add.at(joint, (y[any_confident], meant[any_confident]), 1.0)
    empty = with_label & (joint.sum(axis=1) == 0.0)
    joint[empty, empty] = 1.0
    rows = joint.sum(axis=1)
    joint = joint / np.where(rows > 0.0, rows, 1.0)[:, None] * given[:, None]

    scale = np.where(np.isfinite(threshold), np.maximum(threshold, 1e-6), 1.0)
    fitted = p / scale
    fitted = fitted / np.maximum(fitted.sum(axis=1, keepdims=True), 1e-300)
    likelihood = np.where(has, 1.0 - fitted[np.arange(n), safe], 0.0) if n else np.zeros(0)
    flagged = np.zeros(n, dtype=np.bool_)
    for i in range(k):
        rows_of = np.flatnonzero(y == i)
        for j in range(k):
            count = round(float(joint[i, j])) if i != j else 0
            if count and len(rows_of):
                margin = p[rows_of, j] - p[rows_of, i]
                worst = np.argsort(-margin, kind="stable")[:count]
                flagged[rows_of[worst[margin[worst] > 0.0]]] = True
    order = np.lexsort((np.arange(n), -likelihood, ~flagged)).astype(np.int64)
    notes: list[str] = []
    if n and not bool(any_confident.any()):
        notes.append("the model is confident of no item, so no error can be told from doubt")
    if bool((with_label & (given < 5)).any()):
        notes.append("some labels have fewer than 5 items: their thresholds are guesses")
    noise = (
        float(joint.sum() - np.trace(joint)) / float(joint.sum())
        if float(joint.sum()) > 0.0
        else float("nan")
    )
    suggested = fitted.argmax(axis=1).astype(np.int64) if k else np.zeros(n, dtype=np.int64)
    return LabelErrors(likelihood, order, flagged, suggested, joint, noise, "; ".join(notes) or None)


def _checked(labels: ArrayLike, probabilities: ArrayLike) -> tuple[FloatArray, IntArray]:
    p = np.asarray(probabilities, dtype=np.float64)
    y = np.asarray(labels)
    if p.ndim != 2:
        raise ValueError(f"probabilities must be items by labels, but have shape {p.shape}")
    if y.ndim != 1 or len(y) != len(p):
        raise ValueError(f"labels must have one entry for each of {len(p)} items, but have shape {y.shape}")
    if y.size and y.dtype.kind not in "iu":
        raise ValueError(f"labels must be integer codes, but have type {y.dtype}")
    y = y.astype(np.int64)
    if y.size and (int(y.max()) >= p.shape[1] or int(y.min()) < -1):
        raise ValueError(f"labels must be codes from 0 to {p.shape[1] - 1}, or -1 for none")
    if p.size and (not bool(np.isfinite(p).all()) or bool((p < -1e-6).any())):
        raise ValueError("probabilities must be finite and not negative")
    if p.size and bool((np.abs(p.sum(axis=1) - 1.0) > 1e-3).any()):
        raise ValueError("every row of probabilities must add up to one")
    return np.maximum(p, 0.0), y
