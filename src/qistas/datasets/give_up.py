"""Give up: a seal or an export whose job has used up its tries, or has none any more, ends as failed and can be asked for again."""

from uuid import UUID

from qistas.core.errors import Conflict, Missing
from qistas.core.ids import ExportId, ProjectId, VersionId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer, given_up, lost
from qistas.trust import Act, Permission, record, require

from . import store
from .types import ExportState, Version, VersionState

SEAL = "The sealing"
EXPORT = "The export"


async def give_up_seal(db: Database, who: Principal, version_id: VersionId, error: BaseException) -> None:
    """End a sealing that failed each time."""
    why = given_up(SEAL, error)
    async with db.tenant_tx(who) as tx:
        await store.fail_version(tx, version_id, why.detail, why.fault)


async def give_up_export(db: Database, who: Principal, export_id: ExportId, error: BaseException) -> None:
    """End an export that failed each time; asking for the same again makes a new one."""
    why = given_up(EXPORT, error)
    async with db.tenant_tx(who) as tx:
        await store.end_export(tx, export_id, ExportState.FAILED, detail=why.detail, fault=why.fault)


async def end_lost(db: Database) -> list[UUID]:
    """End sealings and exports under way that have no job, in every tenant; → which."""
    seal, export = lost(SEAL), lost(EXPORT)
    async with db.system_tx(reason="datasets-without-a-job") as tx:
        versions = await store.end_lost_versions(tx, seal.detail, seal.fault)
        return versions + await store.end_lost_exports(tx, export.detail, export.fault)


async def retry_seal(tx: Tx, project_id: ProjectId, dataset_id: UUID, version_id: UUID) -> Version:
    """Seal a failed version after all, from what the selection gives now. Raises Missing, Conflict."""
    require(tx.principal, Permission.DATASET_SEAL, project_id)
    found = await store.find_version(tx, version_id, project_id, dataset_id)
    if found is None:
        raise Missing()
    if not await store.reopen_version(tx, found.id):
        if found.state == VersionState.SEALING:
            return found
        raise Conflict("The version is sealed: there is nothing to try again.")
    await record(tx, Act.CONFIG_CHANGE, [found.id], what="version.retry", dataset=str(dataset_id))
    await defer(tx, "datasets.seal", key=f"seal:{found.id}", lock=f"seal:{found.id}", version_id=found.id)
    found = await store.find_version(tx, version_id, project_id, dataset_id)
    assert found is not None
    return found
