"""Areas and overlaps of boxes, turned boxes and polygons in the plane.

Coordinates have x to the right and y downwards, in any unit (pixels or shares of the image). A box is
``x, y, width, height`` with ``x, y`` its upper left corner before turning; ``rotation`` turns it clockwise
as seen on the screen, in degrees, **about its centre**.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def box_corners(x: float, y: float, width: float, height: float, rotation: float = 0.0) -> FloatArray:
    """Return the four corners (4, 2), clockwise on the screen from the upper left."""
    half = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2.0
    angle = np.deg2rad(rotation)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return half @ np.array([[cos, sin], [-sin, cos]]) + np.array([x + width / 2.0, y + height / 2.0])


def polygon_area(points: FloatArray) -> float:
    """Signed area (n, 2): positive where the corners run clockwise on the screen (the shoelace formula)."""
    x, y = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


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
    """Areas of the intersection and of the union of two polygons (n, 2), each inside by the even–odd rule; exact.

    The plane is cut into strips at every corner and crossing. Within a strip no two edges cross, so the length along
    which both are inside changes evenly, and the strip's middle line tells its area.
    """
    start, end = np.concatenate([a, b]), np.concatenate([np.roll(a, -1, axis=0), np.roll(b, -1, axis=0)])
    along = end - start
    of_b = np.arange(len(start)) >= len(a)
    ys = np.unique(np.concatenate([start[:, 1], _crossings(start, along)]))
    if len(ys) < 2:
        return 0.0, 0.0
    middle, height = (ys[:-1] + ys[1:]) / 2.0, np.diff(ys)
    low, high = np.minimum(start[:, 1], end[:, 1]), np.maximum(start[:, 1], end[:, 1])
    met = (low[None, :] < middle[:, None]) & (middle[:, None] < high[None, :])
    slope = np.divide(along[:, 0], along[:, 1], out=np.zeros(len(start)), where=along[:, 1] != 0.0)
    x = np.where(met, start[:, 0] + (middle[:, None] - start[:, 1]) * slope, np.inf)
    order = np.argsort(x, axis=1)
    x = np.take_along_axis(x, order, axis=1)
    met, of_b = np.take_along_axis(met, order, axis=1), of_b[order]
    in_a, in_b = np.cumsum(met & ~of_b, axis=1) % 2 == 1, np.cumsum(met & of_b, axis=1) % 2 == 1
    gap = np.diff(np.where(met, x, 0.0), axis=1, append=0.0)
    both = np.where(in_a & in_b, gap, 0.0).sum(axis=1)
    either = np.where(in_a | in_b, gap, 0.0).sum(axis=1)
    return float(height @ both), float(height @ either)


def _crossings(start: FloatArray, along: FloatArray) -> FloatArray:
    """Return y where edges cross one another, every pair looked at."""
    gap = start[None, :, :] - start[:, None, :]
    turn = along[:, None, 0] * along[None, :, 1] - along[:, None, 1] * along[None, :, 0]
    slanted = turn != 0.0
    divisor = np.where(slanted, turn, 1.0)
    t = (gap[:, :, 0] * along[None, :, 1] - gap[:, :, 1] * along[None, :, 0]) / divisor
    u = (gap[:, :, 0] * along[:, None, 1] - gap[:, :, 1] * along[:, None, 0]) / divisor
    hit = slanted & (t > 0.0) & (t < 1.0) & (u > 0.0) & (u < 1.0)
    return (start[:, None, 1] + t * along[:, None, 1])[hit]


def edges_that_meet(points: NDArray[np.int64]) -> tuple[int, int] | None:
    """The first two edges of a closed outline (n, 2) that cross, touch or lie on one another; None for a simple polygon.

    Edge k leads from point k to the next. Whole numbers of at most 10⁹ in size, so that every test is exact. Edges that
    follow one another meet in their point; they are told only where the second leads back over the first.
    """
    n = len(points)
    if n < 3:
        return (0, 1)
    start = np.asarray(points, dtype=np.int64)
    end = np.roll(start, -1, axis=0)
    along, after = end - start, np.roll(end - start, -1, axis=0)
    back = _cross(along, after) == 0
    back &= (along * after).sum(axis=1) <= 0
    if bool(back.any()):
        k = int(np.flatnonzero(back)[0])
        return min(k, (k + 1) % n), max(k, (k + 1) % n)
    left, right = np.triu_indices(n, k=2)
    low, high = np.minimum(start, end), np.maximum(start, end)
    near = (low[left] <= high[right]).all(axis=1) & (low[right] <= high[left]).all(axis=1)
    near &= (left != 0) | (right != n - 1)
    left, right = left[near], right[near]
    a, b, c, d = start[left], end[left], start[right], end[right]
    of_c, of_d = _cross(b - a, c - a), _cross(b - a, d - a)
    of_a, of_b = _cross(d - c, a - c), _cross(d - c, b - c)
    # Where the surrounding boxes meet, two edges meet unless one lies wholly on one side of the other.
    apart = (np.sign(of_c) * np.sign(of_d) > 0) | (np.sign(of_a) * np.sign(of_b) > 0)
    found = np.flatnonzero(~apart)
    return (int(left[found[0]]), int(right[found[0]])) if len(found) else None


def _cross(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    return one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
