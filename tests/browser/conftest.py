"""A real server on a folder of its own, a little work already done in it, and Chromium to look at it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ("en", "ar")
READY_S = 120
HEADLINES = [
    "The central bank kept its interest rate unchanged for the third month.",
    "فاز الفريق في المباراة النهائية بهدفين مقابل هدف واحد.",
    "A new telescope has taken its first pictures of a distant galaxy.",
    "افتُتح معرض للخط العربي في المتحف الوطني يوم الخميس.",
    "The striker signed for two more seasons after the cup.",
    "ارتفعت أسعار النفط قليلًا بعد اجتماع المنتجين.",
]
TOPICS = ["economy", "football", "science", "culture", "football", "economy"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives Chromium; one worker of pytest-xdist does all of it when asked to group."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if os.environ.get("QISTAS_SKIP_BROWSER"):
                item.add_marker(pytest.mark.skip(reason="left out by QISTAS_SKIP_BROWSER"))


@dataclass(frozen=True)
class Served:
    """A server that runs: its address, and the state of a browser in which the owner is signed in."""

    url: str
    owner: dict[str, Any]
    api: httpx.Client


@dataclass(frozen=True)
class Work:
    """A project in which three annotators have answered."""

    project: str
    name: str
    tokens: list[str]


@dataclass
class Seen:
    """What the browser complained of while a test ran."""

    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """`qistas up` on a free port, with the owner signed in by the link it prints."""
    if not (ROOT / "src" / "qistas" / "console" / "index.html").exists():
        pytest.fail("The console is not built. Run: make console")
    # Not in pytest's folder: the embedded database runs as another user when we are root, and each run of pytest on the
    # machine takes that one's rights away.
    folder = Path(tempfile.mkdtemp(prefix="qistas-browser-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith("QISTAS_")}
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "qistas.cli.main",
                "up",
                "--data-dir",
                str(folder / "data"),
                "--port",
                str(port),
                "--json",
            ],
            stdout=subprocess.PIPE,
            stderr=log,
            env=env,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            pytest.fail("The server did not start:\n" + (folder / "up.log").read_text())
        ready = json.loads(line)
        url = f"http://localhost:{port}"
        with httpx.Client(base_url=f"{url}/api/v1", headers={"Origin": url}, timeout=60) as api:
            token = ready["link"].partition("#")[2]
            api.post("/session/link", json={"token": token}).raise_for_status()
            cookies = [
                {"name": name, "value": value, "url": url, "httpOnly": True, "sameSite": "Lax"}
                for name, value in api.cookies.items()
            ]
            yield Served(url, {"cookies": cookies}, api)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def work(served: Served) -> Work:
    """A project of the template of topics: six headlines, three annotators, one of whom is often wrong."""
    api = served.api
    name = "Headlines عناوين"
    made = api.post(
        "/projects",
        json={
            "name": name,
            "template": "text_classification",
            "settings": {"overlap": 3, "review": "doubtful", "price_minor": 5},
        },
    )
    made.raise_for_status()
    project = str(made.json()["id"])
    lines = "".join(
        json.dumps({"data": {"text": text}, "external_id": f"h-{at}"}, ensure_ascii=False) + "\n"
        for at, text in enumerate(HEADLINES)
    )
    api.post(
        f"/projects/{project}/items",
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    tokens: list[str] = []
    for at, annotator in enumerate(("Amal", "عمر", "Jun")):
        asked = {
            "name": f"work of {annotator}",
            "scopes": ["*"],
            "days": 1,
            "act_as": {"name": annotator, "role": "annotator"},
        }
        sent = api.post("/tokens", json=asked)
        sent.raise_for_status()
        tokens.append(str(sent.json()["token"]))
        answer_all(served.url, tokens[-1], project, wrong=at == 2)
    wait_for(lambda: api.get(f"/projects/{project}").json()["counts"]["consensus"] >= len(HEADLINES), 60)
    return Work(project, name, tokens)


def answer_all(url: str, token: str, project: str, *, wrong: bool) -> None:
    """Answer every task as one annotator: rightly, or all but the last wrongly, so that each test finds something disputed."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{url}/api/v1/projects/{project}", headers=headers, timeout=60) as api:
        offers = api.post("/claim", json={"limit": 20}).raise_for_status().json()["tasks"]
        for at, offer in enumerate(offers):
            right = TOPICS[HEADLINES.index(offer["item"]["data"]["text"])]
            other = "sport" if right == "culture" else "culture"
            topic = other if wrong and at < len(offers) - 1 else right
            body = {
                "lease_id": offer["lease_id"],
                "answer": {"topic": {"labels": [topic]}},
                "seconds": 4.0 + at,
                "client_key": offer["lease_id"],
            }
            api.post("/annotations", json=body).raise_for_status()


def wait_for(there: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


@dataclass(frozen=True)
class Driven:
    """Chromium, and the event loop by which it is driven."""

    browser: Browser
    loop: asyncio.AbstractEventLoop | None


@pytest.fixture(scope="session")
def driven() -> Iterator[Driven]:
    """Debian's Chromium (or another, named by QISTAS_CHROMIUM), started once for all tests."""
    names = (os.environ.get("QISTAS_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("Chromium is missing. On Debian: apt-get install chromium (or QISTAS_SKIP_BROWSER=1).")
    args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=args)
        loop = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        yield Driven(browser, loop)
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def chromium(driven: Driven) -> Iterator[Browser]:
    """The browser. Its loop counts as running between its calls: outside of its own tests it must not, or no other loop could run."""
    asyncio._set_running_loop(driven.loop)
    yield driven.browser
    asyncio._set_running_loop(None)


@pytest.fixture
def seen() -> Seen:
    """What the browser complains of in this test. A test that provokes a complaint takes it out again."""
    return Seen()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, served: Served, seen: Seen) -> Iterator[OpenPage]:
    """Open an address as the owner (or as nobody, or by a token's person), in a language and colour scheme."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str,
        language: str = "en",
        *,
        scheme: str = "light",
        signed_in: bool = True,
        width: int = 1280,
    ) -> Page:
        context = chromium.new_context(
            base_url=served.url,
            locale=language,
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            viewport={"width": width, "height": 800},
            bypass_csp=True,  # for axe alone; the policy itself is tested in test_console_policy.py
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if signed_in:
            context.add_cookies(served.owner["cookies"])
            served.api.patch("/session", json={"language": language}).raise_for_status()
        context.add_init_script(f"localStorage.setItem('qistas.language', '{language}')")
        page = context.new_page()
        page.on(
            "console",
            lambda told: seen.complaints.append(told.text) if told.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith((served.url, "data:", "blob:"))
                else seen.complaints.append(f"a request left the house: {asked.url}")
            ),
        )
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert seen.complaints == []


def check_axe(page: Page) -> None:
    """No violation of WCAG 2.2 A or AA, nor of axe's good practice."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", rules)
    told = [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert told == []


def words(language: str) -> dict[str, Any]:
    """The console's own words, so that tests name what people read."""
    file = ROOT / "web" / "apps" / "console" / "src" / "locales" / language / "console.json"
    return json.loads(file.read_text(encoding="utf-8"))


def word(language: str, key: str, **values: object) -> str:
    """One of them, by its key."""
    found: Any = words(language)
    for part in key.split("."):
        found = found[part]
    text = str(found)
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text
