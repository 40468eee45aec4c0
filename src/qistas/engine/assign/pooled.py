r"""Truth from very few answers: annotators as draws of one population.

The methods of :mod:`qistas.engine.truth` give each annotator parameters of their own and learn the share of each label
freely. While most items have one or two answers that is too much: EM then explains all disagreement by one label and
is sure of it. Here an annotator's confusion is drawn about the population's, which in turn is held near a plain
one:

.. math:: C_{j,k,\cdot} \sim \mathrm{Dirichlet}(s\, P_{k,\cdot}), \qquad
   P_{k,\cdot} = \frac{N_{k,\cdot} + S\, P^0_{k,\cdot}}{\sum_y (N_{k,y} + S\, P^0_{k,y})}

with ``N`` the expected counts of all annotators together and ``P⁰`` right with probability ``accuracy`` and wrong in all
ways alike. The posterior over truths, confusions and label shares is found by mean-field variational Bayes (as
Kim & Ghahramani, "Bayesian classifier combination", AISTATS 2012), ``P`` by empirical Bayes in the same loop; with one
community this is the model of Venanzi et al., "Community-based Bayesian aggregation models for crowdsourcing", WWW
2014. The expected logarithms (digamma) keep it from being sure of an annotator it has seen once.

As answers come in it tends to `truth.ibcc`, so it may be used throughout; it is meant for deciding whom and what to
ask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.sums import sum_by

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PooledSkill:
    """``count``: answers of each annotator; ``accuracy``: the chance of a right answer over the label shares; and
    ``confusion``: (n_annotators, true, answered), posterior means, the population's for one not seen yet.
    """

    count: NDArray[np.int64]
    accuracy: FloatArray
    confusion: FloatArray


@dataclass(frozen=True, slots=True)
class PooledResult:
    """``posterior``: (n_items, n_labels); ``annotators``; ``population``: (true, answered); ``prior``: label shares."""

    posterior: NDArray[np.float32]
    annotators: PooledSkill
    population: FloatArray
    prior: FloatArray
    iterations: int
    converged: bool


def pooled(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    accuracy: float = 0.75,
    own: float = 20.0,
    shared: float = 500.0,
    prior: float = 25.0,
    max_iter: int = 100,
    tol: float = 1e-4,
) -> PooledResult:
    """Infer truth and skills together.

    ``gold``: (n_items,) known labels, -1 where unknown; clamped. ``accuracy``: where the population is thought to be
    before any answer; ``shared``: how many answers to each label that thought is worth (S); ``own``: how many answers the
    population is worth for one annotator (s); ``prior``: pseudo-answers for each label's share.

    Decided cases: an item without answers has the label shares as its posterior; one possible label is certain; no
    annotators, no items: empty arrays. Labels codes are as in ``responses``; the result does not depend on their names.
    """
    if not 0.0 < accuracy < 1.0:
        raise ValueError("accuracy must lie between 0 and 1")
    if own <= 0.0 or shared <= 0.0 or prior <= 0.0:
        raise ValueError("own, shared and prior must be above zero")
    n_items, n_people, k = responses.n_items, responses.n_annotators, responses.n_labels
    clamp = gold_codes(gold, n_items, k)
    count = np.bincount(responses.annotator, minlength=n_people).astype(np.int64)
    if k <= 1 or n_items == 0:
        confusion = np.ones((n_people, k, k))
        skill = PooledSkill(count, np.ones(n_people), confusion)
        return PooledResult(
            np.ones((n_items, k), dtype=np.float32), skill, np.ones((k, k)), np.ones(k), 0, True
        )
    item, who, answer = (v.astype(np.int64) for v in (responses.item, responses.annotator, responses.label))
    base = np.full((k, k), (1.0 - accuracy) / (k - 1))
    np.fill_diagonal(base, accuracy)
    votes = sum_by(item * k + answer, np.ones(len(item)), n_items * k).reshape(n_items, k)
    total = votes.sum(axis=1, keepdims=True)
    answered = total[:, 0] > 0.0
    posterior = _clamped((votes + 1.0 / k) / (total + 1.0), clamp)
    if clamp is not None:
        answered = answered | (clamp >= 0)
    cell = who * k + answer
    alpha, population, share = np.ones((n_people, k, k)), base, np.full(k, prior)
    converged = False
    iterations = 0
    while iterations < max_iter and not converged:
        iterations += 1
        counts = np.stack(
            [sum_by(cell, posterior[item, t], n_people * k).reshape(n_people, k) for t in range(k)], axis=1
        )
        population = counts.sum(axis=0) + shared * base
        population = population / population.sum(axis=1, keepdims=True)
        alpha = counts + own * population
        share = posterior[answered].sum(axis=0) + prior
        weight = digamma(alpha) - digamma(alpha.sum(axis=2, keepdims=True))
        score = np.empty((n_items, k))
        log_share = digamma(share) - digamma(share.sum(keepdims=True))
        for t in range(k):
            score[:, t] = sum_by(item, weight[who, t, answer], n_items) + log_share[t]
        score -= score.max(axis=1, keepdims=True)
        fresh = np.exp(score)
        fresh = _clamped(fresh / fresh.sum(axis=1, keepdims=True), clamp)
        converged = bool(np.abs(fresh - posterior).max() < tol)
        posterior = fresh
    confusion = alpha / alpha.sum(axis=2, keepdims=True)
    shares = share / share.sum()
    right = np.einsum("jkk,k->j", confusion, shares)
    skill = PooledSkill(count, right, confusion)
    return PooledResult(posterior.astype(np.float32), skill, population, shares, iterations, converged)


def _clamped(posterior: FloatArray, clamp: NDArray[np.int32] | None) -> FloatArray:
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        posterior[known] = 0.0
        posterior[known, clamp[known]] = 1.0
    return posterior


def digamma(x: FloatArray) -> FloatArray:
    """Derivative of the logarithm of the gamma function for x > 0 (Abramowitz & Stegun 6.3.5, 6.3.18), to 1e-10."""
    low = np.zeros_like(x)
    y = x.copy()
    for _ in range(6):
        low -= 1.0 / y
        y += 1.0
    square = 1.0 / (y * y)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return low + np.log(y) - 0.5 / y - series
