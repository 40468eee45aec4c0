"""The outermost layer of the API: what every request passes before a route sees it, and every answer on its way out.

It gives each request an id, refuses bodies that are too large, of a type a foreign page could send, or of JSON that would
break what reads it, asks who sends a large body before reading it, and turns a fault of ours into a problem document.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

import anyio.to_thread
import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qistas.core.errors import Fault, Invalid, QistasError
from qistas.core.ids import uuid7

from .errors import problem, problem_of

log = logging.getLogger("qistas.api")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
JSON_MOST = 32 * 2**20
JSON_DEEPEST = 100
SMALL = 64 * 2**10  # up to here a body is read before it is asked who sends it
HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:;"
    " font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_LONG_NUMBER = re.compile(rb"\d{19}")
_SIMPLE = frozenset({"", "text/plain", "application/x-www-form-urlencoded"})


class Door:
    """The layer. `ask` tells who sends a request, or raises: the same question that routes ask."""

    def __init__(self, app: ASGIApp, *, ask: Callable[[Request], Awaitable[object]], body_most: int) -> None:
        self.app = app
        self.ask = ask
        self.body_most = body_most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, guarded, and dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = str(uuid7())
        state = cast(dict[str, Any], scope.setdefault("state", {}))
        state["request_id"] = request_id
        started = False

        async def dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _dress(MutableHeaders(scope=message), scope, state)
            await send(message)

        try:
            guarded = await self._guard(scope, receive)
            await self.app(scope, guarded, dressed)
        except HTTPException as refused:
            await problem(refused.status_code, "too_large", str(refused.detail), request_id=request_id)(
                scope, receive, dressed
            )
        except QistasError as refused:
            await problem_of(refused, request_id)(scope, receive, dressed)
        except Exception:
            # What broke stays in the log; a client that has its answer already can only be cut off.
            log.exception("request %s failed: %s %s", request_id, scope["method"], scope["path"])
            if started:
                raise
            detail = "The fault is ours and is in the server's log under this request id."
            await problem(500, "internal", detail, request_id=request_id)(scope, receive, dressed)

    async def _guard(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if not scope["path"].startswith("/api/") or (
            length in ("", "0") and "transfer-encoding" not in headers
        ):
            return receive
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["method"] not in SAFE and kind in _SIMPLE:
            # A page of another site can send these without asking; nothing of ours needs them.
            raise MediaType("Send JSON (content-type: application/json), a multipart upload, or NDJSON.")
        is_json = kind == "application/json" or kind.endswith("+json")
        most = JSON_MOST if is_json else self.body_most
        if length.isdigit() and int(length) > most:
            raise HTTPException(413, f"The body is larger than {most} bytes.")
        if not is_json or not length.isdigit() or int(length) > SMALL:
            await self._ask_first(scope)
        if not is_json:
            return _counted(receive, most)
        body = await _whole(receive, most)
        if len(body) > SMALL:
            await anyio.to_thread.run_sync(check_json, body)
        else:
            check_json(body)
            if (
                b"\\u0000" in body
            ):  # some texts may hold it and are refused by their place; the others by what is noted here
                scope["state"]["nul_place"] = _nul_place(orjson.loads(body))
        return _again(body, receive)

    async def _ask_first(self, scope: Scope) -> None:
        """Nobody unknown makes us hold a large body."""
        await self.ask(Request(scope))


class MediaType(QistasError):
    """A body of a type that is not read here."""

    code = "media_type"


def check_json(body: bytes) -> None:
    """Raise Invalid for JSON that is none, is nested deeper than anything we store, or holds what we could not write again.

    The strict parser refuses NaN, infinities, broken UTF-8 and lone surrogates.
    """
    if not body.strip():
        return
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = str(error).partition(": line ")[0]
        where = f"body, line {error.lineno}, column {error.colno}"
        raise Invalid(
            "The body is not JSON that can be read.", [Fault(where, message, "Send valid JSON in UTF-8.")]
        ) from None
    if body.count(b"[") + body.count(b"{") > JSON_DEEPEST and _deeper(value, JSON_DEEPEST):
        raise Invalid(
            "The JSON is nested too deeply.",
            [Fault("body", f"deeper than {JSON_DEEPEST} levels", "Send it flatter.")],
        )
    if _LONG_NUMBER.search(body):
        json.loads(body, parse_int=_whole_number)


def _deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        below: list[Any] = []
        for holder in level:
            below += [
                v
                for v in (holder.values() if isinstance(holder, dict) else holder)
                if isinstance(v, dict | list)
            ]
        if not below:
            return False
        level = below
    return True


def _nul_place(value: Any) -> str:
    """Where the first text with a NUL character stands, as `labels[0].name`; nothing where there is none."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, part = waiting.pop()
        if isinstance(part, str) and "\0" in part:
            return place or "body"
        if isinstance(part, dict):
            inner = cast("dict[str, Any]", part)
            if any("\0" in key for key in inner):
                return place or "body"
            waiting += [(f"{place}.{key}" if place else key, one) for key, one in reversed(inner.items())]
        elif isinstance(part, list):
            listed = cast("list[Any]", part)
            waiting += [(f"{place}[{at}]", listed[at]) for at in reversed(range(len(listed)))]
    return ""


def _whole_number(digits: str) -> int:
    if len(digits) > 20 or not -(2**63) <= int(digits) < 2**63:
        fault = Fault("body", f"{digits[:30]} has more than 64 bits", "Send such a number as a string.")
        raise Invalid("A whole number is too large.", [fault])
    return int(digits)


async def _whole(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part = message.get("body", b"")
        total += len(part)
        if total > most:
            raise HTTPException(413, f"The body is larger than {most} bytes.")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    told = False

    async def replay() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _counted(receive: Receive, most: int) -> Receive:
    total = 0

    async def count() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > most:
                raise HTTPException(413, f"The body is larger than {most} bytes.")
        return message

    return count


def _dress(headers: MutableHeaders, scope: Scope, state: dict[str, Any]) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers["x-request-id"] = state["request_id"]
    if scope["path"].startswith("/api/"):
        headers.setdefault("cache-control", "no-store")
    for cookie in state.get("cookies", ()):
        headers.append("set-cookie", cookie)
