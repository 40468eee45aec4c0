"""Start an import: the file is in the store already; enter it and set the job going, in one transaction."""

from uuid import UUID

from qistas.core.errors import Fault, Invalid, Missing
from qistas.core.ids import ImportId, ProjectId
from qistas.db import Tx
from qistas.jobs import defer
from qistas.trust import Act, Permission, record, require

from . import store
from .types import Import, ImportOptions, ImportState

MAX_NAME = 200
MAX_PRIORITY = 1_000_000


async def start_import(
    tx: Tx,
    project_id: ProjectId,
    import_id: ImportId,
    *,
    name: str,
    blob_path: str,
    size: int,
    options: ImportOptions,
) -> Import:
    """Enter the file at `blob_path` as an import and defer `sources.ingest`. Raises Missing, Invalid, Conflict."""
    require(tx.principal, Permission.ITEM_IMPORT, project_id)
    check_options(options)
    if await store.find_target(tx, project_id, None, None) is None:
        raise Missing()
    batch = None
    if options.batch:
        batch = await store.ensure_batch(tx, project_id, options.batch, options.priority or 0)
    entry = {
        "id": import_id,
        "project": project_id,
        "batch": batch,
        "name": plain_name(name),
        "options": options.as_json(),
        "blob": blob_path,
        "bytes": size,
        "by": tx.principal.member_id,
    }
    await store.insert_import(tx, entry)
    await record(tx, Act.CONFIG_CHANGE, [import_id], what="import.start", project=str(project_id), bytes=size)
    await defer(
        tx, "sources.ingest", key=f"import:{import_id}", lock=f"import:{import_id}", import_id=import_id
    )
    found = await store.find_import(tx, import_id)
    assert found is not None
    return found


async def cancel_import(tx: Tx, project_id: ProjectId, import_id: UUID) -> Import:
    """Stop an import; what it added stays. One that has ended is left as it is."""
    require(tx.principal, Permission.ITEM_IMPORT, project_id)
    if await store.find_import(tx, import_id, project_id) is None:
        raise Missing()
    if await store.end_import(tx, import_id, ImportState.CANCELLED, "Cancelled. The rows added before stay."):
        await record(tx, Act.CONFIG_CHANGE, [import_id], what="import.cancel", project=str(project_id))
    found = await store.find_import(tx, import_id, project_id)
    assert found is not None
    return found


def check_options(options: ImportOptions) -> None:
    """Raise Invalid for options that could never be right."""
    faults: list[Fault] = []
    if options.batch is not None and not (
        1 <= len(options.batch.strip()) <= MAX_NAME and "\0" not in options.batch
    ):
        faults.append(
            Fault(
                "options.batch",
                "is not a name",
                f"Give 1 to {MAX_NAME} characters.",
                "name_length",
                {"most": MAX_NAME},
            )
        )
    if options.priority is not None and abs(options.priority) > MAX_PRIORITY:
        faults.append(
            Fault(
                "options.priority",
                "is out of range",
                f"Give a whole number within ±{MAX_PRIORITY:,}.",
                "priority_range",
                {"most": MAX_PRIORITY},
            )
        )
    if faults:
        raise Invalid("The options of the import are not valid.", faults)


def plain_name(name: str) -> str:
    """The last part of a file's name, fit to show: no folders, no control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c if c.isprintable() else "\ufffd" for c in last).encode("utf-8", "replace").decode()
    return shown[:MAX_NAME] or "upload"
