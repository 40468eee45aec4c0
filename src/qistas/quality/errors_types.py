"""What the search for label errors deals in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ErrorSearch:
    """The last search of one question: how far it is, and what it found.

    `labels`: how many there were, `looked_at`: how many of them were judged. `estimated`: how many are likely wrong, with
    its 90 % interval; None where the content does not tell. `model_right`: the share of labels that the quick model gives too,
    `most_common`: the share of the commonest label. `detail`: a sentence, where there is something to say.
    """

    question: str
    state: str
    progress: float
    labels: int
    looked_at: int
    flagged: int
    estimated: float | None
    low: float | None
    high: float | None
    model_right: float | None
    most_common: float | None
    detail: str
    seconds: float | None
    requested_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LabelError:
    """One label that is likely wrong, with the evidence. `queued_at`: when its item was sent back to the queue."""

    item_id: UUID
    external_id: str | None
    data: dict[str, Any]
    likelihood: float
    value: dict[str, Any]
    suggested: dict[str, Any] | None
    evidence: dict[str, Any]
    queued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Labelled:
    """An item with the label it carries now: by an expert, or else inferred from `answers` annotations."""

    item_id: UUID
    value: dict[str, Any]
    posterior: Any
    support: int
    answers: int
    expert: bool


@dataclass(frozen=True, slots=True)
class Suspect:
    """One suspicion about to be stored."""

    item_id: UUID
    likelihood: float
    value: dict[str, Any]
    suggested: dict[str, Any] | None
    evidence: dict[str, Any]
