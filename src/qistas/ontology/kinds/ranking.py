"""Ranking: options put in order, the best first. `{"order": [["a"], ["b", "c"]]}`: `b` and `c` share the second place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement, rankings_agreement
from qistas.engine.merge import kendall_distance, merge_bucket_orders

from ..reading import Reader, a, nearest
from ..types import Field, Question
from .base import Answers, Break, Column, Consensus, Value, breaks_of_labels, object_of, tightened
from .merging import Merging
from .voting import check_method

KEYS = frozenset({"order"})
MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True)
class RankingSettings:
    """`ties`: options may share a place. `top`: how many are ranked (None: all)."""

    ties: bool = False
    top: int | None = None


class Ranking(Merging):
    """Put labels in order."""

    name = "ranking"
    least_labels = 2
    methods = ("kemeny", "borda")
    measure = "rankings"
    explanation = "The order nearest to each item's answers, by weight: the fewest pairs of options seen the other way round."

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> RankingSettings:
        """`ties` or `top`, over at most twenty labels without a tree."""
        ties, top = reader.flag("ties", False), reader.optional_whole("top", 1, MOST_OPTIONS - 1)
        if n_labels > MOST_OPTIONS:
            reader.fault(
                "labels",
                f"has {n_labels:,} labels to be ranked",
                f"Give at most {MOST_OPTIONS}: nobody orders more with care.",
            )
        written: Any = reader.source.get("labels")
        for at, label in enumerate(cast("list[Any]", written) if isinstance(written, list) else []):
            if isinstance(label, Mapping) and cast("Mapping[Any, Any]", label).get("parent") is not None:
                reader.fault(
                    f"labels[{at}].parent", "stands in a ranking", "Remove it: what is ranked has no tree."
                )
        if top is not None and ties:
            reader.fault("top", "stands beside `ties`", "Rank a few without ties, or all with them.")
        elif top is not None and n_labels and top >= n_labels:
            reader.fault(
                "top", f"asks for {top} of {n_labels} labels", "Ask for fewer; without `top` all are ranked."
            )
        return RankingSettings(ties, top)

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """Groups of known labels, the best first, each label once; stored with each group in the order of the ontology."""
        found = object_of(value, KEYS, where, faults)
        if found is None:
            return None
        settings: RankingSettings = question.settings
        known, wanted = question.labels.order, self._ranked(question)
        given: Any = found.get("order")
        place = f"{where}.order"
        if type(given) is not list:
            faults.append(
                Fault(
                    place, f"is {a(given)}, not a list", "Send a list of places, the best first: [[…], […]]."
                )
            )
            return None
        groups = cast("list[Any]", given)
        if len(groups) > wanted:
            faults.append(Fault(place, f"has {len(groups):,} places", f"There are {wanted} options to rank."))
            return None
        before = len(faults)
        seen: set[str] = set()
        for at, group in enumerate(groups):
            here = f"{place}[{at}]"
            if type(group) is not list or not group:
                what = "is empty" if group == [] else f"is {a(group)}, not a list"
                faults.append(Fault(here, what, 'Write each place as a list of label names: ["…"].'))
                continue
            names = cast("list[Any]", group)
            if len(names) > (len(known) if settings.ties else 1):
                faults.append(
                    Fault(
                        here,
                        f"holds {len(names):,} options",
                        "Give each option a place of its own; ties are not among the answers.",
                    )
                )
                continue
            for spot, name in enumerate(names):
                if type(name) is not str or name not in known:
                    hint = nearest(name, known) if type(name) is str else ""
                    faults.append(
                        Fault(
                            f"{here}[{spot}]",
                            f"{a(name)} is not a label of this question",
                            f"Use a name of the ontology.{hint}",
                        )
                    )
                elif name in seen:
                    faults.append(
                        Fault(
                            f"{here}[{spot}]",
                            f"{a(name)} is ranked a second time",
                            "Give each option one place.",
                        )
                    )
                else:
                    seen.add(name)
        if len(faults) > before:
            return None
        if len(seen) != wanted:
            if settings.top is None:
                missing = ", ".join([name for name in known if name not in seen][:5])
                faults.append(
                    Fault(
                        place,
                        f"leaves out {len(known) - len(seen)} of {len(known)} options",
                        f"Rank these too: {missing}.",
                    )
                )
            else:
                faults.append(Fault(place, f"ranks {len(seen)} options", f"Rank the best {wanted}."))
            return None
        return {"order": [sorted(group, key=known.__getitem__) for group in groups]}

    def json_schema(self, question: Question) -> dict[str, Any]:
        """Lists of names in a list; every name in one of them, or the best few."""
        settings: RankingSettings = question.settings
        names, wanted = question.labels.names, self._ranked(question)
        group: dict[str, Any] = {
            "type": "array",
            "items": {"enum": list(names)},
            "uniqueItems": True,
            "minItems": 1,
        }
        order: dict[str, Any] = {"type": "array", "items": group, "maxItems": wanted}
        if settings.ties:
            order["minItems"] = 1
            order["allOf"] = [
                {"contains": {"contains": {"const": name}}, "minContains": 1, "maxContains": 1}
                for name in names
            ]
        else:
            group["maxItems"] = 1
            order |= {"minItems": wanted, "uniqueItems": True}
        return {
            "type": "object",
            "properties": {"order": order},
            "required": ["order"],
            "additionalProperties": False,
        }

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """Options taken away or added, ties no longer allowed, more or fewer to be ranked."""
        before: RankingSettings = old.settings
        after: RankingSettings = new.settings
        found = breaks_of_labels(old, new, _named)
        found += [
            Break(
                f"questions.{old.name}.labels.{name}",
                f"label `{name}` is new to a ranking, and no order given so far says where it stands",
                "Ask a new question with all the options.",
                (old.name,),
                lambda values: old.name in values,
            )
            for name in new.labels.names
            if name not in old.labels and after.top is None
        ]
        if before.ties and not after.ties:
            found.append(
                tightened(
                    old,
                    "ties",
                    True,
                    False,
                    lambda value: any(len(group) > 1 for group in value["order"]),
                    "Keep the ties.",
                )
            )
        if before.top != after.top:
            wanted = len(new.labels) if after.top is None else after.top
            found.append(
                tightened(
                    old,
                    "top",
                    before.top,
                    after.top,
                    lambda value: sum(len(group) for group in value["order"]) != wanted,
                    "Keep how many are ranked; ask a new question for another number.",
                )
            )
        return found

    def to_responses(self, question: Question, answers: Answers) -> NDArray[np.int64]:
        """(answers, labels): the place of each label, 0 the best; those not ranked share the last."""
        rows = np.empty((len(answers), len(question.labels)), dtype=np.int64)
        for row, value in enumerate(answers.value):
            rows[row] = self._places(question, value)
        return rows

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """The nearest order, as sure as the answers lie near it. `posterior`: how much of the weight puts each label first."""
        method = check_method(self, method)
        settings: RankingSettings = question.settings
        names = question.labels.names
        weight = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
        weight = weight / weight.sum()
        first: dict[str, float] = {}
        for value, share in zip(values, weight.tolist(), strict=True):
            best = value["order"][0]
            for name in best:
                first[name] = first.get(name, 0.0) + share / len(best)
        posterior = {name: round(first[name], 6) for name in names if first.get(name, 0.0) > 5e-7}
        if all(self.same(question, value, values[0]) for value in values[1:]):
            return Consensus(values[0], 1.0, len(values), len(values), posterior)
        rows = [self._places(question, value) for value in values]
        merged = merge_bucket_orders(
            rows, weights=weight, ties=settings.ties, method="borda" if method == "borda" else "kemeny"
        )
        merged_value: Value = {
            "order": [[names[code] for code in group] for group in merged.groups[: self._ranked(question)]]
        }
        near = [self.score(question, merged_value, value) for value in values]
        support = sum(1 for value in values if self.same(question, value, merged_value))
        return Consensus(merged_value, float(weight @ np.array(near)), support, len(values), posterior)

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """Krippendorff's α with Kendall's distance."""
        return rankings_agreement(
            answers.item, self.to_responses(question, answers), rng=rng, n_bootstrap=n_bootstrap
        )

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """One minus Kendall's distance as a share of the largest there can be; a tie in one alone counts half."""
        if gold == value:
            return 1.0
        most = _farthest(len(question.labels), self._ranked(question))
        apart = kendall_distance(self._places(question, gold), self._places(question, value))
        return max(0.0, 1.0 - apart / most)

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """The same places; how a tie is written down is no matter."""
        return one == other or [set(group) for group in one["order"]] == [
            set(group) for group in other["order"]
        ]

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """What stands first: the rest stands in every answer."""
        return tuple(value["order"][0])

    def describe(self, question: Question, value: Value, language: str) -> str:
        """Titles with `>` between places and `=` within one."""
        title = question.labels.title_of
        return " > ".join(" = ".join(title(name, language) for name in group) for group in value["order"])

    def columns(self, question: Question) -> tuple[Column, ...]:
        """The names, the best first; where there are ties also the order as `a > b = c`."""
        settings: RankingSettings = question.settings
        names = Column(question.name, "texts")
        return (names, Column(f"{question.name}.order", "text")) if settings.ties else (names,)

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The names, and the order in one line."""
        if value is None:
            return (None,) * len(self.columns(question))
        line = " > ".join(" = ".join(group) for group in value["order"])
        return (list(_named(value)), line)[: len(self.columns(question))]

    def compares(self, question: Question) -> tuple[str, ...]:
        """The labels."""
        return question.labels.names

    def preferences_of(self, question: Question, value: Value) -> tuple[tuple[str, str, int], ...]:
        """Each before all that stand behind it, by the places between; what is not ranked stands behind all that is, and is not compared."""
        order: list[list[str]] = [*value["order"]]
        ranked = set(_named(value))
        order.append([name for name in question.labels.names if name not in ranked])
        found: list[tuple[str, str, int]] = []
        for at, group in enumerate(order[:-1]):
            found += [(one, other, 0) for place, one in enumerate(group) for other in group[place + 1 :]]
            found += [
                (one, other, behind)
                for behind, worse in enumerate(order[at + 1 :], 1)
                for one in group
                for other in worse
            ]
        return tuple(found)

    def _ranked(self, question: Question) -> int:
        """How many labels an answer ranks."""
        settings: RankingSettings = question.settings
        return len(question.labels) if settings.top is None else settings.top

    def _places(self, question: Question, value: Value) -> NDArray[np.int64]:
        order = question.labels.order
        places = np.full(len(order), len(value["order"]), dtype=np.int64)
        for at, group in enumerate(value["order"]):
            for name in group:
                places[order[name]] = at
        return places


def _named(value: Value) -> list[str]:
    return [name for group in value["order"] for name in group]


@lru_cache(maxsize=256)
def _farthest(n: int, k: int) -> float:
    """The distance of two orders of the best `k` of `n`, one the reverse of the other from end to end: none is larger."""
    places = np.minimum(np.arange(n), k)
    return kendall_distance(places, places[::-1])
