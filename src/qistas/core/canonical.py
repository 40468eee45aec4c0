"""One way to write a JSON value, so that equal values have equal bytes, and so equal hashes (RFC 8785).

Keys in order, no white space, UTF-8, numbers as ECMAScript writes them. What has no such form is refused: whole numbers
beyond 2^53 - 1 in size, NaN and infinities, lone surrogates. Keys are ordered by code point, which differs from the
standard only among keys with characters beyond U+FFFF.
"""

import hashlib
import json
import math
from typing import Any

GREATEST_INTEGER = 2**53 - 1

_whole = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode
_text = json.encoder.encode_basestring


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of `value`. Raises ValueError for one that has none."""
    # The standard encoder is fast and right but for numbers that are not plain; those are written piece by piece.
    return (_whole(value) if _is_plain(value) else _written(value)).encode()


def content_hash(value: Any) -> bytes:
    """SHA-256 of the canonical bytes of `value`."""
    return hashlib.sha256(canonical_json(value)).digest()


def _is_plain(value: Any) -> bool:
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(_is_plain(v) for v in value)
    return isinstance(value, int) and -GREATEST_INTEGER <= value <= GREATEST_INTEGER


def _written(value: Any) -> str:
    if value is None or isinstance(value, str | bool):
        return _whole(value)
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("the keys of an object are text")
        return "{" + ",".join(f"{_text(key)}:{_written(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_written(part) for part in value) + "]"
    if isinstance(value, int):
        if abs(value) > GREATEST_INTEGER:
            raise ValueError(f"the whole number {value} is beyond 2^53 - 1; write it as text")
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("NaN and infinities have no JSON form")
        return "0" if value == 0.0 else _ecmascript(value)
    raise ValueError(f"{type(value).__name__} has no JSON form")


def _ecmascript(value: float) -> str:
    """The shortest digits that give the number back, placed as ECMAScript's Number::toString places them."""
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = mantissa.partition(".")
    if part == "0":
        part = ""
    point = len(whole) + int(exponent or 0)
    digits = whole + part
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return sign + digits[0] + ("." + digits[1:] if count > 1 else "") + power
