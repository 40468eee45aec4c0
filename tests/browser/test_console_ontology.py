"""Changing an ontology: places of errors, publishing, and the refusal of what would break answers."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Seen, Served, Work, check_axe, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_would_break_answers_is_refused_with_their_number(
    open_page: OpenPage, work: Work, seen: Seen, language: str
) -> None:
    page = open_page(f"/projects/{work.project}/ontology", language)
    page.get_by_role("button", name=word(language, "ontology.remove", name="culture"), exact=True).click()
    publish = page.get_by_role("button", name=word(language, "ontology.publish"), exact=True)
    expect(publish).to_be_enabled()
    publish.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("culture")
    expect(dialog.get_by_role("button", name=word(language, "ontology.publish"), exact=True)).to_be_disabled()
    dialog.get_by_role("button", name=word(language, "confirm.no"), exact=True).click()
    page.get_by_role("button", name=word(language, "ontology.discard"), exact=True).click()
    expect(page.get_by_label(word(language, "ontology.colourOf", name="culture"))).to_be_visible()
    seen.complaints = [said for said in seen.complaints if "409" not in said]


def test_a_change_of_words_becomes_a_version(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/ontology")
    help_words = page.get_by_label(f"{word('en', 'ontology.help')} (English)", exact=True).first
    help_words.fill("One topic only.")
    publish = page.get_by_role("button", name=word("en", "ontology.publish"), exact=True)
    expect(publish).to_be_enabled()
    publish.click()
    page.get_by_role("dialog").get_by_role("button", name=word("en", "ontology.publish"), exact=True).click()
    expect(page.get_by_text(word("en", "ontology.publishedNow", version=2))).to_be_visible()
    page.get_by_role("tab", name=word("en", "ontology.versions")).click()
    expect(page.get_by_role("table", name=word("en", "ontology.versions")).get_by_role("row")).to_have_count(
        3
    )


def test_an_error_names_its_place_and_leads_there(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/ontology")
    page.get_by_label(word("en", "ontology.hotkeyOf", name="science"), exact=True).fill("1")
    errors = page.get_by_role("list", name=word("en", "ontology.errors"))
    expect(errors.get_by_role("button").first).to_contain_text("questions")
    expect(page.get_by_role("button", name=word("en", "ontology.publish"), exact=True)).to_be_disabled()
    errors.get_by_role("button").first.click()
    editor = page.get_by_role("textbox", name=word("en", "ontology.asText", form="YAML"))
    expect(editor).to_be_focused()
    page.get_by_role("button", name=word("en", "ontology.discard"), exact=True).click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_holds_together_at_1366_pixels(open_page: OpenPage, work: Work, language: str) -> None:
    page = open_page(f"/projects/{work.project}/ontology", language, width=1366)
    row = page.get_by_label(word(language, "ontology.hotkeyOf", name="science"), exact=True).locator(
        "xpath=ancestor::div[3]"
    )
    row.wait_for()
    tops = {round(box["y"]) for one in row.locator("input:visible").all() if (box := one.bounding_box())}
    assert len(tops) == 1  # a label is one line
    cut = page.evaluate(
        """() => [...document.querySelectorAll('fieldset input')].filter((one) => one.value && one.scrollWidth > one.clientWidth + 1)
                .map((one) => one.value)"""
    )
    assert cut == []
    field = page.get_by_role("group", name="text", exact=True)
    tops = {round(box["y"]) for one in field.get_by_role("textbox").all() if (box := one.bounding_box())}
    assert len(tops) == 2  # what it is, and its titles
    check_axe(page)


def test_what_is_removed_can_be_had_back(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/ontology")
    labels = page.get_by_placeholder(word("en", "ontology.labelName"), exact=True)
    labels.first.wait_for()
    before = [one.input_value() for one in labels.all()]
    page.get_by_role("button", name=word("en", "ontology.remove", name="science"), exact=True).click()
    expect(labels).to_have_count(len(before) - 1)
    page.get_by_label(word("en", "ontology.colourOf", name="culture"), exact=True).wait_for()
    page.get_by_role("button", name=word("en", "undo")).click()
    expect(labels).to_have_count(len(before))
    assert [one.input_value() for one in labels.all()] == before
    kind = page.get_by_role("combobox", name=word("en", "ontology.kind"), exact=True).nth(1)
    kind.click()
    page.get_by_role("option", name=word("en", "kinds.text"), exact=True).click()
    expect(labels).to_have_count(0)
    page.get_by_role("button", name=word("en", "undo")).last.click()
    expect(labels).to_have_count(len(before))
    expect(page.get_by_text(word("en", "ontology.published"), exact=True)).to_be_visible()


def test_changes_are_told_in_arabic(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/ontology", "ar")
    page.get_by_label(word("ar", "ontology.hotkeyOf", name="science"), exact=True).fill("x")
    publish = page.get_by_role("button", name=word("ar", "ontology.publish"), exact=True)
    expect(publish).to_be_enabled()
    publish.click()
    said = page.get_by_role("dialog").get_by_role("listitem")
    expect(said).to_have_count(1)
    text = re.sub("[\u2068\u2069]", "", said.inner_text())
    assert text == "السؤال topic: تغيّر المفتاح في science."
    check_axe(page)


def test_who_may_not_change_the_ontology_reads_it(
    open_page: OpenPage, served: Served, seen: Seen, work: Work
) -> None:
    link = served.api.post(
        "/invitations", json={"role": "viewer", "days": 1, "email": "looks@example.org"}
    ).json()["url"]
    page = open_page(f"/projects/{work.project}/ontology", signed_in=False)
    with httpx.Client(base_url=f"{served.url}/api/v1", headers={"Origin": served.url}, timeout=60) as api:
        person = {
            "name": "Looks",
            "email": "looks@example.org",
            "password": "enough of letters",
            "language": "en",
        }
        api.post("/invitations/accept", json={"token": link.partition("#")[2], **person}).raise_for_status()
        page.context.add_cookies([{"name": n, "value": v, "url": served.url} for n, v in api.cookies.items()])
    seen.complaints.clear()  # nobody was signed in yet
    page.goto(f"/projects/{work.project}/ontology")
    title = page.get_by_label(f"{word('en', 'ontology.titleWord')} (English)", exact=True).first
    expect(title).to_be_disabled()
    expect(page.get_by_role("button", name=word("en", "ontology.publish"), exact=True)).to_have_count(0)
    expect(
        page.get_by_role("button", name=word("en", "ontology.remove", name="science"), exact=True)
    ).to_have_count(0)
    preview = page.get_by_role("region", name=word("en", "ontology.preview"))
    expect(preview.get_by_text("Science", exact=True)).to_be_visible()
    check_axe(page)
