"""The station's jobs by name."""

from uuid import UUID

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ImportId
from qistas.jobs import JobContext, job

from .ingest import ingest


@job("sources.ingest", tries=10, wait_seconds=3)
async def run_ingest(context: JobContext, *, tenant_id: str, import_id: str) -> None:
    """Read one uploaded file; started again, it goes on where it was."""
    who = context.principal(tenant_id, "import")
    await ingest(
        context.db, open_blobs(context.blob_url), who, ImportId(UUID(import_id)), context.max_image_pixels
    )
