# pyright: reportMissingParameterType=false
"""The passes over the answers, compiled; `_kernels` says what each does.

`estep` multiplies likelihoods and takes no logarithm inside an item: with a table that is nowhere below
``t``, the product over ``300 / -log10(t)`` answers cannot leave the range of float64. Items with more answers
than that go through logarithms. Threads own runs of items and their own counts, which are added at the end.
The common case (nothing known, no item too long, few classes, much work) has a pass compiled for its number
of classes, which keeps an item's classes in registers (`_lanes`): a third of the time of the general one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import get_num_threads, njit
from numpy.typing import NDArray

from qistas.engine.truth._lanes import add_to, keep, load, plus, scaled, times
from qistas.engine.truth._lanes import total as sum_of

Float64 = NDArray[np.float64]
_MOST_LANES = 64
_SMALL = 100_000  # answers, below which no pass is compiled for their number of classes
_WORTH_A_THREAD = 2_000_000  # answers times classes
_NO_POSTERIOR = np.empty((0, 0), dtype=np.float32)


def estep(
    offsets: NDArray[np.int64],
    rows: NDArray[Any],
    table: Float64,
    prior: Float64,
    clamp: NDArray[np.int32],
    subtypes: int,
    posterior: NDArray[np.float32] | None,
    hard: bool,
) -> tuple[Float64, Float64, float]:
    latent, n_items = prior.shape[0], offsets.shape[0] - 1
    chunks = _chunks(rows.shape[0] * latent, table.size)
    counts = np.zeros((chunks, *table.shape))
    totals = np.zeros((chunks, latent))
    loglik = np.zeros((chunks, 1))
    reach = _reach(table, prior)
    longest = _longest(offsets)
    filled = posterior if posterior is not None else _NO_POSTERIOR
    if longest <= reach and not hard and clamp.size == 0 and _by_lanes(rows, latent, filled):
        run, given = _passes(latent).estep, (offsets, rows, table, prior, filled)
    else:
        with np.errstate(divide="ignore"):
            log_table = np.log(table) if longest > reach else np.empty((0, latent))
        run, given = (
            _estep_run,
            (offsets, rows, table, log_table, prior, clamp, subtypes, reach, hard, filled),
        )
    _in_chunks(run, n_items, given, counts, totals, loglik)
    return _added(counts), _added(totals), float(loglik.sum())


def vote_stats(
    offsets: NDArray[np.int64],
    rows: NDArray[Any],
    label: NDArray[np.int32],
    clamp: NDArray[np.int32],
    n_rows: int,
    n_labels: int,
) -> tuple[Float64, Float64]:
    chunks = _chunks(rows.shape[0] * n_labels, n_rows * n_labels)
    counts = np.zeros((chunks, n_rows, n_labels))
    totals = np.zeros((chunks, n_labels))
    if clamp.size == 0 and _by_lanes(rows, n_labels, _NO_POSTERIOR):
        run, given = _passes(n_labels).votes, (offsets, rows, label, np.eye(n_labels))
    else:
        run, given = _vote_stats_run, (offsets, rows, label, clamp)
    _in_chunks(run, offsets.shape[0] - 1, given, counts, totals)
    return _added(counts), _added(totals)


def vote_step(
    offsets: NDArray[np.int64],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    weight: Float64,
    log_prior: Float64,
    clamp: NDArray[np.int32],
    posterior: NDArray[np.float32] | None,
) -> tuple[Float64, Float64, float]:
    n_labels = log_prior.shape[0]
    chunks = _chunks(label.shape[0] + offsets.shape[0] * n_labels, weight.shape[0])
    right = np.zeros((chunks, weight.shape[0]))
    totals = np.zeros((chunks, n_labels))
    loglik = np.zeros((chunks, 1))
    filled = posterior if posterior is not None else _NO_POSTERIOR
    given = (offsets, annotator, label, weight, log_prior, clamp, filled)
    _in_chunks(_vote_run, offsets.shape[0] - 1, given, right, totals, loglik)
    return _added(right), _added(totals), float(loglik.sum())


def log_scores(offsets: NDArray[np.int64], rows: NDArray[Any], log_table: Float64) -> Float64:
    scores = np.zeros((offsets.shape[0] - 1, log_table.shape[1]))
    _log_scores(offsets, rows, log_table, scores)
    return scores


def tally(item: NDArray[np.int32], rows: NDArray[Any], posterior: Float64, n_rows: int) -> Float64:
    counts = np.zeros((n_rows, posterior.shape[1]))
    _tally(item, rows, posterior, counts)
    return counts


def votes(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    weight: Float64,
    n_items: int,
    n_labels: int,
) -> Float64:
    summed = np.zeros((n_items, n_labels))
    _votes(item, annotator, label, weight, summed)
    return summed


def matches(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    posterior: NDArray[np.floating],
    n_annotators: int,
) -> tuple[Float64, Float64, Float64]:
    found = np.zeros((n_annotators, 3))
    _matches(item, annotator, label, posterior, found)
    return found[:, 0].copy(), found[:, 1].copy(), found[:, 2].copy()


def dirichlet_step(
    counts: Float64, starts: NDArray[np.int64], label: NDArray[np.int32], base: Float64, evidence: bool
) -> tuple[Float64, float]:
    table = np.empty_like(counts)
    gap = _dirichlet_step(counts, starts, label, base, base.sum(axis=0), evidence, table)
    return table, float(gap)


def _chunks(work: int, cells: int) -> int:
    """One chunk a thread where there is work for it, and never more private counts than work."""
    return max(1, min(get_num_threads(), work // _WORTH_A_THREAD, 1 + 2 * work // max(cells, 1)))


def _in_chunks(run: Callable[..., None], n_items: int, given: tuple[Any, ...], *own: NDArray[Any]) -> None:
    """``run(low, high, *given, *own[c])`` on equal runs of items, chunk ``c`` of each array of ``own`` its own; this thread takes the first.

    Threads of Python, begun and ended with the pass: those of numba would spend the time between passes turning.
    """
    chunks = own[0].shape[0]
    parts = [
        (n_items * c // chunks, n_items * (c + 1) // chunks, *given, *(array[c] for array in own))
        for c in range(chunks)
    ]
    if chunks == 1:
        run(*parts[0])
        return
    with ThreadPoolExecutor(chunks - 1) as threads:
        others = [threads.submit(run, *part) for part in parts[1:]]
        run(*parts[0])
        for other in others:
            other.result()


def _added(parts: Float64) -> Float64:
    return parts[0] if parts.shape[0] == 1 else parts.sum(axis=0)


def _by_lanes(rows: NDArray[Any], latent: int, filled: NDArray[np.float32]) -> bool:
    return 0 < latent <= _MOST_LANES and rows.size >= _SMALL and bool(filled.flags.c_contiguous)


def _reach(table: Float64, prior: Float64) -> int:
    """How many answers may be multiplied before float64 could underflow."""
    least = float(table.min()) if table.size else 1.0
    start = float(prior.min()) if prior.size else 1.0
    most = float(table.max()) if table.size else 1.0
    if least <= 0.0 or start <= 0.0 or most > 1e3:
        return 0
    room = 290.0 + min(0.0, np.log10(start))
    return int(room / max(-np.log10(least), abs(np.log10(most)), 1e-3))


@njit(nogil=True, cache=True)
def _longest(offsets):
    most = 0
    for i in range(offsets.shape[0] - 1):
        most = max(most, offsets[i + 1] - offsets[i])
    return most


@njit(nogil=True, cache=True, error_model="numpy")
def _estep_run(
    low,
    high,
    offsets,
    rows,
    table,
    log_table,
    prior,
    clamp,
    subtypes,
    reach,
    hard,
    posterior,
    mine,
    total,
    loglik,
):
    latent = prior.shape[0]
    log_prior = np.log(prior)
    share = np.empty(latent)
    summed = 0.0
    for i in range(low, high):
        a = offsets[i]
        b = offsets[i + 1]
        known = clamp[i] if clamp.shape[0] > 0 else -1
        shift = 0.0
        if b - a <= reach:
            for k in range(latent):
                share[k] = prior[k]
            for r in range(a, b):
                w = rows[r]
                for k in range(latent):
                    share[k] *= table[w, k]
            if known >= 0:
                for k in range(latent):
                    if k // subtypes != known:
                        share[k] = 0.0
        else:
            for k in range(latent):
                share[k] = log_prior[k]
            for r in range(a, b):
                w = rows[r]
                for k in range(latent):
                    share[k] += log_table[w, k]
            shift = -np.inf
            for k in range(latent):
                if known >= 0 and k // subtypes != known:
                    share[k] = -np.inf
                shift = max(shift, share[k])
            for k in range(latent):
                share[k] = np.exp(share[k] - shift)
        mass = 0.0
        for k in range(latent):
            mass += share[k]
        scale = 1.0 / mass
        for k in range(latent):
            share[k] *= scale
        if b > a or known >= 0:
            summed += np.log(mass) + shift
            if hard:
                best = 0
                for k in range(latent):
                    if share[k] > share[best]:
                        best = k
                for k in range(latent):
                    share[k] = 0.0
                share[best] = 1.0
            for k in range(latent):
                total[k] += share[k]
            for r in range(a, b):
                w = rows[r]
                for k in range(latent):
                    mine[w, k] += share[k]
        if posterior.shape[0] > 0:
            for k in range(latent):
                posterior[i, k] = share[k]
    loglik[0] = summed


class Passes(NamedTuple):
    """The passes compiled for a number of classes."""

    estep: Any
    votes: Any


@cache
def _passes(latent: int) -> Passes:
    """`_estep_run` and `_vote_stats_run` where nothing is known and no item is too long, for so many classes.

    Indices are unsigned, for which numba does not ask whether they count from the end.
    """
    none, one, wide = np.uint64(0), np.uint64(1), np.uint64(latent)

    @njit(nogil=True, cache=True, error_model="numpy")
    def estep(low, high, offsets, rows, table, prior, posterior, mine, total, loglik):
        start = load(prior, none, latent)
        whole = load(total, none, latent)
        summed = 0.0
        product = 1.0
        b = np.uint64(offsets[low])
        for i in range(np.uint64(low), np.uint64(high)):
            a, b = b, np.uint64(offsets[i + one])
            share = start
            for r in range(a, b):
                share = times(share, load(table, np.uint64(rows[r]) * wide, latent))
            mass = sum_of(share)
            share = scaled(share, 1.0 / mass)
            if b > a:
                before = product
                product *= mass
                if not 1e-150 < product < 1e150:
                    summed += np.log(before) + np.log(mass)
                    product = 1.0
                whole = plus(whole, share)
                for r in range(a, b):
                    add_to(mine, np.uint64(rows[r]) * wide, share)
            if posterior.shape[0] > 0:
                keep(posterior, i * wide, share)
        add_to(total, none, whole)
        loglik[0] = summed + np.log(product)

    @njit(nogil=True, cache=True, error_model="numpy")
    def votes(low, high, offsets, rows, label, unit, mine, total):
        nothing = load(total, none, latent)
        whole = nothing
        b = np.uint64(offsets[low])
        for i in range(np.uint64(low), np.uint64(high)):
            a, b = b, np.uint64(offsets[i + one])
            if b > a:
                share = nothing
                for r in range(a, b):
                    share = plus(share, load(unit, np.uint64(label[r]) * wide, latent))
                share = scaled(share, 1.0 / np.float64(b - a))
                whole = plus(whole, share)
                for r in range(a, b):
                    add_to(mine, np.uint64(rows[r]) * wide, share)
        add_to(total, none, whole)

    return Passes(estep, votes)


@njit(nogil=True, cache=True, error_model="numpy")
def _vote_stats_run(low, high, offsets, rows, label, clamp, mine, total):
    n_labels = total.shape[0]
    share = np.empty(n_labels)
    for i in range(low, high):
        a = offsets[i]
        b = offsets[i + 1]
        known = clamp[i] if clamp.shape[0] > 0 else -1
        if b == a and known < 0:
            continue
        for k in range(n_labels):
            share[k] = 0.0
        if known >= 0:
            share[known] = 1.0
        else:
            for r in range(a, b):
                share[label[r]] += 1.0
            scale = 1.0 / (b - a)
            for k in range(n_labels):
                share[k] *= scale
        for k in range(n_labels):
            total[k] += share[k]
        for r in range(a, b):
            w = rows[r]
            for k in range(n_labels):
                mine[w, k] += share[k]


@njit(nogil=True, cache=True, error_model="numpy")
def _vote_run(low, high, offsets, annotator, label, weight, log_prior, clamp, posterior, mine, total, loglik):
    n_labels = log_prior.shape[0]
    share = np.empty(n_labels)
    summed = 0.0
    for i in range(low, high):
        a = offsets[i]
        b = offsets[i + 1]
        known = clamp[i] if clamp.shape[0] > 0 else -1
        for k in range(n_labels):
            share[k] = log_prior[k]
        for r in range(a, b):
            share[label[r]] += weight[annotator[r]]
        top = -np.inf
        for k in range(n_labels):
            if known >= 0 and k != known:
                share[k] = -np.inf
            top = max(top, share[k])
        mass = 0.0
        for k in range(n_labels):
            share[k] = np.exp(share[k] - top)
            mass += share[k]
        scale = 1.0 / mass
        for k in range(n_labels):
            share[k] *= scale
        if b > a or known >= 0:
            summed += np.log(mass) + top
            for k in range(n_labels):
                total[k] += share[k]
            for r in range(a, b):
                mine[annotator[r]] += share[label[r]]
        if posterior.shape[0] > 0:
            for k in range(n_labels):
                posterior[i, k] = share[k]
    loglik[0] = summed


@njit(nogil=True, cache=True, error_model="numpy", inline="always")
def _digamma(x):
    """Derivative of the logarithm of the gamma function: recurrence up to 6, then the series; good to 1e-10."""
    shift = 0.0
    if x < 6.0:
        below, product = 0.0, 1.0
        while x < 6.0:
            below = below * x + product
            product *= x
            x += 1.0
        shift = below / product
    inverse = 1.0 / x
    square = inverse * inverse
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return math.log(x) - 0.5 * inverse - series - shift


@njit(nogil=True, cache=True, error_model="numpy")
def _dirichlet_step(counts, starts, label, base, whole, evidence, table):
    latent = counts.shape[1]
    total = np.empty(latent)
    middle = np.empty(latent)
    unused = np.empty_like(base)
    for a in range(base.shape[0]):
        for k in range(latent):
            unused[a, k] = _digamma(base[a, k])
    gap = 0.0
    for j in range(starts.shape[0] - 1):
        for k in range(latent):
            total[k] = 0.0
        for r in range(starts[j], starts[j + 1]):
            for k in range(latent):
                total[k] += counts[r, k]
        for k in range(latent):
            middle[k] = _digamma(total[k] + whole[k])
            if evidence and total[k] > 0.0:
                gap += math.lgamma(total[k] + whole[k]) - math.lgamma(whole[k]) - total[k] * middle[k]
        for r in range(starts[j], starts[j + 1]):
            a = label[r]
            for k in range(latent):
                count = counts[r, k]
                if count < 1e-9:
                    table[r, k] = max(math.exp(unused[a, k] - middle[k]), 1e-300)
                    continue
                point = _digamma(count + base[a, k])
                table[r, k] = max(math.exp(point - middle[k]), 1e-300)
                if evidence:
                    gap += count * point + math.lgamma(base[a, k]) - math.lgamma(count + base[a, k])
    return gap


@njit(nogil=True, cache=True)
def _log_scores(offsets, rows, log_table, scores):
    for i in range(scores.shape[0]):
        for r in range(offsets[i], offsets[i + 1]):
            w = rows[r]
            for k in range(scores.shape[1]):
                scores[i, k] += log_table[w, k]


@njit(nogil=True, cache=True)
def _tally(item, rows, posterior, counts):
    for r in range(rows.shape[0]):
        i = item[r]
        w = rows[r]
        for k in range(counts.shape[1]):
            counts[w, k] += posterior[i, k]


@njit(nogil=True, cache=True)
def _votes(item, annotator, label, weight, summed):
    for r in range(item.shape[0]):
        summed[item[r], label[r]] += weight[annotator[r]]


@njit(nogil=True, cache=True)
def _matches(item, annotator, label, posterior, found):
    for r in range(item.shape[0]):
        q = np.float64(posterior[np.uint64(item[r]), np.uint64(label[r])])
        j = np.uint64(annotator[r])
        found[j, 0] += 1.0
        found[j, 1] += q
        found[j, 2] += q * (1.0 - q)


def census(
    offsets: NDArray[np.int64],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    n_annotators: int,
    n_labels: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    answers = np.zeros(n_annotators, dtype=np.int64)
    used = np.zeros(n_labels, dtype=np.bool_)
    last = np.full(n_annotators, -1, dtype=np.int64)
    return answers, used, int(_census(offsets, annotator, label, last, answers, used))


def likeliest(posterior: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    label = np.empty(posterior.shape[0], dtype=np.int32)
    share = np.empty(posterior.shape[0], dtype=np.float32)
    _likeliest(posterior, label, share)
    return label, share


def groups(
    offsets: NDArray[np.int64],
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    n_annotators: int,
    present: int,
) -> int:
    return int(_groups(offsets, annotator, np.arange(n_annotators), present))


@njit(nogil=True, cache=True)
def _census(offsets, annotator, label, last, answers, used):
    repeats = 0
    for i in range(offsets.shape[0] - 1):
        for r in range(offsets[i], offsets[i + 1]):
            j = np.uint64(annotator[r])
            answers[j] += 1
            used[np.uint64(label[r])] = True
            repeats += last[j] == i
            last[j] = i
    return repeats


@njit(nogil=True, cache=True)
def _likeliest(posterior, label, share):
    for i in range(posterior.shape[0]):
        best = 0
        most = posterior[i, 0]
        for k in range(1, posterior.shape[1]):
            value = posterior[i, k]
            more = value > most
            best = k if more else best
            most = value if more else most
        label[i] = best
        share[i] = most


@njit(nogil=True, cache=True)
def _root(parent, j):
    while parent[j] != j:
        parent[j] = parent[parent[j]]
        j = parent[j]
    return j


@njit(nogil=True, cache=True)
def _groups(offsets, annotator, parent, present):
    separate = present
    for i in range(offsets.shape[0] - 1):
        for r in range(offsets[i] + 1, offsets[i + 1]):
            a = _root(parent, annotator[r - 1])
            b = _root(parent, annotator[r])
            if a != b:
                parent[max(a, b)] = min(a, b)
                separate -= 1
        if separate <= 1:
            break
    return separate


def logit_terms(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    posterior: Float64,
    ability: Float64,
    ease: Float64,
    by_item: bool,
) -> tuple[Float64, Float64, Float64]:
    found = np.zeros((3, ease.shape[0] if by_item else ability.shape[0]))
    _logit_terms(item, annotator, label, posterior, ability, ease, by_item, found)
    return found[0], found[1], found[2]


@njit(nogil=True, cache=True)
def _logit_terms(item, annotator, label, posterior, ability, ease, by_item, found):
    for r in range(item.shape[0]):
        i = item[r]
        j = annotator[r]
        x = ability[j] * ease[i]
        q = posterior[i, label[r]]
        small = np.exp(-abs(x))
        chance = (1.0 if x >= 0 else small) / (1.0 + small)
        d = x if by_item else ease[i]
        g = i if by_item else j
        found[0, g] += q * x - max(x, 0.0) - np.log1p(small)
        found[1, g] += d * (q - chance)
        found[2, g] += d * d * chance * (1.0 - chance)
