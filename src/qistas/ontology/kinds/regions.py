"""Regions: what spans, boxes and polygons share. An answer is `{key: [region, …]}`, each region with a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple, TypeVar, cast

import numpy as np

from qistas.core.errors import Fault
from qistas.engine.merge import boxes_that_meet

from ..reading import Reader, a
from ..types import Question
from .base import Break, Column, Consensus, Value, breaks_of_labels, object_of, tightened
from .merging import Merging

MOST_REGIONS = 20_000
ALIKE = 0.75  # the score from which an answer stands behind a merged one
Region = TypeVar("Region")


class Held(NamedTuple):
    """A region of a merged answer: how it is stored, how many marked it, how sure it is."""

    region: dict[str, Any]
    support: int
    confidence: float


class RegionKind(Merging):
    """A kind whose answers are sets of labelled regions of one field."""

    key: Literal["spans", "boxes", "polygons"]
    """Under which an answer holds its regions."""

    def fields_of(self, question: Question) -> tuple[str, ...]:
        """Where the regions lie."""
        return (question.settings.field,)

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Labels and limits, another field."""
        found = breaks_of_labels(old, new, lambda value: [one["label"] for one in value[self.key]])
        return found + breaks_of_limits(self.key, old, new)

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The label of each region."""
        return tuple(one["label"] for one in value[self.key])

    def describe(self, question: Question, value: Value, language: str) -> str:
        """How many of each label: `2 × Person, 1 × Place`."""
        arabic = language.startswith("ar")
        counts = Counter(self.labels_of(question, value))
        if not counts:
            return "لا شيء" if arabic else "nothing"
        return ("، " if arabic else ", ").join(
            f"{n} × {question.labels.title_of(name, language)}" for name, n in counts.items()
        )

    def columns(self, question: Question) -> tuple[Column, ...]:
        """One list of regions."""
        return (Column(question.name, self.key),)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The list of regions."""
        return (None if value is None else value[self.key],)

    def stands_behind(self, question: Question, value: Value, merged: Value) -> bool:
        """Whether an answer counts as support of the merged one."""
        return self.score(question, merged, value) >= ALIKE

    def put_together(
        self,
        question: Question,
        held: Sequence[Held],
        values: Sequence[Value],
        weights: Sequence[float] | None,
    ) -> Consensus:
        """The merged answer that holds these regions, in their order, and how sure it is."""
        value: Value = {self.key: [one.region for one in held]}
        regions = [{"support": one.support, "confidence": round(one.confidence, 6)} for one in held]
        weight = [1.0] * len(values) if weights is None else [float(w) for w in weights]
        empty = sum(w for w, one in zip(weight, values, strict=True) if not one[self.key]) / sum(weight)
        support = sum(1 for one in values if self.stands_behind(question, one, value))
        confidence = sureness(empty, [one.confidence for one in held])
        return Consensus(value, confidence, support, len(values), {"regions": regions})


def read_limits(reader: Reader) -> tuple[int, int | None]:
    """`min` and `max`: how many regions."""
    least, most = reader.whole("min", 0, 0, MOST_REGIONS), reader.optional_whole("max", 1, MOST_REGIONS)
    if most is not None and most < least:
        reader.fault("max", f"is below `min` ({least})", "Raise it, or lower `min`.")
    return least, most


def region_rows(
    value: Any,
    key: str,
    keys: frozenset[str],
    needed: frozenset[str],
    question: Question,
    where: str,
    faults: list[Fault],
) -> list[dict[str, Any]] | None:
    """The regions in `value[key]`, each an object with known keys and a label of the question; None with faults."""
    found = object_of(value, frozenset((key,)), where, faults)
    if found is None:
        return None
    rows = found.get(key)
    if type(rows) is not list:
        faults.append(
            Fault(
                f"{where}.{key}",
                f"is {a(rows)}, not a list",
                "Send a list; an empty one says that there is nothing.",
            )
        )
        return None
    settings = question.settings
    most = MOST_REGIONS if settings.max is None else settings.max
    if not settings.min <= len(rows) <= most:
        least = settings.min
        remedy = f"Mark at least {least}." if len(rows) < least else f"Mark at most {most:,}."
        faults.append(Fault(f"{where}.{key}", f"has {len(rows):,} marks", remedy))
        return None
    before = len(faults)
    labels = question.labels.order
    for at, row in enumerate(rows):
        if type(row) is not dict:
            faults.append(
                Fault(
                    f"{where}.{key}[{at}]", f"is {a(row)}, not an object", f"Send {', '.join(sorted(keys))}."
                )
            )
        elif not needed <= row.keys() <= keys:
            object_of(row, keys, f"{where}.{key}[{at}]", faults)
            faults.extend(
                Fault(f"{where}.{key}[{at}].{name}", "is missing", "Send it.")
                for name in sorted(needed - row.keys())
            )
        elif type(row["label"]) is not str or row["label"] not in labels:
            faults.append(
                Fault(
                    f"{where}.{key}[{at}].label",
                    f"{a(row['label'])} is not a label of this question",
                    "Use a name of the ontology.",
                )
            )
        if len(faults) > before + 100:
            break
    return cast("list[dict[str, Any]]", rows) if len(faults) == before else None


def limits_schema(key: str, item: dict[str, Any], question: Question) -> dict[str, Any]:
    """JSON Schema of `{key: [item, …]}` within the limits."""
    settings = question.settings
    rows: dict[str, Any] = {"type": "array", "items": item, "minItems": settings.min}
    rows["maxItems"] = MOST_REGIONS if settings.max is None else settings.max
    return {"type": "object", "properties": {key: rows}, "required": [key], "additionalProperties": False}


def breaks_of_limits(key: str, old: Question, new: Question) -> list[Break]:
    """Another field, and limits on how many."""
    before, after = old.settings, new.settings
    found: list[Break] = []
    if before.field != after.field:
        found.append(
            tightened(
                old,
                "field",
                before.field,
                after.field,
                lambda value: True,
                "Keep the field; ask a new question for another.",
            )
        )
    if after.min > before.min:
        found.append(tightened(old, "min", before.min, after.min, lambda value: len(value[key]) < after.min))
    if after.max is not None and (before.max is None or after.max < before.max):
        found.append(tightened(old, "max", before.max, after.max, lambda value: len(value[key]) > after.max))
    return found


def matched(
    one: Sequence[Region],
    other: Sequence[Region],
    place: Callable[[Region], tuple[float, float, float, float]],
    overlaps: Callable[[Sequence[tuple[Region, Region]]], Sequence[float]],
) -> float:
    """How alike two sets of regions are: twice the overlap of the best pairs over the number of regions, in [0, 1].

    Pairs are taken greedily, the largest overlap first; two empty sets are alike. `place` is the box around a region (left,
    top, right, bottom; a region on a line is one high): only regions whose boxes meet are compared.
    """
    if not one and not other:
        return 1.0
    near = _meeting(one, other, place)
    found = overlaps([(one[i], other[j]) for i, j in near])
    pairs = [(value, i, j) for value, (i, j) in zip(found, near, strict=True) if value > 0.0]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    used_left, used_right, total = set[int](), set[int](), 0.0
    for value, i, j in pairs:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            total += value
    return min(1.0, 2.0 * total / (len(one) + len(other)))


def _meeting(
    one: Sequence[Region],
    other: Sequence[Region],
    place: Callable[[Region], tuple[float, float, float, float]],
) -> list[tuple[int, int]]:
    """Pairs, one region of each set, whose boxes overlap."""
    if len(one) * len(other) <= 64:
        return list(product(range(len(one)), range(len(other))))
    corners = np.array([place(region) for region in (*one, *other)], dtype=np.float64)
    n = len(one)
    near: list[tuple[int, int]] = []
    for left, right in boxes_that_meet(corners[:, :2], corners[:, 2:]):
        across = (left < n) & (right >= n)
        near += zip(left[across].tolist(), (right[across] - n).tolist(), strict=True)
    return near


def sureness(value_share: float, confidences: Sequence[float]) -> float:
    """How sure a merged set is: the mean confidence of its regions; for an empty one, the share that marked nothing."""
    return float(np.mean(confidences)) if confidences else value_share
