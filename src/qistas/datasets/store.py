"""The SQL of datasets, versions and exports, and of what a version is made from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.core.ids import DatasetId, ExportId, ProjectId, VersionId
from qistas.db import Tx

from .types import Dataset, Export, ExportState, Selection, Version

PAGE_BYTES = 16 * 2**20  # of payloads that are read at once, as they are stored (packed)

_VERSION = """id, dataset_id, project_id, number, state, selection, splits, seed, note, items, progress, hash, manifest, detail, fault,
       created_by, created_at, sealed_at"""
_LISTED = _VERSION.replace("manifest,", "NULL::jsonb AS manifest,")
_EXPORT = """id, version_id, project_id, format, options, state, rows, bytes, sha256, blob_path, file_name, detail, fault, created_at,
       ended_at"""


async def project_exists(tx: Tx, project_id: ProjectId) -> bool:
    """Whether the tenant has this project."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT FROM projects WHERE tenant_id = %(tenant)s AND id = %(id)s)",
            {"tenant": tx.tenant_id, "id": project_id},
        )
    )


async def insert_dataset(tx: Tx, project_id: ProjectId, name: str) -> Dataset:
    """A new dataset, or Conflict (raised by the door) when the name is taken."""
    found = await tx.one(
        Dataset,
        """INSERT INTO datasets (tenant_id, project_id, name, created_by) VALUES (%(tenant)s, %(project)s, %(name)s, %(by)s)
           RETURNING id, project_id, name, created_at""",
        {"tenant": tx.tenant_id, "project": project_id, "name": name, "by": tx.principal.member_id},
    )
    assert found is not None
    return found


async def list_datasets(tx: Tx, project_id: ProjectId, before: UUID | None, limit: int) -> list[Dataset]:
    """Datasets of a project, newest first."""
    return await tx.all(
        Dataset,
        """SELECT id, project_id, name, created_at FROM datasets WHERE tenant_id = %(tenant)s AND project_id = %(project)s
              AND (%(before)s::uuid IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s""",
        {"tenant": tx.tenant_id, "project": project_id, "before": before, "limit": limit},
    )


async def find_dataset(
    tx: Tx, project_id: ProjectId, dataset_id: UUID, *, lock: bool = False
) -> Dataset | None:
    """One dataset of a project; locked, its next number is ours to give."""
    return await tx.one(
        Dataset,
        f"""SELECT id, project_id, name, created_at FROM datasets WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND id = %(id)s
            {"FOR UPDATE" if lock else ""}""",
        {"tenant": tx.tenant_id, "project": project_id, "id": dataset_id},
    )


async def insert_version(tx: Tx, dataset: Dataset, asked: dict[str, Any]) -> Version:
    """The next version of a dataset, to be sealed. The dataset is locked by the caller."""
    found = await tx.one(
        Version,
        f"""INSERT INTO dataset_versions (tenant_id, dataset_id, project_id, number, selection, splits, seed, note, created_by)
            SELECT %(tenant)s, %(dataset)s, %(project)s, coalesce(max(number), 0) + 1, %(selection)s, %(splits)s, %(seed)s, %(note)s, %(by)s
              FROM dataset_versions WHERE tenant_id = %(tenant)s AND dataset_id = %(dataset)s
            RETURNING {_VERSION}""",
        {
            "tenant": tx.tenant_id,
            "dataset": dataset.id,
            "project": dataset.project_id,
            "by": tx.principal.member_id,
            "selection": Jsonb(asked["selection"]),
            "splits": Jsonb(asked["splits"]),
            "seed": asked["seed"],
            "note": asked["note"],
        },
    )
    assert found is not None
    return found


async def list_versions(tx: Tx, dataset_id: DatasetId, before: int | None, limit: int) -> list[Version]:
    """Versions of a dataset, newest first, without their manifests."""
    return await tx.all(
        Version,
        f"""SELECT {_LISTED} FROM dataset_versions WHERE tenant_id = %(tenant)s AND dataset_id = %(dataset)s
             AND (%(before)s::integer IS NULL OR number < %(before)s) ORDER BY number DESC LIMIT %(limit)s""",
        {"tenant": tx.tenant_id, "dataset": dataset_id, "before": before, "limit": limit},
    )


async def find_version(
    tx: Tx, version_id: UUID, project_id: ProjectId | None = None, dataset_id: UUID | None = None
) -> Version | None:
    """One version with its manifest."""
    return await tx.one(
        Version,
        f"""SELECT {_VERSION} FROM dataset_versions WHERE tenant_id = %(tenant)s AND id = %(id)s
             AND (%(project)s::uuid IS NULL OR project_id = %(project)s) AND (%(dataset)s::uuid IS NULL OR dataset_id = %(dataset)s)""",
        {"tenant": tx.tenant_id, "id": version_id, "project": project_id, "dataset": dataset_id},
    )


async def keep_progress(tx: Tx, version_id: VersionId, progress: int, manifest: dict[str, Any]) -> bool:
    """Note the shards written so far. False when the version is not being sealed any more."""
    return bool(
        await tx.run(
            """UPDATE dataset_versions SET progress = %(progress)s, items = %(progress)s, manifest = %(manifest)s
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'sealing'""",
            {"tenant": tx.tenant_id, "id": version_id, "progress": progress, "manifest": Jsonb(manifest)},
        )
    )


async def seal_version(
    tx: Tx, version_id: VersionId, items: int, hash: bytes, manifest: dict[str, Any]
) -> bool:
    """Close a version for ever."""
    return bool(
        await tx.run(
            """UPDATE dataset_versions SET state = 'sealed', items = %(items)s, progress = %(items)s, hash = %(hash)s,
                      manifest = %(manifest)s, sealed_at = now(), detail = ''
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'sealing'""",
            {
                "tenant": tx.tenant_id,
                "id": version_id,
                "items": items,
                "hash": hash,
                "manifest": Jsonb(manifest),
            },
        )
    )


async def fail_version(tx: Tx, version_id: VersionId, detail: str, fault: str) -> None:
    """Say why a version could not be sealed."""
    await tx.run(
        """UPDATE dataset_versions SET state = 'failed', detail = %(detail)s, fault = %(fault)s, manifest = NULL
            WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'sealing'""",
        {"tenant": tx.tenant_id, "id": version_id, "detail": detail[:2000], "fault": fault},
    )


async def reopen_version(tx: Tx, version_id: VersionId) -> bool:
    """Let a failed version be sealed from its beginning. False when it has not failed."""
    return bool(
        await tx.run(
            """UPDATE dataset_versions SET state = 'sealing', detail = '', fault = '', manifest = NULL, items = 0, progress = 0
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state = 'failed'""",
            {"tenant": tx.tenant_id, "id": version_id},
        )
    )


async def end_lost_versions(tx: Tx, detail: str, fault: str) -> list[UUID]:
    """Fail, in every tenant, versions being sealed for which there is no job. A version and its job are made in one transaction."""
    rows = await tx.rows(
        """UPDATE dataset_versions v SET state = 'failed', detail = %(detail)s, fault = %(fault)s, manifest = NULL
            WHERE v.state = 'sealing'
              AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs j WHERE j.lock = core.lock_of(v.tenant_id, 'seal:' || v.id) AND j.status IN ('todo', 'doing'))
        RETURNING v.id""",
        {"detail": detail, "fault": fault},
    )
    return [row[0] for row in rows]


async def end_lost_exports(tx: Tx, detail: str, fault: str) -> list[UUID]:
    """Fail, in every tenant, exports under way for which there is no job."""
    rows = await tx.rows(
        """UPDATE exports e SET state = 'failed', detail = %(detail)s, fault = %(fault)s, ended_at = now()
            WHERE e.state IN ('queued', 'running')
              AND NOT EXISTS (SELECT FROM jobs.procrastinate_jobs j WHERE j.lock = core.lock_of(e.tenant_id, 'export:' || e.id) AND j.status IN ('todo', 'doing'))
        RETURNING e.id""",
        {"detail": detail, "fault": fault},
    )
    return [row[0] for row in rows]


async def page_of_items(
    tx: Tx, project_id: ProjectId, selection: Selection, after: UUID | None, limit: int, *, payload: bool
) -> list[tuple[UUID, bytes, str | None, str | None, dict[str, Any], dict[str, Any]]]:
    """(id, content hash, external id, split, metadata, data) of items after `after`, without withdrawn ones.

    Up to `limit` of them, and with their payloads no more than `PAGE_BYTES` of these as they are stored: at least one.
    """
    wanted = ["i.tenant_id = %(tenant)s", "i.project_id = %(project)s", "i.withdrawn_at IS NULL"]
    if after is not None:
        wanted.append("i.id > %(after)s")
    if selection.split is not None:
        wanted.append("i.split = %(split)s")
    if selection.metadata:
        wanted.append(
            """NOT EXISTS (SELECT FROM jsonb_each_text(%(metadata)s) w WHERE i.metadata ->> w.key IS DISTINCT FROM w.value)"""
        )
    if selection.exclude_gold:
        wanted.append(
            """NOT EXISTS (SELECT FROM gold g WHERE g.tenant_id = i.tenant_id AND g.project_id = i.project_id AND g.item_id = i.id
                              AND g.removed_at IS NULL)"""
        )
    found = f"FROM items i WHERE {' AND '.join(wanted)}"
    within = f"""AND i.id <= (
             SELECT p.id FROM (SELECT i.id, row_number() OVER inorder AS place, sum(pg_column_size(i.data)) OVER inorder AS size
                                 {found} WINDOW inorder AS (ORDER BY i.id ROWS UNBOUNDED PRECEDING) ORDER BY i.id LIMIT %(limit)s) p
              WHERE p.size <= %(bytes)s OR p.place = 1 ORDER BY p.id DESC LIMIT 1)"""
    return await tx.rows(
        f"""SELECT i.id, i.content_hash, i.external_id, i.split, i.metadata, {"i.data" if payload else "'{}'::jsonb"}
              {found} {within if payload else ""} ORDER BY i.id LIMIT %(limit)s""",
        {
            "tenant": tx.tenant_id,
            "bytes": PAGE_BYTES,
            "project": project_id,
            "after": after,
            "limit": limit,
            "split": selection.split,
            "metadata": Jsonb(selection.metadata),
        },
    )


async def consensus_of(
    tx: Tx, items: Sequence[UUID]
) -> list[tuple[UUID, str, dict[str, Any], float, float, int, str, list[UUID]]]:
    """(item, question, value, confidence, doubt, support, method, inputs) of these items."""
    return await tx.rows(
        """SELECT item_id, question, value, confidence, doubt, support, method, inputs FROM consensus
            WHERE tenant_id = %(tenant)s AND item_id = ANY (%(items)s) ORDER BY item_id, question""",
        {"tenant": tx.tenant_id, "items": items},
    )


async def adjudications_of(tx: Tx, items: Sequence[UUID]) -> list[tuple[UUID, UUID, dict[str, Any]]]:
    """(item, adjudication, answer) of these items, older ones first."""
    return await tx.rows(
        """SELECT item_id, id, answer FROM adjudications WHERE tenant_id = %(tenant)s AND item_id = ANY (%(items)s)
            ORDER BY item_id, id""",
        {"tenant": tx.tenant_id, "items": items},
    )


async def annotators_of(
    tx: Tx, project_id: ProjectId, items: Sequence[UUID]
) -> list[tuple[UUID, UUID, UUID]]:
    """(item, annotation, annotator) of every annotation of these items."""
    return await tx.rows(
        """SELECT item_id, id, annotator_id FROM annotations
            WHERE tenant_id = %(tenant)s AND project_id = %(project)s AND item_id = ANY (%(items)s)""",
        {"tenant": tx.tenant_id, "project": project_id, "items": items},
    )


async def insert_export(tx: Tx, version: Version, format: str, options: dict[str, Any]) -> Export:
    """An export to be rendered."""
    found = await tx.one(
        Export,
        f"""INSERT INTO exports (tenant_id, version_id, project_id, format, options, created_by)
            VALUES (%(tenant)s, %(version)s, %(project)s, %(format)s, %(options)s, %(by)s) RETURNING {_EXPORT}""",
        {
            "tenant": tx.tenant_id,
            "version": version.id,
            "project": version.project_id,
            "format": format,
            "options": Jsonb(options),
            "by": tx.principal.member_id,
        },
    )
    assert found is not None
    return found


async def find_same_export(
    tx: Tx, version_id: VersionId, format: str, options: dict[str, Any]
) -> Export | None:
    """An export of the same version into the same form that has not failed: the file would be the same to the byte."""
    return await tx.one(
        Export,
        f"""SELECT {_EXPORT} FROM exports WHERE tenant_id = %(tenant)s AND version_id = %(version)s AND format = %(format)s
             AND options = %(options)s AND state <> 'failed' ORDER BY id LIMIT 1""",
        {"tenant": tx.tenant_id, "version": version_id, "format": format, "options": Jsonb(options)},
    )


async def find_export(tx: Tx, export_id: UUID, project_id: ProjectId | None = None) -> Export | None:
    """One export."""
    return await tx.one(
        Export,
        f"""SELECT {_EXPORT} FROM exports WHERE tenant_id = %(tenant)s AND id = %(id)s
             AND (%(project)s::uuid IS NULL OR project_id = %(project)s)""",
        {"tenant": tx.tenant_id, "id": export_id, "project": project_id},
    )


async def advance_export(tx: Tx, export_id: ExportId, rows: int) -> None:
    """How many rows have been rendered."""
    await tx.run(
        """UPDATE exports SET state = 'running', rows = %(rows)s
            WHERE tenant_id = %(tenant)s AND id = %(id)s AND state IN ('queued', 'running')""",
        {"tenant": tx.tenant_id, "id": export_id, "rows": rows},
    )


async def end_export(
    tx: Tx,
    export_id: ExportId,
    state: ExportState,
    *,
    rows: int = 0,
    size: int = 0,
    sha256: bytes | None = None,
    path: str | None = None,
    file_name: str | None = None,
    detail: str = "",
    fault: str = "",
) -> bool:
    """Close an export."""
    return bool(
        await tx.run(
            """UPDATE exports SET state = %(state)s, rows = %(rows)s, bytes = %(size)s, sha256 = %(sha256)s, blob_path = %(path)s,
                      file_name = %(name)s, detail = %(detail)s, fault = %(fault)s, ended_at = now()
                WHERE tenant_id = %(tenant)s AND id = %(id)s AND state IN ('queued', 'running')""",
            {
                "tenant": tx.tenant_id,
                "id": export_id,
                "state": state,
                "rows": rows,
                "size": size,
                "sha256": sha256,
                "path": path,
                "name": file_name,
                "detail": detail[:2000],
                "fault": fault,
            },
        )
    )
