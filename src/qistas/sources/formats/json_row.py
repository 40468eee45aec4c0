"""One JSON object from bytes, strictly: what would be stored otherwise than it was written is refused."""

import json
from typing import Any

import orjson

from qistas.core.canonical import GREATEST_INTEGER
from qistas.sources.types import MAX_DEPTH, Record, Refusal

from .reader import shown


def parse_row(raw: bytes) -> Record | Refusal:
    """The object in `raw` (UTF-8), or why it is none."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _refuse_unreadable(raw, error)
    if not isinstance(value, dict):
        return Refusal(
            "not_an_object",
            f"The row is {_kind(value)}, not an object.",
            'Write each row as an object: {"text": "…"}.',
            raw=shown(raw),
        )
    nested = False
    for name, part in value.items():
        kind = type(part)
        if kind is str:
            continue
        if kind is int or kind is float:
            if not -GREATEST_INTEGER <= part <= GREATEST_INTEGER:
                return _too_large(name, raw)
        elif kind is dict or kind is list:
            nested = True
    if nested:
        return _refuse_parts(value, raw) or _refuse_duplicates(raw, value) or value
    return _refuse_duplicates(raw, value) or value


def _refuse_unreadable(raw: bytes, error: orjson.JSONDecodeError) -> Refusal:
    if b"\0" in raw:
        return Refusal(
            "nul_byte", "The row holds a NUL byte.", "Remove it; text does not hold NUL.", raw=shown(raw)
        )
    try:
        raw.decode()
    except UnicodeDecodeError as fault:
        return Refusal(
            "encoding",
            f"Byte {fault.start + 1} of the row (0x{raw[fault.start]:02x}) is not UTF-8 text.",
            "Save the file as UTF-8, or state its encoding in the options.",
            raw=shown(raw),
        )
    message = error.msg
    if "depth" in message or "recursion" in message.lower():
        return _too_deep(raw)
    if "surrogate" in message:
        return Refusal(
            "lone_surrogate",
            "The row holds half of a character (a lone surrogate such as \\ud83d).",
            "Write the character whole, or as its two halves together.",
            raw=shown(raw),
        )
    if "infinity" in message:
        return _too_large("", raw)
    return Refusal(
        "json_invalid",
        f"The row is not valid JSON: {message} at character {error.pos + 1}.",
        "Write one whole JSON object in a line; names and texts in double quotes.",
        raw=shown(raw),
    )


def _too_deep(raw: bytes) -> Refusal:
    return Refusal("json_depth", f"The row nests more than {MAX_DEPTH} deep.", "Flatten it.", raw=shown(raw))


def _too_large(name: str, raw: bytes) -> Refusal:
    return Refusal(
        "number_too_large",
        "A number is beyond what JSON keeps exactly (2^53 - 1).",
        'Write it as text, in quotes: "12345678901234567890".',
        field=name,
        raw=shown(raw),
    )


def _refuse_parts(value: Record, raw: bytes) -> Refusal | None:
    """Depth and numbers, walked without recursion of our own."""
    for name, top in value.items():
        stack: list[tuple[Any, int]] = [(top, 1)]
        while stack:
            part, depth = stack.pop()
            if isinstance(part, str) or part is None:
                continue
            if isinstance(part, dict | list):
                if depth >= MAX_DEPTH:
                    return _too_deep(raw)
                inner = part.values() if isinstance(part, dict) else part
                stack.extend((p, depth + 1) for p in inner if not isinstance(p, str))
            elif not isinstance(part, bool) and abs(part) > GREATEST_INTEGER:
                return _too_large(name, raw)
    return None


_QUOTE, _BACKSLASH = ord('"'), ord("\\")


class _Twice(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return seen


def _refuse_duplicates(raw: bytes, value: Record) -> Refusal | None:
    # Reading with a hook is slow, so rows that plainly have no name twice are told first. Every name has two quotes: as many quotes in
    # the row as in what was kept of it, written anew, mean that none was dropped. A quote that is written \u0022 would be missing
    # in that count, so it must not occur then.
    if raw.count(_QUOTE) == orjson.dumps(value).count(_QUOTE) and (
        not raw.count(_BACKSLASH) or b"\\u0022" not in raw
    ):
        return None
    try:
        json.loads(raw, object_pairs_hook=_once)
    except _Twice as twice:
        name = str(twice)
        return Refusal(
            "duplicate_key",
            f"The name {shown(name)!r} stands twice in one object.",
            "Keep one of the two, or rename one.",
            field=shown(name)[:64],
            raw=shown(raw),
        )
    except RecursionError:
        return _too_deep(raw)
    return None


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {bool: "a truth value", int: "a number", float: "a number", str: "a text", list: "a list"}.get(
        type(value), "no object"
    )
