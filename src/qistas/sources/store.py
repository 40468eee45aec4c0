"""The SQL of imports and items."""

import secrets
import struct
from collections.abc import Sequence
from importlib import resources
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from qistas.core.ids import BatchId, ImportId, ProjectId
from qistas.db import Tx

from .types import (
    FieldSpec,
    Import,
    ImportRefusal,
    ImportState,
    Item,
    Position,
    ReadyRow,
    Refusal,
    StoredImage,
    Target,
)

ADD_ITEMS = resources.files("qistas.sources").joinpath("sql", "add_items.sql").read_text(encoding="utf-8")

_IMPORT = """id, project_id, batch_id, name, format, options, blob_path, state, bytes_total, bytes_read, rows_read, rows_added,
       rows_duplicate, rows_refused, detail, fault, resumable, position, created_by, created_at, started_at, ended_at"""


async def project_exists(tx: Tx, project_id: ProjectId) -> bool:
    """Whether the tenant has this project."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT FROM projects WHERE tenant_id = %(tenant)s AND id = %(id)s)",
            {"tenant": tx.tenant_id, "id": project_id},
        )
    )


async def insert_import(tx: Tx, one: dict[str, Any]) -> None:
    """Enter an import, queued."""
    await tx.run(
        """INSERT INTO imports (tenant_id, id, project_id, batch_id, name, options, blob_path, bytes_total, created_by)
           VALUES (%(tenant)s, %(id)s, %(project)s, %(batch)s, %(name)s, %(options)s, %(blob)s, %(bytes)s, %(by)s)""",
        {**one, "options": Jsonb(one["options"]), "tenant": tx.tenant_id},
    )


async def find_import(tx: Tx, import_id: UUID, project_id: ProjectId | None = None) -> Import | None:
    """One import, of this project where one is given."""
    return await tx.one(
        Import,
        f"""SELECT {_IMPORT} FROM imports WHERE tenant_id = %(tenant)s AND id = %(id)s
             AND (%(project)s::uuid IS NULL OR project_id = %(project)s)""",
        {"tenant": tx.tenant_id, "id": import_id, "project": project_id},
    )


async def list_imports(tx: Tx, project_id: ProjectId, before: UUID | None, limit: int) -> list[Import]:
    """Imports of a project, newest first."""
    return await tx.all(
        Import,
        f"""SELECT {_IMPORT} FROM imports WHERE tenant_id = %(tenant)s AND project_id = %(project)s
             AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s""",
        {"tenant": tx.tenant_id, "project": project_id, "before": before, "limit": limit},
    )


async def begin_import(tx: Tx, import_id: UUID, format: str | None) -> bool:
    """Mark an import that waits (or that a killed worker left) as running."""
    return bool(
        await tx.run(
            """UPDATE imports SET state = 'running', format = coalesce(%(format)s, format), started_at = coalesce(started_at, now())
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state IN ('queued', 'running')""",
            {"tenant": tx.tenant_id, "id": import_id, "format": format},
        )
    )


async def advance_import(
    tx: Tx, one: Import, to: Position, bytes_read: int, *, read: int, added: int, duplicate: int, refused: int
) -> bool:
    """Count a chunk, in the transaction that stores it. False when the import was cancelled, or another worker went ahead."""
    return bool(
        await tx.run(
            """UPDATE imports SET position = %(to)s, bytes_read = least(%(bytes)s, bytes_total), rows_read = rows_read + %(read)s,
                      rows_added = rows_added + %(added)s, rows_duplicate = rows_duplicate + %(duplicate)s,
                      rows_refused = rows_refused + %(refused)s
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'running' AND rows_read = %(before)s AND position = %(from)s""",
            {
                "tenant": tx.tenant_id,
                "id": one.id,
                "before": one.rows_read,
                "from": Jsonb(one.position),
                "to": Jsonb({"offset": to.offset, "line": to.line}),
                "bytes": bytes_read,
                "read": read,
                "added": added,
                "duplicate": duplicate,
                "refused": refused,
            },
        )
    )


async def end_import(
    tx: Tx,
    import_id: UUID,
    state: ImportState,
    detail: str = "",
    fault: str = "",
    *,
    resumable: bool = False,
) -> bool:
    """Close an import that has not been closed."""
    return bool(
        await tx.run(
            """UPDATE imports SET state = %(state)s, detail = %(detail)s, fault = %(fault)s, resumable = %(resumable)s, ended_at = now(),
                      bytes_read = CASE WHEN %(state)s = 'done' THEN bytes_total ELSE bytes_read END
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state IN ('queued', 'running')""",
            {
                "tenant": tx.tenant_id,
                "id": import_id,
                "state": state,
                "detail": detail[:2000],
                "fault": fault,
                "resumable": resumable,
            },
        )
    )


async def resume_import(tx: Tx, import_id: UUID) -> bool:
    """Put a given-up import back in the queue. False when it is not one."""
    return bool(
        await tx.run(
            """UPDATE imports SET state = 'queued', detail = '', fault = '', resumable = false, ended_at = NULL
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'failed' AND resumable""",
            {"tenant": tx.tenant_id, "id": import_id},
        )
    )


async def end_lost_imports(tx: Tx, detail: str, fault: str) -> list[UUID]:
    """Close, in every tenant, imports under way for which there is no job. An import and its job are made in one transaction."""
    rows = await tx.rows(
        """UPDATE imports i SET state = 'failed', detail = %(detail)s, fault = %(fault)s, resumable = true, ended_at = now()
            WHERE i.state IN ('queued', 'running')
              AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs j WHERE j.lock = core.lock_of(i.tenant_id, 'import:' || i.id) AND j.status IN ('todo', 'doing'))
        RETURNING i.id""",
        {"detail": detail, "fault": fault},
    )
    return [row[0] for row in rows]


async def old_files(tx: Tx, days: int) -> list[tuple[UUID, UUID, str]]:
    """(tenant, import, path) of files kept for a retry that did not come in so many days."""
    return await tx.rows(
        """SELECT tenant_id, id, blob_path FROM imports
            WHERE resumable AND state = 'failed' AND ended_at < now() - make_interval(days => %(days)s) LIMIT 500""",
        {"days": days},
    )


async def all_tenants(tx: Tx) -> list[UUID]:
    """Every tenant there is."""
    return [row[0] for row in await tx.rows("SELECT tenant_id FROM tenants ORDER BY tenant_id")]


async def needed_files(tx: Tx, tenant_id: UUID, paths: Sequence[str]) -> set[str]:
    """Those of a tenant's files that an import is still to read, or may be taken up with."""
    rows = await tx.rows(
        """SELECT blob_path FROM imports WHERE tenant_id = %(tenant)s AND blob_path = ANY (%(paths)s)
              AND (state IN ('queued', 'running') OR resumable)""",
        {"tenant": tenant_id, "paths": list(paths)},
    )
    return {row[0] for row in rows}


async def forget_file(tx: Tx, tenant_id: UUID, import_id: UUID) -> bool:
    """Note that the file of a given-up import is kept no longer. False when it was taken up again meanwhile."""
    return bool(
        await tx.run(
            """UPDATE imports SET resumable = false WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'failed' AND resumable""",
            {"tenant": tenant_id, "id": import_id},
        )
    )


async def insert_refusals(tx: Tx, import_id: UUID, refusals: Sequence[tuple[int, int, Refusal]]) -> None:
    """Keep (line, place, refusal) for the report; those of a run before this one stay as they are."""
    await tx.run(
        """INSERT INTO import_refusals (tenant_id, import_id, line, place, field, code, reason, remedy, raw)
           SELECT %(tenant)s, %(import)s, * FROM unnest(%(line)s::bigint[], %(place)s::integer[], %(field)s::text[], %(code)s::text[],
                                                       %(reason)s::text[], %(remedy)s::text[], %(raw)s::text[])
               ON CONFLICT DO NOTHING""",
        {
            "tenant": tx.tenant_id,
            "import": import_id,
            "line": [line for line, _, _ in refusals],
            "place": [p for _, p, _ in refusals],
            "field": [r.field for _, _, r in refusals],
            "code": [r.code for _, _, r in refusals],
            "reason": [r.reason for _, _, r in refusals],
            "remedy": [r.remedy for _, _, r in refusals],
            "raw": [r.raw for _, _, r in refusals],
        },
    )


async def list_refusals(tx: Tx, import_id: UUID, after: tuple[int, int], limit: int) -> list[ImportRefusal]:
    """Refusals of an import in the order of its lines."""
    return await tx.all(
        ImportRefusal,
        """SELECT line, place, field, code, reason, remedy, raw FROM import_refusals
            WHERE tenant_id = %(tenant)s AND import_id = %(import)s AND (line, place) > (%(line)s, %(place)s)
            ORDER BY line, place LIMIT %(limit)s""",
        {"tenant": tx.tenant_id, "import": import_id, "line": after[0], "place": after[1], "limit": limit},
    )


async def find_target(
    tx: Tx, project_id: ProjectId, batch_id: BatchId | None, priority: int | None
) -> Target | None:
    """Where items of this project go, or None when there is no such project."""
    rows = await tx.rows(
        """SELECT first_overlap(p.settings), b.state, b.priority, b.assignee, v.document -> 'fields'
             FROM projects p
             LEFT JOIN ontology_versions v ON v.tenant_id = p.tenant_id AND v.project_id = p.id AND v.version = p.ontology_version
             LEFT JOIN batches b ON b.tenant_id = p.tenant_id AND b.project_id = p.id AND b.id = %(batch)s
            WHERE p.tenant_id = %(tenant)s AND p.id = %(project)s""",
        {"tenant": tx.tenant_id, "project": project_id, "batch": batch_id},
    )
    if not rows:
        return None
    overlap, state, of_batch, assignee, fields = rows[0]
    specs = tuple(FieldSpec(f["name"], f.get("type", "text"), f.get("required", True)) for f in fields or ())
    return Target(
        specs,
        max(1, overlap),
        batch_id,
        state != "paused",
        priority if priority is not None else of_batch or 0,
        assignee or UUID(int=0),
    )


async def hold_batch(tx: Tx, batch_id: UUID, *, shared: bool = False) -> None:
    """Hold a batch until the transaction ends; who adds to it shares it, who changes it has it alone.

    To be taken before any row of the transaction: then either the change finds what was added, or what is added follows the change.
    """
    await tx.run("SELECT core.hold('batch:' || %s, %s)", (str(batch_id), shared))


async def ensure_batch(tx: Tx, project_id: ProjectId, name: str, priority: int) -> BatchId:
    """The batch of that name, made when it is not there."""
    row = await tx.value(
        # The update changes nothing: it gives the id of a batch that another transaction makes just now, too.
        """INSERT INTO batches (tenant_id, project_id, name, priority) VALUES (%(tenant)s, %(project)s, %(name)s, %(priority)s)
               ON CONFLICT (tenant_id, project_id, name) DO UPDATE SET name = excluded.name RETURNING id""",
        {"tenant": tx.tenant_id, "project": project_id, "name": name, "priority": priority},
    )
    return BatchId(row)


# COPY's binary form: the number of columns, then each with its length before it; -1 stands for none, and jsonb begins with its
# version. It is quicker to write and to read than text, where every byte is looked at for what must be escaped.
_COPY_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_END = b"\xff\xff"
_NONE = b"\xff\xff\xff\xff"
_row_head = struct.Struct(">hi16si16si32siB").pack
_json_head = struct.Struct(">iB").pack
_length = struct.Struct(">i").pack


def copy_bytes(id: bytes, task: bytes, row: ReadyRow) -> bytes:
    """One row for COPY: an item of this id and its task of that."""
    data, metadata = row.data, row.metadata
    return b"".join(
        (
            _row_head(7, 16, id, 16, task, 32, row.content_hash, len(data) + 1, 1),
            data,
            _json_head(len(metadata) + 1, 1),
            metadata,
            _NONE if row.external_id is None else _copy_text(row.external_id),
            _NONE if row.split is None else _copy_text(row.split),
        )
    )


def _copy_text(text: str) -> bytes:
    data = text.encode()
    return _length(len(data)) + data


async def add_items(
    tx: Tx, project_id: ProjectId, target: Target, import_id: ImportId | None, rows: bytes | bytearray
) -> tuple[int, str]:
    """Store the rows (as `copy_bytes` wrote them) that are new, with a task for each; → how many, and the array of their ids as text.

    COPY cannot enter a walled table, so the rows go into a table of this transaction and are added from there (add_items.sql).
    Nobody can have made one of its name in this session before.
    """
    connection = tx.connection
    # Two streams with the same content may wait for each other; one of them gives up and comes again, and nothing is doubled.
    await connection.execute("SET LOCAL lock_timeout = '15s'")
    incoming = f"pg_temp.incoming_{secrets.token_hex(8)}"
    await tx.run(
        f"""CREATE TEMPORARY TABLE {incoming}
            (id uuid, task uuid, content_hash bytea, data jsonb, metadata jsonb, external_id text, split text) ON COMMIT DROP"""
    )
    async with (
        connection.cursor() as cursor,
        cursor.copy(SQL(cast(LiteralString, f"COPY {incoming} FROM STDIN (FORMAT binary)"))) as copy,
    ):
        await copy.write(_COPY_BEGIN)
        await copy.write(rows)
        await copy.write(_COPY_END)
    added = await tx.rows(
        ADD_ITEMS.replace("pg_temp.incoming_items", incoming),
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "import": import_id,
            "batch": target.batch_id,
            "wanted": target.wanted,
            "state": "open" if target.batch_open else "paused",
            "priority": target.priority,
            "assignee": target.assignee,
        },
    )
    return added[0][0], added[0][1]


async def count_items(tx: Tx, project_id: ProjectId, batch_id: BatchId | None, added: int) -> None:
    """Count items that this transaction added, each with its task.

    To be done last: whoever holds a row of counts must wait for nothing but the end of its own transaction, or two imports into one
    project, each with a chunk that waits for the chunk before it, would wait in a ring that the database does not see.
    """
    await tx.run(
        """WITH counted AS (
               INSERT INTO project_counts (tenant_id, project_id, shard, items, tasks)
               VALUES (%(tenant)s, %(project)s, pg_backend_pid() %% 16, %(added)s, %(added)s)
                   ON CONFLICT (tenant_id, project_id, shard) DO UPDATE
                  SET items = project_counts.items + excluded.items, tasks = project_counts.tasks + excluded.tasks
               RETURNING shard
           )
           INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, tasks)
           SELECT %(tenant)s, %(batch)s, shard, %(added)s FROM counted WHERE %(batch)s::uuid IS NOT NULL
               ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET tasks = b.tasks + excluded.tasks""",
        {"tenant": tx.tenant_id, "project": project_id, "batch": batch_id, "added": added},
    )


async def insert_images(tx: Tx, images: Sequence[StoredImage]) -> None:
    """Enter images; those the tenant has already stay."""
    await tx.many(
        """INSERT INTO blobs (tenant_id, sha256, media_type, bytes, width, height) VALUES (%s, %s, %s, %s, %s, %s)
               ON CONFLICT DO NOTHING""",
        [(tx.tenant_id, i.sha256, i.media_type, i.bytes, i.width, i.height) for i in images],
    )


async def find_images(tx: Tx, hashes: Sequence[bytes]) -> dict[bytes, StoredImage]:
    """The stored images among these hashes."""
    found = await tx.all(
        StoredImage,
        """SELECT sha256, media_type, bytes, width, height FROM blobs
            WHERE tenant_id = %(tenant)s AND sha256 = ANY (%(hashes)s) AND width IS NOT NULL""",
        {"tenant": tx.tenant_id, "hashes": list(hashes)},
    )
    return {image.sha256: image for image in found}


# An item is done when its work is done, started when somebody answered, else open. The index tasks_by_stage is made of these words.
_STAGE = "CASE WHEN t.state = 'done' THEN 'done' WHEN t.answers > 0 THEN 'started' ELSE 'open' END"
_STATE = f"""CASE WHEN i.withdrawn_at IS NOT NULL THEN 'withdrawn'
                 ELSE coalesce((SELECT {_STAGE} FROM tasks t
                                 WHERE t.tenant_id = i.tenant_id AND t.item_id = i.id AND t.purpose IN ('work', 'gold') LIMIT 1), 'open') END"""


# By way of the inferred answers, whose index knows the first label; among those of several labels each is looked at. Each half
# has its limit, as a number in the statement: a plan that is kept must know that a page is small.
_LABELLED = """(SELECT DISTINCT c.item_id FROM consensus c JOIN items i ON i.tenant_id = %(tenant)s AND i.id = c.item_id
                 WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.first_label = %(label)s AND {wanted}
                 ORDER BY c.item_id LIMIT {limit})
               UNION
               (SELECT DISTINCT c.item_id FROM consensus c JOIN items i ON i.tenant_id = %(tenant)s AND i.id = c.item_id
                 WHERE c.tenant_id = %(tenant)s AND c.project_id = %(project)s AND c.several AND c.first_label <> %(label)s
                   AND (c.value -> 'labels') ? %(label)s AND {wanted}
                 ORDER BY c.item_id LIMIT {limit})"""


async def list_items(
    tx: Tx,
    project_id: ProjectId,
    *,
    after: UUID | None,
    limit: int,
    data: bool,
    state: str | None,
    label: str | None,
    split: str | None,
    external_id: str | None,
) -> list[Item]:
    """Items of a project by id. Payloads are read only when asked for: a list does not touch them otherwise."""
    tables, key = "items i", "i.id"
    wanted = ["i.tenant_id = %(tenant)s", "i.project_id = %(project)s"]
    if state == "withdrawn":
        wanted.append("i.withdrawn_at IS NOT NULL")
    elif state is not None and label is not None:
        wanted.append(f"{_STATE} = %(state)s")  # looked up one by one: they are few
    elif state is not None:
        # By way of the tasks, whose index knows the stage: a page of the few that are open costs as little as any other.
        tables, key = "tasks t JOIN items i ON i.tenant_id = t.tenant_id AND i.id = t.item_id", "t.item_id"
        wanted += [
            "i.withdrawn_at IS NULL",
            "t.tenant_id = %(tenant)s",
            "t.project_id = %(project)s",
            "t.purpose IN ('work', 'gold')",
            f"{_STAGE} = %(state)s",
        ]
    if split is not None:
        wanted.append("i.split = %(split)s")
    if external_id is not None:
        wanted.append("i.external_id = %(external)s")
    if label is not None:
        if after is not None:
            wanted.append("c.item_id > %(after)s")
        found = _LABELLED.format(wanted=" AND ".join(wanted), limit=int(limit))
        tables = f"({found}) AS f JOIN items i ON i.tenant_id = %(tenant)s AND i.id = f.item_id"
        wanted = ["true"]
    elif after is not None:
        wanted.append(f"{key} > %(after)s")
    return await tx.all(
        Item,
        f"""SELECT i.id, i.external_id, i.split, i.metadata, {"i.data" if data else "NULL AS data"}, {_STATE} AS state, i.created_at
              FROM {tables} WHERE {" AND ".join(wanted)} ORDER BY {key} LIMIT %(limit)s""",
        {
            "tenant": tx.tenant_id,
            "project": project_id,
            "after": after,
            "limit": limit,
            "state": state,
            "split": split,
            "label": label,
            "external": external_id,
        },
    )


async def find_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> Item | None:
    """One item with its payload."""
    return await tx.one(
        Item,
        f"""SELECT i.id, i.external_id, i.split, i.metadata, i.data, {_STATE} AS state, i.created_at
              FROM items i WHERE i.tenant_id = %(tenant)s AND i.project_id = %(project)s AND i.id = %(id)s""",
        {"tenant": tx.tenant_id, "project": project_id, "id": item_id},
    )


async def was_offered(tx: Tx, item_id: UUID) -> bool:
    """Whether the principal has, or had, a lease on this item."""
    return bool(
        await tx.value(
            """SELECT EXISTS (SELECT FROM tasks t JOIN leases l ON l.tenant_id = t.tenant_id AND l.task_id = t.id
                WHERE t.tenant_id = %(tenant)s AND t.item_id = %(item)s AND l.annotator_id = %(who)s)""",
            {"tenant": tx.tenant_id, "item": item_id, "who": tx.principal.member_id},
        )
    )


async def load_data(tx: Tx, project_id: ProjectId, item_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The payloads of some items."""
    rows = await tx.rows(
        "SELECT id, data FROM items WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = ANY (%(ids)s)",
        {"tenant": tx.tenant_id, "project": project_id, "ids": list(item_ids)},
    )
    return dict(rows)


async def withdraw_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> bool:
    """Withdraw one item and the tasks that offer it, and count both away. False when it was withdrawn before."""
    return bool(
        await tx.value(
            """WITH gone AS (
                   UPDATE items SET withdrawn_at = now()
                    WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(id)s AND withdrawn_at IS NULL RETURNING id
               ), rested AS (
                   UPDATE tasks t SET state = 'withdrawn' FROM gone
                    WHERE t.tenant_id = %(tenant)s AND t.item_id = gone.id AND t.state <> 'withdrawn'
                   RETURNING t.batch_id, (new.purpose = 'work')::integer AS task, (old.state = 'done')::integer AS done
               ), counted AS (
                   INSERT INTO project_counts AS c (tenant_id, project_id, shard, items, tasks, done)
                   SELECT %(tenant)s, %(project)s, pg_backend_pid() %% 16, -(SELECT count(*) FROM gone), -coalesce(sum(task), 0), -coalesce(sum(done), 0)
                     FROM rested
                       ON CONFLICT (tenant_id, project_id, shard) DO UPDATE
                      SET items = c.items + excluded.items, tasks = c.tasks + excluded.tasks, done = c.done + excluded.done
                   RETURNING shard
               ), batched AS (
                   INSERT INTO batch_counts AS b (tenant_id, batch_id, shard, tasks, done)
                   SELECT %(tenant)s, batch_id, shard, -sum(task), -sum(done) FROM counted, rested WHERE batch_id IS NOT NULL GROUP BY batch_id, shard
                       ON CONFLICT (tenant_id, batch_id, shard) DO UPDATE SET tasks = b.tasks + excluded.tasks, done = b.done + excluded.done
               )
               SELECT count(*) FROM gone""",
            {"tenant": tx.tenant_id, "project": project_id, "id": item_id},
        )
    )
