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


def parse_uuid(text: str) -> UUID | None:
    """The UUID written in `text`, or None when it is none: a foreign or garbled id is simply not found."""
    try:
        return UUID(text)
    except (ValueError, AttributeError):
        return None
