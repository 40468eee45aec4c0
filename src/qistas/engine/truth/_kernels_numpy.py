"""The passes over the answers in numpy alone; `_kernels` says what each does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qistas.engine.truth._special import digamma, log_gamma

_CELLS = 4_000_000
Float64 = NDArray[np.float64]


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
    counts = np.zeros_like(table)
    totals = np.zeros(latent)
    loglik = 0.0
    with np.errstate(divide="ignore"):
        log_table, log_prior = np.log(table), np.log(prior)
    for low, high in _blocks(offsets, latent):
        answers = rows[offsets[low] : offsets[high]]
        held = offsets[low : high + 1] - offsets[low]
        scores = _segment_sums(log_table[answers], held) + log_prior
        seen = held[1:] > held[:-1]
        if clamp.size:
            known = clamp[low:high]
            seen |= known >= 0
            wrong = (np.arange(latent)[None, :] // subtypes) != known[:, None]
            scores[wrong & (known >= 0)[:, None]] = -np.inf
        top = scores.max(axis=1, keepdims=True)
        share = np.exp(scores - top)
        mass = share.sum(axis=1, keepdims=True)
        share /= mass
        loglik += float((np.log(mass) + top)[seen].sum())
        if hard:
            best = share.argmax(axis=1)
            share[seen] = 0.0
            share[np.flatnonzero(seen), best[seen]] = 1.0
        totals += share[seen].sum(axis=0)
        spread = np.repeat(share, np.diff(held), axis=0)
        for k in range(latent):
            counts[:, k] += np.bincount(answers, weights=spread[:, k], minlength=table.shape[0])
        if posterior is not None:
            posterior[low:high] = share
    return counts, totals, loglik


def vote_stats(
    offsets: NDArray[np.int64],
    rows: NDArray[Any],
    label: NDArray[np.int32],
    clamp: NDArray[np.int32],
    n_rows: int,
    n_labels: int,
) -> tuple[Float64, Float64]:
    counts, totals = np.zeros((n_rows, n_labels)), np.zeros(n_labels)
    for low, high in _blocks(offsets, n_labels):
        part = slice(offsets[low], offsets[high])
        size = np.diff(offsets[low : high + 1])
        item = np.repeat(np.arange(high - low), size)
        cells = np.bincount(item * n_labels + label[part], minlength=(high - low) * n_labels)
        share = cells.reshape(high - low, n_labels) / np.maximum(size, 1)[:, None]
        if clamp.size:
            known = clamp[low:high]
            share[known >= 0] = np.eye(n_labels)[known[known >= 0]]
        totals += share.sum(axis=0)
        counts += tally(item, rows[part], share, n_rows)
    return counts, totals


def vote_step(
    offsets: NDArray[np.int64],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    weight: Float64,
    log_prior: Float64,
    clamp: NDArray[np.int32],
    posterior: NDArray[np.float32] | None,
) -> tuple[Float64, Float64, float]:
    n_labels, n_annotators = log_prior.shape[0], weight.shape[0]
    right = np.zeros(n_annotators)
    totals = np.zeros(n_labels)
    loglik = 0.0
    for low, high in _blocks(offsets, n_labels):
        part = slice(offsets[low], offsets[high])
        held = offsets[low : high + 1] - offsets[low]
        item = np.repeat(np.arange(high - low), np.diff(held))
        scores = votes(item.astype(np.int32), annotator[part], label[part], weight, high - low, n_labels)
        scores += log_prior
        seen = held[1:] > held[:-1]
        if clamp.size:
            known = clamp[low:high]
            seen |= known >= 0
            wrong = np.arange(n_labels)[None, :] != known[:, None]
            scores[wrong & (known >= 0)[:, None]] = -np.inf
        top = scores.max(axis=1, keepdims=True)
        share = np.exp(scores - top)
        mass = share.sum(axis=1, keepdims=True)
        share /= mass
        loglik += float((np.log(mass) + top)[seen].sum())
        totals += share[seen].sum(axis=0)
        right += np.bincount(annotator[part], weights=share[item, label[part]], minlength=n_annotators)
        if posterior is not None:
            posterior[low:high] = share
    return right, totals, loglik


def log_scores(offsets: NDArray[np.int64], rows: NDArray[Any], log_table: Float64) -> Float64:
    scores = np.empty((offsets.shape[0] - 1, log_table.shape[1]))
    for low, high in _blocks(offsets, log_table.shape[1]):
        answers = rows[offsets[low] : offsets[high]]
        scores[low:high] = _segment_sums(log_table[answers], offsets[low : high + 1] - offsets[low])
    return scores


def tally(item: NDArray[np.integer], rows: NDArray[Any], posterior: Float64, n_rows: int) -> Float64:
    counts = np.empty((n_rows, posterior.shape[1]))
    for k in range(posterior.shape[1]):
        counts[:, k] = np.bincount(rows, weights=posterior[:, k][item], minlength=n_rows)
    return counts


def votes(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    weight: Float64,
    n_items: int,
    n_labels: int,
) -> Float64:
    cells = item.astype(np.int64) * n_labels + label
    summed = np.bincount(cells, weights=weight[annotator], minlength=n_items * n_labels)
    return summed.astype(np.float64, copy=False).reshape(n_items, n_labels)


def matches(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    posterior: NDArray[np.floating],
    n_annotators: int,
) -> tuple[Float64, Float64, Float64]:
    right = posterior[item, label].astype(np.float64)
    count = np.bincount(annotator, minlength=n_annotators).astype(np.float64)
    correct = np.bincount(annotator, weights=right, minlength=n_annotators)
    variance = np.bincount(annotator, weights=right * (1.0 - right), minlength=n_annotators)
    return count, correct.astype(np.float64), variance.astype(np.float64)


def dirichlet_step(
    counts: Float64, starts: NDArray[np.int64], label: NDArray[np.int32], base: Float64, evidence: bool
) -> tuple[Float64, float]:
    if not counts.size:
        return np.empty_like(counts), 0.0
    totals = np.add.reduceat(counts, starts[:-1], axis=0)
    whole = base.sum(axis=0)
    middle = digamma(totals + whole)
    alpha = counts + base[label]
    point = digamma(alpha)
    sizes = np.diff(starts)
    table = np.maximum(np.exp(point - np.repeat(middle, sizes, axis=0)), 1e-300)
    gap = 0.0
    if evidence:
        gap = float((log_gamma(totals + whole) - log_gamma(whole) - totals * middle).sum())
        gap += float((counts * point + log_gamma(base)[label] - log_gamma(alpha)).sum())
    return table, gap


def _blocks(offsets: NDArray[np.int64], width: int) -> list[tuple[int, int]]:
    """Runs of items whose answers times ``width`` stay near `_CELLS`."""
    step = max(1, _CELLS // max(1, width))
    edges = [0]
    while edges[-1] < offsets.shape[0] - 1:
        reach = int(np.searchsorted(offsets, offsets[edges[-1]] + step, side="right")) - 1
        edges.append(min(max(reach, edges[-1] + 1), edges[-1] + step, offsets.shape[0] - 1))
    return list(pairwise(edges))


def _segment_sums(values: Float64, held: NDArray[np.int64]) -> Float64:
    sums = np.zeros((held.shape[0] - 1, values.shape[1]))
    filled = held[1:] > held[:-1]
    if values.shape[0]:
        sums[filled] = np.add.reduceat(values, held[:-1][filled], axis=0)
    return sums


def census(
    offsets: NDArray[np.int64],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    n_annotators: int,
    n_labels: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    item = np.repeat(np.arange(offsets.shape[0] - 1), np.diff(offsets))
    pairs = item * n_annotators + annotator
    pairs.sort()
    answers = np.bincount(annotator, minlength=n_annotators).astype(np.int64)
    used = np.bincount(label, minlength=n_labels) > 0
    return answers, used, int((pairs[1:] == pairs[:-1]).sum())


def likeliest(posterior: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    label = posterior.argmax(axis=1).astype(np.int32)
    return label, np.take_along_axis(posterior, label[:, None], axis=1)[:, 0]


def groups(
    offsets: NDArray[np.int64],
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    n_annotators: int,
    present: int,
) -> int:
    """Least codes spread along items, each annotator jumping to its group's least code, until nothing moves."""
    if not annotator.size:
        return 0
    starts = offsets[:-1][offsets[1:] > offsets[:-1]]
    sizes = np.diff(np.append(starts, annotator.size))
    least = np.arange(n_annotators)
    while True:
        before = least
        lowest = np.repeat(np.minimum.reduceat(before[annotator], starts), sizes)
        least = before.copy()
        np.minimum.at(least, annotator, lowest)
        np.minimum.at(least, before[annotator], lowest)
        least = least[least]
        if np.array_equal(least, before):
            break
    return int(np.unique(least[annotator]).size)


def logit_terms(
    item: NDArray[np.int32],
    annotator: NDArray[np.int32],
    label: NDArray[np.int32],
    posterior: Float64,
    ability: Float64,
    ease: Float64,
    by_item: bool,
) -> tuple[Float64, Float64, Float64]:
    key, size = (item, ease.shape[0]) if by_item else (annotator, ability.shape[0])
    x = ability[annotator] * ease[item]
    slope_of = x if by_item else ease[item]
    small = np.exp(-np.abs(x))
    chance = np.where(x >= 0, 1.0, small) / (1.0 + small)
    right = posterior[item, label]
    value = right * x - np.maximum(x, 0.0) - np.log1p(small)
    parts = (value, slope_of * (right - chance), slope_of**2 * chance * (1.0 - chance))
    found = [np.bincount(key, weights=part, minlength=size).astype(np.float64) for part in parts]
    return found[0], found[1], found[2]
