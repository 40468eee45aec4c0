r"""Krippendorff's α for nominal, ordinal, interval and ratio values, with missing answers.

.. math:: \alpha = 1 - D_o / D_e, \qquad
   D_o = \frac1n \sum_u \sum_{i \ne j \in u} \frac{\delta(v_i, v_j)}{m_u - 1}, \qquad
   D_e = \frac{1}{n (n - 1)} \sum_{c, k} n_c n_k\, \delta(c, k)

over items ``u`` with ``m_u >= 2`` answers; ``n`` is the number of those answers, ``n_c`` how many of them
say ``c``. Distances: nominal ``[c != k]``; interval ``(c - k)²``; ratio ``((c - k) / (c + k))²``; ordinal
``(r_c - r_k)²`` where ``r`` is the mid-rank ``Σ_{g<c} n_g + n_c / 2``, which is the same as Krippendorff's
``(Σ_{g=c..k} n_g - (n_c + n_k) / 2)²``.

Reference: K. Krippendorff, *Content Analysis*, 4th ed., 2018, ch. 12; and "Computing Krippendorff's
Alpha-Reliability", 2011.

No matrix of values by values is built for the point estimate: each item gives one observed disagreement
and the expected one follows from moments, so that the price is linear in the number of answers. The
bootstrap draws items; see :mod:`qistas.engine.agreement.bootstrap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.agreement.answers import Answers, FloatArray, IntArray, Table, encode, read_answers
from qistas.engine.agreement.bootstrap import (
    check_bootstrap,
    deal_blocks,
    percentile_interval,
    resampled_sums,
)
from qistas.engine.agreement.result import Agreement
from qistas.engine.responses import Responses
from qistas.engine.sums import sum_by

Metric = Literal["nominal", "ordinal", "interval", "ratio"]

# Up to here the bootstrap carries every value's count (exact); beyond, the expected disagreement of a
# replicate is taken to first order around the sample's own, whose error is of second order.
_EXACT_LEVELS = 1024
_EXACT_ORDINAL_LEVELS = 32
_RATIO_GRID = 1 << 16


@dataclass(frozen=True, slots=True)
class _Pairable:
    """Answers on items with at least two answers; units and codes renumbered from 0."""

    unit: IntArray
    code: IntArray
    size: FloatArray
    level: FloatArray
    count: FloatArray


def krippendorff_alpha(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    metric: Metric = "nominal",
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> Agreement:
    """Return Krippendorff's α of a table of answers, with a bootstrap interval over items.

    ``item, annotator, value``: three aligned columns of length n in any order (integers, floats, booleans;
    strings where the metric is nominal), or one ``Responses`` in place of all three (its label codes
    0, 1, 2 … are then the values) or one ``NumericResponses``. Ordinal: the order is that of the values. Ratio: values must not be
    negative. ``rng`` is needed unless ``n_bootstrap`` is 0 (then ``low`` and ``high`` are NaN).

    Decided cases:

    * NaN values are missing answers; of repeated answers of one annotator to one item the last row counts.
    * No item with two answers (so also: no rows, one annotator): α is NaN, with a warning.
    * All pairable answers the same: nothing can disagree and chance cannot be told from skill; α is 1.0,
      the interval NaN, with a warning.
    * One item only: α as computed, interval NaN, with a warning (there is nothing to draw from).
    * Replicates in which all answers are the same count as 1.0.

    Raises ``ValueError`` for columns of different length, an unknown metric, strings with a metric that
    needs numbers, negative or infinite values where the metric has no meaning for them.
    """
    if metric not in get_args(Metric):
        raise ValueError(f"metric must be one of {', '.join(get_args(Metric))}, not {metric!r}")
    check_bootstrap(n_bootstrap, rng, level)
    notes: list[str] = []
    direct = None
    if isinstance(item, Responses) and metric == "nominal" and not n_bootstrap and _compiled():
        quick = _quick_nominal(item)
        if quick is not None:
            return quick
    if isinstance(item, Responses) and annotator is None and value is None and _compiled():
        direct = _from_responses(item, metric, with_rows=n_bootstrap > 0)
    if direct is not None:
        data, observed = direct
    else:
        answers = read_answers(item, annotator, value)
        if answers.n_repeated:
            notes.append(
                f"{answers.n_repeated} answers repeat an annotator on an item; of each the last row counts"
            )
        data = _pairable(answers, metric)
        observed = np.zeros(0) if not len(data.size) else _observed(data, metric)
    n_items, n_pairable = len(data.size), int(data.size.sum())
    if n_items == 0:
        notes.insert(0, "no item has two answers, so agreement cannot be measured")
        return _result(float("nan"), float("nan"), float("nan"), 0, 0, metric, notes)

    expected, pull = _expected(data, metric)
    total = float(n_pairable)
    if expected <= 0.0 or np.count_nonzero(data.count) < 2:  # moments of one value may be a rounding error
        notes.insert(
            0, "all pairable answers are the same: perfect, but nothing shows that it is more than chance"
        )
        return _result(1.0, float("nan"), float("nan"), n_items, n_pairable, metric, notes)
    alpha = 1.0 - (total - 1.0) * float(observed.sum()) / expected
    low = high = float("nan")
    if n_items == 1:
        notes.append("one item only: no interval can be given")
    elif n_bootstrap and rng is not None:
        draws = _bootstrap(data, metric, observed, expected, pull, n_bootstrap, rng)
        low, high = percentile_interval(draws, level)
        if n_items < 10:
            notes.append(f"only {n_items} items have two answers: the interval is rough")
    return _result(alpha, low, high, n_items, n_pairable, metric, notes)


def _result(
    value: float, low: float, high: float, n_items: int, n_pairable: int, metric: str, notes: list[str]
) -> Agreement:
    return Agreement(value, low, high, n_items, n_pairable, metric, "; ".join(notes) or None)


@cache
def _compiled() -> bool:
    return find_spec("numba") is not None


def _quick_nominal(responses: Responses) -> Agreement | None:
    """The point estimate in one pass that keeps nothing by item; None where an annotator answered an item twice or a
    case needs a note.
    """
    from qistas.engine.agreement import compiled_passes as passes

    repeated, count, _, observed, n_items = passes.nominal(
        responses.offsets,
        responses.annotator,
        responses.label,
        responses.n_annotators,
        responses.n_labels,
        False,
    )
    total = float(count.sum())
    expected = total * total - float(count @ count)
    if repeated or n_items < 2 or expected <= 0.0:
        return None
    alpha = 1.0 - (total - 1.0) * observed / expected
    return _result(alpha, float("nan"), float("nan"), n_items, int(total), "nominal", [])


def _from_responses(
    responses: Responses, metric: str, *, with_rows: bool
) -> tuple[_Pairable, FloatArray] | None:
    """Do the passes compiled, over answers that are sorted already; None where an annotator answered an item twice.

    Labels that nobody used stay, with a count of zero, which changes no sum. ``with_rows``: unit and code of every
    answer are needed (by the bootstrap); else they stay empty.
    """
    from qistas.engine.agreement import compiled_passes as passes

    offsets, label, n_labels = responses.offsets, responses.label, responses.n_labels
    repeated, count, observed, _, _ = passes.nominal(
        offsets, responses.annotator, label, responses.n_annotators, n_labels, True
    )
    if repeated:
        return None
    level = np.arange(n_labels, dtype=np.float64)
    if metric == "ratio":
        observed = np.asarray(passes.ratio(offsets, label, level), dtype=np.float64)
    elif metric != "nominal":
        score = level if metric == "interval" else _midrank(count)
        observed = np.asarray(passes.spread(offsets, label, score), dtype=np.float64)
    size = np.diff(offsets)
    paired = size >= 2
    unit = code = np.zeros(0, dtype=np.int64)
    if with_rows:
        unit, code = responses.item.astype(np.int64), label.astype(np.int64)
    if not bool(paired.all()):
        if with_rows:
            keep = paired[unit]
            unit, code = (np.cumsum(paired) - 1)[unit[keep]], code[keep]
        observed, size = observed[paired], size[paired]
    return _Pairable(unit, code, size.astype(np.float64), level, count), observed


def _pairable(answers: Answers, metric: str) -> _Pairable:
    size = np.bincount(answers.item, minlength=answers.n_items)
    paired = size >= 2
    if bool(paired.all()):
        unit, code, levels = answers.item, answers.code, answers.levels
    else:
        keep = paired[answers.item]
        unit = (np.cumsum(paired) - 1)[answers.item[keep]]
        used, code = encode(answers.code[keep])
        levels = answers.levels[used]
        size = size[paired]
    if metric == "nominal" or metric == "ordinal":
        if metric == "ordinal" and levels.dtype.kind not in "iufb":
            raise ValueError(
                "an ordinal metric needs numbers, so that their order is known; give codes 0, 1, 2 …"
            )
        level = np.arange(len(levels), dtype=np.float64)
    else:
        if levels.dtype.kind not in "iufb":
            raise ValueError(f"the metric {metric!r} needs numbers")
        level = levels.astype(np.float64)
        if not bool(np.isfinite(level).all()):
            raise ValueError(f"the metric {metric!r} has no meaning for infinite values")
        if metric == "ratio" and level.size and level[0] < 0.0:
            raise ValueError("the metric 'ratio' has no meaning for negative values")
    count = np.bincount(code, minlength=len(levels)).astype(np.float64)
    return _Pairable(unit, code, size.astype(np.float64), level, count)


def _midrank(count: FloatArray) -> FloatArray:
    return np.cumsum(count, axis=-1) - count / 2.0


def _cells(data: _Pairable) -> tuple[IntArray, IntArray, FloatArray]:
    """Return (unit, code, times) of the distinct values of every item, sorted by unit and code."""
    width = len(data.level)
    key = data.unit * width + data.code
    if len(data.size) * width <= 4 * len(key) + 4096:
        table = np.bincount(key, minlength=len(data.size) * width)
        cell = np.flatnonzero(table)
        return cell // width, cell % width, table[cell].astype(np.float64)
    key = np.sort(key)
    first = np.flatnonzero(np.concatenate((np.ones(1, dtype=np.bool_), key[1:] != key[:-1])))
    times = np.diff(np.append(first, len(key))).astype(np.float64)
    cell = key[first]
    return cell // width, cell % width, times


def _square_spread(data: _Pairable, score: FloatArray) -> FloatArray:
    """Σ_{i≠j} (s_i - s_j)² / (m - 1) for every item, with ``score`` by code; sums taken around the item's mean."""
    s = score[data.code]
    mean = sum_by(data.unit, s, len(data.size)) / data.size
    s = s - mean[data.unit]
    return 2.0 * data.size * sum_by(data.unit, s * s, len(data.size)) / (data.size - 1.0)


def _ratio_distance(a: FloatArray, b: FloatArray) -> FloatArray:
    total = a + b
    return np.where(total > 0.0, (a - b) / np.where(total > 0.0, total, 1.0), 0.0) ** 2


def _observed(data: _Pairable, metric: str) -> FloatArray:
    """Return each item's share of the observed disagreement, Σ_{i≠j} δ / (m - 1)."""
    if metric == "nominal":
        unit, _, times = _cells(data)
        same = sum_by(unit, times * times, len(data.size))
        return (data.size * data.size - same) / (data.size - 1.0)
    if metric == "interval":
        return _square_spread(data, data.level)
    if metric == "ordinal":
        return _square_spread(data, _midrank(data.count))
    unit, code, times = _cells(data)
    start = np.searchsorted(unit, np.arange(len(data.size)))
    end = np.append(start[1:], len(unit))
    out = np.zeros(len(data.size))
    # The d-th pass compares every distinct value of an item with the one d places after it.
    for step in range(1, int((end - start).max(initial=0))):
        left = np.arange(len(unit) - step)
        left = left[unit[left] == unit[left + step]]
        right = left + step
        far = _ratio_distance(data.level[code[left]], data.level[code[right]])
        out += sum_by(unit[left], 2.0 * times[left] * times[right] * far, len(data.size))
    return out / (data.size - 1.0)


def _expected(data: _Pairable, metric: str) -> tuple[float, FloatArray]:
    """Return Σ_{ck} n_c n_k δ_ck and ``pull``, its slope by n_c (needed for the first-order bootstrap)."""
    count, total = data.count, float(data.count.sum())
    if metric == "nominal":
        return total * total - float(count @ count), 2.0 * (total - count)
    if metric == "interval":
        level = data.level - float(count @ data.level) / total
        second = float(count @ (level * level))
        return 2.0 * total * second, 2.0 * (second + total * level * level)
    if metric == "ordinal":
        cube = float(np.sum(count**3))
        return total * (total**3 - cube) / 6.0, (4.0 * total**3 - cube - 3.0 * total * count**2) / 6.0
    field = _ratio_field(data.level, count)
    return float(count @ field), 2.0 * field


def _ratio_field(level: FloatArray, count: FloatArray) -> FloatArray:
    """Return Σ_k n_k δ(c, k) for every value c.

    Exact up to 1,024 distinct values. Beyond, δ = tanh²((ln c - ln k) / 2) depends on the difference of
    logarithms alone, so the sum is a convolution, done by FFT on a grid of 65,536 places with linear
    sharing between neighbours (error of the order of the squared grid step).
    """
    if len(level) <= _EXACT_LEVELS:
        return _ratio_distance(level[:, None], level[None, :]) @ count
    positive = level > 0.0
    zeros = float(count[~positive].sum())
    log = np.log(level[positive])
    low, high = float(log.min()), float(log.max())
    place = (log - low) / (high - low) * (_RATIO_GRID - 1)
    left = np.minimum(place.astype(np.int64), _RATIO_GRID - 2)
    share = place - left
    mass = sum_by(left, count[positive] * (1.0 - share), _RATIO_GRID)
    mass += sum_by(left + 1, count[positive] * share, _RATIO_GRID)
    step = (high - low) / (_RATIO_GRID - 1)
    kernel = np.tanh(np.arange(-(_RATIO_GRID - 1), _RATIO_GRID) * step / 2.0) ** 2
    length = 4 * _RATIO_GRID
    grid = np.fft.irfft(np.fft.rfft(mass, length) * np.fft.rfft(kernel, length), length)
    grid = grid[_RATIO_GRID - 1 : 2 * _RATIO_GRID - 1]
    field = np.empty(len(level))
    field[positive] = grid[left] * (1.0 - share) + grid[left + 1] * share + zeros
    field[~positive] = count[positive].sum()
    return field


def _alpha(total: FloatArray, observed: FloatArray, expected: FloatArray) -> FloatArray:
    safe = np.where(expected > 0.0, expected, 1.0)
    return np.where(expected > 0.0, 1.0 - (total - 1.0) * observed / safe, 1.0)


def _bootstrap(
    data: _Pairable,
    metric: str,
    observed: FloatArray,
    expected: float,
    pull: FloatArray,
    n_bootstrap: int,
    rng: np.random.Generator,
) -> FloatArray:
    block, n_blocks = deal_blocks(len(data.size), rng)

    def by_block(per_unit: FloatArray) -> FloatArray:
        return sum_by(block, per_unit, n_blocks)

    width = len(data.level)
    row_block = block[data.unit]
    if metric == "interval":
        level = data.level - float(data.count @ data.level) / float(data.count.sum())
        s = level[data.code]
        first = sum_by(row_block, s, n_blocks)
        second = sum_by(row_block, s * s, n_blocks)
        sums = resampled_sums(
            np.stack([by_block(data.size), by_block(observed), first, second], axis=1), n_bootstrap, rng
        )
        total = sums[:, 0]
        spread = 2.0 * (total * sums[:, 3] - sums[:, 2] ** 2)
        # A replicate of one value leaves rounding noise where there should be zero.
        return _alpha(total, sums[:, 1], np.where(spread > 1e-9 * total * sums[:, 3], spread, 0.0))

    exact = width <= (_EXACT_ORDINAL_LEVELS if metric == "ordinal" else _EXACT_LEVELS)
    if exact:
        counts = np.bincount(row_block * width + data.code, minlength=n_blocks * width).reshape(
            n_blocks, width
        )
        counts = counts.astype(np.float64)
        if metric == "ordinal":
            return _ordinal_bootstrap(data, block, n_blocks, counts, n_bootstrap, rng)
        sums = resampled_sums(np.column_stack([by_block(observed), counts]), n_bootstrap, rng)
        n_c = sums[:, 1:]
        total = n_c.sum(axis=1)
        if metric == "nominal":
            chance = total * total - np.einsum("bc,bc->b", n_c, n_c)
        else:
            chance = np.einsum(
                "bc,bc->b", n_c @ _ratio_distance(data.level[:, None], data.level[None, :]), n_c
            )
        return _alpha(total, sums[:, 0], chance)

    if metric == "ordinal":
        observed = observed + _rank_drift(data)
    slope = sum_by(data.unit, pull[data.code], len(data.size))
    sums = resampled_sums(
        np.stack([by_block(data.size), by_block(observed), by_block(slope)], axis=1), n_bootstrap, rng
    )
    total, base = sums[:, 0], float(data.count.sum())
    if metric == "ordinal":
        # Subtracting the sample's own drift leaves the change that the replicate's ranks bring.
        sums[:, 1] -= float(_rank_drift(data).sum())
    degree = 4.0 if metric == "ordinal" else 2.0
    chance = expected + (sums[:, 2] - float(slope.sum()))
    # The expected disagreement is homogeneous in the counts: the first-order value may not turn negative.
    chance = np.maximum(chance, expected * (total / base) ** degree * 1e-3)
    return _alpha(total, sums[:, 1], chance)


def _rank_drift(data: _Pairable) -> FloatArray:
    """Per item, Σ over its answers of the slope of the observed disagreement by n_c through the ranks."""
    rank = _midrank(data.count)
    s = rank[data.code]
    mean = sum_by(data.unit, s, len(data.size)) / data.size
    gap = (s - mean[data.unit]) * (4.0 * data.size / (data.size - 1.0))[data.unit]
    by_rank = sum_by(data.code, gap, len(data.level))
    # r_c = Σ_{g<c} n_g + n_c / 2, so one more answer g lifts its own rank by a half and all later ones by one.
    by_count = by_rank / 2.0 + (np.cumsum(by_rank[::-1])[::-1] - by_rank)
    return sum_by(data.unit, by_count[data.code], len(data.size))


def _ordinal_bootstrap(
    data: _Pairable,
    block: IntArray,
    n_blocks: int,
    counts: FloatArray,
    n_bootstrap: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Bootstrap with each replicate's own ranks, from the blocks' coincidences of values by values."""
    width = len(data.level)
    table = np.bincount(data.unit * width + data.code, minlength=len(data.size) * width).reshape(-1, width)
    pairs = [(c, k) for c in range(width) for k in range(c + 1, width)]
    together = np.empty((n_blocks, len(pairs)))
    weight = 2.0 / (data.size - 1.0)
    for j, (c, k) in enumerate(pairs):
        together[:, j] = sum_by(block, table[:, c] * table[:, k] * weight, n_blocks)
    sums = resampled_sums(np.concatenate([counts, together], axis=1), n_bootstrap, rng)
    n_c = sums[:, :width]
    total = n_c.sum(axis=1)
    rank = _midrank(n_c)
    left = np.array([c for c, _ in pairs], dtype=np.int64)
    right = np.array([k for _, k in pairs], dtype=np.int64)
    observed = np.einsum("bp,bp->b", sums[:, width:], (rank[:, left] - rank[:, right]) ** 2)
    return _alpha(total, observed, total * (total**3 - np.sum(n_c**3, axis=1)) / 6.0)
