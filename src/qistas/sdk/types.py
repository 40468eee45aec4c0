"""What the server tells, as frozen dataclasses. Names are those of docs/glossary.md."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from qistas.core.ids import (
    AnnotationId,
    DatasetId,
    ExportId,
    ImportId,
    ItemId,
    LeaseId,
    MemberId,
    ProjectId,
    TaskId,
    TenantId,
    VersionId,
)

Answer = dict[str, Any]


def _no_counts() -> "Counts":
    return Counts()


@dataclass(frozen=True, slots=True)
class Tenant:
    """The tenant one is signed in to."""

    id: TenantId
    name: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who a token or session stands for."""

    tenant: Tenant
    role: str
    person: dict[str, Any] | None = None
    permissions: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class Counts:
    """How far a project has come."""

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
    """One piece of labelling work."""

    id: ProjectId
    name: str
    state: str
    ontology_version: int
    created_at: datetime
    counts: Counts = field(default_factory=_no_counts)
    description: str = ""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Template:
    """An ontology to start from, with sample items."""

    name: str
    title: Any
    description: Any
    ontology: dict[str, Any]
    sample: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class Ontology:
    """One published version of what may be said about an item."""

    version: int
    document: dict[str, Any]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Import:
    """One bringing-in of items, as far as it has come."""

    id: ImportId
    state: str
    name: str
    format: str | None = None
    rows_read: int = 0
    rows_added: int = 0
    rows_duplicate: int = 0
    rows_refused: int = 0
    bytes_read: int = 0
    bytes_total: int | None = None
    detail: str = ""
    fault: str = ""
    resumable: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: where, why, and what would put it right."""

    line: int
    field: str
    code: str
    reason: str
    remedy: str
    raw: Any = None


@dataclass(frozen=True, slots=True)
class ItemsAdded:
    """What became of items that were sent one by one. `refused` tells the faults, of the first thousand rows at most."""

    added: int = 0
    duplicate: int = 0
    rows_refused: int = 0
    refused: list[Refusal] = field(default_factory=list[Refusal])


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be judged."""

    id: ItemId
    state: str
    created_at: datetime
    external_id: str | None = None
    split: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class OfferedItem:
    """An item as an annotator sees it."""

    id: ItemId
    data: dict[str, Any]
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A task under a lease."""

    task_id: TaskId
    lease_id: LeaseId
    expires_at: datetime
    ontology_version: int
    item: OfferedItem
    draft: Answer | None = None
    suggestion: Answer | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim gave; without tasks, `reason` says why (`empty`, `paused`, `done`)."""

    tasks: list[Offer]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An annotation that is kept."""

    id: AnnotationId
    task_id: TaskId
    revision: int
    late: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Submitted:
    """The annotation, and the next tasks where they were asked for."""

    annotation: Stored
    tasks: list[Offer] = field(default_factory=list[Offer])


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree beyond chance, with its interval."""

    metric: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n_items: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """The quality of one question."""

    name: str
    kind: str
    agreement: Agreement | None = None
    method: str | None = None
    explanation: Any = None
    labels: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    doubt: dict[str, Any] | None = None
    consensus: int = 0


@dataclass(frozen=True, slots=True)
class Skill:
    """Estimated reliability on one question, with its interval."""

    question: str
    value: float
    low: float
    high: float
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Gold:
    """How an annotator did on items whose answer is known."""

    right: float = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about an annotator that a person should decide on: `low_skill` or `low_gold`, with its evidence."""

    id: UUID
    code: str
    raised_at: datetime
    question: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    answers: int | None = None
    right: float | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Annotator:
    """What is known of one annotator's work in a project."""

    id: MemberId
    name: str
    answers: int = 0
    skips: int = 0
    seconds_mean: float | None = None
    paused: bool = False
    skills: list[Skill] = field(default_factory=list["Skill"])
    gold: Gold | None = None
    flags: list[Flag] = field(default_factory=list["Flag"])


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a project's answers, as last computed."""

    questions: list[Question]
    annotators: list[Annotator]
    computed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named line of dataset versions."""

    id: DatasetId
    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """A sealed dataset version (or one being sealed)."""

    id: VersionId
    number: int
    state: str
    items: int = 0
    hash: str | None = None
    note: str = ""
    detail: str = ""
    fault: str = ""
    created_at: datetime | None = None
    sealed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A rendering of a version into a file."""

    id: ExportId
    state: str
    format: str
    rows: int = 0
    bytes: int = 0
    sha256: str | None = None
    file_name: str | None = None
    detail: str = ""
    fault: str = ""
