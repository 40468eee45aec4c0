"""The station's jobs by name."""

import logging
from uuid import UUID

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ExportId, VersionId
from qistas.jobs import JobContext, job, schedule

from .export import render_export
from .give_up import end_lost, give_up_export, give_up_seal
from .seal import seal

log = logging.getLogger("qistas.datasets")


async def end_seal(context: JobContext, error: BaseException, *, tenant_id: str, version_id: str) -> None:
    """Tell those who wait that the sealing was given up."""
    await give_up_seal(context.db, context.principal(tenant_id, "seal"), VersionId(UUID(version_id)), error)


async def end_export(context: JobContext, error: BaseException, *, tenant_id: str, export_id: str) -> None:
    """Tell those who wait that the export was given up."""
    await give_up_export(context.db, context.principal(tenant_id, "export"), ExportId(UUID(export_id)), error)


@job("datasets.seal", tries=10, wait_seconds=3, give_up=end_seal)
async def run_seal(context: JobContext, *, tenant_id: str, version_id: str) -> None:
    """Seal one version; started again, it goes on after the last shard."""
    who = context.principal(tenant_id, "seal")
    await seal(context.db, open_blobs(context.blob_url), who, VersionId(UUID(version_id)))


@job("datasets.export", tries=10, wait_seconds=3, give_up=end_export)
async def run_export(context: JobContext, *, tenant_id: str, export_id: str) -> None:
    """Render one export; started again, it gives the same file."""
    who = context.principal(tenant_id, "export")
    await render_export(context.db, open_blobs(context.blob_url), who, ExportId(UUID(export_id)))


@schedule("datasets.end_lost", every_seconds=30)
async def sweep(context: JobContext) -> None:
    """End sealings and exports that no job works on any more."""
    for one in await end_lost(context.db):
        log.error("%s had no job any more: ended as failed, to be tried again", one)
