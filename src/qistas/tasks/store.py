"""The queue in SQL. The two statements that are algorithms (claim, expire) are files in `sql/`."""

from typing import Any
from uuid import UUID

from qistas.db import Tx, read_statement
from qistas.sources import hold_batch

from .types import Batch, HeldLease, Offer, Task


async def claim(tx: Tx, params: dict[str, Any]) -> list[Offer]:
    """Run claim.sql: the offers, new ones first, then those held already."""
    return [
        Offer(*row)
        for row in await tx.rows(
            read_statement("qistas.tasks", "claim", head=params["head"], limit=params["limit"]), params
        )
    ]


async def look_further(tx: Tx, params: dict[str, Any]) -> tuple[list[UUID], bool]:
    """Run look_further.sql: ids of tasks that may be claimed, and whether the end of the queue was reached without any."""
    rows = await tx.rows(
        read_statement("qistas.tasks", "look_further", window=params["window"], most=params["most"]), params
    )
    return rows[0][0], bool(rows[0][1])


RETURNED = """
SELECT DISTINCT ON (n.task_id) n.task_id, r.reason
  FROM annotations n JOIN reviews r ON r.tenant_id = n.tenant_id AND r.annotation_id = n.id AND r.verdict = 'return'
 WHERE n.tenant_id = %(tenant)s AND n.annotator_id = %(annotator)s AND n.task_id = ANY (%(tasks)s)
 ORDER BY n.task_id, r.id DESC
"""


async def reasons_of_return(tx: Tx, tasks: list[UUID]) -> dict[UUID, str]:
    """Why a reviewer sent back the principal's answers to these tasks, where one did."""
    who = tx.principal
    rows = await tx.rows(RETURNED, {"tenant": who.tenant_id, "annotator": who.member_id, "tasks": tasks})
    return dict(rows)


WHY_EMPTY = """
SELECT p.state, p.ontology_version,
       (SELECT sum(c.tasks) > 0 AND sum(c.tasks) = sum(c.done) FROM project_counts c WHERE c.tenant_id = p.tenant_id AND c.project_id = p.id)
  FROM projects p WHERE p.tenant_id = %(tenant)s AND p.id = %(project)s
"""


async def why_empty(tx: Tx, project_id: UUID) -> str | None:
    """Why there is nothing to claim, or None when there is no such project."""
    rows = await tx.rows(WHY_EMPTY, {"tenant": tx.tenant_id, "project": project_id})
    if not rows:
        return None
    state, version, done = rows[0]
    if state != "active" or version == 0:
        return "paused"
    return "done" if done else "empty"


LOCK = """
SELECT l.id AS lease_id, l.task_id, l.item_id, l.project_id, l.state, l.ontology_version, t.state AS task_state, t.wanted, t.live,
       t.answers, t.purpose
  FROM leases l JOIN tasks t ON t.tenant_id = l.tenant_id AND t.id = l.task_id
 WHERE l.tenant_id = %(tenant)s AND l.id = %(lease)s AND l.annotator_id = %(annotator)s AND l.project_id = %(project)s
   FOR UPDATE OF t, l
"""


async def lock_lease(tx: Tx, project_id: UUID, lease_id: UUID) -> HeldLease | None:
    """The annotator's own lease with its task locked until the transaction ends; None when it is not theirs."""
    who = tx.principal
    return await tx.one(
        HeldLease,
        LOCK,
        {"tenant": who.tenant_id, "lease": lease_id, "annotator": who.member_id, "project": project_id},
    )


# A lease that ran out has given its place back already, and its task may be done or withdrawn since: then nothing is freed.
END_LEASE = """
WITH l AS (UPDATE leases SET state = %(state)s WHERE tenant_id = %(tenant)s AND id = %(lease)s)
UPDATE tasks SET live = live - %(was_live)s, skips = skips + %(skips)s,
       state = CASE WHEN state = 'held' AND live - %(was_live)s + answers < wanted THEN 'open' ELSE state END
 WHERE tenant_id = %(tenant)s AND id = %(task)s
"""


async def end_lease(tx: Tx, held: HeldLease, state: str, *, skips: int = 0) -> None:
    """End a lease as `released` or `skipped`, and free its place if it still has one."""
    await tx.run(
        END_LEASE,
        {
            "tenant": tx.tenant_id,
            "lease": held.lease_id,
            "task": held.task_id,
            "state": state,
            "was_live": int(held.state == "live"),
            "skips": skips,
        },
    )


RENEW = """
UPDATE leases SET state = 'live', expires_at = now() + make_interval(secs => 60 * coalesce((
            SELECT (settings ->> 'lease_minutes')::double precision FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s), 30))
 WHERE tenant_id = %(tenant)s AND id = %(lease)s RETURNING expires_at
"""
REVIVE = """
UPDATE tasks SET live = live + 1,
       state = CASE WHEN purpose <> 'gold' AND live + 1 + answers >= wanted THEN 'held' ELSE state END
 WHERE tenant_id = %(tenant)s AND id = %(task)s
"""


async def renew(tx: Tx, held: HeldLease) -> Any:
    """Give the lease its full time again, counting it as live if it was not; the new expiry."""
    params = {
        "tenant": tx.tenant_id,
        "lease": held.lease_id,
        "project": held.project_id,
        "task": held.task_id,
    }
    if held.state != "live":
        await tx.run(REVIVE, params)
    return await tx.value(RENEW, params)


INSERT_SKIP = """
WITH skip AS (
    INSERT INTO skips (tenant_id, project_id, task_id, item_id, annotator_id, reason, note)
    VALUES (%(tenant)s, %(project)s, %(task)s, %(item)s, %(annotator)s, %(reason)s, %(note)s))
INSERT INTO annotator_days AS d (tenant_id, project_id, annotator_id, day, skips)
VALUES (%(tenant)s, %(project)s, %(annotator)s, current_date, 1)
ON CONFLICT (tenant_id, project_id, annotator_id, day) DO UPDATE SET skips = d.skips + 1
"""


async def insert_skip(tx: Tx, held: HeldLease, reason: str, note: str) -> None:
    """Keep the refusal, and count it for the annotator's day."""
    await tx.run(
        INSERT_SKIP,
        {
            "tenant": tx.tenant_id,
            "project": held.project_id,
            "task": held.task_id,
            "item": held.item_id,
            "annotator": tx.principal.member_id,
            "reason": reason,
            "note": note,
        },
    )


STATES = ("open", "held", "done", "paused", "withdrawn")
LIST = """(
SELECT id, item_id, batch_id, purpose, state, wanted, live, answers, skips, priority, doubt, assignee, created_at, done_at
  FROM tasks
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND state = '{state}' AND id > %(after)s
   AND (%(batch)s::uuid IS NULL OR batch_id = %(batch)s)
 ORDER BY id LIMIT {limit})
"""  # the state and the limit are written in: the plan must know that few are held, and that a page is small


async def list_tasks(
    tx: Tx, project_id: UUID, after: UUID, state: str | None, batch: UUID | None, limit: int
) -> list[Task]:
    """Tasks of a project in the order they were made."""
    params = {
        "tenant": tx.tenant_id,
        "project": project_id,
        "after": after,
        "batch": batch,
    }
    parts = [LIST.format(state=one, limit=int(limit)) for one in STATES if state in (None, one)]
    if not parts:
        return []
    sql = f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS t ORDER BY id LIMIT {int(limit)}"
    return await tx.all(Task, sql, params)


BATCHES_FOR = """
SELECT id FROM batches
 WHERE tenant_id = %(tenant)s AND assignee = %(who)s AND (%(project)s::uuid IS NULL OR project_id = %(project)s)
 ORDER BY id
"""
# Whoever takes many tasks takes them in the order of their ids: two who do never wait for each other.
FREE = """
WITH batched AS (
    UPDATE batches SET assignee = '00000000-0000-0000-0000-000000000000'
     WHERE tenant_id = %(tenant)s AND assignee = %(who)s AND (%(project)s::uuid IS NULL OR project_id = %(project)s)
), held AS (
    SELECT id FROM tasks
     WHERE tenant_id = %(tenant)s AND assignee = %(who)s AND state NOT IN ('done', 'withdrawn')
       AND (%(project)s::uuid IS NULL OR project_id = %(project)s)
     ORDER BY id FOR UPDATE
)
UPDATE tasks t SET assignee = '00000000-0000-0000-0000-000000000000'
  FROM held h WHERE t.tenant_id = %(tenant)s AND t.id = h.id
"""


async def free_assignee(tx: Tx, who: UUID, project_id: UUID | None) -> int:
    """Keep nothing for this member or group any more; the number of tasks."""
    params = {"tenant": tx.tenant_id, "who": who, "project": project_id}
    for (batch_id,) in await tx.rows(BATCHES_FOR, params):
        await hold_batch(tx, batch_id)
    return await tx.run(FREE, params)


CHANGE_TASK = """
WITH kept AS (
    DELETE FROM kept_tasks WHERE tenant_id = %(tenant)s AND task_id = %(task)s AND %(assignee)s::uuid IS NOT NULL)
UPDATE tasks SET priority = coalesce(%(priority)s, priority), assignee = coalesce(%(assignee)s, assignee)
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(task)s
RETURNING id, item_id, batch_id, purpose, state, wanted, live, answers, skips, priority, doubt, assignee, created_at, done_at
"""


async def change_task(
    tx: Tx, project_id: UUID, task_id: UUID, priority: int | None, assignee: UUID | None
) -> Task | None:
    """Change a task's place in the queue or whom it is kept for."""
    params = {
        "tenant": tx.tenant_id,
        "project": project_id,
        "task": task_id,
        "priority": priority,
        "assignee": assignee,
    }
    return await tx.one(Task, CHANGE_TASK, params)


LIST_BATCHES = """
SELECT b.id, b.name, b.priority, b.state, b.created_at, b.assignee, c.tasks, c.tasks - c.done AS open, c.done
  FROM batches b CROSS JOIN LATERAL (
       SELECT coalesce(sum(tasks), 0)::bigint AS tasks, coalesce(sum(done), 0)::bigint AS done
         FROM batch_counts WHERE tenant_id = %(tenant)s AND batch_id = b.id) AS c
 WHERE b.tenant_id = %(tenant)s AND b.project_id = %(project)s AND (%(batch)s::uuid IS NULL OR b.id = %(batch)s)
 ORDER BY b.id
"""


async def list_batches(tx: Tx, project_id: UUID, batch_id: UUID | None = None) -> list[Batch]:
    """The batches of a project with their counts."""
    return await tx.all(
        Batch, LIST_BATCHES, {"tenant": tx.tenant_id, "project": project_id, "batch": batch_id}
    )


INSERT_BATCH = """
INSERT INTO batches (tenant_id, project_id, name, priority) VALUES (%(tenant)s, %(project)s, %(name)s, %(priority)s) RETURNING id
"""


async def insert_batch(tx: Tx, project_id: UUID, name: str, priority: int) -> UUID:
    """Make a batch."""
    return await tx.value(
        INSERT_BATCH, {"tenant": tx.tenant_id, "project": project_id, "name": name, "priority": priority}
    )


CHANGE_BATCH = """
WITH b AS (
    UPDATE batches SET name = coalesce(%(name)s, name), priority = coalesce(%(priority)s, priority), state = coalesce(%(state)s, state),
           assignee = coalesce(%(assignee)s, assignee)
     WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(batch)s
    RETURNING id, state
), kept AS (
    DELETE FROM kept_tasks k USING tasks t
     WHERE %(assignee)s::uuid IS NOT NULL AND t.tenant_id = %(tenant)s AND t.batch_id = %(batch)s
       AND k.tenant_id = t.tenant_id AND k.task_id = t.id
), held AS (
    SELECT t.id, b.state FROM b JOIN tasks t ON t.tenant_id = %(tenant)s AND t.batch_id = b.id
     WHERE %(priority)s::integer IS NOT NULL OR %(assignee)s::uuid IS NOT NULL OR %(state)s::text IS NOT NULL
     ORDER BY t.id FOR UPDATE OF t
)
UPDATE tasks t
   SET priority = coalesce(%(priority)s, t.priority), assignee = coalesce(%(assignee)s, t.assignee),
       state = CASE WHEN t.state IN ('done', 'withdrawn') THEN t.state
                    WHEN h.state = 'paused' THEN 'paused'
                    WHEN t.purpose <> 'gold' AND t.live + t.answers >= t.wanted THEN 'held' ELSE 'open' END
  FROM held h WHERE t.tenant_id = %(tenant)s AND t.id = h.id
"""


async def change_batch(
    tx: Tx,
    project_id: UUID,
    batch_id: UUID,
    *,
    name: str | None,
    priority: int | None,
    state: str | None,
    assignee: UUID | None,
) -> None:
    """Change a batch and, with it, its tasks; those too that an import is adding at this moment."""
    await hold_batch(tx, batch_id)  # in a statement of its own: the next sees what was added until now
    params = {"tenant": tx.tenant_id, "project": project_id, "batch": batch_id}
    await tx.run(
        CHANGE_BATCH, {**params, "name": name, "priority": priority, "state": state, "assignee": assignee}
    )


async def expire(tx: Tx, limit: int) -> int:
    """Run expire.sql, in a system transaction; the number of tasks that got a place back."""
    return await tx.run(read_statement("qistas.tasks", "expire"), {"limit": limit})


IS_ASSIGNEE = """
SELECT EXISTS (SELECT FROM members WHERE tenant_id = %(tenant)s AND id = %(who)s)
    OR EXISTS (SELECT FROM groups WHERE tenant_id = %(tenant)s AND id = %(who)s)
"""


async def is_assignee(tx: Tx, who: UUID) -> bool:
    """Whether `who` is a member or a group of this tenant."""
    return bool(await tx.value(IS_ASSIGNEE, {"tenant": tx.tenant_id, "who": who}))
