"""Ontologies: check, publish, read."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.exceptions import HTTPException

from qistas.api.deps import Actor, PartsDep
from qistas.api.keys_once import keys_once
from qistas.api.wire.faults import FaultSent
from qistas.api.wire.ontology import (
    CheckSent,
    OntologyAsked,
    OntologySent,
    OntologyVersionPage,
    PublishedSent,
    VersionRowSent,
    ontology_sent,
)
from qistas.core.errors import Fault, OntologyInvalid
from qistas.core.ids import ProjectId
from qistas.ontology import (
    answer_schema,
    check_ontology,
    list_versions,
    publish_ontology,
    read_document_text,
    read_ontology,
)

router = APIRouter(tags=["ontology"])

MOST_BYTES = 4 * 2**20
YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain")
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {"ontology": {"anyOf": [{"type": "object"}, {"type": "string"}]}},
                    "required": ["ontology"],
                    "additionalProperties": False,
                }
            },
            "application/yaml": {"schema": {"type": "string", "description": "The document itself"}},
        },
    }
}
Version = Query(None, ge=1, le=2**31 - 1)


@router.post(
    "/ontology/validate", summary="Check an ontology", response_model=CheckSent, openapi_extra=DOCUMENT
)
async def validate_ontology(who: Actor, request: Request) -> CheckSent:
    """Check a document without storing it: `{"ontology": …}` as JSON (a document or its text), or the text as YAML.

    For those who may begin a project, or publish in one.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and kind not in YAML:
        raise HTTPException(415, "Send application/json or application/yaml.")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise HTTPException(413, f"An ontology has at most {MOST_BYTES:,} bytes.")
    try:
        sent = bytes(raw)
        ontology = await check_ontology(who, lambda: sent if kind in YAML else _inside(sent))
    except OntologyInvalid as error:
        return CheckSent(ok=False, ontology=None, errors=[FaultSent.model_validate(f) for f in error.faults])
    return CheckSent(ok=True, ontology=ontology.to_document(), errors=[])


@router.get("/projects/{project_id}/ontology", summary="A project's ontology", response_model=OntologySent)
async def ontology(
    parts: PartsDep, who: Actor, project_id: UUID, version: int | None = Version
) -> OntologySent:
    """The ontology that holds now, or an earlier version."""
    async with parts.db.tenant_tx(who) as tx:
        return ontology_sent(await read_ontology(tx, ProjectId(project_id), version))


@router.get(
    "/projects/{project_id}/ontology/versions",
    summary="Versions of the ontology",
    response_model=OntologyVersionPage,
)
async def ontology_versions(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> OntologyVersionPage:
    """Every version without its document, the newest first."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_versions(tx, ProjectId(project_id), limit=limit, after=after)
    return OntologyVersionPage(rows=[VersionRowSent.model_validate(row) for row in page.rows], next=page.next)


@router.post(
    "/projects/{project_id}/ontology",
    summary="Publish an ontology",
    response_model=PublishedSent,
    dependencies=[Depends(keys_once)],
)
async def publish(parts: PartsDep, who: Actor, project_id: UUID, asked: OntologyAsked) -> PublishedSent:
    """Publish a new version. `dry_run` checks the same, stored answers included, and writes nothing.

    409 `ontology_breaks` names each question, label or field that stored answers need, with their number.
    """
    async with parts.db.tenant_tx(who) as tx:
        done = await publish_ontology(tx, ProjectId(project_id), asked.ontology, dry_run=asked.dry_run)
    return PublishedSent(version=done.version, changes=list(done.changes))


@router.get(
    "/projects/{project_id}/ontology/answer-schema",
    summary="JSON Schema of an answer",
    response_model=dict[str, Any],
)
async def ontology_answer_schema(
    parts: PartsDep, who: Actor, project_id: UUID, version: int | None = Version
) -> dict[str, Any]:
    """JSON Schema (2020-12) of an answer under this ontology, for tools that make answers."""
    async with parts.db.tenant_tx(who) as tx:
        return answer_schema((await read_ontology(tx, ProjectId(project_id), version)).ontology)


def _inside(raw: bytes) -> Any:
    """What stands under `ontology` in the body. Read by the reader of documents, which refuses keys that stand twice."""
    body: Any = read_document_text(raw)
    if not isinstance(body, dict) or "ontology" not in body:
        raise OntologyInvalid(
            "The body holds no ontology.", [Fault("ontology", "is missing", 'Send {"ontology": …}.')]
        )
    return body["ontology"]
