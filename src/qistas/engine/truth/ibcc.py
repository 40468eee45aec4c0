"""Independent Bayesian classifier combination, and its extension to correlated annotators (EBCC)."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth._special import digamma, dirichlet_kl
from qistas.engine.truth.results import Fit, TruthResult, finish, no_labels

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DirichletModel:
    """Mean-field update of Dirichlet confusion rows, class shares and subtype shares.

    ``base[label, latent]`` are the prior counts of an answer.
    """

    base: Float64
    class_base: float
    subtype_base: float
    subtypes: int

    def m_step(self, stats: em.Stats, before: em.Params | None) -> em.Params:
        """Tables of ``exp E log`` and minus the KL divergence of the factors from their priors."""
        annotators, labels, latent = stats.counts.shape
        table, gap = _kernels.dirichlet_step(
            stats.counts.reshape(annotators * labels, latent),
            np.arange(0, annotators * labels + 1, max(labels, 1), dtype=np.int64),
            np.tile(np.arange(labels, dtype=np.int32), annotators),
            self.base,
            True,
        )
        prior, apart = self.shares(stats.totals)
        return em.Params(table.reshape(stats.counts.shape), prior, -gap - apart, self.subtypes)

    def shares(self, totals: Float64) -> tuple[Float64, float]:
        """``exp E log`` of the weights of the latent classes, and the KL divergence of their factors."""
        split = totals.reshape(-1, self.subtypes)
        classes = split.sum(axis=1) + self.class_base
        gap = float(dirichlet_kl(classes, np.full(classes.shape, self.class_base)))
        prior = np.exp(digamma(classes) - digamma(classes.sum()))[:, None] * np.ones((1, self.subtypes))
        if self.subtypes > 1:
            inside = split + self.subtype_base
            gap += float(dirichlet_kl(inside, np.full(inside.shape, self.subtype_base)).sum())
            prior = prior * np.exp(digamma(inside) - digamma(inside.sum(axis=1, keepdims=True)))
        return np.maximum(prior.ravel(), 1e-300), gap


def ibcc(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    diagonal: float = 2.0,
    off_diagonal: float = 1.0,
    class_base: float = 1.0,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> TruthResult:
    """Dawid and Skene's model with Dirichlet priors on everything, by mean-field variational inference.

    Model: `dawid_skene` with ``confusion[j, k] ~ Dirichlet(off_diagonal, but diagonal at k)`` and
    ``prior ~ Dirichlet(class_base)``. The E-step is that of EM with ``exp E log`` tables; ``history`` is the
    evidence lower bound, which never falls. Few answers pull an annotator to the prior and not to 0 or 1.

    Degenerate: as `dawid_skene`; an annotator without answers keeps the prior and moves nothing.

    References: H. Kim and Z. Ghahramani, Bayesian Classifier Combination, AISTATS 2012; E. Simpson, S. Roberts,
    I. Psorakis and A. Smith, Dynamic Bayesian Combination of Multiple Imperfect Classifiers (2013).
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("ibcc", responses)
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    em.check_table("ibcc", responses, n_labels)
    base = np.full((n_labels, n_labels), off_diagonal)
    np.fill_diagonal(base, diagonal)
    model = DirichletModel(base, class_base, 1.0, 1)
    fitted = em.run(responses, model, em.start_stats(responses, clamp), clamp, max_iter=max_iter, tol=tol)
    return _result("ibcc", responses, model, fitted, fitted.posterior, clamp, began, "")


def ebcc(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    subtypes: int = 10,
    rng: np.random.Generator | None = None,
    restarts: int = 1,
    diagonal: float = 4.0,
    off_diagonal: float = 1.0,
    class_base: float = 1.0,
    subtype_base: float = 0.1,
    max_iter: int = 500,
    tol: float = 1e-6,
) -> TruthResult:
    """IBCC whose labels fall into subtypes that all annotators find hard in the same way.

    Model: ``z_i ~ prior``; a subtype ``g_i`` of that label is drawn from ``Dirichlet(subtype_base)``; annotator
    ``j`` answers by a row of their own for each label and subtype, so that, given the label alone, annotators'
    errors are correlated. Mean-field over ``(z_i, g_i)`` jointly: `ibcc` with ``K × subtypes`` latent classes
    that fold back to labels. Subtypes start from random shares of the vote (``rng``; by default a generator
    seeded with 0), and the best bound of ``restarts`` is kept. Memory: ``subtypes`` times that of `ibcc`. A handful
    of items cannot hold so many subtypes apart and may all fall to one label: use `ibcc` there.

    Reference: Y. Li, B. I. P. Rubinstein and T. Cohn, Exploiting Worker Correlation for Label Aggregation in
    Crowdsourcing, ICML 2019.
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("ebcc", responses)
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    latent = n_labels * subtypes
    em.check_table("ebcc", responses, latent)
    source = rng if rng is not None else np.random.default_rng(0)
    base = np.full((n_labels, n_labels), off_diagonal)
    np.fill_diagonal(base, diagonal)
    model = DirichletModel(np.repeat(base, subtypes, axis=1), class_base, subtype_base, subtypes)
    share = em.majority_share(responses, clamp)
    best: em.Fitted | None = None
    for _ in range(max(1, restarts)):
        inside = source.dirichlet(np.ones(subtypes), size=responses.n_items * n_labels)
        spread = (share[:, :, None] * inside.reshape(responses.n_items, n_labels, subtypes)).reshape(
            -1, latent
        )
        start = em.start_stats(responses, clamp, spread)
        fitted = em.run(responses, model, start, clamp, max_iter=max_iter, tol=tol)
        if best is None or fitted.history[-1] > best.history[-1]:
            best = fitted
    assert best is not None
    posterior = best.posterior.reshape(responses.n_items, n_labels, subtypes).sum(axis=2)
    posterior /= np.maximum(posterior.sum(axis=1, keepdims=True), 1e-30)
    return _result(
        "ebcc",
        responses,
        model,
        best,
        posterior,
        clamp,
        began,
        f" Labels were split into {subtypes} subtypes.",
    )


def _result(
    method: str,
    responses: Responses,
    model: DirichletModel,
    fitted: em.Fitted,
    posterior: NDArray[np.float32],
    clamp: NDArray[np.int32] | None,
    began: float,
    more: str,
) -> TruthResult:
    alpha = fitted.stats.counts + model.base
    rows = np.ascontiguousarray((alpha / alpha.sum(axis=1, keepdims=True)).transpose(0, 2, 1))
    classes = fitted.stats.totals.reshape(responses.n_labels, -1).sum(axis=1) + model.class_base
    classes /= classes.sum()
    subtypes = fitted.params.subtypes
    n_labels = responses.n_labels
    confusion = rows
    if subtypes > 1:
        inside = fitted.stats.totals.reshape(-1, subtypes) + 1e-12
        inside /= inside.sum(axis=1, keepdims=True)
        split = rows.reshape(responses.n_annotators, n_labels, subtypes, n_labels)
        confusion = np.einsum("km,jkml->jkl", inside, split)
    return finish(
        method,
        responses,
        posterior,
        clamp,
        explanation=(
            "Confusion matrices with Dirichlet priors, by variational inference "
            f"({fitted.iterations} iterations); history is the evidence lower bound.{more}"
        ),
        seconds=perf_counter() - began,
        prior=classes,
        log_likelihood=fitted.stats.log_likelihood,
        iterations=fitted.iterations,
        converged=fitted.converged,
        history=fitted.history,
        confusion=confusion.astype(np.float32),
        fit=Fit(fitted.params.table, fitted.params.prior, subtypes, model=model, stats=fitted.stats),
    )
