"""The sealed form: rows in Parquet shards, in the order of item ids, each row with its hash.

Data, answer and provenance are canonical JSON, so that whoever holds a shard can recompute every hash:
`row_hash` = SHA-256 of the canonical JSON of `{"answer", "data", "provenance"}`, where `data` is the item's content hash in
hexadecimal digits. Every rendering is made from these shards and nothing else.
"""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from qistas.connectors.blobs import BlobStore
from qistas.core.canonical import canonical_json
from qistas.core.errors import FileDamaged

from .types import Row

SHARD_ROWS = 20_000
SHARD_BYTES = 64 * 2**20
GROUP_ROWS = 2_000

SCHEMA = pa.schema(
    [
        ("item_id", pa.string()),
        ("external_id", pa.string()),
        ("split", pa.string()),
        ("data", pa.string()),
        ("metadata", pa.string()),
        ("answer", pa.string()),
        ("confidence", pa.string()),
        ("provenance", pa.string()),
        ("data_hash", pa.binary(32)),
        ("row_hash", pa.binary(32)),
    ]
)


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of a version: where it lies, and the SHA-256 it was sealed with, in hexadecimal digits."""

    path: str
    sha256: str


class ShardBuilder:
    """Gathers rows until they are a shard."""

    def __init__(self) -> None:
        self.rows = 0
        self.size = 0
        self._columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}

    @property
    def full(self) -> bool:
        """Whether the shard should be written."""
        return self.rows >= SHARD_ROWS or self.size >= SHARD_BYTES

    def add(self, row: Row, split: str) -> bytes:
        """Take one row, in its part; returns its hash."""
        answer = {name: one.value for name, one in row.answer.items()}
        confidence = {name: one.confidence for name, one in row.answer.items()}
        provenance = {
            name: {**one.provenance, "confidence": one.confidence} for name, one in row.answer.items()
        }
        digest = row_hash(row.content_hash, answer, provenance)
        data = canonical_json(row.data)
        cells = (
            str(row.item_id),
            row.external_id,
            split,
            data,
            orjson.dumps(row.metadata, option=orjson.OPT_SORT_KEYS),
            canonical_json(answer),
            canonical_json(confidence),
            canonical_json(provenance),
            row.content_hash,
            digest,
        )
        for name, cell in zip(SCHEMA.names, cells, strict=True):
            self._columns[name].append(cell)
        self.rows += 1
        self.size += len(data) + 400
        return digest

    def write(self) -> bytes:
        """The shard's bytes: the same for the same rows."""
        table = pa.Table.from_pydict(self._columns, schema=SCHEMA)
        out = io.BytesIO()
        pq.write_table(
            table,
            out,
            compression="zstd",
            compression_level=3,
            row_group_size=GROUP_ROWS,
            use_dictionary=False,
        )
        return out.getvalue()


def row_hash(data_hash: bytes, answer: dict[str, Any], provenance: dict[str, Any]) -> bytes:
    """The hash of one row of a version."""
    return hashlib.sha256(
        canonical_json({"answer": answer, "data": data_hash.hex(), "provenance": provenance})
    ).digest()


def verify_shards(blobs: BlobStore, shards: Sequence[Shard]) -> None:
    """Raise FileDamaged unless every file is what was sealed, Missing where one is not there. Blocks: for threads."""
    for shard in shards:
        with blobs.open(shard.path) as source:
            digest = hashlib.file_digest(cast("io.BufferedReader", source), "sha256").hexdigest()
        if digest != shard.sha256:
            name = shard.path.rpartition("/")[2]
            raise FileDamaged(
                f"The file {name} of this version is not what was sealed. Restore the files from a backup."
            )


def read_batches(
    blobs: BlobStore, shards: Sequence[Shard], columns: Sequence[str], rows: int = GROUP_ROWS
) -> Iterator[pa.RecordBatch]:
    """The rows of some shards, a few thousand at a time. Blocks: for threads."""
    for shard in shards:
        with blobs.open(shard.path) as source:
            file = pq.ParquetFile(source, pre_buffer=False)
            yield from file.iter_batches(batch_size=rows, columns=list(columns), use_threads=False)
