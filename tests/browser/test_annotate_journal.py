"""Nothing is lost: no network, a closed page, a reload in the middle of a word."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Route, expect

from .annotating import said, shown_text, stored, text_project
from .conftest import LANGUAGES, OpenPage, Seen, Served, check_axe, wait_for, word

TEXTS = [f"Text number {at}." for at in range(8)]
WAITING = {"en": "answers waiting for the network", "ar": "إجابات تنتظر الشبكة"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_given_without_network_arrive_later(
    served: Served, open_page: OpenPage, seen: Seen, language: str
) -> None:
    project = text_project(served, TEXTS)
    page = open_page(f"/projects/{project}/annotate", language)
    page.locator("[data-surface]").wait_for()
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    for _ in range(3):
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    page.get_by_text(WAITING[language]).wait_for()
    assert stored(served, project) == []
    page.context.set_offline(False)
    wait_for(lambda: len(stored(served, project)) == 3, 40)
    seen.complaints.clear()


def test_a_closed_page_leaves_its_answers_and_its_half_written_one(
    served: Served, open_page: OpenPage, seen: Seen
) -> None:
    project = text_project(served, TEXTS)
    address = f"/projects/{project}/annotate"
    page = open_page(address)
    page.locator("[data-surface]").wait_for()
    page.wait_for_timeout(500)
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_text("answer waiting for the network").wait_for()
    half = shown_text(page)
    page.keyboard.press("2")
    page.get_by_role("textbox", name="Note").fill("half a wo")
    page.wait_for_timeout(500)
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    again.locator("[data-surface]").wait_for()
    assert shown_text(again) == half
    assert again.get_by_role("textbox", name="Note").input_value() == "half a wo"
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    seen.complaints.clear()


def test_two_open_pages_do_not_show_the_same_task(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, TEXTS)
    address = f"/projects/{project}/annotate"
    page = open_page(address)
    page.locator("[data-surface]").wait_for()
    page.wait_for_timeout(500)
    other = page.context.new_page()
    other.goto(address)
    other.locator("[data-surface]").wait_for()
    assert shown_text(other) != shown_text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_answer_is_thrown_away_only_when_asked_twice(
    served: Served, open_page: OpenPage, seen: Seen, language: str
) -> None:
    project = text_project(served, TEXTS[:3])
    page = open_page(f"/projects/{project}/annotate", language)
    page.locator("[data-surface]").wait_for()
    page.wait_for_timeout(500)

    def refuse(route: Route) -> None:
        body = {"code": "answer_invalid", "title": "No", "status": 422, "detail": "It does not fit."}
        route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(body))

    page.route(
        "**/annotations", lambda route: refuse(route) if route.request.method == "POST" else route.continue_()
    )
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    said_one = said(language, "journal.refused_one").replace("{{count}}", "1")
    page.get_by_role("button", name=said_one).click()
    page.get_by_role("button", name=said(language, "journal.drop"), exact=True).click()
    dialog = page.get_by_role("dialog").filter(has_text=said(language, "journal.dropWords"))
    check_axe(page)
    dialog.get_by_role("button", name=word(language, "confirm.no"), exact=True).click()
    page.get_by_role("button", name=said_one).wait_for()
    if not page.get_by_role("button", name=said(language, "journal.drop"), exact=True).is_visible():
        page.get_by_role("button", name=said_one).click()
    page.get_by_role("button", name=said(language, "journal.drop"), exact=True).click()
    dialog.get_by_role("button", name=said(language, "journal.drop"), exact=True).click()
    expect(page.get_by_role("button", name=said_one)).to_have_count(0)
    seen.complaints.clear()
