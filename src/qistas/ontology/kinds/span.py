"""Span: labelled stretches of a text field. `{"spans": [{"start": 0, "end": 5, "label": "PER"}]}`, in code points."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, spans_agreement
from qistas.engine.merge import merge_spans, merge_spans_table

from ..reading import Reader, a, named_field, whole_number
from ..types import Field, FieldType, Question
from .base import Answers, Break, Consensus, Span, Value, tightened
from .merging import by_item
from .regions import Held, RegionKind, limits_schema, matched, read_limits, region_rows
from .voting import check_method

KEYS = frozenset({"start", "end", "label"})
DEEPEST = 64  # spans over one letter: what compares spans pair by pair stays near linear


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """`field`: where the spans lie. `overlap`: whether two may share a letter. `min`, `max`: how many."""

    field: str = ""
    overlap: bool = True
    min: int = 0
    max: int | None = None


class SpanTable(NamedTuple):
    """Spans as aligned columns, one row a span, and the columns of all answers (some mark nothing)."""

    item: NDArray[np.int64]
    annotator: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    label: NDArray[np.int64]
    answered: tuple[NDArray[np.int64], NDArray[np.int64]]


class SpanKind(RegionKind):
    """Mark stretches of text."""

    name = "span"
    least_labels = 1
    methods = ("merge",)
    key = "spans"
    measure = "spans"
    explanation = "Spans that at least half of the annotators' weight marked, their ends by vote."

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> SpanSettings:
        """A text field, and limits."""
        field = named_field(reader, "field", fields, FieldType.TEXT)
        overlap = reader.flag("overlap", True)
        least, most = read_limits(reader)
        return SpanSettings(field, overlap, least, most)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """Spans inside the text, each once; stored by start, end, then label."""
        rows = region_rows(value, "spans", KEYS, KEYS, question, where, faults)
        if rows is None:
            return None
        settings: SpanSettings = question.settings
        length = None
        if data is not None:
            text = data.get(settings.field)
            length = len(text) if isinstance(text, str) else 0
        before = len(faults)
        found: list[tuple[int, int, str]] = []
        for at, row in enumerate(rows):
            start, end = whole_number(row["start"]), whole_number(row["end"])
            if start is None or end is None:
                key, given = ("start", row["start"]) if start is None else ("end", row["end"])
                faults.append(
                    Fault(
                        f"{where}.spans[{at}].{key}",
                        f"is {a(given)}",
                        "Send a whole number of code points from the text's beginning.",
                    )
                )
            elif not 0 <= start < end:
                faults.append(
                    Fault(
                        f"{where}.spans[{at}]",
                        f"runs from {start} to {end}",
                        "`start` is 0 or more; `end` comes after it.",
                    )
                )
            elif length is not None and end > length:
                remedy = (
                    "Count code points of the text as stored, not bytes or UTF-16 units."
                    if length
                    else "There is no text to mark."
                )
                faults.append(
                    Fault(
                        f"{where}.spans[{at}].end",
                        f"is {end}, but `{settings.field}` has {length} characters",
                        remedy,
                    )
                )
            else:
                found.append((start, end, row["label"]))
        if len(faults) > before:
            return None
        order = question.labels.order
        found.sort(key=lambda one: (one[0], one[1], order[one[2]]))
        reach = 0
        for at, one in enumerate(found):
            if at and one == found[at - 1]:
                faults.append(
                    Fault(f"{where}.spans", f"marks {one[0]}–{one[1]} as {one[2]} twice", "Mark it once.")
                )
                return None
            if not settings.overlap and at and one[0] < reach:
                faults.append(
                    Fault(
                        f"{where}.spans",
                        f"{one[0]}–{one[1]} overlaps the span before it",
                        "Spans of this question may not overlap.",
                    )
                )
                return None
            reach = max(reach, one[1])
        crowded = _crowded(found)
        if crowded is not None:
            faults.append(
                Fault(
                    f"{where}.spans",
                    f"more than {DEEPEST} spans lie over the letter at {crowded}",
                    f"Mark one place at most {DEEPEST} times.",
                    "spans_deep",
                    {"at": crowded, "most": DEEPEST},
                )
            )
            return None
        return {"spans": [{"start": start, "end": end, "label": label} for start, end, label in found]}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Spans with whole offsets and known labels. That `start` lies before `end` only the door can tell."""
        offset = {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**53}
        item = {
            "type": "object",
            "properties": {
                "start": offset,
                "end": {**offset, "minimum": 1},
                "label": {"enum": list(question.labels.names)},
            },
            "required": ["start", "end", "label"],
            "additionalProperties": False,
        }
        return limits_schema("spans", item, question)

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Labels and limits, another field, and overlaps where none may be."""
        before: SpanSettings = old.settings
        after: SpanSettings = new.settings
        found = super().breaks(old, new)
        if before.overlap and not after.overlap:
            found.append(tightened(old, "overlap", True, False, _any_overlap))
        return found

    def to_responses(self, question: Question, answers: Answers) -> SpanTable:
        """One row a span."""
        order = question.labels.order
        rows = [
            (
                int(answers.item[r]),
                int(answers.annotator[r]),
                span["start"],
                span["end"],
                order[span["label"]],
            )
            for r, value in enumerate(answers.value)
            for span in value["spans"]
        ]
        table = np.asarray(rows, dtype=np.int64).reshape(-1, 5)
        answered = np.asarray(answers.item, dtype=np.int64), np.asarray(answers.annotator, dtype=np.int64)
        return SpanTable(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4], answered)

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """Spans that at least half of the weight marked, their ends by vote."""
        check_method(self, method)
        given = [[(span["start"], span["end"], span["label"]) for span in value["spans"]] for value in values]
        spans = [
            (span.start, span.end, str(span.label), span.support, span.confidence)
            for span in merge_spans(given, weights=weights)
        ]
        return self._about(question, spans, values, weights)

    def merged(
        self, question: Question, answers: Answers, weights: Sequence[float] | None, method: str
    ) -> list[Consensus | None]:
        """All items in one table."""
        names, table = question.labels.names, self.to_responses(question, answers)
        merged = merge_spans_table(
            table.item,
            table.annotator,
            table.start,
            table.end,
            table.label,
            answered=table.answered,
            weights=weights,
        )
        columns = (merged.item, merged.start, merged.end, merged.label, merged.support, merged.confidence)
        spans: list[list[tuple[int, int, str, int, float]]] = [[] for _ in range(answers.n_items)]
        for item, start, end, label, support, sure in zip(*(c.tolist() for c in columns), strict=True):
            spans[item].append((start, end, names[label], support, sure))
        return [
            self._about(question, spans[at], values, own) if values else None
            for at, (values, own) in enumerate(by_item(answers, weights))
        ]

    def _about(
        self,
        question: Question,
        spans: Sequence[tuple[int, int, str, int, float]],
        values: Sequence[Value],
        weights: Sequence[float] | None,
    ) -> Consensus:
        """The merged spans (start, end, label, support, confidence) as the question allows them."""
        settings: SpanSettings = question.settings
        order = question.labels.order
        kept = sorted(spans, key=lambda span: (-span[4], span[0], span[1]))
        if not settings.overlap:
            kept = _apart(kept)
        kept = kept if settings.max is None else kept[: settings.max]
        kept.sort(key=lambda span: (span[0], span[1], order[span[2]]))
        held = [
            Held({"start": start, "end": end, "label": name}, support, sure)
            for start, end, name, support, sure in kept
        ]
        return self.put_together(question, held, values, weights)

    def stands_behind(self, question: Question, value: Value, merged: Value) -> bool:
        """The same spans: one letter more or less is another answer."""
        return value == merged

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """α with a distance of sets of spans by their overlap."""
        table = self.to_responses(question, answers)
        found = spans_agreement(
            table.item,
            table.annotator,
            table.start,
            table.end,
            table.label,
            answered=table.answered,
            n_bootstrap=n_bootstrap,
            rng=rng,
        )
        return found.alpha

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """Overlap of the best pairs with one label, over the number of spans: 1 for the same set."""
        return matched(gold["spans"], value["spans"], _place, _overlaps)

    def spans_of(self, question: Question, value: Value) -> tuple[Span, ...]:
        """The spans."""
        return tuple(Span(span["start"], span["end"], span["label"]) for span in value["spans"])


def _crowded(spans: Sequence[tuple[int, int, str]]) -> int | None:
    """The first place that more than DEEPEST of the spans, sorted by start, lie over; None where there is none."""
    ends: list[int] = []
    for start, end, _ in spans:
        while ends and ends[0] <= start:
            heappop(ends)
        heappush(ends, end)
        if len(ends) > DEEPEST:
            return start
    return None


def _apart(spans: Sequence[tuple[int, int, str, int, float]]) -> list[tuple[int, int, str, int, float]]:
    """The spans that share no letter with one before them in the list."""
    kept: list[tuple[int, int, str, int, float]] = []
    starts: list[int] = []
    ends: list[int] = []  # of those kept, in the order of the text
    for span in spans:
        at = bisect_left(starts, span[1])  # those before `at` begin before this one ends
        if at == 0 or ends[at - 1] <= span[0]:
            starts.insert(at, span[0])
            ends.insert(at, span[1])
            kept.append(span)
    return kept


def _place(span: Mapping[str, Any]) -> tuple[float, float, float, float]:
    return span["start"], 0.0, span["end"], 1.0


def _overlaps(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[float]:
    return [_overlap(one, other) for one, other in pairs]


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if one["label"] != other["label"]:
        return 0.0
    common = min(one["end"], other["end"]) - max(one["start"], other["start"])
    if common <= 0:
        return 0.0
    return common / (one["end"] - one["start"] + other["end"] - other["start"] - common)


def _any_overlap(value: Value) -> bool:
    reach = 0
    for span in sorted(value["spans"], key=lambda one: one["start"]):
        if span["start"] < reach:
            return True
        reach = span["end"]
    return False
