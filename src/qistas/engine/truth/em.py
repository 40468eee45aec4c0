"""The one loop of expectation and maximisation under every model with a table of likelihoods.

A model says how parameters follow from sufficient statistics (`TableModel.m_step`); the pass over the answers
(`e_step`) is the same for all. The statistics of disjoint shards of items add up, so the same two functions
run on one machine or on many: only ``Stats`` travel, never answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import _kernels

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

TABLE_BYTES = 8 * 2**30
NEAR_THE_END = 100.0  # times the rise at which iterations end


@dataclass(frozen=True, slots=True)
class Params:
    """``table[annotator, label, latent]``, ``prior[latent]`` and the log prior (or minus KL) of these.

    ``inner`` holds what a model keeps of its own besides the table.
    """

    table: Float64
    prior: Float64
    penalty: float = 0.0
    subtypes: int = 1
    inner: tuple[Float64, ...] = ()


@dataclass(frozen=True, slots=True)
class Stats:
    """Expected counts ``counts[annotator, label, latent]``, ``totals[latent]`` and the log likelihood."""

    counts: Float64
    totals: Float64
    log_likelihood: float

    def __add__(self, other: Stats) -> Stats:
        return Stats(
            self.counts + other.counts,
            self.totals + other.totals,
            self.log_likelihood + other.log_likelihood,
        )


class TableModel(Protocol):
    """How a method turns statistics into parameters."""

    def m_step(self, stats: Stats, before: Params | None) -> Params:
        """The parameters ``stats`` support best; ``before`` are those the statistics were taken under."""
        ...


@dataclass(frozen=True, slots=True)
class Fitted:
    """Where the iterations ended."""

    params: Params
    stats: Stats
    posterior: Float32
    history: tuple[float, ...]
    iterations: int
    converged: bool


def check_table(method: str, responses: Responses, latent: int) -> None:
    """Refuse a table that no machine would thank us for, and say what to use in its place."""
    needed = 8 * responses.n_annotators * responses.n_labels * latent
    if needed > TABLE_BYTES:
        raise ValueError(
            f"{method} would keep {needed / 2**30:.0f} GiB of confusion for {responses.n_annotators} annotators "
            f"and {responses.n_labels} labels; use one_coin, bwa or wawa, which keep one number an annotator"
        )


def majority_share(responses: Responses, clamp: Int32 | None) -> Float64:
    """Vote shares by item (float64): uniform where there is no answer, certain where the label is known."""
    share = _kernels.votes(responses, np.ones(responses.n_annotators))
    total = share.sum(axis=1, keepdims=True)
    bare = total[:, 0] == 0
    share[bare] = 1.0
    total[bare] = max(responses.n_labels, 1)
    share /= total
    if clamp is not None:
        known = clamp >= 0
        share[known] = 0.0
        share[known, clamp[known]] = 1.0
    return share


def start_stats(
    responses: Responses,
    clamp: Int32 | None,
    share: Float64 | None = None,
    *,
    rows: NDArray[np.signedinteger] | None = None,
) -> Stats:
    """Statistics under ``share`` (items × latent), or under the vote shares."""
    rows = _kernels.table_rows(responses) if rows is None else rows
    if share is None:
        counts, totals = _kernels.vote_stats(responses, rows, clamp)
    else:
        counts = _kernels.tally(responses, rows, share, responses.n_annotators * responses.n_labels)
        seen = responses.counts() > 0
        if clamp is not None:
            seen = seen | (clamp >= 0)
        totals = share.sum(axis=0) - share[~seen].sum(axis=0)
    shape = (responses.n_annotators, responses.n_labels, totals.shape[0])
    return Stats(counts.reshape(shape), totals, 0.0)


def e_step(
    shard: Responses,
    params: Params,
    clamp: Int32 | None = None,
    *,
    posterior: Float32 | None = None,
    hard: bool = False,
    rows: NDArray[np.signedinteger] | None = None,
) -> Stats:
    """The statistics of a shard of items; ``posterior`` (items × latent, float32) is filled where given.

    Shards must number annotators and labels alike; items may be numbered from zero in each.
    """
    annotators, labels, latent = params.table.shape
    counts, totals, log_likelihood = _kernels.estep(
        shard,
        _kernels.table_rows(shard) if rows is None else rows,
        params.table.reshape(annotators * labels, latent),
        params.prior,
        clamp,
        params.subtypes,
        posterior,
        hard,
    )
    return Stats(counts.reshape(params.table.shape), totals, log_likelihood)


def run(
    responses: Responses,
    model: TableModel,
    start: Stats,
    clamp: Int32 | None,
    *,
    max_iter: int,
    tol: float,
    hard: bool = False,
    rows: NDArray[np.signedinteger] | None = None,
) -> Fitted:
    """Iterate until the objective rises by less than ``tol`` an answer, or ``max_iter`` times.

    With ``hard`` the objective need not rise, and the end is when it stands still.
    """
    if max_iter < 1:
        raise ValueError(f"max_iter must be at least 1; it is {max_iter}")
    rows = _kernels.table_rows(responses) if rows is None else rows
    step = tol * max(len(responses), 1)
    params = model.m_step(start, None)
    posterior = np.empty((responses.n_items, params.prior.shape[0]), dtype=np.float32)
    history: list[float] = []
    rise = np.inf
    while True:
        # The posterior is written where this may be the last pass, so that it seldom takes one more.
        kept = not hard and (len(history) + 1 >= max_iter or rise <= NEAR_THE_END * step)
        stats = e_step(responses, params, clamp, posterior=posterior if kept else None, hard=hard, rows=rows)
        history.append(stats.log_likelihood + params.penalty)
        rise = abs(history[-1] - history[-2]) if len(history) > 1 else np.inf
        converged = rise <= step
        if converged or len(history) >= max_iter:
            break
        params = model.m_step(stats, params)
    if not kept:
        e_step(responses, params, clamp, posterior=posterior, rows=rows)
    return Fitted(params, stats, posterior, tuple(history), len(history), converged)
