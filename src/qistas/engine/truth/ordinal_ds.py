"""Dawid and Skene's model for ordered labels: near errors are likelier than far ones."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import em
from qistas.engine.truth.dawid_skene import confusion_of
from qistas.engine.truth.results import Fit, TruthResult, finish, no_labels

Float64 = NDArray[np.float64]
_FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class ShiftedScale:
    """Confusion by a bias and a spread: the best pair on a grid, so each M-step is exact on that grid.

    ``tables[pair, label, latent]``, ``log_prior[pair]``, and ``pairs[pair]`` the bias and spread themselves.
    """

    tables: Float64
    log_prior: Float64
    pairs: Float64
    prior_smoothing: float

    def m_step(self, stats: em.Stats, before: em.Params | None) -> em.Params:
        """The pair of highest log posterior for each annotator: one matrix product."""
        n_annotators, n_labels, latent = stats.counts.shape
        flat = self.tables.reshape(self.tables.shape[0], -1)
        score = stats.counts.reshape(n_annotators, n_labels * latent) @ np.log(flat).T + self.log_prior
        best = score.argmax(axis=1)
        prior = stats.totals + self.prior_smoothing
        prior = np.maximum(prior / max(prior.sum(), 1e-300), 1e-10)
        penalty = float(self.log_prior[best].sum()) + self.prior_smoothing * float(np.log(prior).sum())
        table = self.tables[best].reshape(n_annotators, n_labels, latent)
        return em.Params(table, prior, penalty, 1, (self.pairs[best, 0], self.pairs[best, 1]))


def ordinal_ds(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    prior_smoothing: float = 0.01,
    max_iter: int = 100,
    tol: float = 1e-6,
) -> TruthResult:
    """Labels are grades 0, 1, … K - 1 in order; an annotator has a bias and a spread.

    Model: ``P(l | k) ∝ exp(-(l - k - b_j)^2 / (2 s_j^2)) + 1e-6`` over the grades, ``z_i ~ prior``. Bias and spread
    take the best of 21 × 16 values each (bias -K/3 … K/3, spread 0.3 … K) under a prior that favours no
    bias (normal, deviation K / 6) and an ordinary spread (log-normal about 0.7): two numbers an annotator where `dawid_skene` has
    K (K - 1), so a few answers suffice. ``details`` holds ``bias`` and ``spread``; a spread near K is a spammer.

    Reference: the ordinal restriction of Dawid and Skene 1979; compare J. S. Uebersax and W. M. Grove, A
    Latent Trait Finite Mixture Model for the Analysis of Rating Agreement, Biometrics 49 (1993).
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("ordinal_ds", responses)
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    em.check_table("ordinal_ds", responses, n_labels)
    model = _grid(n_labels, prior_smoothing)
    start = em.start_stats(responses, clamp)
    fitted = em.run(responses, model, start, clamp, max_iter=max_iter, tol=tol)
    bias, spread = fitted.params.inner
    return finish(
        "ordinal_ds",
        responses,
        fitted.posterior,
        clamp,
        explanation=(
            "Labels were taken as grades in order; each annotator's bias and spread were estimated with the "
            f"truth by EM ({fitted.iterations} iterations)."
        ),
        seconds=perf_counter() - began,
        prior=fitted.params.prior,
        log_likelihood=fitted.stats.log_likelihood,
        iterations=fitted.iterations,
        converged=fitted.converged,
        history=fitted.history,
        confusion=confusion_of(fitted.params),
        fit=Fit(fitted.params.table, fitted.params.prior, model=model, stats=fitted.stats),
        details={"bias": bias, "spread": spread},
    )


def _grid(n_labels: int, prior_smoothing: float) -> ShiftedScale:
    reach = max(n_labels, 1) / 3.0
    bias, spread = np.meshgrid(
        np.linspace(-reach, reach, 21), np.geomspace(0.3, max(n_labels, 2), 16), indexing="ij"
    )
    pairs = np.stack([bias.ravel(), spread.ravel()], axis=1)
    grades = np.arange(n_labels, dtype=np.float64)
    away = grades[None, :, None] - grades[None, None, :] - pairs[:, 0, None, None]
    tables = np.exp(-0.5 * (away / pairs[:, 1, None, None]) ** 2)
    tables /= np.maximum(tables.sum(axis=1, keepdims=True), 1e-300)
    tables = (tables + _FLOOR) / (1.0 + n_labels * _FLOOR)
    log_prior = -0.5 * (pairs[:, 0] / (reach / 2.0)) ** 2 - 0.5 * np.log(pairs[:, 1] / 0.7) ** 2
    return ShiftedScale(tables, log_prior, pairs, prior_smoothing)
