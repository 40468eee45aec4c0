"""What a route may ask for: the running parts, and who is asking."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from qistas.connectors.blobs import BlobStore
from qistas.core.errors import CrossSite, Unknown
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.settings import Settings
from qistas.workforce import resolve_session, resolve_token

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts of a server."""

    settings: Settings
    db: Database
    blobs: BlobStore


def parts(request: Request) -> Parts:
    """The parts of the server that answers this request."""
    return cast(Parts, request.app.state.parts)


def cookie_name(settings: Settings) -> str:
    """The session cookie; with https it is bound to this host by its prefix."""
    return "__Host-qistas" if settings.secure_cookies else "qistas_session"


def check_origin(request: Request) -> None:
    """Refuse an unsafe request that carries our cookie but does not come from our own pages."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in ("same-origin", "none"):
            return
        raise CrossSite("This request came from another site. Open the console itself and try again.")
    origin = request.headers.get("origin")
    if origin is None or origin.split("://", 1)[-1] == request.headers.get("host"):
        return
    raise CrossSite("This request came from another site. Open the console itself and try again.")


async def actor(request: Request) -> Principal:
    """Who asks: by API token, or by session cookie. Raises Unknown."""
    running = parts(request)
    bearer = request.headers.get("authorization")
    if bearer:
        kind, _, token = bearer.partition(" ")
        if kind.lower() != "bearer":
            raise Unknown("Only bearer tokens are understood: Authorization: Bearer qst_…")
        return await resolve_token(running.db, token.strip())
    cookie = request.cookies.get(cookie_name(running.settings))
    if not cookie:
        raise Unknown("Sign in first.")
    check_origin(request)
    return await resolve_session(running.db, cookie)


PartsDep = Annotated[Parts, Depends(parts)]
Actor = Annotated[Principal, Depends(actor)]
