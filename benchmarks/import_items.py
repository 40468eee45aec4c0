"""Import of ~500-byte items from JSON Lines, against raw COPY of the same rows into an equal table, in one run.

    python benchmarks/import_items.py [--rows 100000 1000000] [--format parquet] [--times 5] [--only import]

Uses an embedded PostgreSQL of its own in a temporary folder, with the durability that Qistas ships with. Import means all of
it: reading the file, checking every row, hashing, items, a task for each, counters and the record of the write. COPY means
the bare rows, encoded beforehand, into a table with the columns, partitions, indexes and foreign key of `items`. Both go in
chunks of the same size, each its own transaction. With `--format parquet` the same rows come as Parquet. COPY is given text.
"""

import argparse
import asyncio
import json
import random
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from qistas.connectors.blobs import open_blobs
from qistas.core.ids import ImportId, MemberId, ProjectId, TenantId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Database, open_address
from qistas.db.embedded import start_postgres, stop_postgres
from qistas.db.migrate import migrate
from qistas.sources import ImportOptions, get_import, ingest, start_import
from qistas.sources.chunk import CHUNK_ROWS
from qistas.sources.mapping import ready
from qistas.sources.types import Draft, ReadyRow

WORDS = [
    "قسطاس",
    "ميزان",
    "كتاب",
    "مدينة",
    "طريق",
    "باب",
    "شمس",
    "قمر",
    "بحر",
    "جبل",
    "the",
    "river",
    "town",
    "of",
    "an",
    "old",
    "market",
    "where",
    "people",
    "weigh",
    "what",
    "they",
    "buy",
]

EQUAL = """
CREATE TABLE public.bench_items (LIKE qistas.items INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY HASH (tenant_id);
ALTER TABLE public.bench_items ADD PRIMARY KEY (tenant_id, id);
ALTER TABLE public.bench_items ADD FOREIGN KEY (tenant_id, project_id) REFERENCES qistas.projects;
CREATE UNIQUE INDEX ON public.bench_items (tenant_id, project_id, content_hash);
CREATE INDEX ON public.bench_items (tenant_id, project_id, id);
CREATE INDEX ON public.bench_items (tenant_id, project_id, external_id) WHERE external_id IS NOT NULL;
CREATE TABLE public.bench_items_p0 PARTITION OF public.bench_items FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE public.bench_items_p1 PARTITION OF public.bench_items FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE public.bench_items_p2 PARTITION OF public.bench_items FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE public.bench_items_p3 PARTITION OF public.bench_items FOR VALUES WITH (MODULUS 4, REMAINDER 3);
"""


def write_file(path: Path, rows: int) -> None:
    rand = random.Random(rows)
    with path.open("w") as file:
        for n in range(rows):
            text = " ".join(rand.choices(WORDS, k=62)) + f" {n}"
            row = {"id": f"row-{n}", "text": text, "lang": "mul", "page": n % 97}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def raw_copy(admin: str, path: Path, tenant: TenantId, project: ProjectId) -> float:
    """Seconds of COPY alone."""
    columns = "tenant_id, project_id, id, content_hash, data, metadata, external_id, split"
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute("DROP TABLE IF EXISTS public.bench_items")
        conn.execute(EQUAL)
        conn.execute("CHECKPOINT")
        taken = 0.0
        for chunk in encoded(path, tenant, project):
            start = time.perf_counter()
            with conn.transaction(), conn.cursor() as cursor:
                with cursor.copy(f"COPY public.bench_items ({columns}) FROM STDIN") as copy:  # type: ignore[arg-type]
                    copy.write(chunk)
            taken += time.perf_counter() - start
        return taken


def encoded(path: Path, tenant: TenantId, project: ProjectId) -> Iterator[bytes]:
    held: list[bytes] = []
    with path.open("rb") as file:
        for line in file:
            row = json.loads(line)
            draft = Draft({"text": row["text"]}, {"lang": row["lang"], "page": row["page"]}, row["id"])
            one = ready(draft, texts_only=True)
            assert isinstance(one, ReadyRow)
            held.append(as_text(tenant, project, one))
            if len(held) == CHUNK_ROWS:
                yield b"".join(held)
                held = []
    yield b"".join(held)


def as_text(tenant: TenantId, project: ProjectId, row: ReadyRow) -> bytes:
    """One line of COPY's text form. JSON escapes its control characters itself, so only backslashes are left to double."""
    return b"%s\t%s\t%s\t\\\\x%s\t%s\t%s\t%s\t\\N\n" % (
        str(tenant).encode(),
        str(project).encode(),
        uuid7().hex.encode(),
        row.content_hash.hex().encode(),
        row.data.replace(b"\\", b"\\\\"),
        row.metadata.replace(b"\\", b"\\\\"),
        (row.external_id or "").encode(),
    )


def write_parquet(lines: Path, path: Path) -> None:
    """The same rows as Parquet."""
    import pyarrow.json
    import pyarrow.parquet

    table = pyarrow.json.read_json(lines)
    pyarrow.parquet.write_table(table, path, compression="zstd")


async def run_import(db: Database, folder: Path, who: Principal, project: ProjectId, path: Path) -> float:
    """Seconds from a file in the store to the last row committed."""
    blobs = open_blobs((folder / "blobs").as_uri())
    import_id = ImportId(uuid7())
    at = blobs.path(who.tenant_id, "imports", str(import_id))
    target = blobs.local_path(at)
    assert target is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)
    size = path.stat().st_size
    async with db.tenant_tx(who) as tx:
        await start_import(
            tx, project, import_id, name=path.name, blob_path=at, size=size, options=ImportOptions()
        )
    start = time.perf_counter()
    await ingest(db, blobs, who, import_id, 64_000_000)
    taken = time.perf_counter() - start
    async with db.tenant_tx(who) as tx:
        done = await get_import(tx, project, import_id)
    assert (done.state, done.rows_added, done.rows_refused) == ("done", done.rows_read, 0), done
    return taken


async def make_project(db: Database) -> tuple[Principal, ProjectId]:
    tenant, member, project = TenantId(uuid7()), MemberId(uuid7()), ProjectId(uuid7())
    async with db.system_tx(reason="bench") as tx:
        await tx.run("INSERT INTO tenants (tenant_id, name) VALUES (%s, 'B')", (tenant,))
        await tx.run(
            "INSERT INTO members (tenant_id, id, kind, name, role) VALUES (%s, %s, 'service', 'b', 'owner')",
            (tenant, member),
        )
    who = Principal(tenant, member, Role.OWNER)
    async with db.tenant_tx(who) as tx:
        await tx.run(
            "INSERT INTO projects (tenant_id, id, name, settings, ontology_version) VALUES (%s, %s, 'B', '{\"overlap\": 3}', 1)",
            (tenant, project),
        )
        await tx.run(
            "INSERT INTO ontology_versions (tenant_id, project_id, version, document, hash) VALUES (%s, %s, 1, %s, '')",
            (tenant, project, json.dumps({"fields": [{"name": "text", "type": "text", "required": True}]})),
        )
    return who, project


def memory(key: str) -> int:
    """A line of this process's status, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(key)).split()[1]) // 1024


async def main(sizes: list[int], only: str | None, form: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="qistas-bench-"))
    try:
        url = start_postgres(folder / "pg")
        address = open_address(url, secrets.token_bytes(32), database="bench", embedded=folder / "pg")
        migrate(address)
        async with Database(address) as db:
            for rows in sizes:
                path = folder / f"{rows}.jsonl"
                write_file(path, rows)
                sent = path
                if form == "parquet":
                    sent = path.with_suffix(".parquet")
                    await asyncio.to_thread(write_parquet, path, sent)
                who, project = await make_project(db)
                mean = path.stat().st_size / rows
                # COPY before and after, so that a machine that is busier at one moment does not decide the ratio.
                bare = [raw_copy(address.admin, path, who.tenant_id, project)] if only is None else []
                with psycopg.connect(address.admin, autocommit=True) as conn:
                    conn.execute("CHECKPOINT")
                before = memory("VmRSS")
                Path("/proc/self/clear_refs").write_text("5")  # sets the mark of the most memory back
                cpu = time.process_time()
                ours = await run_import(db, folder, who, project, sent)
                cpu = time.process_time() - cpu
                told = f"import {rows / ours:>8,.0f} rows/s, {cpu / rows * 1e6:.1f} µs of CPU a row beside the database, memory of the importing process {before} MB before, {memory('VmHWM')} MB at most"
                print(f"{rows:>9,} rows of {mean:.0f} bytes: {told}", flush=True)
                if only is None:
                    bare.append(raw_copy(address.admin, path, who.tenant_id, project))
                    pace = rows * len(bare) / sum(bare)
                    print(
                        f"{'':>9} COPY {pace:>8,.0f} rows/s; import / COPY = {rows / ours / pace:.2f}",
                        flush=True,
                    )
                path.unlink()
    finally:
        stop_postgres(folder / "pg")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--only", choices=["import"])
    parser.add_argument("--format", choices=["jsonl", "parquet"], default="jsonl")
    parser.add_argument("--times", type=int, default=1, help="how often each size is measured")
    asked = parser.parse_args()
    asyncio.run(main(asked.rows * asked.times, asked.only, asked.format))
