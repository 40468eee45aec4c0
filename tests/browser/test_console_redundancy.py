"""How many answers an item gets, what that saved, and a flag that a person decides on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for, word

TOPICS = ["economy", "football", "science", "culture"]
SHOTS = os.environ.get("QISTAS_SCREENSHOTS")


def shot(page: Page, name: str) -> None:
    """A picture to look at, where one is asked for."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture(scope="module")
def crowded(served: Served) -> str:
    """Twenty items under adaptive redundancy; three annotators who are right, and one who never is."""
    api = served.api
    rule = {"mode": "adaptive", "target_confidence": 0.9, "min_overlap": 4, "max_overlap": 6}
    body = {
        "name": "As many as it takes",
        "template": "text_classification",
        "settings": {"redundancy": rule},
    }
    project = str(api.post("/projects", json=body).raise_for_status().json()["id"])
    lines = "".join(json.dumps({"data": {"text": f"News {n}"}}) + "\n" for n in range(20))
    headers = {"Content-Type": "application/x-ndjson"}
    api.post(f"/projects/{project}/items", content=lines.encode(), headers=headers).raise_for_status()
    for at, name in enumerate(("Amal", "عمر", "Jun", "Kim")):
        asked = {"name": name, "scopes": ["*"], "days": 1, "act_as": {"name": name, "role": "annotator"}}
        token = api.post("/tokens", json=asked).raise_for_status().json()["token"]
        with httpx.Client(
            base_url=f"{served.url}/api/v1/projects/{project}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        ) as mine:
            for offer in mine.post("/claim", json={"limit": 50}).raise_for_status().json()["tasks"]:
                number = int(offer["item"]["data"]["text"].split()[1])
                topic = TOPICS[(number + (at == 3)) % 4]
                answer = {
                    "lease_id": offer["lease_id"],
                    "answer": {"topic": {"labels": [topic]}},
                    "seconds": 3,
                    "client_key": offer["lease_id"],
                }
                mine.post("/annotations", json=answer).raise_for_status()

    def flagged() -> bool:
        page: dict[str, Any] = api.get(f"/projects/{project}/quality").json()
        if any(person["flags"] for person in page["annotators"]) and page["redundancy"]:
            return page["redundancy"]["finished"] >= 15
        api.post(f"/projects/{project}/quality/consensus", json={}).raise_for_status()
        return False

    wait_for(flagged, 90)
    return project


@pytest.mark.parametrize("language", LANGUAGES)
def test_savings_stand_on_the_project_and_quality_pages(
    open_page: OpenPage, crowded: str, language: str
) -> None:
    for place in ("", "/quality"):
        page = open_page(f"/projects/{crowded}{place}", language)
        expect(page.get_by_role("heading", name=word(language, "redundancy.savings"))).to_be_visible()
        expect(page.get_by_text(word(language, "redundancy.accuracy"), exact=True)).to_be_visible()
        check_axe(page)
        shot(page, f"savings{place.replace('/', '-')}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_annotator_in_detail_and_a_flag_to_decide_on(
    open_page: OpenPage, crowded: str, language: str
) -> None:
    page = open_page(f"/projects/{crowded}/quality", language)
    page.get_by_role("tab", name=word(language, "quality.annotators")).click()
    page.get_by_role("button", name=f"{word(language, 'quality.inFull')}: Kim").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("table")).to_be_visible()
    check_axe(page)
    shot(page, f"annotator-{language}")
    if language == LANGUAGES[0]:
        dismiss = dialog.get_by_role("button", name=word(language, "flags.dismiss"))
        expect(dismiss).to_be_disabled()
        dialog.get_by_label(word(language, "flags.note")).fill("Confuses the order of topics")
        expect(dismiss).to_be_enabled()
        dialog.get_by_role("button", name=word(language, "flags.pause"), exact=True).click()
        expect(dialog.get_by_role("button", name=word(language, "flags.resume"))).to_be_visible()
    else:
        dialog.get_by_role("button", name=word(language, "flags.resume")).click()
        expect(page.get_by_text(word(language, "flags.resumed"))).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rule_is_set_in_plain_words(
    open_page: OpenPage, served: Served, crowded: str, language: str
) -> None:
    page = open_page(f"/projects/{crowded}/settings", language)
    expect(page.get_by_role("radio", name=word(language, "redundancy.adaptive"))).to_be_checked()
    most = 6 + LANGUAGES.index(language) + 1
    page.get_by_label(word(language, "redundancy.max"), exact=True).fill(str(most))
    check_axe(page)
    shot(page, f"settings-{language}")
    page.get_by_role("button", name=word(language, "save"), exact=True).click()
    expect(page.get_by_text(word(language, "saved"), exact=True)).to_be_visible()
    rule = served.api.get(f"/projects/{crowded}").json()["settings"]["redundancy"]
    assert (rule["mode"], rule["max_overlap"], rule["target_confidence"]) == ("adaptive", most, 0.9)
    page.get_by_role("radio", name=word(language, "redundancy.fixed")).check()
    expect(page.get_by_label(word(language, "projectSettings.overlap"), exact=True)).to_be_visible()
    check_axe(page)
