"""What annotators leave behind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Receipt:
    """The acknowledgement of a stored answer. The same client key gives the same receipt, however often it is sent."""

    id: UUID
    task_id: UUID
    revision: int
    late: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Annotation:
    """One stored answer of one annotator to one task."""

    id: UUID
    task_id: UUID
    item_id: UUID
    annotator_id: UUID
    ontology_version: int
    revision: int
    answer: dict[str, Any]
    seconds: float
    late: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """One of an annotator's own last answers, with the item it is about."""

    id: UUID
    task_id: UUID
    item_id: UUID
    ontology_version: int
    revision: int
    answer: dict[str, Any]
    seconds: float
    created_at: datetime
    data: dict[str, Any]
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """A lease as a submit meets it: its task locked, its item beside it, and what the same client key left before."""

    lease_id: UUID
    task_id: UUID
    item_id: UUID
    state: str
    ontology_version: int
    task_state: str
    purpose: str
    data: dict[str, Any]
    suggestion: Any
    price_minor: int


@dataclass(frozen=True, slots=True)
class TaskQuestion:
    """What an annotator asked the data lead about a task, and the reply."""

    id: UUID
    task_id: UUID
    item_id: UUID
    annotator_id: UUID
    text: str
    reply: str | None
    created_at: datetime
    replied_at: datetime | None
