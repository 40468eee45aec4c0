"""Export of a sealed version of 1,000,000 annotations to every format that holds rows: rows a second, and memory.

    python benchmarks/export_rows.py [--rows 1000000] [--formats jsonl parquet csv]

The version is written as sealing writes it (Parquet shards in a file store, in a temporary folder); the time is that of rendering
the whole file from them to disk, in one thread.
"""

import argparse
import hashlib
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

from qistas.connectors.blobs import BlobStore, open_blobs
from qistas.core.canonical import content_hash
from qistas.core.ids import ItemId, TenantId, uuid7
from qistas.datasets.formats import FORMATS, Sealed
from qistas.datasets.formats.base import NamedSink
from qistas.datasets.shards import Shard, ShardBuilder
from qistas.datasets.types import Given, Row
from qistas.ontology import Ontology, parse_ontology

WORDS = [
    "قسطاس",
    "ميزان",
    "كتاب",
    "مدينة",
    "طريق",
    "باب",
    "شمس",
    "قمر",
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
LABELS = ["sport", "politics", "economy", "culture", "science"]
ONTOLOGY: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text", "type": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": LABELS},
        {"name": "stars", "kind": "rating", "required": False},
    ],
}


def write_version(folder: Path, tenant: TenantId, rows: int) -> list[Shard]:
    rand = random.Random(1)
    shards: list[Shard] = []
    builder = ShardBuilder()

    def write() -> None:
        path = BlobStore.path(tenant, "versions", f"rows-{len(shards):05d}.parquet")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        body = builder.write()
        target.write_bytes(body)
        shards.append(Shard(path, hashlib.sha256(body).hexdigest()))

    for n in range(rows):
        data = {"text": " ".join(rand.choices(WORDS, k=25)) + f" {n}"}
        told = {
            "source": "consensus",
            "method": "dawid_skene",
            "support": 3,
            "annotations": [str(uuid7()) for _ in range(3)],
        }
        answer = {
            "topic": Given({"labels": [rand.choice(LABELS)]}, round(rand.random(), 6), 0.1, 3, told),
            "stars": Given({"value": rand.randint(1, 5)}, 0.8, 0.2, 3, told),
        }
        row = Row(ItemId(uuid7()), content_hash(data), f"row-{n}", None, data, {"page": n % 97}, answer)
        builder.add(row, "test" if n % 10 == 0 else "train")
        if builder.full:
            write()
            builder = ShardBuilder()
    write()
    return shards


def memory(key: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(key)).split()[1]) // 1024


def main(rows: int, formats: list[str]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="qistas-bench-"))
    try:
        tenant = TenantId(uuid7())
        ontology: Ontology = parse_ontology(ONTOLOGY)
        shards = write_version(folder, tenant, rows)
        test = (rows + 9) // 10
        manifest: dict[str, Any] = {
            "dataset": {"name": "bench"},
            "number": 1,
            "items": rows,
            "answers": rows * 2,
            "by_split": {"test": test, "train": rows - test},
            "by_label": {},
            "rows_hash": "",
            "ontology": {"version": 1, "hash": ontology.hash},
        }
        for name in formats:
            sealed = Sealed(
                open_blobs(folder.as_uri()), tenant, shards, manifest, "", ontology, lambda _: None
            )
            before = memory("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # sets the mark of the most memory back
            start, cpu = time.perf_counter(), time.process_time()
            with (folder / "out").open("wb", buffering=1 << 20) as file:
                done = FORMATS[name].render(sealed, {}, cast(BinaryIO, NamedSink(file)))
            taken, busy = time.perf_counter() - start, time.process_time() - cpu
            size = (folder / "out").stat().st_size
            print(
                f"{name:>8}: {done:,} rows, {size / 1e6:,.0f} MB: {done / taken:>9,.0f} rows/s ({done / busy:,.0f} a second of CPU),"
                f" memory {before} MB before, {memory('VmHWM')} MB at most",
                flush=True,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--formats", nargs="+", default=["jsonl", "parquet", "csv"])
    asked = parser.parse_args()
    main(asked.rows, asked.formats)
