"""Dawid and Skene's model: every annotator has a confusion matrix of their own."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.results import Fit, TruthResult, finish

FLOOR = 1e-10


@dataclass(frozen=True, slots=True)
class ConfusionModel:
    """Maximum a posteriori of confusion matrices under Dirichlet priors (``smoothing`` counts a cell)."""

    smoothing: float
    prior_smoothing: float

    def m_step(self, stats: em.Stats, before: em.Params | None) -> em.Params:
        """Normalised expected counts; an annotator without answers gets uniform rows."""
        labels = stats.counts.shape[1]
        table = stats.counts + self.smoothing
        total = table.sum(axis=1, keepdims=True)
        bare = total <= 0
        if bare.any():
            np.copyto(table, 1.0 / max(labels, 1), where=bare)
            total[bare] = 1.0
        table /= total
        np.maximum(table, FLOOR, out=table)
        prior = stats.totals + self.prior_smoothing
        mass = prior.sum()
        prior = prior / mass if mass > 0 else np.full(prior.shape, 1.0 / max(prior.shape[0], 1))
        np.maximum(prior, FLOOR, out=prior)
        penalty = self.prior_smoothing * float(np.log(prior).sum())
        if self.smoothing > 0:
            penalty += self.smoothing * float(np.log(table).sum())
        return em.Params(table, prior, penalty)


def dawid_skene(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    smoothing: float = 0.01,
    prior_smoothing: float = 0.01,
    max_iter: int = 100,
    tol: float = 1e-6,
    fast: bool = False,
) -> TruthResult:
    """Confusion matrix per annotator, by EM.

    Model: the truth ``z_i`` of item ``i`` is drawn from ``prior``; annotator ``j`` answers ``l`` with
    probability ``confusion[j, z_i, l]``, independently given ``z_i``. EM alternates
    ``posterior[i, k] ∝ prior[k] prod_r confusion[j_r, k, l_r]`` and normalised expected counts, from the vote
    shares, until the log posterior rises by less than ``tol`` an answer.

    ``smoothing`` is the Dirichlet pseudo-count of each cell of a confusion matrix and ``prior_smoothing`` of
    each label (0 for plain maximum likelihood, where probabilities are held above 1e-10). ``gold`` (``n_items``
    codes, -1 unknown) clamps items. ``fast`` makes the E-step hard, as in Sinha et al.: fewer iterations,
    doubt too small.

    Degenerate: no answers, the prior; one label, certainty; an annotator without answers, uniform confusion;
    repeated answers are independent evidence; tables beyond 8 GiB are refused. Needs annotators who meet on
    several items each: with a handful of answers `one_coin` or `ibcc` is safer.

    References: A. P. Dawid and A. M. Skene, Maximum Likelihood Estimation of Observer Error-Rates Using the EM
    Algorithm, Applied Statistics 28 (1979); V. B. Sinha, S. Rao and V. N. Balasubramanian, Fast Dawid-Skene
    (2018).
    """
    began = perf_counter()
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    em.check_table("dawid_skene", responses, responses.n_labels)
    model = ConfusionModel(smoothing, prior_smoothing)
    rows = _kernels.table_rows(responses)
    start = em.start_stats(responses, clamp, rows=rows)
    fitted = em.run(responses, model, start, clamp, max_iter=max_iter, tol=tol, hard=fast, rows=rows)
    name = "fast_dawid_skene" if fast else "dawid_skene"
    return finish(
        name,
        responses,
        fitted.posterior,
        clamp,
        explanation=(
            "Each annotator's confusion matrix and the share of each label were estimated together with the "
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
    )


def confusion_of(params: em.Params) -> NDArray[np.float32]:
    """``confusion[annotator, true, answered]`` of a table whose latent classes are the labels."""
    return np.ascontiguousarray(params.table.transpose(0, 2, 1), dtype=np.float32)
