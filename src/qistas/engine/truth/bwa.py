"""Bayesian weighted average: one precision an annotator."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish


def bwa(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    strength: float = 15.0,
    pull: float = 1.0,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> TruthResult:
    """Answers as points, annotators as Gaussian noise of a precision of their own.

    Model: an answer is the unit vector of its label, ``y_r ~ N(z_i, I / v_j)``; ``z_i ~ N(mean, I / pull)``
    with ``mean`` the average of ``z``; ``v_j ~ Gamma``, worth ``strength`` answers of the variance the answers have
    about the vote shares. Maximum a posteriori by coordinate ascent from the vote shares:
    ``z_i = (pull mean + sum_r v_j y_r) / (pull + sum_r v_j)``,
    ``v_j = (strength + n_j) / (strength variance + sum_r |y_r - z_i|^2 / 2)``. The posterior is ``z``, which is not a
    probability but sums to one; it is confident only as far as weight is on one side. Cost: a weighted vote
    an iteration. ``annotators.weight`` is ``v``. Degenerate: an annotator without answers has the prior's
    precision; where nobody ever disagrees the variance is held above 0.001.

    Reference: Y. Li, B. I. P. Rubinstein and T. Cohn, Truth Inference at Scale: A Bayesian Model for
    Adjudicating Highly Redundant Crowd Annotations, WWW 2019.
    """
    began = perf_counter()
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1; it is {max_iter}")
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    centre = em.majority_share(responses, clamp)
    known = np.flatnonzero(clamp >= 0) if clamp is not None else np.empty(0, dtype=np.intp)
    seen = responses.counts() > 0
    count = np.bincount(responses.annotator, minlength=responses.n_annotators).astype(np.float64)
    distance = _distances(responses, centre, count)
    rate = strength * max(float(distance.sum()) / max(len(responses), 1), 1e-3)
    moved, iterations = np.inf, 0
    weight = np.ones(responses.n_annotators)
    mean = (
        centre[seen].mean(axis=0)
        if seen.any()
        else np.full(responses.n_labels, 1.0 / max(responses.n_labels, 1))
    )
    while moved > tol and iterations < max_iter:
        iterations += 1
        weight = (strength + count) / (rate + distance)
        new = _kernels.votes(responses, weight)
        total = pull + new.sum(axis=1)
        new += pull * mean
        new /= total[:, None]
        if clamp is not None:
            new[known] = 0.0
            new[known, clamp[known]] = 1.0
        moved = float(np.abs(new - centre).max(initial=0.0))
        centre = new
        distance = _distances(responses, centre, count)
        if seen.any():
            mean = centre[seen].mean(axis=0)
    return finish(
        "bwa",
        responses,
        centre.astype(np.float32),
        clamp,
        explanation=(
            f"Answers were averaged with one weight an annotator, found in {iterations} iterations; "
            "the posterior is that average."
        ),
        seconds=perf_counter() - began,
        iterations=iterations,
        converged=moved <= tol,
        weight=weight,
    )


def _distances(
    responses: Responses, centre: NDArray[np.float64], count: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Half the squared distance of each annotator's answers from the items' centres, summed."""
    right = _kernels.matches(responses, centre)[1]
    length = np.einsum("ik,ik->i", centre, centre)
    spread = np.bincount(
        responses.annotator, weights=length[responses.item], minlength=responses.n_annotators
    )
    return np.maximum(0.5 * (count - 2.0 * right + spread), 0.0)
