"""Comparisons of two items, their counts by pair, and who is connected with whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TIE = -1

_DENSE = 3000


def _whole(name: str, values: ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, but has shape {array.shape}")
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind == "f":
        if bool(np.isnan(array).any()) or bool((array != np.rint(array)).any()):
            raise ValueError(f"{name} must hold whole numbers; leave rows with missing entries out")
    elif array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integer codes, but has type {array.dtype}")
    return array.astype(np.int64)


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    values.setflags(write=False)
    return values


@dataclass(frozen=True, slots=True)
class Comparisons:
    """One row a comparison: who was on the left, on the right, and what came out.

    ``left, right``: int64 item codes (n,); ``outcome``: int8 (n,), 1 where the left one won, -1 where the
    right one did, 0 for a tie; ``annotator``: int64 codes (n,) (all 0 where nobody is named); ``n_items``,
    ``n_annotators``. Build it with :meth:`from_arrays`.
    """

    left: IntArray
    right: IntArray
    outcome: NDArray[np.int8]
    annotator: IntArray
    n_items: int
    n_annotators: int

    def __len__(self) -> int:
        return len(self.left)

    @classmethod
    def from_arrays(
        cls,
        left: ArrayLike,
        right: ArrayLike,
        winner: ArrayLike,
        annotator: ArrayLike | None = None,
        *,
        n_items: int | None = None,
    ) -> Comparisons:
        """Check and copy. ``winner``: the code of the item preferred, or -1 for a tie.

        Raises ``ValueError`` for columns of different length, negative codes, an item compared with itself, a
        winner that is neither of the two, or more items than ``n_items``.
        """
        a, b, w = _whole("left", left), _whole("right", right), _whole("winner", winner)
        who = np.zeros(len(a), dtype=np.int64) if annotator is None else _whole("annotator", annotator)
        if not len(a) == len(b) == len(w) == len(who):
            raise ValueError(
                f"left, right, winner and annotator must be of one length, but have {len(a)}, {len(b)}, {len(w)}, {len(who)}"
            )
        if len(a) and (int(a.min()) < 0 or int(b.min()) < 0 or int(who.min()) < 0):
            raise ValueError("item and annotator codes must not be negative")
        if bool((a == b).any()):
            raise ValueError(f"row {int(np.flatnonzero(a == b)[0])} compares an item with itself")
        wrong = (w != a) & (w != b) & (w != TIE)
        if bool(wrong.any()):
            raise ValueError(
                f"row {int(np.flatnonzero(wrong)[0])}: the winner is neither of the two, nor -1 for a tie"
            )
        seen = int(max(a.max(), b.max())) + 1 if len(a) else 0
        if n_items is not None and n_items < seen:
            raise ValueError(f"n_items is {n_items}, but item code {seen - 1} occurs")
        outcome = np.where(w == a, 1, np.where(w == b, -1, 0)).astype(np.int8)
        people = int(who.max()) + 1 if len(who) else 0
        total = seen if n_items is None else n_items
        return cls(_frozen(a.copy()), _frozen(b.copy()), _frozen(outcome), _frozen(who.copy()), total, people)


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Comparisons added up by pair: one row a pair that met.

    ``left, right``: item codes; ``wins``: times the left one won, ``losses``: times the right one won,
    ``ties``: float64 each, so that weighted comparisons fit in as well.
    """

    left: IntArray
    right: IntArray
    wins: FloatArray
    losses: FloatArray
    ties: FloatArray
    n_items: int


def count_pairs(
    comparisons: Comparisons, *, weight: ArrayLike | None = None, ordered: bool = False
) -> PairCounts:
    """Add comparisons up by pair, each with its ``weight`` (n,) (default 1).

    With ``ordered`` the pairs (a, b) and (b, a) stay apart, for models in which the side matters; otherwise
    ``left < right`` in every row.
    """
    pair, left, right, sign = pair_index(comparisons, ordered)
    given = np.ones(len(comparisons)) if weight is None else np.asarray(weight, dtype=np.float64)
    if given.shape != (len(comparisons),) or not bool(np.isfinite(given).all()) or bool((given < 0).any()):
        raise ValueError("weight must hold one finite number, not negative, for every comparison")
    outcome = comparisons.outcome * sign

    def total(kind: int) -> FloatArray:
        return np.asarray(
            np.bincount(pair, weights=given * (outcome == kind), minlength=len(left)), dtype=np.float64
        )

    return PairCounts(left, right, total(1), total(-1), total(0), comparisons.n_items)


def pair_index(
    comparisons: Comparisons, ordered: bool
) -> tuple[IntArray, IntArray, IntArray, NDArray[np.int8]]:
    """Return each comparison's pair, the pairs' left and right items, and -1 where the comparison was turned round."""
    n = max(comparisons.n_items, 1)
    left, right = comparisons.left, comparisons.right
    sign = np.ones(len(left), dtype=np.int8)
    if not ordered:
        turned = left > right
        left, right = np.where(turned, right, left), np.where(turned, left, right)
        sign[turned] = -1
    key = left * n + right
    if n * n <= 8 * len(key) + 4096:
        met = np.zeros(n * n, dtype=np.bool_)
        met[key] = True
        code = np.flatnonzero(met)
        place = np.cumsum(met, dtype=np.int64) - 1
        pair = place[key]
    else:
        code, pair = np.unique(key, return_inverse=True)
    return pair.reshape(-1).astype(np.int64), code // n, code % n, sign


def reachable(source: IntArray, target: IntArray, n: int, start: int) -> NDArray[np.bool_]:
    """Return which of ``n`` nodes can be reached from ``start`` along directed edges, level by level."""
    order = np.argsort(source, kind="stable")
    target = target[order]
    offset = np.searchsorted(source[order], np.arange(n + 1))
    seen = np.zeros(n, dtype=np.bool_)
    seen[start] = True
    level = np.array([start])
    while len(level):
        size = offset[level + 1] - offset[level]
        at = np.repeat(offset[level] - np.concatenate(([0], np.cumsum(size)[:-1])), size) + np.arange(
            int(size.sum())
        )
        fresh = np.unique(target[at])
        level = fresh[~seen[fresh]]
        seen[level] = True
    return seen


def _spans(edge: NDArray[np.bool_]) -> bool:
    """Return whether every node can be reached from the first one along ``edge`` (n, n)."""
    seen = np.zeros(len(edge), dtype=np.bool_)
    seen[0] = True
    level = np.array([0])
    while len(level):
        fresh = edge[level].any(axis=0) & ~seen
        seen |= fresh
        level = np.flatnonzero(fresh)
    return bool(seen.all())


def strongly_connected(counts: PairCounts) -> bool:
    """Return whether no set of items beats all others throughout: then, and only then, finite strengths fit best.

    L. R. Ford, "Solution of a ranking problem from binary comparisons", 1957. A tie counts as a win of both.
    """
    n = counts.n_items
    if n <= 1:
        return True
    won = (counts.wins + counts.ties) > 0.0
    lost = (counts.losses + counts.ties) > 0.0
    if n <= _DENSE:
        beats = np.zeros((n, n), dtype=np.bool_)
        beats[counts.left[won], counts.right[won]] = True
        beats[counts.right[lost], counts.left[lost]] = True
        return _spans(beats) and _spans(beats.T)
    winner = np.concatenate((counts.left[won], counts.right[lost]))
    loser = np.concatenate((counts.right[won], counts.left[lost]))
    return bool(reachable(winner, loser, n, 0).all()) and bool(reachable(loser, winner, n, 0).all())
