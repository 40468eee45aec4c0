"""Split: which part of a version an item belongs to, by a hash of the item itself.

The same item falls into the same part whenever the seed and the shares are the same: adding items moves none. Items of one
group (a person, a document, a conversation) stay together, so that nothing leaks from one part into another.
"""

import hashlib
import math
import re
from typing import Any

import orjson

from qistas.core.canonical import canonical_json
from qistas.core.errors import Fault, SelectionInvalid

from .types import Splits

_NAME = re.compile(r"\w[\w.-]{0,63}\Z")
WHOLE = "train"  # the name of the only part, where nothing says otherwise


def check_splits(splits: Splits) -> None:
    """Raise SelectionInvalid for shares that are none."""
    faults = [
        Fault(
            f"splits.{name}"[:80],
            "is not a name of a split",
            "Use letters, digits, ., _ and -.",
            "split_name",
        )
        for name in splits.shares
        if not _NAME.match(name)
    ]
    faults += [
        Fault(f"splits.{name}"[:80], f"is {share}", "Give a share above 0 and up to 1.", "split_share")
        for name, share in splits.shares.items()
        if not (math.isfinite(share) and 0 < share <= 1)
    ]
    if splits.shares and not faults and abs(sum(splits.shares.values()) - 1) > 1e-6:
        faults.append(
            Fault(
                "splits",
                f"the shares sum to {sum(splits.shares.values()):g}",
                "Make them sum to 1.",
                "split_sum",
                {"sum": f"{sum(splits.shares.values()):g}"},
            )
        )
    if faults:
        raise SelectionInvalid("The splits are not valid.", faults)


class Splitter:
    """Gives each item its part. Shares are laid out in the order of their names."""

    def __init__(self, splits: Splits) -> None:
        self._splits = splits
        self._seed = splits.seed.to_bytes(8, "big", signed=True)
        edge = 0.0
        self._edges: list[tuple[float, str]] = []
        for name in sorted(splits.shares):
            edge += splits.shares[name]
            self._edges.append((edge, name))

    def part_of(self, content_hash: bytes, own: str | None, metadata: dict[str, Any]) -> str:
        """The part of an item with this content, its own split and metadata."""
        if not self._edges or (self._splits.keep and own):
            return own or WHOLE
        key = content_hash
        group = metadata.get(self._splits.group_by) if self._splits.group_by else None
        if group is not None:
            key = b"group:" + _written(group)
        point = int.from_bytes(hashlib.sha256(self._seed + key).digest()[:8], "big") / 2**64
        return next((name for edge, name in self._edges if point < edge), self._edges[-1][1])


def _written(group: Any) -> bytes:
    """The bytes a group is known by. Whole numbers of 64 bits, as Parquet brings them, have no canonical form."""
    try:
        return canonical_json(group)
    except ValueError:
        return orjson.dumps(group, option=orjson.OPT_SORT_KEYS)
