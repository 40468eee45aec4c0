"""Message passing between items and annotators (Karger, Oh and Shah)."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth.results import TruthResult, finish, no_labels

Float64 = NDArray[np.float64]


def kos(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    rounds: int = 20,
    rng: np.random.Generator | None = None,
) -> TruthResult:
    """Belief-like messages along answers; each annotator's reliability is judged without the item judged.

    For two labels, answers ``A_ij = ±1``: ``x_{i→j} = sum_{j' ≠ j} A_ij' y_{j'→i}``, ``y_{j→i} = sum_{i' ≠ i} A_i'j x_{i'→j}``, messages scaled
    to unit mean square each round; the decision is the sign of ``sum_j A_ij y_{j→i}``. More labels: one against
    the rest. Messages start at one (majority vote), or from ``N(1, 1)`` with ``rng`` as in the paper. The
    posterior is the share of absolute message mass, not a probability. Gold overrules but does not teach.

    Reference: D. R. Karger, S. Oh and D. Shah, Iterative Learning for Reliable Crowdsourcing Systems, NIPS 2011.
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("kos", responses)
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    start = np.ones(len(responses)) if rng is None else rng.normal(1.0, 1.0, size=len(responses))
    score = np.zeros((responses.n_items, n_labels))
    if n_labels == 2:
        score[:, 1] = _scores(responses, 1, start, rounds)
        score[:, 0] = -score[:, 1]
    elif n_labels > 2:
        for k in range(n_labels):
            score[:, k] = _scores(responses, k, start, rounds)
    share = 0.5 + 0.5 * score + 1e-9
    share /= share.sum(axis=1, keepdims=True)
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        share[known] = 0.0
        share[known, clamp[known]] = 1.0
    return finish(
        "kos",
        responses,
        share.astype(np.float32),
        clamp,
        explanation=f"Messages were passed between items and annotators for {rounds} rounds.",
        seconds=perf_counter() - began,
        iterations=rounds,
    )


def _scores(responses: Responses, label: int, start: Float64, rounds: int) -> Float64:
    """For one label against the rest, the signed message mass of each item as a share of its whole mass."""
    item, annotator = responses.item, responses.annotator
    side = np.where(responses.label == label, 1.0, -1.0)
    y = start
    for _ in range(rounds):
        sent = side * y
        x = np.bincount(item, weights=sent, minlength=responses.n_items)[item] - sent
        sent = side * x
        y = np.bincount(annotator, weights=sent, minlength=responses.n_annotators)[annotator] - sent
        size = np.sqrt(np.mean(y * y)) if y.size else 0.0
        if size <= 0.0:
            y = start
            break
        y = y / size
    mass = np.bincount(item, weights=np.abs(y), minlength=responses.n_items)
    total = np.bincount(item, weights=side * y, minlength=responses.n_items)
    return np.divide(total, mass, out=np.zeros(responses.n_items), where=mass > 0)
