"""What a format of export is given, and what it must be: a pure rendering of a sealed version, the same to the byte each time."""

import zipfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, Protocol

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import Fault, SelectionInvalid
from qistas.core.ids import TenantId
from qistas.datasets.shards import Shard, read_batches
from qistas.ontology import FieldType, Ontology, Question

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: the same content gives the same bytes
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
}


@dataclass(slots=True)
class Sealed:
    """A sealed version as renderers read it. `told(rows)` is called now and then with the rows done so far."""

    blobs: BlobStore
    tenant_id: TenantId
    shards: Sequence[Shard]
    manifest: dict[str, Any]
    hash: str
    ontology: Ontology
    told: Callable[[int], None]
    notes: list[str] = field(default_factory=list[str])

    def batches(self, columns: Sequence[str], *, split: str | None = None) -> Iterator[pa.RecordBatch]:
        """The rows, some columns of them, a few thousand at a time; of one split where it is named."""
        if split is None or len(self.splits) == 1:
            yield from read_batches(self.blobs, self.shards, columns)
            return
        for batch in read_batches(self.blobs, self.shards, [*columns, "split"]):
            yield batch.filter(pc.equal(batch.column("split"), split))  # pyright: ignore[reportAttributeAccessIssue]

    def records(
        self, *columns: str, split: str | None = None, parse: Sequence[str] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """The rows one by one, of one split where it is named; columns in `parse` as values."""
        for batch in self.batches(columns, split=split):
            yield from zip(*(values_of(batch.column(name), name in parse) for name in columns), strict=True)

    @property
    def splits(self) -> dict[str, int]:
        """How many rows each split has."""
        return self.manifest["by_split"]

    @property
    def name(self) -> str:
        """A plain name for files: dataset and number."""
        return f"{file_part(self.manifest['dataset']['name'])}-v{self.manifest['number']}"

    def image(self, sha256: str) -> bytes:
        """The bytes of an image of an item. Blocks: for threads."""
        with self.blobs.open(BlobStore.content_path(self.tenant_id, bytes.fromhex(sha256))) as file:
            return file.read()


def values_of(column: pa.Array, parse: bool) -> list[Any]:
    """The cells of a column; with `parse`, the JSON in them, read in one go since that is much faster than one by one."""
    cells = column.to_pylist()
    return orjson.loads("[" + ",".join(cells) + "]") if parse else cells


class Format(Protocol):
    """One format of export."""

    name: str
    suffix: str
    media_type: str
    options: frozenset[str]

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """Raise SelectionInvalid when a version under this ontology has no such form."""
        ...

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write the whole file to `out`, which cannot be sought in; returns the rows written."""
        ...


def file_part(name: str) -> str:
    """`name` as part of a file's name, on any system."""
    plain = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.")
    return plain[:80] or "dataset"


def image_name(image: dict[str, Any]) -> str:
    """A file name for an image: its hash and the ending of its type, nothing that came from outside."""
    return f"{image['blob']}.{EXTENSIONS.get(image.get('media_type', ''), 'bin')}"


@contextmanager
def zip_writer(out: BinaryIO) -> Generator[zipfile.ZipFile]:
    """A zip written as a stream."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        yield archive


@contextmanager
def zip_entry(archive: zipfile.ZipFile, name: str, *, packed: bool = False) -> Generator[IO[bytes]]:
    """One file in the zip, with fixed time and rights."""
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    with archive.open(entry, "w", force_zip64=True) as file:
        yield file


def image_fields(ontology: Ontology) -> list[str]:
    """The fields that hold images."""
    return [one.name for one in ontology.fields if one.type == FieldType.IMAGE]


def questions_with(ontology: Ontology, column: str) -> list[Question]:
    """The questions whose flat form has a column of this type."""
    return [q for q in ontology.questions if any(c.type == column for c in q.kind.columns(q))]


def preferring(ontology: Ontology) -> list[Question]:
    """The questions whose answers prefer one thing to another."""
    return [q for q in ontology.questions if q.kind.compares(q)]


def no_such_question(format: str, kind: str) -> SelectionInvalid:
    """The refusal of a format that nothing in the ontology can fill."""
    return SelectionInvalid(
        f"There is nothing to write into this format ({format}).",
        [Fault("format", f"the ontology has no question of kind {kind}", "Choose jsonl, parquet or csv.")],
    )


class NamedSink:
    """Counts what is written, for a file that is not sought in."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0
        self.closed = False

    def write(self, data: Any) -> int:
        """Write on."""
        size = memoryview(data).nbytes
        self._file.write(data)
        self._at += size
        return size

    def tell(self) -> int:
        """How much was written."""
        return self._at

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """The file is closed by its owner."""
        self.closed = True

    def readable(self) -> bool:
        """It is not."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is not."""
        return False
