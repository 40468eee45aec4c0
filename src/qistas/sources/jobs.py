"""The station's jobs by name."""

import logging
from uuid import UUID

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ImportId
from qistas.jobs import JobContext, job, schedule

from .give_up import end_lost, give_up_import, sweep_uploads
from .ingest import ingest

log = logging.getLogger("qistas.sources")


async def give_up_ingest(
    context: JobContext, error: BaseException, *, tenant_id: str, import_id: str
) -> None:
    """Tell those who wait that the import was given up."""
    await give_up_import(context.db, context.principal(tenant_id, "import"), ImportId(UUID(import_id)), error)


@job("sources.ingest", tries=10, wait_seconds=3, give_up=give_up_ingest)
async def run_ingest(context: JobContext, *, tenant_id: str, import_id: str) -> None:
    """Read one uploaded file; started again, it goes on where it was."""
    who = context.principal(tenant_id, "import")
    await ingest(
        context.db, open_blobs(context.blob_url), who, ImportId(UUID(import_id)), context.max_image_pixels
    )


@schedule("sources.end_lost", every_seconds=30)
async def sweep(context: JobContext) -> None:
    """End imports that no job works on any more, and let go of files kept too long."""
    for import_id in await end_lost(context.db, open_blobs(context.blob_url)):
        log.error("import %s had no job any more: ended as failed, to be tried again", import_id)


@schedule("sources.sweep_uploads", every_seconds=6 * 3600)
async def sweep_files(context: JobContext) -> None:
    """Delete what killed processes left of uploads."""
    if swept := await sweep_uploads(context.db, open_blobs(context.blob_url)):
        log.warning("deleted %s files that killed processes had left of uploads", swept)
