"""A project with answers in it, as the stations before datasets leave it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from tests.conftest import Tenant

from qistas.connectors.blobs import BlobStore, open_blobs
from qistas.core.canonical import content_hash
from qistas.core.ids import ProjectId, uuid7
from qistas.core.principal import Principal, Role
from qistas.datasets import (
    Export,
    Selection,
    Splits,
    Version,
    get_export,
    get_version,
    make_dataset,
    render_export,
    seal,
    start_export,
    start_seal,
)
from qistas.db import Database
from qistas.ontology import parse_ontology


@dataclass(slots=True)
class Yard:
    """One project of one tenant with annotators, to put items and answers into."""

    db: Database
    tenant: Tenant
    who: Principal
    project: ProjectId
    blobs: BlobStore
    annotators: list[Principal]
    dataset: UUID

    async def item(
        self,
        data: dict[str, Any],
        *,
        metadata: dict[str, Any] | None = None,
        split: str | None = None,
        external_id: str | None = None,
    ) -> UUID:
        """An item with its task."""
        item = uuid7()
        async with self.db.tenant_tx(self.who) as tx:
            await tx.run(
                """INSERT INTO items (tenant_id, id, project_id, content_hash, data, metadata, split, external_id)
                   VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
                (
                    self.tenant.id,
                    item,
                    self.project,
                    content_hash(data),
                    Jsonb(data),
                    Jsonb(metadata or {}),
                    split,
                    external_id,
                ),
            )
            await tx.run(
                "INSERT INTO tasks (tenant_id, project_id, item_id) VALUES (%s, %s, %s)",
                (self.tenant.id, self.project, item),
            )
        return item

    async def answer(
        self, item: UUID, by: Sequence[int], value: dict[str, Any], confidence: float = 0.9
    ) -> None:
        """Annotations of some annotators and the consensus of them, as quality would infer it."""
        inputs = []
        async with self.db.tenant_tx(self.who) as tx:
            task = await tx.value("SELECT id FROM tasks WHERE item_id = %s", (item,))
            for number in by:
                annotation = uuid7()
                inputs.append(annotation)
                await tx.run(
                    """INSERT INTO annotations (tenant_id, id, project_id, task_id, item_id, annotator_id, lease_id, ontology_version, answer, client_key)
                       VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s)""",
                    (
                        self.tenant.id,
                        annotation,
                        self.project,
                        task,
                        item,
                        self.annotators[number].member_id,
                        uuid7(),
                        Jsonb(value),
                        str(annotation),
                    ),
                )
            for question, one in value.items():
                await tx.run(
                    """INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, support, method, inputs)
                       VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'majority', %s)
                       ON CONFLICT (tenant_id, item_id, question) DO UPDATE SET value = excluded.value, inputs = excluded.inputs""",
                    (
                        self.tenant.id,
                        item,
                        question,
                        self.project,
                        Jsonb(one),
                        confidence,
                        1 - confidence,
                        len(by),
                        inputs,
                    ),
                )

    async def adjudicate(self, item: UUID, value: dict[str, Any]) -> None:
        """An expert's answer."""
        async with self.db.tenant_tx(self.who) as tx:
            await tx.run(
                """INSERT INTO adjudications (tenant_id, id, project_id, item_id, ontology_version, answer, decided_by)
                   VALUES (%s, %s, %s, %s, 1, %s, %s)""",
                (self.tenant.id, uuid7(), self.project, item, Jsonb(value), self.who.member_id),
            )

    async def start(self, selection: Selection | None = None, splits: Splits | None = None) -> Version:
        """Ask for a version."""
        async with self.db.tenant_tx(self.who) as tx:
            return await start_seal(
                tx, self.project, self.dataset, selection or Selection(), splits or Splits(), ""
            )

    async def seal(self, selection: Selection | None = None, splits: Splits | None = None) -> Version:
        """Ask for a version and seal it."""
        version = await self.start(selection, splits)
        await seal(self.db, self.blobs, self.who, version.id)
        async with self.db.tenant_tx(self.who) as tx:
            return await get_version(tx, self.project, self.dataset, version.id)

    async def export(self, version: Version, format: str, **options: Any) -> tuple[Export, bytes]:
        """Render a version, and its file."""
        async with self.db.tenant_tx(self.who) as tx:
            entry = await start_export(tx, self.project, self.dataset, version.id, format, options)
        await render_export(self.db, self.blobs, self.who, entry.id)
        async with self.db.tenant_tx(self.who) as tx:
            done = await get_export(tx, self.project, entry.id)
        assert done.blob_path is not None, done.detail
        return done, await self.blobs.get(done.blob_path)


async def make_yard(tenant: Tenant, folder: Path, document: dict[str, Any]) -> Yard:
    """A yard with this ontology."""
    project = ProjectId(uuid7())
    ontology = parse_ontology(document)
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "INSERT INTO projects (tenant_id, id, name, ontology_version) VALUES (%s, %s, 'P', 1)",
            (tenant.id, project),
        )
        await tx.run(
            "INSERT INTO ontology_versions (tenant_id, project_id, version, document, hash) VALUES (%s, %s, 1, %s, %s)",
            (tenant.id, project, Jsonb(document), bytes.fromhex(ontology.hash)),
        )
        made = await make_dataset(tx, project, "News / عناوين")
    annotators = [await tenant.member(Role.ANNOTATOR, f"a{n}") for n in range(3)]
    blobs = open_blobs((folder / "blobs").as_uri())
    return Yard(tenant.db, tenant, tenant.owner, project, blobs, annotators, made.id)


TOPIC: dict[str, Any] = {
    "format": 1,
    "name": "News",
    "languages": ["ar", "en"],
    "guideline": "Choose the topic.",
    "fields": [{"name": "text", "type": "text"}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "labels": [{"name": "sport"}, {"name": "football", "parent": "sport"}, {"name": "politics"}],
        },
        {"name": "why", "kind": "text", "required": False, "when": {"question": "topic", "is": ["politics"]}},
    ],
}


@pytest.fixture
async def yard(tenant: Tenant, tmp_path: Path) -> Yard:
    """A yard for topics of news."""
    return await make_yard(tenant, tmp_path, TOPIC)
