"""Pairwise: which of two fields is preferred, and how strongly. `{"choice": "left", "strength": 2}` · `{"choice": "tie"}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, krippendorff_alpha
from qistas.engine.responses import Responses

from ..reading import Reader, a, named_field, whole_number
from ..types import Field, Question
from .base import Answers, Break, Column, Consensus, Inference, Kind, Learnt, Value, object_of, tightened
from .voting import (
    METHODS,
    check_method,
    confusion_of,
    judge_votes,
    label_skills,
    learn,
    shares_of,
    skills_of,
    vote,
)

KEYS = frozenset({"choice", "strength"})
SIDES = ("left", "tie", "right")
CODE = {side: code for code, side in enumerate(SIDES)}


@dataclass(frozen=True, slots=True)
class PairwiseSettings:
    """`left`, `right`: the two fields. `strength`: how many levels a preference has (1: it has none)."""

    left: str = ""
    right: str = ""
    tie: bool = True
    strength: int = 3


class Pairwise(Kind):
    """Prefer one of two."""

    name = "pairwise"
    methods = ("auto", "dawid_skene", "majority")
    measure = "nominal"

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> PairwiseSettings:
        """Two different fields."""
        left, right = named_field(reader, "left", fields, None), named_field(reader, "right", fields, None)
        if left and left == right:
            reader.fault("right", "is the same field as `left`", "Name two different fields.")
        return PairwiseSettings(left, right, reader.flag("tie", True), reader.whole("strength", 3, 1, 10))

    def fields_of(self, question: Question) -> tuple[str, ...]:
        """The two that are compared."""
        settings: PairwiseSettings = question.settings
        return (settings.left, settings.right)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """A side with its strength (1 where none is sent), or a tie without."""
        found = object_of(value, KEYS, where, faults)
        if found is None:
            return None
        settings: PairwiseSettings = question.settings
        choice = found.get("choice")
        if type(choice) is not str or choice not in CODE or (choice == "tie" and not settings.tie):
            sides = "left, right or tie" if settings.tie else "left or right; a tie is not among the answers"
            faults.append(Fault(f"{where}.choice", f"is {a(choice)}", f"Choose {sides}."))
            return None
        if choice == "tie":
            if "strength" in found:
                faults.append(
                    Fault(f"{where}.strength", "is given with a tie", "A tie has no strength: leave it out.")
                )
                return None
            return {"choice": "tie"}
        strength = whole_number(found.get("strength", 1))
        if strength is None or not 1 <= strength <= settings.strength:
            faults.append(
                Fault(
                    f"{where}.strength",
                    f"is {a(found.get('strength'))}",
                    f"Send a whole number from 1 to {settings.strength}.",
                )
            )
            return None
        return {"choice": choice} if settings.strength == 1 else {"choice": choice, "strength": strength}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """A side with a strength, or a tie."""
        settings: PairwiseSettings = question.settings
        side = {
            "type": "object",
            "properties": {
                "choice": {"enum": ["left", "right"]},
                "strength": {"type": "integer", "minimum": 1, "maximum": settings.strength},
            },
            "required": ["choice"],
            "additionalProperties": False,
        }
        tie = {
            "type": "object",
            "properties": {"choice": {"const": "tie"}},
            "required": ["choice"],
            "additionalProperties": False,
        }
        return {"oneOf": [side, tie]} if settings.tie else side

    def condition_words(self, question: Question) -> frozenset[str]:
        """The sides."""
        settings: PairwiseSettings = question.settings
        return frozenset(SIDES) if settings.tie else frozenset(("left", "right"))

    def holding_schema(self, question: Question, words: frozenset[str]) -> dict[str, Any]:
        """One of the sides."""
        return {
            "properties": {"choice": {"enum": [side for side in SIDES if side in words]}},
            "required": ["choice"],
        }

    def exclusive(self, question: Question) -> bool:
        """One side alone."""
        return True

    def overlaps(self, question: Question, one: frozenset[str], other: frozenset[str]) -> bool:
        """A side in both."""
        return bool(one & other)

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Other fields, ties, strengths."""
        before: PairwiseSettings = old.settings
        after: PairwiseSettings = new.settings
        found: list[Break] = []
        for key, was, now in (("left", before.left, after.left), ("right", before.right, after.right)):
            if was != now:
                found.append(
                    tightened(
                        old,
                        key,
                        was,
                        now,
                        lambda value: True,
                        "Keep the field; ask a new question for others.",
                    )
                )
        if before.tie and not after.tie:
            found.append(
                tightened(old, "tie", True, False, lambda value: value["choice"] == "tie", "Keep the tie.")
            )
        if after.strength < before.strength:
            most = after.strength
            found.append(
                tightened(
                    old, "strength", before.strength, most, lambda value: value.get("strength", 1) > most
                )
            )
        return found

    def to_responses(self, question: Question, answers: Answers) -> Responses:
        """Left 0, tie 1, right 2."""
        return Responses.from_arrays(
            np.asarray(answers.item, dtype=np.int32),
            np.asarray(answers.annotator, dtype=np.int32),
            np.asarray([CODE[value["choice"]] for value in answers.value], dtype=np.int32),
            n_items=answers.n_items,
            n_annotators=answers.n_annotators,
            n_labels=len(SIDES),
        )

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """Votes on the side; the strength is the mean of those who chose it."""
        code, share = vote([CODE[value["choice"]] for value in values], weights)
        return self._side(question, code, share, values, [1.0] * len(values) if weights is None else weights)

    def judge(
        self,
        question: Question,
        answers: Answers,
        learnt: Learnt,
        who: Sequence[int],
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> list[Consensus | None]:
        """The posterior of left, tie and right; the strength is the mean of those who chose the side, weighed by trust."""
        codes = np.array([CODE[value["choice"]] for value in answers.value], dtype=np.int64)
        share = judge_votes(answers, codes, SIDES, learnt, who, check_method(self, method))
        weight = [float(learnt.trust[who[int(one)]]) for one in answers.annotator]
        return self._items(question, answers, share, weight, gold or {})

    def infer(
        self,
        question: Question,
        answers: Answers,
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> Inference:
        """The engine's default, Dawid and Skene's model, or the majority, over left, tie and right."""
        method = check_method(self, method)
        known = np.full(answers.n_items, -1, dtype=np.int32)
        for item, value in (gold or {}).items():
            known[item] = CODE[value["choice"]]
        responses = self.to_responses(question, answers)
        result = METHODS[method](responses, gold=known)
        learnt = learn([result], SIDES)
        weight = [float(learnt.trust[int(one)]) for one in answers.annotator]
        return Inference(
            method,
            self._items(question, answers, result.posterior, weight, gold or {}),
            skills_of(result.annotators, labels=label_skills(SIDES, responses, result.posterior)),
            result.explanation,
            result.warnings,
            confusion_of(result, responses, SIDES),
            learnt,
        )

    def _items(
        self,
        question: Question,
        answers: Answers,
        posterior: np.ndarray[Any, Any],
        weight: Sequence[float],
        gold: Mapping[int, Value],
    ) -> list[Consensus | None]:
        """The consensus of each item under its posterior; known where it is gold, None without answers."""
        items: list[Consensus | None] = [None] * answers.n_items
        for at, rows in enumerate(answers.by_item()):
            values = [answers.value[row] for row in rows]
            if at in gold:
                support = sum(1 for value in values if self.same(question, value, gold[at]))
                items[at] = Consensus(gold[at], 1.0, support, len(values))
            elif values:
                share, best = shares_of(posterior[at]), int(posterior[at].argmax())
                items[at] = self._side(question, best, share, values, [weight[row] for row in rows])
        return items

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """Krippendorff's α over left, tie and right."""
        return krippendorff_alpha(
            self.to_responses(question, answers), metric="nominal", rng=rng, n_bootstrap=n_bootstrap
        )

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """0 for another side; for the right one 1, less up to a half for another strength."""
        settings: PairwiseSettings = question.settings
        if gold["choice"] != value["choice"]:
            return 0.0
        if settings.strength == 1:
            return 1.0
        return 1.0 - 0.5 * abs(gold.get("strength", 1) - value.get("strength", 1)) / (settings.strength - 1)

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same side, however strongly."""
        return one["choice"] == other["choice"]

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The side."""
        return (value["choice"],)

    def describe(self, question: Question, value: Value, language: str) -> str:
        """The side in words, with its strength."""
        words = {"left": "الأيسر", "tie": "تعادل", "right": "الأيمن"} if language.startswith("ar") else {}
        side = words.get(value["choice"], str(value["choice"]))
        return f"{side} ({value['strength']})" if "strength" in value else side

    def columns(self, question: Question) -> tuple[Column, ...]:
        """The side, and its strength where there are levels."""
        settings: PairwiseSettings = question.settings
        side = Column(question.name, "text")
        return (side,) if settings.strength == 1 else (side, Column(f"{question.name}.strength", "whole"))

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The side and its strength."""
        cells = (None, None) if value is None else (value["choice"], value.get("strength"))
        return cells[: len(self.columns(question))]

    def compares(self, question: Question) -> tuple[str, ...]:
        """The two fields."""
        return self.fields_of(question)

    def preferences_of(self, question: Question, value: Value) -> tuple[tuple[str, str, int], ...]:
        """The chosen field first."""
        left, right = self.fields_of(question)
        if value["choice"] == "tie":
            return ((left, right, 0),)
        better, worse = (left, right) if value["choice"] == "left" else (right, left)
        return ((better, worse, value.get("strength", 1)),)

    def _side(
        self,
        question: Question,
        code: int,
        share: Mapping[int, float],
        values: Sequence[Value],
        weight: Sequence[float],
    ) -> Consensus:
        settings: PairwiseSettings = question.settings
        side = SIDES[code]
        value: Value = {"choice": side}
        chosen = [
            (v.get("strength", 1), float(w))
            for v, w in zip(values, weight, strict=True)
            if v["choice"] == side
        ]
        total = sum(w for _, w in chosen)
        if side != "tie" and settings.strength > 1:
            mean = sum(s * w for s, w in chosen) / total if total > 0 else 1.0
            value["strength"] = int(mean + 0.5)
        posterior = {SIDES[at]: round(given, 6) for at, given in share.items()}
        return Consensus(value, share[code], len(chosen), len(values), posterior)
