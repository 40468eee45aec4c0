"""Bayesian candidates of `auto`: one variational fit each, with the evidence the answers give for it.

All candidates are Dawid and Skene's model with Dirichlet priors and, beyond one subtype, labels that fall into subtypes all
annotators find hard in the same way (`ibcc` and `ebcc`); they differ in the prior and in the number of subtypes. Only the
answers an annotator has ever given have a row of the tables, so that cost follows the answers and not annotators × labels.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.ibcc import DirichletModel

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

CLASS_BASE = 1.0
SUBTYPE_BASE = 0.1
_MOST_CODES = 50_000_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """``base[label, label]``: prior counts of an answer given the truth; ``subtypes`` a label."""

    name: str
    base: Float64
    subtypes: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """Answers made ready: ``rows`` codes each answer by annotator and label among the pairs that occur at all.

    ``pair[row]`` is ``annotator * n_labels + label``, ascending; ``starts`` bounds the rows of each annotator who answered;
    ``said[row]`` is the label. ``share`` holds the vote shares by item.
    """

    responses: Responses
    clamp: Int32 | None
    rows: NDArray[np.signedinteger]
    pair: Int64
    starts: Int64
    said: Int32
    share: Float64


@dataclass(frozen=True, slots=True)
class Found:
    """A fitted candidate: ``posterior`` (items × labels), ``evidence`` (the lower bound of the log probability of the answers,
    an answer), ``agreement`` (posterior mass on what was voted, an item) and the state to go on from.
    """

    posterior: Float64
    evidence: float
    agreement: float
    counts: Float64
    totals: Float64
    iterations: int
    converged: bool


def ready(responses: Responses, clamp: Int32 | None) -> Crowd:
    """Number the pairs of annotator and label that occur."""
    coded = _kernels.table_rows(responses)
    size = responses.n_annotators * responses.n_labels
    if size <= max(_MOST_CODES, 4 * len(responses)):
        present = np.zeros(size, dtype=np.bool_)
        present[coded] = True
        pair = np.flatnonzero(present)
        code = np.empty(size, dtype=np.int32)
        code[pair] = np.arange(pair.size, dtype=np.int32)
        rows = code[coded]
    else:
        pair, rows = np.unique(coded, return_inverse=True)
    who = pair // max(responses.n_labels, 1)
    starts = np.append(np.flatnonzero(np.diff(who, prepend=-1)), pair.size)
    return Crowd(
        responses,
        clamp,
        rows,
        pair.astype(np.int64, copy=False),
        starts.astype(np.int64, copy=False),
        (pair % max(responses.n_labels, 1)).astype(np.int32),
        em.majority_share(responses, clamp),
    )


def anchored(n_labels: int, diagonal: float = 4.0) -> Float64:
    """The prior that people mostly answer what is true."""
    return np.ones((n_labels, n_labels)) + (diagonal - 1.0) * np.eye(n_labels)


def crowd_like(crowd: Crowd, strength: float = 5.0) -> Float64:
    """The prior that annotators resemble the crowd: its confusion about the votes squared, worth ``strength`` answers a label."""
    sharp = crowd.share**2
    sharp /= sharp.sum(axis=1, keepdims=True)
    n_labels = crowd.responses.n_labels
    table = _kernels.tally(crowd.responses, crowd.responses.label, sharp, n_labels) + 1.0
    return strength * table / table.sum(axis=0)


def fit(crowd: Crowd, candidate: Candidate, seed: int, *, max_iter: int, tol: float) -> Found:
    """From the vote shares, each item's split at random among the subtypes of its labels."""
    share, subtypes = crowd.share, candidate.subtypes
    if subtypes > 1:
        source = np.random.default_rng(seed)
        inside = source.standard_exponential((*share.shape, subtypes), dtype=np.float32)
        inside /= inside.sum(axis=2, keepdims=True)
        share = (share[:, :, None] * inside).reshape(share.shape[0], share.shape[1] * subtypes)
    counts = _kernels.tally(crowd.responses, crowd.rows, share, crowd.pair.size)
    return _iterate(crowd, candidate, counts, share[_seen(crowd)].sum(axis=0), max_iter, tol)


def resume(
    crowd: Crowd, candidate: Candidate, part: Crowd, found: Found, *, max_iter: int, tol: float
) -> Found:
    """Go on from what was found on ``part`` of the items (numbered alike in annotators and labels)."""
    counts = np.zeros((crowd.pair.size, found.counts.shape[1]))
    counts[np.searchsorted(crowd.pair, part.pair)] = found.counts
    state = _iterate(crowd, candidate, counts, found.totals, max_iter, tol)
    return replace(state, iterations=found.iterations + state.iterations)


def _iterate(
    crowd: Crowd, candidate: Candidate, counts: Float64, totals: Float64, max_iter: int, tol: float
) -> Found:
    responses, subtypes = crowd.responses, candidate.subtypes
    base = np.repeat(candidate.base, subtypes, axis=1)
    model = DirichletModel(base, CLASS_BASE, 1.0 if subtypes == 1 else SUBTYPE_BASE, subtypes)
    step, before, converged, iterations = tol * max(len(responses), 1), -np.inf, False, 0
    while not converged and iterations < max_iter:
        iterations += 1
        table, _ = _kernels.dirichlet_step(counts, crowd.starts, crowd.said, base, False)
        prior, _ = model.shares(totals)
        counts, totals, score = _kernels.estep(responses, crowd.rows, table, prior, crowd.clamp, subtypes)
        converged = abs(score - before) <= step
        before = score
    table, gap = _kernels.dirichlet_step(counts, crowd.starts, crowd.said, base, True)
    prior, apart = model.shares(totals)
    latent = np.empty((responses.n_items, base.shape[1]), dtype=np.float32)
    counts, totals, score = _kernels.estep(responses, crowd.rows, table, prior, crowd.clamp, subtypes, latent)
    posterior = latent.reshape(responses.n_items, responses.n_labels, subtypes).sum(axis=2, dtype=np.float64)
    posterior /= np.maximum(posterior.sum(axis=1, keepdims=True), 1e-30)
    seen = _seen(crowd)
    agreed = np.einsum("ik,ik->i", crowd.share, posterior)[seen]
    return Found(
        posterior,
        (score - gap - apart) / max(len(responses), 1),
        float(agreed.mean()) if agreed.size else 1.0,
        counts,
        totals,
        iterations,
        converged,
    )


def _seen(crowd: Crowd) -> NDArray[np.bool_]:
    seen = crowd.responses.counts() > 0
    return seen if crowd.clamp is None else seen | (crowd.clamp >= 0)
