"""Polygon: labelled outlines on an image.

`{"polygons": [{"points": [[4, 8], [30, 9], [20, 40]], "label": "car"}]}`, in pixels of the stored image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, polygons_agreement
from qistas.engine.merge import (
    MergedPolygon,
    edges_of_each_that_meet,
    edges_that_meet,
    merge_polygons,
    polygon_area,
    polygons_iou,
)

from ..reading import Reader, a, finite_number, named_field
from ..types import Field, FieldType, Question
from .base import Answers, Consensus, Polygon, Value
from .pixels import SLACK, image_size, neat
from .regions import Held, RegionKind, limits_schema, matched, read_limits, region_rows
from .voting import check_method

KEYS = frozenset({"points", "label"})
LEAST_POINTS, MOST_POINTS = 3, 500
MOST_POINTS_IN_ALL = 100_000  # of one value: each outline is looked through for edges that cross
FARTHEST = 1_000_000  # pixels; thousandths of them are compared as whole numbers, exactly
TOUCHING = 0.1  # an overlap (IoU) that is surely below is of neighbours, not of one thing drawn twice
CELLS = 96  # along the longer side of a merged shape
Points = list[list[int | float]]


@dataclass(frozen=True, slots=True)
class PolygonSettings:
    """`field`: the image. `min`, `max`: how many polygons."""

    field: str = ""
    min: int = 0
    max: int | None = None


class PolygonTable(NamedTuple):
    """Polygons as aligned columns, one row a polygon, and the columns of all answers (some draw nothing)."""

    item: NDArray[np.int64]
    annotator: NDArray[np.int64]
    points: list[NDArray[np.float64]]
    label: NDArray[np.int64]
    answered: tuple[NDArray[np.int64], NDArray[np.int64]]


class Shape(NamedTuple):
    """A polygon made ready to be compared."""

    label: str
    corners: NDArray[np.float64]
    low: tuple[float, float]
    high: tuple[float, float]
    area: float


class PolygonKind(RegionKind):
    """Draw outlines."""

    name = "polygon"
    least_labels = 1
    methods = ("merge",)
    key = "polygons"
    measure = "polygons"
    explanation = (
        "Polygons that at least half of the annotators' weight drew, each the area that half of them hold."
    )

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> PolygonSettings:
        """An image field, and limits."""
        field = named_field(reader, "field", fields, FieldType.IMAGE)
        return PolygonSettings(field, *read_limits(reader))

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """Simple polygons inside the image (a pixel beyond the edge is cut off), to a thousandth of a pixel.

        Stored clockwise from the leftmost point (the upper of two), without the first point again at the end.
        """
        rows = region_rows(value, "polygons", KEYS, KEYS, question, where, faults)
        if rows is None:
            return None
        settings: PolygonSettings = question.settings
        size = None if data is None else image_size(data.get(settings.field))
        if data is not None and rows and size is None:
            message = f"the item has no image in `{settings.field}`"
            faults.append(Fault(f"{where}.polygons", message, "Send an empty list."))
            return None
        before = len(faults)
        found: list[dict[str, Any]] = []
        total = 0
        for at, row in enumerate(rows):
            points = _outline(row["points"], size, f"{where}.polygons[{at}]", faults)
            if points is not None:
                found.append({"points": points, "label": row["label"]})
                total += len(points)
            if total > MOST_POINTS_IN_ALL:
                message = (
                    f"have more than {MOST_POINTS_IN_ALL:,} points in all, outside of what one answer holds"
                )
                faults.append(Fault(f"{where}.polygons", message, "Draw with fewer points."))
                break
            if len(faults) > before + 100:
                break
        if len(faults) > before:
            return None
        order = question.labels.order
        found.sort(key=lambda one: (one["points"], order[one["label"]]))
        for at in range(1, len(found)):
            if found[at] == found[at - 1]:
                message = f"draws the same {found[at]['label']} polygon twice"
                faults.append(Fault(f"{where}.polygons", message, "Draw it once."))
                return None
        return {"polygons": found}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Lists of points with known labels; where the image ends and what crosses only the door can tell."""
        number = {"type": "number", "exclusiveMinimum": -SLACK - 0.0005, "maximum": FARTHEST}
        point = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        item = {
            "type": "object",
            "properties": {
                "points": {
                    "type": "array",
                    "items": point,
                    "minItems": LEAST_POINTS,
                    "maxItems": MOST_POINTS,
                },
                "label": {"enum": list(question.labels.names)},
            },
            "required": sorted(KEYS),
            "additionalProperties": False,
        }
        return limits_schema("polygons", item, question)

    def to_responses(self, question: Question, answers: Answers) -> PolygonTable:
        """One row a polygon."""
        order = question.labels.order
        rows = [
            (answers.item[r], answers.annotator[r], order[one["label"]])
            for r, value in enumerate(answers.value)
            for one in value["polygons"]
        ]
        whole = np.asarray(rows, dtype=np.int64).reshape(-1, 3)
        points = [
            np.array(one["points"], dtype=np.float64) for value in answers.value for one in value["polygons"]
        ]
        answered = np.asarray(answers.item, dtype=np.int64), np.asarray(answers.annotator, dtype=np.int64)
        return PolygonTable(whole[:, 0], whole[:, 1], points, whole[:, 2], answered)

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """Polygons that at least half of the weight drew, each the area that half of the weight of its givers holds."""
        check_method(self, method)
        settings: PolygonSettings = question.settings
        merged = merge_polygons(
            [[(one["points"], one["label"]) for one in value["polygons"]] for value in values],
            weights=weights,
            resolution=CELLS,
        )
        kept = sorted(merged, key=lambda one: -one.confidence)[: settings.max]
        held = [
            Held({"points": points, "label": str(one.label)}, one.support, one.confidence)
            for one, points in zip(kept, _storable(kept, values), strict=True)
        ]
        order = question.labels.order
        held.sort(key=lambda one: (one.region["points"], order[one.region["label"]]))
        return self.put_together(question, held, values, weights)

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """α with a distance of sets of polygons by their overlap."""
        table = self.to_responses(question, answers)
        found = polygons_agreement(
            table.item,
            table.annotator,
            table.points,
            table.label,
            answered=table.answered,
            n_bootstrap=n_bootstrap,
            rng=rng,
        )
        return found.alpha

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """Overlap (IoU) of the best pairs with one label, over the number of polygons: 1 for the same set."""
        if gold == value:
            return 1.0
        return matched(_shapes(gold), _shapes(value), lambda one: (*one.low, *one.high), _overlaps)

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same areas: a point more on a straight edge changes nothing."""
        return one == other or self.score(question, one, other) > 0.999

    def polygons_of(self, question: Question, value: Value) -> tuple[Polygon, ...]:
        """The polygons."""
        return tuple(
            Polygon(tuple((x, y) for x, y in one["points"]), one["label"]) for one in value["polygons"]
        )


def _outline(given: Any, size: tuple[int, int] | None, place: str, faults: list[Fault]) -> Points | None:
    """The points in their normal form; None with faults."""
    place = f"{place}.points"
    if type(given) is not list:
        faults.append(Fault(place, f"is {a(given)}, not a list", "Send [[x, y], …]."))
        return None
    rows = cast("list[Any]", given)
    if not LEAST_POINTS <= len(rows) <= MOST_POINTS:
        remedy = f"Send {LEAST_POINTS} to {MOST_POINTS} points."
        faults.append(Fault(place, f"has {len(rows):,} points", remedy))
        return None
    wide, high = size or (FARTHEST, FARTHEST)
    before = len(faults)
    points: Points = []
    for at, row in enumerate(rows):
        pair = cast("list[Any]", row) if type(row) is list else []
        if len(pair) != 2:
            faults.append(Fault(f"{place}[{at}]", "is not a pair of numbers", "Send [x, y]."))
            continue
        x, y = finite_number(pair[0]), finite_number(pair[1])
        if x is None or y is None:
            of = 0 if x is None else 1
            faults.append(Fault(f"{place}[{at}][{of}]", f"is {a(pair[of])}", "Send a number of pixels."))
            continue
        x, y = neat(x), neat(y)
        out = max(-x, -y, x - wide, y - high)
        if out > SLACK or x > FARTHEST or y > FARTHEST:
            ends = f"{wide} × {high} pixels" if size else "the image"
            message = f"lies {out:g} pixels outside of {ends}"
            faults.append(Fault(f"{place}[{at}]", message, "Move it inside the image."))
            continue
        points.append([min(max(x, 0), wide), min(max(y, 0), high)])
    if len(faults) > before:
        return None
    if points[0] == points[-1]:
        points.pop()
    seen: dict[tuple[float, float], int] = {}
    for at, (x, y) in enumerate(points):
        first = seen.setdefault((x, y), at)
        if first != at:
            message = f"stands where points[{first}] stands: ({x:g}, {y:g}) twice"
            faults.append(Fault(f"{place}[{at}]", message, "Leave one of them out."))
            return None
    if len(points) < LEAST_POINTS:
        message = f"has {len(points)} different points, the first twice"
        faults.append(Fault(place, message, f"Draw at least {LEAST_POINTS} different ones."))
        return None
    met = edges_that_meet(_thousandths(points))
    if met is not None:
        one, other = (f"points[{k}]–points[{(k + 1) % len(points)}]" for k in met)
        message = f"the edge {one} crosses or touches the edge {other}"
        faults.append(Fault(place, message, "Move a point so that the outline does not cross itself."))
        return None
    return _canonical(points)


def _thousandths(points: Points) -> NDArray[np.int64]:
    return np.rint(np.array(points, dtype=np.float64) * 1000).astype(np.int64)


def _canonical(points: Points) -> Points:
    """Clockwise on the screen, from the leftmost point."""
    if polygon_area(np.array(points, dtype=np.float64)) < 0.0:
        points = points[::-1]
    begin = points.index(min(points))
    return points[begin:] + points[:begin]


def _storable(merged: Sequence[MergedPolygon], values: Sequence[Value]) -> list[Points]:
    """Merged outlines as an answer may hold them; where one has too many points or folds, the nearest of those drawn."""
    outlines = [_neat(one.points) for one in merged]
    folds = edges_of_each_that_meet([_thousandths(points) for points in outlines])
    storable: list[Points] = []
    for one, points, fold in zip(merged, outlines, folds, strict=True):
        if LEAST_POINTS <= len(points) <= MOST_POINTS and fold is None:
            storable.append(_canonical(points))
            continue
        outline = _shape(one.points, str(one.label))
        drawn = [shape for value in values for shape in _shapes(value)]
        overlaps = _overlaps([(outline, shape) for shape in drawn])
        nearest = drawn[overlaps.index(max(overlaps))]
        storable.append(_neat(nearest.corners.tolist()))
    return storable


def _neat(outline: Sequence[Sequence[float]]) -> Points:
    """In thousandths of a pixel, no point twice in a row."""
    points: Points = []
    for x, y in outline:
        point = [neat(x), neat(y)]
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return points


def _shapes(value: Value) -> list[Shape]:
    return [_shape(one["points"], one["label"]) for one in value["polygons"]]


def _shape(points: Sequence[Sequence[float]], label: str) -> Shape:
    corners = np.array(points, dtype=np.float64)
    (left, top), (right, bottom) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return Shape(label, corners, (left, top), (right, bottom), abs(polygon_area(corners)))


def _overlaps(pairs: Sequence[tuple[Shape, Shape]]) -> list[float]:
    near = [k for k, (one, other) in enumerate(pairs) if _may_overlap(one, other)]
    found = [0.0] * len(pairs)
    for k, iou in zip(
        near, polygons_iou([(pairs[k][0].corners, pairs[k][1].corners) for k in near]).tolist(), strict=True
    ):
        found[k] = iou
    return found


def _may_overlap(one: Shape, other: Shape) -> bool:
    """What two share is no more than what the boxes around them share."""
    across = min(one.high[0], other.high[0]) - max(one.low[0], other.low[0])
    down = min(one.high[1], other.high[1]) - max(one.low[1], other.low[1])
    return (
        one.label == other.label
        and across > 0
        and down > 0
        and across * down >= TOUCHING * max(one.area, other.area)
    )
