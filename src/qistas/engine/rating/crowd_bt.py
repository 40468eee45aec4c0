r"""Strengths and annotators' reliability together, from comparisons: crowd-BT.

Annotator ``k`` answers as Bradley–Terry would with probability :math:`\rho_k` and the other way round with
:math:`1 - \rho_k`:

.. math:: P(i \succ j \mid k) = \rho_k\, \sigma(\theta_i - \theta_j) + (1 - \rho_k)\, \sigma(\theta_j - \theta_i)

X. Chen, P. N. Bennett, K. Collins-Thompson & E. Horvitz, "Pairwise Ranking Aggregation in a Crowdsourced Setting",
WSDM 2013. Fitted by EM: the E-step gives each comparison the chance that it was not turned round; the M-step is a
Bradley–Terry fit with fractional wins and a mean per annotator under a Beta prior, which keeps the whole from
settling on the mirrored answer as long as most annotators are better than a coin. A tie is half a win of each side
and says nothing of its annotator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qistas.engine.rating.bradley_terry import bradley_terry
from qistas.engine.rating.comparisons import Comparisons, FloatArray, PairCounts, pair_index
from qistas.engine.rating.likelihood import sigmoid
from qistas.engine.rating.result import Ratings
from qistas.engine.sums import sum_by


@dataclass(frozen=True, slots=True)
class CrowdRatings:
    """``ratings``: strengths, their intervals given the reliabilities; ``reliability``: (n_annotators,) in (0, 1).

    ``reliability_low``, ``reliability_high``: a 95 % interval by the normal approximation to its posterior on the
    logit scale. ``log_likelihood`` is that of the mixture, without priors.
    """

    ratings: Ratings
    reliability: FloatArray
    reliability_low: FloatArray
    reliability_high: FloatArray
    log_likelihood: float
    iterations: int
    converged: bool
    warning: str | None = None


def crowd_bradley_terry(
    data: Comparisons,
    *,
    prior: tuple[float, float] = (4.0, 1.0),
    prior_sd: float = 3.0,
    max_iterations: int = 200,
    tolerance: float = 1e-6,
) -> CrowdRatings:
    """Fit strengths and reliabilities.

    ``prior``: the two parameters, at least 1, of the Beta prior on reliability; ``prior_sd``: of the normal prior on
    strengths, in logits (needed: a perfectly consistent annotator would otherwise send gaps to infinity).

    Decided cases: no comparison: strengths 0, reliabilities at the prior's mode, with a warning; an annotator who
    gave ties only, or nothing, stays at the prior's mode (mean where both parameters are 1).
    """
    a, b = prior
    if a < 1.0 or b < 1.0:
        raise ValueError("both parameters of the reliability's prior must be at least 1")
    pair, left, right, sign = pair_index(data, False)
    decided = data.outcome != 0
    sense = (data.outcome * sign).astype(np.float64)
    n_pairs, n_people = len(left), data.n_annotators
    answered = sum_by(data.annotator, decided.astype(np.float64), n_people)
    mode = (a - 1.0) / (a + b - 2.0) if a + b > 2.0 else 0.5
    reliability = np.full(n_people, min(max(mode, 0.55), 0.95))
    ties = sum_by(pair, (~decided).astype(np.float64), n_pairs)
    who = data.annotator
    # Counts start as if everyone were reliable.
    kept = np.where(decided, 1.0, 0.5)
    last = -np.inf
    converged = False
    value = 0.0
    ratings = bradley_terry(
        _counts(pair, left, right, sense, kept, ties, data.n_items), prior_sd=prior_sd, intervals="none"
    )
    iterations = 0
    if len(data) == 0:
        empty = np.full(n_people, np.nan)
        return CrowdRatings(
            ratings, reliability, empty, empty, 0.0, 0, True, "there is no comparison to learn from"
        )
    while iterations < max_iterations:
        iterations += 1
        gap = sense * (ratings.strength[left] - ratings.strength[right])[pair]
        p = sigmoid(gap)
        straight = reliability[who] * p
        chance = straight + (1.0 - reliability[who]) * (1.0 - p)
        value = float(np.log(np.maximum(chance[decided], 1e-300)).sum())
        penalised = value - float(ratings.strength @ ratings.strength) / (2.0 * prior_sd**2)
        inner = np.clip(reliability, 1e-12, 1.0 - 1e-12)
        penalised += float(((a - 1.0) * np.log(inner) + (b - 1.0) * np.log1p(-inner)).sum())
        if penalised - last <= tolerance * max(1.0, abs(penalised)) * 1e-2:
            converged = True
            break
        last = penalised
        kept = np.where(decided, straight / np.maximum(chance, 1e-300), 0.5)
        good = sum_by(who, np.where(decided, kept, 0.0), n_people)
        spread = answered + a + b - 2.0
        reliability = np.where(spread > 0.0, (good + a - 1.0) / np.where(spread > 0.0, spread, 1.0), 0.5)
        counts = _counts(pair, left, right, sense, kept, ties, data.n_items)
        ratings = bradley_terry(counts, prior_sd=prior_sd, intervals="none")
    counts = _counts(pair, left, right, sense, kept, ties, data.n_items)
    ratings = bradley_terry(counts, prior_sd=prior_sd, intervals="model")
    low, high = _reliability_interval(data, sense, pair, left, right, ratings, reliability, a, b)
    note = None if converged else f"not converged after {iterations} iterations"
    return CrowdRatings(ratings, reliability, low, high, value, iterations, converged, note)


def _counts(
    pair: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    sense: FloatArray,
    kept: FloatArray,
    ties: FloatArray,
    n_items: int,
) -> PairCounts:
    forward = np.where(sense > 0.0, kept, np.where(sense < 0.0, 1.0 - kept, 0.0))
    backward = np.where(sense < 0.0, kept, np.where(sense > 0.0, 1.0 - kept, 0.0))
    wins, losses = sum_by(pair, forward, len(left)), sum_by(pair, backward, len(left))
    return PairCounts(left, right, wins + ties / 2.0, losses + ties / 2.0, np.zeros(len(left)), n_items)


def _reliability_interval(
    data: Comparisons,
    sense: FloatArray,
    pair: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    ratings: Ratings,
    reliability: FloatArray,
    a: float,
    b: float,
) -> tuple[FloatArray, FloatArray]:
    p = sigmoid(sense * (ratings.strength[left] - ratings.strength[right])[pair])
    rho = reliability[data.annotator]
    chance = np.maximum(rho * p + (1.0 - rho) * (1.0 - p), 1e-12)
    decided = sense != 0.0
    # Expected information of ρ in one comparison of this gap: (2p - 1)² / (P (1 - P)).
    one = np.where(decided, (2.0 * p - 1.0) ** 2 / np.maximum(chance * (1.0 - chance), 1e-9), 0.0)
    information = sum_by(data.annotator, one, data.n_annotators)
    inner = np.clip(reliability, 1e-3, 1.0 - 1e-3)
    slope = inner * (1.0 - inner)
    precision = information * slope**2 + (a + b) * slope
    half = 1.959963984540054 / np.sqrt(precision)
    logit = np.log(inner / (1.0 - inner))
    return sigmoid(logit - half), sigmoid(logit + half)
