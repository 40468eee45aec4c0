"""Bayesian candidates of `auto`: one variational fit each, with the evidence the answers give for it.

All candidates are Dawid and Skene's model with Dirichlet priors and, beyond one subtype, labels that fall into subtypes all
annotators find hard in the same way (`ibcc` and `ebcc`); they differ in the prior and in the number of subtypes. Only the
answers an annotator has ever given have a row of the tables, so that cost follows the answers and not annotators × labels.
"""

from __future__ import annotations

from collections.abc import Callable
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

Step = Callable[[Float64, Float64], tuple[Float64, Float64, float]]

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
class Pairs:
    """The pairs of annotator and label that occur at all: a row of the tables each.

    ``pair[row]`` is ``annotator * n_labels + label``, ascending; ``starts`` bounds the rows of each annotator who answered;
    ``said[row]`` is the label.
    """

    pair: Int64
    starts: Int64
    said: Int32

    @classmethod
    def numbered(cls, pair: NDArray[np.signedinteger], n_labels: int) -> Pairs:
        """From the pairs, ascending."""
        who = pair // max(n_labels, 1)
        starts = np.append(np.flatnonzero(np.diff(who, prepend=-1)), pair.size)
        said = (pair % max(n_labels, 1)).astype(np.int32)
        return cls(pair.astype(np.int64, copy=False), starts.astype(np.int64, copy=False), said)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Answers made ready: ``rows`` codes each answer by annotator and label among `Pairs`; ``share`` holds the vote shares by item."""

    responses: Responses
    clamp: Int32 | None
    rows: NDArray[np.signedinteger]
    pairs: Pairs
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


@dataclass(frozen=True, slots=True)
class State:
    """Where rounds ended: the tables and weights of the last, and how far (in KL divergence) their factors lie from the priors."""

    table: Float64
    prior: Float64
    apart: float
    iterations: int
    converged: bool


def ready(responses: Responses, clamp: Int32 | None) -> Crowd:
    """Number the pairs of annotator and label that occur."""
    rows, pair = pairs_of(responses)
    pairs = Pairs.numbered(pair, responses.n_labels)
    return Crowd(responses, clamp, rows, pairs, em.majority_share(responses, clamp))


def pairs_of(responses: Responses) -> tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]:
    """The row of each answer among the pairs that occur, and these (``annotator * n_labels + label``), ascending."""
    coded = _kernels.table_rows(responses)
    size = responses.n_annotators * responses.n_labels
    if size > max(_MOST_CODES, 4 * len(responses)):
        pair, rows = np.unique(coded, return_inverse=True)
        return rows, pair
    present = np.zeros(size, dtype=np.bool_)
    present[coded] = True
    pair = np.flatnonzero(present)
    code = np.empty(size, dtype=np.int32)
    code[pair] = np.arange(pair.size, dtype=np.int32)
    return code[coded], pair


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
    counts = _kernels.tally(crowd.responses, crowd.rows, share, crowd.pairs.pair.size)
    return _iterate(crowd, candidate, counts, share[_seen(crowd)].sum(axis=0), max_iter, tol)


def resume(
    crowd: Crowd, candidate: Candidate, part: Crowd, found: Found, *, max_iter: int, tol: float
) -> Found:
    """Go on from what was found on ``part`` of the items (numbered alike in annotators and labels)."""
    counts = carried(crowd.pairs, part.pairs, found.counts)
    state = _iterate(crowd, candidate, counts, found.totals, max_iter, tol)
    return replace(state, iterations=found.iterations + state.iterations)


def carried(pairs: Pairs, part: Pairs, counts: Float64) -> Float64:
    """Counts by the pairs of some items as counts by all ``pairs``."""
    whole = np.zeros((pairs.pair.size, counts.shape[1]))
    whole[np.searchsorted(pairs.pair, part.pair)] = counts
    return whole


def rounds(
    step: Step,
    pairs: Pairs,
    candidate: Candidate,
    counts: Float64,
    totals: Float64,
    answers: int,
    *,
    max_iter: int,
    tol: float,
) -> State:
    """Variational rounds until the bound stands still. ``step`` passes over the answers, wherever they lie: from tables
    (pairs × latent) and weights to expected counts, class totals and the log likelihood.
    """
    subtypes = candidate.subtypes
    base = np.repeat(candidate.base, subtypes, axis=1)
    model = DirichletModel(base, CLASS_BASE, 1.0 if subtypes == 1 else SUBTYPE_BASE, subtypes)
    least, before, converged, iterations = tol * max(answers, 1), -np.inf, False, 0
    while not converged and iterations < max_iter:
        iterations += 1
        table, _ = _kernels.dirichlet_step(counts, pairs.starts, pairs.said, base, False)
        prior, _ = model.shares(totals)
        counts, totals, score = step(table, prior)
        converged = abs(score - before) <= least
        before = score
    table, gap = _kernels.dirichlet_step(counts, pairs.starts, pairs.said, base, True)
    prior, apart = model.shares(totals)
    return State(table, prior, gap + apart, iterations, converged)


def settle(
    responses: Responses,
    rows: NDArray[np.signedinteger],
    clamp: Int32 | None,
    table: Float64,
    prior: Float64,
    subtypes: int,
) -> tuple[Float64, Float64, Float64, float]:
    """One more pass, which keeps the posterior (items × labels): with the counts, totals and log likelihood it gives."""
    latent = np.empty((responses.n_items, prior.shape[0]), dtype=np.float32)
    counts, totals, score = _kernels.estep(responses, rows, table, prior, clamp, subtypes, latent)
    posterior = latent.reshape(responses.n_items, responses.n_labels, subtypes).sum(axis=2, dtype=np.float64)
    posterior /= np.maximum(posterior.sum(axis=1, keepdims=True), 1e-30)
    return posterior, counts, totals, score


def _iterate(
    crowd: Crowd, candidate: Candidate, counts: Float64, totals: Float64, max_iter: int, tol: float
) -> Found:
    responses, rows, clamp, subtypes = crowd.responses, crowd.rows, crowd.clamp, candidate.subtypes

    def step(table: Float64, prior: Float64) -> tuple[Float64, Float64, float]:
        return _kernels.estep(responses, rows, table, prior, clamp, subtypes)

    answers = len(responses)
    state = rounds(step, crowd.pairs, candidate, counts, totals, answers, max_iter=max_iter, tol=tol)
    posterior, counts, totals, score = settle(responses, rows, clamp, state.table, state.prior, subtypes)
    seen = _seen(crowd)
    agreed = np.einsum("ik,ik->i", crowd.share, posterior)[seen]
    return Found(
        posterior,
        (score - state.apart) / max(answers, 1),
        float(agreed.mean()) if agreed.size else 1.0,
        counts,
        totals,
        state.iterations,
        state.converged,
    )


def _seen(crowd: Crowd) -> NDArray[np.bool_]:
    seen = crowd.responses.counts() > 0
    return seen if crowd.clamp is None else seen | (crowd.clamp >= 0)
