"""The parsed form of an ontology: immutable, complete, cheap to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from qistas.core.canonical import content_hash
from qistas.core.ids import ProjectId

if TYPE_CHECKING:
    from .kinds.base import Kind

FORMAT = 1


@dataclass(frozen=True, slots=True)
class LocalText:
    """A text people read: one string for all languages (under the language ``""``), or one per language."""

    words: tuple[tuple[str, str], ...]

    def within(self, language: str, *fallbacks: str) -> str:
        """The text in `language`, else in its base language, else in a fallback, else in whichever comes first."""
        known = dict(self.words)
        for tag in (language, language.partition("-")[0], *fallbacks, ""):
            if found := known.get(tag):
                return found
        return self.words[0][1]

    def to_document(self) -> str | dict[str, str]:
        """As it is written in the document."""
        return self.words[0][1] if self.words[0][0] == "" else dict(self.words)


class FieldType(StrEnum):
    """What a field of an item holds."""

    TEXT = "text"
    MARKDOWN = "markdown"
    IMAGE = "image"
    CHAT = "chat"
    JSON = "json"


class Direction(StrEnum):
    """The way a field's text runs."""

    AUTO = "auto"
    LTR = "ltr"
    RTL = "rtl"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing the annotator sees of an item."""

    name: str
    type: FieldType = FieldType.TEXT
    title: LocalText | None = None
    direction: Direction = Direction.AUTO
    required: bool = True

    def to_document(self) -> dict[str, Any]:
        """Every setting, with its default where none was written."""
        return _present(
            name=self.name,
            type=str(self.type),
            title=self.title,
            direction=str(self.direction),
            required=self.required,
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A name that an answer may point to."""

    name: str
    title: LocalText | None = None
    help: LocalText | None = None
    colour: str | None = None
    hotkey: str | None = None
    parent: str | None = None

    def to_document(self) -> dict[str, Any]:
        """What was written of it."""
        return _present(
            name=self.name,
            title=self.title,
            help=self.help,
            colour=self.colour,
            hotkey=self.hotkey,
            parent=self.parent,
        )


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one question in their order, with the tree they form."""

    all: tuple[Label, ...] = ()
    order: Mapping[str, int] = field(init=False, repr=False, compare=False)
    closure: Mapping[str, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        order = {label.name: at for at, label in enumerate(self.all)}
        parents = {label.name: label.parent for label in self.all}
        closure: dict[str, frozenset[str]] = {}
        for name in (
            order
        ):  # each label is met once: what its parent implies is known, or is found on the way down again
            path: dict[str, None] = {}
            at: str | None = name
            while at is not None and at in order and at not in closure and at not in path:
                path[at] = None
                at = parents[at]
            above: frozenset[str] = closure.get(at, frozenset()) if at is not None else frozenset()
            for one in reversed(path):
                above |= {one}
                closure[one] = above
        object.__setattr__(self, "order", MappingProxyType(order))
        object.__setattr__(self, "closure", MappingProxyType(closure))

    def __iter__(self) -> Iterator[Label]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __contains__(self, name: object) -> bool:
        return name in self.order

    def __getitem__(self, name: str) -> Label:
        return self.all[self.order[name]]

    def title_of(self, name: str, language: str) -> str:
        """What people call the label; its name where it has no title or is not there any more."""
        label = self[name] if name in self else None  # noqa: SIM401 (not a mapping)
        return label.title.within(language) if label and label.title else name

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the order of the document."""
        return tuple(self.order)

    def implied(self, names: Iterator[str] | tuple[str, ...] | list[str]) -> frozenset[str]:
        """`names` and all their ancestors: choosing a child says its ancestors too."""
        found: set[str] = set()
        for name in names:
            found |= self.closure.get(name, frozenset((name,)))
        return frozenset(found)

    def under(self, names: frozenset[str]) -> frozenset[str]:
        """Every label that is one of `names` or lies under one."""
        return frozenset(name for name, held in self.closure.items() if held & names)


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only while `question` holds one of `values`."""

    question: str
    values: tuple[str | int | float, ...]
    keys: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset(str(v) for v in self.values))

    def to_document(self) -> dict[str, Any]:
        """As it is written."""
        return {"question": self.question, "is": list(self.values)}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked about an item. `settings` is the frozen dataclass of its kind."""

    name: str
    kind: Kind = field(compare=False)
    title: LocalText | None = None
    help: LocalText | None = None
    required: bool = True
    when: Condition | None = None
    labels: Labels = field(default_factory=Labels)
    settings: Any = None

    def within(self, language: str, *fallbacks: str) -> str:
        """Its title in `language`; its name where it has none."""
        return self.title.within(language, *fallbacks) if self.title else self.name

    def to_document(self) -> dict[str, Any]:
        """Every setting, with its default where none was written."""
        written = _present(
            name=self.name,
            kind=self.kind.name,
            title=self.title,
            help=self.help,
            required=self.required,
            when=self.when,
        )
        if self.labels.all:
            written["labels"] = [label.to_document() for label in self.labels]
        if self.settings is not None:
            written |= _present(**{f.name: getattr(self.settings, f.name) for f in fields(self.settings)})
        return written


@dataclass(frozen=True, slots=True)
class Ontology:
    """What may be said about an item. Equal documents parse to equal ontologies with equal hashes."""

    fields: tuple[Field, ...]
    questions: tuple[Question, ...]
    languages: tuple[str, ...] = ("en",)
    name: LocalText | None = None
    guideline: LocalText | None = None
    field_named: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    question_named: Mapping[str, Question] = field(init=False, repr=False, compare=False)
    asking_order: tuple[Question, ...] = field(init=False, repr=False, compare=False)
    hash: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {question.name: question for question in self.questions}
        object.__setattr__(self, "field_named", MappingProxyType({one.name: one for one in self.fields}))
        object.__setattr__(self, "question_named", MappingProxyType(named))
        object.__setattr__(self, "asking_order", _by_condition(self.questions, named))
        object.__setattr__(self, "hash", content_hash(self.to_document()).hex())

    def to_document(self) -> dict[str, Any]:
        """The normalised document: every default written out, nothing empty, the same for equal ontologies."""
        written: dict[str, Any] = {"format": FORMAT}
        written |= _present(name=self.name, languages=list(self.languages), guideline=self.guideline)
        written["fields"] = [one.to_document() for one in self.fields]
        written["questions"] = [question.to_document() for question in self.questions]
        return written

    def guideline_text(self, language: str = "") -> str:
        """The guideline in Markdown, in `language` or else the default language."""
        return self.guideline.within(language, *self.languages) if self.guideline else ""


@dataclass(frozen=True, slots=True)
class OntologyVersion:
    """One published, immutable ontology of a project."""

    project_id: ProjectId
    version: int
    ontology: Ontology
    published_at: datetime
    published_by: UUID | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version as it stands in lists: without its document."""

    version: int
    hash: str
    changes: list[str]
    published_by: UUID | None
    published_at: datetime


def _present(**parts: Any) -> dict[str, Any]:
    """The parts that are there, in the form of the document."""
    return {
        name: part.to_document() if isinstance(part, LocalText | Condition) else part
        for name, part in parts.items()
        if part is not None
    }


def _by_condition(questions: tuple[Question, ...], named: Mapping[str, Question]) -> tuple[Question, ...]:
    """The questions, each after the one its condition looks at; otherwise as they stand. Rings fall away (none is parsed)."""
    order: dict[str, Question] = {}
    for question in questions:
        chain: list[Question] = []
        at: Question | None = question
        while at is not None and at.name not in order and at not in chain:
            chain.append(at)
            at = named.get(at.when.question) if at.when else None
        order |= {one.name: one for one in reversed(chain)}
    return tuple(order.values())
