"""Extend: as many answers as an item takes. What inference decided becomes what tasks want."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.core.ids import ProjectId
from qistas.db import Database, Tx, read_statement
from qistas.ontology import Redundancy

from .types import ANYBODY

HOLD_SECONDS = 30.0  # how long a doubtful task is kept for the annotator whose answer is worth most; then anybody may have it


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an item's task goes on. `keep`: the annotator it is kept for at first. `inputs`: the answers it was decided on, where
    there may be newer ones."""

    item_id: UUID
    more: bool
    keep: UUID = ANYBODY
    inputs: int | None = None


async def extend_tasks(
    tx: Tx, project_id: ProjectId, rule: Redundancy, decisions: Sequence[Decision], *, again: bool
) -> int:
    """Carry out the decisions made under `rule`; with `again`, how many items are due once more because their task was in use."""
    if not decisions:
        return 0
    return await tx.value(
        read_statement("qistas.tasks", "extend"),
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "rule": Jsonb(rule.to_document()),
            "items": [d.item_id for d in decisions],
            "more": [d.more for d in decisions],
            "keep": [d.keep for d in decisions],
            "inputs": [d.inputs for d in decisions],
            "min": rule.min_overlap,
            "max": rule.max_overlap,
            "hold": HOLD_SECONDS,
            "again": again,
        },
    )


PRESENT = """
SELECT l.annotator_id,
       (SELECT count(*) FROM tasks t WHERE t.tenant_id = %(tenant)s AND t.project_id = %(project)s AND t.assignee = l.annotator_id
           AND t.state = 'open' AND t.purpose <> 'gold')
  FROM (SELECT DISTINCT annotator_id FROM leases
         WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND state = 'live' AND expires_at > now()) AS l
  JOIN members m ON m.tenant_id = %(tenant)s AND m.id = l.annotator_id AND m.kind <> 'model'
 WHERE NOT EXISTS (SELECT FROM annotator_pauses p
                    WHERE p.tenant_id = %(tenant)s AND p.project_id = %(project)s AND p.member_id = l.annotator_id)
"""


async def annotators_present(tx: Tx, project_id: ProjectId) -> Mapping[UUID, int]:
    """Those who hold a task of the project just now, with how many are kept for them."""
    return dict(await tx.rows(PRESENT, {"tenant": tx.tenant_id, "project": project_id}))


# Task and note are locked together and passed over when either is in use: whoever extends a task locks it first, too.
RELEASE = """
WITH over AS (
    SELECT k.tenant_id, k.task_id, k.annotator_id
      FROM kept_tasks k JOIN tasks t ON t.tenant_id = k.tenant_id AND t.id = k.task_id
     WHERE k.until < now() ORDER BY k.until LIMIT 1000 FOR UPDATE OF k, t SKIP LOCKED
), gone AS (
    DELETE FROM kept_tasks k USING over o WHERE k.tenant_id = o.tenant_id AND k.task_id = o.task_id
)
UPDATE tasks t SET assignee = '00000000-0000-0000-0000-000000000000'
  FROM over o WHERE t.tenant_id = o.tenant_id AND t.id = o.task_id AND t.assignee = o.annotator_id
"""


async def release_kept(db: Database) -> int:
    """Give to anybody what was kept for somebody long enough, of all tenants; the number of tasks."""
    async with db.system_tx(reason="tasks.release_kept") as tx:
        return await tx.run(RELEASE)


async def answers_by_task(tx: Tx, project_id: ProjectId) -> Sequence[tuple[int, int]]:
    """How many finished tasks have how many answers: (answers, tasks)."""
    rows: list[Any] = await tx.rows(
        """SELECT answers::integer, count(*) FROM tasks
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND purpose = 'work' AND state = 'done' GROUP BY 1 ORDER BY 1""",
        {"tenant": tx.tenant_id, "project": project_id},
    )
    return rows
