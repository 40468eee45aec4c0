"""Add items from a stream of JSON lines, without an import: what a program sends, row by row."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import Act, Permission, record, require

from . import store
from .chunk import CHUNK_BYTES, Chunk
from .formats.json_row import parse_row
from .formats.reader import too_long
from .images import ImageReader
from .ingest import plan_anew_if_changed, raw_of
from .keep_images import keep_images
from .mapping import DraftMaker, make_plan, ready
from .types import MAX_ROW_BYTES, Added, ImportOptions, Record, Refusal, Target

CHUNK_ROWS = 5_000
MAX_TOLD = 1_000


@dataclass(slots=True)
class AddReport:
    """What became of a stream. `refusals` tells the first thousand faults; `refused` counts the rows."""

    added: int = 0
    duplicate: int = 0
    refused: int = 0
    refusals: list[tuple[int, Refusal]] = field(default_factory=list[tuple[int, Refusal]])

    def refuse(self, rows: int, faults: list[tuple[int, Refusal]]) -> None:
        """Count refused rows, and tell their faults while there is room."""
        self.refused += rows
        self.refusals += faults[: max(0, MAX_TOLD - len(self.refusals))]


async def add_items(
    db: Database,
    blobs: BlobStore,
    who: Principal,
    project_id: ProjectId,
    body: AsyncIterator[bytes],
    max_pixels: int,
) -> AddReport:
    """Add one item for each line of `body`: `{"data": {…}, "external_id"?, "split"?, "metadata"?}`, or the fields themselves.

    Every few thousand rows are kept as they come; sending the same rows again adds nothing twice.
    """
    require(who, Permission.ITEM_IMPORT, project_id)
    async with db.tenant_tx(who) as tx:
        target = await store.find_target(tx, project_id, None, None)
    if target is None:
        raise Missing()
    if not target.fields:
        raise Invalid(
            "The project has no ontology yet, so it is not known what an item holds. Publish one first."
        )
    report = AddReport()
    async with ImageReader(max_pixels) as images:
        adding = _Adding(db, blobs, who, project_id, target, images, report)
        line, size = 0, 0
        rows: list[tuple[int, bytes]] = []
        async for raw in _lines(body):
            line += 1
            if raw is None or len(raw) > MAX_ROW_BYTES:
                report.refuse(1, [(line, too_long(MAX_ROW_BYTES + 1, MAX_ROW_BYTES))])
                continue
            if not raw or raw.isspace():
                continue
            rows.append((line, raw))
            size += len(raw)
            if len(rows) >= CHUNK_ROWS or size >= CHUNK_BYTES:
                await adding.store(rows)
                rows, size = [], 0
        if rows:
            await adding.store(rows)
    async with db.tenant_tx(who) as tx:
        await plan_anew_if_changed(tx, project_id, target)
    return report


class _Adding:
    """One stream on its way in; the plan is made from the first rows of it."""

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        who: Principal,
        project_id: ProjectId,
        target: Target,
        images: ImageReader,
        report: AddReport,
    ) -> None:
        self._db, self._blobs, self._who, self._images = db, blobs, who, images
        self._project_id = project_id
        self._target = target
        self._report = report
        self._maker: DraftMaker | None = None
        self._texts_only = all(spec.type != "json" for spec in target.fields)

    async def store(self, rows: list[tuple[int, bytes]]) -> Added:
        """Store some lines in one transaction."""
        chunk = Chunk()
        parsed: list[tuple[int, Record]] = []
        for line, raw in rows:
            found = parse_row(raw)
            if isinstance(found, Refusal):
                chunk.refuse(line, found)
            else:
                parsed.append((line, found))
        maker = self._maker_for(parsed)
        for line, row in parsed:
            plain = maker.quick(row)
            if plain is not None:
                chunk.keep(plain)
                continue
            draft = maker.make(row)
            if isinstance(draft, list):
                chunk.refuse(line, [replace(r, raw=r.raw or raw_of(row)) for r in draft])
            elif draft.pictures:
                chunk.drafts.append((line, draft))
            else:
                done = ready(draft, texts_only=self._texts_only)
                if isinstance(done, Refusal):
                    chunk.refuse(line, done)
                else:
                    chunk.keep(done)
        if chunk.drafts:
            await keep_images(self._db, self._blobs, self._who, self._images, chunk)
        added = await self._keep(chunk)
        report = self._report
        report.added += added.added
        report.duplicate += added.duplicate
        report.refuse(chunk.refused, [(line, r) for line, _, r in chunk.refusals])
        return added

    async def _keep(self, chunk: Chunk) -> Added:
        if not chunk.rows:
            return Added(0, chunk.duplicate)
        async with self._db.tenant_tx(self._who) as tx:
            if chunk.images:
                await store.insert_images(tx, chunk.images)
            target = await store.find_target(tx, self._project_id, None, None)
            added, ids = await store.add_items(
                tx, self._project_id, target or self._target, None, chunk.copied
            )
            if added:
                await store.count_items(tx, self._project_id, None, added)
                await record(tx, Act.ITEM_CREATE, ids, project=str(self._project_id))
        return Added(added, chunk.rows - added + chunk.duplicate)

    def _maker_for(self, parsed: list[tuple[int, Record]]) -> DraftMaker:
        if self._maker is None:
            sample = [record for _, record in parsed[:50]]
            columns = list(dict.fromkeys(name for record in sample for name in record))
            self._maker = DraftMaker(make_plan(self._target.fields, columns, ImportOptions(), sample))
        return self._maker


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """The lines of a stream; None for one beyond the limit, of which no more than the limit is ever held."""
    held: list[bytes] = []
    size = 0
    async for piece in body:
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            size += end - start
            if size > MAX_ROW_BYTES:
                yield None
            else:
                held.append(piece[start:end])
                yield b"".join(held)
            held, size, start = [], 0, end + 1
        size += len(piece) - start
        if size <= MAX_ROW_BYTES:
            held.append(piece[start:])
        else:
            held = []
    if size > MAX_ROW_BYTES:
        yield None
    elif size:
        yield b"".join(held)
