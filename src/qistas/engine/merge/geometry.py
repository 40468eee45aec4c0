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
