"""Keypoints of many annotators merged into one set of points, with support, confidence and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.merge.clustering import FloatArray, annotator_weights, check_share


@dataclass(frozen=True, slots=True)
class MergedKeypoint:
    """One keypoint of the merged answer.

    ``index``: which of the skeleton's points; ``visible``: by weighted vote of those who placed it; ``support``: how many
    did; ``confidence``: their share of the weight of all; ``spread``: the weighted root mean square distance of their
    places from the merged one, in the unit of the input.
    """

    index: int
    x: float
    y: float
    visible: bool
    support: int
    confidence: float
    spread: float


def merge_keypoints(
    points: ArrayLike,
    *,
    visible: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    keep: float = 0.5,
) -> tuple[MergedKeypoint, ...]:
    """Merge the keypoints of **one object**.

    ``points``: (n_annotators, n_points, 2), NaN where an annotator did not place the point; ``visible``: (n_annotators,
    n_points) booleans (default: all visible); ``weights``: one non-negative number per annotator. The place is the
    weighted geometric median (E. Weiszfeld 1937; with the step of Y. Vardi & C.-H. Zhang, PNAS 97, 2000, where it meets
    a given point), which one annotator who is far off does not move far. Kept when those who placed the point hold at
    least ``keep`` of the weight.

    Decided cases: nobody, or no point: ``()``; a point placed by one: that place, spread 0; visible and hidden votes
    equal: visible. Raises ``ValueError`` for other shapes, for half a point (one coordinate NaN) and infinities.
    """
    check_share("keep", keep)
    given = np.asarray(points, dtype=np.float64)
    if given.ndim != 3 or given.shape[2] != 2:
        raise ValueError(f"points must be annotators by points by 2, but have shape {given.shape}")
    gone = np.isnan(given)
    if bool((gone[:, :, 0] != gone[:, :, 1]).any()) or bool(np.isinf(given).any()):
        raise ValueError("a keypoint needs two finite coordinates, or NaN for both")
    seen = (
        np.ones(given.shape[:2], dtype=np.bool_) if visible is None else np.asarray(visible, dtype=np.bool_)
    )
    if seen.shape != given.shape[:2]:
        raise ValueError(f"visible must have shape {given.shape[:2]}, not {seen.shape}")
    weight = annotator_weights(len(given), None, weights)
    total = float(weight.sum())
    merged: list[MergedKeypoint] = []
    for index in range(given.shape[1]):
        placed = ~gone[:, index, 0] & (weight > 0.0)
        w = weight[placed]
        confidence = float(w.sum()) / total if len(w) else 0.0
        if not len(w) or confidence < keep - 1e-9:
            continue
        at = given[placed, index]
        middle = geometric_median(at, w)
        spread = float(np.sqrt((w / w.sum()) @ ((at - middle) ** 2).sum(axis=1)))
        shown = float(w @ seen[placed, index]) >= 0.5 * float(w.sum())
        merged.append(
            MergedKeypoint(
                index, float(middle[0]), float(middle[1]), shown, len(w), min(confidence, 1.0), spread
            )
        )
    return tuple(merged)


def geometric_median(points: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the place (2,) with the least weighted sum of distances to ``points`` (n, 2), n at least 1.

    Of two points with equal weights, where every place between them is one: the middle.
    """
    share = weight / weight.sum()
    place = share @ points
    if len(points) <= 2 and bool(np.allclose(share, share[0])):
        return np.asarray(place, dtype=np.float64)
    size = float(np.abs(points - place).max())
    for _ in range(200):
        gap = np.hypot(points[:, 0] - place[0], points[:, 1] - place[1])
        on = gap <= 1e-12 * max(size, 1e-300)
        pull = np.where(on, 0.0, share / np.where(on, 1.0, gap))
        if float(pull.sum()) <= 0.0:
            break
        target = pull @ points / pull.sum()
        if bool(on.any()):
            # On a given point: move only if the pull of the others is stronger than its own weight.
            force = float(np.hypot(*(pull @ (points - place))))
            own = float(share[on].sum())
            target = place + max(0.0, 1.0 - own / force) * (target - place) if force > 0.0 else place
        moved = float(np.abs(target - place).max())
        place = target
        if moved <= 1e-10 * max(size, 1e-300):
            break
    return np.asarray(place, dtype=np.float64)
