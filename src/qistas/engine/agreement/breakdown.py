"""Where agreement is lost: by label, and by pair of annotators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.agreement.answers import Answers, FloatArray, IntArray, Table, encode, read_answers
from qistas.engine.agreement.bootstrap import (
    check_bootstrap,
    deal_blocks,
    percentile_interval,
    resampled_sums,
)
from qistas.engine.sums import sum_by


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """Agreement on each label; arrays of one length, in the order of ``label``.

    ``specific``: given that one annotator said the label, the chance that another of the same item says it
    too; ``alpha``: Krippendorff's α of this label against all others, with ``low`` and ``high``;
    ``n_answers``: how often it was said on items with two answers or more.
    """

    label: NDArray[Any]
    specific: FloatArray
    alpha: FloatArray
    low: FloatArray
    high: FloatArray
    n_answers: IntArray


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Agreement of each two annotators who have items in common; arrays of one length.

    ``first < second``: annotators; ``n_items``: common items; ``percent``: share of them answered alike with
    its Wilson interval ``low``, ``high``; ``kappa``: Cohen's κ (NaN where 0/0).
    """

    first: NDArray[Any]
    second: NDArray[Any]
    n_items: IntArray
    percent: FloatArray
    low: FloatArray
    high: FloatArray
    kappa: FloatArray


def agreement_by_label(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    n_bootstrap: int = 1000,
    rng: np.random.Generator | None = None,
    level: float = 0.95,
) -> LabelAgreement:
    r"""Return the agreement on each label that occurs.

    With ``n_ic`` answers ``c`` among ``m_i >= 2`` on item ``i``: specific agreement
    :math:`\sum_i n_{ic} (n_{ic} - 1) / \sum_i n_{ic} (m_i - 1)` (Cicchetti & Feinstein 1990; for many annotators
    Uebersax 1982); α as in :func:`~qistas.engine.agreement.krippendorff_alpha` with all other labels as one.
    NaN where a label is said by everyone or only on items with one answer. Interval: bootstrap over items.
    """
    check_bootstrap(n_bootstrap, rng, level)
    answers = read_answers(item, annotator, value)
    width = answers.n_levels
    size = np.bincount(answers.item, minlength=answers.n_items).astype(np.float64)
    rows = size[answers.item] >= 2.0
    cell, times = np.unique(answers.item[rows] * max(width, 1) + answers.code[rows], return_counts=True)
    of_item, label = cell // max(width, 1), cell % max(width, 1)
    m, n_ic = size[of_item], times.astype(np.float64)
    alike = sum_by(label, n_ic * (n_ic - 1.0), width)
    tried = sum_by(label, n_ic * (m - 1.0), width)
    said = sum_by(label, n_ic, width)
    apart = 2.0 * n_ic * (m - n_ic) / (m - 1.0)
    specific = np.where(tried > 0.0, alike / np.maximum(tried, 1.0), np.nan)

    def alpha_of(counts: FloatArray, observed: FloatArray) -> FloatArray:
        total = counts.sum(axis=-1, keepdims=True)
        expected = 2.0 * counts * (total - counts)
        return np.where(expected > 0.0, 1.0 - (total - 1.0) * observed / np.maximum(expected, 1.0), np.nan)

    alpha = alpha_of(said, sum_by(label, apart, width))
    low, high = np.full(width, np.nan), np.full(width, np.nan)
    if n_bootstrap and rng is not None and len(np.unique(of_item)) > 1:
        block, n_blocks = deal_blocks(answers.n_items, rng)
        place = block[of_item] * width + label
        sums = np.concatenate(
            [sum_by(place, v, n_blocks * width).reshape(n_blocks, width) for v in (n_ic, apart)], axis=1
        )
        draws = resampled_sums(sums, n_bootstrap, rng)
        drawn = alpha_of(draws[:, :width], draws[:, width:])
        for c in range(width):
            if np.isfinite(alpha[c]):
                low[c], high[c] = percentile_interval(drawn[:, c], level)
    return LabelAgreement(answers.levels, specific, alpha, low, high, said.astype(np.int64))


def agreement_by_pair(
    item: Table,
    annotator: ArrayLike | None = None,
    value: ArrayLike | None = None,
    *,
    min_items: int = 1,
    level: float = 0.95,
) -> PairAgreement:
    """Return the agreement of each two annotators with at least ``min_items`` items in common.

    Inputs as in :func:`~qistas.engine.agreement.krippendorff_alpha`. Time and memory go with the number of
    pairs of answers on one item, Σ m (m - 1) / 2. The interval of the percentage is Wilson's (1927).
    """
    check_bootstrap(0, None, level)
    answers = read_answers(item, annotator, value)
    first, second, a, b = _answer_pairs(answers)
    code_a, code_b = answers.code[a], answers.code[b]
    pair_code, pair = encode(first * max(answers.n_annotators, 1) + second)
    n_pairs = len(pair_code)
    n = np.bincount(pair, minlength=n_pairs).astype(np.float64)
    same = sum_by(pair, (code_a == code_b).astype(np.float64), n_pairs)
    # Σ_c n_c· n_·c over the labels that both used: join the two margins on (pair, label).
    width = max(answers.n_levels, 1)
    cell_a, times_a = np.unique(pair * width + code_a, return_counts=True)
    cell_b, times_b = np.unique(pair * width + code_b, return_counts=True)
    cells, in_a, in_b = np.intersect1d(cell_a, cell_b, assume_unique=True, return_indices=True)
    chance = sum_by(cells // width, (times_a[in_a] * times_b[in_b]).astype(np.float64), n_pairs)
    keep = n >= min_items
    n, same, chance, pair_code = n[keep], same[keep], chance[keep], pair_code[keep]
    percent = same / n
    p_e = chance / n**2
    kappa = np.where(p_e < 1.0, (percent - p_e) / np.where(p_e < 1.0, 1.0 - p_e, 1.0), np.nan)
    low, high = wilson_interval(same, n, level)
    names = answers.annotators
    return PairAgreement(
        names[pair_code // max(answers.n_annotators, 1)],
        names[pair_code % max(answers.n_annotators, 1)],
        n.astype(np.int64),
        percent,
        low,
        high,
        kappa,
    )


def wilson_interval(hits: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return Wilson's interval of a share, ``hits`` of ``n`` (E. B. Wilson 1927); n must be above 0."""
    z = normal_quantile((1.0 + level) / 2.0)
    share = hits / n
    middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z / (1.0 + z * z / n) * np.sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def normal_quantile(p: float) -> float:
    """Return the quantile of the standard normal distribution at 0 < p < 1."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def _answer_pairs(answers: Answers) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return for all pairs of answers on one item: both annotators (ascending) and both rows."""
    order = np.lexsort((answers.annotator, answers.item)).astype(np.int64)
    item = answers.item[order]
    left: list[IntArray] = []
    right: list[IntArray] = []
    step = 1
    while step < len(item):
        at = np.flatnonzero(item[:-step] == item[step:])
        if not len(at):
            break
        left.append(order[at])
        right.append(order[at + step])
        step += 1
    none = np.zeros(0, dtype=np.int64)
    a = np.concatenate(left) if left else none
    b = np.concatenate(right) if right else none
    return answers.annotator[a], answers.annotator[b], a, b
