"""What quality deals in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Verdict(StrEnum):
    """What a reviewer says of one annotation."""

    ACCEPT = "accept"
    CORRECT = "correct"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One current annotation as inference needs it."""

    id: UUID
    item_id: UUID
    annotator_id: UUID
    answer: dict[str, Any]
    ontology_version: int


@dataclass(frozen=True, slots=True)
class Inferred:
    """One answer about to be stored: what was inferred for one question of one item, from which annotations."""

    item_id: UUID
    question: str
    value: dict[str, Any]
    confidence: float
    posterior: Any
    support: int
    disputed: bool
    method: str
    inputs: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """What experts said of one item: the last answer to each question they spoke of, and the questions settled by it as they stand."""

    answer: dict[str, Any]
    settled: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConsensusRow:
    """One inferred answer in a list."""

    item_id: UUID
    question: str
    value: dict[str, Any]
    confidence: float
    doubt: float
    support: int
    answers: int
    method: str
    disputed: bool
    settled: bool
    computed_at: datetime


@dataclass(frozen=True, slots=True)
class ListedConsensus:
    """An inferred answer with what tells its item from others: the project's own id for it, and how its text begins."""

    consensus: ConsensusRow
    external_id: str | None
    preview: str


@dataclass(frozen=True, slots=True)
class Gold:
    """One planted item with its known answer."""

    id: UUID
    item_id: UUID
    answer: dict[str, Any]
    planted_at: datetime
    seen: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Skill:
    """How reliable an annotator is on one question, in all and label by label (as JSON)."""

    annotator_id: UUID
    question: str
    value: float
    low: float
    high: float
    answers: int
    labels: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag as the numbers raise it: whom it is about, and why."""

    annotator_id: UUID
    code: str
    question: str
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AnnotatorRow:
    """One annotator's line on the quality page. `flags`: those nobody has decided on yet."""

    id: UUID
    name: str
    answers: int
    skips: int
    seconds_mean: float | None
    gold_total: int
    gold_right: float
    skills: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    paused: bool


@dataclass(frozen=True, slots=True)
class ReviewOffer:
    """An item for a reviewer: its data, every answer, what was inferred."""

    item_id: UUID
    data: dict[str, Any]
    external_id: str | None
    ontology_version: int
    annotations: tuple[dict[str, Any], ...]
    consensus: tuple[ConsensusRow, ...]
    expires_at: datetime
