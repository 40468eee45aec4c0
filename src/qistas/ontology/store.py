"""Projects and ontology versions as they lie in the database: SQL in, types out, nothing decided."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.core.ids import ProjectId
from qistas.db import Tx

from .project import AnnotatorProgress, Counts, Day, Project, ProjectRow, ProjectState, Settings
from .types import VersionRow


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version with its document as it was written."""

    version: int
    document: dict[str, Any]
    published_at: datetime
    published_by: UUID | None
    changes: list[str]


INSERT_PROJECT = """
INSERT INTO projects (tenant_id, name, description, settings, created_by)
VALUES (%(tenant)s, %(name)s, %(description)s, %(settings)s, %(who)s)
RETURNING id
"""


async def insert_project(tx: Tx, name: str, description: str, settings: Settings) -> ProjectId:
    """A new project without an ontology."""
    params = {"tenant": tx.tenant_id, "name": name, "description": description, "who": tx.principal.member_id}
    return await tx.value(INSERT_PROJECT, {**params, "settings": Jsonb(settings.to_document())})


UPDATE_PROJECT = """
UPDATE projects SET name = %(name)s, description = %(description)s, state = %(state)s, settings = %(settings)s
 WHERE tenant_id = %(tenant)s AND id = %(project)s
"""


async def update_project(tx: Tx, project: Project) -> None:
    """Write what may change of a project."""
    await tx.run(
        UPDATE_PROJECT,
        {
            "tenant": tx.tenant_id,
            "project": project.id,
            "name": project.name,
            "description": project.description,
            "state": project.state,
            "settings": Jsonb(project.settings.to_document()),
        },
    )


COLUMNS = "p.id, p.name, p.description, p.state, p.settings, p.ontology_version, p.created_at, p.created_by"
FIND_PROJECT = f"SELECT {COLUMNS} FROM projects p WHERE p.tenant_id = %(tenant)s AND p.id = %(project)s"


async def find_project(tx: Tx, project_id: UUID, *, lock: bool = False) -> Project | None:
    """The project, locked against other changes of it when asked."""
    found = await tx.rows(
        FIND_PROJECT + (" FOR NO KEY UPDATE" if lock else ""), {"tenant": tx.tenant_id, "project": project_id}
    )
    return _project(found[0]) if found else None


# Shards and days are few a project, so their sums are read fresh; the rows of tasks and annotations never are.
COUNTS = """
LEFT JOIN LATERAL (
    SELECT sum(c.items) AS items, sum(c.tasks) AS tasks, sum(c.done) AS done, sum(c.consensus) AS consensus,
           sum(c.reviewed) AS reviewed
      FROM project_counts c WHERE c.tenant_id = p.tenant_id AND c.project_id = p.id) c ON true
LEFT JOIN LATERAL (
    SELECT sum(d.answers) AS answers, sum(d.answers) FILTER (WHERE d.day = current_date) AS today, sum(d.skips) AS skipped,
           sum(d.cost_minor) AS cost
      FROM annotator_days d WHERE d.tenant_id = p.tenant_id AND d.project_id = p.id) d ON true
LEFT JOIN LATERAL (
    SELECT count(DISTINCT q.item_id) AS doubt FROM (
        SELECT q.item_id FROM consensus q
         WHERE q.tenant_id = p.tenant_id AND q.project_id = p.id AND q.disputed AND NOT q.settled
           AND NOT EXISTS (SELECT FROM items i WHERE i.tenant_id = p.tenant_id AND i.id = q.item_id AND i.withdrawn_at IS NOT NULL)
         LIMIT 1000) q) q ON true
"""
COUNT_COLUMNS = """
coalesce(c.items, 0)::bigint, coalesce(c.tasks, 0)::bigint, greatest(coalesce(c.tasks - c.done, 0), 0)::bigint,
coalesce(c.done, 0)::bigint, coalesce(d.answers, 0)::bigint, coalesce(d.today, 0)::bigint, coalesce(d.skipped, 0)::bigint,
coalesce(c.consensus, 0)::bigint, coalesce(c.reviewed, 0)::bigint, coalesce(q.doubt, 0)::bigint, coalesce(d.cost, 0)::bigint
"""
LIST_PROJECTS = f"""
SELECT {COLUMNS}, {COUNT_COLUMNS}
  FROM (SELECT * FROM projects p
         WHERE p.tenant_id = %(tenant)s AND (%(after)s::uuid IS NULL OR p.id < %(after)s)
           AND (%(state)s::text IS NULL OR p.state = %(state)s) AND (%(only)s::uuid[] IS NULL OR p.id = ANY (%(only)s))
         ORDER BY p.id DESC LIMIT %(limit)s) p
 {COUNTS}
 ORDER BY p.id DESC
"""


async def list_projects(
    tx: Tx, *, after: UUID | None, state: str | None, only: Sequence[UUID] | None, limit: int
) -> list[ProjectRow]:
    """Projects with their counts, newest first."""
    params = {"tenant": tx.tenant_id, "after": after, "state": state, "limit": limit}
    rows = await tx.rows(LIST_PROJECTS, {**params, "only": list(only) if only is not None else None})
    return [ProjectRow(_project(row), Counts(*row[8:])) for row in rows]


COUNT_PROJECT = (
    f"SELECT {COUNT_COLUMNS} FROM projects p {COUNTS} WHERE p.tenant_id = %(tenant)s AND p.id = %(project)s"
)


async def count_project(tx: Tx, project_id: UUID) -> Counts:
    """The counts of one project."""
    found = await tx.rows(COUNT_PROJECT, {"tenant": tx.tenant_id, "project": project_id})
    return Counts(*found[0]) if found else Counts()


COUNT_HAD = """
SELECT t.project_id, count(*)
  FROM tasks t JOIN leases l ON l.tenant_id = t.tenant_id AND l.task_id = t.id AND l.annotator_id = %(annotator)s
 WHERE t.tenant_id = %(tenant)s AND t.project_id = ANY (%(projects)s) AND t.state <> 'withdrawn'
   AND l.state IN ('answered', 'skipped')
 GROUP BY t.project_id
"""


async def count_had(tx: Tx, projects: Sequence[UUID], annotator: UUID) -> dict[UUID, int]:
    """How many tasks, not withdrawn, an annotator answered or skipped and does not hold again."""
    params = {"tenant": tx.tenant_id, "projects": list(projects), "annotator": annotator}
    return dict(await tx.rows(COUNT_HAD, params))


async def count_held(tx: Tx, projects: Sequence[UUID], annotator: UUID) -> dict[UUID, int]:
    """How many tasks an annotator holds now."""
    rows = await tx.rows(
        "SELECT project_id, count(*) FROM leases WHERE tenant_id = %(tenant)s AND annotator_id = %(annotator)s"
        " AND project_id = ANY (%(projects)s) AND state = 'live' GROUP BY project_id",
        {"tenant": tx.tenant_id, "projects": list(projects), "annotator": annotator},
    )
    return dict(rows)


LIST_DAYS = """
SELECT day, sum(answers)::bigint AS answers, sum(skips)::bigint AS skipped, sum(seconds) AS seconds,
       sum(cost_minor)::bigint AS cost_minor
  FROM annotator_days
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND day > current_date - %(days)s::integer
 GROUP BY day ORDER BY day
"""


async def list_days(tx: Tx, project_id: UUID, days: int) -> list[Day]:
    """The last days on which something was done, in order."""
    return await tx.all(Day, LIST_DAYS, {"tenant": tx.tenant_id, "project": project_id, "days": days})


LIST_ANNOTATORS = """
SELECT d.annotator_id AS id, m.name, sum(d.answers)::bigint AS answers,
       coalesce(sum(d.answers) FILTER (WHERE d.day = current_date), 0)::bigint AS answers_today,
       sum(d.skips)::bigint AS skipped, sum(d.seconds) AS seconds, sum(d.cost_minor)::bigint AS cost_minor, max(d.day) AS last_day,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late.seconds)
          FROM (SELECT a.seconds FROM annotations a
                 WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND a.annotator_id = d.annotator_id
                 ORDER BY a.id DESC LIMIT 200) late) AS seconds_median
  FROM annotator_days d JOIN members m ON m.tenant_id = d.tenant_id AND m.id = d.annotator_id
 WHERE d.tenant_id = %(tenant)s AND d.project_id = %(project)s
 GROUP BY d.annotator_id, m.name ORDER BY answers DESC, m.name, d.annotator_id
 LIMIT 1000
"""


async def list_annotators(tx: Tx, project_id: UUID) -> list[AnnotatorProgress]:
    """What each annotator has done, the busiest first."""
    return await tx.all(AnnotatorProgress, LIST_ANNOTATORS, {"tenant": tx.tenant_id, "project": project_id})


INSERT_VERSION = """
WITH written AS (
    INSERT INTO ontology_versions (tenant_id, project_id, version, document, hash, changes, published_by)
    VALUES (%(tenant)s, %(project)s, %(version)s, %(document)s, %(hash)s, %(changes)s, %(who)s))
UPDATE projects SET ontology_version = %(version)s WHERE tenant_id = %(tenant)s AND id = %(project)s
"""


async def insert_version(
    tx: Tx, project_id: UUID, version: int, document: dict[str, Any], digest: str, changes: Sequence[str]
) -> None:
    """Add a version, and make it the project's."""
    await tx.run(
        INSERT_VERSION,
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "version": version,
            "document": Jsonb(document),
            "hash": bytes.fromhex(digest),
            "changes": Jsonb(list(changes)),
            "who": tx.principal.member_id,
        },
    )


FIND_VERSION = """
SELECT version, document, published_at, published_by, changes
  FROM ontology_versions WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND version = %(version)s
"""


async def find_version(tx: Tx, project_id: UUID, version: int) -> StoredVersion | None:
    """One version."""
    params = {"tenant": tx.tenant_id, "project": project_id, "version": version}
    return await tx.one(StoredVersion, FIND_VERSION, params)


CURRENT_VERSION = "SELECT ontology_version FROM projects WHERE tenant_id = %(tenant)s AND id = %(project)s"


async def current_version(tx: Tx, project_id: UUID) -> int | None:
    """The number of the project's version; 0 for none yet; None for no such project."""
    return await tx.value(CURRENT_VERSION, {"tenant": tx.tenant_id, "project": project_id})


LIST_VERSIONS = """
SELECT version, encode(hash, 'hex') AS hash, changes, published_by, published_at
  FROM ontology_versions
 WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND (%(after)s::integer IS NULL OR version < %(after)s)
 ORDER BY version DESC LIMIT %(limit)s
"""


async def list_versions(tx: Tx, project_id: UUID, after: int | None, limit: int) -> list[VersionRow]:
    """Versions, newest first."""
    params = {"tenant": tx.tenant_id, "project": project_id, "after": after, "limit": limit}
    return await tx.all(VersionRow, LIST_VERSIONS, params)


SNAPSHOT = "SELECT pg_current_snapshot()::text"


async def snapshot(tx: Tx) -> str:
    """What is seen now, to find later what was not."""
    return await tx.value(SNAPSHOT)


# What transactions wrote that a snapshot did not see, by the record each of them made of it.
CAME_SINCE = """
    SELECT DISTINCT unnest(objects) AS id FROM outbox
     WHERE tenant_id = %(tenant)s AND xid >= pg_snapshot_xmin(%(since)s::pg_snapshot)
       AND NOT pg_visible_in_snapshot(xid, %(since)s::pg_snapshot)
       AND act IN ('annotation.write', 'annotation.review', 'config.change', 'item.create')
"""
# What a change may break: the last revision of every annotation, corrections by reviewers, adjudications, gold in use.
# Only the questions in doubt are read, and equal values arrive once with their number.
STORED_ANSWERS = """
WITH stored AS (
    SELECT a.answer FROM annotations a
     WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s AND NOT EXISTS (
           SELECT FROM annotations later
            WHERE later.tenant_id = a.tenant_id AND later.task_id = a.task_id AND later.annotator_id = a.annotator_id
              AND later.revision > a.revision)
    UNION ALL
    SELECT answer FROM reviews
     WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND verdict = 'correct' AND answer IS NOT NULL
    UNION ALL
    SELECT d.answer FROM (
        SELECT DISTINCT ON (item_id) answer FROM adjudications
         WHERE tenant_id = %(tenant)s AND project_id = %(project)s ORDER BY item_id, id DESC) d
    UNION ALL
    SELECT answer FROM gold WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND removed_at IS NULL
)
SELECT picked, count(*) FROM (
    SELECT (SELECT coalesce(jsonb_object_agg(name, s.answer -> name), '{}')
              FROM unnest(%(names)s::text[]) AS name WHERE s.answer ? name) AS picked
      FROM stored s) p
 GROUP BY picked
"""


NEW_ANSWERS = f"""
WITH since AS MATERIALIZED ({CAME_SINCE}), stored AS (
    SELECT a.answer FROM since s JOIN annotations a ON a.id = s.id
     WHERE a.tenant_id = %(tenant)s AND a.project_id = %(project)s
    UNION ALL
    SELECT r.answer FROM since s JOIN reviews r ON r.annotation_id = s.id
     WHERE r.tenant_id = %(tenant)s AND r.project_id = %(project)s AND r.verdict = 'correct' AND r.answer IS NOT NULL
    UNION ALL
    SELECT d.answer FROM since s JOIN adjudications d ON d.id = s.id
     WHERE d.tenant_id = %(tenant)s AND d.project_id = %(project)s
    UNION ALL
    SELECT g.answer FROM since s JOIN gold g ON g.id = s.id
     WHERE g.tenant_id = %(tenant)s AND g.project_id = %(project)s AND g.removed_at IS NULL
)
SELECT (SELECT coalesce(jsonb_object_agg(name, s.answer -> name), '{{}}')
          FROM unnest(%(names)s::text[]) AS name WHERE s.answer ? name) AS picked, 1
  FROM stored s
"""


async def stream_answers(
    tx: Tx, project_id: UUID, questions: Sequence[str], since: str | None = None
) -> AsyncIterator[list[tuple[dict[str, Any], int]]]:
    """The values that stored answers hold for `questions`, each different set once, with how many hold it.

    `since`: only answers that this snapshot did not see.
    """
    params = {"tenant": tx.tenant_id, "project": project_id, "names": list(questions), "since": since}
    async for rows in tx.stream(STORED_ANSWERS if since is None else NEW_ANSWERS, params):
        yield [(row[0], row[1]) for row in rows]


COUNT_ITEMS = """
SELECT count(*) FILTER (WHERE data ? %(field)s), count(*) FILTER (WHERE NOT data ? %(field)s)
  FROM items WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND withdrawn_at IS NULL
"""


NEW_ITEMS = f"{COUNT_ITEMS} AND id = ANY (ARRAY ({CAME_SINCE}))"


async def count_items(tx: Tx, project_id: UUID, field: str, since: str | None = None) -> tuple[int, int]:
    """How many items have `field` in their data, and how many have not; of those that `since`, a snapshot, did not see."""
    params = {"tenant": tx.tenant_id, "project": project_id, "field": field, "since": since}
    rows = await tx.rows(COUNT_ITEMS if since is None else NEW_ITEMS, params)
    return rows[0][0], rows[0][1]


def _project(row: tuple[Any, ...]) -> Project:
    id_, name, description, state, settings, version, created_at, created_by = row[:8]
    return Project(
        ProjectId(id_),
        name,
        description,
        ProjectState(state),
        Settings.stored(settings),
        version,
        created_at,
        created_by,
    )
