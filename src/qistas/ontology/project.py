"""A project and its rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from qistas.core.errors import Fault, Invalid
from qistas.core.ids import ProjectId

from .reading import Reader, a, unreadable
from .redundancy import Redundancy

FIXED = Redundancy()
_CURRENCY = re.compile(r"[A-Z]{3}")


class ProjectState(StrEnum):
    """Work goes on, rests, or is over."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Method(StrEnum):
    """How consensus is inferred where a kind knows the method; `auto` leaves the choice to the kind."""

    AUTO = "auto"
    MAJORITY = "majority"
    DAWID_SKENE = "dawid_skene"


class ReviewPolicy(StrEnum):
    """Which items a reviewer is offered: those that annotators disagree about, or all."""

    DOUBTFUL = "doubtful"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """The rules of a project. `price_minor` is what one answer earns, in minor units of `currency`."""

    overlap: int = 1
    lease_minutes: int = 30
    price_minor: int = 0
    currency: str = "USD"
    method: Method = Method.AUTO
    gold_rate: float = 0.0
    review: ReviewPolicy = ReviewPolicy.DOUBTFUL
    assigned_only: bool = False
    show_guideline: bool = True
    redundancy: Redundancy = FIXED

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> Settings:
        """The settings as they lie in the database; what is not there has its default."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in document.items() if key in known}
        values["method"] = Method(values.get("method", "auto"))
        values["review"] = ReviewPolicy(values.get("review", "doubtful"))
        values["redundancy"] = Redundancy.stored(values.get("redundancy") or {})
        return cls(**values)

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        written = {
            key: str(value) if isinstance(value, StrEnum) else value for key, value in asdict(self).items()
        }
        return {**written, "redundancy": self.redundancy.to_document()}

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with `changes` (as JSON) applied. Raises Invalid with a fault for every value at fault."""
        faults: list[Fault] = []
        reader = Reader(changes, "settings", faults)
        redundancy = reader.take("redundancy")
        currency = reader.take("currency")
        if currency is not None and not (isinstance(currency, str) and _CURRENCY.fullmatch(currency)):
            reader.fault(
                "currency", f"is {a(currency)}", "Give the three letters of ISO 4217, such as USD or SAR."
            )
        found = Settings(
            overlap=reader.whole("overlap", self.overlap, 1, 1_000),
            lease_minutes=reader.whole("lease_minutes", self.lease_minutes, 1, 10_080),
            price_minor=reader.whole("price_minor", self.price_minor, 0, 100_000_000),
            currency=currency if isinstance(currency, str) else self.currency,
            method=reader.word("method", self.method, Method),
            gold_rate=float(reader.number("gold_rate", self.gold_rate, 0.0, 0.9)),
            review=reader.word("review", self.review, ReviewPolicy),
            assigned_only=reader.flag("assigned_only", self.assigned_only),
            show_guideline=reader.flag("show_guideline", self.show_guideline),
            redundancy=self.redundancy
            if redundancy is None
            else self.redundancy.changed(Reader(redundancy, "settings.redundancy", faults)),
        )
        reader.done()
        if faults:
            raise Invalid("The settings are not valid. Nothing was changed.", faults)
        return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the work is. `open`: tasks not done; `doubt`: items on which annotators differ and no expert has settled it
    (a thousand such answers at most are counted)."""

    items: int = 0
    tasks: int = 0
    open: int = 0
    done: int = 0
    answers: int = 0
    answers_today: int = 0
    skipped: int = 0
    consensus: int = 0
    reviewed: int = 0
    doubt: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """One piece of labelling work. `ontology_version` is 0 while there is none."""

    id: ProjectId
    name: str
    description: str
    state: ProjectState
    settings: Settings
    ontology_version: int
    created_at: datetime
    created_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with its counts."""

    project: Project
    counts: Counts


@dataclass(frozen=True, slots=True)
class Day:
    """What was done on one day."""

    day: date
    answers: int
    skipped: int
    seconds: float
    cost_minor: int


@dataclass(frozen=True, slots=True)
class AnnotatorProgress:
    """What one annotator has done. `seconds_median`: of an answer, over their last 200; half are quicker, whatever breaks they took."""

    id: UUID
    name: str
    answers: int
    answers_today: int
    skipped: int
    seconds: float
    cost_minor: int
    last_day: date
    seconds_median: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts at each station, answers per day and per annotator."""

    counts: Counts
    days: tuple[Day, ...]
    annotators: tuple[AnnotatorProgress, ...]


def check_project_name(name: str) -> str:
    """`name` without blanks at its ends. Raises Invalid."""
    name = name.strip()
    problem = (
        unreadable(name)
        or ("" if name else "is empty")
        or ("" if len(name) <= 200 else f"has {len(name)} characters")
    )
    if problem:
        raise Invalid(
            "The project's name is not valid.", [Fault("name", problem, "Give it 1 to 200 characters.")]
        )
    return name


def check_description(text: str) -> str:
    """`text`. Raises Invalid where it cannot be stored."""
    problem = unreadable(text) or ("" if len(text) <= 20_000 else f"has {len(text):,} characters")
    if problem:
        raise Invalid(
            "The description is not valid.",
            [Fault("description", problem, "Keep it to 20,000 characters of plain text.")],
        )
    return text
