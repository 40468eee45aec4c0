r"""Orders with ties: how far two are apart, and the one nearest to many.

An order over n options is a row of places: ``place[i]`` is the group of option ``i``, 0 the best; equal places are a tie. Of an order
that names only its best, all others share the last place.

* Distance: Kendall's, a tie in one order alone counted half, :math:`K^{(1/2)}(\sigma, \tau) = \sum_{i<j} |s_{ij}(\sigma) - s_{ij}(\tau)| / 2`
  with :math:`s_{ij} \in \{-1, 0, 1\}` the sign of the difference of places. (R. Fagin, R. Kumar, D. Sivakumar, "Comparing top k lists",
  SIAM J. Discrete Math. 17, 2003; R. Fagin et al., "Comparing and aggregating rankings with ties", PODS 2004.)
* Consensus: the order with the least weighted distance to all (Kemeny's). An order that every majority of pairs agrees with is it; else it is
  searched exactly up to ``MAX_EXACT`` options (see :func:`qistas.engine.merge.rankings.kemeny_order`), and beyond that Borda's order is
  improved by neighbours (C. Dwork et al., "Rank aggregation methods for the Web", WWW 2001: local Kemenisation). Where ties may stand in it,
  neighbours are then tied wherever that brings it nearer, by dynamic programming over the cuts.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.rankings import kemeny_order

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Method = Literal["kemeny", "borda"]

MAX_EXACT = 10
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class BucketOrder:
    """``groups``: option codes, the best group first, each group in the order of codes; every option is in one.

    ``support``: for each two neighbouring groups, the mean share of the weight that puts the better one first; ``agreement``: one minus the
    mean distance to the orders as a share of all pairs.
    """

    groups: tuple[tuple[int, ...], ...]
    support: FloatArray
    agreement: float


def pair_signs(place: ArrayLike) -> NDArray[np.int8]:
    """Return (m, n(n-1)/2): 1 where the first option of the pair stands before the second, -1 after, 0 beside it."""
    rows = np.atleast_2d(np.asarray(place, dtype=np.int64))
    first, second = _pairs(rows.shape[1])
    return np.sign(rows[:, second] - rows[:, first]).astype(np.int8)


@lru_cache(maxsize=64)
def _pairs(n: int) -> tuple[IntArray, IntArray]:
    """The two options of every pair."""
    first, second = np.triu_indices(n, k=1)
    return first.astype(np.int64), second.astype(np.int64)


def kendall_distance(one: ArrayLike, other: ArrayLike) -> float:
    """Return the number of pairs that two orders of the same options see differently, a tie in one alone as a half."""
    a, b = np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64)
    first, second = _pairs(len(a))
    apart = np.sign(a[second] - a[first]) - np.sign(b[second] - b[first])
    return float(np.abs(apart).sum()) / 2.0


def merge_bucket_orders(
    place: ArrayLike, *, weights: ArrayLike | None = None, ties: bool = True, method: Method = "kemeny"
) -> BucketOrder:
    """Return the order nearest to all.

    ``place``: (m, n) places, a row an order. ``weights``: one non-negative number an order, not all zero. ``ties``: whether options may
    share a place in the result. ``method``: `kemeny`, or `borda` for the order of mean places.

    Decided cases: equally near orders: the smaller code first; two neighbours for whom nothing decides are tied where ties may be. Raises
    ``ValueError`` without any order, and for weights that are negative or all zero.
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, not {method!r}")
    rows = np.atleast_2d(np.asarray(place, dtype=np.int64))
    m, n = rows.shape
    weight = np.ones(m) if weights is None else np.asarray(weights, dtype=np.float64)
    if m == 0 or n == 0:
        raise ValueError("there is no order to merge")
    if weight.shape != (m,) or bool((weight < 0.0).any()) or not float(weight.sum()) > 0.0:
        raise ValueError("weights must be one non-negative number an order, and not all zero")
    weight = weight / weight.sum()
    ahead = np.tensordot(weight, rows[:, :, None] < rows[:, None, :], axes=1)
    points = (ahead + 0.5 * (1.0 - ahead - ahead.T)).sum(axis=1)
    borda = np.lexsort((np.arange(n), -np.round(points, 9))).astype(np.int64)
    order = borda if method == "borda" else _nearest(ahead, borda)
    cuts = _cuts(ahead, order) if ties else list(range(n + 1))
    groups = [order[low:high] for low, high in itertools.pairwise(cuts)]
    result = np.empty(n, dtype=np.int64)
    for at, group in enumerate(groups):
        result[group] = at
    signs = pair_signs(rows).astype(np.int64)
    pairs = n * (n - 1) / 2.0
    far = np.abs(signs - pair_signs(result)).sum(axis=1) / 2.0
    agreement = 1.0 - float(weight @ far) / pairs if pairs else 1.0
    support = np.array(
        [float(ahead[np.ix_(a, b)].mean()) for a, b in itertools.pairwise(groups)],
        dtype=np.float64,
    )
    return BucketOrder(tuple(tuple(sorted(group.tolist())) for group in groups), support, agreement)


def _nearest(ahead: FloatArray, borda: IntArray) -> IntArray:
    """The strict order with the least weight against it (exactly so up to `MAX_EXACT` options)."""
    n = len(ahead)
    lead = ahead - ahead.T
    wins = (lead > _NOISE).sum(axis=1) - (lead < -_NOISE).sum(axis=1)
    order = np.lexsort((np.arange(n), -wins)).astype(np.int64)
    if bool((np.triu(lead[np.ix_(order, order)], k=1) >= -_NOISE).all()):
        return order
    if n <= MAX_EXACT:
        return kemeny_order(ahead)
    found: list[int] = []
    for one in borda.tolist():
        at = len(found)
        while at and lead[one, found[at - 1]] > _NOISE:
            at -= 1
        found.insert(at, one)
    return np.array(found, dtype=np.int64)


def _cuts(ahead: FloatArray, order: IntArray) -> list[int]:
    """Where to cut `order` into groups of ties so that it comes nearest: places 0, …, n."""
    n = len(order)
    lead = (ahead - ahead.T)[np.ix_(order, order)]
    tied = (1.0 - ahead - ahead.T)[np.ix_(order, order)]
    gain = np.triu(tied - lead, k=1)
    best, back = np.zeros(n + 1), np.zeros(n + 1, dtype=np.int64)
    for high in range(1, n + 1):
        best[high], back[high] = -np.inf, high - 1
        within = 0.0
        for low in range(high - 1, -1, -1):
            within += float(gain[low, low:high].sum())
            # of equally good groups the larger one
            if best[low] + within >= best[high] - _NOISE:
                best[high], back[high] = best[low] + within, low
    cuts = [n]
    while cuts[-1]:
        cuts.append(int(back[cuts[-1]]))
    return cuts[::-1]
