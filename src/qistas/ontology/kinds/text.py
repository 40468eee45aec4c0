"""Text: an answer in one's own words. `{"text": "…"}`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, krippendorff_alpha
from qistas.engine.responses import Responses

from ..reading import Reader, a, unreadable
from ..types import Field, Question
from .base import Answers, Break, Column, Consensus, Value, object_of, tightened
from .merging import Merging
from .voting import check_method

KEYS = frozenset({"text"})
MOST = 1_000_000
COMPARED = 4_000  # characters of each text that similarity looks at


@dataclass(frozen=True, slots=True)
class TextSettings:
    """Lengths count Unicode code points. A minimum of 1 or more also refuses a text of blanks alone."""

    multiline: bool = True
    min_length: int = 1
    max_length: int = 10_000


class Text(Merging):
    """Write a text."""

    name = "text"
    methods = ("most_frequent",)
    measure = "nominal"
    explanation = (
        "The text given most often, by weight; where all differ, the one nearest to the others by edits."
    )

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> TextSettings:
        """Lengths, and whether lines may break."""
        multiline = reader.flag("multiline", True)
        least, most = reader.whole("min_length", 1, 0, MOST), reader.whole("max_length", 10_000, 1, MOST)
        if least > most:
            reader.fault("max_length", f"is below `min_length` ({least})", "Raise it, or lower `min_length`.")
        return TextSettings(multiline, least, most)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """A string of allowed length, kept as it is."""
        found = object_of(value, KEYS, where, faults)
        if found is None:
            return None
        settings: TextSettings = question.settings
        text = found.get("text")
        place = f"{where}.text"
        if type(text) is not str:
            faults.append(Fault(place, f"is {a(text)}, not a text", "Send a string."))
        elif problem := unreadable(text):
            faults.append(Fault(place, problem, "Remove the character."))
        elif len(text) < settings.min_length or (settings.min_length > 0 and not text.strip()):
            faults.append(
                Fault(
                    place,
                    "is too short" if text.strip() else "is blank",
                    f"Write at least {settings.min_length} characters.",
                )
            )
        elif len(text) > settings.max_length:
            faults.append(
                Fault(place, f"has {len(text):,} characters", f"Keep it to {settings.max_length:,}.")
            )
        elif not settings.multiline and ("\n" in text or "\r" in text):
            faults.append(Fault(place, "breaks into lines", "Write it on one line."))
        else:
            return {"text": text}
        return None

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A string with its lengths; JSON Schema counts code points too."""
        settings: TextSettings = question.settings
        text: dict[str, Any] = {
            "type": "string",
            "minLength": settings.min_length,
            "maxLength": settings.max_length,
        }
        patterns = ["^[^\\u0000]*$"]
        if settings.min_length > 0:
            patterns.append("\\S")
        if not settings.multiline:
            patterns.append("^[^\\n\\r]*$")
        text["allOf"] = [{"pattern": pattern} for pattern in patterns]
        return {
            "type": "object",
            "properties": {"text": text},
            "required": ["text"],
            "additionalProperties": False,
        }

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Texts beyond new lengths, and line breaks where none may be."""
        before: TextSettings = old.settings
        after: TextSettings = new.settings
        found: list[Break] = []
        if after.min_length > before.min_length:
            found.append(
                tightened(
                    old,
                    "min_length",
                    before.min_length,
                    after.min_length,
                    lambda value: len(value["text"]) < after.min_length or not value["text"].strip(),
                )
            )
        if after.max_length < before.max_length:
            found.append(
                tightened(
                    old,
                    "max_length",
                    before.max_length,
                    after.max_length,
                    lambda value: len(value["text"]) > after.max_length,
                )
            )
        if before.multiline and not after.multiline:
            found.append(
                tightened(
                    old,
                    "multiline",
                    True,
                    False,
                    lambda value: "\n" in value["text"] or "\r" in value["text"],
                )
            )
        return found

    def to_responses(self, question: Question, answers: Answers) -> Responses:
        """Equal texts as one code."""
        codes: dict[str, int] = {}
        label = [codes.setdefault(value["text"].strip(), len(codes)) for value in answers.value]
        return Responses.from_arrays(
            np.asarray(answers.item, dtype=np.int32),
            np.asarray(answers.annotator, dtype=np.int32),
            np.asarray(label, dtype=np.int32),
            n_items=answers.n_items,
            n_annotators=answers.n_annotators,
        )

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """The text given most often; where all differ, the one nearest to the others. As sure as the others are like it."""
        check_method(self, method)
        weight = [1.0] * len(values) if weights is None else [float(w) for w in weights]
        total = sum(weight)
        tally: Counter[str] = Counter()
        written: dict[str, str] = {}
        for value, w in zip(values, weight, strict=True):
            key = value["text"].strip()
            tally[key] += w  # pyright: ignore[reportArgumentType]
            written.setdefault(key, value["text"])
        likeness = {
            key: sum(w * similarity(key, other) for other, w in tally.items()) / total
            for key in (tally if len(tally) <= 50 else dict(tally.most_common(50)))
        }
        often = max(tally.values())
        best = max(
            (key for key in likeness if tally[key] == often or often <= min(weight)),
            key=lambda k: (likeness[k], tally[k]),
        )
        support = sum(1 for value in values if value["text"].strip() == best)
        return Consensus({"text": written[best]}, min(1.0, likeness[best]), support, len(values))

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """Krippendorff's α over texts that are equal or not."""
        return krippendorff_alpha(
            self.to_responses(question, answers), metric="nominal", rng=rng, n_bootstrap=n_bootstrap
        )

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """Similarity by edits; blanks at the ends do not count."""
        return similarity(gold["text"].strip(), value["text"].strip())

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same text; blanks at the ends do not count."""
        return one["text"].strip() == other["text"].strip()

    def describe(self, question: Question, value: Value, language: str) -> str:
        """The beginning of the text."""
        line = " ".join(value["text"].split())
        return line if len(line) <= 120 else line[:119] + "…"

    def columns(self, question: Question) -> tuple[Column, ...]:
        """One text."""
        return (Column(question.name, "text"),)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The text."""
        return (None if value is None else value["text"],)


def similarity(one: str, other: str) -> float:
    """One minus the edit distance as a share of the longer text; only the first few thousand characters are compared."""
    if one == other:
        return 1.0
    one, other = one[:COMPARED], other[:COMPARED]
    longer = max(len(one), len(other))
    return 1.0 if longer == 0 else 1.0 - edit_distance(one, other) / longer


def edit_distance(one: str, other: str) -> int:
    """Levenshtein's distance in code points, a column of the table at a time as bits of one integer.

    Reference: G. Myers, A fast bit-vector algorithm for approximate string matching based on dynamic programming,
    Journal of the ACM 46 (1999), in Hyyrö's form (2003) for distance.
    """
    if len(one) > len(other):
        one, other = other, one
    if not one:
        return len(other)
    where: dict[str, int] = {}
    for at, letter in enumerate(one):
        where[letter] = where.get(letter, 0) | (1 << at)
    mask, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    plus, minus, distance = mask, 0, len(one)
    for letter in other:
        match = where.get(letter, 0)
        diagonal = ((((match & plus) + plus) ^ plus) | match | minus) & mask
        across_plus = (minus | ~(diagonal | plus)) & mask
        across_minus = plus & diagonal
        distance += bool(across_plus & last) - bool(across_minus & last)
        across_plus = ((across_plus << 1) | 1) & mask
        across_minus = (across_minus << 1) & mask
        plus = (across_minus | ~(diagonal | across_plus)) & mask
        minus = across_plus & diagonal
    return distance
