"""One accuracy an annotator: the one-coin model of Dawid and Skene, and ZenCrowd."""

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
Step = Callable[[Float64, Float64], tuple[Float64, Float64, float]]
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Coin:
    """Where the rounds ended: ``accuracy`` of each annotator and its log odds ``weight``; ``prior`` of the labels."""

    accuracy: Float64
    weight: Float64
    prior: Float64
    log_likelihood: float
    history: tuple[float, ...]
    converged: bool


def one_coin(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    right: float = 0.0,
    wrong: float = 0.0,
    uniform_prior: bool = False,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> TruthResult:
    """Each annotator is right with a probability of their own, and wrong in any other way alike, by EM.

    Model: ``z_i`` is drawn from ``prior`` (uniform with ``uniform_prior``); annotator ``j`` answers ``z_i``
    with probability ``p_j`` and each other label with ``(1 - p_j) / (K - 1)``. The log posterior of an item
    is a weighted vote with weights ``log(p_j (K - 1) / (1 - p_j))``. ``right`` and ``wrong`` are pseudo-counts
    added to each annotator's expected right and wrong answers (a Beta prior). Starts from the vote shares.
    Costs one number an annotator and so any number of labels. ``annotators.weight`` is that log odds.

    Degenerate: an annotator without answers keeps the prior's accuracy (or one half); one label, certainty.

    References: Dawid and Skene 1979; Y. Zhang, X. Chen, D. Zhou and M. I. Jordan, Spectral Methods Meet EM,
    JMLR 17 (2016), section 2.
    """
    return _fit("one_coin", responses, gold, right, wrong, uniform_prior, max_iter, tol)


def zencrowd(
    responses: Responses, *, gold: ArrayLike | None = None, max_iter: int = 200, tol: float = 1e-6
) -> TruthResult:
    """ZenCrowd: one reliability an annotator over a uniform prior of the labels, by EM.

    The factor graph of the paper without its entity constraints: `one_coin` with ``uniform_prior``.

    Reference: G. Demartini, D. E. Difallah and P. Cudré-Mauroux, ZenCrowd, WWW 2012.
    """
    return _fit("zencrowd", responses, gold, 0.0, 0.0, True, max_iter, tol)


def _fit(
    method: str,
    responses: Responses,
    gold: ArrayLike | None,
    right: float,
    wrong: float,
    uniform_prior: bool,
    max_iter: int,
    tol: float,
) -> TruthResult:
    began = perf_counter()
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1; it is {max_iter}")
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    count = np.bincount(responses.annotator, minlength=responses.n_annotators).astype(np.float64)

    def step(weight: Float64, log_prior: Float64) -> tuple[Float64, Float64, float]:
        return _kernels.vote_step(responses, weight, log_prior, clamp)

    coin = rounds(
        step,
        count,
        *voted(responses, clamp),
        right=right,
        wrong=wrong,
        uniform_prior=uniform_prior,
        max_iter=max_iter,
        tol=tol,
    )
    posterior = np.empty((responses.n_items, n_labels), dtype=np.float32)
    _kernels.vote_step(responses, coin.weight, np.log(coin.prior), clamp, posterior)
    return finish(
        method,
        responses,
        posterior,
        clamp,
        explanation=(
            "Each annotator's accuracy was estimated together with the truth by EM "
            f"({len(coin.history)} iterations); answers weigh by its log odds."
        ),
        seconds=perf_counter() - began,
        prior=coin.prior,
        log_likelihood=coin.log_likelihood,
        iterations=len(coin.history),
        converged=coin.converged,
        history=coin.history,
        weight=coin.weight,
        details={"accuracy": coin.accuracy},
    )


def voted(responses: Responses, clamp: Int32 | None) -> tuple[Float64, Float64]:
    """Expected right answers by annotator, and class totals, under the vote shares."""
    share = em.majority_share(responses, clamp)
    return _kernels.matches(responses, share)[1], share[responses.counts() > 0].sum(axis=0)


def rounds(
    step: Step,
    count: Float64,
    correct: Float64,
    totals: Float64,
    *,
    right: float,
    wrong: float,
    uniform_prior: bool = False,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> Coin:
    """EM until the likelihood stands still. ``step`` passes over the answers, wherever they lie: from log odds and log prior to
    expected right answers, class totals and the score that `_kernels.vote_step` gives. ``count``: answers by annotator.
    """
    n_labels, answers = totals.size, float(count.sum())
    others = max(n_labels - 1, 1)
    history: list[float] = []
    while True:
        accuracy = (correct + right) / np.maximum(count + right + wrong, 1e-300)
        accuracy[(count + right + wrong) == 0] = 0.5
        accuracy = np.clip(accuracy, _EDGE, 1.0 - _EDGE)
        prior = np.full(n_labels, 1.0 / max(n_labels, 1))
        if not uniform_prior and totals.sum() > 0:
            prior = np.maximum(totals / totals.sum(), 1e-10)
        if n_labels == 1:
            accuracy = np.ones_like(accuracy)
            miss, weight = np.zeros_like(accuracy), np.zeros_like(accuracy)
        else:
            miss = np.log((1.0 - accuracy) / others)
            weight = np.log(accuracy) - miss
        correct, totals, score = step(weight, np.log(prior))
        likelihood = score + float(miss @ count)
        penalty = 0.0
        if right or wrong:
            penalty = float(right * np.log(accuracy).sum() + wrong * np.log1p(-accuracy).sum())
        history.append(likelihood + penalty)
        converged = len(history) > 1 and abs(history[-1] - history[-2]) <= tol * max(answers, 1.0)
        if converged or len(history) >= max_iter:
            return Coin(accuracy, weight, prior, likelihood, tuple(history), converged)
