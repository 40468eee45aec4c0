"""What the sources station speaks in: imports and their options, refusals, items."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from qistas.core.ids import BatchId, ImportId, ItemId, MemberId, ProjectId

Record = dict[str, Any]

MAX_ROW_BYTES = 16 * 2**20
MAX_DEPTH = 64
MAX_COLUMNS = 2_000
MAX_EXTERNAL_ID = 500
MAX_SPLIT = 64
MAX_METADATA_BYTES = 64 * 2**10


class Format(StrEnum):
    """What a file may be."""

    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    TEXT = "text"
    ZIP = "zip"


class ImportState(StrEnum):
    """queued → running → done, failed or cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read a file; everything left out is found out from the file itself.

    `mapping`: field of the ontology → column. `metadata`: columns kept as metadata (None: all that nothing else uses).
    """

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapping: dict[str, str] | None = None
    metadata: tuple[str, ...] | None = None
    external_id: str | None = None
    split: str | None = None
    batch: str | None = None
    priority: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The options that were given, as the imports table keeps them."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "ImportOptions":
        """What `as_json` gave."""
        known = {name: stored[name] for name in cls.__slots__ if name in stored}
        if "format" in known:
            known["format"] = Format(known["format"])
        if "metadata" in known:
            known["metadata"] = tuple(known["metadata"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of one row: why it was not taken, and what would put it right."""

    code: str
    reason: str
    remedy: str
    field: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next row begins: `offset` bytes into the text (or whatever the format counts), after `line` lines."""

    offset: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What sources need to know of a field of the ontology."""

    name: str
    type: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that came with a row, not yet looked at: its bytes, or the SHA-256 (hex) of one that is stored already."""

    field: str
    data: bytes = b""
    sha256: str | None = None


@dataclass(slots=True)
class Draft:
    """A row on its way to become an item: data by field, and what goes beside it."""

    data: dict[str, Any]
    metadata: dict[str, Any]
    external_id: str | None = None
    split: str | None = None
    pictures: list[Picture] = field(default_factory=list[Picture])


@dataclass(frozen=True, slots=True)
class Import:
    """One import and how far it has come. `fault`: the code of why it failed. `resumable`: given up, its file kept to try again."""

    id: ImportId
    project_id: ProjectId
    batch_id: BatchId | None
    name: str
    format: str | None
    options: dict[str, Any]
    blob_path: str | None
    state: ImportState
    bytes_total: int
    bytes_read: int
    rows_read: int
    rows_added: int
    rows_duplicate: int
    rows_refused: int
    detail: str
    fault: str
    resumable: bool
    position: dict[str, Any]
    created_by: MemberId | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportRefusal:
    """A stored refusal, as the report shows it."""

    line: int
    place: int
    field: str
    code: str
    reason: str
    remedy: str
    raw: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be judged. `data` is None where it was not asked for. `state`: open, started, done or withdrawn."""

    id: ItemId
    external_id: str | None
    split: str | None
    metadata: dict[str, Any]
    data: dict[str, Any] | None
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Target:
    """Where new items go: their project's fields, and how their tasks are to be."""

    fields: tuple[FieldSpec, ...]
    wanted: int
    batch_id: BatchId | None
    batch_open: bool
    priority: int
    assignee: UUID


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that items may point to."""

    sha256: bytes
    media_type: str
    bytes: int
    width: int
    height: int


class ReadyRow(NamedTuple):
    """An item ready to be stored: the hash of its data, and everything as the bytes that are copied.

    A tuple, and no dataclass as others: one is made for every row, in a quarter of the time.
    """

    content_hash: bytes
    data: bytes
    metadata: bytes
    external_id: str | None
    split: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of some rows."""

    added: int
    duplicate: int
