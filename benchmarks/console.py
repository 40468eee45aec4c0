"""The annotator's screen in Chromium, on a real server, with every request delayed.

    python benchmarks/console.py [--tasks 40] [--delay 300] [--many 10000]

Prints, from one run on one machine:
  JavaScript of the annotation page, as gzip would send it;
  submit key to next task painted, with every request delayed by `--delay` ms, beside what one round trip takes;
  with `--many` spans on one document, and `--many` boxes on one image: key to paint for one more, and frames while
  scrolling or zooming.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Response, sync_playwright
from running import start_qistas

LABELS = [{"name": name, "hotkey": key} for name, key in (("PER", "p"), ("LOC", "l"), ("ORG", "o"))]
TEXTS = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": [{"name": "sport"}, {"name": "culture"}]},
        {"name": "names", "kind": "span", "field": "text", "labels": LABELS, "required": False},
    ],
}
PICTURES = {
    "format": 1,
    "fields": [{"name": "image", "type": "image"}],
    "questions": [{"name": "things", "kind": "box", "field": "image", "labels": LABELS}],
}
SENTENCE = "افتتحت ليلى حداد المكتبة الجديدة في حلب مع Sara من باريس. "
# from the key's own time stamp to the first task after the paint that shows the change
PROBE = """([key, look]) => {
  window.painted = [];
  addEventListener("keydown", (event) => {
    if (event.key !== key) return;
    const read = new Function(`return ${look}`);
    const before = read();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      window.painted.push([performance.now() - event.timeStamp, read() !== before]);
    };
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, true);
}"""
FRAMES = """async ([times, act]) => {
  const step = new Function("at", act);
  const gaps = [];
  let last = await new Promise(requestAnimationFrame);
  for (let at = 0; at < times; at++) {
    step(at);
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}"""


def spread(values: list[float]) -> str:
    """Median, p95 and the worst, in milliseconds."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered):6.1f} ms   p95 {p95:6.1f} ms   max {ordered[-1]:6.1f} ms"


def project(api: httpx.Client, name: str, ontology: dict[str, Any]) -> str:
    """An empty project of one answer to each task."""
    body = {"name": name, "ontology": ontology, "settings": {"overlap": 1}}
    return str(api.post("/projects", json=body).raise_for_status().json()["id"])


def add_texts(api: httpx.Client, to: str, texts: list[str]) -> None:
    """Items of one text each."""
    lines = "".join(json.dumps({"data": {"text": text}}) + "\n" for text in texts)
    headers = {"Content-Type": "application/x-ndjson"}
    api.post(f"/projects/{to}/items", content=lines.encode(), headers=headers).raise_for_status()


def add_picture(api: httpx.Client, to: str, size: tuple[int, int]) -> None:
    """One picture, by import."""
    picture, packed = io.BytesIO(), io.BytesIO()
    Image.new("RGB", size, (120, 140, 160)).save(picture, "PNG")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.png", picture.getvalue())
    sent = api.post(
        f"/projects/{to}/imports", files={"file": ("one.zip", packed.getvalue(), "application/zip")}
    )
    address = f"/projects/{to}/imports/{sent.raise_for_status().json()['id']}"
    while (now := api.get(address).json())["state"] not in ("done", "failed"):
        time.sleep(0.2)
    if now["rows_added"] != 1:
        raise SystemExit(f"the picture was not imported: {now}")


def hold_draft(api: httpx.Client, of: str, answer: dict[str, Any]) -> None:
    """Leave an unfinished answer for the browser to go on with."""
    (offer,) = api.post(f"/projects/{of}/claim", json={"limit": 1}).raise_for_status().json()["tasks"]
    address = f"/projects/{of}/leases/{offer['lease_id']}/draft"
    api.put(address, json={"answer": answer, "seconds": 1}).raise_for_status()


def measure_submits(page: Page, tasks: int) -> list[float]:
    """Submit tasks one after the other as a quick annotator would."""
    page.evaluate(PROBE, ["Enter", "document.querySelector('[data-block]')?.textContent"])
    for _ in range(tasks):
        page.keyboard.press("1")
        page.wait_for_timeout(150)
        page.keyboard.press("Enter")
        page.wait_for_timeout(350)
    painted = page.evaluate("window.painted")
    if len(painted) != tasks or not all(changed for _, changed in painted):
        raise SystemExit(f"the next task was not painted each time: {painted}")
    return [taken for taken, _ in painted]


def measure_key(page: Page, key: str, look: str, act: Callable[[], None], times: int = 8) -> list[float]:
    """Key to paint of something that `look` can see."""
    page.evaluate(PROBE, [key, look])
    for _ in range(times):
        act()
        page.wait_for_timeout(250)
    return [taken for taken, changed in page.evaluate("window.painted") if changed]


def delayed(context: BrowserContext, page: Page, milliseconds: int) -> None:
    """Every request takes this much longer."""
    conditions = {
        "offline": False,
        "latency": milliseconds,
        "downloadThroughput": -1,
        "uploadThroughput": -1,
    }
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


def main() -> None:
    """Run all of it and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--delay", type=int, default=300)
    parser.add_argument("--many", type=int, default=10_000)
    asked = parser.parse_args()
    chromium = os.environ.get("QISTAS_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is missing. On Debian: apt-get install chromium.")
    folder = Path(tempfile.mkdtemp(prefix="qistas-console-"))
    folder.chmod(0o755)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        with start_qistas(folder) as running, sync_playwright() as play:
            headers = {"Authorization": f"Bearer {running.token}"}
            with httpx.Client(base_url=f"{running.url}/api/v1", headers=headers, timeout=120) as api:
                texts = project(api, "texts", TEXTS)
                add_texts(api, texts, [f"{at} {SENTENCE}" for at in range(asked.tasks + 10)])
                long = project(api, "long", TEXTS)
                paragraph = SENTENCE * 6 + "\n"
                document = paragraph * (asked.many // 30 + 1)
                add_texts(api, long, [document])
                words = [
                    {"start": at * 10, "end": at * 10 + 8, "label": LABELS[at % 3]["name"]}
                    for at in range(asked.many)
                    if at * 10 + 8 < len(document)
                ]
                hold_draft(api, long, {"topic": {"labels": ["sport"]}, "names": {"spans": words}})
                pictures = project(api, "pictures", PICTURES)
                add_picture(api, pictures, (4000, 3000))
                boxes = [
                    {
                        "x": (at * 37) % 3960,
                        "y": (at * 91) % 2970,
                        "width": 30 + at % 7,
                        "height": 20 + at % 5,
                        "rotation": 0,
                        "label": LABELS[at % 3]["name"],
                    }
                    for at in range(asked.many)
                ]
                hold_draft(api, pictures, {"things": {"boxes": boxes}})

            args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = play.chromium.launch(executable_path=chromium, args=args)
            context = browser.new_context(
                viewport={"width": 1440, "height": 900},
                extra_http_headers=headers,
                locale="en",
                bypass_csp=True,  # the probes are made of text
            )
            page = context.new_page()
            scripts: dict[str, int] = {}

            def weigh(response: Response) -> None:
                if response.url.endswith(".js") and response.ok:
                    scripts[response.url] = len(gzip.compress(response.body(), 9))

            page.on("response", weigh)
            page.goto(f"{running.url}/projects/{texts}/annotate")
            page.locator("[data-surface]").wait_for(timeout=60_000)
            page.wait_for_load_state("networkidle")
            print(
                f"JavaScript of the page: {sum(scripts.values()) / 1000:.0f} kB gzipped, {len(scripts)} files"
            )
            page.remove_listener("response", weigh)

            delayed(context, page, asked.delay)
            round_trip = page.evaluate(
                "async () => { const begin = performance.now(); await fetch('/api/v1/setup'); return performance.now() - begin }"
            )
            print(f"one round trip: {round_trip:.0f} ms")
            print(f"submit key to next task painted: {spread(measure_submits(page, asked.tasks))}")

            page.goto(f"{running.url}/projects/{long}/annotate")
            page.locator("[data-surface]").wait_for(timeout=60_000)
            page.wait_for_timeout(2000)
            count = "document.querySelector('[data-question=names] p')?.textContent"
            print(f"a document of {len(document):,} characters: {page.evaluate(count)}")
            page.keyboard.press("Alt+i")

            def mark() -> None:
                page.keyboard.press("Control+Shift+ArrowLeft")
                page.keyboard.press("Control+Shift+ArrowLeft")
                page.keyboard.press("o")
                page.keyboard.press("ArrowLeft")

            print(f"  key to one more span painted: {spread(measure_key(page, 'o', count, mark))}")
            scroll = "const pane = document.querySelector('section[aria-label=\"Item\"]'); pane.scrollTop = at * 90;"
            print(f"  frames while scrolling:       {spread(page.evaluate(FRAMES, [120, scroll]))}")

            page.goto(f"{running.url}/projects/{pictures}/annotate")
            page.locator("[data-surface] img").wait_for(timeout=60_000)
            page.wait_for_timeout(2000)
            count = "document.querySelector('[data-question=things] p')?.textContent"
            print(f"an image of 4,000 × 3,000 pixels: {page.evaluate(count)}")
            page.keyboard.press("p")
            page.locator("[data-surface]").focus()

            def draw() -> None:
                for key in ("Space", "Space", "Shift+ArrowRight", "Shift+ArrowDown", "Space", "Escape"):
                    page.keyboard.press(key)

            drawn = measure_key(page, " ", count, draw)
            print(f"  key to one more box painted:  {spread(drawn)}")
            zoom = (
                "const place = document.querySelector('[data-surface]'); const box = place.getBoundingClientRect();"
                "place.dispatchEvent(new WheelEvent('wheel', { deltaY: at < 60 ? -60 : 60, cancelable: true,"
                " clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }));"
            )
            print(f"  frames while zooming:         {spread(page.evaluate(FRAMES, [120, zoom]))}")
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
