"""Quality on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qistas.quality import FlagDecision, Verdict

from .tasks import Asked


class AgreementSent(BaseModel):
    """How far annotators agree beyond chance, with its 95 % interval; null where it cannot be told."""

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    warning: str | None = None


class LabelCount(BaseModel):
    """How often a label stands in the inferred answers."""

    name: str
    count: int


class Histogram(BaseModel):
    """Counts between edges (one more edge than counts)."""

    edges: list[float]
    counts: list[int]


class ConfusionSent(BaseModel):
    """How annotators answer (columns) when a label is true (rows), as shares."""

    labels: list[str]
    shares: list[list[float]]


class QuestionQuality(BaseModel):
    """One question's line of the quality page."""

    name: str
    kind: str
    method: str | None = None
    explanation: str | None = None
    warnings: list[str] = []
    agreement: AgreementSent | None = None
    labels: list[LabelCount] = []
    doubt: Histogram | None = None
    confusion: ConfusionSent | None = None
    consensus: int = 0
    mean_doubt: float | None = None
    seconds: float | None = None


class SkillSent(BaseModel):
    """How reliable an annotator is on one question, with its 90 % interval."""

    question: str
    value: float
    low: float
    high: float
    answers: int


class GoldTally(BaseModel):
    """Gold met, and how much of it right."""

    right: float
    total: int


class Flag(BaseModel):
    """Something about an annotator that a person should decide on, with its evidence: `low_skill` or `low_gold`.

    `value` with its 90 % interval from `low` to `high`, on `answers` answers; `right` of `total` gold items.
    """

    id: UUID
    code: str
    question: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    answers: int | None = None
    right: float | None = None
    total: int | None = None
    raised_at: datetime


class PastFlag(Flag):
    """A flag with what was decided: `open`, `kept`, `paused` or `dismissed`, by whom and why."""

    state: str
    note: str
    resolved_by: str | None
    resolved_at: datetime | None


class FlagResolved(Asked):
    """Keep (the work goes on), pause (no new tasks in this project) or dismiss (with the reason in `note`)."""

    decision: FlagDecision
    note: str = Field("", max_length=4000)


class RateSent(BaseModel):
    """A share with its 90 % interval."""

    value: float
    low: float
    high: float


class LabelSkillSent(BaseModel):
    """How well an annotator knows a label. `recall`: how often they said it where it was true; `precision`: how often it was true
    where they said it; `true`: about how many of their items have it; `said`: how often they said it."""

    name: str
    recall: RateSent
    precision: RateSent
    true: float
    said: int


class SkillInFull(SkillSent):
    """A skill, label by label."""

    labels: list[LabelSkillSent]
    computed_at: datetime


class GoldOfQuestion(BaseModel):
    """Gold met on one question, and how much of it right."""

    question: str
    right: float
    total: int


class AnnotatorInFull(BaseModel):
    """One annotator of the project."""

    id: UUID
    name: str
    paused_at: datetime | None
    skills: list[SkillInFull]
    gold: list[GoldOfQuestion]
    flags: list[PastFlag]


class AnnotatorQuality(BaseModel):
    """One annotator's line of the quality page."""

    id: UUID
    name: str
    answers: int
    skips: int
    seconds_mean: float | None
    skills: list[SkillSent]
    gold: GoldTally
    flags: list[Flag]
    paused: bool = False


class ItemsByAnswers(BaseModel):
    """How many finished items took how many answers."""

    answers: int
    items: int


class SavingsSent(BaseModel):
    """What adaptive redundancy saved on `finished` items, against asking `fixed` answers (the maximum everywhere); `share` of them,
    and the share of right answers as inference itself sees it, all with 90 % intervals."""

    finished: int
    answers: int
    fixed: int
    saved: int
    saved_low: int | None
    saved_high: int | None
    share: float | None
    share_low: float | None
    share_high: float | None
    accuracy: float | None
    accuracy_low: float | None
    accuracy_high: float | None
    by_answers: list[ItemsByAnswers]
    computed_at: datetime


class QualitySent(BaseModel):
    """The quality page. `due`: items whose inference is still to come; `redundancy`: null unless it is adaptive."""

    questions: list[QuestionQuality]
    annotators: list[AnnotatorQuality]
    due: int
    redundancy: SavingsSent | None = None
    computed_at: datetime | None


class ConsensusSent(BaseModel):
    """One inferred answer."""

    model_config = ConfigDict(from_attributes=True)

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


class ConsensusListed(ConsensusSent):
    """An inferred answer in a list; `preview` is how the item's first text begins."""

    external_id: str | None
    preview: str


class ConsensusPage(BaseModel):
    """A page of inferred answers, most doubtful first."""

    rows: list[ConsensusListed]
    next: str | None


class HistorySent(BaseModel):
    """Everything said about one item. `consensus` is null without `quality.view`; data and metadata are, without `item.view`."""

    item: dict[str, Any]
    annotations: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    adjudications: list[dict[str, Any]]
    consensus: list[ConsensusSent] | None


class FitAsked(Asked):
    """A full run; with another method than the project's, for this once."""

    method: str | None = Field(None, max_length=50)


class ReviewClaimAsked(Asked):
    """The next item to review, passing over some."""

    passed: list[UUID] = Field(default_factory=list, max_length=500)


class ReviewAnnotation(BaseModel):
    """One annotator's answer as a reviewer sees it."""

    id: UUID
    annotator_id: UUID
    annotator: str
    answer: dict[str, Any]
    seconds: float
    created_at: datetime


class ReviewItem(BaseModel):
    """The item of a review."""

    id: UUID
    data: dict[str, Any]
    external_id: str | None


class ReviewOffered(BaseModel):
    """What to review next; all null when there is nothing."""

    item: ReviewItem | None = None
    ontology_version: int | None = None
    annotations: list[ReviewAnnotation] = []
    consensus: list[ConsensusSent] = []
    expires_at: datetime | None = None


class ReviewAsked(Asked):
    """A verdict on one annotation: `correct` needs the answer, `return` the reason."""

    annotation_id: UUID
    verdict: Verdict
    answer: dict[str, Any] | None = None
    reason: str = Field("", max_length=4000)


class AdjudicationAsked(Asked):
    """An expert's answer to one item."""

    item_id: UUID
    answer: dict[str, Any]
    reason: str = Field("", max_length=4000)


class GoldAsked(Asked):
    """An item with its right answer."""

    item_id: UUID
    answer: dict[str, Any]


class Made(BaseModel):
    """The id of what was made."""

    id: UUID


class GoldSent(BaseModel):
    """One planted item: how often it was met, and how well."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    item_id: UUID
    answer: dict[str, Any]
    planted_at: datetime
    seen: int
    score: float | None


class GoldPage(BaseModel):
    """A page of planted items."""

    rows: list[GoldSent]
    next: str | None
