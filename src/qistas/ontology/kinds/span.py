"""Span: labelled stretches of a text field. `{"spans": [{"start": 0, "end": 5, "label": "PER"}]}`, in code points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, spans_agreement
from qistas.engine.merge import merge_spans

from ..reading import Reader, a, nearest, whole_number
from ..types import Field, FieldType, Question
from .base import Answers, Break, Column, Consensus, Inference, Kind, Span, Value, breaks_of_labels, tightened
from .regions import breaks_of_limits, limits_schema, matched, read_limits, region_rows, sureness
from .voting import check_method, skills_by_score

KEYS = frozenset({"start", "end", "label"})


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


class SpanKind(Kind):
    """Mark stretches of text."""

    name = "span"
    least_labels = 1
    methods = ("merge",)
    measure = "spans"

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> SpanSettings:
        """A text field, and limits."""
        field = named_field(reader, "field", fields, FieldType.TEXT)
        overlap = reader.flag("overlap", True)
        least, most = read_limits(reader)
        return SpanSettings(field, overlap, least, most)

    def fields_of(self, question: Question) -> tuple[str, ...]:
        """The text."""
        settings: SpanSettings = question.settings
        return (settings.field,)

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
        found = breaks_of_labels(old, new, lambda value: [span["label"] for span in value["spans"]])
        found += breaks_of_limits("spans", old, new)
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
        merged = merge_spans(given, weights=weights)
        settings: SpanSettings = question.settings
        order = question.labels.order
        kept = sorted(merged, key=lambda span: (-span.confidence, span.start, span.end))
        if not settings.overlap:
            apart: list[Any] = []
            for span in kept:
                if all(span.end <= other.start or other.end <= span.start for other in apart):
                    apart.append(span)
            kept = apart
        kept = kept if settings.max is None else kept[: settings.max]
        kept.sort(key=lambda span: (span.start, span.end, order[str(span.label)]))
        value: Value = {
            "spans": [{"start": span.start, "end": span.end, "label": str(span.label)} for span in kept]
        }
        regions = [{"support": span.support, "confidence": round(span.confidence, 6)} for span in kept]
        weight = [1.0] * len(values) if weights is None else [float(w) for w in weights]
        empty = sum(w for w, spans in zip(weight, given, strict=True) if not spans) / sum(weight)
        confidence = sureness(empty, [span.confidence for span in kept])
        support = sum(1 for one in values if one == value)
        return Consensus(value, confidence, support, len(values), {"regions": regions})

    def infer(
        self,
        question: Question,
        answers: Answers,
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> Inference:
        """`combine` for each item; annotators by how well their spans meet the consensus."""
        return infer_regions(
            self,
            question,
            answers,
            method,
            gold,
            "Spans that at least half of the annotators marked, their ends by vote.",
        )

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
        return matched(gold["spans"], value["spans"], _extent, _overlap)

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The label of each span."""
        return tuple(span["label"] for span in value["spans"])

    def describe(self, question: Question, value: Value, language: str) -> str:
        """Each span with its label."""
        return describe_counts(question, self.labels_of(question, value), language)

    def columns(self, question: Question) -> tuple[Column, ...]:
        """One list of spans."""
        return (Column(question.name, "spans"),)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The list of spans."""
        return (None if value is None else value["spans"],)

    def spans_of(self, question: Question, value: Value) -> tuple[Span, ...]:
        """The spans."""
        return tuple(Span(span["start"], span["end"], span["label"]) for span in value["spans"])


def named_field(reader: Reader, key: str, fields: Mapping[str, Field], wanted: FieldType | None) -> str:
    """The name of a known field of the wanted type; with faults where it is not."""
    given = reader.take(key)
    known = [name for name, field in fields.items() if wanted is None or field.type is wanted]
    what = f"a field of type {wanted}" if wanted else "a field"
    if not isinstance(given, str):
        reader.fault(
            key,
            "is missing" if given is None else f"is {a(given)}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.",
        )
        return ""
    if given not in fields:
        reader.fault(
            key,
            f"there is no field {a(given)}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.{nearest(given, known)}",
        )
    elif given not in known:
        reader.fault(
            key,
            f"{a(given)} is of type {fields[given].type}",
            f"Name {what}: {', '.join(known) or 'there is none yet'}.",
        )
    return given


def infer_regions(
    kind: Kind,
    question: Question,
    answers: Answers,
    method: str,
    gold: Mapping[int, Value] | None,
    explanation: str,
) -> Inference:
    """`combine` for each item, and each annotator's mean score against it."""
    method = check_method(kind, method)
    items: list[Consensus | None] = []
    scores: list[list[float]] = [[] for _ in range(answers.n_annotators)]
    for at, rows in enumerate(answers.by_item()):
        values = [answers.value[row] for row in rows]
        known = (gold or {}).get(at)
        best = kind.combine(question, values) if values else None
        if known is not None:
            best = Consensus(known, 1.0, sum(1 for value in values if value == known), len(values))
        items.append(best)
        if best is not None and (len(rows) > 1 or known is not None):
            for row in rows:
                scores[int(answers.annotator[row])].append(
                    kind.score(question, best.value, answers.value[row])
                )
    return Inference(method, items, skills_by_score(scores), explanation)


def describe_counts(question: Question, labels: Sequence[str], language: str) -> str:
    """`2 × Person, 1 × Place`."""
    comma = "، " if language.startswith("ar") else ", "
    if not labels:
        return "لا شيء" if language.startswith("ar") else "nothing"
    return comma.join(
        f"{labels.count(name)} × {question.labels.title_of(name, language)}" for name in dict.fromkeys(labels)
    )


def _extent(span: Mapping[str, Any]) -> tuple[float, float]:
    return span["start"], span["end"]


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
