"""Nothing is lost: no network, a closed page, a reload in the middle of a word."""

from __future__ import annotations

import pytest

from .annotating import shown_text, stored, text_project
from .conftest import LANGUAGES, OpenPage, Seen, Served, wait_for

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
