"""Label errors on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from .tasks import Asked


class SearchSent(BaseModel):
    """The last search of one question: how far it is, and what it found.

    `estimated`: how many labels are likely wrong, with its 90 % interval; null where the content does not tell the labels.
    """

    model_config = ConfigDict(from_attributes=True)

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


class SearchesSent(BaseModel):
    """The questions whose labels can be checked, and the searches there were."""

    questions: list[str]
    searches: list[SearchSent]


class SearchAsked(Asked):
    """A search of one question, or of all."""

    question: str | None = Field(None, max_length=64)


class ModelEvidence(BaseModel):
    """The probability a quick model, which had not seen the item, gives the label and the one suggested."""

    given: float | None
    suggested: float | None


class AnswerEvidence(BaseModel):
    """How many annotators gave the label, and how likely it is wrong by their answers alone."""

    support: int
    total: int
    against: float | None


class NeighbourEvidence(BaseModel):
    """Of the nearest items, how many carry the same label and how many the one suggested; some of the latter."""

    same: int
    suggested: int
    total: int
    nearest: list[UUID]


class Evidence(BaseModel):
    """Why a label is suspected. `flagged`: it is among those that the estimate counts."""

    flagged: bool
    model: ModelEvidence | None
    answers: AnswerEvidence
    neighbours: NeighbourEvidence | None


class LabelErrorSent(BaseModel):
    """One label that is likely wrong. `likelihood` is for ordering: no measured probability."""

    model_config = ConfigDict(from_attributes=True)

    item_id: UUID
    external_id: str | None
    data: dict[str, Any]
    likelihood: float
    value: dict[str, Any]
    suggested: dict[str, Any] | None
    evidence: Evidence
    queued_at: datetime | None


class LabelErrorPage(BaseModel):
    """A page of suspected labels, the likeliest first."""

    rows: list[LabelErrorSent]
    next: str | None


class RequeueAsked(Asked):
    """The question whose label is doubted."""

    question: str = Field(max_length=64)
