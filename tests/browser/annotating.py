"""Projects to annotate in the browser, what was stored of them, and the hands of an annotator."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from .conftest import ROOT, Served, wait_for

LABELS = [
    {"name": "PER", "title": {"en": "Person", "ar": "شخص"}, "hotkey": "p"},
    {"name": "LOC", "title": {"en": "Place", "ar": "مكان"}, "hotkey": "l"},
]
NEWS = {
    "format": 1,
    "languages": ["en", "ar"],
    "guideline": {"en": "Mark **names** as a whole.", "ar": "حدد **الاسم** كاملا."},
    "fields": [{"name": "text", "type": "text", "title": {"en": "Headline", "ar": "العنوان"}}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "title": {"en": "Topic", "ar": "الموضوع"},
            "labels": [
                {"name": "sport", "title": {"en": "Sport", "ar": "رياضة"}},
                {"name": "culture", "title": {"en": "Culture", "ar": "ثقافة"}},
            ],
        },
        {
            "name": "names",
            "kind": "span",
            "field": "text",
            "title": {"en": "Names", "ar": "الأسماء"},
            "labels": LABELS,
        },
        {
            "name": "note",
            "kind": "text",
            "required": False,
            "title": {"en": "Note", "ar": "ملاحظة"},
            "when": {"question": "topic", "is": ["culture"]},
        },
    ],
}
BOXES: dict[str, Any] = {
    "format": 1,
    "languages": ["en", "ar"],
    "fields": [{"name": "image", "type": "image", "title": {"en": "Street", "ar": "الشارع"}}],
    "questions": [
        {
            "name": "things",
            "kind": "box",
            "field": "image",
            "title": {"en": "Vehicles", "ar": "المركبات"},
            "labels": [
                {"name": "car", "title": {"en": "Car", "ar": "سيارة"}},
                {"name": "bus", "title": {"en": "Bus", "ar": "حافلة"}},
            ],
        }
    ],
}

POLYGONS = {
    **BOXES,
    "questions": [{**question, "kind": "polygon"} for question in BOXES["questions"]],
}


def new_project(served: Served, ontology: dict[str, Any], name: str = "To annotate") -> str:
    """An empty project of one answer to each task."""
    made = served.api.post("/projects", json={"name": name, "ontology": ontology, "settings": {"overlap": 1}})
    made.raise_for_status()
    return str(made.json()["id"])


def text_project(served: Served, texts: Sequence[str], ontology: dict[str, Any] = NEWS) -> str:
    """A project of texts, which are offered in their order."""
    project = new_project(served, ontology)
    lines = "".join(json.dumps({"data": {"text": text}}, ensure_ascii=False) + "\n" for text in texts)
    served.api.post(
        f"/projects/{project}/items",
        content=lines.encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    return project


def image_project(served: Served, count: int = 2, ontology: dict[str, Any] = BOXES) -> str:
    """A project of plain pictures of 400 by 300 pixels."""
    project = new_project(served, ontology)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for at in range(count):
            picture = io.BytesIO()
            Image.new("RGB", (400, 300), (40 * at, 120, 160)).save(picture, "PNG")
            archive.writestr(f"street-{at}.png", picture.getvalue())
    sent = served.api.post(
        f"/projects/{project}/imports", files={"file": ("streets.zip", packed.getvalue(), "application/zip")}
    )
    sent.raise_for_status()
    address = f"/projects/{project}/imports/{sent.json()['id']}"
    wait_for(lambda: served.api.get(address).json()["state"] in ("done", "failed"), 60)
    assert served.api.get(address).json()["rows_added"] == count, served.api.get(address).text
    return project


def stored(served: Served, project: str) -> list[dict[str, Any]]:
    """Every current annotation of a project."""
    text = served.api.get(f"/projects/{project}/annotations").raise_for_status().text
    return [json.loads(line) for line in text.splitlines()]


def said(language: str, key: str) -> str:
    """A word of the annotation screen."""
    file = ROOT / "web" / "apps" / "console" / "src" / "locales" / language / "annotate.json"
    found: Any = json.loads(Path(file).read_text(encoding="utf-8"))
    for part in key.split("."):
        found = found[part]
    return str(found)


def shown_text(page: Page) -> str:
    """The text under the annotator's eyes, line by line as it stands in the document."""
    return "".join(page.locator("[data-surface] [data-block]").all_text_contents())


def drag_over(page: Page, word: str) -> None:
    """Select a word by pointer, from the side where reading begins to the side where it ends."""
    x1, y1, x2, y2 = page.evaluate(
        """(word) => {
          const line = [...document.querySelectorAll('[data-block]')].find((one) => one.textContent.includes(word));
          const text = line.firstChild;
          const start = text.data.indexOf(word);
          const at = (from, to) => {
            const range = document.createRange();
            range.setStart(text, from);
            range.setEnd(text, to);
            return range.getBoundingClientRect();
          };
          const first = at(start, start + 1);
          const last = at(start + word.length - 1, start + word.length);
          const rtl = getComputedStyle(line).direction === 'rtl';
          const y = first.top + first.height / 2;
          return rtl ? [first.right - 1, y, last.left + 1, y] : [first.left + 1, y, last.right - 1, y];
        }""",
        word,
    )
    page.mouse.move(x1, y1)
    page.mouse.down()
    page.mouse.move((x1 + x2) / 2, y1, steps=4)
    page.mouse.move(x2, y2, steps=4)
    page.mouse.up()
