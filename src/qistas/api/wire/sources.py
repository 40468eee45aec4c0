"""Imports and items on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qistas.api.wire.faults import FaultSent
from qistas.core.errors import Fault, Invalid
from qistas.sources import AddReport, Format, Import, ImportOptions, ImportRefusal, Item, Preview, Refusal


class OptionsAsked(BaseModel):
    """How to read a file; what is left out is found out from the file."""

    model_config = ConfigDict(extra="forbid")

    format: Format | None = None
    encoding: str | None = Field(None, max_length=40)
    delimiter: str | None = Field(None, max_length=1)
    mapping: dict[str, str] | None = Field(None, max_length=200)
    metadata: list[str] | None = Field(None, max_length=1000)
    external_id: str | None = Field(None, max_length=1000)
    split: str | None = Field(None, max_length=1000)
    batch: str | None = Field(None, max_length=200)
    priority: int | None = Field(None, ge=-1_000_000, le=1_000_000)

    def options(self) -> ImportOptions:
        """As the station takes them; an empty text is as good as none."""
        given = {name: value for name, value in self.model_dump().items() if value not in (None, "")}
        if "metadata" in given:
            given["metadata"] = tuple(given["metadata"])
        return ImportOptions(**given)


def read_options(text: str | None) -> ImportOptions:
    """The options in the form's `options` part. Raises Invalid naming each place at fault."""
    if not text or not text.strip():
        return ImportOptions()
    if "\\u0000" in text or "\0" in text:
        raise Invalid("The options hold a NUL character.", [Fault("options", "NUL", "Remove it.")])
    try:
        return OptionsAsked.model_validate_json(text).options()
    except ValidationError as error:
        faults = [
            Fault(".".join(["options", *map(str, e["loc"])]), e["msg"])
            for e in error.errors(include_url=False, include_input=False)
        ]
        raise Invalid("The options of the import are not valid.", faults) from None


class ImportSent(BaseModel):
    """One import and how far it has come. `fault`: the code of why it failed; `resumable`: it can be tried again as it is."""

    id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    name: str
    format: str | None
    batch_id: UUID | None
    rows_read: int
    rows_added: int
    rows_duplicate: int
    rows_refused: int
    bytes_read: int
    bytes_total: int
    detail: str
    fault: str
    resumable: bool
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class ImportPage(BaseModel):
    """Imports, newest first."""

    rows: list[ImportSent]
    next: str | None


class RefusalSent(BaseModel):
    """Why a row was not taken."""

    line: int
    field: str
    code: str
    reason: str
    remedy: str
    raw: str


class RefusalPage(BaseModel):
    """Refusals by line."""

    rows: list[RefusalSent]
    next: str | None


class PreviewSent(BaseModel):
    """What an import of this file would do."""

    format: str
    encoding: str | None
    delimiter: str | None
    columns: list[str]
    mapping: dict[str, str]
    external_id: str | None
    split: str | None
    rows: list[dict[str, Any]]
    refusals: list[RefusalSent]
    faults: list[FaultSent]


class AddedSent(BaseModel):
    """What became of the rows sent. `refused` tells the first thousand faults; `rows_refused` counts the rows."""

    added: int
    duplicate: int
    rows_refused: int
    refused: list[RefusalSent]


class ItemSent(BaseModel):
    """One item; `data` is null where it was not asked for."""

    id: UUID
    external_id: str | None
    split: str | None
    metadata: dict[str, Any]
    data: dict[str, Any] | None
    state: Literal["open", "started", "done", "withdrawn"]
    created_at: datetime


class ItemPage(BaseModel):
    """Items in the order they came."""

    rows: list[ItemSent]
    next: str | None


def import_sent(one: Import) -> ImportSent:
    """An import as it is sent."""
    return ImportSent.model_validate(one, from_attributes=True)


def item_sent(item: Item) -> dict[str, Any]:
    """An item as plain values, for the fast encoder."""
    return {
        "id": item.id,
        "external_id": item.external_id,
        "split": item.split,
        "metadata": item.metadata,
        "data": item.data,
        "state": item.state,
        "created_at": item.created_at,
    }


def refusal_sent(line: int, one: Refusal | ImportRefusal) -> RefusalSent:
    """A refusal as it is sent."""
    return RefusalSent(
        line=line, field=one.field, code=one.code, reason=one.reason, remedy=one.remedy, raw=one.raw
    )


def preview_sent(found: Preview) -> PreviewSent:
    """A preview as it is sent."""
    plan = found.plan or {}
    return PreviewSent(
        format=found.format,
        encoding=None if found.format in ("parquet", "zip") else found.encoding,
        delimiter=found.delimiter,
        columns=found.columns,
        mapping=plan.get("mapping", {}),
        external_id=plan.get("external_id"),
        split=plan.get("split"),
        rows=found.rows,
        refusals=[refusal_sent(line, one) for line, one in found.refusals],
        faults=[FaultSent.model_validate(one) for one in found.faults],
    )


def added_sent(report: AddReport) -> AddedSent:
    """A report as it is sent."""
    return AddedSent(
        added=report.added,
        duplicate=report.duplicate,
        rows_refused=report.refused,
        refused=[refusal_sent(line, one) for line, one in report.refusals],
    )
