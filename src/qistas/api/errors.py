"""The one place that knows HTTP status numbers: every error becomes a problem document (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qistas.core.errors import Category, Exhausted, Fault, Invalid, Missing, QistasError

from .wire.faults import fault_sent

STATUS = {
    Category.INVALID: 422,
    Category.UNKNOWN: 401,
    Category.FORBIDDEN: 403,
    Category.MISSING: 404,
    Category.CONFLICT: 409,
    Category.EXHAUSTED: 429,
    Category.UNAVAILABLE: 503,
}
STATUS_OF_CODE = {"media_type": 415, "storage_full": 507}
TITLE = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Does not fit what is there",
    413: "Too large",
    415: "Not a type we read",
    416: "No such part",
    422: "Something in the request is wrong",
    429: "Too many",
    500: "Something broke on our side",
    503: "Not available just now",
    507: "No space left",
}
CODE = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type", 422: "invalid"}
UNREADABLE = "There was an error parsing the body"  # what the framework says when it cannot read one


def problem(
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    request_id: str = "",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem document."""
    body = {
        "type": f"https://qistas.dev/errors/{code}",
        "title": TITLE.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "errors": errors or [],
        "request_id": request_id,
    }
    extra = dict(headers or {})
    if status in (429, 503, 507):
        extra.setdefault("Retry-After", "2")
    if status == 401:
        extra.setdefault("WWW-Authenticate", "Bearer")
    return JSONResponse(body, status, extra, media_type="application/problem+json")


def problem_of(error: QistasError, request_id: str) -> JSONResponse:
    """The problem document of an outcome."""
    faults = [fault_sent(one) for one in error.faults]
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Exhausted) else None
    status = STATUS_OF_CODE.get(error.code) or STATUS[error.category]
    return problem(status, error.code, _readable(error.detail), faults, request_id, headers)


def nul_found(place: str) -> Invalid:
    """What one is told whose text holds a NUL character, which no text of the database does."""
    return Invalid(
        "A text holds a NUL character, which cannot be stored.",
        [Fault(place, "contains a NUL character", "Remove the character.", "nul_character")],
    )


def request_id_of(request: Request) -> str:
    """The id this request was given at the door."""
    return str(getattr(request.state, "request_id", ""))


def install_errors(app: FastAPI) -> None:
    """Answer every failure with a problem document; details of our own faults stay in the log (see door.py)."""

    @app.exception_handler(QistasError)
    async def on_outcome(request: Request, error: QistasError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        if type(error) is Invalid and not error.faults and (place := getattr(request.state, "nul_place", "")):
            error = nul_found(place)  # what the database said of it names no field
        return problem_of(error, request_id_of(request))

    @app.exception_handler(RequestValidationError)
    async def on_shape(request: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        found = error.errors()
        if found and all(e["loc"][:1] == ("path",) for e in found):
            # An id that is none is simply not there.
            return problem_of(Missing(), request_id_of(request))
        nul = getattr(request.state, "nul_place", "")
        faults = [
            fault_sent(
                nul_found(place).faults[0] if nul and place == nul else Fault(place, _readable(e["msg"]))
            )
            for e in found[:100]
            for place in (_place(e["loc"]),)
        ]
        return problem(
            422, "invalid", "The request does not have the shape this needs.", faults, request_id_of(request)
        )

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        status = error.status_code
        if status == 400 and error.detail == UNREADABLE:
            return problem(422, "invalid", "The body cannot be read.", None, request_id_of(request))
        code = CODE.get(status, "http_error")
        return problem(status, code, str(error.detail), None, request_id_of(request), error.headers)


def _place(loc: tuple[int | str, ...]) -> str:
    """`('body', 'labels', 0, 'name')` as `labels[0].name`."""
    place = ""
    for part in loc[1:] if len(loc) > 1 else loc:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return _readable(place)


def _readable(text: str) -> str:
    """What a client sent may come back in a message; never more of it than a person reads, nor what no encoder takes."""
    return text[:2000].encode("utf-8", "replace").decode()
