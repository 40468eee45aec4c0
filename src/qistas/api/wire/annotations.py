"""Annotations on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qistas.annotations import Receipt, TaskQuestion
from qistas.api.alias import Aliases

from .tasks import Asked, OfferedItem, OfferSent


class AnswerAsked(Asked):
    """An answer to submit. `next`: how many further tasks to send back in the same round trip."""

    lease_id: UUID
    answer: dict[str, Any]
    seconds: float = Field(0, ge=0)
    client_key: str = Field(min_length=1, max_length=100)
    next: int = Field(0, ge=0, le=10)
    holding: list[UUID] = Field(default_factory=list, max_length=100)


class ReviseAsked(Asked):
    """A changed answer."""

    answer: dict[str, Any]
    seconds: float = Field(0, ge=0)
    client_key: str = Field(min_length=1, max_length=100)


class ReceiptSent(BaseModel):
    """The acknowledgement of a stored answer."""

    id: UUID
    task_id: UUID
    revision: int
    late: bool
    created_at: datetime


class Submitted(BaseModel):
    """The acknowledgement, and the next tasks when asked for."""

    annotation: ReceiptSent
    tasks: list[OfferSent] = []
    reason: Literal["empty", "done", "paused"] | None = None


class MineSent(BaseModel):
    """One of my last answers."""

    id: UUID
    task_id: UUID
    item: OfferedItem
    ontology_version: int
    answer: dict[str, Any]
    revision: int
    seconds: float
    created_at: datetime


class MinePage(BaseModel):
    """A page of my answers, newest first."""

    rows: list[MineSent]
    next: str | None


class QuestionAsked(Asked):
    """A question to the data lead."""

    lease_id: UUID
    text: str = Field(min_length=1, max_length=4000)


class ReplyAsked(Asked):
    """A reply to an annotator."""

    text: str = Field(min_length=1, max_length=4000)


class QuestionSent(BaseModel):
    """A question from inside a task, and its reply."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    task_id: UUID
    item_id: UUID
    annotator_id: UUID
    text: str
    reply: str | None
    created_at: datetime
    replied_at: datetime | None


class QuestionPage(BaseModel):
    """A page of questions, newest first."""

    rows: list[QuestionSent]
    next: str | None


def receipt_sent(receipt: Receipt, aliases: Aliases) -> dict[str, Any]:
    """A receipt as plain values, ready to encode."""
    return {
        "id": receipt.id,
        "task_id": aliases.of(receipt.task_id),
        "revision": receipt.revision,
        "late": receipt.late,
        "created_at": receipt.created_at,
    }


def question_sent(question: TaskQuestion, aliases: Aliases) -> QuestionSent:
    """A question on the wire."""
    sent = QuestionSent.model_validate(question)
    return sent.model_copy(update={"task_id": aliases.of(sent.task_id), "item_id": aliases.of(sent.item_id)})
