"""Encoding of hot answers: plain values straight to bytes."""

from typing import Any

import orjson
from starlette.responses import Response


def fast_json(value: Any, status: int = 200) -> Response:
    """`value` (dicts, lists, UUIDs, datetimes) as a JSON answer, without passing through models."""
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, media_type="application/json")
