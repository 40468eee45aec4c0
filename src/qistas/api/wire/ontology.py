"""Ontologies on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from qistas.api.wire.faults import FaultSent
from qistas.ontology import OntologyVersion

from .projects import Asked, Document


class OntologyAsked(Asked):
    """An ontology to publish, or only (`dry_run`) to hold against what is stored."""

    ontology: Document
    dry_run: bool = False


class OntologySent(BaseModel):
    """One version of a project's ontology."""

    version: int
    document: dict[str, Any]
    published_at: datetime
    changes: list[str]


class VersionRowSent(BaseModel):
    """A version without its document."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    hash: str
    changes: list[str]
    published_by: UUID | None
    published_at: datetime


class OntologyVersionPage(BaseModel):
    """A page of versions, the newest first."""

    rows: list[VersionRowSent]
    next: str | None


class PublishedSent(BaseModel):
    """The version that holds now (or would), and what changed, in plain words."""

    version: int
    changes: list[str]


class CheckSent(BaseModel):
    """Whether a document is an ontology, its normal form, and everything that is wrong with it."""

    ok: bool
    ontology: dict[str, Any] | None
    errors: list[FaultSent]


def ontology_sent(loaded: OntologyVersion) -> OntologySent:
    """A version with its document."""
    return OntologySent(
        version=loaded.version,
        document=loaded.ontology.to_document(),
        published_at=loaded.published_at,
        changes=list(loaded.changes),
    )
