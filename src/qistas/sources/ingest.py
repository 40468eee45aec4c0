"""Ingest: read an uploaded file row by row, keep the good rows as items, and say of every other row what is wrong with it.

Rows go in by the thousand. Each transaction stores rows, their refusals, the counters and the place in the file together,
so a worker killed at any moment goes on at the last of them, and the counters are right. While the database takes two
chunks, a thread reads the next. Content that is there already is counted and passed over.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO, TypeVar

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import FileInvalid, Invalid, Missing
from qistas.core.ids import ImportId, ProjectId, Uuid7Series
from qistas.core.principal import Principal
from qistas.db import Database, Tx
from qistas.jobs import defer
from qistas.trust import Act, record

from . import store
from .chunk import CHUNK_BYTES, CHUNK_ROWS, Chunk
from .detect import SAMPLE_BYTES, Detected, detect
from .formats import Reader, Row, break_off, let_go, open_reader, read_again, shown
from .images import ImageReader
from .keep_images import keep_images
from .mapping import DraftMaker, Plan, make_plan, ready
from .types import Format, Import, ImportOptions, ImportState, Position, Refusal, Target

log = logging.getLogger("qistas.sources")

Result = TypeVar("Result")
SAMPLE_ROWS = 50
CHUNK_SECONDS = 5.0  # a chunk of slow rows (images) ends early, so that progress is seen


async def ingest(
    db: Database, blobs: BlobStore, who: Principal, import_id: ImportId, max_pixels: int
) -> None:
    """Run one import to its end. A file that cannot be read at all ends it as failed; nothing is raised for that."""
    async with db.tenant_tx(who) as tx:
        entry = await store.find_import(tx, import_id)
        if entry is None or entry.blob_path is None:
            return
        begun = await store.begin_import(tx, import_id, None)
        options = ImportOptions.from_json(entry.options)
        target = await store.find_target(tx, entry.project_id, entry.batch_id, options.priority)
    if not begun and _over(entry):  # a worker before us may have died between the end and this
        await blobs.delete(entry.blob_path)
    if not begun or target is None:
        return
    path = entry.blob_path
    try:
        source = await asyncio.to_thread(blobs.open, path)
        try:
            async with ImageReader(max_pixels) as images:
                await _Run(db, blobs, who, entry, options, target, images).read(source)
        finally:
            source.close()
    except _EndedError:
        log.info("import %s was ended while it ran", import_id)
    except (Invalid, Missing) as error:
        async with db.tenant_tx(who) as tx:
            await store.end_import(tx, import_id, ImportState.FAILED, str(error), error.code)
    async with db.tenant_tx(who) as tx:
        entry = await store.find_import(tx, import_id)
        if entry is not None:
            await plan_anew_if_changed(tx, entry.project_id, target)
    # A fault that a retry may cure is raised above and keeps the file; so do another worker that has gone ahead, and giving up.
    if entry is not None and _over(entry):
        await blobs.delete(path)


async def plan_anew_if_changed(tx: Tx, project_id: ProjectId, begun: Target) -> None:
    """Where the overlap is another than it was at the beginning, tasks made after the change was applied are planned once more."""
    now = await store.find_target(tx, project_id, None, None)
    if now is not None and now.wanted != begun.wanted:
        key = f"replan:{project_id}"
        await defer(tx, "tasks.replan", key=key, lock=key, project_id=project_id)


def _over(entry: Import) -> bool:
    """Whether the import has ended and will not be taken up again: nobody needs its file."""
    return entry.state not in (ImportState.QUEUED, ImportState.RUNNING) and not entry.resumable


class _Run:
    """One run over one file."""

    def __init__(
        self,
        db: Database,
        blobs: BlobStore,
        who: Principal,
        entry: Import,
        options: ImportOptions,
        target: Target,
        images: ImageReader,
    ) -> None:
        self._db = db
        self._blobs = blobs
        self._who = who
        self._entry = entry
        self._options = options
        self._target = target
        self._images = images
        # One thread for the whole run: memory that each of many would keep for itself adds up.
        self._thread = ThreadPoolExecutor(1, "ingest")

    async def read(self, source: BinaryIO) -> None:
        start = Position(int(self._entry.position.get("offset", 0)), int(self._entry.position.get("line", 0)))
        reader, maker, how, texts_only = await self._in_thread(self._prepare, source, start)
        async with self._db.tenant_tx(self._who) as tx:
            await store.begin_import(tx, self._entry.id, how.format)
        rows, ids = iter(reader), Uuid7Series()

        def read_on(before: Chunk | None) -> asyncio.Future[Chunk]:
            met = before.hashes if before is not None else set[bytes]()
            ids.begin()
            return self._in_thread(_read_chunk, reader, rows, maker, texts_only, Chunk(ids), met)

        # One chunk is read while the two before it are stored, side by side but committed in order.
        coming = read_on(None)
        storing: list[asyncio.Future[None]] = []
        try:
            while True:
                chunk = await coming
                if chunk.drafts:
                    await asyncio.gather(*storing)
                    await keep_images(self._db, self._blobs, self._who, self._images, chunk)
                if not chunk.last and chunk.fault is None:
                    coming = read_on(chunk)
                while len(storing) > 1:
                    await storing.pop(0)
                before = storing[-1] if storing else None
                storing.append(asyncio.ensure_future(self._store(self._entry, chunk, before)))
                self._entry = _after(self._entry, chunk)
                if chunk.last or chunk.fault is not None:
                    await asyncio.gather(*storing)
                    if chunk.fault is not None:
                        raise chunk.fault
                    return
        finally:
            # Nothing is left behind: no process, no thread on a closed file, no transaction that nobody waits for.
            break_off(reader)
            await asyncio.gather(coming, *storing, return_exceptions=True)
            await self._in_thread(let_go, reader)
            self._thread.shutdown()

    def _in_thread(self, work: Callable[..., Result], *args: object) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _prepare(self, source: BinaryIO, start: Position) -> tuple[Reader, DraftMaker, Detected, bool]:
        sample = source.read(SAMPLE_BYTES)
        how = detect(self._entry.name, sample, self._options)
        reader = open_reader(source, how, sample)
        try:
            plan = plan_for(reader, how, self._options, self._target)
            reader = read_again(reader, source, how, sample, start)
        except BaseException:
            let_go(reader)
            raise
        texts_only = all(spec.type != "json" for spec in self._target.fields)
        return reader, DraftMaker(plan), how, texts_only

    async def _store(self, entry: Import, chunk: Chunk, before: asyncio.Future[None] | None) -> None:
        """Store one chunk in one transaction, which ends after that of the chunk before.

        Raises _EndedError when the import was ended meanwhile.
        """
        good = chunk.rows
        async with self._db.tenant_tx(self._who) as tx:
            if entry.batch_id is not None:
                await store.hold_batch(tx, entry.batch_id, shared=True)
            # As the project and the batch are now: a long file outlives a pause, or another overlap.
            target = await store.find_target(tx, entry.project_id, entry.batch_id, self._options.priority)
            if chunk.images:
                await store.insert_images(tx, chunk.images)
            added, ids = (
                await store.add_items(tx, entry.project_id, target or self._target, entry.id, chunk.copied)
                if good
                else (0, "")
            )
            if chunk.refusals:
                await store.insert_refusals(tx, entry.id, chunk.refusals)
            if added:
                await record(tx, Act.ITEM_CREATE, ids, import_id=str(entry.id), project=str(entry.project_id))
            if before is not None:
                await before
            if added:
                await store.count_items(tx, entry.project_id, entry.batch_id, added)
            went_on = await store.advance_import(
                tx,
                entry,
                chunk.position,
                chunk.bytes_read,
                read=chunk.read,
                added=added,
                duplicate=good - added + chunk.duplicate,
                refused=chunk.refused,
            )
            if not went_on:
                raise _EndedError
            if chunk.last:
                await store.end_import(tx, entry.id, ImportState.DONE)


def _after(entry: Import, chunk: Chunk) -> Import:
    """Where the import stands once this chunk is stored."""
    position = {"offset": chunk.position.offset, "line": chunk.position.line}
    return replace(entry, rows_read=entry.rows_read + chunk.read, position=position)


class _EndedError(Exception):
    """The import was cancelled, or another worker has gone ahead: what this one read last is not stored."""


def plan_for(reader: Reader, how: Detected, options: ImportOptions, target: Target) -> Plan:
    """The plan for a file, judged by its first good rows; the same each time the same file is read."""
    records: list[dict[str, object]] = []
    for place, (_, row) in enumerate(reader):
        if not isinstance(row, Refusal):
            records.append(row)
        if len(records) == SAMPLE_ROWS or place > 50 * SAMPLE_ROWS:
            break
    known = getattr(reader, "columns", None)
    columns = list(known) if known else list(dict.fromkeys(name for row in records for name in row))
    if how.format is Format.ZIP:
        kinds = {name for row in records for name in row}
        columns = [c for c in columns if c == "path" or c in kinds]
        if options.external_id is None and "path" in columns:
            options = replace(options, external_id="path")
    return make_plan(target.fields, columns, options, records)


def _read_chunk(
    reader: Reader, rows: Iterator[Row], maker: DraftMaker, texts_only: bool, chunk: Chunk, met: set[bytes]
) -> Chunk:
    """Read until the chunk is full. Runs in a thread; only one at a time touches the reader.

    `met`: the contents of the chunk before, which may still be on its way in. A row that repeats one of them is a duplicate and
    is not sent along: two transactions at work on the same content would wait for each other.
    """
    until = time.monotonic() + CHUNK_SECONDS
    while True:
        try:
            line, row = next(rows)
        except StopIteration:
            chunk.last = True
            break
        except FileInvalid as error:
            chunk.fault = error  # the rows before it are kept
            break
        chunk.read += 1
        if isinstance(row, Refusal):
            chunk.refuse(line, row)
        elif (plain := maker.quick(row)) is not None:
            chunk.keep(plain, met)
        else:
            draft = maker.make(row)
            if isinstance(draft, list):
                chunk.refuse(line, [replace(r, raw=r.raw or raw_of(row)) for r in draft])
            elif draft.pictures:
                chunk.drafts.append((line, draft))
                chunk.size += sum(len(p.data) for p in draft.pictures)
            else:
                done = ready(draft, texts_only=texts_only)
                if isinstance(done, Refusal):
                    chunk.refuse(line, replace(done, raw=done.raw or raw_of(row)))
                else:
                    chunk.keep(done, met)
        if (
            chunk.read >= CHUNK_ROWS
            or chunk.size >= CHUNK_BYTES
            or (chunk.drafts and time.monotonic() > until)
        ):
            break
    chunk.position = reader.position
    chunk.bytes_read = reader.bytes_read
    return chunk


def raw_of(row: dict[str, object]) -> str:
    """A refused record as a report shows it; bytes are only counted."""
    parts = (
        f"{name}: {f'{len(value)} bytes' if isinstance(value, bytes) else str(value)[:200]}"
        for name, value in row.items()
    )
    text = ""
    for part in parts:
        text += ("; " if text else "") + part
        if len(text) > 300:
            break
    return shown(text)
