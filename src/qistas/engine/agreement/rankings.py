r"""Agreement on rankings: Krippendorff's α with Kendall's distance.

The distance of two orders is the number of pairs they see differently, a tie in one alone as a half
(:mod:`qistas.engine.merge.bucket_orders`). It is a sum over pairs of options, so that disagreement within items and by chance follow from
how often each pair is seen either way: the price is linear in the answers, and nothing is drawn at random but the interval.
(K. Krippendorff, Content Analysis, 2018, ch. 12; Braylan, Alonso & Lease, WWW 2022, for distances of complex answers.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.agreement.bootstrap import (
    check_bootstrap,
    deal_blocks,
    percentile_interval,
    resampled_sums,
)
from qistas.engine.agreement.result import Agreement
from qistas.engine.merge.bucket_orders import pair_signs

FloatArray = NDArray[np.float64]

METRIC = "Kendall's distance"


def rankings_agreement(
    item: ArrayLike,
    place: ArrayLike,
    *,
    n_bootstrap: int = 1000,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Agreement:
    """Return the agreement on orders of the same options, one row an answer, in any order.

    ``item``: (m,) integer codes; ``place``: (m, n) the place of each option, 0 the best, equal places a tie.

    Decided cases: no item with two answers gives NaN with a warning; answers that are all alike give 1.0 with a warning and no interval.
    """
    check_bootstrap(n_bootstrap, rng, level)
    code = np.asarray(item, dtype=np.int64).reshape(-1)
    rows = np.atleast_2d(np.asarray(place, dtype=np.int64))
    _, code, size = np.unique(code, return_inverse=True, return_counts=True)
    kept = size[code] > 1
    nan = float("nan")
    if not bool(kept.any()):
        return Agreement(
            nan, nan, nan, 0, 0, METRIC, "no item has two answers, so agreement cannot be measured"
        )
    _, unit, size = np.unique(code[kept], return_inverse=True, return_counts=True)
    signs = pair_signs(rows[kept])
    n_items, n_answers, width = len(size), len(unit), signs.shape[1]
    # (items, 3, pairs): how often each pair is seen after, beside and before
    counts = np.zeros((n_items, 3, width))
    for at, sign in enumerate((-1, 0, 1)):
        np.add.at(counts[:, at], unit, (signs == sign).astype(np.float64))
    observed = 2.0 * _apart(counts) / (size - 1.0)
    chance = 2.0 * float(_apart(counts.sum(axis=0)[None])[0])
    warning = None
    low = high = nan
    if chance <= 0.0:
        value = 1.0
        warning = "all answers are the same: perfect, but nothing shows that it is more than chance"
    else:
        value = 1.0 - (n_answers - 1.0) * float(observed.sum()) / chance
    if n_items == 1:
        warning = warning or "one item only: no interval can be given"
    elif n_bootstrap and chance > 0.0:
        block, n_blocks = deal_blocks(n_items, rng)
        flat = np.column_stack([observed, size.astype(np.float64), counts.reshape(n_items, 3 * width)])
        sums = np.zeros((n_blocks, flat.shape[1]))
        np.add.at(sums, block, flat)
        drawn = resampled_sums(sums, n_bootstrap, rng)
        expected = 2.0 * _apart(drawn[:, 2:].reshape(n_bootstrap, 3, width))
        safe = np.where(expected > 0.0, expected, 1.0)
        alpha = np.where(expected > 0.0, 1.0 - (drawn[:, 1] - 1.0) * drawn[:, 0] / safe, 1.0)
        low, high = percentile_interval(alpha, level)
    return Agreement(value, low, high, n_items, n_answers, METRIC, warning)


def _apart(counts: FloatArray) -> FloatArray:
    """The distances of all pairs of answers added up, from (k, 3, pairs) counts of each sight."""
    after, beside, before = counts[:, 0], counts[:, 1], counts[:, 2]
    return (after * before + 0.5 * beside * (after + before)).sum(axis=1)
