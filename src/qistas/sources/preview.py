"""Preview a file before importing it: what it is taken for, its first rows, and which column would fill which field."""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any, BinaryIO

from qistas.core.errors import Exhausted, Fault, FileInvalid, Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import Permission, require

from . import store
from .detect import SAMPLE_BYTES, Detected, detect
from .formats import Reader, let_go, open_reader, shown
from .mapping import make_plan
from .start import check_options
from .types import FieldSpec, ImportOptions, Refusal

ROWS = 20
AT_ONCE = 3
PATIENCE_SECONDS = 20
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of this file would do. `faults` say what stands in its way; `plan` is None then."""

    format: str
    encoding: str
    delimiter: str | None
    columns: list[str]
    rows: list[dict[str, Any]]
    refusals: list[tuple[int, Refusal]]
    plan: dict[str, Any] | None
    faults: list[Fault]


async def preview_file(
    db: Database, who: Principal, project_id: ProjectId, name: str, source: BinaryIO, options: ImportOptions
) -> Preview:
    """Read the beginning of a file. Raises FileInvalid for one that is not read at all."""
    require(who, Permission.ITEM_IMPORT, project_id)
    check_options(options)
    async with db.tenant_tx(who) as tx:
        target = await store.find_target(tx, project_id, None, None)
    if target is None:
        raise Missing()
    await _turn()
    work = asyncio.ensure_future(asyncio.to_thread(_read, name, source, options, target.fields))
    work.add_done_callback(_over)  # and not when whoever asked goes away: the work goes on then
    return await asyncio.shield(work)


async def _turn() -> None:
    """Be one of a few: each may take as much memory as the process that unfolds a file may have."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _turns.acquire(blocking=False):
        if time.monotonic() > until:
            raise Exhausted("Others are having a look at their files just now. Try again in a moment.")
        await asyncio.sleep(0.05)


def _over(work: "asyncio.Future[Preview]") -> None:
    _turns.release()
    if not work.cancelled():
        work.exception()


def _read(name: str, source: BinaryIO, options: ImportOptions, fields: tuple[FieldSpec, ...]) -> Preview:
    sample = source.read(SAMPLE_BYTES)
    how = detect(name, sample, options)
    reader = open_reader(source, how, sample)
    try:
        return _shown(how, reader, options, fields)
    finally:
        let_go(reader)


def _shown(how: Detected, reader: Reader, options: ImportOptions, fields: tuple[FieldSpec, ...]) -> Preview:
    rows: list[dict[str, Any]] = []
    refusals: list[tuple[int, Refusal]] = []
    for line, row in reader:
        if isinstance(row, Refusal):
            refusals.append((line, row))
        else:
            rows.append(row)
        if len(rows) + len(refusals) == ROWS:
            break
    known = getattr(reader, "columns", None)
    columns = list(known) if known else list(dict.fromkeys(name for row in rows for name in row))
    faults: list[Fault] = []
    plan = None
    try:
        plan = make_plan(fields, columns, options, rows).as_json()
    except FileInvalid as error:
        faults = list(error.faults) or [Fault("file", error.detail)]
    return Preview(
        how.format,
        how.encoding,
        how.delimiter if how.format in ("csv", "tsv") else None,
        columns,
        [{key: _short(value) for key, value in row.items()} for row in rows],
        refusals,
        plan,
        faults,
    )


def _short(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict | list):
        return shown(str(value))
    return value
