"""What the queue deals in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

ANYBODY = UUID(int=0)  # the assignee of a task kept for nobody in particular


class SkipReason(StrEnum):
    """Why an annotator would not answer."""

    UNCLEAR = "unclear"
    BROKEN = "broken"
    NOT_MY_LANGUAGE = "not_my_language"
    HARMFUL = "harmful"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Offer:
    """One task as an annotator receives it: the lease, the item, and what they had begun. Its purpose is not told."""

    lease_id: UUID
    task_id: UUID
    item_id: UUID
    ontology_version: int
    expires_at: datetime
    draft: Any
    draft_seconds: float | None
    suggestion: Any
    data: dict[str, Any]
    external_id: str | None
    had: bool
    returned: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim gave. With no offers, `reason` says why: `empty` (others hold what is left), `done` or `paused`."""

    offers: tuple[Offer, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task in a list of them."""

    id: UUID
    item_id: UUID
    batch_id: UUID | None
    purpose: str
    state: str
    wanted: int
    live: int
    answers: int
    skips: int
    priority: int
    doubt: float
    assignee: UUID
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedTask:
    """A task with what tells its item from others: its external id, and the beginning of its first text."""

    task: Task
    external_id: str | None
    preview: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks released together, with how many of them there are in which state."""

    id: UUID
    name: str
    priority: int
    state: str
    assignee: UUID | None
    tasks: int
    open: int
    done: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease with its task locked: what a change of either has to know."""

    lease_id: UUID
    task_id: UUID
    item_id: UUID
    project_id: UUID
    state: str
    ontology_version: int
    task_state: str
    wanted: int
    live: int
    answers: int
    purpose: str
