"""The same inference over shards of items, wherever they lie: only sufficient statistics travel, never answers.

A shard holds some items with all their answers, and numbers its annotators for itself (most annotators meet few shards),
so that what travels each round is as large as the annotators it has met: ``seen × labels × latent`` numbers each way.
The sums are those of one machine up to the order of addition. `auto` alone brings answers together: those of a sample, 100,000
at most, on which its candidates are tried.

A. P. Dawid & A. M. Skene 1979 for the model; C.-T. Chu et al., Map-Reduce for Machine Learning on Multicore (NIPS 2006) for
its form as sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.responses import Responses
from qistas.engine.truth import _kernels, em, evidence
from qistas.engine.truth.auto import (
    BY_WEIGHTS,
    CORRELATION,
    MOST_TABLE,
    RIGHT,
    SAMPLE_ANSWERS,
    TOLERANCE,
    VOTE_SHARE,
    WRONG,
    auto,
    doubt_in_words,
    doubted,
    drawn,
    last_rounds,
    only,
    pooled,
    tables_fit,
    weigh,
)
from qistas.engine.truth.bwa import Centre, Moved
from qistas.engine.truth.bwa import rounds as average
from qistas.engine.truth.dawid_skene import ConfusionModel
from qistas.engine.truth.ibcc import DirichletModel
from qistas.engine.truth.one_coin import rounds as find_coins
from qistas.engine.truth.one_coin import voted
from qistas.engine.truth.results import Annotators, Fit, LabelTallies, shares, skill_of, tally_labels
from qistas.engine.truth.wawa import agreement, by_agreement

Float64 = NDArray[np.float64]
Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

METHODS = ("auto", "majority", "dawid_skene", "fast_dawid_skene", "ibcc")


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


@dataclass(frozen=True, slots=True)
class ShardMix:
    """What a posterior says of a shard: of its annotators, with their tables where these are wanted, and how often each label is true
    among its ``answered`` items.
    """

    skill: ShardSkill
    stats: em.Stats | None
    share: Float64
    answered: int


@dataclass(frozen=True, slots=True)
class ShardRows:
    """The answers to some items of a shard, these numbered from zero, annotators and labels as everywhere."""

    item: Int32
    annotator: Int64
    label: Int32
    known: Int32 | None


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
        self._rows: NDArray[np.signedinteger] | None = None
        self._paired: NDArray[np.signedinteger] | None = None
        self._mixed: Float64 | None = None
        self._centre: Centre | None = None
        self._posterior: Float32 | None = None

    def start(self) -> em.Stats:
        """The statistics under the vote shares."""
        return em.start_stats(self._responses, self._known)

    def step(self, table: Float64, prior: Float64, hard: bool = False) -> em.Stats:
        """The statistics under parameters; ``table``: (m, labels, latent)."""
        return em.e_step(self._responses, em.Params(table, prior), self._known, hard=hard, rows=self._coded())

    def finish(self, table: Float64, prior: Float64) -> ShardSkill:
        """Work out the posterior, which stays here, and how well it says the annotators did."""
        posterior = np.empty((self.size.items, len(prior)), dtype=np.float32)
        params = em.Params(table, prior)
        em.e_step(self._responses, params, self._known, posterior=posterior, rows=self._coded())
        self._posterior = posterior
        return self._skill(posterior)

    def vote(self) -> ShardMix:
        """Work out the vote shares, which stay here."""
        self._posterior = em.majority_share(self._responses, self._known).astype(np.float32)
        return self._mix(self._skill(self._posterior), None)

    def pairs(self) -> Int64:
        """The pairs of annotator and label that occur here, as `evidence.Pairs` numbers them everywhere."""
        self._paired, pair = evidence.pairs_of(self._responses)
        n_labels = max(self._responses.n_labels, 1)
        return self.size.seen[pair // n_labels] * n_labels + pair % n_labels

    def counts(self, items: Int64) -> Int64:
        """How many answers some items have."""
        return self._responses.counts()[items]

    def some(self, items: Int64) -> ShardRows:
        """The answers to some items, rising."""
        part, known = only(self._responses, self._known, items)
        return ShardRows(part.item, self.size.seen[part.annotator], part.label, known)

    def round(self, table: Float64, prior: Float64, subtypes: int) -> em.Stats:
        """The statistics under a candidate's parameters, after `pairs`; ``table``: (pairs here, latent)."""
        assert self._paired is not None, "number the pairs first"
        found = _kernels.estep(self._responses, self._paired, table, prior, self._known, subtypes)
        return em.Stats(*found)

    def settle(self, table: Float64, prior: Float64, subtypes: int, weight: float) -> float:
        """Take a candidate's posterior in by its weight; its log likelihood here."""
        assert self._paired is not None, "number the pairs first"
        posterior, _, _, score = evidence.settle(
            self._responses, self._paired, self._known, table, prior, subtypes
        )
        posterior *= weight
        if self._mixed is not None:
            posterior += self._mixed
        self._mixed = posterior
        return score

    def agreed(self) -> tuple[Float64, Float64]:
        """`wawa`: answers, and those that equal the most voted label."""
        return agreement(self._responses, self._known)

    def lean(self, weight: Float64) -> None:
        """Take the posterior under the weights of `wawa`."""
        self._mixed = by_agreement(self._responses, self._known, weight).astype(np.float64)

    def centre(self) -> Moved:
        """`bwa`: where the votes put the items."""
        self._centre = Centre(self._responses, self._known)
        return self._centre.start()

    def move(self, weight: Float64, mean: Float64, pull: float) -> Moved:
        """`bwa`: where the weighed answers put them."""
        assert self._centre is not None, "begin at the centre"
        return self._centre.move(weight, mean, pull)

    def centred(self) -> None:
        """Add what `bwa` found."""
        assert self._centre is not None, "begin at the centre"
        assert self._mixed is not None, "lean first"
        self._mixed += self._centre.point.astype(np.float32)
        self._centre = None

    def voted(self) -> tuple[Float64, Float64]:
        """`one_coin`: its statistics under the vote shares."""
        return voted(self._responses, self._known)

    def toss(self, weight: Float64, log_prior: Float64) -> tuple[Float64, Float64, float]:
        """`one_coin`: its statistics under weights."""
        return _kernels.vote_step(self._responses, weight, log_prior, self._known)

    def tossed(self, weight: Float64, log_prior: Float64) -> None:
        """Add what `one_coin` found, and make the three one."""
        assert self._mixed is not None, "lean first"
        posterior = np.empty(self._mixed.shape, dtype=np.float32)
        _kernels.vote_step(self._responses, weight, log_prior, self._known, posterior)
        self._mixed += posterior
        self._mixed /= self._mixed.sum(axis=1, keepdims=True)

    def mix(self, vote_share: float, correlation: float, tables: bool) -> ShardMix:
        """End `auto`: what the weighed candidates say together; then their posterior made as doubtful as its answers leave it."""
        assert self._mixed is not None, "settle first"
        posterior, self._mixed, self._paired = self._mixed, None, None
        stats = em.start_stats(self._responses, None, posterior) if tables else None
        skill = self._skill(posterior)
        share, count = em.majority_share(self._responses, self._known), self._responses.counts()
        self._posterior = doubted(posterior, share, count, self._known, vote_share, correlation)
        return self._mix(skill, stats)

    def take(self, posterior: Float32) -> None:
        """Hold what was worked out where all answers were."""
        self._posterior = np.array(posterior, dtype=np.float32)

    def posterior(self) -> Float32:
        """(items, labels), at the end."""
        assert self._posterior is not None, "finish first"
        return self._posterior

    def tallies(self) -> LabelTallies:
        """`tally_labels`, at the end: rows of its own annotators."""
        return tally_labels(self._responses, self.posterior())

    def confusion(self) -> Float64:
        """(inferred, answered): how many answers there are of each sort, at the end."""
        counts = np.zeros((self._responses.n_labels, self._responses.n_labels))
        best = self.posterior().argmax(axis=1)
        np.add.at(counts, (best[self._responses.item], self._responses.label), 1.0)
        return counts

    def _mix(self, skill: ShardSkill, stats: em.Stats | None) -> ShardMix:
        seen = self._responses.counts() > 0
        if self._known is not None:
            seen |= self._known >= 0
        answered = int(seen.sum())
        return ShardMix(skill, stats, shares(self.posterior(), seen) * answered, answered)

    def _skill(self, posterior: NDArray[np.floating]) -> ShardSkill:
        return ShardSkill(*_kernels.matches(self._responses, posterior))

    def _coded(self) -> NDArray[np.signedinteger]:
        if self._rows is None:
            self._rows = _kernels.table_rows(self._responses)
        return self._rows


class Shards(Protocol):
    """All shards of a table."""

    def sizes(self) -> Sequence[ShardSize]:
        """What each holds."""
        ...

    def ask(self, what: str, *each: Sequence[Any]) -> Sequence[Any]:
        """Call the method ``what`` of all shards at once, each with its own of every sequence; results come in their order."""
        ...


class LocalShards:
    """Shards of this process, one after the other: what others are measured by."""

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = shards

    def sizes(self) -> list[ShardSize]:
        """What each holds."""
        return [shard.size for shard in self._shards]

    def ask(self, what: str, *each: Sequence[Any]) -> list[Any]:
        """The method ``what`` of each."""
        return [getattr(shard, what)(*[given[at] for given in each]) for at, shard in enumerate(self._shards)]


@dataclass(frozen=True, slots=True)
class ShardedFit:
    """What was learnt of all shards together; the posterior of each stays where the shard is.

    ``fit``: the table and prior, to judge single items by, where there are any. ``travelled``: bytes of statistics, parameters and
    sampled answers sent both ways, all rounds together. The rest as in `TruthResult`.
    """

    method: str
    annotators: Annotators
    prior: Float64
    fit: Fit | None
    log_likelihood: float | None
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
    rng: np.random.Generator | None = None,
) -> ShardedFit:
    """Fit ``method`` (one of `METHODS`) to all shards together, as its function does to one table, from the same start.

    The one table is that of the shards' items one after the other: by their order `auto`, which alone takes ``rng`` (and neither
    ``max_iter`` nor ``tol``), draws its sample and its subtypes. The tables of all annotators lie on the machine that calls:
    ``n_annotators × n_labels²`` numbers. Raises ``ValueError`` for another method, and, but for `auto` and the majority, where that
    would be more than 8 GiB.
    """
    began = perf_counter()
    if method not in METHODS:
        raise ValueError(f"over shards there are {', '.join(METHODS)}, not {method!r}")
    if method == "auto":
        return _fit_auto(shards, n_annotators, n_labels, rng, began)
    sizes = shards.sizes()
    answers = sum(size.answers for size in sizes)
    if method == "majority":
        voted: Sequence[ShardMix] = shards.ask("vote")
        return _fitted(
            sizes,
            method,
            skill_of(*_skill_sums([one.skill for one in voted], sizes, n_annotators)),
            _prior(voted),
            explanation=f"Each answer counts one vote; the posterior is the share of votes, over {len(sizes)} shards of items.",
            seconds=perf_counter() - began,
        )
    if 8 * n_annotators * n_labels**2 > em.TABLE_BYTES:
        raise ValueError(
            f"the tables of {n_annotators:,} annotators and {n_labels:,} labels would exceed 8 GiB"
        )
    base = np.ones((n_labels, n_labels)) + np.eye(n_labels)
    model = DirichletModel(base, 1.0, 1.0, 1) if method == "ibcc" else ConfusionModel(0.01, 0.01)
    most = max_iter if max_iter is not None else (200 if method == "ibcc" else 100)
    hard = [method == "fast_dawid_skene"] * len(sizes)
    shape = (n_annotators, n_labels, n_labels)
    met = sum(len(size.seen) for size in sizes)
    one_way = met * n_labels * n_labels * 8

    params = model.m_step(_whole(shards.ask("start"), sizes, shape), None)
    history: list[float] = []
    while True:
        found = shards.ask("step", _parts(params, sizes), [params.prior] * len(sizes), hard)
        stats = _whole(found, sizes, shape)
        history.append(stats.log_likelihood + params.penalty)
        converged = len(history) > 1 and abs(history[-1] - history[-2]) <= tol * max(answers, 1)
        if converged or len(history) >= most:
            break
        params = model.m_step(stats, params)
    skills = shards.ask("finish", _parts(params, sizes), [params.prior] * len(sizes))
    if isinstance(model, DirichletModel):
        table, prior = stats.counts + model.base, stats.totals + model.class_base
        table, prior = table / table.sum(axis=1, keepdims=True), prior / prior.sum()
    else:
        table, prior = params.table, params.prior
    confusion = np.ascontiguousarray(table.transpose(0, 2, 1), dtype=np.float32)
    rounds = len(history)
    return _fitted(
        sizes,
        method,
        skill_of(*_skill_sums(skills, sizes, n_annotators), confusion=confusion),
        prior,
        fit=Fit(params.table, params.prior),
        log_likelihood=stats.log_likelihood,
        history=tuple(history),
        iterations=rounds,
        converged=converged,
        seconds=perf_counter() - began,
        travelled=one_way * (2 * rounds + 2),
        explanation=f"{method} over {len(sizes)} shards of items, {rounds} rounds; only sums travelled.",
    )


def label_tallies(shards: Shards, n_annotators: int, n_labels: int) -> LabelTallies:
    """`tally_labels` of all shards together, after a fit."""
    whole = LabelTallies(*[np.zeros((n_annotators, n_labels)) for _ in fields(LabelTallies)])
    for size, part in zip(shards.sizes(), shards.ask("tallies"), strict=True):
        for field in fields(LabelTallies):
            getattr(whole, field.name)[size.seen] += getattr(part, field.name)
    return whole


def _fit_auto(
    shards: Shards, n_annotators: int, n_labels: int, rng: np.random.Generator | None, began: float
) -> ShardedFit:
    sizes = shards.sizes()
    answers = sum(size.answers for size in sizes)
    places = np.cumsum([0, *[size.items for size in sizes]])
    if answers <= SAMPLE_ANSWERS:
        whole, known, travelled = _gathered(shards, sizes, np.arange(places[-1]), n_annotators, n_labels)
        result = auto(whole, gold=known, rng=rng)
        shards.ask("take", np.split(result.posterior, places[1:-1]))
        return _fitted(
            sizes,
            "auto",
            result.annotators,
            result.prior,
            fit=result.fit,
            log_likelihood=result.log_likelihood,
            iterations=result.iterations,
            converged=result.converged,
            seconds=perf_counter() - began,
            travelled=travelled + result.posterior.nbytes,
            explanation=f"{result.explanation} So few answers were brought together from {len(sizes)} shards of items.",
        )
    own: Sequence[Int64] = shards.ask("pairs")
    pairs = evidence.Pairs.numbered(np.unique(np.concatenate(own)), n_labels)
    if tables_fit(pairs.pair.size, n_labels):
        source = rng if rng is not None else np.random.default_rng(0)
        last = _tried(shards, sizes, own, pairs, source, n_annotators, n_labels)
    else:
        last = _by_weights(shards, sizes, n_annotators)
    tables = n_annotators * n_labels**2 <= MOST_TABLE
    mixed: Sequence[ShardMix] = shards.ask(
        "mix", *([one] * len(sizes) for one in (VOTE_SHARE, CORRELATION, tables))
    )
    fit, confusion = None, None
    if tables:
        stats = _whole([one.stats for one in mixed if one.stats], sizes, (n_annotators, n_labels, n_labels))
        told = pooled(stats)
        fit = Fit(told.table, told.prior, vote_share=VOTE_SHARE, correlation=CORRELATION)
        confusion = np.ascontiguousarray(fit.table.transpose(0, 2, 1), dtype=np.float32)
    sums = _skill_sums([one.skill for one in mixed], sizes, n_annotators)
    return _fitted(
        sizes,
        "auto",
        skill_of(*sums, confusion=confusion),
        _prior(mixed),
        fit=fit,
        log_likelihood=last.log_likelihood,
        iterations=last.iterations,
        converged=last.converged,
        seconds=perf_counter() - began,
        travelled=last.travelled,
        explanation=f"{last.explanation}{doubt_in_words(VOTE_SHARE, CORRELATION)} "
        f"{last.brought:,} answers were brought together from {len(sizes)} shards of items; else only sums travelled.",
    )


@dataclass(frozen=True, slots=True)
class _Tried:
    """What candidates came to, their weighed posterior being with the shards; ``brought``: answers that came here."""

    explanation: str
    brought: int
    travelled: int
    log_likelihood: float | None = None
    iterations: int = 1
    converged: bool = True


def _tried(
    shards: Shards,
    sizes: Sequence[ShardSize],
    own: Sequence[Int64],
    pairs: evidence.Pairs,
    source: np.random.Generator,
    n_annotators: int,
    n_labels: int,
) -> _Tried:
    """Candidates weighed on a sample; those that weigh enough go on over all shards."""
    seed = int(source.integers(2**62))
    answers = sum(size.answers for size in sizes)
    items = _draw(shards, np.cumsum([0, *[size.items for size in sizes]]), source)
    sample, known, travelled = _gathered(shards, sizes, items, n_annotators, n_labels)
    part = evidence.ready(sample, known)
    weighed = weigh(part, pairs.pair.size, answers, seed)
    assert weighed is not None, "the tables fit"
    rows = [np.searchsorted(pairs.pair, pair) for pair in own]
    kept, found, best = weighed.kept(), weighed.found, weighed.best
    log_likelihood, iterations, converged = 0.0, 0, False
    for m in kept:
        candidate = weighed.candidates[m]
        latent = n_labels * candidate.subtypes
        step = _Pass(shards, rows, candidate.subtypes)
        state = evidence.rounds(
            step,
            pairs,
            candidate,
            evidence.carried(pairs, part.pairs, found[m].counts),
            found[m].totals,
            answers,
            max_iter=last_rounds(answers, latent),
            tol=TOLERANCE,
        )
        weight = float(weighed.weight[m] / weighed.weight[kept].sum())
        score = sum(step.ask("settle", state.table, state.prior, [weight] * len(sizes)))
        travelled += sum(row.size for row in rows) * latent * 8 * (2 * state.iterations + 1)
        if m == best:
            log_likelihood, converged = score - state.apart, state.converged
            iterations = found[m].iterations + state.iterations
    return _Tried(weighed.explain(), len(sample), travelled, log_likelihood, iterations, converged)


def _by_weights(shards: Shards, sizes: Sequence[ShardSize], n_annotators: int) -> _Tried:
    """The methods that keep one number an annotator, over all shards."""
    n = len(sizes)

    def parts(values: Float64) -> list[Float64]:
        return [values[size.seen] for size in sizes]

    def added(values: Sequence[Float64]) -> Float64:
        whole = np.zeros(n_annotators)
        for size, value in zip(sizes, values, strict=True):
            whole[size.seen] += value
        return whole

    def together(moved: Sequence[Moved]) -> Moved:
        total: Float64 = np.sum([one.total for one in moved], axis=0)
        distance = added([one.distance for one in moved])
        return Moved(distance, total, sum(one.seen for one in moved), max(one.moved for one in moved))

    def move(weight: Float64, mean: Float64, pull: float) -> Moved:
        return together(shards.ask("move", parts(weight), [mean] * n, [pull] * n))

    def toss(weight: Float64, log_prior: Float64) -> tuple[Float64, Float64, float]:
        found = shards.ask("toss", parts(weight), [log_prior] * n)
        totals: Float64 = np.sum([one[1] for one in found], axis=0)
        return added([one[0] for one in found]), totals, sum(one[2] for one in found)

    agreed = shards.ask("agreed")
    count = added([one[0] for one in agreed])
    shards.ask("lean", parts(added([one[1] for one in agreed]) / np.maximum(count, 1.0)))
    found = average(together(shards.ask("centre")), move, count)
    shards.ask("centred")
    start = shards.ask("voted")
    totals: Float64 = np.sum([one[1] for one in start], axis=0)
    coin = find_coins(toss, count, added([one[0] for one in start]), totals, right=RIGHT, wrong=WRONG)
    shards.ask("tossed", parts(coin.weight), [np.log(coin.prior)] * n)
    met = sum(size.seen.size for size in sizes)
    return _Tried(BY_WEIGHTS, 0, 16 * met * (2 + found.iterations + len(coin.history)))


class _Pass:
    """One pass of a candidate over all shards; ``rows[shard]``: where the shard's pairs lie among all."""

    def __init__(self, shards: Shards, rows: Sequence[NDArray[np.intp]], subtypes: int) -> None:
        self._shards, self._rows, self._subtypes = shards, rows, subtypes

    def __call__(self, table: Float64, prior: Float64) -> tuple[Float64, Float64, float]:
        counts, totals, score = np.zeros_like(table), np.zeros_like(prior), 0.0
        for row, part in zip(self._rows, self.ask("round", table, prior), strict=True):
            counts[row] += part.counts
            totals += part.totals
            score += part.log_likelihood
        return counts, totals, score

    def ask(self, what: str, table: Float64, prior: Float64, *more: Sequence[Any]) -> Sequence[Any]:
        n = len(self._rows)
        own = [np.ascontiguousarray(table[row]) for row in self._rows]
        return self._shards.ask(what, own, [prior] * n, [self._subtypes] * n, *more)


def _draw(shards: Shards, places: Int64, source: np.random.Generator) -> Int64:
    """The items that `auto` draws, rising. Items are numbered shard after shard, the first of each at ``places``."""
    order = source.permutation(int(places[-1]))
    reach = SAMPLE_ANSWERS + 1  # items without answers are few, so this is mostly far enough
    while True:
        first = order[:reach]
        at = np.searchsorted(places, first, side="right") - 1
        mine = [np.flatnonzero(at == number) for number in range(len(places) - 1)]
        count = np.zeros(first.size, dtype=np.int64)
        asked = [first[rows] - places[number] for number, rows in enumerate(mine)]
        for rows, found in zip(mine, shards.ask("counts", asked), strict=True):
            count[rows] = found
        if reach >= order.size or count.sum() > SAMPLE_ANSWERS:
            return drawn(first, count)
        reach *= 2


def _gathered(
    shards: Shards, sizes: Sequence[ShardSize], items: Int64, n_annotators: int, n_labels: int
) -> tuple[Responses, Int32 | None, int]:
    """The answers to some items (rising) of all shards, brought here; with what is known of these, and how many bytes came."""
    places = np.cumsum([0, *[size.items for size in sizes]])
    edges = np.searchsorted(items, places)
    asked = [items[low:high] - at for low, high, at in zip(edges[:-1], edges[1:], places[:-1], strict=True)]
    parts: Sequence[ShardRows] = shards.ask("some", asked)
    known = np.full(items.size, -1, dtype=np.int32)
    for low, high, part in zip(edges[:-1], edges[1:], parts, strict=True):
        if part.known is not None:
            known[low:high] = part.known
    whole = Responses.from_arrays(
        np.concatenate([part.item + low for part, low in zip(parts, edges[:-1], strict=True)]),
        np.concatenate([part.annotator for part in parts]),
        np.concatenate([part.label for part in parts]),
        n_items=items.size,
        n_annotators=n_annotators,
        n_labels=n_labels,
    )
    return whole, known if (known >= 0).any() else None, 16 * len(whole) + 8 * items.size


def _fitted(
    sizes: Sequence[ShardSize],
    method: str,
    annotators: Annotators,
    prior: Float64,
    *,
    explanation: str,
    seconds: float,
    fit: Fit | None = None,
    log_likelihood: float | None = None,
    history: tuple[float, ...] = (),
    iterations: int = 1,
    converged: bool = True,
    travelled: int = 0,
) -> ShardedFit:
    return ShardedFit(
        method,
        annotators,
        prior,
        fit,
        log_likelihood,
        history,
        iterations,
        converged,
        seconds,
        travelled,
        explanation,
        sum(size.items for size in sizes),
        sum(size.answers for size in sizes),
    )


def _prior(parts: Sequence[ShardMix]) -> Float64:
    share: Float64 = np.sum([part.share for part in parts], axis=0)
    total = sum(part.answered for part in parts)
    return share / total if total else np.full(share.shape, 1.0 / max(share.size, 1))


def _skill_sums(skills: Sequence[ShardSkill], sizes: Sequence[ShardSize], n_annotators: int) -> Float64:
    sums = np.zeros((3, n_annotators))
    for size, skill in zip(sizes, skills, strict=True):
        sums[:, size.seen] += np.stack([skill.count, skill.right, skill.doubt])
    return sums


def _whole(parts: Sequence[em.Stats], sizes: Sequence[ShardSize], shape: tuple[int, int, int]) -> em.Stats:
    counts, totals, likelihood = np.zeros(shape), np.zeros(shape[2]), 0.0
    for part, size in zip(parts, sizes, strict=True):
        counts[size.seen] += part.counts
        totals += part.totals
        likelihood += part.log_likelihood
    return em.Stats(counts, totals, likelihood)


def _parts(params: em.Params, sizes: Sequence[ShardSize]) -> list[Float64]:
    return [np.ascontiguousarray(params.table[size.seen]) for size in sizes]
