"""Members, invitations, groups, tokens; my own settings."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Served, Work, check_axe, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invitation_is_shown_once_and_can_be_revoked(
    open_page: OpenPage, work: Work, language: str
) -> None:
    page = open_page(f"/projects/{work.project}/members", language)
    page.get_by_role("button", name=word(language, "members.invite"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    check_axe(page)
    dialog.get_by_label(word(language, "members.emailOptional")).fill("new@example.org")
    dialog.get_by_role("button", name=word(language, "members.makeLink")).click()
    link = dialog.get_by_label(word(language, "members.link"), exact=True)
    assert "/invite#" in link.input_value()
    dialog.get_by_role("button", name=word(language, "done"), exact=True).click()
    page.get_by_role("tab", name=word(language, "members.invitations")).click()
    row = page.get_by_role("row").filter(has_text="new@example.org")
    row.get_by_role("button", name=word(language, "members.revoke")).click()
    page.get_by_role("dialog").get_by_role("button", name=word(language, "members.revoke")).click()
    expect(row).to_have_count(0)


def test_a_token_is_shown_once_and_works_until_it_is_revoked(open_page: OpenPage, served: Served) -> None:
    page = open_page("/tokens", "ar")
    page.get_by_role("button", name=word("ar", "tokens.make"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(word("ar", "tokens.name"), exact=True).fill("استيراد ليلي")
    dialog.get_by_role("combobox", name=word("ar", "tokens.scopes")).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=word("ar", "scopes.project_view")).click()
    page.keyboard.press("Tab")
    check_axe(page)
    dialog.get_by_role("button", name=word("ar", "tokens.make"), exact=True).click()
    token = dialog.get_by_label(word("ar", "tokens.token"), exact=True).input_value()
    assert token.startswith("qst_")
    dialog.get_by_role("button", name=word("ar", "done"), exact=True).click()
    row = page.get_by_role("row").filter(has_text="استيراد ليلي")
    row.get_by_role("button", name=word("ar", "tokens.revoke")).click()
    page.get_by_role("dialog").get_by_role("button", name=word("ar", "tokens.revoke")).click()
    expect(row).to_have_count(0)


def test_what_is_shown_once_is_copied_where_the_browser_has_no_clipboard_for_pages(
    open_page: OpenPage, served: Served
) -> None:
    page = open_page("/members")
    # as by http in a network, where a page is no secure context
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name=word("en", "members.invite"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=word("en", "members.makeLink")).click()
    link = dialog.get_by_label(word("en", "members.link"), exact=True).input_value()
    dialog.get_by_role("button", name=word("en", "copy"), exact=True).click()
    page.goto("/settings")
    name = page.get_by_label(word("en", "person.name"), exact=True)
    name.fill("")
    name.press("Control+v")
    assert name.input_value() == link


def test_the_persons_button_stays_as_it_is_when_its_menu_opens(open_page: OpenPage) -> None:
    page = open_page("/")
    button = page.locator("header button[aria-haspopup=menu]").last
    before = button.bounding_box()
    assert before is not None
    assert before["width"] >= 28
    button.click()
    expect(page.get_by_role("menuitem", name=word("en", "stations.settings"))).to_be_visible()
    assert button.bounding_box() == before


def test_a_group_is_made(open_page: OpenPage, work: Work) -> None:
    page = open_page("/members")
    page.get_by_role("tab", name=word("en", "members.groups")).click()
    page.get_by_role("button", name=word("en", "groups.make"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(word("en", "groups.name")).fill("Arabic team")
    dialog.get_by_role("combobox", name=word("en", "members.members")).focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="عمر").click()
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name=word("en", "save"), exact=True).click()
    expect(page.get_by_role("table", name=word("en", "members.groups"))).to_contain_text("عمر")


def test_language_colours_and_keys_follow_the_person(open_page: OpenPage, served: Served) -> None:
    page = open_page("/settings")
    page.get_by_role("button", name="العربية", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word("ar", "stations.settings"))
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.get_by_text(word("ar", "settings.theme_dark"), exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("button", name="English", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word("en", "stations.settings"))
    skip = page.get_by_role("button", name="Alt X").first
    skip.click()
    page.keyboard.press("Alt+KeyK")
    expect(page.get_by_role("button", name="Alt K").first).to_be_visible()
    assert "skip" in served.api.get("/session").json()["person"]["keymap"]
    page.get_by_role("button", name=word("en", "keymap.clear")).click()
    expect(page.get_by_role("button", name="Alt X").first).to_be_visible()
