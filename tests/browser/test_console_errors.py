"""Likely wrong labels: the search, the list with its evidence, and the keys that send an item back and take it back."""

from __future__ import annotations

import json
import random

import pytest
from playwright.sync_api import expect

from tests.vocabulary import SCIENCE, SPORT, TRADE, sentence

from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for, word

WORDS: dict[str, list[str]] = dict(
    zip(("economy", "football", "science"), (TRADE, SPORT, SCIENCE), strict=True)
)
WRONG = {3, 17, 31, 44}


@pytest.fixture(scope="module")
def labelled(served: Served) -> str:
    """A project of ninety headlines with one answer each, four of them planted wrong; searched."""
    api, rng = served.api, random.Random(1)
    made = api.post("/projects", json={"name": "Wrong labels", "template": "text_classification"})
    project = str(made.raise_for_status().json()["id"])
    topics = [rng.choice(list(WORDS)) for _ in range(90)]
    texts = [sentence(rng, WORDS[t], 4, 6) + f" {n}" for n, t in enumerate(topics)]
    lines = "".join(json.dumps({"data": {"text": text}}, ensure_ascii=False) + "\n" for text in texts)
    headers = {"Content-Type": "application/x-ndjson"}
    api.post(f"/projects/{project}/items", content=lines.encode(), headers=headers).raise_for_status()
    done = 0
    while offers := api.post(f"/projects/{project}/claim", json={"limit": 20}).json()["tasks"]:
        for offer in offers:
            at = texts.index(offer["item"]["data"]["text"])
            topic = next(t for t in WORDS if t != topics[at]) if at in WRONG else topics[at]
            body = {"lease_id": offer["lease_id"], "answer": {"topic": {"labels": [topic]}}, "seconds": 2.0}
            sent = api.post(
                f"/projects/{project}/annotations", json={**body, "client_key": offer["lease_id"]}
            )
            sent.raise_for_status()
            done += 1
    assert done == 90
    wait_for(lambda: api.get(f"/projects/{project}").json()["counts"]["consensus"] >= 90, 60)
    return project


def test_a_search_is_begun_and_one_key_sends_back(open_page: OpenPage, served: Served, labelled: str) -> None:
    page = open_page(f"/projects/{labelled}/quality")
    page.get_by_role("tab", name=word("en", "errors.tab")).click()
    page.get_by_role("button", name=word("en", "errors.search"), exact=True).click()
    rows = (
        page.get_by_role("list", name=word("en", "errors.title"))
        .get_by_role("listitem")
        .filter(has=page.get_by_role("button"))
    )
    expect(rows.first).to_be_visible(timeout=60_000)
    at = f"/projects/{labelled}/quality/errors"
    found = served.api.get(at, params={"question": "topic"}).json()["rows"]
    numbers = [int(row["data"]["text"].rsplit(" ", 1)[1]) for row in found[: len(WRONG)]]
    assert len(WRONG & set(numbers)) >= 3
    expect(rows.first).to_contain_text("%")
    task = {"question": "topic"}
    page.keyboard.press("q")
    expect(rows.nth(0)).to_contain_text(word("en", "errors.sent"))
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    assert served.api.get(at, params=task).json()["rows"][0]["queued_at"]
    check_axe(page)
    page.keyboard.press("u")
    expect(rows.nth(0)).not_to_contain_text(word("en", "errors.sent"))
    assert served.api.get(at, params=task).json()["rows"][0]["queued_at"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_reads_in_both_directions(open_page: OpenPage, labelled: str, language: str) -> None:
    page = open_page(f"/projects/{labelled}/quality", language)
    page.get_by_role("tab", name=word(language, "errors.tab")).click()
    rows = page.get_by_role("list", name=word(language, "errors.title")).locator(":scope > li")
    expect(rows.first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name=word(language, "errors.searchAgain"))).to_be_enabled()
    expect(rows.first).to_contain_text(word(language, "errors.whyAlone"))
    check_axe(page)
    rows.first.get_by_role("button", name=word(language, "quality.look")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
