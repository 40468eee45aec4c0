"""The application: routes under /api/v1, the console at /, safe headers on everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module, metadata, resources
from pathlib import Path
from pkgutil import iter_modules

from fastapi import APIRouter, FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import qistas.api.routes
from qistas.connectors.blobs import open_blobs
from qistas.db import Address, Database
from qistas.settings import Settings

from .console import mount_console
from .deps import Parts
from .errors import install_errors

HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:;"
    " font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SafeHeaders:
    """Adds the safe headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and dress the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, dressed)


def create_app(settings: Settings, address: Address) -> FastAPI:
    """The application for `settings`, on the database at `address`. It opens its parts when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Database(address, size=settings.pool_size) as db:
            app.state.parts = Parts(settings, db, open_blobs(settings.blobs))
            yield

    app = FastAPI(
        title="Qistas",
        version=metadata.version("qistas"),
        summary="An open, neutral, self-hosted data engine for AI.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    install_errors(app)
    app.include_router(all_routes(), prefix="/api/v1")
    mount_console(app, console_folder())
    app.add_middleware(SafeHeaders)
    return app


def all_routes() -> APIRouter:
    """The routers of every station, by the list of files in `routes/`."""
    gathered = APIRouter()
    for module in sorted(iter_modules(qistas.api.routes.__path__), key=lambda m: m.name):
        gathered.include_router(import_module(f"qistas.api.routes.{module.name}").router)
    return gathered


def console_folder() -> Path:
    """Where the built console lies inside the package."""
    return Path(str(resources.files("qistas").joinpath("console")))
