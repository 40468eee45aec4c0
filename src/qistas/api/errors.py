"""The one place that knows HTTP status numbers: every error becomes a problem document (RFC 9457)."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qistas.core.errors import Category, QistasError
from qistas.core.ids import uuid7

log = logging.getLogger("qistas.api")

STATUS = {
    Category.INVALID: 422,
    Category.UNKNOWN: 401,
    Category.FORBIDDEN: 403,
    Category.MISSING: 404,
    Category.CONFLICT: 409,
    Category.EXHAUSTED: 429,
    Category.UNAVAILABLE: 503,
}
TITLE = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Does not fit what is there",
    413: "Too large",
    415: "Not a type we read",
    422: "Something in the request is wrong",
    429: "Too many",
    500: "Something broke on our side",
    503: "Not available just now",
}


def problem(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None, request_id: str = "") -> JSONResponse:
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
    headers = {"Retry-After": "2"} if status in (429, 503) else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def install_errors(app: FastAPI) -> None:
    """Answer every failure with a problem document; details of our own faults stay in the log."""

    @app.exception_handler(QistasError)
    async def on_outcome(request: Request, error: QistasError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        faults = [{"where": f.where, "message": f.message, "remedy": f.remedy} for f in error.faults]
        return problem(STATUS[error.category], error.code, error.detail, faults)

    @app.exception_handler(RequestValidationError)
    async def on_shape(request: Request, error: RequestValidationError) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        faults = [
            {"where": ".".join(str(p) for p in e["loc"]), "message": e["msg"], "remedy": ""} for e in error.errors()
        ]
        return problem(422, "invalid", "The request does not have the shape this needs.", faults)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "media_type"}.get(error.status_code, "http_error")
        answer = problem(error.status_code, code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def on_fault(request: Request, error: Exception) -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        request_id = str(uuid7())
        log.error("request %s failed", request_id, exc_info=error)
        return problem(500, "internal", "The fault is ours and is in the server's log under this request id.", None, request_id)
