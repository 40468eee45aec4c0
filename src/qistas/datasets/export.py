"""Export: render a sealed version into a file, from its shards alone, so that the file is the same to the byte each time.

The file is rendered beside its place and put there whole. A worker that is killed begins again and gives the same file; the
file itself is fetched by ranges, so a broken download goes on.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Conflict, Fault, FileDamaged, Invalid, Missing
from qistas.core.ids import ExportId, ProjectId
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer
from qistas.ontology import Ontology, load_ontology
from qistas.trust import Act, Permission, record, require

from . import store
from .formats import FORMATS, Sealed
from .formats.base import NamedSink
from .seal import sealed_shards
from .shards import verify_shards
from .types import Export, ExportState, Version

PIECE = 1 << 20
TOLD_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class ExportFile:
    """The file of an export that is done."""

    path: str
    name: str
    media_type: str
    bytes: int
    sha256: str


async def start_export(
    tx: Tx, project_id: ProjectId, dataset_id: UUID, version_id: UUID, format: str, options: dict[str, Any]
) -> Export:
    """Enter an export and defer its rendering; one of the same version and form is given again. Raises Missing, Conflict, Invalid."""
    require(tx.principal, Permission.DATASET_EXPORT, project_id)
    version = await store.find_version(tx, version_id, project_id, dataset_id)
    if version is None:
        raise Missing()
    sealed_shards(tx.principal, version)
    renderer = FORMATS.get(format)
    if renderer is None:
        raise Invalid(
            "The format is not known.", [Fault("format", format[:40], f"Choose: {', '.join(FORMATS)}.")]
        )
    strange = [name for name in options if name not in renderer.options]
    if strange:
        known = ", ".join(sorted(renderer.options)) or "none"
        raise Invalid(
            "An option is not known.",
            [Fault(f"options.{n}"[:80], f"is no option of {format}", f"Known: {known}.") for n in strange],
        )
    renderer.check(await _ontology_of(tx, version), options)
    await record(
        tx, Act.ITEM_EXPORT, [version.id], format=format, items=version.items, project=str(project_id)
    )
    same = await store.find_same_export(tx, version.id, format, options)
    if same is not None:
        return same
    entry = await store.insert_export(tx, version, format, options)
    await defer(
        tx, "datasets.export", key=f"export:{entry.id}", lock=f"export:{entry.id}", export_id=entry.id
    )
    return entry


async def render_export(db: Database, blobs: BlobStore, who: Principal, export_id: ExportId) -> None:
    """Render one export to its end; one that can never be rendered ends as failed."""
    async with db.tenant_tx(who) as tx:
        entry = await store.find_export(tx, export_id)
        if entry is None or entry.state not in (ExportState.QUEUED, ExportState.RUNNING):
            return
        version = await store.find_version(tx, entry.version_id)
        if version is None or version.manifest is None:
            return
        ontology = await _ontology_of(tx, version)
        await store.advance_export(tx, export_id, 0)
    done = 0

    def told(rows: int) -> None:
        nonlocal done
        done = rows

    async def tell() -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY_SECONDS)
            async with db.tenant_tx(who) as tx:
                await store.advance_export(tx, export_id, done)

    sealed = Sealed(
        blobs,
        who.tenant_id,
        sealed_shards(who, version),
        version.manifest,
        (version.hash or b"").hex(),
        ontology,
        told,
    )
    path = blobs.path(who.tenant_id, "exports", str(export_id))
    renderer = FORMATS[entry.format]
    telling = asyncio.create_task(tell())
    try:
        with tempfile.TemporaryDirectory(prefix="qistas-export-") as folder:
            file = Path(folder) / "file"
            rows = await asyncio.to_thread(_render, file, sealed, entry)
            stored = await blobs.put_stream(path, _pieces(file))
    except (Invalid, FileDamaged) as error:
        async with db.tenant_tx(who) as tx:
            await store.end_export(tx, export_id, ExportState.FAILED, detail=str(error), fault=error.code)
        return
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    # The format is told where the suffix does not tell it already.
    extra = "" if renderer.suffix == f".{entry.format}" else f"-{entry.format}"
    name = f"{sealed.name}{extra}{renderer.suffix}"
    async with db.tenant_tx(who) as tx:
        await store.end_export(
            tx,
            export_id,
            ExportState.DONE,
            rows=rows,
            size=stored.size,
            sha256=stored.sha256,
            path=path,
            file_name=name,
            detail=" ".join(sealed.notes),
        )


def _render(path: Path, sealed: Sealed, entry: Export) -> int:
    verify_shards(sealed.blobs, sealed.shards)
    with path.open("wb", buffering=PIECE) as file:
        sink: BinaryIO = NamedSink(file)  # type: ignore[assignment]  # pyright: ignore
        return FORMATS[entry.format].render(sealed, entry.options, sink)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece


async def _ontology_of(tx: Tx, version: Version) -> Ontology:
    manifest = version.manifest or {}
    return (await load_ontology(tx, version.project_id, manifest["ontology"]["version"])).ontology


async def get_export(tx: Tx, project_id: ProjectId, export_id: UUID) -> Export:
    """One export and how far it has come. Raises Missing."""
    require(tx.principal, Permission.DATASET_VIEW, project_id)
    found = await store.find_export(tx, export_id, project_id)
    if found is None:
        raise Missing()
    return found


async def open_export(tx: Tx, project_id: ProjectId, export_id: UUID) -> ExportFile:
    """The file of an export that is done; fetching it is recorded. Raises Missing, Conflict."""
    require(tx.principal, Permission.DATASET_EXPORT, project_id)
    found = await store.find_export(tx, export_id, project_id)
    if found is None:
        raise Missing()
    if found.state != ExportState.DONE or found.blob_path is None or found.sha256 is None:
        raise Conflict("The file is not ready. Wait until the export is done.")
    await record(
        tx, Act.ITEM_EXPORT, [found.version_id], export=str(found.id), format=found.format, what="file"
    )
    return ExportFile(
        found.blob_path,
        found.file_name or "export",
        FORMATS[found.format].media_type,
        found.bytes,
        found.sha256.hex(),
    )
