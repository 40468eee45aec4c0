"""GLAD: the ability of annotators and the difficulty of items."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import TruthResult, finish, no_labels

Float64 = NDArray[np.float64]
_HALVINGS = 6


def glad(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    ability_mean: float = 1.0,
    ease_mean: float = 1.0,
    steps: int = 2,
    max_iter: int = 100,
    tol: float = 1e-5,
) -> TruthResult:
    """An answer is right with probability ``sigmoid(ability_j * ease_i)`` and wrong in any other way alike.

    Model: ``ability_j ~ N(ability_mean, 1)``, ``log ease_i ~ N(ease_mean, 1)``, ``z_i`` uniform. EM from the vote shares:
    the log odds of label ``k`` are the sum of ``ability_j ease_i + log(K - 1)`` over answers ``k``; the M-step takes ``steps``
    Newton steps in ability, then in log ease, each halved until it does not lower the expected log posterior,
    so ``history`` never falls. ``annotators.weight`` is ability (negative: an adversary), ``details["ease"]`` the
    ease of items (low: difficult).

    Degenerate: an annotator or item without answers keeps the mean of its prior; one label, certainty.

    Reference: J. Whitehill, P. Ruvolo, T. Wu, J. Bergsma and J. Movellan, Whose Vote Should Count More, NIPS 2009.
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("glad", responses)
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1; it is {max_iter}")
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    posterior = em.majority_share(responses, clamp)
    ability = np.full(responses.n_annotators, ability_mean)
    log_ease = np.full(responses.n_items, ease_mean)
    history: list[float] = []
    likelihood = 0.0
    converged = False
    while not converged and len(history) < max_iter:
        for _ in range(steps if responses.n_labels > 1 else 0):  # one label says nothing of anybody
            ability = _climb(responses, posterior, ability, log_ease, ability_mean, by_item=False)
            log_ease = _climb(responses, posterior, ability, log_ease, ease_mean, by_item=True)
        posterior, likelihood = _e_step(responses, ability, log_ease, clamp)
        penalty = -0.5 * float(((ability - ability_mean) ** 2).sum() + ((log_ease - ease_mean) ** 2).sum())
        history.append(likelihood + penalty)
        converged = len(history) > 1 and history[-1] - history[-2] <= tol * max(len(responses), 1)
    return finish(
        "glad",
        responses,
        posterior.astype(np.float32),
        clamp,
        explanation=(
            "The ability of annotators and the ease of items were estimated with the truth by EM "
            f"({len(history)} iterations)."
        ),
        seconds=perf_counter() - began,
        log_likelihood=likelihood,
        iterations=len(history),
        converged=converged,
        history=tuple(history),
        weight=ability,
        details={"ease": np.exp(log_ease)},
    )


def _climb(
    responses: Responses,
    posterior: Float64,
    ability: Float64,
    log_ease: Float64,
    mean: float,
    *,
    by_item: bool,
) -> Float64:
    """One guarded Newton step of all abilities (or all log eases) at once: they do not touch one another."""
    ease = np.exp(log_ease)
    here = log_ease if by_item else ability
    value, slope, bend = _kernels.logit_terms(responses, posterior, ability, ease, by_item)
    value = value - 0.5 * (here - mean) ** 2
    step = np.clip((slope - (here - mean)) / (bend + 1.0), -2.0, 2.0)
    worse = np.zeros(here.shape, dtype=np.bool_)
    for _ in range(_HALVINGS):
        there = here + step
        tried = _kernels.logit_terms(
            responses,
            posterior,
            ability if by_item else there,
            np.exp(there) if by_item else ease,
            by_item,
        )[0]
        worse = tried - 0.5 * (there - mean) ** 2 < value - 1e-12 * np.abs(value)
        if not worse.any():
            return there
        step = np.where(worse, 0.5 * step, step)
    return here + np.where(worse, 0.0, step)


def _e_step(
    responses: Responses, ability: Float64, log_ease: Float64, clamp: NDArray[np.int32] | None
) -> tuple[Float64, float]:
    others = max(responses.n_labels - 1, 1)
    x = ability[responses.annotator] * np.exp(log_ease)[responses.item]
    weight = x + np.log(others) if responses.n_labels > 1 else np.zeros_like(x)
    cells = responses.item.astype(np.int64) * responses.n_labels + responses.label
    size = responses.n_items * responses.n_labels
    scores = np.bincount(cells, weights=weight, minlength=size).astype(np.float64, copy=False)
    scores = scores.reshape(responses.n_items, responses.n_labels) - np.log(responses.n_labels)
    seen = responses.counts() > 0
    if clamp is not None:
        known = np.flatnonzero(clamp >= 0)
        held = scores[known, clamp[known]]
        scores[known] = -np.inf
        scores[known, clamp[known]] = held
        seen[known] = True
    top = scores.max(axis=1, keepdims=True)
    posterior = np.exp(scores - top)
    mass = posterior.sum(axis=1, keepdims=True)
    posterior /= mass
    likelihood = float((np.log(mass) + top)[seen].sum())
    if responses.n_labels > 1:
        likelihood -= float((np.logaddexp(0.0, x) + np.log(others)).sum())
    return posterior, likelihood
