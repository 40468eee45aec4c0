"""The application: routes under /api/v1, the console at /, the door around both."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module, metadata, resources
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

import qistas.api.routes
from qistas.connectors.blobs import open_blobs
from qistas.db import Address, Database
from qistas.settings import Settings

from .console import mount_console
from .deps import Parts, who_asks
from .door import Door
from .errors import install_errors, problem
from .wire.faults import FaultSent

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PROBLEM = "application/problem+json"


class Problem(BaseModel):
    """What every failure answers (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FaultSent]
    request_id: str


def create_app(settings: Settings, address: Address) -> FastAPI:
    """The application for `settings`, on the database at `address`. It opens its parts when it starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with Database(address, size=settings.pool_size) as db:
            app.state.parts = Parts(settings, db, open_blobs(settings.blobs))
            yield

    app = Application(
        title="Qistas",
        version=metadata.version("qistas"),
        summary="An open, neutral, self-hosted data engine for AI.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
    )
    install_errors(app)
    app.include_router(all_routes(), prefix="/api/v1")
    app.router.routes.append(Route("/api/{rest:path}", NoSuchAddress(app), include_in_schema=False))
    mount_console(app, console_folder())
    app.add_middleware(Door, ask=who_asks, body_most=settings.max_upload_bytes)
    return app


class Application(FastAPI):
    """FastAPI, with an OpenAPI document that tells the truth about failures: they are problem documents."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            parts = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas.update(parts.pop("$defs"))
            schemas["Problem"] = parts
            failure = {
                "description": "A failure, as a problem document",
                "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for methods in document.get("paths", {}).values():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
                    operation["responses"]["default"] = failure
        return self.openapi_schema or {}


class NoSuchAddress:
    """Answers what no route under /api took: the address may be known for other methods (405), or not at all (404)."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say so, as a problem document."""
        request_id = str(scope.get("state", {}).get("request_id", ""))
        allowed = [m for m in METHODS if self._takes(scope, m)]
        if allowed:
            answer = problem(
                405,
                "method_not_allowed",
                f"This address takes {', '.join(allowed)}.",
                request_id=request_id,
                headers={"Allow": ", ".join(allowed)},
            )
        else:
            answer = problem(404, "not_found", "There is no such address in the API.", request_id=request_id)
        await answer(scope, receive, send)

    def _takes(self, scope: Scope, method: str) -> bool:
        asked = {**scope, "method": method}
        for route in self.app.router.routes:
            if isinstance(route, Route) and isinstance(route.app, NoSuchAddress):
                return False
            if route.matches(asked)[0] is Match.FULL:
                return True
        return False


def all_routes() -> APIRouter:
    """The routers of every station, by the list of files in `routes/`."""
    gathered = APIRouter()
    for module in sorted(iter_modules(qistas.api.routes.__path__), key=lambda m: m.name):
        gathered.include_router(import_module(f"qistas.api.routes.{module.name}").router)
    return gathered


def console_folder() -> Path:
    """Where the built console lies inside the package."""
    return Path(str(resources.files("qistas").joinpath("console")))
