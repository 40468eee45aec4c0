"""What a route may ask for: the running parts, and who is asking."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, cast
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPBearer

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import CrossSite, Fault, Forbidden, Invalid, Missing, Unknown
from qistas.core.ids import ProjectId, parse_uuid
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.settings import Settings
from qistas.workforce import SessionLimits, find_project, resolve_or_rotate, resolve_token

from .errors import nul_found

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ELSEWHERE = "This request came from another site. Open the console itself and try again."


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts of a server."""

    settings: Settings
    db: Database
    blobs: BlobStore


def parts(request: Request) -> Parts:
    """The parts of the server that answers this request."""
    return cast(Parts, request.app.state.parts)


def limits_of(settings: Settings) -> SessionLimits:
    """How long sessions live here."""
    return SessionLimits(settings.session_idle_hours, settings.session_hours)


def cookie_name(settings: Settings) -> str:
    """The session cookie; with https it is bound to this host by its prefix."""
    return "__Host-qistas" if settings.secure_cookies else "qistas_session"


def hand_cookie(request: Request, secret: str | None) -> None:
    """Give the one who asks this session cookie with the answer, or (None) take it away."""
    settings = parts(request).settings
    age = settings.session_hours * 3600 if secret else 0
    text = f"{cookie_name(settings)}={secret or ''}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax"
    # The door writes it: a route may answer with bytes of its own, and the framework would lose it.
    request.scope["state"]["cookies"] = [f"{text}; Secure" if settings.secure_cookies else text]


def session_cookie(request: Request) -> str | None:
    """The secret of the session this request comes with."""
    return request.cookies.get(cookie_name(parts(request).settings)) or None


def client_address(request: Request) -> str:
    """The network address that asks, for counting attempts."""
    return request.client.host if request.client else "unknown"


def check_origin(request: Request, *, strict: bool) -> None:
    """Refuse an unsafe request that does not come from our own pages.

    `strict`: one that does not say where it comes from is refused too. Programs that carry no cookie need not say.
    """
    if request.method in SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSite(ELSEWHERE)
    elif origin is not None:
        if origin not in _own_origins(request):
            raise CrossSite(ELSEWHERE)
    elif strict:
        raise CrossSite(
            "This request does not say where it comes from (no Sec-Fetch-Site, no Origin). Programs use an API token."
        )


def _own_origins(request: Request) -> set[str]:
    """Scheme and host of our own pages: the public address; and the one asked for, unless the public address says its scheme."""
    public, host = parts(request).settings.public_url, request.headers.get("host", "")
    at = urlsplit(public) if public else None
    found = {f"{at.scheme}://{at.netloc}"} if at else set[str]()
    return found if at and at.netloc == host else found | {f"{request.url.scheme}://{host}"}


async def who_asks(request: Request) -> Principal:
    """Who asks: by API token, or by session cookie. Raises Unknown, CrossSite."""
    known = getattr(request.state, "principal", None)
    if known is not None:
        return cast(Principal, known)
    running = parts(request)
    bearer = request.headers.get("authorization")
    if bearer:
        kind, _, token = bearer.partition(" ")
        if kind.lower() != "bearer":
            raise Unknown("Only bearer tokens are understood: Authorization: Bearer qst_…")
        principal = await resolve_token(running.db, token.strip())
    else:
        cookie = session_cookie(request)
        if cookie is None:
            raise Unknown("Sign in first.")
        check_origin(request, strict=True)
        principal, fresh = await resolve_or_rotate(running.db, cookie, limits_of(running.settings))
        if fresh is not None:
            hand_cookie(request, fresh)
            request.state.session = fresh
    request.state.principal = principal
    return principal


def own_page(request: Request) -> None:
    """For doors that open without a session: a foreign page may not push anybody through them."""
    check_origin(request, strict=session_cookie(request) is not None)


# Both are declared for the reader of the OpenAPI document; `who_asks` itself decides.
_token = HTTPBearer(scheme_name="token", auto_error=False, description="An API token: qst_…")
_cookie = APIKeyCookie(
    name="qistas_session", scheme_name="session", auto_error=False, description="The console's session cookie"
)


def _query_names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        yield parameter.alias
    for part in dependant.dependencies:
        yield from _query_names(part)


def check_query(request: Request) -> None:
    """Refuse a query parameter that the route does not know: a filter that is silently not applied shows what was not asked for."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute) or not request.query_params:
        return
    known = cast(frozenset[str] | None, getattr(route, "query_names", None))
    if known is None:
        known = frozenset(_query_names(route.dependant))
        route.query_names = known  # type: ignore[attr-defined]
    for name, value in request.query_params.multi_items():
        if "\0" in value:
            raise nul_found(f"query, {name[:100]}")
        if name not in known:
            remedy = f"Known here: {', '.join(sorted(known))}." if known else "This address takes none."
            raise Invalid(
                "A query parameter is not known here.", [Fault(f"query, {name[:100]}", "unknown", remedy)]
            )


async def actor(
    request: Request, _a: Annotated[object, Depends(_token)], _b: Annotated[object, Depends(_cookie)]
) -> Principal:
    """Who asks. Raises Unknown; Missing where the address names a project that is not there for the one who asks."""
    principal = await who_asks(request)
    check_query(request)
    named = request.path_params.get("project_id")
    if named is not None:
        project_id = parse_uuid(named)
        if project_id is None:
            raise Missing
        await find_project(parts(request).db, principal, ProjectId(project_id))
    return principal


async def session_held(request: Request, _b: Annotated[object, Depends(_cookie)]) -> str:
    """The secret of a live session, for what only a person at the console may do. Raises Unknown, Forbidden, CrossSite."""
    if request.headers.get("authorization"):
        raise Forbidden("Only a person who is signed in may do this, not a token.")
    await who_asks(request)
    return getattr(request.state, "session", None) or cast(str, session_cookie(request))


async def _parts(request: Request) -> Parts:
    """As `parts`. A dependency that is no coroutine would be sent to a thread, at each request."""
    return parts(request)


PartsDep = Annotated[Parts, Depends(_parts)]
Actor = Annotated[Principal, Depends(actor)]
SessionHeld = Annotated[str, Depends(session_held)]
Address = Annotated[str, Depends(client_address)]
