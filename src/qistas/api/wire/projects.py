"""Projects on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qistas.ontology import Counts, Progress, ProjectRow, Template

State = Literal["active", "paused", "archived"]
Document = Annotated[
    dict[str, Any] | str, Field(description="The ontology: a document, or its text in YAML or JSON")
]


class Asked(BaseModel):
    """A request: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RedundancyAsked(Asked):
    """How many answers an item gets. What is not given stays; one target takes the place of the other."""

    mode: Literal["fixed", "adaptive"] | None = Field(
        None, description="`fixed`: every item wants `overlap` answers. `adaptive`: as many as it takes"
    )
    target_confidence: float | None = Field(
        None, ge=0.5, le=0.9999, description="How sure the answer to each item has to be"
    )
    target_accuracy: float | None = Field(
        None, ge=0.5, le=0.9999, description="Share of right answers that the project has to reach on average"
    )
    min_overlap: int | None = Field(None, ge=1, le=1_000, description="Answers that every item gets")
    max_overlap: int | None = Field(None, ge=1, le=1_000, description="Answers that no item gets more than")
    cost_per_answer: int | None = Field(
        None, ge=0, le=1_000_000_000, description="What one more answer costs, in minor units; 0: not weighed"
    )
    error_cost: int | None = Field(
        None,
        ge=0,
        le=1_000_000_000,
        description="What one wrong answer costs, in minor units; 0: not weighed",
    )


class RedundancySent(BaseModel):
    """How many answers an item gets; one of the two targets is null."""

    model_config = ConfigDict(from_attributes=True)

    mode: Literal["fixed", "adaptive"]
    target_confidence: float | None
    target_accuracy: float | None
    min_overlap: int
    max_overlap: int
    cost_per_answer: int
    error_cost: int


class SettingsAsked(Asked):
    """The settings to change; the others stay."""

    overlap: int | None = Field(None, ge=1, le=1_000, description="Independent answers that each item wants")
    lease_minutes: int | None = Field(None, ge=1, le=10_080)
    price_minor: int | None = Field(
        None, ge=0, le=100_000_000, description="Paid for one answer, in minor units"
    )
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$", description="ISO 4217")
    method: Literal["auto", "majority", "dawid_skene"] | None = None
    gold_rate: float | None = Field(None, ge=0, le=0.9, description="Share of gold among the tasks offered")
    review: Literal["doubtful", "all"] | None = Field(None, description="What reviewers are offered")
    assigned_only: bool | None = None
    show_guideline: bool | None = None
    redundancy: RedundancyAsked | None = None


class ProjectAsked(Asked):
    """A new project, from a template, an ontology, or (with neither) for an ontology to come."""

    name: str = Field(max_length=1_000)
    description: str = Field("", max_length=20_000)
    template: str | None = Field(None, max_length=64)
    ontology: Document | None = None
    settings: SettingsAsked | None = None


class ProjectChange(Asked):
    """What to change of a project."""

    name: str | None = Field(None, max_length=1_000)
    description: str | None = Field(None, max_length=20_000)
    state: State | None = None
    settings: SettingsAsked | None = None


class SettingsSent(BaseModel):
    """The rules of a project."""

    model_config = ConfigDict(from_attributes=True)

    overlap: int
    lease_minutes: int
    price_minor: int
    currency: str
    method: str
    gold_rate: float
    review: str
    assigned_only: bool
    show_guideline: bool
    redundancy: RedundancySent


class CountsSent(BaseModel):
    """How far the work is."""

    model_config = ConfigDict(from_attributes=True)

    items: int
    tasks: int
    open: int = Field(
        description="Tasks that are not done; for who may not see quality, as many as can still come to them at most"
    )
    done: int = Field(
        description="Tasks that have their answers; for who may not see quality, the items they have had, told up to 2,000 items"
    )
    answers: int
    answers_today: int
    skipped: int
    consensus: int
    reviewed: int
    doubt: int = Field(
        description="Items that annotators differ on and no expert has settled, counted up to 1,000"
    )
    cost_minor: int


class ProjectRowSent(BaseModel):
    """A project in a list."""

    id: UUID
    name: str
    state: State
    counts: CountsSent
    ontology_version: int = Field(description="0 while there is none")
    created_at: datetime


class ProjectSent(ProjectRowSent):
    """A project."""

    description: str
    settings: SettingsSent


class ProjectPage(BaseModel):
    """A page of projects."""

    rows: list[ProjectRowSent]
    next: str | None


class DaySent(BaseModel):
    """One day on which something was done."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    answers: int
    skipped: int
    seconds: float
    cost_minor: int


class AnnotatorSent(BaseModel):
    """What one annotator has done."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    answers: int
    answers_today: int
    skipped: int
    seconds: float
    cost_minor: int
    last_day: date
    seconds_median: float | None = Field(description="Of one answer, over the last 200")


class ProgressSent(BaseModel):
    """Counts at each station, answers per day and per annotator."""

    counts: CountsSent
    days: list[DaySent]
    annotators: list[AnnotatorSent]


class TemplateSent(BaseModel):
    """An ontology to begin from, with item data to try it on."""

    name: str
    title: dict[str, str]
    description: dict[str, str]
    ontology: dict[str, Any]
    sample: list[dict[str, Any]]


def row_sent(row: ProjectRow) -> ProjectRowSent:
    """A project as lists give it."""
    return ProjectRowSent(**_row(row))


def project_sent(row: ProjectRow) -> ProjectSent:
    """A project."""
    settings = SettingsSent.model_validate(row.project.settings)
    return ProjectSent(**_row(row), description=row.project.description, settings=settings)


def progress_sent(progress: Progress) -> ProgressSent:
    """Progress."""
    return ProgressSent(
        counts=CountsSent.model_validate(progress.counts),
        days=[DaySent.model_validate(day) for day in progress.days],
        annotators=[AnnotatorSent.model_validate(one) for one in progress.annotators],
    )


def template_sent(template: Template) -> TemplateSent:
    """A template."""
    return TemplateSent(
        name=template.name,
        title=dict(template.title.words),
        description=dict(template.description.words),
        ontology=template.ontology.to_document(),
        sample=list(template.sample),
    )


def settings_changes(asked: SettingsAsked | None) -> dict[str, Any] | None:
    """What was written of the settings."""
    return None if asked is None else asked.model_dump(exclude_none=True)


def _row(row: ProjectRow) -> dict[str, Any]:
    project, counts = row.project, row.counts
    return {
        "id": project.id,
        "name": project.name,
        "state": str(project.state),
        "counts": _counts(counts),
        "ontology_version": project.ontology_version,
        "created_at": project.created_at,
    }


def _counts(counts: Counts) -> CountsSent:
    return CountsSent.model_validate(counts)
