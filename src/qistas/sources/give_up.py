"""Give up: an import whose job has used up its tries, or has none any more, ends as failed and keeps its file to be tried again."""

from uuid import UUID

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Conflict, Missing
from qistas.core.ids import ImportId, ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer, given_up, lost
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Import, ImportState

KEEP_DAYS = 14
LEFT_HOURS = 48  # longer than any upload or preview takes
WHAT = "The import"


async def give_up_import(db: Database, who: Principal, import_id: ImportId, error: BaseException) -> None:
    """End an import that failed each time; the rows it added stay, and its file is kept."""
    why = given_up(WHAT, error)
    async with db.tenant_tx(who) as tx:
        await store.end_import(tx, import_id, ImportState.FAILED, why.detail, why.fault, resumable=True)


async def end_lost(db: Database, blobs: BlobStore) -> list[UUID]:
    """End imports under way that have no job, in every tenant, and delete files that were kept long enough; → the former."""
    why = lost(WHAT)
    async with db.system_tx(reason="imports-without-a-job") as tx:
        ended = await store.end_lost_imports(tx, why.detail, why.fault)
        old = await store.old_files(tx, KEEP_DAYS)
    for tenant_id, import_id, path in old:
        async with db.system_tx(reason="files-kept-too-long") as tx:
            forgotten = await store.forget_file(tx, tenant_id, import_id)
        if forgotten:
            await blobs.delete(path)
    return ended


async def sweep_uploads(db: Database, blobs: BlobStore) -> int:
    """Delete what killed processes left of uploads in every tenant: files no import needs, previews, parts; → how many."""
    async with db.system_tx(reason="files-left-behind") as tx:
        tenants = await store.all_tenants(tx)
    swept = 0
    for tenant_id in tenants:
        old = await blobs.older_than(blobs.path(tenant_id, "previews"), LEFT_HOURS)
        uploads = await blobs.older_than(blobs.path(tenant_id, "imports"), LEFT_HOURS)
        if uploads:
            async with db.system_tx(reason="files-left-behind") as tx:
                needed = await store.needed_files(tx, tenant_id, uploads)
            old += [path for path in uploads if path not in needed]
        for path in old:
            await blobs.delete(path)
        swept += len(old)
    return swept


async def retry_import(tx: Tx, project_id: ProjectId, import_id: UUID) -> Import:
    """Take a given-up import up again, where it stopped. Raises Missing, Conflict."""
    require(tx.principal, Permission.ITEM_IMPORT, project_id)
    found = await store.find_import(tx, import_id, project_id)
    if found is None:
        raise Missing()
    if not await store.resume_import(tx, import_id):
        if found.state in (ImportState.QUEUED, ImportState.RUNNING):
            return found
        raise Conflict("The file of this import is not kept any more. Send it again: nothing is added twice.")
    await record(tx, Act.CONFIG_CHANGE, [import_id], what="import.retry", project=str(project_id))
    await defer(
        tx, "sources.ingest", key=f"import:{import_id}", lock=f"import:{import_id}", import_id=import_id
    )
    found = await store.find_import(tx, import_id, project_id)
    assert found is not None
    return found
