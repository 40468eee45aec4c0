"""Areas and overlaps of boxes, turned boxes and polygons in the plane.

Coordinates have x to the right and y downwards, in any unit (pixels or shares of the image). A box is
``x, y, width, height`` with ``x, y`` its upper left corner before turning; ``rotation`` turns it clockwise
as seen on the screen, in degrees, **about its centre**.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qistas.engine.merge.sweep import intervals_that_meet, ranges

FloatArray = NDArray[np.float64]

EDGES_AT_ONCE = 100_000  # of polygons whose areas are worked out together
FARTHEST = 10**9  # of whole numbers, whose products are exact


def box_corners(x: float, y: float, width: float, height: float, rotation: float = 0.0) -> FloatArray:
    """Return the four corners (4, 2), clockwise on the screen from the upper left."""
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2.0
    angle = np.deg2rad(rotation)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return half @ np.array([[cos, sin], [-sin, cos]]) + np.array([x + width / 2.0, y + height / 2.0])


def polygon_area(points: FloatArray) -> float:
    """Signed area (n, 2): positive where the corners run clockwise on the screen (the shoelace formula)."""
    x, y = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return float(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])) / 2.0


def clip_convex(subject: FloatArray, window: FloatArray) -> FloatArray:
    """Return the part of convex ``subject`` inside convex ``window`` (Sutherland & Hodgman 1974).

    Both (n, 2), clockwise on the screen; the result has zero rows when they do not meet.
    """
    points = [(float(p[0]), float(p[1])) for p in subject]
    corners = [(float(p[0]), float(p[1])) for p in window]
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        if not points:
            break
        side = [(bx - ax) * (py - ay) - (by - ay) * (px - ax) for px, py in points]
        kept: list[tuple[float, float]] = []
        for k, (px, py) in enumerate(points):
            (qx, qy), here, there = points[k - 1], side[k], side[k - 1]
            if (here >= 0.0) != (there >= 0.0):
                t = there / (there - here)
                kept.append((qx + t * (px - qx), qy + t * (py - qy)))
            if here >= 0.0:
                kept.append((px, py))
        points = kept
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def box_iou(
    a: NDArray[Any],
    b: NDArray[Any],
    rotation_a: NDArray[Any] | None = None,
    rotation_b: NDArray[Any] | None = None,
) -> FloatArray:
    """Intersection over union of boxes ``a`` and ``b`` row by row: (n, 4) and (n, 4) → (n,).

    Columns x, y, width, height; rotations in degrees, (n,) or None for upright boxes.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    areas = a[:, 2] * a[:, 3] + b[:, 2] * b[:, 3]
    wide = np.minimum(a[:, 0] + a[:, 2], b[:, 0] + b[:, 2]) - np.maximum(a[:, 0], b[:, 0])
    high = np.minimum(a[:, 1] + a[:, 3], b[:, 1] + b[:, 3]) - np.maximum(a[:, 1], b[:, 1])
    common = np.maximum(wide, 0.0) * np.maximum(high, 0.0)
    if rotation_a is not None and rotation_b is not None:
        turned = (np.mod(rotation_a, 180.0) != 0.0) | (np.mod(rotation_b, 180.0) != 0.0)
        reach = (np.hypot(a[:, 2], a[:, 3]) + np.hypot(b[:, 2], b[:, 3])) / 2.0
        gap = np.hypot(
            a[:, 0] + a[:, 2] / 2 - b[:, 0] - b[:, 2] / 2, a[:, 1] + a[:, 3] / 2 - b[:, 1] - b[:, 3] / 2
        )
        common = np.where(turned, 0.0, common)
        for k in np.flatnonzero(turned & (gap < reach)).tolist():
            part = clip_convex(
                box_corners(*a[k].tolist(), rotation=float(rotation_a[k])),
                box_corners(*b[k].tolist(), rotation=float(rotation_b[k])),
            )
            common[k] = abs(polygon_area(part)) if len(part) >= 3 else 0.0
    return np.minimum(common / np.maximum(areas - common, np.finfo(np.float64).tiny), 1.0)


def polygon_common(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """`polygons_common` of one pair."""
    common, whole = polygons_common([(a, b)])
    return float(common[0]), float(whole[0])


def polygons_common(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Areas of the intersection and of the union of pairs of polygons (n, 2), each inside by the even–odd rule; exact.

    The plane is cut into strips at every corner and crossing of a pair. Within a strip no two edges cross, so the length
    along which both are inside changes evenly, and the strip's middle line tells its area. Many pairs are worked out at
    once: their cuts have consecutive numbers, those of one pair after those of another.
    """
    common, whole = np.zeros(len(pairs)), np.zeros(len(pairs))
    size = np.cumsum([len(a) + len(b) for a, b in pairs])
    low = 0
    while low < len(pairs):
        reach = (int(size[low - 1]) if low else 0) + EDGES_AT_ONCE
        high = max(low + 1, int(np.searchsorted(size, reach, side="right")))
        common[low:high], whole[low:high] = _areas(pairs[low:high])
        low = high
    return common, whole


def _areas(pairs: Sequence[tuple[FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    sizes = np.array([len(points) for pair in pairs for points in pair], dtype=np.int64)
    start = np.concatenate([points for pair in pairs for points in pair])
    after = following(sizes)
    end = start[after]
    along = end - start
    drawn = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    pair, of_b = drawn // 2, drawn % 2 == 1

    _, _, place = _numbered(pair, start[:, 1])
    crossed, height = _crossings(start, end, place, place[after])
    of_cut, cut, place = _numbered(np.append(pair, pair[crossed]), np.append(start[:, 1], height))
    here, there = place[: len(start)], place[: len(start)][after]
    edge, strip = ranges(np.minimum(here, there), np.abs(here - there))
    middle, high = (cut[:-1] + cut[1:]) / 2.0, np.diff(cut)
    slope = np.divide(along[:, 0], along[:, 1], out=np.zeros(len(start)), where=along[:, 1] != 0.0)
    x = start[edge, 0] + (middle[strip] - start[edge, 1]) * slope[edge]

    # By strip, those of the first polygon before those of the second.
    passing = np.argsort(strip, kind="stable")
    met = np.bincount(strip, minlength=len(high))  # how many edges pass through a strip
    first = np.cumsum(met) - met
    common, whole = np.zeros(len(pairs)), np.zeros(len(pairs))
    for many in np.unique(met[met > 1]).tolist():
        strips = np.flatnonzero(met == many)
        at = passing[first[strips][:, None] + np.arange(many)]
        other = of_b[edge[at]]
        # Mostly each of the two is met twice.
        plain = ~other[:, 1] & other[:, 2] if many == 4 else np.zeros(len(at), dtype=np.bool_)
        for part, lengths in ((plain, _lengths_of_two), (~plain, _lengths)):
            if not part.any():
                continue
            wide = lengths(x[at[part]], other[part])
            for area, inside in zip((common, whole), wide, strict=True):
                of = of_cut[strips[part]]
                area += np.bincount(of, weights=inside * high[strips[part]], minlength=len(pairs))
    return common, whole


def _lengths(x: FloatArray, of_b: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Along lines (n, m), where edges of two polygons are met: the length inside both, and inside either."""
    order = np.argsort(x, axis=1)
    x, of_b = np.take_along_axis(x, order, axis=1), np.take_along_axis(of_b, order, axis=1)
    in_a, in_b = np.cumsum(~of_b, axis=1) % 2 == 1, np.cumsum(of_b, axis=1) % 2 == 1
    gap = np.diff(x, axis=1, append=x[:, -1:])
    return np.where(in_a & in_b, gap, 0.0).sum(axis=1), np.where(in_a | in_b, gap, 0.0).sum(axis=1)


def _lengths_of_two(x: FloatArray, of_b: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """`_lengths` where the first two are of one polygon and the last two of the other."""
    a, b, c, d = x.T
    low, high, other_low, other_high = np.minimum(a, b), np.maximum(a, b), np.minimum(c, d), np.maximum(c, d)
    both = np.maximum(np.minimum(high, other_high) - np.maximum(low, other_low), 0.0)
    return both, high - low + other_high - other_low - both


def following(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The corner after each of closed outlines that lie behind one another."""
    ends = np.cumsum(sizes)
    after = np.arange(1, int(ends[-1]) + 1, dtype=np.int64)
    after[ends - 1] = ends - sizes
    return after


def _numbered(
    group: NDArray[np.int64], value: FloatArray
) -> tuple[NDArray[np.int64], FloatArray, NDArray[np.int64]]:
    """The distinct values of each group, rising (group of each, value), and the number among these of every one given."""
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(fresh) - 1
    return group[fresh], value[fresh], number


def _crossings(
    start: FloatArray, end: FloatArray, here: NDArray[np.int64], there: NDArray[np.int64]
) -> tuple[NDArray[np.int64], FloatArray]:
    """Where edges cross one another: (one of the two edges, y). Only those whose ranges ``here`` to ``there`` meet are looked at."""
    left, right = np.minimum(start[:, 0], end[:, 0]), np.maximum(start[:, 0], end[:, 0])
    along = end - start
    found: list[tuple[NDArray[np.int64], FloatArray]] = []
    for i, j in intervals_that_meet(np.minimum(here, there), np.maximum(here, there)):
        near = (left[i] < right[j]) & (left[j] < right[i])
        i, j = i[near], j[near]
        gap = start[j] - start[i]
        turn = along[i, 0] * along[j, 1] - along[i, 1] * along[j, 0]
        slanted = turn != 0.0
        divisor = np.where(slanted, turn, 1.0)
        t = (gap[:, 0] * along[j, 1] - gap[:, 1] * along[j, 0]) / divisor
        u = (gap[:, 0] * along[i, 1] - gap[:, 1] * along[i, 0]) / divisor
        hit = slanted & (t > 0.0) & (t < 1.0) & (u > 0.0) & (u < 1.0)
        found.append((i[hit], (start[i, 1] + t * along[i, 1])[hit]))
    return np.concatenate([i for i, _ in found]), np.concatenate([y for _, y in found])


def edges_that_meet(points: NDArray[np.int64]) -> tuple[int, int] | None:
    """The first two edges of a closed outline (n, 2) that cross, touch or lie on one another; None for a simple polygon.

    Edge k leads from point k to the next. Whole numbers of at most 10⁹ in size, so that every test is exact. Edges that
    follow one another meet in their point; they are told only where the second leads back over the first.
    """
    return edges_of_each_that_meet([points])[0]


def edges_of_each_that_meet(outlines: Sequence[NDArray[np.int64]]) -> list[tuple[int, int] | None]:
    """`edges_that_meet` of many outlines at once."""
    sizes = np.array([len(points) for points in outlines], dtype=np.int64)
    found: list[tuple[int, int] | None] = [None if n >= 3 else (0, 1) for n in sizes.tolist()]
    drawn = np.flatnonzero(sizes >= 3)
    if not len(drawn):
        return found
    sizes = sizes[drawn]
    start = np.concatenate([np.asarray(outlines[k], dtype=np.int64) for k in drawn.tolist()])
    after = following(sizes)
    end, first = start[after], np.cumsum(sizes) - sizes
    along = end - start
    outline = np.repeat(np.arange(len(drawn), dtype=np.int64), sizes)

    def tell(i: NDArray[np.int64], j: NDArray[np.int64]) -> None:
        """Of each outline the first of the pairs of edges (i < j) given."""
        order = np.lexsort((j, i))
        which, at = np.unique(outline[i[order]], return_index=True)
        for k, one in zip(which.tolist(), order[at].tolist(), strict=True):
            before = found[int(drawn[k])]
            pair = (int(i[one] - first[k]), int(j[one] - first[k]))
            found[int(drawn[k])] = pair if before is None else min(before, pair)

    back = np.flatnonzero((_cross(along, along[after]) == 0) & ((along * along[after]).sum(axis=1) <= 0))
    if len(back):
        # The lowest edge that is led back over is told, whatever else meets.
        back = back[np.unique(outline[back], return_index=True)[1]]
        tell(np.minimum(back, after[back]), np.maximum(back, after[back]))
    open_ = np.ones(len(drawn), dtype=np.bool_)
    open_[outline[back]] = False
    low, high = np.minimum(start, end), np.maximum(start, end)
    apart = outline * (4 * FARTHEST)
    for i, j in intervals_that_meet(low[:, 0] + apart, high[:, 0] + apart + 1):
        near = open_[outline[i]] & (low[i, 1] <= high[j, 1]) & (low[j, 1] <= high[i, 1])
        near &= (after[i] != j) & (after[j] != i)
        i, j = np.minimum(i[near], j[near]), np.maximum(i[near], j[near])
        a, b, c, d = start[i], end[i], start[j], end[j]
        of_c, of_d = _cross(b - a, c - a), _cross(b - a, d - a)
        of_a, of_b = _cross(d - c, a - c), _cross(d - c, b - c)
        # Where the surrounding boxes meet, two edges meet unless one lies wholly on one side of the other.
        meet = (np.sign(of_c) * np.sign(of_d) <= 0) & (np.sign(of_a) * np.sign(of_b) <= 0)
        tell(i[meet], j[meet])
    return found


def _cross(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
