"""MACE: annotators who either know, or spam in a habit of their own."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.dawid_skene import confusion_of
from qistas.engine.truth.results import Fit, TruthResult, finish, no_labels

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SpamModel:
    """Variational update of competence (Beta) and habit (Dirichlet); statistics are those of a full table.

    An answer that differs from the truth is spam; one that equals it is spam with the odds the last table
    gives. ``inner`` holds competence and habits (posterior means) and the exponentials of their expected logarithms.
    """

    knows: float
    habit: float

    def m_step(self, stats: em.Stats, before: em.Params | None) -> em.Params:
        """Split the diagonal between knowledge and luck, then renew both factors."""
        n_annotators, n_labels, _ = stats.counts.shape
        same = np.einsum("jll->jl", stats.counts)
        if before is None:
            known_share = np.full((n_annotators, n_labels), 0.5)
        else:
            know, stray, luck = before.inner[2:]
            known_share = know[:, None] / (know[:, None] + stray[:, None] * luck)
        known = (same * known_share).sum(axis=1)
        spam = stats.counts.sum(axis=2) - same * known_share
        split = np.stack([known, spam.sum(axis=1)], axis=1)
        both, apart = _factor(split, self.knows)
        luck, further = _factor(spam, self.habit)
        know, stray = both[:, 0], both[:, 1]
        table = np.repeat((stray[:, None] * luck)[:, :, None], n_labels, axis=2)
        diagonal = np.arange(n_labels)
        table[:, diagonal, diagonal] += know[:, None]
        competence, habits = split + self.knows, spam + self.habit
        return em.Params(
            np.maximum(table, 1e-300),
            np.full(n_labels, 1.0 / max(n_labels, 1)),
            -apart - further,
            1,
            (
                competence[:, 0] / competence.sum(axis=1),
                habits / habits.sum(axis=1, keepdims=True),
                know,
                stray,
                luck,
            ),
        )


def _factor(counts: Float64, base: float) -> tuple[Float64, float]:
    """``exp E log`` of one Dirichlet a row of ``counts``, each with ``base`` beforehand, and their divergence from that."""
    rows, width = counts.shape
    table, gap = _kernels.dirichlet_step(
        counts.reshape(-1, 1),
        np.arange(0, rows * width + 1, width, dtype=np.int64),
        np.tile(np.arange(width, dtype=np.int32), rows),
        np.full((width, 1), base),
        True,
    )
    return table.reshape(rows, width), gap


def mace(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    knows: float = 0.5,
    habit: float = 0.5,
    max_iter: int = 200,
    tol: float = 1e-6,
) -> TruthResult:
    """Annotators who know the answer with a probability of their own and otherwise follow a habit.

    Model: ``z_i`` uniform; for each answer annotator ``j`` knows with probability ``theta_j`` and answers
    ``z_i``, else answers from ``xi_j``. ``theta_j ~ Beta(knows, knows)``, ``xi_j ~ Dirichlet(habit)``. Given the table
    ``theta_j [l = k] + (1 - theta_j) xi_j[l]`` the expected spam is a function of the counts Dawid–Skene needs, so
    the passes are shared. Variational; starts from the vote shares, not at random, so one start suffices.
    ``annotators.weight`` is ``theta``; ``details["habit"]`` is ``xi``.

    Reference: D. Hovy, T. Berg-Kirkpatrick, A. Vaswani and E. Hovy, Learning Whom to Trust with MACE, NAACL 2013.
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("mace", responses)
    clamp = gold_codes(gold, responses.n_items, responses.n_labels)
    em.check_table("mace", responses, responses.n_labels)
    start = em.start_stats(responses, clamp)
    model = SpamModel(knows, habit)
    fitted = em.run(responses, model, start, clamp, max_iter=max_iter, tol=tol)
    theta, xi = fitted.params.inner[:2]
    return finish(
        "mace",
        responses,
        fitted.posterior,
        clamp,
        explanation=(
            "Each annotator either knows or follows a habit; both were estimated with the truth by "
            f"variational inference ({fitted.iterations} iterations)."
        ),
        seconds=perf_counter() - began,
        prior=fitted.params.prior,
        log_likelihood=fitted.stats.log_likelihood,
        iterations=fitted.iterations,
        converged=fitted.converged,
        history=fitted.history,
        confusion=confusion_of(fitted.params),
        weight=theta,
        fit=Fit(fitted.params.table, fitted.params.prior),
        details={"habit": xi},
    )
