"""Coming in: by invitation, by password, by link; and what is said to those who cannot."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Seen, Served, Work, check_axe, word

PASSWORD = "correct horse battery staple"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invited_person_joins_leaves_and_comes_back(
    open_page: OpenPage, served: Served, work: Work, seen: Seen, language: str
) -> None:
    made = served.api.post("/invitations", json={"role": "annotator", "days": 1})
    made.raise_for_status()
    path = made.json()["url"].partition("/invite")[2]
    page = open_page(f"/invite{path}", language, signed_in=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(word(language, "invite.title"))
    assert "#" not in page.url, "the token stays out of the address bar"
    check_axe(page)
    email = f"guest-{language}@example.org"
    page.get_by_label(word(language, "person.name"), exact=True).fill("زائر Guest")
    page.get_by_label(word(language, "person.email"), exact=True).fill(email)
    page.get_by_label(word(language, "person.password"), exact=True).fill(PASSWORD)
    page.get_by_role("button", name=word(language, "invite.accept"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word(language, "projects.title"))

    # who only answers is led from a project's address to its tasks, and meets nothing that is not for them
    home = page.url
    page.goto(f"/projects/{work.project}")
    page.wait_for_url(f"**/projects/{work.project}/annotate")
    page.goto(home)

    page.get_by_role("button", name="زائر Guest").click()
    page.get_by_role("menuitem", name=word(language, "frame.signOut")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word(language, "signIn.title"))
    check_axe(page)
    page.get_by_label(word(language, "person.email"), exact=True).fill(email)
    password = page.get_by_label(word(language, "person.password"), exact=True)
    password.fill("not the password")
    enter = page.get_by_role("button", name=word(language, "signIn.enter"), exact=True)
    enter.click()
    expect(page.get_by_role("alert")).to_be_visible()
    password.fill(PASSWORD)
    enter.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word(language, "projects.title"))
    seen.complaints = [said for said in seen.complaints if "401" not in said]


def test_a_link_that_is_used_up_says_so(open_page: OpenPage, seen: Seen) -> None:
    page = open_page("/link#not-a-link", signed_in=False)
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name=word("en", "link.signIn")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(word("en", "signIn.title"))
    seen.complaints = [said for said in seen.complaints if "Failed to load resource" not in said]


def test_a_stranger_is_shown_the_door_and_brought_back(open_page: OpenPage, seen: Seen) -> None:
    page = open_page("/tokens", signed_in=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(word("en", "signIn.title"))
    assert "next=%2Ftokens" in page.url
    seen.complaints = [said for said in seen.complaints if "401" not in said]
