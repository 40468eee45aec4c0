"""A project that items can be imported into, and the ways to import."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from tests.conftest import Tenant

from qistas.connectors.blobs import BlobStore, open_blobs
from qistas.core.ids import ImportId, ProjectId, uuid7
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.sources import Import, ImportOptions, get_import, ingest, start_import
from qistas.sources.store import list_refusals
from qistas.sources.types import ImportRefusal

TEXT = [{"name": "text", "type": "text", "required": True}]


@dataclass(frozen=True, slots=True)
class Bench:
    """One project of one tenant, with a folder for files."""

    db: Database
    who: Principal
    project: ProjectId
    blobs: BlobStore
    folder: Path

    async def upload(self, name: str, data: bytes, options: ImportOptions | None = None) -> ImportId:
        """Put a file into the store and enter it as an import."""
        import_id = ImportId(uuid7())
        path = self.blobs.path(self.who.tenant_id, "imports", str(import_id))

        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(data), 1 << 20):
                yield data[start : start + (1 << 20)]

        stored = await self.blobs.put_stream(path, pieces())
        async with self.db.tenant_tx(self.who) as tx:
            await start_import(
                tx,
                self.project,
                import_id,
                name=name,
                blob_path=path,
                size=stored.size,
                options=options or ImportOptions(),
            )
        return import_id

    async def run(self, import_id: ImportId) -> Import:
        """Run an import to its end."""
        await ingest(self.db, self.blobs, self.who, import_id, 64_000_000)
        async with self.db.tenant_tx(self.who) as tx:
            return await get_import(tx, self.project, import_id)

    async def take(self, name: str, data: bytes, **options: Any) -> Import:
        """Upload and run."""
        return await self.run(await self.upload(name, data, ImportOptions(**options)))

    async def refusals(self, one: Import) -> list[ImportRefusal]:
        """Everything it refused."""
        async with self.db.tenant_tx(self.who) as tx:
            return await list_refusals(tx, one.id, (-1, -1), 10_000)

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query; %(p)s is the project."""
        async with self.db.tenant_tx(self.who) as tx:
            return await tx.rows(sql, {"p": self.project})

    async def texts(self) -> list[str]:
        """The texts of the items, in order."""
        return [
            row[0]
            for row in await self.rows(
                "SELECT data ->> 'text' FROM items WHERE project_id = %(p)s ORDER BY id"
            )
        ]


async def make_project(
    tenant: Tenant, fields: list[dict[str, Any]], settings: dict[str, Any] | None = None
) -> ProjectId:
    """A project with an ontology of these fields."""
    project = ProjectId(uuid7())
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "INSERT INTO projects (tenant_id, id, name, settings, ontology_version) VALUES (%s, %s, 'P', %s, 1)",
            (tenant.id, project, Jsonb(settings or {"overlap": 2})),
        )
        await tx.run(
            "INSERT INTO ontology_versions (tenant_id, project_id, version, document, hash) VALUES (%s, %s, 1, %s, '')",
            (tenant.id, project, Jsonb({"format": 1, "fields": fields, "questions": []})),
        )
    return project


MakeBench = Callable[..., Awaitable[Bench]]


@pytest.fixture
def make_bench(tenant: Tenant, tmp_path: Path) -> MakeBench:
    """A bench for any fields."""

    async def make(
        fields: list[dict[str, Any]] | None = None, settings: dict[str, Any] | None = None
    ) -> Bench:
        project = await make_project(tenant, fields or TEXT, settings)
        return Bench(tenant.db, tenant.owner, project, open_blobs((tmp_path / "blobs").as_uri()), tmp_path)

    return make


@pytest.fixture
async def bench(make_bench: MakeBench) -> Bench:
    """A bench for items of one text."""
    return await make_bench()
