"""Builds what tests start from, through the same use-cases that the product uses."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from qistas.annotations import Receipt, submit_annotation
from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ImportId, ProjectId, uuid7
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.ontology import create_project
from qistas.sources import ImportOptions, add_items, ingest, start_import
from qistas.tasks import Offer, claim_tasks

TOPIC: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "labels": [{"name": "sport"}, {"name": "news"}, {"name": "art"}],
        }
    ],
}


async def make_project(
    db: Database, who: Principal, ontology: Mapping[str, Any] = TOPIC, **settings: Any
) -> ProjectId:
    """A project with this ontology and these settings."""
    async with db.tenant_tx(who) as tx:
        return (await create_project(tx, f"project {uuid7()}", ontology=ontology, settings=settings)).id


async def fill(
    db: Database, who: Principal, project: ProjectId, rows: Sequence[Mapping[str, Any]] | int
) -> list[UUID]:
    """Add items (a number: so many texts); all item ids of the project, in the order they were made."""
    data = [{"text": f"text {n}"} for n in range(rows)] if isinstance(rows, int) else rows

    async def lines() -> AsyncIterator[bytes]:
        for row in data:
            yield json.dumps(row, ensure_ascii=False).encode() + b"\n"

    with tempfile.TemporaryDirectory() as folder:
        blobs = open_blobs(Path(folder).as_uri())
        report = await add_items(db, blobs, who, project, lines(), 64_000_000)
    assert not report.refused, report.refused
    async with db.tenant_tx(who) as tx:
        found = await tx.rows(
            "SELECT item_id FROM tasks WHERE tenant_id = %s AND project_id = %s ORDER BY age",
            (who.tenant_id, project),
        )
    return [row[0] for row in found]


async def fill_batch(
    db: Database, who: Principal, project: ProjectId, batch: str, texts: Sequence[str]
) -> None:
    """Import texts into a batch of this name, made when it is not there."""
    data = b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)

    async def pieces() -> AsyncIterator[bytes]:
        yield data

    with tempfile.TemporaryDirectory() as folder:
        blobs, import_id = open_blobs(Path(folder).as_uri()), ImportId(uuid7())
        path = blobs.path(who.tenant_id, "imports", str(import_id))
        await blobs.put_stream(path, pieces())
        async with db.tenant_tx(who) as tx:
            await start_import(
                tx,
                project,
                import_id,
                name="texts.jsonl",
                blob_path=path,
                size=len(data),
                options=ImportOptions(batch=batch),
            )
        await ingest(db, blobs, who, import_id, 64_000_000)


async def claim(
    db: Database, who: Principal, project: ProjectId, limit: int = 1, holding: Sequence[UUID] = ()
) -> tuple[Offer, ...]:
    """The next offers for `who`."""
    async with db.tenant_tx(who) as tx:
        return (await claim_tasks(tx, project, limit, holding)).offers


async def submit(
    db: Database,
    who: Principal,
    project: ProjectId,
    offer: Offer,
    answer: dict[str, Any] | str,
    key: str | None = None,
) -> Receipt:
    """Submit an answer; a string is a topic."""
    full = {"topic": {"labels": [answer]}} if isinstance(answer, str) else answer
    async with db.tenant_tx(who) as tx:
        return await submit_annotation(
            tx, project, offer.lease_id, full, seconds=1.5, client_key=key or str(uuid7())
        )


async def task_rows(db: Database, who: Principal, project: ProjectId) -> list[dict[str, Any]]:
    """Every task of the project with its counters, oldest first."""
    async with db.tenant_tx(who) as tx:
        return await tx.dicts(
            "SELECT id, item_id, state, purpose, wanted, live, answers, skips, priority, doubt FROM tasks"
            " WHERE tenant_id = %s AND project_id = %s ORDER BY age",
            (who.tenant_id, project),
        )


async def counts(db: Database, who: Principal, project: ProjectId) -> dict[str, int]:
    """The project's counters, summed over their shards."""
    async with db.tenant_tx(who) as tx:
        rows = await tx.dicts(
            "SELECT sum(items) AS items, sum(tasks) AS tasks, sum(done) AS done, sum(consensus) AS consensus, sum(reviewed) AS reviewed"
            " FROM project_counts WHERE tenant_id = %s AND project_id = %s",
            (who.tenant_id, project),
        )
    return {key: int(value or 0) for key, value in rows[0].items()}


KEPT = """
SELECT '', coalesce(sum(tasks), 0)::bigint, coalesce(sum(done), 0)::bigint
  FROM project_counts WHERE tenant_id = %(tenant)s AND project_id = %(project)s
 UNION ALL
SELECT b.name, coalesce(sum(c.tasks), 0)::bigint, coalesce(sum(c.done), 0)::bigint
  FROM batches b LEFT JOIN batch_counts c ON c.tenant_id = b.tenant_id AND c.batch_id = b.id
 WHERE b.tenant_id = %(tenant)s AND b.project_id = %(project)s GROUP BY b.name
"""
COUNTED = """
SELECT '', count(*), count(*) FILTER (WHERE state = 'done')
  FROM tasks WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND purpose = 'work' AND state <> 'withdrawn'
 UNION ALL
SELECT b.name, count(t.id), count(t.id) FILTER (WHERE t.state = 'done')
  FROM batches b LEFT JOIN tasks t ON t.tenant_id = b.tenant_id AND t.batch_id = b.id AND t.purpose = 'work' AND t.state <> 'withdrawn'
 WHERE b.tenant_id = %(tenant)s AND b.project_id = %(project)s GROUP BY b.name
"""


async def kept_counts(db: Database, who: Principal, project: ProjectId) -> dict[str, tuple[int, int]]:
    """(tasks, done) of each batch by its name, and of the project under "", as kept; fails unless the tasks themselves say the same."""
    params = {"tenant": who.tenant_id, "project": project}
    async with db.tenant_tx(who) as tx:
        kept, counted = [
            {name: (tasks, done) for name, tasks, done in await tx.rows(sql, params)}
            for sql in (KEPT, COUNTED)
        ]
    assert kept == counted
    return kept
