r"""What percent agreement, Fleiss' κ and Gwet's AC share: agreement inside items and how often each label is said.

With ``r_ik`` answers ``k`` on item ``i``, ``r_i`` answers in all and weights ``w_kl`` in [0, 1] (1 = the same):

.. math:: p_a = \frac{1}{n'} \sum_{i: r_i \ge 2} \sum_k \frac{r_{ik} (r^*_{ik} - 1)}{r_i (r_i - 1)},
   \quad r^*_{ik} = \sum_l w_{kl} r_{il},
   \quad \pi_k = \frac1n \sum_i \frac{r_{ik}}{r_i}

as in K. L. Gwet, *Handbook of Inter-Rater Reliability*, 4th ed., 2014: ``n'`` items have two answers or more,
``n`` have one or more, and items count alike however many answers they have.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from qistas.engine.agreement.answers import Answers, FloatArray, Table
from qistas.engine.agreement.bootstrap import deal_blocks, percentile_interval, resampled_sums
from qistas.engine.agreement.result import Agreement
from qistas.engine.responses import Responses
from qistas.engine.sums import sum_by

Weights = Literal["identity", "linear", "quadratic", "ordinal"]
Coefficient = Callable[[FloatArray, FloatArray], FloatArray]


def weight_matrix(kind: Weights, n_labels: int) -> FloatArray:
    """Return the (n_labels, n_labels) weights of Gwet 2014, ch. 3, over label ranks 0 … n_labels - 1."""
    if kind not in get_args(Weights):
        raise ValueError(f"weights must be one of {', '.join(get_args(Weights))}, not {kind!r}")
    if kind == "identity" or n_labels < 2:
        return np.eye(n_labels)
    gap = np.abs(np.arange(n_labels)[:, None] - np.arange(n_labels)[None, :]).astype(np.float64)
    if kind == "linear":
        return 1.0 - gap / (n_labels - 1)
    if kind == "quadratic":
        return 1.0 - (gap / (n_labels - 1)) ** 2
    pairs = gap * (gap + 1.0) / 2.0
    return 1.0 - pairs / pairs.max()


def label_space(table: Table, answers: Answers, n_labels: int | None) -> Answers:
    """Return the answers with codes over all labels that could be given, also those never used.

    That is ``n_labels`` where stated (values must then be whole numbers below it), the ``n_labels`` of a
    ``Responses``, and else the labels that occur.
    """
    wanted = n_labels
    if wanted is None and isinstance(table, Responses):
        wanted = table.n_labels
    if wanted is None:
        return answers
    levels = answers.levels
    if levels.dtype.kind not in "iu" or (len(levels) and (int(levels[0]) < 0 or int(levels[-1]) >= wanted)):
        raise ValueError(f"with n_labels={wanted} every value must be a whole number from 0 to {wanted - 1}")
    code = levels.astype(np.int64)[answers.code] if len(answers.code) else answers.code
    return Answers(
        answers.item,
        answers.annotator,
        code,
        answers.items,
        answers.annotators,
        np.arange(wanted),
        answers.n_repeated,
        answers.n_missing,
    )


def agreement_within(answers: Answers, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Return per item its agreement ``Σ_k r_ik (r*_ik - 1) / (r_i (r_i - 1))`` (0 if single) and ``r_i``."""
    n_items, width = answers.n_items, answers.n_levels
    size = np.bincount(answers.item, minlength=n_items).astype(np.float64)
    pairs = np.maximum(size * (size - 1.0), 1.0)
    if weights is None:
        key = np.sort(answers.item * width + answers.code)
        first = np.flatnonzero(
            np.concatenate((np.ones(min(len(key), 1), dtype=np.bool_), key[1:] != key[:-1]))
        )
        times = np.diff(np.append(first, len(key))).astype(np.float64)
        same = sum_by(key[first] // max(width, 1), times * (times - 1.0), n_items)
        return same / pairs, size
    order = np.argsort(answers.item, kind="stable")
    item, code = answers.item[order], answers.code[order]
    same = np.zeros(n_items)
    step = max(1, 4_000_000 // max(width, 1))
    for low in range(0, n_items, step):
        high = min(low + step, n_items)
        a, b = np.searchsorted(item, [low, high])
        cell = (item[a:b] - low) * width + code[a:b]
        table = np.bincount(cell, minlength=(high - low) * width).reshape(-1, width).astype(np.float64)
        same[low:high] = np.einsum("ik,ik->i", table @ weights, table) - table @ np.diag(weights)
    return same / pairs, size


def chance_corrected(
    answers: Answers,
    weights: FloatArray | None,
    coefficient: Coefficient,
    metric: str,
    alike: str,
    n_bootstrap: int,
    rng: np.random.Generator | None,
    level: float,
) -> Agreement:
    """Return ``coefficient(p_a, π)`` with its bootstrap interval; ``coefficient`` works on rows of replicates.

    ``alike``: what is said when the coefficient is not defined because chance alone explains everything.
    """
    nan = float("nan")
    notes: list[str] = []
    if answers.n_repeated:
        notes.append(
            f"{answers.n_repeated} answers repeat an annotator on an item; of each the last row counts"
        )
    within, size = agreement_within(answers, weights)
    paired = (size >= 2.0).astype(np.float64)
    n_paired, n_items, width = int(paired.sum()), answers.n_items, answers.n_levels
    if n_paired == 0:
        notes.insert(0, "no item has two answers, so agreement cannot be measured")
        return Agreement(nan, nan, nan, 0, 0, metric, "; ".join(notes))
    n_pairable = int(size[paired > 0].sum())
    share = 1.0 / size[answers.item]
    sums = np.concatenate(([within.sum(), n_paired, float(n_items)], sum_by(answers.code, share, width)))[
        None, :
    ]

    def value_of(rows: FloatArray) -> FloatArray:
        with_pairs = np.where(rows[:, 1] > 0.0, rows[:, 1], 1.0)
        p_a = np.where(rows[:, 1] > 0.0, rows[:, 0] / with_pairs, nan)
        return coefficient(p_a, rows[:, 3:] / rows[:, 2:3])

    value = float(value_of(sums)[0])
    low = high = nan
    if np.isnan(value):
        notes.insert(0, alike)
    elif n_items == 1:
        notes.append("one item only: no interval can be given")
    elif n_bootstrap and rng is not None:
        block, n_blocks = deal_blocks(n_items, rng)
        by_label = sum_by(block[answers.item] * width + answers.code, share, n_blocks * width)
        head = [sum_by(block, v, n_blocks) for v in (within, paired, np.ones(n_items))]
        draws = value_of(
            resampled_sums(np.column_stack([*head, by_label.reshape(n_blocks, width)]), n_bootstrap, rng)
        )
        low, high = percentile_interval(draws, level)
    return Agreement(value, low, high, n_paired, n_pairable, metric, "; ".join(notes) or None)
