"""The queue on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qistas.api.alias import Aliases
from qistas.tasks import Batch, Claim, ListedTask, Offer, SkipReason, Task


class Asked(BaseModel):
    """A request: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class ClaimAsked(Asked):
    """How many tasks, and which leases the browser still holds (all others of theirs come again first)."""

    limit: int = Field(1, ge=1, le=50)
    holding: list[UUID] = Field(default_factory=list, max_length=100)


class OfferedItem(BaseModel):
    """The item of a task."""

    id: UUID
    data: dict[str, Any]
    external_id: str | None


class OfferSent(BaseModel):
    """One task to answer."""

    task_id: UUID
    lease_id: UUID
    expires_at: datetime
    ontology_version: int
    item: OfferedItem
    draft: Any = None
    draft_seconds: float | None = None
    suggestion: Any = None
    returned: str | None = Field(None, description="Why a reviewer sent this back, when one did.")


class Claimed(BaseModel):
    """The tasks given, or why there are none."""

    tasks: list[OfferSent]
    reason: Literal["empty", "done", "paused"] | None = None


class SkipAsked(Asked):
    """A refusal."""

    reason: SkipReason
    note: str = Field("", max_length=2000)


class Renewed(BaseModel):
    """The new end of a lease."""

    expires_at: datetime


class DraftAsked(Asked):
    """An unfinished answer."""

    answer: dict[str, Any]
    seconds: float = Field(0, ge=0)


class TaskSent(BaseModel):
    """One task of a list."""

    model_config = ConfigDict(from_attributes=True)

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


class TaskRowSent(TaskSent):
    """A task in a list, with its item's external id and how the item's first text begins (at most 140 characters)."""

    external_id: str | None
    preview: str


class TaskPage(BaseModel):
    """A page of tasks."""

    rows: list[TaskRowSent]
    next: str | None


class TaskChange(Asked):
    """A new place in the queue, or whom the task is kept for (the zero id: anybody)."""

    priority: int | None = None
    assignee: UUID | None = None


class BatchSent(BaseModel):
    """One batch with its counts."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    priority: int
    state: str
    assignee: UUID | None
    tasks: int
    open: int
    done: int
    created_at: datetime


class BatchList(BaseModel):
    """All batches of a project."""

    rows: list[BatchSent]
    next: None = None


class BatchAsked(Asked):
    """A new batch."""

    name: str = Field(min_length=1, max_length=200)
    priority: int = 0


class BatchChange(Asked):
    """What to change of a batch."""

    name: str | None = Field(None, min_length=1, max_length=200)
    priority: int | None = None
    state: Literal["open", "paused"] | None = None
    assignee: UUID | None = None


def offer_sent(offer: Offer, aliases: Aliases) -> dict[str, Any]:
    """An offer as plain values, ready to encode (this is a hot path: no model is built)."""
    return {
        "task_id": aliases.of(offer.task_id),
        "lease_id": offer.lease_id,
        "expires_at": offer.expires_at,
        "ontology_version": offer.ontology_version,
        "item": aliases.item(offer.item_id, offer.data, offer.external_id),
        "draft": offer.draft,
        "draft_seconds": offer.draft_seconds,
        "suggestion": offer.suggestion,
        "returned": offer.returned,
    }


def claimed(claim: Claim, aliases: Aliases) -> dict[str, Any]:
    """A claim as plain values, ready to encode."""
    return {"tasks": [offer_sent(o, aliases) for o in claim.offers], "reason": claim.reason}


def task_sent(task: Task) -> TaskSent:
    """A task on the wire."""
    return TaskSent.model_validate(task)


def task_row_sent(listed: ListedTask) -> TaskRowSent:
    """A task of a list on the wire."""
    return TaskRowSent(
        **task_sent(listed.task).model_dump(), external_id=listed.external_id, preview=listed.preview
    )


def batch_sent(batch: Batch) -> BatchSent:
    """A batch on the wire."""
    return BatchSent.model_validate(batch)
