"""What the datasets station speaks in: selections, splits, versions, exports."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from qistas.core.ids import DatasetId, ExportId, ItemId, MemberId, ProjectId, VersionId


class VersionState(StrEnum):
    """sealing → sealed or failed."""

    SEALING = "sealing"
    SEALED = "sealed"
    FAILED = "failed"


class ExportState(StrEnum):
    """queued → running → done or failed."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items of a project a version takes. None asks nothing; an item must have an answer in any case.

    `min_confidence`, `max_doubt` hold for every answer: a required one that is less sure keeps its item out, an optional one is
    left out itself. `labels`: question → names, any of which (or of what lies under it) the answer holds; `annotators`: any
    of whom answered; `metadata`: key → value, all of which match.
    """

    min_confidence: float | None = None
    max_doubt: float | None = None
    min_answers: int | None = None
    labels: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    annotators: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])
    split: str | None = None
    only_adjudicated: bool = False
    exclude_gold: bool = True

    def as_json(self) -> dict[str, Any]:
        """The selection as a version keeps it: only what was asked."""
        return {
            key: list(v) if isinstance(v, tuple) else v
            for key, v in asdict(self).items()
            if v is not None and v is not False and v not in ({}, ())  # 0 asks something, and equals False
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Selection":
        """What `as_json` gave."""
        known: dict[str, Any] = {
            "exclude_gold": False,
            **{k: v for k, v in stored.items() if k in cls.__slots__},
        }
        if "annotators" in known:
            known["annotators"] = tuple(known["annotators"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Splits:
    """How a version is parted: shares by name, by a hash of each item, so that adding items moves none.

    `group_by`: items of one value of this metadata key stay together. `keep`: an item's own split is respected.
    """

    shares: dict[str, float] = field(default_factory=dict[str, float])
    seed: int = 0
    group_by: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """One question's answer in a version: its value, how sure it is, and where it comes from."""

    value: dict[str, Any]
    confidence: float
    doubt: float
    answers: int
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One item with its answer, as a version takes it."""

    item_id: ItemId
    content_hash: bytes
    external_id: str | None
    split: str | None
    data: dict[str, Any]
    metadata: dict[str, Any]
    answer: dict[str, Given]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named line of versions."""

    id: DatasetId
    project_id: ProjectId
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a dataset. `hash`: of its manifest, once sealed. `fault`: the code of why it failed."""

    id: VersionId
    dataset_id: DatasetId
    project_id: ProjectId
    number: int
    state: VersionState
    selection: dict[str, Any]
    splits: dict[str, Any] | None
    seed: int
    note: str
    items: int
    progress: int
    hash: bytes | None
    manifest: dict[str, Any] | None
    detail: str
    fault: str
    created_by: MemberId | None
    created_at: datetime
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Export:
    """One rendering of a version into a file. `fault`: the code of why it failed."""

    id: ExportId
    version_id: VersionId
    project_id: ProjectId
    format: str
    options: dict[str, Any]
    state: ExportState
    sha256: bytes | None
    rows: int
    bytes: int
    blob_path: str | None
    file_name: str | None
    detail: str
    fault: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Items that fail one condition of a selection, and one of them. `reason`: the condition's name, `unanswered`, or `optional`
    (the item is in, its answer to that question is not)."""

    reason: str
    question: str | None
    items: int
    example: UUID


@dataclass(frozen=True, slots=True)
class Preview:
    """What a selection would give. `complete` is False where only the first part of a large project was counted."""

    items: int
    by_label: dict[str, dict[str, int]]
    by_split: dict[str, int]
    complete: bool
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one version differs from another; the lists hold the first few hundred."""

    added: int
    removed: int
    changed: int
    moved: int
    same: int
    added_items: list[UUID]
    removed_items: list[UUID]
    changed_items: list["Change"]


@dataclass(frozen=True, slots=True)
class Change:
    """An item whose answer differs between two versions."""

    item_id: UUID
    before: dict[str, Any]
    after: dict[str, Any]
