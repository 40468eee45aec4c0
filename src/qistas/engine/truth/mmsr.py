"""Robust rank-one completion of the annotators' agreement (Ma and Olshevsky)."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses, gold_codes
from qistas.engine.truth import _kernels
from qistas.engine.truth.results import TruthResult, finish, no_labels

Float64 = NDArray[np.float64]
_MOST_ANNOTATORS = 5_000


def mmsr(
    responses: Responses,
    *,
    gold: ArrayLike | None = None,
    adversaries: int = 1,
    max_iter: int = 300,
    tol: float = 1e-6,
) -> TruthResult:
    """Annotators' skills from the rank-one structure of who agrees with whom, robust to a few adversaries.

    Under the one-coin model the chance-corrected agreement ``(K a - 1) / (K - 1)`` of annotators ``j`` and ``j'`` is
    ``u_j u_j'`` with ``u = (K p - 1) / (K - 1)``. Skills follow by alternating the weighted mean of ``C_jj' / u_j'`` over
    the co-annotators, the ``adversaries`` largest and smallest ratios left out each time (M-MSR). Labels are then
    a vote weighed by ``log(p (K - 1) / (1 - p))`` and the posterior its softmax. Sign: annotators are on the whole better
    than chance. ``annotators.weight`` is that log odds. An annotator who shares items with nobody has the mean skill.
    Memory is quadratic in annotators; more than 5,000 are refused.

    Reference: Q. Ma and A. Olshevsky, Adversarial Crowdsourcing Through Robust Rank-One Matrix Completion,
    NeurIPS 2020.
    """
    began = perf_counter()
    if not responses.n_labels:
        return no_labels("mmsr", responses)
    if responses.n_annotators > _MOST_ANNOTATORS:
        raise ValueError(
            f"mmsr keeps a matrix of annotators by annotators; {responses.n_annotators} are too many, use one_coin"
        )
    n_labels = responses.n_labels
    clamp = gold_codes(gold, responses.n_items, n_labels)
    agreement, shared = _agreement(responses)
    corrected = (n_labels * agreement - 1.0) / max(n_labels - 1, 1)
    skill, iterations, converged = _rank_one(corrected, shared, adversaries, max_iter, tol)
    accuracy = np.clip((skill * max(n_labels - 1, 1) + 1.0) / n_labels, 1e-6, 1.0 - 1e-6)
    if n_labels > 1:
        weight = np.log(accuracy) - np.log((1.0 - accuracy) / (n_labels - 1))
    else:
        weight = np.zeros(responses.n_annotators)
    posterior = np.empty((responses.n_items, n_labels), dtype=np.float32)
    _kernels.vote_step(responses, weight, np.zeros(n_labels), clamp, posterior)
    return finish(
        "mmsr",
        responses,
        posterior,
        clamp,
        explanation="Skills were read from the rank-one structure of pairwise agreement; votes weigh by log odds.",
        seconds=perf_counter() - began,
        iterations=iterations,
        converged=converged,
        weight=weight,
        details={"skill": skill},
    )


def _agreement(responses: Responses) -> tuple[Float64, Float64]:
    """Share of shared items on which each pair of annotators gave the same label, and how many they share."""
    n = responses.n_annotators
    same = np.zeros((n, n))
    shared = np.zeros((n, n))
    counts = responses.counts()
    for size in np.unique(counts[counts > 1]):
        items = np.flatnonzero(counts == size)
        rows = responses.offsets[items][:, None] + np.arange(size)
        annotator, label = responses.annotator[rows], responses.label[rows]
        for a in range(int(size)):
            for b in range(a + 1, int(size)):
                pair = annotator[:, a].astype(np.int64) * n + annotator[:, b]
                equal = (label[:, a] == label[:, b]).astype(np.float64)
                if pair.size * 20 > n * n:
                    shared += np.bincount(pair, minlength=n * n).reshape(n, n)
                    same += np.bincount(pair, weights=equal, minlength=n * n).reshape(n, n)
                else:
                    np.add.at(shared.reshape(-1), pair, 1.0)
                    np.add.at(same.reshape(-1), pair, equal)
    shared, same = shared + shared.T, same + same.T
    np.fill_diagonal(shared, 0.0)
    return np.divide(same, shared, out=np.zeros((n, n)), where=shared > 0), shared


def _rank_one(
    corrected: Float64, shared: Float64, adversaries: int, max_iter: int, tol: float
) -> tuple[Float64, int, bool]:
    n = shared.shape[0]
    meets = shared > 0
    met = meets.sum(axis=1)
    skill = np.divide((corrected * shared).sum(axis=1), shared.sum(axis=1), out=np.zeros(n), where=met > 0)
    skill = np.sign(skill) * np.sqrt(np.abs(skill))
    trim = np.where(met > 2 * adversaries, adversaries, 0)
    place = np.arange(n)[None, :]
    moved, iterations = np.inf, 0
    while moved > tol and iterations < max_iter:
        iterations += 1
        guarded = np.where(np.abs(skill) < 1e-3, np.where(skill < 0, -1e-3, 1e-3), skill)
        ratio = np.where(meets, corrected / guarded[None, :], np.inf)
        order = np.argsort(ratio, axis=1)
        ranked = np.take_along_axis(ratio, order, axis=1)
        force = np.take_along_axis(shared * guarded[None, :] ** 2, order, axis=1)
        kept = (place >= trim[:, None]) & (place < (met - trim)[:, None])
        force = np.where(kept, force, 0.0)
        total = force.sum(axis=1)
        new = np.divide(
            (force * np.where(kept, ranked, 0.0)).sum(axis=1), total, out=np.zeros(n), where=total > 0
        )
        new = np.clip(0.5 * new + 0.5 * skill, -1.0, 1.0)
        moved = float(np.abs(new - skill).max(initial=0.0))
        skill = new
    skill = -skill if skill.sum() < 0 else skill
    alone = met == 0
    skill[alone] = skill[~alone].mean() if (~alone).any() else 0.5
    return skill, iterations, moved <= tol
