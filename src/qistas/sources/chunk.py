"""Some thousand rows on their way into the database together."""

from dataclasses import dataclass, field

from qistas.core.errors import FileInvalid
from qistas.core.ids import Uuid7Series

from .store import copy_bytes
from .types import Draft, Position, ReadyRow, Refusal, StoredImage

CHUNK_ROWS = 8_000
CHUNK_BYTES = 8 * 2**20


@dataclass(slots=True)
class Chunk:
    """Rows ready to copy, drafts whose images are still to be looked at, and refusals."""

    ids: Uuid7Series = field(default_factory=Uuid7Series)
    rows: int = 0
    copied: bytearray = field(default_factory=bytearray)
    drafts: list[tuple[int, Draft]] = field(default_factory=list[tuple[int, Draft]])
    hashes: set[bytes] = field(default_factory=set[bytes])
    duplicate: int = 0
    refusals: list[tuple[int, int, Refusal]] = field(default_factory=list[tuple[int, int, Refusal]])
    images: list[StoredImage] = field(default_factory=list[StoredImage])
    read: int = 0
    refused: int = 0
    size: int = 0
    position: Position = Position()  # noqa: RUF009 frozen
    bytes_read: int = 0
    last: bool = False
    fault: FileInvalid | None = None

    def keep(self, row: ReadyRow, others: "set[bytes] | frozenset[bytes]" = frozenset()) -> None:
        """Take a row, unless its content is in this chunk already, or among `others`."""
        digest, hashes = row.content_hash, self.hashes
        if digest in hashes or digest in others:
            self.duplicate += 1
        else:
            hashes.add(digest)
            new = self.ids.next
            self.copied += copy_bytes(new(), new(), row)
            self.rows += 1
            self.size += len(row.data) + len(row.metadata)

    def refuse(self, line: int, faults: "list[Refusal] | Refusal") -> None:
        """Note every fault of one row; the row counts once."""
        self.refused += 1
        for place, fault in enumerate(faults if isinstance(faults, list) else [faults]):
            self.refusals.append((line, place, fault))
