"""Serves the built console: files by name, and index.html for every page of the application."""

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from .errors import problem

NOT_BUILT = "The console is not built. Run `make console`, or use a released wheel, which carries it."


def mount_console(app: FastAPI, folder: Path) -> None:
    """Answer everything outside /api with the console in `folder`."""

    async def page(request: Request) -> Response:
        path = request.path_params["path"]
        if path.startswith("api/"):
            return problem(404, "not_found", "There is no such address in the API.")
        return _answer(folder, path)

    app.add_route("/{path:path}", page, methods=["GET", "HEAD"], include_in_schema=False)


def _answer(folder: Path, path: str) -> Response:
    root = folder.resolve()
    file = _file(root, path)
    if file is not None:
        # Built files carry a hash in their name, so they never change.
        cache = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
        return FileResponse(file, headers={"cache-control": cache})
    index = root / "index.html"
    if not index.is_file():
        return PlainTextResponse(NOT_BUILT, 503)
    if Path(path).suffix and path.startswith("assets/"):
        return PlainTextResponse("Not found", 404)
    return FileResponse(index, headers={"cache-control": "no-cache"})


def _file(root: Path, path: str) -> Path | None:
    """The built file that `path` names, if it is one inside `root`; names no file can have are none."""
    try:
        file = (root / path).resolve()
        return file if path and file.is_relative_to(root) and file.is_file() else None
    except (OSError, ValueError):
        return None
