"""Boxes of many annotators, upright or turned, merged into one set, with support and confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import (
    FloatArray,
    Label,
    annotator_weights,
    check_share,
    cluster_pairs,
    collect,
    label_order,
    vote,
)
from qistas.engine.merge.geometry import box_iou
from qistas.engine.merge.sweep import boxes_that_meet
from qistas.engine.merge.tables import by_item, code_column, number_column

DENSE = 128  # up to so many boxes every pair is looked at


class Box(NamedTuple):
    """A box as drawn: upper left corner, size, label, and its turn in degrees clockwise about its centre."""

    x: float
    y: float
    width: float
    height: float
    label: Label
    rotation: float = 0.0


BoxLike = Box | tuple[float, float, float, float, Label] | tuple[float, float, float, float, Label, float]


@dataclass(frozen=True, slots=True)
class MergedBox:
    """One box of the merged answer; coordinates in the unit of the input.

    ``support``: how many annotators drew it; ``confidence``: their share of the weight of all annotators who
    answered the item, in (0, 1].
    """

    x: float
    y: float
    width: float
    height: float
    rotation: float
    label: Label
    support: int
    confidence: float


@dataclass(frozen=True, slots=True)
class MergedBoxes:
    """Merged boxes of many items as aligned arrays, sorted by item, then x, y, width, height."""

    item: NDArray[np.int64]
    box: NDArray[np.float64]
    rotation: NDArray[np.float64]
    label: NDArray[np.int64]
    support: NDArray[np.int64]
    confidence: NDArray[np.float64]


def merge_boxes(
    boxes: Sequence[Sequence[BoxLike]],
    n_annotators: int | None = None,
    *,
    weights: ArrayLike | None = None,
    min_iou: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
) -> tuple[MergedBox, ...]:
    """Merge the boxes of **one item**.

    ``boxes``: for each annotator a sequence of ``(x, y, width, height, label)`` or
    ``(x, y, width, height, label, rotation)``; an annotator who answered and drew nothing has an empty one,
    or is counted in ``n_annotators``. ``weights``: one non-negative number per annotator (default: equal).

    Boxes of different annotators and one label (any label with ``across_labels``; the label is then voted
    on) are one when their intersection over union is at least ``min_iou``; a cluster holds at most one box
    an annotator (see :mod:`qistas.engine.merge.clustering`). Centre and size are weighted means; turns are
    averaged on the circle of half turns, each box first read in the way (width and height exchanged, a
    quarter turn on) nearest to that of the cluster's first box, so that one shape drawn in two ways stays
    one shape. Kept when its annotators hold at least ``keep`` of the weight of all.

    Decided cases: no annotator or no box gives ``()``; a box repeated by its annotator counts once. Raises
    ``ValueError`` for a box without area or with a coordinate that is not finite, and for unusable weights.
    """
    check_share("min_iou", min_iou)
    check_share("keep", keep)
    answers = [[_checked(box) for box in one] for one in boxes]
    weight = annotator_weights(len(answers), n_annotators, weights)
    nodes = collect(answers, lambda b: (*b[:4], b.rotation, label_order(b.label)))
    if not nodes.keys:
        return ()
    shape = np.array([b[:4] for b in nodes.keys], dtype=np.float64)
    turn = np.array([b.rotation for b in nodes.keys], dtype=np.float64)
    labels: list[Label] = [b.label for b in nodes.keys]
    code = {label: k for k, label in enumerate(dict.fromkeys(labels))}
    kind = np.array([0 if across_labels else code[label] for label in labels])
    total = float(np.sort(weight).sum())
    merged: list[MergedBox] = []
    for part in _clusters(shape, turn, kind, nodes.owners, min_iou):
        people = [(p, a) for p in part for a in sorted(nodes.owners[p])]
        at = [i for i, _ in people]
        w = weight[[a for _, a in people]]
        if float(w.sum()) <= 0.0:
            continue
        confidence = min(float(np.sort(w).sum()) / total, 1.0)
        if confidence >= keep - 1e-9:
            x, y, width, height, rotation = _mean_box(shape[at], turn[at], w)
            label = vote([labels[i] for i in at], w.tolist())
            merged.append(MergedBox(x, y, width, height, rotation, label, len(people), confidence))
    merged.sort(key=lambda b: (b.x, b.y, b.width, b.height, label_order(b.label)))
    return tuple(merged)


def _checked(box: BoxLike) -> Box:
    given = Box(box[0], box[1], box[2], box[3], box[4], box[5] if len(box) > 5 else 0.0)
    numbers = [float(v) for v in (*given[:4], given.rotation)]
    if not all(math.isfinite(v) for v in numbers):
        raise ValueError(f"box coordinates must be finite: {tuple(box)}")
    if numbers[2] <= 0.0 or numbers[3] <= 0.0:
        raise ValueError(f"a box needs a width and a height above zero: {tuple(box)}")
    label = given.label if isinstance(given.label, str) else int(given.label)
    return Box(numbers[0], numbers[1], numbers[2], numbers[3], label, numbers[4] % 360.0)


def _clusters(
    shape: FloatArray,
    turn: FloatArray,
    kind: NDArray[np.int64],
    owners: Sequence[frozenset[int]],
    min_iou: float,
) -> list[list[int]]:
    """The clusters of boxes. Of many, only pairs that meet, of different annotators, are measured and kept in memory."""

    turned = bool((turn != 0.0).any())

    def iou(left: NDArray[np.int64], right: NDArray[np.int64]) -> FloatArray:
        out = np.zeros(len(left))
        like = kind[left] == kind[right]
        a, b = left[like], right[like]
        out[like] = box_iou(shape[a], shape[b], *((turn[a], turn[b]) if turned else ()))
        return out

    def between(some: list[int], others: list[int]) -> FloatArray:
        found = iou(np.repeat(some, len(others)), np.tile(others, len(some)))
        return found.reshape(len(some), len(others))

    n = len(owners)
    if n <= DENSE:
        blocks = iter([np.triu_indices(n, k=1)])
    else:
        angle = np.deg2rad(turn)
        cos, sin = np.abs(np.cos(angle)), np.abs(np.sin(angle))
        width, height = shape[:, 2], shape[:, 3]
        half = np.stack([width * cos + height * sin, width * sin + height * cos], axis=1) / 2.0
        half *= 1.0 + 1e-9  # rather a neighbour too many than one too few
        middle = shape[:, :2] + shape[:, 2:] / 2.0
        blocks = boxes_that_meet(middle - half, middle + half)
    alone = np.array([next(iter(o)) if len(o) == 1 else -1 for o in owners], dtype=np.int64)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64], FloatArray]] = []
    for left, right in blocks:
        apart = (alone[left] != alone[right]) | (alone[left] < 0)  # one annotator's two are never one
        left, right = left[apart], right[apart]
        overlap = iou(left, right)
        enough = overlap >= min_iou
        found.append((left[enough], right[enough], overlap[enough]))
    pairs = (
        np.concatenate([left for left, _, _ in found]),
        np.concatenate([right for _, right, _ in found]),
        np.concatenate([overlap for _, _, overlap in found]),
    )
    return cluster_pairs(pairs, between, owners, min_iou)


def _mean_box(
    shape: FloatArray, turn: FloatArray, weight: FloatArray
) -> tuple[float, float, float, float, float]:
    share = weight / weight.sum()
    width, height = shape[:, 2], shape[:, 3]
    rotation = 0.0
    if bool((turn != 0.0).any()):
        # Quarter turns between each box and the first, to the nearest.
        quarters = np.rint((turn - turn[0]) / 90.0)
        swap = np.mod(quarters, 2.0) == 1.0
        width, height = np.where(swap, height, width), np.where(swap, width, height)
        double = np.deg2rad(2.0 * (turn - 90.0 * quarters))
        angle = math.atan2(float(share @ np.sin(double)), float(share @ np.cos(double)))
        rotation = math.degrees(angle) / 2.0 % 180.0
        if 180.0 - rotation < 1e-9:
            rotation = 0.0
    cx = float(share @ (shape[:, 0] + shape[:, 2] / 2.0))
    cy = float(share @ (shape[:, 1] + shape[:, 3] / 2.0))
    w, h = float(share @ width), float(share @ height)
    return cx - w / 2.0, cy - h / 2.0, w, h, rotation


def merge_boxes_table(
    item: ArrayLike,
    annotator: ArrayLike,
    box: ArrayLike,
    label: ArrayLike,
    *,
    rotation: ArrayLike | None = None,
    answered: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    min_iou: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
) -> MergedBoxes:
    """Merge the boxes of many items, given as aligned columns, one row a box, in any order.

    ``box``: (n, 4) x, y, width, height; ``rotation``: (n,) degrees; ``answered``: two aligned columns
    (item, annotator) of all answers, the only way to know of annotators who drew nothing; ``weights``: by
    annotator code. Everything else as in :func:`merge_boxes`.
    """
    shape = np.asarray(box, dtype=np.float64).reshape(-1, 4)
    labels = code_column("label", label)
    turn = np.zeros(len(shape)) if rotation is None else number_column("rotation", rotation)
    out: list[tuple[int, MergedBox]] = []
    for one in by_item(item, annotator, [labels, shape, turn], answered, weights):
        answers: list[list[Box]] = [
            [Box(*shape[r].tolist(), label=int(labels[r]), rotation=float(turn[r])) for r in rows]
            for rows in one.rows
        ]
        merged = merge_boxes(
            answers, weights=one.weights, min_iou=min_iou, keep=keep, across_labels=across_labels
        )
        out += [(one.item, found) for found in merged]
    return MergedBoxes(
        np.array([i for i, _ in out], dtype=np.int64),
        np.array([(b.x, b.y, b.width, b.height) for _, b in out], dtype=np.float64).reshape(-1, 4),
        np.array([b.rotation for _, b in out], dtype=np.float64),
        np.array([b.label for _, b in out], dtype=np.int64),
        np.array([b.support for _, b in out], dtype=np.int64),
        np.array([b.confidence for _, b in out], dtype=np.float64),
    )
