"""Annotations in SQL. The one statement that appends an answer is `sql/append.sql`."""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.db import Tx, read_statement

from .types import Annotation, Mine, Receipt, TaskQuestion, Work

WORK = """
SELECT l.id AS lease_id, l.task_id, l.item_id, l.state, l.ontology_version, t.state AS task_state, t.purpose, i.data, l.suggestion,
       coalesce((p.settings ->> 'price_minor')::bigint, 0) AS price_minor
  FROM leases l
  JOIN tasks t ON t.tenant_id = l.tenant_id AND t.id = l.task_id
  JOIN items i ON i.tenant_id = l.tenant_id AND i.id = l.item_id
  JOIN projects p ON p.tenant_id = l.tenant_id AND p.id = l.project_id
 WHERE l.tenant_id = %(tenant)s AND l.id = %(lease)s AND l.annotator_id = %(annotator)s AND l.project_id = %(project)s
   FOR UPDATE OF t, l
"""


async def lock_work(tx: Tx, project_id: UUID, lease_id: UUID) -> Work | None:
    """The principal's own lease with its task locked; None when it is not theirs."""
    who = tx.principal
    params = {"tenant": who.tenant_id, "lease": lease_id, "annotator": who.member_id, "project": project_id}
    return await tx.one(Work, WORK, params)


BY_KEY = """
SELECT id, task_id, revision, late, created_at, answer
  FROM annotations WHERE tenant_id = %(tenant)s AND annotator_id = %(annotator)s AND client_key = %(key)s
"""


async def find_by_key(tx: Tx, client_key: str) -> tuple[Receipt, dict[str, Any]] | None:
    """What this annotator stored under this client key before, with its answer."""
    who = tx.principal
    rows = await tx.rows(BY_KEY, {"tenant": who.tenant_id, "annotator": who.member_id, "key": client_key})
    return (Receipt(*rows[0][:5]), rows[0][5]) if rows else None


async def append(
    tx: Tx,
    project_id: UUID,
    work: Work,
    *,
    answer: dict[str, Any],
    seconds: float,
    client_key: str,
    late: bool,
    counts: bool,
    suggestion_use: str | None,
) -> Receipt | None:
    """Run append.sql; None when the client key was there already. `counts`: whether this is the annotator's first answer here."""
    who = tx.principal
    rows = await tx.rows(
        read_statement("qistas.annotations", "append"),
        {
            "tenant": who.tenant_id,
            "project": project_id,
            "task": work.task_id,
            "item": work.item_id,
            "annotator": who.member_id,
            "lease": work.lease_id,
            "version": work.ontology_version,
            "answer": Jsonb(answer),
            "seconds": seconds,
            "late": late,
            "price": work.price_minor,
            "suggestion_use": suggestion_use,
            "client_key": client_key,
            "was_live": int(work.state == "live"),
            "counts": int(counts),
            "task_state": work.task_state,
            "role": who.role,
            "session": who.session,
            "purpose": who.purpose,
        },
    )
    return Receipt(*rows[0][:5]) if rows else None


DRAFT = """
UPDATE leases SET draft = %(answer)s, draft_seconds = %(seconds)s
 WHERE tenant_id = %(tenant)s AND id = %(lease)s AND annotator_id = %(annotator)s AND project_id = %(project)s AND state <> 'answered'
"""


async def save_draft(
    tx: Tx, project_id: UUID, lease_id: UUID, answer: dict[str, Any], seconds: float
) -> bool:
    """Keep an unfinished answer in its lease; False when there is no such open lease of theirs."""
    who = tx.principal
    params = {"tenant": who.tenant_id, "lease": lease_id, "annotator": who.member_id, "project": project_id}
    return await tx.run(DRAFT, {**params, "answer": Jsonb(answer), "seconds": seconds}) == 1


MINE = """
SELECT a.id, a.task_id, a.item_id, a.ontology_version, a.revision, a.answer, a.seconds, a.created_at, i.data, i.external_id
  FROM annotations a JOIN items i ON i.tenant_id = a.tenant_id AND i.id = a.item_id
 WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND a.annotator_id = %(annotator)s
   AND (%(before)s::uuid IS NULL OR a.id < %(before)s)
   AND NOT EXISTS (SELECT FROM annotations n WHERE n.tenant_id = a.tenant_id AND n.task_id = a.task_id
                      AND n.annotator_id = a.annotator_id AND n.revision > a.revision)
 ORDER BY a.id DESC LIMIT %(limit)s
"""


async def list_mine(tx: Tx, project_id: UUID, before: UUID | None, limit: int) -> list[Mine]:
    """The principal's own current answers, newest first."""
    who = tx.principal
    params = {
        "tenant": who.tenant_id,
        "project": project_id,
        "annotator": who.member_id,
        "before": before,
        "limit": limit,
    }
    return await tx.all(Mine, MINE, params)


LEASE_OF = """
SELECT lease_id FROM annotations
 WHERE tenant_id = %(tenant)s AND id = %(annotation)s AND annotator_id = %(annotator)s AND project_id = %(project)s
"""


async def lease_of(tx: Tx, project_id: UUID, annotation_id: UUID) -> UUID | None:
    """The lease under which the principal gave this answer; None when it is not theirs."""
    who = tx.principal
    params = {
        "tenant": who.tenant_id,
        "annotation": annotation_id,
        "annotator": who.member_id,
        "project": project_id,
    }
    return await tx.value(LEASE_OF, params)


CURRENT = """
SELECT DISTINCT ON (a.item_id, a.task_id, a.annotator_id)
       a.id, a.task_id, a.item_id, a.annotator_id, a.ontology_version, a.revision, a.answer, a.seconds, a.late, a.created_at
  FROM annotations a
 WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND a.item_id = %(item)s
 ORDER BY a.item_id, a.task_id, a.annotator_id, a.revision DESC
"""


async def of_item(tx: Tx, project_id: UUID, item_id: UUID) -> list[Annotation]:
    """The current annotations of one item, one an annotator."""
    return await tx.all(Annotation, CURRENT, {"tenant": tx.tenant_id, "project": project_id, "item": item_id})


# Whole items, so that nobody's revisions fall apart: up to the item of the last of the next so many annotations.
CURRENT_PAGE = CURRENT.replace(
    "a.item_id = %(item)s",
    """a.item_id > %(after)s AND a.item_id <= coalesce(
           (SELECT n.item_id FROM annotations n WHERE n.tenant_id = %(tenant)s AND n.project_id = %(project)s AND n.item_id > %(after)s
             ORDER BY n.item_id OFFSET %(size)s - 1 LIMIT 1), 'ffffffff-ffff-ffff-ffff-ffffffffffff')""",
)


async def page_of_current(tx: Tx, project_id: UUID, after: UUID, size: int) -> list[Annotation]:
    """The current annotations of a project by item, those of about so many after the item `after`."""
    params = {"tenant": tx.tenant_id, "project": project_id, "after": after, "size": size}
    return await tx.all(Annotation, CURRENT_PAGE, params)


INSERT_QUESTION = """
INSERT INTO task_questions (tenant_id, project_id, task_id, item_id, annotator_id, text)
SELECT tenant_id, project_id, task_id, item_id, annotator_id, %(text)s FROM leases
 WHERE tenant_id = %(tenant)s AND id = %(lease)s AND annotator_id = %(annotator)s AND project_id = %(project)s
RETURNING id, task_id, item_id, annotator_id, text, reply, created_at, replied_at
"""


async def insert_question(tx: Tx, project_id: UUID, lease_id: UUID, text: str) -> TaskQuestion | None:
    """Keep a question asked from inside a task; None when the lease is not theirs."""
    who = tx.principal
    params = {
        "tenant": who.tenant_id,
        "lease": lease_id,
        "annotator": who.member_id,
        "project": project_id,
        "text": text,
    }
    return await tx.one(TaskQuestion, INSERT_QUESTION, params)


QUESTIONS = """
SELECT id, task_id, item_id, annotator_id, text, reply, created_at, replied_at FROM task_questions
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND (%(annotator)s::uuid IS NULL OR annotator_id = %(annotator)s)
   AND (%(before)s::uuid IS NULL OR id < %(before)s)
 ORDER BY id DESC LIMIT %(limit)s
"""


async def list_questions(
    tx: Tx, project_id: UUID, annotator_id: UUID | None, before: UUID | None, limit: int
) -> list[TaskQuestion]:
    """Questions of a project, newest first; of one annotator, or of all."""
    params = {
        "tenant": tx.tenant_id,
        "project": project_id,
        "annotator": annotator_id,
        "before": before,
        "limit": limit,
    }
    return await tx.all(TaskQuestion, QUESTIONS, params)


REPLY = """
UPDATE task_questions SET reply = %(reply)s, replied_by = %(by)s, replied_at = now()
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(id)s
RETURNING id, task_id, item_id, annotator_id, text, reply, created_at, replied_at
"""


async def reply(tx: Tx, project_id: UUID, question_id: UUID, text: str) -> TaskQuestion | None:
    """Answer a question."""
    params = {
        "tenant": tx.tenant_id,
        "project": project_id,
        "id": question_id,
        "reply": text,
        "by": tx.principal.member_id,
    }
    return await tx.one(TaskQuestion, REPLY, params)
