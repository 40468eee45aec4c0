"""Label errors in SQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.db import Tx

from .errors_types import ErrorSearch, LabelError, Labelled, Suspect

CHUNK = 2000
SEARCH = """question, state, progress, labels, looked_at, flagged, estimated, low, high, model_right, most_common, detail, seconds,
       requested_at, ended_at"""


def _of(tx: Tx, project_id: UUID, question: str, **more: Any) -> dict[str, Any]:
    return {"tenant": tx.tenant_id, "project": project_id, "question": question, **more}


async def load_searches(tx: Tx, project_id: UUID, question: str | None = None) -> list[ErrorSearch]:
    """The last search of each question, or of one."""
    return await tx.all(
        ErrorSearch,
        f"""SELECT {SEARCH} FROM error_searches WHERE tenant_id = %(tenant)s AND project_id = %(project)s
               AND (%(question)s::text IS NULL OR question = %(question)s) ORDER BY question""",
        {"tenant": tx.tenant_id, "project": project_id, "question": question},
    )


async def queue_search(tx: Tx, project_id: UUID, question: str) -> None:
    """Note that a search is wanted; one that runs is left as it is."""
    await tx.run(
        """INSERT INTO error_searches AS s (tenant_id, project_id, question) VALUES (%(tenant)s, %(project)s, %(question)s)
           ON CONFLICT (tenant_id, project_id, question) DO UPDATE
              SET state = 'queued', progress = 0, detail = '', requested_at = now(), ended_at = NULL
            WHERE s.state <> 'running' OR s.requested_at < now() - interval '1 hour'""",
        _of(tx, project_id, question),
    )


async def tell_search(tx: Tx, project_id: UUID, question: str, **changes: Any) -> None:
    """Change what is known of a search; its end is stamped when it is done or has failed."""
    columns = ", ".join(f"{name} = %({name})s" for name in changes)
    ended = "now()" if changes.get("state") in ("done", "failed") else "ended_at"
    await tx.run(
        """INSERT INTO error_searches (tenant_id, project_id, question) VALUES (%(tenant)s, %(project)s, %(question)s)
            ON CONFLICT DO NOTHING""",
        _of(tx, project_id, question),
    )
    await tx.run(
        f"""UPDATE error_searches SET {columns}, ended_at = {ended}
             WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = %(question)s""",
        _of(tx, project_id, question, **changes),
    )


async def end_lost(tx: Tx, detail: str) -> int:
    """Close, in every tenant, searches under way for which there is no job; how many."""
    return await tx.run(
        """UPDATE error_searches s SET state = 'failed', detail = %(detail)s, ended_at = now()
            WHERE s.state IN ('queued', 'running')
              AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs j
                               WHERE j.lock = core.lock_of(s.tenant_id, 'errors:' || s.project_id || ':' || s.question) AND j.status IN ('todo', 'doing'))""",
        {"detail": detail},
    )


async def count_labels(tx: Tx, project_id: UUID, question: str) -> int:
    """How many items have a label."""
    return await tx.value(
        "SELECT count(*) FROM consensus WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = %(question)s",
        _of(tx, project_id, question),
    )


# An expert's answer outranks what was inferred. The sample is drawn by a hash of the id: the same one every time.
LABELS = """
SELECT c.item_id, coalesce(d.answer -> %(question)s, g.answer -> %(question)s, c.value) AS value, c.posterior, c.support,
       cardinality(c.inputs) AS answers, (c.settled OR d.answer ? %(question)s OR g.answer ? %(question)s) IS TRUE AS expert
  FROM consensus c
  JOIN items i ON i.tenant_id = c.tenant_id AND i.id = c.item_id AND i.withdrawn_at IS NULL
  LEFT JOIN LATERAL (SELECT a.answer FROM adjudications a WHERE a.tenant_id = c.tenant_id AND a.item_id = c.item_id
                      ORDER BY a.id DESC LIMIT 1) AS d ON true
  LEFT JOIN gold g ON g.tenant_id = c.tenant_id AND g.project_id = c.project_id AND g.item_id = c.item_id AND g.removed_at IS NULL
 WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.question = %(question)s
   AND (%(most)s::bigint >= %(labels)s::bigint OR abs(hashtextextended(c.item_id::text, 7) %% 1000000) < 1000000.0 * %(most)s::bigint / %(labels)s::bigint)
 ORDER BY c.item_id
"""


async def load_labels(tx: Tx, project_id: UUID, question: str, labels: int, most: int) -> list[Labelled]:
    """The items with the label each carries now; about `most` of them, drawn evenly, where there are more."""
    return await tx.all(Labelled, LABELS, _of(tx, project_id, question, labels=labels, most=most))


SAVE = """
INSERT INTO label_errors AS l (tenant_id, project_id, question, item_id, likelihood, value, suggested, evidence)
SELECT %(tenant)s, %(project)s, %(question)s, s.* FROM unnest(%(items)s::uuid[], %(likelihoods)s::real[], %(values)s::jsonb[],
                                                              %(suggested)s::jsonb[], %(evidence)s::jsonb[]) AS s
ON CONFLICT (tenant_id, project_id, question, item_id) DO UPDATE
   SET likelihood = excluded.likelihood, value = excluded.value, suggested = excluded.suggested, evidence = excluded.evidence,
       computed_at = now()
"""
# An item that was sent back and answered since is suspected, if at all, anew.
CLEAR = """
DELETE FROM label_errors l
 WHERE l.tenant_id = %(tenant)s AND l.project_id = %(project)s AND l.question = %(question)s
   AND NOT EXISTS (SELECT FROM tasks t WHERE t.tenant_id = l.tenant_id AND t.id = l.task_id AND t.state IN ('open', 'held', 'paused'))
"""


async def replace_suspects(tx: Tx, project_id: UUID, question: str, suspects: Sequence[Suspect]) -> None:
    """Keep these suspicions in place of the last search's; those whose item waits in the queue stay."""
    await tx.run(CLEAR, _of(tx, project_id, question))
    for at in range(0, len(suspects), CHUNK):
        part = suspects[at : at + CHUNK]
        await tx.run(
            SAVE,
            _of(
                tx,
                project_id,
                question,
                items=[s.item_id for s in part],
                likelihoods=[s.likelihood for s in part],
                values=[Jsonb(s.value) for s in part],
                suggested=[None if s.suggested is None else Jsonb(s.suggested) for s in part],
                evidence=[Jsonb(s.evidence) for s in part],
            ),
        )


# What was judged is shown while it stands: the same label, not settled by an expert, the item not withdrawn.
LIST = """
SELECT e.item_id, i.external_id, i.data, e.likelihood, e.value, e.suggested, e.evidence, e.queued_at
  FROM label_errors e
  JOIN consensus c ON c.tenant_id = e.tenant_id AND c.item_id = e.item_id AND c.question = e.question AND c.value = e.value
                  AND NOT c.settled
  JOIN items i ON i.tenant_id = e.tenant_id AND i.id = e.item_id AND i.withdrawn_at IS NULL
 WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.question = %(question)s
   AND e.likelihood <= %(likelihood)s::real AND (e.likelihood < %(likelihood)s::real OR e.item_id > %(item)s)
 ORDER BY e.likelihood DESC, e.item_id LIMIT %(limit)s
"""


async def list_errors(
    tx: Tx, project_id: UUID, question: str, after: tuple[float, UUID] | None, limit: int
) -> list[LabelError]:
    """Suspected labels, the likeliest first."""
    likelihood, item = after if after else (2.0, UUID(int=0))
    params = _of(tx, project_id, question, likelihood=likelihood, item=item, limit=limit)
    return await tx.all(LabelError, LIST, params)


# One answer more than the task has or waits for, before others: its doubt is the likelihood of the error.
REQUEUE = """
WITH suspect AS (
    SELECT e.item_id, e.likelihood FROM label_errors e
     WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.question = %(question)s AND e.item_id = %(item)s
       AND e.queued_at IS NULL FOR UPDATE
), old AS (
    SELECT t.id, t.state, t.wanted, t.done_at FROM tasks t JOIN suspect s ON s.item_id = t.item_id
     WHERE t.tenant_id = %(tenant)s AND t.purpose = 'work' AND t.state <> 'withdrawn' AND t.wanted < 1000
     ORDER BY t.id LIMIT 1 FOR UPDATE OF t
), task AS (
    UPDATE tasks t
       SET wanted = least(greatest(o.wanted, t.answers + t.live) + 1, 1000), doubt = greatest(t.doubt, s.likelihood), done_at = NULL,
           state = CASE WHEN t.state = 'paused' THEN t.state
                        WHEN (SELECT b.state FROM batches b WHERE b.tenant_id = t.tenant_id AND b.id = t.batch_id) = 'paused' THEN 'paused'
                        ELSE 'open' END
      FROM old o, suspect s
     WHERE t.tenant_id = %(tenant)s AND t.id = o.id
    RETURNING t.id, t.batch_id, t.wanted - o.wanted AS raised, o.done_at, (o.state = 'done')::integer AS was_done
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, -was_done FROM task WHERE was_done > 0
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
    SELECT %(tenant)s, batch_id, shard, -was_done FROM counted, task WHERE batch_id IS NOT NULL
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + excluded.done
)
UPDATE label_errors e SET queued_at = now(), queued_by = %(by)s, task_id = t.id, raised = t.raised, was_done_at = t.done_at
  FROM task t
 WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.question = %(question)s AND e.item_id = %(item)s
RETURNING t.id
"""


async def requeue(tx: Tx, project_id: UUID, question: str, item_id: UUID) -> UUID | None:
    """Ask for one answer more; the task, or None where there is nothing to change."""
    return await tx.value(REQUEUE, _of(tx, project_id, question, item=item_id, by=tx.principal.member_id))


UNDO = """
WITH sent AS (
    SELECT e.task_id, e.raised, e.was_done_at FROM label_errors e
     WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.question = %(question)s AND e.item_id = %(item)s
       AND e.queued_at IS NOT NULL FOR UPDATE
), old AS (
    SELECT t.id, t.state, greatest(t.wanted - s.raised, 1) AS wanted FROM tasks t JOIN sent s ON s.task_id = t.id
     WHERE t.tenant_id = %(tenant)s FOR UPDATE OF t
), task AS (
    UPDATE tasks t
       SET wanted = o.wanted,
           state = CASE WHEN t.state IN ('withdrawn', 'done') THEN t.state WHEN t.answers >= o.wanted THEN 'done'
                        WHEN t.state = 'paused' THEN t.state WHEN t.answers + t.live >= o.wanted THEN 'held' ELSE 'open' END,
           done_at = CASE WHEN t.answers >= o.wanted THEN coalesce(t.done_at, s.was_done_at, now()) END
      FROM old o, sent s
     WHERE t.tenant_id = %(tenant)s AND t.id = o.id
    RETURNING t.id, t.batch_id, (t.state = 'done' AND o.state <> 'done')::integer AS now_done
), counted AS (
    INSERT INTO project_counts AS c (tenant_id, project_id, shard, done)
    SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, now_done FROM task WHERE now_done > 0
    ON CONFLICT (tenant_id, project_id, shard) DO UPDATE SET done = c.done + excluded.done
    RETURNING shard
), batched AS (
    INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, done)
    SELECT %(tenant)s, batch_id, shard, now_done FROM counted, task WHERE batch_id IS NOT NULL
    ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET done = b.done + excluded.done
)
UPDATE label_errors e SET queued_at = NULL, queued_by = NULL, task_id = NULL, raised = NULL, was_done_at = NULL
  FROM task t
 WHERE e.tenant_id = %(tenant)s AND e.project_id = %(project)s AND e.question = %(question)s AND e.item_id = %(item)s
RETURNING t.id
"""


async def undo_requeue(tx: Tx, project_id: UUID, question: str, item_id: UUID) -> UUID | None:
    """Take the wish for one more answer back; the task, or None where there is none."""
    return await tx.value(UNDO, _of(tx, project_id, question, item=item_id))


async def queued_of(tx: Tx, project_id: UUID, question: str, item_id: UUID) -> bool | None:
    """Whether the suspected item waits in the queue; None when it is not suspected."""
    return await tx.value(
        """SELECT queued_at IS NOT NULL FROM label_errors
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND question = %(question)s AND item_id = %(item)s""",
        _of(tx, project_id, question, item=item_id),
    )
