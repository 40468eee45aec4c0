r"""Rankings of many annotators merged into one: Borda, Kemeny, Plackett–Luce.

* Borda: an item gets ``n - 1 - place`` points from each ranking (J.-C. de Borda 1781); items a partial ranking does not
  name share the points that are left.
* Kemeny: the order with the fewest disagreements over pairs, :math:`\min_\sigma \sum_{i \prec_\sigma j} w_{ji}` with
  :math:`w_{ji}` the weight of those who put ``j`` before ``i`` (J. G. Kemeny 1959); exact, by dynamic programming over
  sets (M. Held & R. M. Karp 1962), up to 16 items.
* Plackett–Luce: by strength, see :mod:`qistas.engine.rating`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import FloatArray, annotator_weights
from qistas.engine.rating.plackett_luce import Rankings, plackett_luce

Method = Literal["borda", "kemeny", "plackett_luce"]

MAX_KEMENY = 16


@dataclass(frozen=True, slots=True)
class MergedRanking:
    """``order``: item codes, the best first; ``score``: (n_items,) by item code, higher is better (Borda: mean points;
    Kemeny: share of pairwise preferences won; Plackett–Luce: strength in logits).

    ``support``: (n_items - 1,) for each two neighbours in ``order``, the share of the weight of those who ranked both
    that agrees with it (NaN where nobody did); ``agreement``: the same over all pairs.
    """

    order: NDArray[np.int64]
    score: FloatArray
    support: FloatArray
    agreement: float
    warning: str | None = None


def merge_rankings(
    rankings: Sequence[ArrayLike],
    *,
    n_items: int | None = None,
    weights: ArrayLike | None = None,
    method: Method = "kemeny",
) -> MergedRanking:
    """Merge rankings of the same items.

    ``rankings``: for each annotator item codes, the best first; partial rankings say nothing about the items they leave
    out (Borda apart, see above). ``weights``: one non-negative number per annotator.

    Decided cases: no ranking: the order of item codes, scores 0, agreement NaN, with a warning. Equal scores, and
    orders with equally few disagreements: the smaller code first. Kemeny beyond 16 items raises ``ValueError`` and
    names the alternatives, as do negative codes and items named twice.
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, not {method!r}")
    data = Rankings.from_lists(rankings, n_items=n_items)
    weight = annotator_weights(len(data), None, weights)
    n = data.n_items
    before = preference_matrix(data, weight)
    warning = None
    if not float(before.sum()) > 0.0:
        warning = "no ranking says anything about two items"
    if method == "borda":
        score = _borda(data, weight)
        order = np.lexsort((np.arange(n), -np.round(score, 12)))
    elif method == "plackett_luce":
        fit = plackett_luce(data, weight=weight, intervals="none")
        score = fit.strength
        warning = warning or fit.warning
        order = np.lexsort((np.arange(n), -np.round(score, 9)))
    else:
        if n > MAX_KEMENY:
            raise ValueError(
                f"Kemeny is exact up to {MAX_KEMENY} items, these are {n}; use method='borda' or 'plackett_luce'"
            )
        won, met = before.sum(axis=1), before.sum(axis=1) + before.sum(axis=0)
        score = np.where(met > 0.0, won / np.where(met > 0.0, met, 1.0), 0.0)
        order = kemeny_order(before)
    order = order.astype(np.int64)
    ahead = before[np.ix_(order, order)]
    both = ahead + ahead.T
    upper = np.triu_indices(n, k=1)
    met_total = float(both[upper].sum())
    agreement = float(ahead[upper].sum()) / met_total if met_total > 0.0 else float("nan")
    next_ahead, next_both = np.diagonal(ahead, 1), np.diagonal(both, 1)
    support = np.where(next_both > 0.0, next_ahead / np.where(next_both > 0.0, next_both, 1.0), np.nan)
    return MergedRanking(order, score, support, agreement, warning)


def preference_matrix(rankings: Rankings, weight: FloatArray) -> FloatArray:
    """Return (n_items, n_items): the weight of those who put the row's item before the column's."""
    n = rankings.n_items
    out = np.zeros((n, n))
    for r, w in enumerate(weight.tolist()):
        items = rankings.item[rankings.offsets[r] : rankings.offsets[r + 1]]
        first, second = np.triu_indices(len(items), k=1)
        out[items[first], items[second]] += w
    return out


def _borda(rankings: Rankings, weight: FloatArray) -> FloatArray:
    n, total = rankings.n_items, float(weight.sum())
    points = np.zeros(n)
    for r, w in enumerate(weight.tolist()):
        items = rankings.item[rankings.offsets[r] : rankings.offsets[r + 1]]
        own = np.full(n, (n - 1 - len(items)) / 2.0)
        own[items] = n - 1 - np.arange(len(items))
        points += w * own
    return points / total if total > 0.0 else points


def kemeny_order(before: FloatArray) -> NDArray[np.int64]:
    """Return the order with the least weight of preferences against it; ``before`` as from `preference_matrix`.

    2^n · n steps and 8 · 2^n bytes a table, all orders of one length of the prefix at once.
    """
    n = len(before)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    size = 1 << n
    # against[i][S]: what is said against putting i before everyone in S.
    against = np.zeros((n, size))
    for j in range(n):
        against[:, 1 << j : 2 << j] = against[:, : 1 << j] + before[j][:, None]
    sets = np.arange(size)
    members = np.bitwise_count(sets)
    # Best cost of ordering the items of S, all of which come last; so the first choice can prefer small codes.
    cost = np.full(size, np.inf)
    cost[0] = 0.0
    lead = np.zeros(size, dtype=np.int64)
    for count in range(1, n + 1):
        at = sets[members == count]
        for i in range(n):
            own = at[(at >> i) & 1 == 1]
            rest = own ^ (1 << i)
            value = cost[rest] + against[i, rest]
            better = value < cost[own] - 1e-9
            cost[own[better]] = value[better]
            lead[own[better]] = i
    order: list[int] = []
    left = size - 1
    while left:
        order.append(int(lead[left]))
        left ^= 1 << order[-1]
    return np.array(order, dtype=np.int64)
