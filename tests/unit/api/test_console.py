"""The console's files: those, the page for everything else, and nothing outside."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from qistas.api.console import mount_console


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "console"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text("<!doctype html><title>Qistas</title>")
    (root / "assets" / "main-1a2b.js").write_text("1")
    (root / "assets" / "link.js").symlink_to(tmp_path / "secret.txt")
    app = FastAPI()
    mount_console(app, root)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


async def test_files_and_pages(client: httpx.AsyncClient) -> None:
    file = await client.get("/assets/main-1a2b.js")
    assert (file.text, "immutable" in file.headers["cache-control"]) == ("1", True)
    for path in ("/", "/projects/1/items", "/sign-in", "/index.html"):
        page = await client.get(path)
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        assert "<title>" in page.text
    assert (await client.get("/assets/gone.js")).status_code == 404
    assert (await client.head("/")).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt", "/assets/link.js", "/%00", "/a%00.js",
     "/" + "a" * 5000, "//etc/passwd", "/%5c..%5csecret.txt", "/%ff", "/assets/%00.js"],
)  # fmt: skip
async def test_nothing_outside(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code in (200, 404)
    assert "secret" not in answer.text
    assert "root:" not in answer.text
