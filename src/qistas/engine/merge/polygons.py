"""Polygons of many annotators merged into one set, with support and confidence.

Polygons are clustered as boxes are (IoU, one an annotator and cluster). The merged outline of a cluster is where half
of the weight of its annotators lies inside: the vote is taken on a grid, the line of one half is followed between
cell centres (marching squares, W. E. Lorensen & H. E. Cline 1987, in two dimensions) and thinned
(D. H. Douglas & T. K. Peucker 1973). Each cluster has a grid of its own, as large as its box; what can be done for all
polygons at once (overlaps, thinning, looking for folds) is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from qistas.engine.merge.geometry import edges_of_each_that_meet, following, polygon_area, polygons_common
from qistas.engine.merge.sweep import boxes_that_meet, ranges

Points = tuple[tuple[float, float], ...]
Polygon = tuple[Sequence[tuple[float, float]], Label]
Cluster = tuple[Sequence[FloatArray], FloatArray]  # polygons of several annotators, and their weights

CELLS_AT_ONCE = 2_000_000  # of the grids that are in memory together
_TOLERANCES = (0.5, 0.2, 0.0)  # of a thinned outline, in cells; the next where it folds


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
    pairs, between = _overlaps(corners, labels, across_labels, min_iou)
    total = float(np.sort(weight).sum())
    found: list[tuple[Points | None, Label, int, float]] = []
    grids: list[Cluster] = []  # whose outline is still to be found
    for part in cluster_pairs(pairs, between, nodes.owners, min_iou):
        people = [(i, a) for i in part for a in sorted(nodes.owners[i])]
        at = [i for i, _ in people]
        w = weight[[a for _, a in people]]
        if float(w.sum()) <= 0.0:
            continue
        confidence = min(float(np.sort(w).sum()) / total, 1.0)
        if confidence < keep - 1e-9:
            continue
        if len(part) > 1:
            grids.append(([corners[i] for i in at], w))
        points = None if len(part) > 1 else nodes.keys[at[0]][0]
        found.append((points, vote([labels[i] for i in at], w.tolist()), len(people), confidence))
    at_once = max(1, CELLS_AT_ONCE // (resolution + 2) ** 2)
    outlines = iter(
        [
            points
            for begin in range(0, len(grids), at_once)
            for points in _outlines(grids[begin : begin + at_once], resolution)
        ]
    )
    merged = [
        MergedPolygon(next(outlines) if points is None else points, label, support, confidence)
        for points, label, support, confidence in found
    ]
    merged.sort(key=lambda m: (m.points, label_order(m.label)))
    return tuple(merged)


def polygon_iou(a: ArrayLike, b: ArrayLike) -> float:
    """Return the intersection over union of two polygons (n, 2), exactly."""
    return float(polygons_iou([(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))])[0])


def polygons_iou(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """`polygon_iou` of many pairs of arrays at once."""
    common, whole = polygons_common(pairs)
    return np.minimum(np.divide(common, whole, out=np.zeros(len(pairs)), where=whole > 0.0), 1.0)


def fill(points: FloatArray, origin: FloatArray, step: float, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which cell centres of a grid lie inside a polygon, by the even–odd rule; (rows, columns).

    Cell (r, c) has its centre at ``origin + (c + 1/2, r + 1/2) * step``.
    """
    grids = _Grids(origin[None], np.array([step]), np.array([0, shape[0]]), shape[1])
    return _patterns([points], np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), grids) == 1


@dataclass(frozen=True, slots=True)
class _Grids:
    """Grids of so many columns below one another, each with an empty rim: ``origin`` (n, 2), the size of a cell ``step`` (n,),
    and the row at which each begins (n + 1,).
    """

    origin: FloatArray
    step: FloatArray
    row: IntArray
    columns: int


def _grids(low: FloatArray, high: FloatArray, resolution: int) -> _Grids:
    """Grids around what lies between ``low`` (n, 2) and ``high`` (n, 2)."""
    step = (high - low).max(axis=1) / resolution
    size = np.ceil((high - low) / step[:, None]).astype(np.int64) + 2
    return _Grids(
        low - step[:, None], step, np.concatenate(([0], np.cumsum(size[:, 1]))), int(size[:, 0].max())
    )


def _patterns(
    polygons: Sequence[FloatArray], of: IntArray, bit: IntArray, grids: _Grids
) -> NDArray[np.uint8]:
    """Which polygons hold each cell, polygon k, which lies ``of[k]`` a grid, as ``bit[k]`` (at most eight a grid); (rows, columns).

    See `fill`. Along a row, every edge that is passed turns the bit of its polygon.
    """
    size = np.array([len(points) for points in polygons], dtype=np.int64)
    grid = np.repeat(of, size)
    start = (np.concatenate(polygons) - grids.origin[grid]) / grids.step[grid, None] - 0.5
    end = start[following(size)]
    rows = np.diff(grids.row)[grid]
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    first = np.maximum(np.ceil(low), 0.0).astype(np.int64)
    last = np.minimum(np.ceil(high) - 1.0, rows - 1.0).astype(np.int64)
    edge, row = ranges(first, np.maximum(last - first + 1, 0))
    a, b = start[edge], end[edge]
    at = a[:, 0] + (row - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
    column = np.clip(np.ceil(at), 0, grids.columns).astype(np.int64)
    turned = np.zeros((int(grids.row[-1]), grids.columns + 1), dtype=np.uint8)
    place = (row + grids.row[grid[edge]]) * (grids.columns + 1) + column
    np.bitwise_xor.at(
        turned.reshape(-1), place, np.repeat(np.left_shift(1, bit).astype(np.uint8), size)[edge]
    )
    return np.bitwise_xor.accumulate(turned, axis=1)[:, :-1]


def _checked(points: Sequence[tuple[float, float]], label: Label) -> tuple[Points, Label]:
    array = np.asarray(points, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"a polygon needs points (x, y), but has shape {array.shape}")
    if not bool(np.isfinite(array).all()):
        raise ValueError("polygon points must be finite")
    if len(array) > 1 and bool((array[0] == array[-1]).all()):
        array = array[:-1]
    area = polygon_area(array) if len(array) >= 3 else 0.0
    if area == 0.0:
        raise ValueError("a polygon needs at least three points and an area")
    # One polygon, one way of writing it: clockwise, from the smallest point.
    written = _points(array if area > 0.0 else array[::-1])
    begin = written.index(min(written))
    return written[begin:] + written[:begin], label if isinstance(label, str) else int(label)


def _ends(points: FloatArray, size: IntArray) -> tuple[FloatArray, FloatArray]:
    """Of runs of points behind one another, the upper left and the lower right corner of the box around each."""
    first = np.cumsum(size) - size
    return np.minimum.reduceat(points, first, axis=0), np.maximum.reduceat(points, first, axis=0)


def _points(array: FloatArray) -> Points:
    return tuple(zip(array[:, 0].tolist(), array[:, 1].tolist(), strict=True))


def _overlaps(
    corners: Sequence[FloatArray], labels: Sequence[Label], across: bool, min_iou: float
) -> tuple[tuple[IntArray, IntArray, FloatArray], Callable[[list[int], list[int]], FloatArray]]:
    """Return the pairs that overlap by ``min_iou`` or more, and a way to look up any overlaps.

    What two share is no more than what the boxes around them share, so that most neighbours need not be measured.
    """
    size = np.array([len(c) for c in corners])
    low, high = _ends(np.concatenate(corners), size)
    area = np.array([abs(polygon_area(c)) for c in corners])
    code = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    kind = np.array([0 if across else code[label] for label in labels], dtype=np.int64)
    known: dict[tuple[int, int], float] = {}

    def measure(pairs: list[tuple[int, int]]) -> None:
        overlap = polygons_iou([(corners[i], corners[j]) for i, j in pairs])
        known.update(zip(pairs, overlap.tolist(), strict=True))

    near: list[tuple[int, int]] = []
    for i, j in boxes_that_meet(low, high):
        i, j = (v[kind[i] == kind[j]] for v in (i, j))
        shared = (np.minimum(high[i], high[j]) - np.maximum(low[i], low[j])).prod(axis=1)
        enough = shared >= min_iou * np.maximum(area[i], area[j]) - 1e-9
        near += zip(i[enough].tolist(), j[enough].tolist(), strict=True)
    measure(near)
    pairs = sorted(pair for pair, value in known.items() if value >= min_iou)

    def between(some: list[int], others: list[int]) -> FloatArray:
        asked = [(min(i, j), max(i, j)) for i in some for j in others]
        measure([(i, j) for i, j in asked if kind[i] == kind[j] and (i, j) not in known])
        return np.array([known.get(pair, 0.0) for pair in asked]).reshape(len(some), len(others))

    columns = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    overlap = np.array([known[pair] for pair in pairs], dtype=np.float64)
    return (columns[:, 0], columns[:, 1], overlap), between


def _outlines(clusters: Sequence[Cluster], resolution: int) -> list[Points]:
    """The outline of each cluster, where half of its weight lies inside."""
    size = np.array([sum(len(points) for points in corners) for corners, _ in clusters])
    every = np.concatenate([points for corners, _ in clusters for points in corners])
    low, high = _ends(every, size)
    grids = _grids(low, high, resolution)
    loops: dict[int, FloatArray] = {}
    for k, loop in _half_lines(clusters, grids):
        if k not in loops or abs(polygon_area(loop)) > abs(polygon_area(loops[k])):
            loops[k] = loop
    thin: dict[int, FloatArray] = {}
    for tolerance in _TOLERANCES:
        # Thinning may fold an outline over itself; less of it does not.
        rest = [k for k in loops if k not in thin]
        lines = _thinned([loops[k] for k in rest], tolerance) if tolerance else [loops[k] for k in rest]
        folds = edges_of_each_that_meet([np.rint(line * 1e4).astype(np.int64) for line in lines])
        last = tolerance == _TOLERANCES[-1]
        thin |= {k: line for k, line, fold in zip(rest, lines, folds, strict=True) if fold is None or last}
    outlines: list[Points] = []
    for k, (corners, weight) in enumerate(clusters):
        if k not in thin:
            # Nothing holds half of the weight, which a cluster of two that overlap by half can lead to: the heaviest one.
            outlines.append(_points(corners[int(np.argmax(weight))]))
            continue
        line = thin[k][::-1] if polygon_area(thin[k]) < 0.0 else thin[k]
        written = line.tolist()
        begin = written.index(min(written))
        # The line runs between the middles of cells, the outer of which may lie beyond everything that was drawn.
        points = _points(np.clip(grids.origin[k] + (line + 0.5) * grids.step[k], low[k], high[k]))
        outlines.append(points[begin:] + points[:begin])
    return outlines


def _half_lines(clusters: Sequence[Cluster], grids: _Grids) -> Iterator[tuple[int, FloatArray]]:
    """The closed lines (n, 2) of (column, row) around half of the weight of each cluster, in the grid of each; with its number."""
    most = max(len(corners) for corners, _ in clusters)
    share = np.zeros((len(clusters), most))
    for k, (_, weight) in enumerate(clusters):
        share[k, : len(weight)] = weight / weight.sum()
    drawn = [
        (points, k, place) for k, (corners, _) in enumerate(clusters) for place, points in enumerate(corners)
    ]
    layers: list[NDArray[np.uint8]] = []
    for layer in range((most + 7) // 8):
        part = [(points, k, place % 8) for points, k, place in drawn if place // 8 == layer]
        of, bit = (np.array([one[n] for one in part], dtype=np.int64) for n in (1, 2))
        layers.append(_patterns([points for points, _, _ in part], of, bit, grids).reshape(-1))
    grid = np.repeat(np.arange(len(clusters)), np.diff(grids.row))

    # What the first eight hold is looked up by their pattern; weights are added in the order of people all the same.
    together = np.zeros((len(clusters), 256))
    for place in range(min(most, 8)):
        together.reshape(len(clusters), -1, 2, 1 << place)[:, :, 1] += share[:, place, None, None]

    def held(cell: IntArray) -> FloatArray:
        of = grid[cell // grids.columns]
        total = together[of, layers[0][cell]]
        for place in range(8, most):
            total += share[of, place] * (layers[place // 8][cell] >> place % 8 & 1)
        return total

    # A line runs only where the pattern changes. The squares from the end of one row to the next lie in the rim.
    wide = grids.columns
    changes = np.zeros(len(layers[0]) - wide - 1, dtype=np.bool_)
    for layer in layers:
        upper = layer[: -wide - 1]
        changes |= (upper ^ layer[1:-wide] | upper ^ layer[wide + 1 :] | upper ^ layer[wide:-1]) != 0
    for first, points in _lines(np.flatnonzero(changes), held, wide, grids.row[grid], 0.5):
        yield int(grid[first]), points


def contours(field: FloatArray, level: float) -> list[FloatArray]:
    """Return the closed lines (n, 2) of (column, row) along which ``field`` crosses ``level``; its rim must lie below."""
    rows, columns = field.shape
    cells = np.arange(rows * columns - columns - 1)
    top = np.zeros(rows, dtype=np.int64)
    return [points for _, points in _lines(cells, field.reshape(-1).__getitem__, columns, top, level)]


def _lines(
    cell: IntArray, value: Callable[[IntArray], FloatArray], wide: int, top: IntArray, level: float
) -> Iterator[tuple[int, FloatArray]]:
    """The closed lines through the squares right below cells, of a field with ``wide`` columns: the row of one point, and points
    counted from the row ``top`` of each row.
    """
    code = np.zeros(len(cell), dtype=np.int64)
    for corner, step in enumerate((0, 1, wide + 1, wide)):
        code |= (value(cell + step) > level).astype(np.int64) << corner
    crossed = (code > 0) & (code < 15)
    cell, code = cell[crossed], code[crossed]
    # Points lie on the sides between neighbouring cells, one of which is inside; each belongs to two squares. The side
    # to the right of a cell has twice the cell's number, that below it one more.
    lines, at = ranges(_FIRST[code], _FIRST[code + 1] - _FIRST[code])
    ends = (2 * cell[lines, None] + np.array([0, 3, 2 * wide, 1])[_SEGMENTS[at]]).reshape(-1)
    # The ends of all lines, numbered 2 s and 2 s + 1 for line s; two of them lie on one side. From the end of a line the
    # way leads on to the far end of the line that meets it there.
    order = np.argsort(ends, kind="stable")
    partner = np.empty(len(order), dtype=np.int64)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    onward = (partner ^ 1).tolist()

    place, down = ends >> 1, ends & 1
    here, beyond = value(place), value(place + np.where(down == 1, wide, 1))
    t = np.clip((level - here) / (beyond - here), 0.05, 0.95)
    row, column = np.divmod(place, wide)
    points = np.empty((len(ends), 2))
    points[:, 0] = column + np.where(down == 1, 0.0, t)
    points[:, 1] = row - top[row] + np.where(down == 1, t, 0.0)

    left = bytearray(b"\1") * (len(onward) // 2)  # the lines that no loop has yet gone along
    gone: NDArray[np.uint8] = np.frombuffer(left, dtype=np.uint8)
    line = 0
    while (line := left.find(1, line)) >= 0:
        start = 2 * line + 1
        ends_of_loop, at = [start], onward[start]
        while at != start:
            ends_of_loop.append(at)
            at = onward[at]
        loop = np.array(ends_of_loop)
        gone[loop // 2] = 0
        yield int(row[start]), points[np.roll(loop, 1)]


# Which sides (0 top, 1 right, 2 bottom, 3 left) a square's lines join, by which corners are inside (1 upper left, 2 upper
# right, 4 lower right, 8 lower left); where two opposite corners are inside, they stay apart. The lines of a code are
# those from ``_FIRST[code]`` to ``_FIRST[code + 1]``.
_LINES: dict[int, tuple[tuple[int, int], ...]] = {
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
_SEGMENTS = np.array([line for lines in _LINES.values() for line in lines])
_FIRST = np.cumsum([0] + [len(_LINES.get(code, ())) for code in range(16)])


def _thinned(loops: Sequence[FloatArray], tolerance: float) -> list[FloatArray]:
    """Leave out points that lie within ``tolerance`` of the line through those kept (Douglas–Peucker).

    Runs between kept points are halved together, those of all loops at once; point ``size`` of a loop is its first again.
    """
    sizes = np.array([len(loop) for loop in loops], dtype=np.int64)
    if not len(sizes):
        return []
    closed = np.concatenate([points for loop in loops for points in (loop, loop[:1])])
    first = np.cumsum(sizes + 1) - (sizes + 1)
    keep = np.zeros(len(closed), dtype=np.bool_)
    x, y = np.ascontiguousarray(closed.T)
    run = np.repeat(first, sizes + 1)
    far = _largest((x - x[run]) ** 2 + (y - y[run]) ** 2, sizes + 1)[0]
    small = sizes <= 4
    keep[ranges(first[small], sizes[small])[1]] = True
    keep[first], keep[far] = True, True
    low = np.concatenate([first[~small], far[~small]])
    high = np.concatenate([far[~small], (first + sizes)[~small]])
    while len(low):
        open_ = high - low > 1
        low, high = low[open_], high[open_]
        run, at = ranges(low + 1, high - low - 1)
        along, across = (closed[high] - closed[low]).T
        cross = across[run] * (x[at] - x[low][run]) - along[run] * (y[at] - y[low][run])
        distance = np.abs(cross) / np.hypot(along, across)[run]
        place, most = _largest(distance, high - low - 1)
        split = most > tolerance
        middle = at[place[split]]
        keep[middle] = True
        low, high = np.concatenate([low[split], middle]), np.concatenate([middle, high[split]])
    thin: list[FloatArray] = []
    for loop, begin in zip(loops, first.tolist(), strict=True):
        kept = loop[keep[begin : begin + len(loop)]]
        thin.append(kept if len(kept) >= 3 else loop)
    return thin


def _largest(values: FloatArray, size: IntArray) -> tuple[IntArray, FloatArray]:
    """Of runs of values behind one another, none of them empty: where the first of the largest stands, and what it is."""
    if not len(size):
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    begin = np.cumsum(size) - size
    most = np.maximum.reduceat(values, begin)
    equal = np.flatnonzero(values == np.repeat(most, size))
    return equal[np.searchsorted(equal, begin)], most
