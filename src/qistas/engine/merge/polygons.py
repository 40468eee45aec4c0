"""Polygons of many annotators merged into one set, with support and confidence.

Polygons are clustered as boxes are (IoU, one an annotator and cluster). The merged outline of a cluster is where half
of the weight of its annotators lies inside: the vote is taken on a grid, the line of one half is followed between
cell centres (marching squares, W. E. Lorensen & H. E. Cline 1987, in two dimensions) and thinned
(D. H. Douglas & T. K. Peucker 1973).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import (
    FloatArray,
    IntArray,
    Label,
    annotator_weights,
    check_share,
    cluster_pairs,
    collect,
    label_order,
    vote,
)
from qistas.engine.merge.geometry import edges_that_meet, polygon_area, polygon_common

Points = tuple[tuple[float, float], ...]
Polygon = tuple[Sequence[tuple[float, float]], Label]

EXACT_EDGES = 96  # of two polygons together; beyond, a grid is quicker


@dataclass(frozen=True, slots=True)
class MergedPolygon:
    """One polygon of the merged answer: ``points`` in order, clockwise on the screen, not closed.

    ``support``: how many annotators drew it; ``confidence``: their share of the weight of all who answered the item.
    """

    points: Points
    label: Label
    support: int
    confidence: float


def merge_polygons(
    polygons: Sequence[Sequence[Polygon]],
    n_annotators: int | None = None,
    *,
    weights: ArrayLike | None = None,
    min_iou: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
    resolution: int = 256,
) -> tuple[MergedPolygon, ...]:
    """Merge the polygons of **one item**.

    ``polygons``: for each annotator a sequence of ``(points, label)``, ``points`` a sequence of (x, y); the inside is by
    the even–odd rule. The other arguments are those of :func:`~qistas.engine.merge.merge_boxes`. ``resolution``: cells
    along the longer side of a cluster's box; outlines are good to about half a cell.

    Decided cases: no polygon: ``()``; a cluster of one polygon, or of equal ones, gives it back as drawn; where the half
    line falls into several parts (or has holes) the largest outline is taken. Raises ``ValueError`` for fewer than
    three points, points that are not finite, and a polygon without area.
    """
    check_share("min_iou", min_iou)
    check_share("keep", keep)
    if resolution < 8:
        raise ValueError("resolution must be at least 8")
    answers = [[_checked(points, label) for points, label in one] for one in polygons]
    weight = annotator_weights(len(answers), n_annotators, weights)
    nodes = collect(answers, lambda k: (k[0], label_order(k[1])))
    if not nodes.keys:
        return ()
    corners = [np.array(k[0]) for k in nodes.keys]
    labels: list[Label] = [k[1] for k in nodes.keys]
    pairs, between = _overlaps(corners, labels, across_labels, resolution, min_iou)
    total = float(np.sort(weight).sum())
    merged: list[MergedPolygon] = []
    for part in cluster_pairs(pairs, between, nodes.owners, min_iou):
        people = [(i, a) for i in part for a in sorted(nodes.owners[i])]
        at = [i for i, _ in people]
        w = weight[[a for _, a in people]]
        if float(w.sum()) <= 0.0:
            continue
        confidence = min(float(np.sort(w).sum()) / total, 1.0)
        if confidence < keep - 1e-9:
            continue
        points = (
            nodes.keys[at[0]][0] if len(set(at)) == 1 else _outline([corners[i] for i in at], w, resolution)
        )
        merged.append(
            MergedPolygon(points, vote([labels[i] for i in at], w.tolist()), len(people), confidence)
        )
    merged.sort(key=lambda m: (m.points, label_order(m.label)))
    return tuple(merged)


def polygon_iou(a: ArrayLike, b: ArrayLike, *, resolution: int = 256) -> float:
    """Return the intersection over union of two polygons (n, 2): exact, or counted on a grid where they have many corners."""
    pair = [np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)]
    if len(pair[0]) + len(pair[1]) <= EXACT_EDGES:
        common, whole = polygon_common(*pair)
        return min(common / whole, 1.0) if whole > 0.0 else 0.0
    origin, step, shape = _grid(pair, resolution)
    one, two = (fill(p, origin, step, shape) for p in pair)
    union = int((one | two).sum())
    return float((one & two).sum() / union) if union else 0.0


def fill(points: FloatArray, origin: FloatArray, step: float, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which cell centres of a grid lie inside a polygon, by the even–odd rule; (rows, columns).

    Cell (r, c) has its centre at ``origin + (c + 1/2, r + 1/2) * step``.
    """
    x, y = (points[:, 0] - origin[0]) / step - 0.5, (points[:, 1] - origin[1]) / step - 0.5
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    rows, columns = shape
    crossing = np.zeros((rows, columns + 1), dtype=np.int64)
    for ax, ay, bx, by in zip(x.tolist(), y.tolist(), x2.tolist(), y2.tolist(), strict=True):
        low, high = (ay, by) if ay < by else (by, ay)
        first, last = max(int(np.ceil(low)), 0), min(int(np.ceil(high)) - 1, rows - 1)
        if last < first:
            continue
        row = np.arange(first, last + 1)
        at = ax + (row - ay) * (bx - ax) / (by - ay)
        column = np.clip(np.ceil(at), 0, columns).astype(np.int64)
        np.add.at(crossing, (row, column), 1)
    return np.cumsum(crossing, axis=1)[:, :columns] % 2 == 1


def _checked(points: Sequence[tuple[float, float]], label: Label) -> tuple[Points, Label]:
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"a polygon needs points (x, y), but has shape {array.shape}")
    if not bool(np.isfinite(array).all()):
        raise ValueError("polygon points must be finite")
    if len(array) > 1 and bool((array[0] == array[-1]).all()):
        array = array[:-1]
    if len(array) < 3 or abs(polygon_area(array)) <= 0.0:
        raise ValueError("a polygon needs at least three points and an area")
    if polygon_area(array) < 0.0:
        array = array[::-1]
    # One polygon, one way of writing it: begin at the smallest point.
    begin = int(np.lexsort((array[:, 1], array[:, 0]))[0])
    array = np.roll(array, -begin, axis=0)
    return tuple((float(px), float(py)) for px, py in array), label if isinstance(label, str) else int(label)


def _grid(polygons: Sequence[FloatArray], resolution: int) -> tuple[FloatArray, float, tuple[int, int]]:
    """Return origin, cell size and shape of a grid around the polygons, with one empty cell on each side."""
    every = np.concatenate(polygons)
    low, high = every.min(axis=0), every.max(axis=0)
    step = float((high - low).max()) / resolution
    size = np.ceil((high - low) / step).astype(np.int64) + 2
    return low - step, step, (int(size[1]), int(size[0]))


def _overlaps(
    corners: Sequence[FloatArray], labels: Sequence[Label], across: bool, resolution: int, min_iou: float
) -> tuple[tuple[IntArray, IntArray, FloatArray], Callable[[list[int], list[int]], FloatArray]]:
    """Return the pairs that overlap by ``min_iou`` or more, and a way to look up any overlaps.

    What two share is no more than what the boxes around them share, so that most neighbours need not be measured.
    """
    low, high = np.array([c.min(axis=0) for c in corners]), np.array([c.max(axis=0) for c in corners])
    area = np.array([abs(polygon_area(c)) for c in corners])
    found: dict[tuple[int, int], float] = {}

    def iou(i: int, j: int) -> float:
        if not (across or labels[i] == labels[j]):
            return 0.0
        pair = (min(i, j), max(i, j))
        if pair not in found:
            found[pair] = polygon_iou(corners[i], corners[j], resolution=resolution)
        return found[pair]

    order = np.argsort(low[:, 0], kind="stable")
    until = np.searchsorted(low[order, 0], high[order, 0])
    for at, i in enumerate(order.tolist()):
        others = order[at + 1 : until[at]]
        shared = np.maximum(np.minimum(high[others], high[i]) - np.maximum(low[others], low[i]), 0.0).prod(
            axis=1
        )
        for j in others[shared >= min_iou * np.maximum(area[others], area[i]) - 1e-9].tolist():
            iou(i, j)
    enough = sorted(pair for pair, value in found.items() if value >= min_iou)

    def between(some: list[int], others: list[int]) -> FloatArray:
        return np.array([[iou(i, j) for j in others] for i in some])

    columns = np.array(enough, dtype=np.int64).reshape(-1, 2)
    return (
        columns[:, 0],
        columns[:, 1],
        np.array([found[pair] for pair in enough], dtype=np.float64),
    ), between


def _outline(corners: Sequence[FloatArray], weight: FloatArray, resolution: int) -> Points:
    origin, step, shape = _grid(corners, resolution)
    share = weight / weight.sum()
    field = np.zeros(shape)
    for part, w in zip(corners, share.tolist(), strict=True):
        field += w * fill(part, origin, step, shape)
    loops = contours(field, 0.5)
    if not loops:
        # Nothing holds half of the weight, which a cluster of two that overlap by half can lead to: the heaviest one.
        best = corners[int(np.argmax(weight))]
        return tuple((float(px), float(py)) for px, py in best)
    loop = max(loops, key=lambda points: abs(polygon_area(points)))
    # Thinning may fold an outline over itself; less of it does not.
    for tolerance in (0.5, 0.2, 0.0):
        thin = _thinned(loop, tolerance) if tolerance else loop
        if edges_that_meet(np.rint(thin * 1e4).astype(np.int64)) is None:
            break
    if polygon_area(thin) < 0.0:
        thin = thin[::-1]
    thin = np.roll(thin, -int(np.lexsort((thin[:, 1], thin[:, 0]))[0]), axis=0)
    # The line runs between the middles of cells, the outer of which may lie beyond everything that was drawn.
    every = np.concatenate(corners)
    placed = np.clip(origin + (thin + 0.5) * step, every.min(axis=0), every.max(axis=0))
    return tuple((float(px), float(py)) for px, py in placed)


def contours(field: FloatArray, level: float) -> list[FloatArray]:
    """Return the closed lines (n, 2) of (column, row) along which ``field`` crosses ``level``; its rim must lie below."""
    inside = field > level
    # Points lie on the sides between neighbouring cells, one of which is inside; each belongs to two squares.
    following: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
    code = inside[:-1, :-1] * 1 + inside[:-1, 1:] * 2 + inside[1:, 1:] * 4 + inside[1:, :-1] * 8
    for r, c in zip(*(v.tolist() for v in np.nonzero((code > 0) & (code < 15))), strict=True):
        top, right, bottom, left = (r, c, 0), (r, c + 1, 1), (r + 1, c, 0), (r, c, 1)
        for a, b in _SEGMENTS[int(code[r, c])]:
            sides = (top, right, bottom, left)
            following.setdefault(sides[a], []).append(sides[b])
            following.setdefault(sides[b], []).append(sides[a])

    def place(side: tuple[int, int, int]) -> tuple[float, float]:
        r, c, down = side
        here = float(field[r, c])
        there = float(field[r + 1, c] if down else field[r, c + 1])
        t = min(max((level - here) / (there - here), 0.05), 0.95)
        return (float(c), r + t) if down else (c + t, float(r))

    loops: list[FloatArray] = []
    seen: set[tuple[int, int, int]] = set()
    for start in following:
        if start in seen:
            continue
        loop, before, side = [start], start, following[start][0]
        seen.add(start)
        while side != start:
            loop.append(side)
            seen.add(side)
            one, two = following[side][0], following[side][-1]
            before, side = side, two if one == before else one
        loops.append(np.array([place(s) for s in loop]))
    return loops


# Which sides (top, right, bottom, left) a square's line joins, by which corners are inside (1 upper left, 2 upper
# right, 4 lower right, 8 lower left); in the two doubtful cases the inside corners stay apart.
_SEGMENTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    5: ((3, 0), (1, 2)),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((0, 2),),
    10: ((0, 1), (2, 3)),
    11: ((1, 2),),
    12: ((1, 3),),
    13: ((0, 1),),
    14: ((0, 3),),
}


def _thinned(loop: FloatArray, tolerance: float) -> FloatArray:
    """Leave out points that lie within ``tolerance`` of the line through those kept (Douglas–Peucker)."""
    n = len(loop)
    if n <= 4:
        return loop
    far = int(np.argmax(((loop - loop[0]) ** 2).sum(axis=1)))
    keep = np.zeros(n + 1, dtype=np.bool_)
    keep[[0, far, n]] = True
    closed = np.concatenate([loop, loop[:1]])
    stack = [(0, far), (far, n)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        line = closed[b] - closed[a]
        offset = closed[a + 1 : b] - closed[a]
        length = float(np.hypot(line[0], line[1]))
        if length > 0.0:
            distance = np.abs(line[0] * offset[:, 1] - line[1] * offset[:, 0]) / length
        else:
            distance = np.hypot(offset[:, 0], offset[:, 1])
        k = int(np.argmax(distance))
        if float(distance[k]) > tolerance:
            middle = a + 1 + k
            keep[middle] = True
            stack += [(a, middle), (middle, b)]
    kept = loop[keep[:n]]
    return kept if len(kept) >= 3 else loop
