"""Keyset pages: a page is what comes after a key, so its cost does not grow with how far one has read."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from .errors import Fault, Invalid
from .ids import parse_uuid

Row = TypeVar("Row")
DEFAULT_LIMIT = 50
MAX_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the opaque key to ask for those after them (None at the end)."""

    rows: Sequence[Row]
    next: str | None


def encode_key(key: Sequence[Any]) -> str:
    """An opaque, URL-safe token for a keyset key (JSON scalars; others as their text)."""
    raw = json.dumps(list(key), separators=(",", ":"), default=str).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_key(token: str | None, length: int) -> list[Any] | None:
    """The key in `token`, or None for none. Raises Invalid for a token that we did not make."""
    if not token:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        key = None
    if (
        not isinstance(key, list)
        or len(key) != length
        or not all(isinstance(k, str | int | float | type(None)) for k in key)
    ):
        raise _not_ours()
    return key


def decode_id(token: str | None) -> UUID | None:
    """The id that is the key in `token`, or None for none. Raises Invalid."""
    key = decode_key(token, 1)
    if key is None:
        return None
    found = parse_uuid(str(key[0]))
    if found is None:
        raise _not_ours()
    return found


def decode_numbers(token: str | None, length: int) -> tuple[int, ...] | None:
    """The whole numbers that are the key in `token`, or None for none. Raises Invalid."""
    key = decode_key(token, length)
    if key is None:
        return None
    if not all(type(k) is int and 0 <= k < 2**63 for k in key):
        raise _not_ours()
    return tuple(key)


def decode_place(token: str | None) -> tuple[float, UUID] | None:
    """The number and the id that are the key in `token`, or None for none. Raises Invalid."""
    key = decode_key(token, 2)
    if key is None:
        return None
    found = parse_uuid(str(key[1]))
    if found is None or not isinstance(key[0], int | float):
        raise _not_ours()
    return float(key[0]), found


def _not_ours() -> Invalid:
    return Invalid(
        "The page key is not one of ours.",
        [Fault("after", "unreadable", "Use `next` of the page before.", "page_key")],
    )


def page_of(rows: Sequence[Row], limit: int, key: Sequence[Any] | None) -> Page[Row]:
    """The page made of `rows` fetched with `limit + 1`; `key` is the key of row `limit - 1`."""
    if len(rows) > limit and key is not None:
        return Page(rows[:limit], encode_key(key))
    return Page(rows[:limit], None)
