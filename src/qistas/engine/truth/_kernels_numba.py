# pyright: reportMissingParameterType=false
"""The passes over the answers, compiled; `_kernels` says what each does.

`estep` multiplies likelihoods and takes no logarithm inside an item: with a table that is nowhere below
``t``, the product over ``300 / -log10(t)`` answers cannot leave the range of float64. Items with more answers
than that go through logarithms. Threads own runs of items and their own counts, which are added at the end.
The common case (nothing known, no item too long, few classes, much work) has a pass compiled for its number
of classes, whose inner loops unroll: half the time of the general one.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange
from numba.cpython.unsafe import tuple as tuples
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
tuple_setitem: Any = tuples.tuple_setitem  # numba passes its first argument itself
_FIXED = 16
_IN_REGISTERS = 6
_SMALL = 200_000
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
    latent = prior.shape[0]
    chunks = _chunks(rows.shape[0] * latent, table.size)
    counts = np.zeros((chunks, *table.shape))
    totals = np.zeros((chunks, latent))
    loglik = np.zeros(chunks)
    reach = _reach(table, prior)
    longest = int(np.diff(offsets).max()) if offsets.shape[0] > 1 else 0
    with np.errstate(divide="ignore"):
        log_table = np.log(table) if longest > reach else np.empty((0, latent))
    filled = posterior if posterior is not None else _NO_POSTERIOR
    given = (offsets, rows, table, log_table, prior, clamp, subtypes, reach, hard, filled)
    if longest <= reach and not hard and clamp.size == 0 and latent <= _FIXED and rows.size >= _SMALL:
        alone, shared = _fixed(latent)
        plain = (offsets, rows, table.ravel(), prior, filled)
        if chunks == 1:
            alone(0, offsets.shape[0] - 1, *plain, counts.ravel(), totals[0], loglik)
        else:
            shared(*plain, counts.reshape(chunks, table.size), totals, loglik)
    elif chunks == 1:
        _estep_run(0, offsets.shape[0] - 1, *given, counts[0], totals[0], loglik)
    else:
        _estep(*given, counts, totals, loglik)
    summed = counts[0] if chunks == 1 else counts.sum(axis=0)
    return summed, totals.sum(axis=0), float(loglik.sum())


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
    loglik = np.zeros(chunks)
    filled = posterior if posterior is not None else _NO_POSTERIOR
    given = (offsets, annotator, label, weight, log_prior, clamp, filled)
    if chunks == 1:
        _vote_run(0, offsets.shape[0] - 1, *given, right[0], totals[0], loglik)
    else:
        _vote_step(*given, right, totals, loglik)
    return right.sum(axis=0), totals.sum(axis=0), float(loglik.sum())


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
    return max(1, min(get_num_threads(), work // 200_000, 1 + 2 * work // max(cells, 1)))


def _reach(table: Float64, prior: Float64) -> int:
    """How many answers may be multiplied before float64 could underflow."""
    least = float(table.min()) if table.size else 1.0
    start = float(prior.min()) if prior.size else 1.0
    most = float(table.max()) if table.size else 1.0
    if least <= 0.0 or start <= 0.0 or most > 1e3:
        return 0
    room = 290.0 + min(0.0, np.log10(start))
    return int(room / max(-np.log10(least), abs(np.log10(most)), 1e-3))


@njit(parallel=True, nogil=True, cache=True)
def _estep(
    offsets, rows, table, log_table, prior, clamp, subtypes, reach, hard, posterior, counts, totals, loglik
):
    n_items = offsets.shape[0] - 1
    chunks = counts.shape[0]
    for c in prange(chunks):
        _estep_run(
            n_items * c // chunks,
            n_items * (c + 1) // chunks,
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
            counts[c],
            totals[c],
            loglik[c : c + 1],
        )


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


@cache
def _fixed(latent: int) -> tuple[Any, Any]:
    """The plain pass for so many classes: on one run of items, and shared among threads.

    Few classes are held in a tuple, which the compiler keeps in registers; an array it must store and load again for each answer.
    """
    nothing = (0.0,) * latent

    @njit(nogil=True, cache=True, error_model="numpy")
    def held(low, high, offsets, rows, table, prior, posterior, mine, total, loglik):
        start, whole = nothing, nothing
        for k in range(latent):
            start = tuple_setitem(start, k, prior[k])
        summed = 0.0
        product = 1.0
        for i in range(low, high):
            a = offsets[i]
            b = offsets[i + 1]
            share = start
            for r in range(a, b):
                w = np.int64(rows[r]) * latent
                for k in range(latent):
                    share = tuple_setitem(share, k, share[k] * table[w + k])
            mass = 0.0
            for k in range(latent):
                mass += share[k]
            scale = 1.0 / mass
            for k in range(latent):
                share = tuple_setitem(share, k, share[k] * scale)
            if b > a:
                if mass < 1e-100 or mass > 1e100:
                    summed += np.log(mass)
                else:
                    product *= mass
                    if product < 1e-150 or product > 1e150:
                        summed += np.log(product)
                        product = 1.0
                for k in range(latent):
                    whole = tuple_setitem(whole, k, whole[k] + share[k])
                for r in range(a, b):
                    w = np.int64(rows[r]) * latent
                    for k in range(latent):
                        mine[w + k] += share[k]
            if posterior.shape[0] > 0:
                for k in range(latent):
                    posterior[i, k] = share[k]
        for k in range(latent):
            total[k] += whole[k]
        loglik[0] = summed + np.log(product)

    @njit(nogil=True, cache=True, error_model="numpy")
    def stored(low, high, offsets, rows, table, prior, posterior, mine, total, loglik):
        share = np.empty(latent)
        summed = 0.0
        product = 1.0
        for i in range(low, high):
            a = offsets[i]
            b = offsets[i + 1]
            for k in range(latent):
                share[k] = prior[k]
            for r in range(a, b):
                w = np.int64(rows[r]) * latent
                for k in range(latent):
                    share[k] *= table[w + k]
            mass = 0.0
            for k in range(latent):
                mass += share[k]
            scale = 1.0 / mass
            for k in range(latent):
                share[k] *= scale
            if b > a:
                if mass < 1e-100 or mass > 1e100:
                    summed += np.log(mass)
                else:
                    product *= mass
                    if product < 1e-150 or product > 1e150:
                        summed += np.log(product)
                        product = 1.0
                for k in range(latent):
                    total[k] += share[k]
                for r in range(a, b):
                    w = np.int64(rows[r]) * latent
                    for k in range(latent):
                        mine[w + k] += share[k]
            if posterior.shape[0] > 0:
                for k in range(latent):
                    posterior[i, k] = share[k]
        loglik[0] = summed + np.log(product)

    alone = held if latent <= _IN_REGISTERS else stored

    @njit(parallel=True, nogil=True, cache=True)
    def shared(offsets, rows, table, prior, posterior, counts, totals, loglik):
        n_items = offsets.shape[0] - 1
        chunks = counts.shape[0]
        for c in prange(chunks):
            alone(
                n_items * c // chunks,
                n_items * (c + 1) // chunks,
                offsets,
                rows,
                table,
                prior,
                posterior,
                counts[c],
                totals[c],
                loglik[c : c + 1],
            )

    return alone, shared


@njit(parallel=True, nogil=True, cache=True)
def _vote_step(offsets, annotator, label, weight, log_prior, clamp, posterior, right, totals, loglik):
    n_items = offsets.shape[0] - 1
    chunks = right.shape[0]
    for c in prange(chunks):
        _vote_run(
            n_items * c // chunks,
            n_items * (c + 1) // chunks,
            offsets,
            annotator,
            label,
            weight,
            log_prior,
            clamp,
            posterior,
            right[c],
            totals[c],
            loglik[c : c + 1],
        )


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
        q = np.float64(posterior[item[r], label[r]])
        j = annotator[r]
        found[j, 0] += 1.0
        found[j, 1] += q
        found[j, 2] += q * (1.0 - q)


def repeats(offsets: NDArray[np.int64], annotator: NDArray[np.int32], n_annotators: int) -> int:
    return int(_repeats(offsets, annotator, np.full(n_annotators, -1, dtype=np.int64)))


def groups(
    offsets: NDArray[np.int64], item: NDArray[np.int32], annotator: NDArray[np.int32], n_annotators: int
) -> int:
    present = int((np.bincount(annotator, minlength=n_annotators) > 0).sum())
    return int(_groups(offsets, annotator, np.arange(n_annotators), present))


@njit(nogil=True, cache=True)
def _repeats(offsets, annotator, last):
    found = 0
    for i in range(offsets.shape[0] - 1):
        for r in range(offsets[i], offsets[i + 1]):
            j = annotator[r]
            if last[j] == i:
                found += 1
            last[j] = i
    return found


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
