"""What the console is made of: a strict content policy that it lives under, and no more script than agreed."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser

from .conftest import ROOT, Served, Work

CONSOLE = ROOT / "src" / "qistas" / "console"
API = ROOT / "web" / "packages" / "api"
MOST_SCRIPT = 300_000


def test_every_page_lives_under_the_policy(chromium: Browser, served: Served, work: Work) -> None:
    context = chromium.new_context(base_url=served.url)
    context.add_cookies(served.owner["cookies"])
    page = context.new_page()
    broken: list[str] = []
    page.on("console", lambda told: broken.append(told.text) if told.type == "error" else None)
    for path in ("/", "/new", f"/projects/{work.project}/ontology", f"/projects/{work.project}/annotate"):
        answer = page.goto(path)
        assert answer is not None
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        page.wait_for_load_state("networkidle")
    page.goto(f"/projects/{work.project}/ontology")
    page.get_by_text("YAML", exact=True).click()
    page.locator(".cm-content").wait_for()
    assert broken == []
    context.close()


def test_the_annotation_page_loads_at_most_the_agreed_script(
    chromium: Browser, served: Served, work: Work
) -> None:
    context = chromium.new_context(base_url=served.url)
    context.add_cookies(served.owner["cookies"])
    page = context.new_page()
    scripts: set[str] = set()
    page.on("request", lambda asked: scripts.add(asked.url) if asked.url.endswith(".js") else None)
    page.goto(f"/projects/{work.project}/annotate")
    page.wait_for_load_state("networkidle")
    context.close()
    weight = sum(
        len(gzip.compress((CONSOLE / "assets" / url.rpartition("/")[2]).read_bytes())) for url in scripts
    )
    assert scripts
    assert weight <= MOST_SCRIPT, f"{weight} bytes of script, gzipped"


def test_nothing_in_the_page_comes_from_elsewhere() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', page) == []
    assert "<script>" not in page


def test_the_client_is_the_one_that_the_server_describes(tmp_path: Path) -> None:
    written = json.dumps(_openapi())
    (tmp_path / "openapi.json").write_text(written, encoding="utf-8")
    made = tmp_path / "schema.ts"
    tool = ROOT / "web" / "node_modules" / ".bin" / "openapi-typescript"
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node is not None
    subprocess.run(
        [node, str(tool.resolve()), str(tmp_path / "openapi.json"), "--output", str(made)],
        check=True,
        capture_output=True,
    )
    kept = (API / "src" / "schema.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == kept, "the API has changed: run `npm run api` in web/"


def _openapi() -> object:
    sys.path.insert(0, str(API))
    try:
        from write_openapi import openapi_document  # type: ignore[import-not-found]

        return openapi_document()
    finally:
        sys.path.remove(str(API))
