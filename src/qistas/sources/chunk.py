"""Some thousand rows on their way into the database together."""

from dataclasses import dataclass, field

from .types import Draft, Position, Refusal, StoredImage

CHUNK_ROWS = 8_000
CHUNK_BYTES = 8 * 2**20


@dataclass(slots=True)
class Chunk:
    """What one thread's turn read: rows ready to copy, drafts whose images are still to be looked at, refusals."""

    rows: list[bytes] = field(default_factory=list[bytes])
    drafts: list[tuple[int, Draft]] = field(default_factory=list[tuple[int, Draft]])
    refusals: list[tuple[int, int, Refusal]] = field(default_factory=list[tuple[int, int, Refusal]])
    images: list[StoredImage] = field(default_factory=list[StoredImage])
    read: int = 0
    refused: int = 0
    size: int = 0
    position: Position = Position()  # noqa: RUF009 frozen
    bytes_read: int = 0
    last: bool = False

    def refuse(self, line: int, faults: "list[Refusal] | Refusal") -> None:
        """Note every fault of one row; the row counts once."""
        self.refused += 1
        for place, fault in enumerate(faults if isinstance(faults, list) else [faults]):
            self.refusals.append((line, place, fault))
