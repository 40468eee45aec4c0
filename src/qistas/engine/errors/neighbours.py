"""Items whose nearest neighbours carry another label.

The k nearest items by cosine or Euclidean distance vote, the nearer the more; an item whose label gets little of the
vote is suspect (D. R. Wilson, "Asymptotic properties of nearest neighbor rules using edited data", IEEE Transactions on
Systems, Man, and Cybernetics 2, 1972). Near copies with different labels are the surest errors of all: at least one of
the two is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Distance = Literal["cosine", "euclidean"]

_CHUNK = 4_000_000


@dataclass(frozen=True, slots=True)
class NeighbourErrors:
    """``likelihood``: (n,) share of the neighbours' vote for other labels; ``order``: the likeliest first; ``suggested``:
    (n,) the label with the most of the vote (-1 without a labelled neighbour); ``neighbour``: (n, k) item codes, the
    nearest first, and ``distance``: (n, k).

    ``copies``: (m, 2) pairs of items that are near copies and carry different labels, the nearest first.
    """

    likelihood: FloatArray
    order: IntArray
    suggested: IntArray
    neighbour: IntArray
    distance: FloatArray
    copies: IntArray


def neighbour_disagreement(
    labels: ArrayLike,
    vectors: ArrayLike,
    *,
    k: int = 10,
    metric: Distance = "cosine",
    copy_distance: float = 0.01,
    voters: ArrayLike | None = None,
) -> NeighbourErrors:
    """Compare every label with those of the nearest items.

    ``labels``: (n,) codes, -1 for none (such items neither vote nor are suspected); ``vectors``: (n, d) embeddings or
    features; ``k``: neighbours (fewer where there are fewer); ``copy_distance``: at most this far apart, two of the
    ``k`` nearest are copies. ``voters``: (m,) item codes that alone may be neighbours (default: all with a label). Exact
    search: n m d steps, memory bounded; for up to some hundred thousand items.

    A neighbour at distance ``r`` weighs ``1 / (1 + (r / R)²)``, ``R`` the item's median distance to its neighbours.
    Decided cases: fewer than two labelled items: likelihoods 0; a zero vector is at cosine distance 1 from all
    others. Raises ``ValueError`` for other shapes and values that are not finite.
    """
    if metric not in get_args(Distance):
        raise ValueError(f"metric must be cosine or euclidean, not {metric!r}")
    if k < 1:
        raise ValueError("k must be at least 1")
    y = np.asarray(labels)
    x = np.asarray(vectors, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 1 or len(x) != len(y):
        raise ValueError(f"labels (n,) and vectors (n, d) do not fit together: {y.shape}, {x.shape}")
    if y.size and y.dtype.kind not in "iu":
        raise ValueError(f"labels must be integer codes, but have type {y.dtype}")
    y = y.astype(np.int64)
    if x.size and not bool(np.isfinite(x).all()):
        raise ValueError("vectors must be finite")
    n = len(y)
    pool = np.flatnonzero(y >= 0)
    if voters is not None:
        pool = np.intersect1d(pool, np.asarray(voters, dtype=np.int64))
    k = max(min(k, len(pool) - 1), 0)
    if k == 0:
        none = np.zeros((n, 0))
        order = np.arange(n, dtype=np.int64)
        nobody = np.full(n, -1, dtype=np.int64)
        return NeighbourErrors(
            np.zeros(n), order, nobody, none.astype(np.int64), none, np.zeros((0, 2), dtype=np.int64)
        )
    neighbour, distance = _nearest(x, pool, k, metric)
    middle = np.median(distance, axis=1, keepdims=True)
    weight = 1.0 / (1.0 + (distance / np.where(middle > 0.0, middle, 1.0)) ** 2)
    n_labels = int(y.max()) + 1
    vote = np.zeros((n, n_labels))
    np.add.at(vote, (np.repeat(np.arange(n), k), y[neighbour].reshape(-1)), weight.reshape(-1))
    vote = vote / vote.sum(axis=1, keepdims=True)
    own = vote[np.arange(n), np.maximum(y, 0)]
    likelihood = np.where(y >= 0, 1.0 - own, 0.0)
    order = np.lexsort((np.arange(n), distance[:, 0], -np.round(likelihood, 9))).astype(np.int64)
    near = (distance <= copy_distance) & (y[:, None] >= 0) & (y[neighbour] != y[:, None])
    item, place = np.nonzero(near)
    pair = np.stack(
        [np.minimum(item, neighbour[item, place]), np.maximum(item, neighbour[item, place])], axis=1
    )
    far = distance[item, place]
    unique, first = np.unique(pair.reshape(-1, 2), axis=0, return_index=True)
    copies = unique[np.argsort(far[first], kind="stable")].astype(np.int64)
    return NeighbourErrors(
        likelihood, order, vote.argmax(axis=1).astype(np.int64), neighbour, distance, copies
    )


def _nearest(x: FloatArray, voters: IntArray, k: int, metric: Distance) -> tuple[IntArray, FloatArray]:
    if metric == "cosine":
        length = np.linalg.norm(x, axis=1, keepdims=True)
        x = x / np.where(length > 0.0, length, 1.0)
    pool = x[voters]
    square = (pool * pool).sum(axis=1)
    n = len(x)
    neighbour, distance = np.empty((n, k), dtype=np.int64), np.empty((n, k))
    place = np.full(n, -1, dtype=np.int64)
    place[voters] = np.arange(len(voters))
    step = max(1, _CHUNK // max(len(voters), 1))
    for low in range(0, n, step):
        rows = np.arange(low, min(low + step, n))
        dot = x[rows] @ pool.T
        gap = (
            1.0 - dot if metric == "cosine" else (x[rows] * x[rows]).sum(axis=1)[:, None] + square - 2.0 * dot
        )
        own = place[rows]
        gap[np.flatnonzero(own >= 0), own[own >= 0]] = np.inf
        some = np.argpartition(gap, k - 1, axis=1)[:, :k]
        reach = np.take_along_axis(gap, some, axis=1)
        by = np.lexsort((voters[some], reach), axis=1)
        neighbour[rows] = voters[np.take_along_axis(some, by, axis=1)]
        distance[rows] = np.maximum(np.take_along_axis(reach, by, axis=1), 0.0)
    return neighbour, distance if metric == "cosine" else np.sqrt(distance)
