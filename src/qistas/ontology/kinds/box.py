"""Box: labelled rectangles on an image, upright or turned.

`{"boxes": [{"x": 4, "y": 8, "width": 10, "height": 20, "rotation": 0, "label": "car"}]}`, in pixels of the stored image.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, boxes_agreement
from qistas.engine.merge import merge_boxes, merge_boxes_table
from qistas.engine.merge.geometry import box_iou

from ..reading import Reader, a, finite_number, named_field
from ..types import Field, FieldType, Question
from .base import Answers, Box, Break, Consensus, Value, tightened
from .merging import by_item
from .pixels import SLACK, image_size, neat
from .regions import Held, RegionKind, limits_schema, matched, read_limits, region_rows
from .voting import check_method

NEEDED = frozenset({"x", "y", "width", "height", "label"})
KEYS = NEEDED | {"rotation"}
SIZES = ("x", "y", "width", "height")


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """`field`: the image. `rotate`: whether boxes may be turned. `min_size`: least width and height in pixels."""

    field: str = ""
    rotate: bool = False
    min: int = 0
    max: int | None = None
    min_size: int | float = 1


class Merged(NamedTuple):
    """One box of a merged answer."""

    x: float
    y: float
    width: float
    height: float
    rotation: float
    label: str
    support: int
    confidence: float


class BoxTable(NamedTuple):
    """Boxes as aligned columns, one row a box, and the columns of all answers (some draw nothing)."""

    item: NDArray[np.int64]
    annotator: NDArray[np.int64]
    box: NDArray[np.float64]
    rotation: NDArray[np.float64]
    label: NDArray[np.int64]
    answered: tuple[NDArray[np.int64], NDArray[np.int64]]


class BoxKind(RegionKind):
    """Draw boxes."""

    name = "box"
    least_labels = 1
    methods = ("merge",)
    key = "boxes"
    measure = "boxes"
    explanation = "Boxes that at least half of the annotators' weight drew, each the mean of those that meet."

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> BoxSettings:
        """An image field, and limits."""
        field = named_field(reader, "field", fields, FieldType.IMAGE)
        rotate = reader.flag("rotate", False)
        least, most = read_limits(reader)
        return BoxSettings(field, rotate, least, most, reader.number("min_size", 1, 0.001, 100_000))

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """Boxes on the image, to a thousandth of a pixel; stored by x, y, then size.

        An upright box lies inside the image (a pixel beyond the edge is cut off); a turned one has its centre there.
        """
        rows = region_rows(value, "boxes", KEYS, NEEDED, question, where, faults)
        if rows is None:
            return None
        settings: BoxSettings = question.settings
        size = None if data is None else image_size(data.get(settings.field))
        if data is not None and rows and size is None:
            faults.append(
                Fault(f"{where}.boxes", f"the item has no image in `{settings.field}`", "Send an empty list.")
            )
            return None
        before = len(faults)
        found: list[dict[str, Any]] = []
        for at, row in enumerate(rows):
            place = f"{where}.boxes[{at}]"
            numbers = [finite_number(row[key]) for key in SIZES]
            turn = finite_number(row.get("rotation", 0))
            if turn is None or None in numbers:
                key = "rotation" if turn is None else SIZES[numbers.index(None)]
                faults.append(Fault(f"{place}.{key}", f"is {a(row.get(key))}", "Send a number."))
            elif not -360 <= turn <= 360:
                faults.append(Fault(f"{place}.rotation", f"is {turn:g} degrees", "Send 0 to 360."))
            elif turn % 360 != 0 and not settings.rotate:
                faults.append(
                    Fault(
                        f"{place}.rotation", "turns the box", "Boxes of this question stand upright: send 0."
                    )
                )
            else:
                self._place(
                    cast("list[float]", numbers),
                    turn % 360,
                    row["label"],
                    size,
                    settings.min_size,
                    place,
                    found,
                    faults,
                )
            if len(faults) > before + 100:
                break
        if len(faults) > before:
            return None
        order = question.labels.order
        found.sort(
            key=lambda box: (
                box["x"],
                box["y"],
                box["width"],
                box["height"],
                box["rotation"],
                order[box["label"]],
            )
        )
        for one, other in itertools.pairwise(found):
            if one == other:
                faults.append(
                    Fault(f"{where}.boxes", f"draws the same {one['label']} box twice", "Draw it once.")
                )
                return None
        return {"boxes": found}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Boxes with numbers and known labels; where the image ends only the door can tell."""
        settings: BoxSettings = question.settings
        sane = {"type": "number", "exclusiveMinimum": -(2**53), "exclusiveMaximum": 2**53}
        side = {"type": "number", "minimum": settings.min_size, "exclusiveMaximum": 2**53}
        turn: dict[str, Any] = (
            {"type": "number", "minimum": -360, "maximum": 360}
            if settings.rotate
            else {"enum": [0, 360, -360]}
        )
        corner = sane if settings.rotate else {**sane, "exclusiveMinimum": -SLACK - 0.0005}
        item = {
            "type": "object",
            "properties": {
                "x": corner,
                "y": corner,
                "width": side,
                "height": side,
                "rotation": turn,
                "label": {"enum": list(question.labels.names)},
            },
            "required": sorted(NEEDED),
            "additionalProperties": False,
        }
        return limits_schema("boxes", item, question)

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Labels and limits, another field, boxes too small, turned boxes where none may be."""
        before: BoxSettings = old.settings
        after: BoxSettings = new.settings
        found = super().breaks(old, new)
        if before.rotate and not after.rotate:
            found.append(
                tightened(
                    old, "rotate", True, False, lambda value: any(box["rotation"] for box in value["boxes"])
                )
            )
        if after.min_size > before.min_size:
            least = after.min_size
            found.append(
                tightened(
                    old,
                    "min_size",
                    before.min_size,
                    least,
                    lambda value: any(min(box["width"], box["height"]) < least for box in value["boxes"]),
                )
            )
        return found

    def to_responses(self, question: Question, answers: Answers) -> BoxTable:
        """One row a box."""
        order = question.labels.order
        rows = [
            (
                answers.item[r],
                answers.annotator[r],
                order[box["label"]],
                *(box[key] for key in SIZES),
                box["rotation"],
            )
            for r, value in enumerate(answers.value)
            for box in value["boxes"]
        ]
        table = np.asarray(rows, dtype=np.float64).reshape(-1, 8)
        whole = table[:, :3].astype(np.int64)
        answered = np.asarray(answers.item, dtype=np.int64), np.asarray(answers.annotator, dtype=np.int64)
        return BoxTable(whole[:, 0], whole[:, 1], table[:, 3:7], table[:, 7], whole[:, 2], answered)

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """Boxes that at least half of the weight drew, each the mean of the boxes that meet."""
        check_method(self, method)
        given = [
            [
                (box["x"], box["y"], box["width"], box["height"], box["label"], box["rotation"])
                for box in value["boxes"]
            ]
            for value in values
        ]
        boxes = [
            Merged(
                box.x, box.y, box.width, box.height, box.rotation, str(box.label), box.support, box.confidence
            )
            for box in merge_boxes(given, weights=weights)
        ]
        return self._about(question, boxes, values, weights)

    def merged(
        self, question: Question, answers: Answers, weights: Sequence[float] | None, method: str
    ) -> list[Consensus | None]:
        """All items in one table."""
        names, table = question.labels.names, self.to_responses(question, answers)
        merged = merge_boxes_table(
            table.item,
            table.annotator,
            table.box,
            table.label,
            rotation=table.rotation if bool(table.rotation.any()) else None,
            answered=table.answered,
            weights=weights,
        )
        boxes: list[list[Merged]] = [[] for _ in range(answers.n_items)]
        columns = (merged.item, merged.box, merged.rotation, merged.label, merged.support, merged.confidence)
        for item, (x, y, width, height), turn, label, support, sure in zip(
            *(c.tolist() for c in columns), strict=True
        ):
            boxes[item].append(Merged(x, y, width, height, turn, names[label], support, sure))
        return [
            self._about(question, boxes[at], values, own) if values else None
            for at, (values, own) in enumerate(by_item(answers, weights))
        ]

    def _about(
        self,
        question: Question,
        boxes: Sequence[Merged],
        values: Sequence[Value],
        weights: Sequence[float] | None,
    ) -> Consensus:
        """The merged boxes as the question allows them."""
        settings: BoxSettings = question.settings
        kept = sorted(boxes, key=lambda box: -box.confidence)
        kept = kept if settings.max is None else kept[: settings.max]
        kept.sort(key=lambda box: (box.x, box.y, box.width, box.height))
        held = [
            Held(
                {
                    "x": neat(box.x),
                    "y": neat(box.y),
                    "width": neat(box.width),
                    "height": neat(box.height),
                    "rotation": neat(box.rotation),
                    "label": box.label,
                },
                box.support,
                box.confidence,
            )
            for box in kept
        ]
        return self.put_together(question, held, values, weights)

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """α with a distance of sets of boxes by their overlap."""
        table = self.to_responses(question, answers)
        rotation = table.rotation if bool((table.rotation != 0).any()) else None
        found = boxes_agreement(
            table.item,
            table.annotator,
            table.box,
            table.label,
            rotation=rotation,
            answered=table.answered,
            n_bootstrap=n_bootstrap,
            rng=rng,
        )
        return found.alpha

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """Overlap (IoU) of the best pairs with one label, over the number of boxes: 1 for the same set."""
        if gold == value:
            return 1.0
        return matched(gold["boxes"], value["boxes"], _place, _overlaps)

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same regions: a box turned by half a circle is where it was."""
        return one == other or self.score(question, one, other) > 0.999

    def boxes_of(self, question: Question, value: Value) -> tuple[Box, ...]:
        """The boxes."""
        return tuple(
            Box(box["x"], box["y"], box["width"], box["height"], box["rotation"], box["label"])
            for box in value["boxes"]
        )

    def _place(
        self,
        numbers: list[float],
        turn: float,
        label: str,
        size: tuple[int, int] | None,
        least: float,
        place: str,
        found: list[dict[str, Any]],
        faults: list[Fault],
    ) -> None:
        """Add the box, cut to the image, or a fault."""
        x, y, width, height = (neat(number) for number in numbers)
        turn = neat(turn) % 360
        wide, high = size or (2**53, 2**53)
        if width < least or height < least:
            remedy = f"Draw it at least {least:g} × {least:g}."
            faults.append(Fault(place, f"is {width:g} × {height:g} pixels", remedy))
            return
        if turn == 0:
            out = max(-x, -y, x + width - wide, y + height - high)
            if out > SLACK:
                ends = f"{wide} × {high} pixels" if size else "the image"
                remedy = "Draw it inside the image."
                faults.append(Fault(place, f"lies {out:g} pixels outside of {ends}", remedy))
                return
            left, top = max(x, 0), max(y, 0)
            width, height = neat(min(x + width, wide) - left), neat(min(y + height, high) - top)
            x, y = left, top
            if width < least or height < least:
                message = f"lies outside of the image but for {width:g} × {height:g} pixels"
                faults.append(Fault(place, message, f"Draw it at least {least:g} × {least:g}."))
                return
        elif not (0 <= x + width / 2 <= wide and 0 <= y + height / 2 <= high):
            faults.append(Fault(place, "has its centre outside of the image", "Draw it on the image."))
            return
        found.append({"x": x, "y": y, "width": width, "height": height, "rotation": turn, "label": label})


def _place(box: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """The box around a box; a turned one reaches no further than half its diagonal from its centre."""
    if not box["rotation"]:
        return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    half = math.hypot(box["width"], box["height"]) / 2
    return x - half, y - half, x + half, y + half


def _overlaps(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[float]:
    return [_overlap(one, other) for one, other in pairs]


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if one["label"] != other["label"]:
        return 0.0
    if one["rotation"] or other["rotation"]:
        shape = np.array([[box[key] for key in SIZES] for box in (one, other)], dtype=np.float64)
        turn = np.array([one["rotation"], other["rotation"]], dtype=np.float64)
        return float(box_iou(shape[:1], shape[1:], turn[:1], turn[1:])[0])
    across = min(one["x"] + one["width"], other["x"] + other["width"]) - max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) - max(one["y"], other["y"])
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return common / (one["width"] * one["height"] + other["width"] * other["height"] - common)
