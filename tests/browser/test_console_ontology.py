"""Changing an ontology: places of errors, publishing, and the refusal of what would break answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Seen, Work, word


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
