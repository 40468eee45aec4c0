"""Annotations: submit, come back, revise, read; and questions from inside a task."""

from collections.abc import AsyncIterator
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from qistas.annotations import (
    ask_question,
    list_questions,
    my_annotations,
    reply_question,
    revise_annotation,
    stream_annotations,
    submit_annotation,
)
from qistas.api.alias import aliases_for
from qistas.api.answer import fast_json
from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.annotations import (
    AnswerAsked,
    MinePage,
    MineSent,
    QuestionAsked,
    QuestionPage,
    QuestionSent,
    ReceiptSent,
    ReplyAsked,
    ReviseAsked,
    Submitted,
    question_sent,
    receipt_sent,
)
from qistas.api.wire.tasks import OfferedItem, claimed
from qistas.core.ids import ProjectId
from qistas.tasks import claim_tasks
from qistas.trust import Permission, require

router = APIRouter(prefix="/projects/{project_id}", tags=["annotations"])


@router.post("/annotations", summary="Submit an answer", response_model=Submitted)
async def submit(parts: PartsDep, who: Actor, project_id: UUID, asked: AnswerAsked) -> Response:
    """Store the answer, and give the next tasks in the same round trip and transaction."""
    project, aliases = ProjectId(project_id), aliases_for(parts, who, project_id)
    async with parts.db.tenant_tx(who, hot=True) as tx:
        receipt = await submit_annotation(
            tx, project, asked.lease_id, asked.answer, seconds=asked.seconds, client_key=asked.client_key
        )
        after = (
            claimed(await claim_tasks(tx, project, asked.next, asked.holding), aliases)
            if asked.next
            else {"tasks": [], "reason": None}
        )
    return fast_json({"annotation": receipt_sent(receipt, aliases), **after})


@router.get("/annotations/mine", summary="My last answers", response_model=MinePage)
async def mine(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(20, ge=1, le=100),
    after: str | None = None,
) -> MinePage:
    """Newest first, each with its item, to come back to."""
    async with parts.db.tenant_tx(who) as tx:
        page = await my_annotations(tx, ProjectId(project_id), limit=limit, after=after)
    aliases = aliases_for(parts, who, project_id)
    rows = [
        MineSent(
            id=m.id,
            task_id=aliases.of(m.task_id),
            item=OfferedItem.model_validate(aliases.item(m.item_id, m.data, m.external_id)),
            ontology_version=m.ontology_version,
            answer=m.answer,
            revision=m.revision,
            seconds=m.seconds,
            created_at=m.created_at,
        )
        for m in page.rows
    ]
    return MinePage(rows=rows, next=page.next)


@router.post(
    "/annotations/{annotation_id}/revise", summary="Change an answer of mine", response_model=ReceiptSent
)
async def revise(
    parts: PartsDep, who: Actor, project_id: UUID, annotation_id: UUID, asked: ReviseAsked
) -> Response:
    """Store a new revision; the earlier one stays."""
    async with parts.db.tenant_tx(who, hot=True) as tx:
        receipt = await revise_annotation(
            tx,
            ProjectId(project_id),
            annotation_id,
            asked.answer,
            seconds=asked.seconds,
            client_key=asked.client_key,
        )
    return fast_json(receipt_sent(receipt, aliases_for(parts, who, project_id)))


@router.get(
    "/annotations",
    summary="Every current annotation, as NDJSON",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {}}}},
)
async def annotations(parts: PartsDep, who: Actor, project_id: UUID) -> StreamingResponse:
    """One annotation a line, by item."""
    require(who, Permission.ANNOTATION_VIEW, ProjectId(project_id))

    async def lines() -> AsyncIterator[bytes]:
        async for rows in stream_annotations(parts.db, who, ProjectId(project_id)):
            yield b"".join(
                orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z) for row in rows
            )

    return StreamingResponse(lines(), media_type="application/x-ndjson")


@router.post("/questions", summary="Ask the data lead", response_model=QuestionSent, status_code=201)
async def ask(parts: PartsDep, who: Actor, project_id: UUID, asked: QuestionAsked) -> QuestionSent:
    """Ask about the task of one of my leases."""
    async with parts.db.tenant_tx(who) as tx:
        question = await ask_question(tx, ProjectId(project_id), asked.lease_id, asked.text)
    return question_sent(question, aliases_for(parts, who, project_id))


@router.get("/questions", summary="Questions from inside tasks", response_model=QuestionPage)
async def questions(
    parts: PartsDep,
    who: Actor,
    project_id: UUID,
    limit: int = Query(50, ge=1, le=500),
    after: str | None = None,
) -> QuestionPage:
    """All of them for those who run the project; my own otherwise."""
    async with parts.db.tenant_tx(who) as tx:
        page = await list_questions(tx, ProjectId(project_id), limit=limit, after=after)
    aliases = aliases_for(parts, who, project_id)
    return QuestionPage(rows=[question_sent(q, aliases) for q in page.rows], next=page.next)


@router.post("/questions/{question_id}/reply", summary="Reply to a question", response_model=QuestionSent)
async def reply(
    parts: PartsDep, who: Actor, project_id: UUID, question_id: UUID, asked: ReplyAsked
) -> QuestionSent:
    """Reply to an annotator."""
    async with parts.db.tenant_tx(who) as tx:
        question = await reply_question(tx, ProjectId(project_id), question_id, asked.text)
    return question_sent(question, aliases_for(parts, who, project_id))
