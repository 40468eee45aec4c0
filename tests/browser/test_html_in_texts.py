"""Markup in every text that people and files may give: shown as it was written, on every screen, and never obeyed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from .conftest import LANGUAGES, OpenPage, Served, wait_for

# Any of these would call `harm`; the pages of these tests are opened without the policy that would stop it.
MARKUP = "<img src=x onerror=harm()><script>harm()</script>"
MARKDOWN = f"{MARKUP}\n\n[link](javascript:harm()) ![picture](x)\n\n<svg onload=harm()>\n\n**bold**"
WATCH = "window.harmed = 0; window.harm = () => { window.harmed += 1; };"
PATHS = (
    "/",
    "/new",
    "/members",
    "/tokens",
    "/settings",
    "/projects/{p}",
    "/projects/{p}/ontology",
    "/projects/{p}/sources",
    "/projects/{p}/queue",
    "/projects/{p}/annotate",
    "/projects/{p}/quality",
    "/projects/{p}/review",
    "/projects/{p}/datasets",
    "/projects/{p}/datasets/{d}",
    "/projects/{p}/members",
    "/projects/{p}/settings",
)


def ontology() -> dict[str, Any]:
    return {
        "format": 1,
        "name": MARKUP,
        "guideline": MARKDOWN,
        "fields": [
            {"name": "text", "type": "text", "title": MARKUP},
            {"name": "notes", "type": "markdown", "title": MARKUP},
            {"name": "talk", "type": "chat", "title": MARKUP},
            {"name": "more", "type": "json", "title": MARKUP},
        ],
        "questions": [
            {
                "name": "topic",
                "kind": "choice",
                "title": MARKUP,
                "help": MARKUP,
                "labels": [{"name": "a", "title": MARKUP}, {"name": "b", "title": MARKUP}],
            },
            {
                "name": "marks",
                "kind": "span",
                "field": "text",
                "title": MARKUP,
                "labels": [{"name": "x", "title": MARKUP}],
            },
            {"name": "grade", "kind": "rating", "title": MARKUP, "low_title": MARKUP, "high_title": MARKUP},
            {"name": "better", "kind": "pairwise", "left": "text", "right": "notes", "title": MARKUP},
            {"name": "why", "kind": "text", "title": MARKUP},
        ],
    }


def row(at: int) -> dict[str, Any]:
    return {
        "text": f"{at} {MARKUP}",
        "notes": MARKDOWN,
        "talk": [{"role": "user", "content": MARKUP}, {"role": "assistant", "content": MARKDOWN}],
        "more": {MARKUP: [MARKUP]},
        "id": f"{MARKUP}{at}",
        "split": "train",
        "from": MARKUP,
    }


def sent(api: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    answer = api.request(method, path, json=body)
    assert answer.is_success, (path, answer.text)
    return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def marked(served: Served) -> dict[str, str]:
    """A project in which every text is markup, and people of such names have answered, skipped, asked and reviewed."""
    api = served.api
    asked = {
        "name": MARKUP,
        "description": MARKDOWN,
        "ontology": ontology(),
        "settings": {"overlap": 2, "review": "all"},
    }
    project = sent(api, "POST", "/projects", asked)["id"]
    at = f"/projects/{project}"
    lines = "".join(json.dumps(row(n)) + "\n" for n in range(4))
    file = {"file": (f"{MARKUP}.jsonl", (lines + '{"text": "<b>"}\n').encode())}
    started = api.post(f"{at}/imports", files=file, data={"options": json.dumps({"batch": MARKUP})})
    assert started.is_success, started.text
    wait_for(lambda: api.get(f"{at}/imports/{started.json()['id']}").json()["rows_added"] == 4, 60)
    for n in range(2):
        role = {"name": f"{MARKUP}{n}", "role": "annotator"}
        token = sent(api, "POST", "/tokens", {"name": MARKUP, "scopes": ["*"], "days": 1, "act_as": role})
        headers = {"Authorization": f"Bearer {token['token']}"}
        with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers, timeout=60) as mine:
            first, second, third, last = sent(mine, "POST", f"{at}/claim", {"limit": 4})["tasks"]
            for offer in (first, second):
                answer = {
                    "topic": {"labels": ["ab"[n]]},
                    "marks": {"spans": [{"start": 0, "end": 9, "label": "x"}]},
                    "grade": {"value": 1 + 3 * n},
                    "better": {"choice": ("left", "right")[n], "strength": 1},
                    "why": {"text": MARKDOWN},
                }
                body = {
                    "lease_id": offer["lease_id"],
                    "answer": answer,
                    "seconds": 3,
                    "client_key": offer["lease_id"],
                }
                sent(mine, "POST", f"{at}/annotations", body)
            question = sent(
                mine, "POST", f"{at}/questions", {"lease_id": third["lease_id"], "text": MARKDOWN}
            )
            sent(mine, "POST", f"{at}/leases/{third['lease_id']}/skip", {"reason": "other", "note": MARKUP})
            sent(mine, "POST", f"{at}/leases/{last['lease_id']}/release")
        if n == 0:
            sent(api, "POST", f"{at}/questions/{question['id']}/reply", {"text": MARKDOWN})
    sent(api, "POST", "/groups", {"name": MARKUP, "members": []})
    wait_for(lambda: api.get(at).json()["counts"]["consensus"] == 2, 60)
    sent(api, "POST", f"{at}/quality/consensus", {})
    wait_for(lambda: api.get(f"{at}/quality").json()["computed_at"] is not None, 60)
    answers = [json.loads(line) for line in api.get(f"{at}/annotations").text.splitlines()]
    sent(
        api,
        "POST",
        f"{at}/reviews",
        {"annotation_id": answers[0]["id"], "verdict": "return", "reason": MARKDOWN},
    )
    gold = next(one for one in answers if one["item_id"] != answers[0]["item_id"])
    sent(api, "POST", f"{at}/gold", {"item_id": gold["item_id"], "answer": gold["answer"]})
    dataset = sent(api, "POST", f"{at}/datasets", {"name": MARKUP})["id"]
    version = sent(
        api,
        "POST",
        f"{at}/datasets/{dataset}/versions",
        {"selection": {"exclude_gold": False}, "note": MARKDOWN},
    )
    versions = f"{at}/datasets/{dataset}/versions/{version['id']}"
    wait_for(lambda: api.get(versions).json()["state"] != "sealing", 60)
    return {"p": str(project), "d": str(dataset)}


def obeyed(page: Page) -> list[str]:
    """What of the markup became part of the page, or was run."""
    return page.evaluate(
        """() => [
          ...(window.harmed ? [`run ${window.harmed} times`] : []),
          ...[...document.querySelectorAll('img[src="x"], [onerror], [onload], a[href^="javascript:"]')].map((one) => one.outerHTML),
          ...[...document.scripts].filter((one) => one.textContent.includes('harm(')).map((one) => one.outerHTML),
        ]"""
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_is_shown_and_never_obeyed(open_page: OpenPage, marked: dict[str, str], language: str) -> None:
    page = open_page("/settings", language)
    page.add_init_script(WATCH)
    shown: list[str] = []
    for path in PATHS:
        page.goto(path.format(**marked))
        page.get_by_role("heading", level=1).first.wait_for()
        page.wait_for_load_state("networkidle")
        tabs = page.get_by_role("main").get_by_role("tab")
        for at in range(max(tabs.count(), 1)):
            if tabs.count():
                tabs.nth(at).click()
                page.wait_for_load_state("networkidle")
            assert obeyed(page) == [], path
            if "<script>harm()" in page.locator("body").inner_text():
                shown.append(path)
    # It was there to be obeyed: all but the pages that show no text of anybody's.
    assert set(PATHS) - set(shown) <= {"/new", "/settings"}, set(PATHS) - set(shown)
    # And this would tell of it.
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=harm()>')")
    page.wait_for_function("window.harmed > 0")
    assert len(obeyed(page)) == 2
