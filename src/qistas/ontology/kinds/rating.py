"""Rating: a step on a scale. `{"value": 4}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qistas.core.errors import Fault
from qistas.engine import truth
from qistas.engine.agreement import Agreement, krippendorff_alpha
from qistas.engine.responses import NumericResponses

from ..reading import Reader, a, finite_number
from ..types import Field, LocalText, Question
from .base import Answers, Break, Column, Consensus, Value, object_of, tightened
from .merging import Merging
from .voting import check_method

KEYS = frozenset({"value"})
MOST_STEPS = 10_000
ORDINAL_STEPS = 11


@dataclass(frozen=True, slots=True)
class RatingSettings:
    """The scale: `min`, `min + step`, … `max`; titles of its two ends."""

    min: int | float = 1
    max: int | float = 5
    step: int | float = 1
    low_title: LocalText | None = None
    high_title: LocalText | None = None

    @property
    def steps(self) -> int:
        """How many steps lead from `min` to `max`."""
        return round((self.max - self.min) / self.step)

    def at(self, step: int) -> int | float:
        """The value of a step, without the noise of binary fractions."""
        return _tidy(self.min + step * self.step)

    def on_scale(self, number: int | float) -> int | float | None:
        """`number` as the scale writes it, or None where it is no step of it."""
        if not self.min - 1e-9 <= number <= self.max + 1e-9:
            return None
        step = round((number - self.min) / self.step)
        value = self.at(step)
        return (
            value if abs(value - number) <= 1e-9 * max(1.0, abs(number)) and 0 <= step <= self.steps else None
        )


class Rating(Merging):
    """Rate on a scale."""

    name = "rating"
    methods = ("median", "mean")
    measure = "ordinal"
    explanation = "The median (or mean) of each item's answers, by weight."

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> RatingSettings:
        """The scale and the titles of its ends."""
        low, high = reader.number("min", 1, -1e9, 1e9), reader.number("max", 5, -1e9, 1e9)
        step = reader.number("step", 1, 1e-6, 1e9)
        titles = reader.text("low_title"), reader.text("high_title")
        if low >= high:
            reader.fault("max", f"is {high}, not above `min` ({low})", "Raise it, or lower `min`.")
        else:
            count = (high - low) / step
            if count > MOST_STEPS:
                reader.fault(
                    "step", f"makes {count:,.0f} steps", f"Make it larger: at most {MOST_STEPS:,} steps."
                )
            elif abs(count - round(count)) > 1e-6 or round(count) < 1:
                reader.fault(
                    "step",
                    f"{step} does not lead from {low} to {high}",
                    "Choose one that divides the scale evenly.",
                )
        return RatingSettings(low, high, step, *titles)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """A number on a step of the scale."""
        found = object_of(value, KEYS, where, faults)
        if found is None:
            return None
        settings: RatingSettings = question.settings
        given = found.get("value")
        number = finite_number(given)
        if number is None:
            faults.append(
                Fault(
                    f"{where}.value",
                    f"is {a(given)}, not a number",
                    f"Send one from {settings.min} to {settings.max}.",
                )
            )
            return None
        placed = settings.on_scale(number)
        if placed is None:
            remedy = f"Send a number from {settings.min} to {settings.max} in steps of {settings.step}."
            faults.append(Fault(f"{where}.value", f"{number} is not on the scale", remedy))
            return None
        return {"value": placed}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """The steps by name where they are few; the bounds where they are many."""
        settings: RatingSettings = question.settings
        if settings.steps <= 1_000:
            number: dict[str, Any] = {"enum": [settings.at(step) for step in range(settings.steps + 1)]}
        else:
            number = {"type": "number", "minimum": settings.min, "maximum": settings.max}
        return {
            "type": "object",
            "properties": {"value": number},
            "required": ["value"],
            "additionalProperties": False,
        }

    def condition_words(self, question: Question) -> frozenset[str]:
        """Every step."""
        settings: RatingSettings = question.settings
        return frozenset(str(settings.at(step)) for step in range(settings.steps + 1))

    def holds(self, question: Question, value: Value) -> frozenset[str]:
        """The number."""
        return frozenset((str(_tidy(value["value"])),))

    def holding_schema(self, question: Question, words: frozenset[str]) -> dict[str, Any]:
        """One of the numbers."""
        settings: RatingSettings = question.settings
        steps = (settings.at(step) for step in range(settings.steps + 1))
        return {
            "properties": {"value": {"enum": [v for v in steps if str(v) in words]}},
            "required": ["value"],
        }

    def exclusive(self, question: Question) -> bool:
        """One number alone."""
        return True

    def overlaps(self, question: Question, one: frozenset[str], other: frozenset[str]) -> bool:
        """A number in both."""
        return bool(one & other)

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Numbers that are no longer on the scale."""
        before: RatingSettings = old.settings
        after: RatingSettings = new.settings
        found: list[Break] = []
        if after.min > before.min:
            found.append(
                tightened(old, "min", before.min, after.min, lambda value: value["value"] < after.min)
            )
        if after.max < before.max:
            found.append(
                tightened(old, "max", before.max, after.max, lambda value: value["value"] > after.max)
            )
        if (after.step, after.min) != (before.step, before.min):

            def between(value: Value) -> bool:
                number = value["value"]
                return after.min <= number <= after.max and after.on_scale(number) is None

            found.append(tightened(old, "step", before.step, after.step, between, "Keep the finer steps."))
        return found

    def to_responses(self, question: Question, answers: Answers) -> NumericResponses:
        """The numbers."""
        return NumericResponses.from_arrays(
            np.asarray(answers.item, dtype=np.int32),
            np.asarray(answers.annotator, dtype=np.int32),
            np.asarray([value["value"] for value in answers.value], dtype=np.float64),
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
        """The weighted median, or the weighted mean; it may lie between two steps."""
        numbers = np.array([value["value"] for value in values], dtype=np.float64)
        weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
        if check_method(self, method) == "mean":
            middle = float(np.average(numbers, weights=weight))
        else:
            middle = _median(numbers, weight)
        return self._about(question, middle, values, weight)

    def merged(
        self, question: Question, answers: Answers, weights: Sequence[float] | None, method: str
    ) -> list[Consensus | None]:
        """`combine` for each item, with the interval that the spread of its answers leaves."""
        run = truth.mean if method == "mean" else truth.median
        bounds = run(self.to_responses(question, answers)) if len(answers) else None
        found = super().merged(question, answers, weights, method)
        return [
            one if one is None or bounds is None else self._bounded(one, float(low), float(high))
            for one, low, high in zip(
                found,
                bounds.low if bounds else [0.0] * len(found),
                bounds.high if bounds else [0.0] * len(found),
                strict=True,
            )
        ]

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """Krippendorff's α: ordinal for a short scale, interval for a fine one."""
        settings: RatingSettings = question.settings
        metric = "ordinal" if settings.steps < ORDINAL_STEPS else "interval"
        return krippendorff_alpha(
            self.to_responses(question, answers), metric=metric, rng=rng, n_bootstrap=n_bootstrap
        )

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """One minus the distance as a share of the scale."""
        settings: RatingSettings = question.settings
        return max(0.0, 1.0 - abs(gold["value"] - value["value"]) / (settings.max - settings.min))

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The number, as a word."""
        return (str(_tidy(value["value"])),)

    def describe(self, question: Question, value: Value, language: str) -> str:
        """`4 / 5`."""
        settings: RatingSettings = question.settings
        return f"{_tidy(value['value'])} / {settings.max}"

    def columns(self, question: Question) -> tuple[Column, ...]:
        """One number."""
        return (Column(question.name, "number"),)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The number."""
        return (None if value is None else float(value["value"]),)

    def _about(
        self, question: Question, middle: float, values: Sequence[Value], weight: np.ndarray[Any, Any]
    ) -> Consensus:
        """As sure as the answers lie near: one minus their mean distance as a share of the scale."""
        value: Value = {"value": _tidy(middle)}
        near = [self.score(question, value, given) for given in values]
        confidence = float(np.average(near, weights=weight)) if near else 1.0
        support = sum(1 for given in values if abs(given["value"] - value["value"]) < 1e-9)
        return Consensus(value, confidence, support, len(values))

    def _bounded(self, found: Consensus, low: float, high: float) -> Consensus:
        """`found` with its interval, which holds the value however the answers were weighed."""
        if not (np.isfinite(low) and np.isfinite(high)):
            return found
        value = found.value["value"]
        bounds = {"low": round(min(low, value), 6), "high": round(max(high, value), 6)}
        return replace(found, posterior=bounds)


def _median(numbers: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> float:
    """The weighted median: the middle of the two numbers where exactly half of the weight lies on either side."""
    order = np.argsort(numbers, kind="stable")
    ranked, share = numbers[order], np.cumsum(weight[order]) / weight.sum()
    at = int(np.searchsorted(share, 0.5 - 1e-12))
    if abs(share[at] - 0.5) <= 1e-12 and at + 1 < len(ranked):
        return float(ranked[at] + ranked[at + 1]) / 2.0
    return float(ranked[at])


def _tidy(number: float) -> int | float:
    """Twelve significant digits: 0.1 + 0.2 is 0.3; a whole number is an int."""
    value = float(f"{number:.12g}")
    return int(value) if value == int(value) else value
