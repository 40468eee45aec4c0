"""The station's jobs by name."""

from uuid import UUID

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ExportId, VersionId
from qistas.jobs import JobContext, job

from .export import render_export
from .seal import seal


@job("datasets.seal", tries=10, wait_seconds=3)
async def run_seal(context: JobContext, *, tenant_id: str, version_id: str) -> None:
    """Seal one version; started again, it goes on after the last shard."""
    who = context.principal(tenant_id, "seal")
    await seal(context.db, open_blobs(context.blob_url), who, VersionId(UUID(version_id)))


@job("datasets.export", tries=10, wait_seconds=3)
async def run_export(context: JobContext, *, tenant_id: str, export_id: str) -> None:
    """Render one export; started again, it gives the same file."""
    who = context.principal(tenant_id, "export")
    await render_export(context.db, open_blobs(context.blob_url), who, ExportId(UUID(export_id)))
