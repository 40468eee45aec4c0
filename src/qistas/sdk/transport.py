"""One request and its answer: problem documents become the errors of `qistas.core.errors`, and what may be repeated is repeated."""

import random
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from qistas.core import errors
from qistas.core.errors import Fault, QistasError

AGENT = "qistas-sdk"
TRIES = 6
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 10.0
# A repeat of these leaves the server as one would have (RFC 9110, section 9.2.2).
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
BY_STATUS: dict[int, type[QistasError]] = {
    400: errors.Invalid,
    401: errors.Unknown,
    403: errors.Forbidden,
    404: errors.Missing,
    409: errors.Conflict,
    413: errors.Invalid,
    415: errors.Invalid,
    422: errors.Invalid,
    429: errors.Exhausted,
    503: errors.Unavailable,
}


def _every(root: type[QistasError]) -> Iterator[type[QistasError]]:
    yield root
    for child in root.__subclasses__():
        yield from _every(child)


BY_CODE: dict[str, type[QistasError]] = {kind.code: kind for kind in _every(QistasError)}


class Transport:
    """An httpx client with our errors and our patience."""

    def __init__(
        self,
        server: str,
        token: str | None,
        timeout_seconds: float,
        transport: httpx.BaseTransport | None = None,
        tries: int = TRIES,
    ) -> None:
        headers = {"user-agent": AGENT, "accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._http = httpx.Client(
            base_url=server.rstrip("/") + "/api/v1/",
            headers=headers,
            timeout=httpx.Timeout(timeout_seconds, connect=10),
            transport=transport,
        )
        self._server = server
        self.tries = tries

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def json(self, method: str, path: str, *, again: bool | None = None, **options: Any) -> Any:
        """The JSON that `path` answers (None for an empty answer). `again`: whether a repeat does no harm, where the method alone
        does not say so.
        """
        with self.stream(method, path, again=again, **options) as response:
            body = response.read()
        return response.json() if body else None

    @contextmanager
    def stream(
        self, method: str, path: str, *, again: bool | None = None, **options: Any
    ) -> Generator[httpx.Response]:
        """The answer of `path`, its body not yet read. Raises the error the server states."""
        repeatable = method in IDEMPOTENT if again is None else again
        for attempt in range(self.tries):
            last = attempt == self.tries - 1
            try:
                request = self._http.build_request(method, path, **options)
                response = self._http.send(request, stream=True)
            except httpx.TransportError as error:
                # A connection that was refused never carried the request, so even what is not repeatable may be sent again.
                if last or not (repeatable or isinstance(error, httpx.ConnectError)):
                    raise self._unreachable(error) from error
                time.sleep(pause(attempt))
                continue
            if response.status_code in (429, 503) and repeatable and not last:
                response.close()
                time.sleep(pause(attempt, response.headers.get("retry-after")))
                continue
            try:
                if response.status_code >= 400:
                    response.read()
                    if response.status_code == 401 and "authorization" not in self._http.headers:
                        raise errors.Unknown(
                            "No token was given. Make one on the console's page Tokens, and put it into QISTAS_TOKEN."
                        )
                    raise error_of(response)
                yield response
            except httpx.TransportError as error:
                raise self._unreachable(error) from error
            finally:
                response.close()
            return

    def _unreachable(self, error: httpx.TransportError) -> QistasError:
        said = str(error) or type(error).__name__
        return errors.Unavailable(
            f"The server at {self._server} does not answer ({said}). Is it running? `qistas up` starts one."
        )


def pause(attempt: int, retry_after: str | None = None) -> float:
    """Seconds to wait before the next try: twice as long each time, with chance so that clients do not move in step."""
    wait = FIRST_WAIT_SECONDS * 2**attempt * random.uniform(0.7, 1.3)  # noqa: S311
    if retry_after is not None and retry_after.isdigit():
        wait = max(wait, float(retry_after))
    return min(LONGEST_WAIT_SECONDS, wait)


def error_of(response: httpx.Response) -> QistasError:
    """The error in a problem document (RFC 9457), by its code; by its status where the code is newer than we are."""
    try:
        body = response.json()
        detail = str(body["detail"])
        code = str(body.get("code", ""))
        faults = [
            Fault(str(e.get("where", "")), str(e.get("message", "")), str(e.get("remedy", "")))
            for e in body.get("errors", [])
        ]
        request_id = str(body.get("request_id") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        detail, code, faults, request_id = (
            f"The server answered {response.status_code}, not as a Qistas server does.",
            "",
            [],
            "",
        )
    kind = BY_CODE.get(code) or BY_STATUS.get(response.status_code, errors.Unavailable)
    return kind(f"{detail} (request {request_id})" if request_id else detail, faults)
