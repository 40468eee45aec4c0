"""Choice: one label of a list or tree, or several. `{"labels": ["sport"]}`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, krippendorff_alpha
from qistas.engine.responses import Responses

from ..reading import Reader, a, nearest
from ..types import Field, Question
from .base import (
    Answers,
    Break,
    Column,
    Consensus,
    Inference,
    Kind,
    LabelSkill,
    Learnt,
    Value,
    breaks_of_labels,
    object_of,
    tightened,
)
from .voting import (
    METHODS,
    MOST_WORK,
    check_method,
    confusion_of,
    judge_sets,
    judge_votes,
    label_skills,
    learn,
    shares_of,
    skills_of,
    vote,
)

KEYS = frozenset({"labels"})


@dataclass(frozen=True, slots=True)
class ChoiceSettings:
    """`many`: more than one may be chosen, from `min` to `max` of them (None: no limit)."""

    many: bool = False
    min: int = 1
    max: int | None = None


class Choice(Kind):
    """Choose labels."""

    name = "choice"
    least_labels = 2
    methods = ("auto", "dawid_skene", "majority")
    measure = "nominal"

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> ChoiceSettings:
        """`many`, and `min` and `max` beside it."""
        many = reader.flag("many", False)
        least, most = reader.optional_whole("min", 0, 5_000), reader.optional_whole("max", 1, 5_000)
        if not many:
            for key, given in (("min", least), ("max", most)):
                if given not in (None, 1):
                    reader.fault(
                        key,
                        "limits how many, but only one may be chosen",
                        "Set `many: true`, or remove the limit.",
                    )
            return ChoiceSettings()
        least = 1 if least is None else least
        if n_labels and least > n_labels:
            reader.fault("min", f"asks for {least} of {n_labels} labels", "Ask for no more than there are.")
        if most is not None and most < least:
            reader.fault("max", f"is below `min` ({least})", "Raise it, or lower `min`.")
        return ChoiceSettings(True, least, most)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """Known labels, each once, as many as allowed; stored in the order of the ontology."""
        found = object_of(value, KEYS, where, faults)
        if found is None:
            return None
        chosen = found.get("labels")
        settings: ChoiceSettings = question.settings
        order = question.labels.order
        if type(chosen) is list:
            names = cast("list[Any]", chosen)
            if len(names) == 1 and not settings.many:
                only = names[0]
                if type(only) is str and only in order:
                    return {"labels": [only]}
        else:
            faults.append(
                Fault(f"{where}.labels", f"is {a(chosen)}, not a list", "Send a list of label names.")
            )
            return None
        before = len(faults)
        most = min(len(order), settings.max or len(order)) if settings.many else 1
        least = settings.min if settings.many else 1
        if not least <= len(names) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            faults.append(Fault(f"{where}.labels", f"names {len(names)} labels", f"Choose {wanted}."))
            if len(names) > most:
                return None
        seen: set[str] = set()
        for at, name in enumerate(names):
            if type(name) is not str or name not in order:
                hint = nearest(name, order) if type(name) is str else ""
                faults.append(
                    Fault(
                        f"{where}.labels[{at}]",
                        f"{a(name)} is not a label of this question",
                        f"Use a name of the ontology.{hint}",
                    )
                )
            elif name in seen:
                faults.append(
                    Fault(f"{where}.labels[{at}]", f"{a(name)} is named twice", "Name each label once.")
                )
            else:
                seen.add(name)
            if len(faults) > before + 20:
                break
        if len(faults) > before:
            return None
        return {"labels": sorted(names, key=order.__getitem__) if len(names) > 1 else [*names]}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """An array of known names, each once."""
        settings: ChoiceSettings = question.settings
        labels: dict[str, Any] = {
            "type": "array",
            "items": {"enum": list(question.labels.names)},
            "uniqueItems": True,
            "minItems": settings.min if settings.many else 1,
        }
        if not settings.many:
            labels["maxItems"] = 1
        elif settings.max is not None:
            labels["maxItems"] = settings.max
        return {
            "type": "object",
            "properties": {"labels": labels},
            "required": ["labels"],
            "additionalProperties": False,
        }

    def condition_words(self, question: Question) -> frozenset[str]:
        """Every label."""
        return frozenset(question.labels.names)

    def holds(self, question: Question, value: Value) -> frozenset[str]:
        """The chosen labels and their ancestors."""
        labels = value["labels"]
        return question.labels.implied(labels)

    def holding_schema(self, question: Question, words: frozenset[str]) -> dict[str, Any]:
        """One of the labels is among `words` or lies under one."""
        under = question.labels.under(words)
        names = [name for name in question.labels.names if name in under]
        return {"properties": {"labels": {"contains": {"enum": names}}}, "required": ["labels"]}

    def exclusive(self, question: Question) -> bool:
        """One label alone, unless many may be chosen."""
        settings: ChoiceSettings = question.settings
        return not settings.many

    def of_sets(self, question: Question) -> bool:
        """Where many may be chosen."""
        settings: ChoiceSettings = question.settings
        return settings.many

    def value_of_set(self, question: Question, names: Collection[str]) -> Value | None:
        """The labels in their order, where they are neither too few nor too many."""
        settings: ChoiceSettings = question.settings
        if not settings.min <= len(names) <= (len(names) if settings.max is None else settings.max):
            return None
        return {"labels": [name for name in question.labels.names if name in names]}

    def overlaps(self, question: Question, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether some choice lies under a label of both."""
        return not self.exclusive(question) or bool(question.labels.under(one) & question.labels.under(other))

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Labels taken away, fewer or more labels asked for."""
        before: ChoiceSettings = old.settings
        after: ChoiceSettings = new.settings
        found = breaks_of_labels(old, new, lambda value: value["labels"])
        if before.many and not after.many:
            found.append(tightened(old, "many", True, False, lambda value: len(value["labels"]) != 1))
            return found
        if after.many:
            least, most = after.min, after.max
            if least > before.min:
                found.append(
                    tightened(old, "min", before.min, least, lambda value: len(value["labels"]) < least)
                )
            if most is not None and before.many and (before.max is None or most < before.max):
                found.append(
                    tightened(old, "max", before.max, most, lambda value: len(value["labels"]) > most)
                )
        return found

    def to_responses(self, question: Question, answers: Answers) -> Responses:
        """One label: its place in the ontology. Many: each pair of item and label is a unit, answered 0 (no) or 1 (yes)."""
        settings: ChoiceSettings = question.settings
        order = question.labels.order
        if not settings.many:
            codes = [order[value["labels"][0]] for value in answers.value]
            return Responses.from_arrays(
                np.asarray(answers.item, dtype=np.int32),
                np.asarray(answers.annotator, dtype=np.int32),
                np.asarray(codes, dtype=np.int32),
                n_items=answers.n_items,
                n_annotators=answers.n_annotators,
                n_labels=len(order),
            )
        chosen = self._chosen(question, answers)
        n_labels = len(order)
        item = np.asarray(answers.item, dtype=np.int64)
        return Responses.from_arrays(
            (item[:, None] * n_labels + np.arange(n_labels)).ravel(),
            np.repeat(np.asarray(answers.annotator, dtype=np.int32), n_labels),
            chosen.ravel(),
            n_items=answers.n_items * n_labels,
            n_annotators=answers.n_annotators,
            n_labels=2,
        )

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """Votes, weighted; of a set of labels each label is voted on by itself."""
        settings: ChoiceSettings = question.settings
        order = question.labels.order
        if not settings.many:
            code, share = vote([order[value["labels"][0]] for value in values], weights)
            return self._one(question, code, share, values)
        weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
        answers = Answers([0] * len(values), range(len(values)), values, 1, len(values))
        yes = weight @ self._chosen(question, answers) / weight.sum()
        return self._many(question, yes, values)

    def judge(
        self,
        question: Question,
        answers: Answers,
        learnt: Learnt,
        who: Sequence[int],
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> list[Consensus | None]:
        """The posterior of each item's labels; of a set of labels each label by itself."""
        method = check_method(self, method)
        settings: ChoiceSettings = question.settings
        names, order = question.labels.names, question.labels.order
        rows, found = answers.by_item(), list[Consensus | None]()
        if settings.many:
            share = judge_sets(answers, self._chosen(question, answers), names, learnt, who, method)
        else:
            codes = np.array([order[value["labels"][0]] for value in answers.value], dtype=np.int64)
            share = judge_votes(answers, codes, names, learnt, who, method)
        for at in range(answers.n_items):
            known = (gold or {}).get(at)
            values = [answers.value[row] for row in rows[at]]
            if known is not None:
                share[at] = [name in known["labels"] for name in names]
            elif not values:
                found.append(None)
                continue
            if settings.many:
                found.append(self._many(question, share[at], values))
            else:
                found.append(self._one(question, int(share[at].argmax()), shares_of(share[at]), values))
        return found

    def infer(
        self,
        question: Question,
        answers: Answers,
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> Inference:
        """The engine's default, Dawid and Skene's model, or the majority; of a set of labels each label is inferred by itself."""
        method = check_method(self, method)
        settings: ChoiceSettings = question.settings
        order, names = question.labels.order, question.labels.names
        rows = answers.by_item()
        if not settings.many:
            known = np.full(answers.n_items, -1, dtype=np.int32)
            for item, value in (gold or {}).items():
                known[item] = order[value["labels"][0]]
            responses = self.to_responses(question, answers)
            result = METHODS[method](responses, gold=known)
            items = [
                self._one(question, int(code), shares_of(share), [answers.value[r] for r in rows[at]])
                if code >= 0
                else None
                for at, (code, share) in enumerate(zip(result.label, result.posterior, strict=True))
            ]
            return Inference(
                method,
                items,
                skills_of(result.annotators, labels=label_skills(names, responses, result.posterior)),
                result.explanation,
                result.warnings,
                confusion_of(result, responses, names),
                learn([result], names),
            )
        # The default weighs several methods for each label by itself: for very many labels one of them has to do.
        heavy = method == "auto" and len(order) * len(answers) > MOST_WORK
        run = METHODS["dawid_skene" if heavy else method]
        chosen = self._chosen(question, answers)
        item, annotator = (
            np.asarray(answers.item, dtype=np.int32),
            np.asarray(answers.annotator, dtype=np.int32),
        )
        yes = np.zeros((answers.n_items, len(order)))
        results: list[Any] = []
        by_label: list[list[LabelSkill]] = [[] for _ in range(answers.n_annotators)]
        said: dict[str, None] = {}
        explanation = ""
        for at, name in enumerate(order):
            known = np.full(answers.n_items, -1, dtype=np.int32)
            for one, value in (gold or {}).items():
                known[one] = int(name in value["labels"])
            table = Responses.from_arrays(
                item,
                annotator,
                chosen[:, at],
                n_items=answers.n_items,
                n_annotators=answers.n_annotators,
                n_labels=2,
            )
            result = run(table, gold=known)
            yes[:, at] = result.posterior[:, 1]
            results.append(result)
            for own, two in zip(by_label, label_skills(("", name), table, result.posterior), strict=True):
                own += [one for one in two if one.name]
            explanation = f"Each label by itself, as yes or no. {result.explanation}"
            said |= dict.fromkeys(f"{name}: {warning}" for warning in result.warnings)
        items: list[Consensus | None] = [None] * answers.n_items
        for at in range(answers.n_items):
            if rows[at] or at in (gold or {}):
                items[at] = self._many(question, yes[at], [answers.value[r] for r in rows[at]])
        skills = skills_of(*(one.annotators for one in results), labels=[tuple(own) for own in by_label])
        return Inference(method, items, skills, explanation, tuple(said), learnt=learn(results, names))

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """Krippendorff's α over the labels; of a set of labels over yes and no to each."""
        table = self.to_responses(question, answers)
        return krippendorff_alpha(table, metric="nominal", rng=rng, n_bootstrap=n_bootstrap)

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """F1 of the labels with their ancestors: 0 or 1 for a flat single choice, partly right within a tree or set."""
        wanted, given = self.holds(question, gold), self.holds(question, value)
        if not wanted and not given:
            return 1.0
        return 2 * len(wanted & given) / (len(wanted) + len(given))

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same labels, ancestors taken as said."""
        return one == other or self.holds(question, one) == self.holds(question, other)

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The chosen labels."""
        return tuple(value["labels"])

    def describe(self, question: Question, value: Value, language: str) -> str:
        """Titles, with commas."""
        titles = [question.labels.title_of(name, language) for name in value["labels"]]
        return ("، " if language.startswith("ar") else ", ").join(titles)

    def columns(self, question: Question) -> tuple[Column, ...]:
        """One column: the name, or the list of names."""
        settings: ChoiceSettings = question.settings
        return (Column(question.name, "texts" if settings.many else "text"),)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The name, or the list of names."""
        settings: ChoiceSettings = question.settings
        if value is None:
            return (None,)
        return (list(value["labels"]) if settings.many else value["labels"][0],)

    def _chosen(self, question: Question, answers: Answers) -> np.ndarray[Any, np.dtype[np.int32]]:
        order = question.labels.order
        chosen = np.zeros((len(answers), len(order)), dtype=np.int32)
        for row, value in enumerate(answers.value):
            for name in value["labels"]:
                chosen[row, order[name]] = 1
        return chosen

    def _one(
        self, question: Question, code: int, share: Mapping[int, float], values: Sequence[Value]
    ) -> Consensus:
        names = question.labels.names
        value: Value = {"labels": [names[code]]}
        support = sum(1 for given in values if given == value)
        posterior = {names[at]: round(weight, 6) for at, weight in share.items()}
        return Consensus(value, share[code], support, len(values), posterior)

    def _many(self, question: Question, yes: np.ndarray[Any, Any], values: Sequence[Value]) -> Consensus:
        """The labels that are more likely than not, made to fit `min` and `max`; as sure as the least sure label."""
        settings: ChoiceSettings = question.settings
        names = question.labels.names
        ranked = sorted(range(len(names)), key=lambda at: (-yes[at], at))
        count = int((yes > 0.5).sum())
        count = max(count, settings.min)
        count = count if settings.max is None else min(count, settings.max)
        kept = set(ranked[:count])
        sure = [float(yes[at]) if at in kept else 1.0 - float(yes[at]) for at in range(len(names))]
        value: Value = {"labels": [name for at, name in enumerate(names) if at in kept]}
        support = sum(1 for given in values if given == value)
        posterior = {name: round(float(yes[at]), 6) for at, name in enumerate(names) if yes[at] > 5e-7}
        return Consensus(value, min(sure, default=1.0), support, len(values), posterior)
