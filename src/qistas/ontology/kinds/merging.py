"""Merging: what kinds share whose answers are put together rather than voted on, each weighed by how far its giver is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..types import Question
from .base import Answers, Consensus, Inference, Kind, Learnt, Skill, Value
from .voting import check_method, skills_by_score, trust_of

LEAST_TRUST, MOST_TRUST = 0.05, 0.99


class Merging(Kind):
    """A kind of merged answers: `combine` says how for one item, `merged` for many, and the rest follows."""

    explanation: str
    """What `infer` does, in words."""

    def merged(
        self, question: Question, answers: Answers, weights: Sequence[float] | None, method: str
    ) -> list[Consensus | None]:
        """Every item's answers combined; `weights` by annotator. None for an item without answers."""
        return [
            self.combine(question, values, own, method) if values else None
            for values, own in by_item(answers, weights)
        ]

    def judge(
        self,
        question: Question,
        answers: Answers,
        learnt: Learnt,
        who: Sequence[int],
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> list[Consensus | None]:
        """Answers merged by trust; as sure as the share of trust behind them, and never surer than so few answers can make it."""
        trust = np.clip(learnt.trust[np.asarray(who, dtype=np.int64)], LEAST_TRUST, MOST_TRUST)
        found = self.merged(question, answers, trust.tolist(), check_method(self, method))
        given = np.asarray(answers.item, dtype=np.int64)
        count = np.bincount(given, minlength=answers.n_items)
        giver = np.asarray(answers.annotator, dtype=np.int64)
        mean = np.bincount(given, weights=trust[giver], minlength=answers.n_items) / np.maximum(count, 1)
        found = [
            None if one is None else replace(one, confidence=tempered(one.confidence, int(n), float(t)))
            for one, n, t in zip(found, count, mean, strict=True)
        ]
        return self._with_gold(question, answers, found, gold or {})

    def infer(
        self,
        question: Question,
        answers: Answers,
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> Inference:
        """Merged as if all were alike, then again by how well each met the first result."""
        method = check_method(self, method)
        known = gold or {}
        first = self._with_gold(question, answers, self.merged(question, answers, None, method), known)
        learnt = _learnt(self._skills(question, answers, first, known))
        items = self.judge(question, answers, learnt, range(answers.n_annotators), method, known)
        skills = self._skills(question, answers, items, known)
        explanation = f"{self.explanation} Annotators count by how well they meet what others say."
        return Inference(method, items, skills, explanation, learnt=learnt)

    def _skills(
        self,
        question: Question,
        answers: Answers,
        items: Sequence[Consensus | None],
        gold: Mapping[int, Value],
    ) -> list[Skill | None]:
        """Each annotator's mean score against `items`, where others answered too or the answer is known."""
        scores: list[list[float]] = [[] for _ in range(answers.n_annotators)]
        for at, rows in enumerate(answers.by_item()):
            best = items[at]
            if best is not None and (len(rows) > 1 or at in gold):
                for row in rows:
                    found = self.score(question, best.value, answers.value[row])
                    scores[int(answers.annotator[row])].append(found)
        return skills_by_score(scores)

    def _with_gold(
        self,
        question: Question,
        answers: Answers,
        items: list[Consensus | None],
        gold: Mapping[int, Value],
    ) -> list[Consensus | None]:
        if gold:
            rows = answers.by_item()
            for at, value in gold.items():
                support = sum(1 for row in rows[at] if self.same(question, answers.value[row], value))
                items[at] = Consensus(value, 1.0, support, len(rows[at]))
        return items


def by_item(
    answers: Answers, weights: Sequence[float] | None
) -> Iterator[tuple[list[Value], list[float] | None]]:
    """The answers of each item and the weights of those who gave them, from `weights` by annotator."""
    for rows in answers.by_item():
        values = [answers.value[row] for row in rows]
        yield values, None if weights is None else [weights[int(answers.annotator[row])] for row in rows]


def tempered(share: float, answers: int, trust: float) -> float:
    """How sure a merged answer is: `share` of the weight behind it, drawn to a half.

    One answer alone is as sure as its giver is trusted; agreement of several makes it surer. That is the mean of a Beta with a
    symmetric prior of `(1 - t) / (t - 1/2)` answers, the number that makes it so.
    """
    t = min(max(trust, 0.55), 0.98)
    prior = (1.0 - t) / (t - 0.5)
    return (share * answers + 0.5 * prior) / (answers + prior)


def _learnt(skills: Sequence[Skill | None]) -> Learnt:
    value = np.array([0.0 if one is None else one.value for one in skills])
    count = np.array([0 if one is None else one.answers for one in skills], dtype=np.int64)
    return Learnt(trust_of(value[None], count[None]))
