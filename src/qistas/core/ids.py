"""Names for identifiers, and UUIDv7: ids that sort by the time they were made (RFC 9562, section 5.7)."""

import secrets
import time
from typing import NewType
from uuid import UUID

TenantId = NewType("TenantId", UUID)
PersonId = NewType("PersonId", UUID)
MemberId = NewType("MemberId", UUID)
GroupId = NewType("GroupId", UUID)
ProjectId = NewType("ProjectId", UUID)
ImportId = NewType("ImportId", UUID)
ItemId = NewType("ItemId", UUID)
BatchId = NewType("BatchId", UUID)
TaskId = NewType("TaskId", UUID)
LeaseId = NewType("LeaseId", UUID)
AnnotationId = NewType("AnnotationId", UUID)
DatasetId = NewType("DatasetId", UUID)
VersionId = NewType("VersionId", UUID)
ExportId = NewType("ExportId", UUID)


def uuid7() -> UUID:
    """A new random, time-ordered UUID (48 bits of Unix milliseconds, then 74 random bits)."""
    stamp = time.time_ns() // 1_000_000
    rand = secrets.randbits(74)
    value = (stamp & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= (rand >> 62) << 64
    value |= 0b10 << 62
    value |= rand & ((1 << 62) - 1)
    return UUID(int=value)


class Uuid7Series:
    """New UUIDv7 at little cost, each greater than the one before (RFC 9562, section 6.2, method 2).

    The random bits begin at random and are counted up; `begin` starts again at the present moment.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = 0
        self.begin()

    def begin(self) -> None:
        """Go on from the present moment, or from the last id where that is later."""
        self._last = max(
            self._last, uuid7().int & ~(0xF << 58)
        )  # room above, so that counting never reaches the variant

    def next(self) -> bytes:
        """The next id, as 16 bytes."""
        self._last += 1
        return self._last.to_bytes(16, "big")


def parse_uuid(text: str) -> UUID | None:
    """The UUID written in `text`, or None when it is none: a foreign or garbled id is simply not found."""
    try:
        return UUID(text)
    except (ValueError, AttributeError):
        return None
