"""What a kind is: everything the rest of Qistas needs to know of one form of question, behind one Protocol.

A *value* is the JSON object that an answer holds for one question. `validate` gives it its one normal form; every
other method takes normal values only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from qistas.core.errors import Fault
from qistas.engine.agreement import Agreement

from ..reading import Reader
from ..types import Field, Question

Value = dict[str, Any]
ColumnType = Literal["text", "texts", "number", "whole", "spans", "boxes", "polygons"]


class Column(NamedTuple):
    """One column of a flat table. `texts`, `spans`, `boxes` and `polygons` are lists; a span, box or polygon is a mapping."""

    name: str
    type: ColumnType


class Span(NamedTuple):
    """A labelled stretch of a text field, in code points."""

    start: int
    end: int
    label: str


class Box(NamedTuple):
    """A labelled box on an image field, in its pixels."""

    x: float
    y: float
    width: float
    height: float
    rotation: float
    label: str


class Polygon(NamedTuple):
    """A labelled outline on an image field, in its pixels: clockwise on the screen, the first point not again at the end."""

    points: tuple[tuple[float, float], ...]
    label: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The values of one question: row r says that `annotator[r]` gave `value[r]` to `item[r]` (codes from zero)."""

    item: Sequence[int]
    annotator: Sequence[int]
    value: Sequence[Value]
    n_items: int
    n_annotators: int

    def __len__(self) -> int:
        return len(self.value)

    def by_item(self) -> list[list[int]]:
        """The rows of each item."""
        rows: list[list[int]] = [[] for _ in range(self.n_items)]
        for row, item in enumerate(self.item):
            rows[int(item)].append(row)
        return rows


@dataclass(frozen=True, slots=True)
class Consensus:
    """One inferred answer. `doubt` is 1 - `confidence`.

    `support`: how many annotators gave this value. `posterior`: what is known of the alternatives, as JSON: label →
    probability for labels, {"support", "confidence"} of each region for spans, boxes and polygons, {"low", "high"} for numbers.
    """

    value: Value
    confidence: float
    support: int
    answers: int
    posterior: Any = None

    @property
    def doubt(self) -> float:
        """One minus the confidence."""
        return 1.0 - self.confidence


class Rate(NamedTuple):
    """A share in [0, 1] with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LabelSkill:
    """How well one annotator knows one label.

    `recall`: how often they said it where it was true; `precision`: how often it was true where they said it. `true`: about how many of
    the items they answered have it, by inference and gold; `said`: how often they said it.
    """

    name: str
    recall: Rate
    precision: Rate
    true: float
    said: int


@dataclass(frozen=True, slots=True)
class Skill:
    """How reliable one annotator is on this question: an estimate in [0, 1] with its interval, and label by label."""

    value: float
    low: float
    high: float
    answers: int
    labels: tuple[LabelSkill, ...] = ()


STRANGER = 0.7  # how often somebody is right of whom nothing is known


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a full run learnt about the annotators of one question: enough to judge an item by its answers alone.

    `trust`: how often each annotator is right. Its last entry, and the last row of `tables`, is the average annotator, who stands
    for everybody the run has not met. `tables`: likelihoods as the engine's `Fit` has them, one table a question or, of a set of
    labels, one a label: (tables, annotators + 1, labels, latent classes); None where the kind merges or they would be too
    large. `prior`: (tables, latent classes). `names`: the labels the tables are about, in their order.
    """

    trust: NDArray[np.float64]
    names: tuple[str, ...] = ()
    tables: NDArray[np.float32] | None = field(default=None, repr=False)
    prior: NDArray[np.float64] | None = field(default=None, repr=False)
    subtypes: int = 1
    vote_share: float = 0.0
    correlation: float = 0.0

    @property
    def stranger(self) -> int:
        """The code of whoever the run has not met."""
        return len(self.trust) - 1


NOTHING_LEARNT = Learnt(np.array([STRANGER]))


@dataclass(frozen=True, slots=True)
class Inference:
    """What a method made of all answers: one consensus an item (None without answers), one skill an annotator.

    `learnt`: what it takes to judge further answers without another run.
    """

    method: str
    items: Sequence[Consensus | None]
    skills: Sequence[Skill | None]
    explanation: str
    warnings: tuple[str, ...] = ()
    confusion: tuple[tuple[str, ...], list[list[float]]] | None = field(default=None, repr=False)
    learnt: Learnt = field(default=NOTHING_LEARNT, repr=False)


@dataclass(frozen=True, slots=True)
class Break:
    """One thing a new ontology takes away. `hits` says of the values of `needs` (by question) whether they miss it."""

    where: str
    message: str
    remedy: str
    needs: tuple[str, ...]
    hits: Callable[[Mapping[str, Value]], bool]


class Kind(Protocol):
    """One form of question. Kinds subclass this; what is written out below holds for most of them."""

    name: str
    least_labels: int = 0
    """How many labels a question needs at least; 0 for a kind without labels."""
    methods: tuple[str, ...]
    """Names of the ways to infer a consensus, the one for `auto` first."""
    measure: str
    """How agreement is measured: nominal, ordinal, interval, spans, boxes or polygons."""

    def __repr__(self) -> str:
        return f"<kind {self.name}>"

    def parse_settings(self, reader: Reader, fields: Mapping[str, Field], n_labels: int) -> Any:
        """The settings of one question as a frozen dataclass whose field names are the keys of the document."""
        ...

    def fields_of(self, question: Question) -> tuple[str, ...]:
        """The fields whose content a value points into."""
        return ()

    def validate(
        self, question: Question, value: Any, data: Mapping[str, Any] | None, where: str, faults: list[Fault]
    ) -> Value | None:
        """The value in its normal form, or None with its faults added. `data`: the item's, or None to leave it out of account."""
        ...

    def json_schema(self, question: Question) -> dict[str, Any]:
        """JSON Schema (2020-12) of a value, as far as it can be told without the item."""
        ...

    def condition_words(self, question: Question) -> frozenset[str] | None:
        """What another question's `when` may ask of this one; None where nothing can be asked of it."""
        return None

    def holds(self, question: Question, value: Value) -> frozenset[str]:
        """The words that are true of `value`: the names chosen and what they imply. For conditions and filters."""
        return frozenset(self.labels_of(question, value))

    def holding_schema(self, question: Question, words: frozenset[str]) -> dict[str, Any]:
        """JSON Schema of the values that hold one of `words`."""
        return {}

    def exclusive(self, question: Question) -> bool:
        """Whether a value holds one option alone, so that conditions on two different options never hold together."""
        return False

    def of_sets(self, question: Question) -> bool:
        """Whether a value is a set of labels (`labels_of`), each of which is inferred by itself: `posterior` is the chance of each."""
        return False

    def value_of_set(self, question: Question, names: Collection[str]) -> Value | None:
        """The value that says these labels and no others; None where it may not be said."""
        return None

    def overlaps(self, question: Question, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether one value can hold one of the words `one` and one of `other`."""
        return True

    def breaks(self, old: Question, new: Question) -> list[Break]:
        """What `new` takes away that values under `old` may need."""
        ...

    # --- quality ---------------------------------------------------------------------------------------------------

    def to_responses(self, question: Question, answers: Answers) -> Any:
        """The answers as the engine takes them: Responses, NumericResponses, a table of regions, or a list of texts."""
        ...

    def combine(
        self,
        question: Question,
        values: Sequence[Value],
        weights: Sequence[float] | None = None,
        method: str = "auto",
    ) -> Consensus:
        """The votes of one item counted: the value with most of the weight, as sure as its share of it."""
        ...

    def judge(
        self,
        question: Question,
        answers: Answers,
        learnt: Learnt,
        who: Sequence[int],
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> list[Consensus | None]:
        """The consensus of each item from its own answers and what was learnt before: for use as answers arrive.

        `who`: for each annotator of `answers` their code in `learnt` (`learnt.stranger` for one it has not met).
        """
        ...

    def infer(
        self,
        question: Question,
        answers: Answers,
        method: str = "auto",
        gold: Mapping[int, Value] | None = None,
    ) -> Inference:
        """The consensus of all items together. `gold`: known values by item. Raises ValueError for a foreign method."""
        ...

    def agree(
        self, question: Question, answers: Answers, *, rng: np.random.Generator, n_bootstrap: int = 1000
    ) -> Agreement:
        """How far annotators agree beyond chance, by `measure`."""
        ...

    def score(self, question: Question, gold: Value, value: Value) -> float:
        """How right `value` is when `gold` is: 1 for the same, 0 for nothing right."""
        ...

    def same(self, question: Question, one: Value, other: Value) -> bool:
        """Whether the two say the same."""
        return one == other

    # --- showing and exporting -------------------------------------------------------------------------------------

    def labels_of(self, question: Question, value: Value) -> tuple[str, ...]:
        """The names in `value`, for distributions: each as often as it stands there."""
        return ()

    def describe(self, question: Question, value: Value, language: str) -> str:
        """The value as one short line for a person."""
        ...

    def columns(self, question: Question) -> tuple[Column, ...]:
        """The columns of this question in a flat table."""
        ...

    def to_flat(self, question: Question, value: Value | None) -> tuple[Any, ...]:
        """The cells of `value` under `columns`; None where there is no value."""
        ...

    def spans_of(self, question: Question, value: Value) -> tuple[Span, ...] | None:
        """The stretches of text in `value`, or None for a kind that marks none."""
        return None

    def boxes_of(self, question: Question, value: Value) -> tuple[Box, ...] | None:
        """The boxes in `value`, or None for a kind that draws none."""
        return None

    def polygons_of(self, question: Question, value: Value) -> tuple[Polygon, ...] | None:
        """The outlines in `value`, or None for a kind that draws none."""
        return None

    def compares(self, question: Question) -> tuple[str, ...]:
        """What its answers set one before another: fields, or labels that may stand for fields; nothing for a kind that prefers nothing."""
        return ()

    def preferences_of(self, question: Question, value: Value) -> tuple[tuple[str, str, int], ...]:
        """(the better, the worse, by how much) for each two of them that `value` compares; by 0 at a tie."""
        return ()


def object_of(value: Any, keys: frozenset[str], where: str, faults: list[Fault]) -> Value | None:
    """`value` if it is an object with no keys but `keys`; else None with a fault."""
    if type(value) is not dict:
        faults.append(
            Fault(where, "is not an object", f"Send {{{', '.join(f'“{k}”: …' for k in sorted(keys))}}}.")
        )
        return None
    if not value.keys() <= keys:
        strange = sorted(str(k) for k in value if k not in keys)[:20]
        known = f"Known here: {', '.join(sorted(keys))}."
        faults.extend(Fault(f"{where}.{key[:64]}", "means nothing here", known) for key in strange)
        return None
    return value


def breaks_of_labels(old: Question, new: Question, names: Callable[[Value], Iterable[str]]) -> list[Break]:
    """A break for each label of `old` that `new` no longer has; `names(value)` gives the labels in a value."""
    gone = [name for name in old.labels.names if name not in new.labels]
    return [
        Break(
            f"questions.{old.name}.labels.{name}",
            f"label `{name}` is taken away",
            "Keep the label; a new title renames it for people.",
            (old.name,),
            _holds_label(old.name, name, names),
        )
        for name in gone
    ]


def _holds_label(
    question: str, label: str, names: Callable[[Value], Iterable[str]]
) -> Callable[[Mapping[str, Value]], bool]:
    return lambda values: label in names(values[question])


def tightened(
    question: Question,
    key: str,
    before: object,
    after: object,
    hits: Callable[[Value], bool],
    remedy: str = "Keep the looser limit.",
) -> Break:
    """A break for a limit that got tighter; `hits(value)` says whether a value goes beyond it."""
    name = question.name
    return Break(
        f"questions.{name}.{key}",
        f"`{key}` goes from {shown(before)} to {shown(after)}",
        remedy,
        (name,),
        lambda values: hits(values[name]),
    )


def shown(setting: object) -> str:
    """A setting's value for a sentence."""
    if setting is None:
        return "no limit"
    return str(setting).lower() if isinstance(setting, bool) else f"{setting}"
