"""The same EM over shards of items, wherever they lie: only sufficient statistics travel, never answers.

A shard holds some items with all their answers, and numbers its annotators for itself (most annotators meet few shards),
so that what travels each round is as large as the annotators it has met: ``seen × labels × latent`` numbers each way.
The sums are those of one machine up to the order of addition.

A. P. Dawid & A. M. Skene 1979 for the model; C.-T. Chu et al., Map-Reduce for Machine Learning on Multicore (NIPS 2006) for
its form as sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import _kernels, em
from qistas.engine.truth.dawid_skene import ConfusionModel
from qistas.engine.truth.ibcc import DirichletModel
from qistas.engine.truth.results import Annotators, Fit, skill_of

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]

METHODS = ("dawid_skene", "fast_dawid_skene", "ibcc")


@dataclass(frozen=True, slots=True)
class ShardSize:
    """What is counted of a shard once: ``seen``: (m,) the codes of its annotators, rising."""

    items: int
    answers: int
    seen: Int64


@dataclass(frozen=True, slots=True)
class ShardSkill:
    """By annotator of the shard, (m,): answers, expected right ones, and the variance of these from the items' doubt."""

    count: Float64
    right: Float64
    doubt: Float64


class Shard:
    """Some items with all their answers, where they lie. Its methods take and give arrays of its own annotators alone."""

    def __init__(self, responses: Responses, known: ArrayLike | None = None) -> None:
        """``responses``: annotators and labels numbered as everywhere, items from zero here; ``known``: (n_items,), -1 unknown."""
        seen, mine = np.unique(responses.annotator, return_inverse=True)
        self.size = ShardSize(responses.n_items, len(responses), seen.astype(np.int64))
        self._responses = Responses.from_arrays(
            responses.item, mine, responses.label,
            n_items=responses.n_items, n_annotators=len(seen), n_labels=responses.n_labels,
        )  # fmt: skip
        codes = None if known is None else np.asarray(known, dtype=np.int32)
        self._known = codes if codes is not None and bool((codes >= 0).any()) else None
        self._rows = _kernels.table_rows(self._responses)
        self._posterior: Float32 | None = None

    def start(self) -> em.Stats:
        """The statistics under the vote shares."""
        return em.start_stats(self._responses, self._known)

    def step(self, table: Float64, prior: Float64, *, hard: bool = False) -> em.Stats:
        """The statistics under parameters; ``table``: (m, labels, latent)."""
        return em.e_step(self._responses, em.Params(table, prior), self._known, hard=hard, rows=self._rows)

    def finish(self, table: Float64, prior: Float64) -> ShardSkill:
        """Work out the posterior, which stays here, and how well it says the annotators did."""
        posterior = np.empty((self.size.items, len(prior)), dtype=np.float32)
        em.e_step(self._responses, em.Params(table, prior), self._known, posterior=posterior, rows=self._rows)
        self._posterior = posterior
        return ShardSkill(*_kernels.matches(self._responses, posterior))

    def posterior(self) -> Float32:
        """(items, labels), after `finish`."""
        assert self._posterior is not None, "finish first"
        return self._posterior


class Shards(Protocol):
    """All shards of a table. A call runs on all of them at once; results come in their order."""

    def sizes(self) -> Sequence[ShardSize]:
        """What each holds."""
        ...

    def start(self) -> Sequence[em.Stats]:
        """`Shard.start` of each."""
        ...

    def step(self, tables: Sequence[Float64], prior: Float64, *, hard: bool) -> Sequence[em.Stats]:
        """`Shard.step` of each under its own part of the table."""
        ...

    def finish(self, tables: Sequence[Float64], prior: Float64) -> Sequence[ShardSkill]:
        """`Shard.finish` of each."""
        ...


class LocalShards:
    """Shards of this process, one after the other: what others are measured by."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = shards

    def sizes(self) -> list[ShardSize]:
        """What each holds."""
        return [shard.size for shard in self._shards]

    def start(self) -> list[em.Stats]:
        """`Shard.start` of each."""
        return [shard.start() for shard in self._shards]

    def step(self, tables: Sequence[Float64], prior: Float64, *, hard: bool) -> list[em.Stats]:
        """`Shard.step` of each."""
        return [shard.step(t, prior, hard=hard) for shard, t in zip(self._shards, tables, strict=True)]

    def finish(self, tables: Sequence[Float64], prior: Float64) -> list[ShardSkill]:
        """`Shard.finish` of each."""
        return [shard.finish(t, prior) for shard, t in zip(self._shards, tables, strict=True)]


@dataclass(frozen=True, slots=True)
class ShardedFit:
    """What was learnt of all shards together; the posterior of each stays where the shard is.

    ``fit``: the table and prior, to judge single items by; ``said``: (true, answered) expected numbers of answers.
    ``travelled``: bytes of statistics and parameters sent both ways, all rounds together. The rest as in `TruthResult`.
    """

    method: str
    annotators: Annotators
    prior: Float64
    fit: Fit
    said: Float64
    log_likelihood: float
    history: tuple[float, ...]
    iterations: int
    converged: bool
    seconds: float
    travelled: int
    explanation: str
    items: int
    answers: int


def fit_shards(
    shards: Shards,
    method: str,
    *,
    n_annotators: int,
    n_labels: int,
    max_iter: int | None = None,
    tol: float = 1e-6,
) -> ShardedFit:
    """Fit ``method`` (one of `METHODS`) to all shards together, as its function does to one table, from the same start.

    The tables of all annotators lie on the machine that calls: ``n_annotators × n_labels²`` numbers. Raises ``ValueError`` for another
    method and where that would be more than 8 GiB.
    """
    began = perf_counter()
    if method not in METHODS:
        raise ValueError(f"over shards there are {', '.join(METHODS)}, not {method!r}")
    if 8 * n_annotators * n_labels**2 > em.TABLE_BYTES:
        raise ValueError(
            f"the tables of {n_annotators:,} annotators and {n_labels:,} labels would exceed 8 GiB"
        )
    base = np.ones((n_labels, n_labels)) + np.eye(n_labels)
    model = DirichletModel(base, 1.0, 1.0, 1) if method == "ibcc" else ConfusionModel(0.01, 0.01)
    most = max_iter if max_iter is not None else (200 if method == "ibcc" else 100)
    hard = method == "fast_dawid_skene"
    sizes = shards.sizes()
    answers = sum(size.answers for size in sizes)
    shape = (n_annotators, n_labels, n_labels)
    met = sum(len(size.seen) for size in sizes)
    one_way = met * n_labels * n_labels * 8

    params = model.m_step(_whole(shards.start(), sizes, shape), None)
    history: list[float] = []
    while True:
        stats = _whole(shards.step(_parts(params, sizes), params.prior, hard=hard), sizes, shape)
        history.append(stats.log_likelihood + params.penalty)
        converged = len(history) > 1 and abs(history[-1] - history[-2]) <= tol * max(answers, 1)
        if converged or len(history) >= most:
            break
        params = model.m_step(stats, params)
    skills = shards.finish(_parts(params, sizes), params.prior)
    sums = np.zeros((3, n_annotators))
    for size, skill in zip(sizes, skills, strict=True):
        sums[:, size.seen] += np.stack([skill.count, skill.right, skill.doubt])
    if isinstance(model, DirichletModel):
        table, prior = stats.counts + model.base, stats.totals + model.class_base
        table, prior = table / table.sum(axis=1, keepdims=True), prior / prior.sum()
    else:
        table, prior = params.table, params.prior
    confusion = np.ascontiguousarray(table.transpose(0, 2, 1), dtype=np.float32)
    rounds = len(history)
    return ShardedFit(
        method,
        skill_of(*sums, confusion=confusion),
        prior,
        Fit(params.table, params.prior),
        np.ascontiguousarray(stats.counts.sum(axis=0).T),
        stats.log_likelihood,
        tuple(history),
        rounds,
        converged,
        perf_counter() - began,
        one_way * (2 * rounds + 2),
        f"{method} over {len(sizes)} shards of items, {rounds} rounds; only sums travelled.",
        sum(size.items for size in sizes),
        answers,
    )


def _whole(parts: Sequence[em.Stats], sizes: Sequence[ShardSize], shape: tuple[int, int, int]) -> em.Stats:
    counts, totals, likelihood = np.zeros(shape), np.zeros(shape[2]), 0.0
    for part, size in zip(parts, sizes, strict=True):
        counts[size.seen] += part.counts
        totals += part.totals
        likelihood += part.log_likelihood
    return em.Stats(counts, totals, likelihood)


def _parts(params: em.Params, sizes: Sequence[ShardSize]) -> list[Float64]:
    return [np.ascontiguousarray(params.table[size.seen]) for size in sizes]
