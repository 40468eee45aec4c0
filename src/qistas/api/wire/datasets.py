"""Datasets, versions and exports on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from qistas.datasets import (
    Comparison,
    Export,
    ExportState,
    Preview,
    Selection,
    Splits,
    Version,
    VersionState,
)


class Asked(BaseModel):
    """A request: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class DatasetAsked(Asked):
    """A new dataset."""

    name: str = Field(min_length=1, max_length=200)


class SelectionAsked(Asked):
    """Which items to take; what is left out asks nothing."""

    min_confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    max_doubt: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)
    min_answers: int | None = Field(None, ge=0, le=1000)
    labels: dict[str, list[str]] = Field(default_factory=dict[str, list[str]], max_length=200)
    annotators: list[UUID] = Field(default_factory=list[UUID], max_length=1000)
    metadata: dict[str, str | int | float | bool] = Field(
        default_factory=dict[str, str | int | float | bool], max_length=50
    )
    split: str | None = Field(None, max_length=64)
    only_adjudicated: bool = False
    exclude_gold: bool = True

    def selection(self) -> Selection:
        """As the station takes it; an empty text is as good as none."""
        return Selection(
            self.min_confidence,
            self.max_doubt,
            self.min_answers,
            {name: labels for name, labels in self.labels.items() if labels},
            tuple(str(one) for one in self.annotators),
            dict(self.metadata),
            self.split or None,
            self.only_adjudicated,
            self.exclude_gold,
        )


class PreviewAsked(Asked):
    """A selection to count, and how it would be split, with the words of a version."""

    selection: SelectionAsked = Field(default_factory=lambda: SelectionAsked.model_validate({}))
    splits: dict[str, float] | None = Field(None, max_length=20)
    seed: int = Field(0, ge=-(2**53) + 1, le=2**53 - 1)
    group_by: str | None = Field(None, max_length=200)
    keep_splits: bool = False

    def split_plan(self) -> Splits:
        """As the station takes it."""
        return Splits(dict(self.splits or {}), self.seed, self.group_by, self.keep_splits)


class VersionAsked(PreviewAsked):
    """What to seal. `group_by`: a metadata key whose items stay together; `keep_splits`: items keep the split they came with."""

    note: str = Field("", max_length=2000)


class ExportAsked(Asked):
    """What to render a version into. Options: csv `raw`; conll2003 `question`; coco `images`; preference `ties`."""

    format: Literal["jsonl", "parquet", "csv", "coco", "conll2003", "preference"]
    options: dict[str, str | bool] = Field(default_factory=dict[str, str | bool], max_length=10)


class DatasetSent(BaseModel):
    """One dataset."""

    id: UUID
    name: str
    created_at: datetime


class DatasetPage(BaseModel):
    """Datasets, newest first."""

    rows: list[DatasetSent]
    next: str | None


class LeftOutSent(BaseModel):
    """Items that fail one condition of the selection (the first each fails), and one of them to look at.

    `reason`: the condition's name, `unanswered`, or `optional` (the item is in, its answer to that question is not).
    """

    reason: str
    question: str | None
    items: int
    example: UUID


class SelectionPreview(BaseModel):
    """What a version would hold. `complete` is false where only the first part of a very large project was counted."""

    items: int
    by_label: dict[str, dict[str, int]]
    by_split: dict[str, int]
    complete: bool
    left_out: list[LeftOutSent]


class VersionSent(BaseModel):
    """One version; the manifest only where one version is asked for. `fault`: the code of why it failed."""

    id: UUID
    dataset_id: UUID
    number: int
    state: VersionState
    items: int
    progress: int
    hash: str | None
    selection: dict[str, Any]
    splits: dict[str, Any] | None
    seed: int
    note: str
    detail: str
    fault: str
    created_at: datetime
    sealed_at: datetime | None
    manifest: dict[str, Any] | None = None


class VersionPage(BaseModel):
    """Versions, newest first."""

    rows: list[VersionSent]
    next: str | None


class ChangeSent(BaseModel):
    """An item whose answer differs."""

    item_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]


class ComparisonSent(BaseModel):
    """How one version differs from another; lists hold the first 200."""

    added: int
    removed: int
    changed: int
    moved: int
    same: int
    added_items: list[UUID]
    removed_items: list[UUID]
    changed_items: list[ChangeSent]


class ExportSent(BaseModel):
    """One export and how far it has come. `fault`: the code of why it failed."""

    id: UUID
    version_id: UUID
    format: str
    options: dict[str, Any]
    state: ExportState
    rows: int
    bytes: int
    sha256: str | None
    file_name: str | None
    detail: str
    fault: str
    created_at: datetime
    ended_at: datetime | None


def preview_sent(found: Preview) -> SelectionPreview:
    """A preview as it is sent."""
    return SelectionPreview.model_validate(found, from_attributes=True)


def version_sent(one: Version, *, manifest: bool = False) -> VersionSent:
    """A version as it is sent. While it is being sealed the manifest is only our own note."""
    return VersionSent(
        id=one.id,
        dataset_id=one.dataset_id,
        number=one.number,
        state=one.state,
        items=one.items,
        progress=one.progress,
        hash=one.hash.hex() if one.hash else None,
        selection=one.selection,
        splits=(one.splits or {}).get("shares") or None,
        seed=one.seed,
        note=one.note,
        detail=one.detail,
        fault=one.fault,
        created_at=one.created_at,
        sealed_at=one.sealed_at,
        manifest=one.manifest if manifest and one.state == "sealed" else None,
    )


def comparison_sent(found: Comparison) -> ComparisonSent:
    """A comparison as it is sent."""
    return ComparisonSent.model_validate(found, from_attributes=True)


def export_sent(one: Export) -> ExportSent:
    """An export as it is sent."""
    return ExportSent(
        id=one.id,
        version_id=one.version_id,
        format=one.format,
        options=one.options,
        state=one.state,
        rows=one.rows,
        bytes=one.bytes,
        sha256=one.sha256.hex() if one.sha256 else None,
        file_name=one.file_name,
        detail=one.detail,
        fault=one.fault,
        created_at=one.created_at,
        ended_at=one.ended_at,
    )
