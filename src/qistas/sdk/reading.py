"""From the server's JSON to our dataclasses: fields we know are read, those of a newer server are passed over."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from qistas.core.errors import Unavailable

Shape = TypeVar("Shape")


def read(shape: type[Shape], data: Any) -> Shape:
    """`data` as `shape`. Raises Unavailable when the answer is not one of a Qistas server."""
    try:
        return cast(Shape, _value(shape, data))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Unavailable(
            f"The server's answer is not one this client understands ({error}). Are both of the same version?"
        ) from error


@cache
def _hints(shape: type[Any]) -> dict[str, Any]:
    return get_type_hints(shape)


def _value(kind: Any, data: Any) -> Any:
    while isinstance(kind, NewType):
        kind = kind.__supertype__
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = [k for k in get_args(kind) if k is not NoneType]
        return None if data is None else _value(inner[0], data) if len(inner) == 1 else data
    if origin in (list, tuple):
        of = get_args(kind)[0]
        return origin(_value(of, entry) for entry in data)
    if kind is UUID:
        return UUID(data)
    if kind is datetime:
        return datetime.fromisoformat(data)
    if kind is float and isinstance(data, int):
        return float(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, data)
    return data


def _record(shape: type[Any], data: Mapping[str, Any]) -> Any:
    if not isinstance(data, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{shape.__name__} is not an object")
    hints = _hints(shape)
    given: dict[str, Any] = {}
    for field in fields(shape):
        if field.name in data:
            given[field.name] = _value(hints[field.name], data[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise KeyError(f"{shape.__name__} without {field.name}")
    return shape(**given)
