"""Bayesian weighted average: one precision an annotator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Moved:
    """After a move: how far (half the squared distance) each annotator's answers lie, the sum of the ``seen`` items' points, and the farthest
    that any of them moved.
    """

    distance: Float64
    total: Float64
    seen: int
    moved: float


@dataclass(frozen=True, slots=True)
class Average:
    """The annotators' weights in the end."""

    weight: Float64
    iterations: int
    converged: bool


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
    count = np.bincount(responses.annotator, minlength=responses.n_annotators).astype(np.float64)
    centre = Centre(responses, clamp)
    average = rounds(
        centre.start(), centre.move, count, strength=strength, pull=pull, max_iter=max_iter, tol=tol
    )
    return finish(
        "bwa",
        responses,
        centre.point.astype(np.float32),
        clamp,
        explanation=(
            f"Answers were averaged with one weight an annotator, found in {average.iterations} iterations; "
            "the posterior is that average."
        ),
        seconds=perf_counter() - began,
        iterations=average.iterations,
        converged=average.converged,
        weight=average.weight,
    )


class Centre:
    """The points that items lie at, moved with the annotators' weights."""

    def __init__(self, responses: Responses, clamp: Int32 | None) -> None:
        self._responses, self._clamp = responses, clamp
        self._known = np.flatnonzero(clamp >= 0) if clamp is not None else np.empty(0, dtype=np.intp)
        self._seen = responses.counts() > 0
        self._count = np.bincount(responses.annotator, minlength=responses.n_annotators).astype(np.float64)
        self.point = em.majority_share(responses, clamp)

    def start(self) -> Moved:
        """Where the votes put them."""
        return self._moved(np.inf)

    def move(self, weight: Float64, mean: Float64, pull: float) -> Moved:
        """Where the weighed answers put them, pulled to the mean."""
        new = _kernels.votes(self._responses, weight)
        total = pull + new.sum(axis=1)
        new += pull * mean
        new /= total[:, None]
        if self._clamp is not None:
            new[self._known] = 0.0
            new[self._known, self._clamp[self._known]] = 1.0
        moved = float(np.abs(new - self.point).max(initial=0.0))
        self.point = new
        return self._moved(moved)

    def _moved(self, moved: float) -> Moved:
        """Half the squared distance of each annotator's answers from the points, summed; and the sum of the points."""
        right = _kernels.matches(self._responses, self.point)[1]
        length = np.einsum("ik,ik->i", self.point, self.point)
        spread = np.bincount(
            self._responses.annotator,
            weights=length[self._responses.item],
            minlength=self._responses.n_annotators,
        )
        distance = np.maximum(0.5 * (self._count - 2.0 * right + spread), 0.0)
        return Moved(distance, self.point[self._seen].sum(axis=0), int(self._seen.sum()), moved)


def rounds(
    start: Moved,
    move: Callable[[Float64, Float64, float], Moved],
    count: Float64,
    *,
    strength: float = 15.0,
    pull: float = 1.0,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> Average:
    """Coordinate ascent until no point moves. ``move`` is that of `Centre`, wherever items lie; ``count``: answers by annotator."""
    n_labels = start.total.size
    rate = strength * max(float(start.distance.sum()) / max(float(count.sum()), 1.0), 1e-3)
    at, iterations = start, 0
    weight = np.ones(count.size)
    while at.moved > tol and iterations < max_iter:
        iterations += 1
        weight = (strength + count) / (rate + at.distance)
        mean = at.total / at.seen if at.seen else np.full(n_labels, 1.0 / max(n_labels, 1))
        at = move(weight, mean, pull)
    return Average(weight, iterations, at.moved <= tol)
