"""The annotator's screen by keyboard alone, in both languages."""

from __future__ import annotations

import pytest

from .annotating import said, shown_text, stored, text_project
from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for

TEXTS = ["Karama beat Wahda in Damascus.", "افتتحت ليلى المكتبة في حلب.", "Three.", "Four.", "Five.", "Six."]


@pytest.mark.parametrize("language", LANGUAGES)
def test_label_skip_go_back_and_revise(served: Served, open_page: OpenPage, language: str) -> None:
    project = text_project(served, TEXTS)
    page = open_page(
        f"/projects/{project}/annotate", language, scheme="dark" if language == "ar" else "light"
    )
    page.locator("[data-surface]").wait_for()
    check_axe(page)
    first = shown_text(page)

    page.keyboard.press("Enter")  # nothing is chosen yet
    page.get_by_text(said(language, "problems.required")).wait_for()
    check_axe(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent !== was", arg=first)
    second = shown_text(page)

    page.keyboard.press("2")  # culture: a note may be written
    note = page.get_by_role("textbox", name="ملاحظة" if language == "ar" else "Note")
    note.fill("ok")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent !== was", arg=second)
    third = shown_text(page)

    page.keyboard.press("Alt+x")
    page.get_by_role("dialog", name=said(language, "skip.title")).wait_for()
    check_axe(page)
    page.keyboard.press("1")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent !== was", arg=third)
    fourth = shown_text(page)

    page.keyboard.press("Alt+b")
    page.keyboard.press("Alt+b")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent === was", arg=first)
    assert page.get_by_role("radio").first.is_checked()
    check_axe(page)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent === was", arg=fourth)

    def arrived() -> bool:
        rows = stored(served, project)
        return len(rows) == 2 and sorted(row["revision"] for row in rows) == [1, 2]

    wait_for(arrived, 20)
    answers = [row["answer"] for row in stored(served, project)]
    assert all(answer["topic"] == {"labels": ["culture"]} for answer in answers)
    assert {"text": "ok"} in [answer.get("note") for answer in answers]


def test_undo_and_redo_go_all_the_way_text_included(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, TEXTS[:1])
    page = open_page(f"/projects/{project}/annotate")
    page.locator("[data-surface]").wait_for()
    page.keyboard.press("2")
    note = page.get_by_role("textbox", name="Note")
    note.click()
    page.keyboard.type("one")
    page.wait_for_timeout(900)  # a pause ends the step
    page.keyboard.type(" two")
    assert note.input_value() == "one two"
    page.keyboard.press("Control+z")
    assert note.input_value() == "one"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert page.locator("input:checked").count() == 0
    for _ in range(3):
        page.keyboard.press("Control+Shift+z")
    assert note.input_value() == "one two"


def test_a_key_of_ones_own_holds_and_a_clash_is_shown(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, TEXTS[:2])
    page = open_page(f"/projects/{project}/annotate")
    page.locator("[data-surface]").wait_for()
    try:
        page.keyboard.press("Shift+?")
        dialog = page.get_by_role("dialog", name=said("en", "keys.title"))
        dialog.get_by_role("button", name="Change the key: Skip").click()
        page.keyboard.press("Control+z")
        dialog.get_by_text("Mod+Z is also the key of: Undo").wait_for()
        check_axe(page)
        dialog.get_by_role("button", name="Change the key: Skip").click()
        page.keyboard.press("Alt+s")
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        page.keyboard.press("Alt+s")
        page.get_by_role("dialog", name=said("en", "skip.title")).wait_for()
        wait_for(lambda: served.api.get("/session").json()["person"]["keymap"] == {"skip": "Alt+S"}, 10)
    finally:
        served.api.patch("/session", json={"keymap": {}}).raise_for_status()


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_all_is_done_it_says_so(served: Served, open_page: OpenPage, language: str) -> None:
    project = text_project(served, TEXTS[:1])
    page = open_page(f"/projects/{project}/annotate", language)
    page.locator("[data-surface]").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=said(language, "nothing.again")).wait_for()
    check_axe(page)


def test_a_question_to_the_data_lead(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, TEXTS[:1])
    page = open_page(f"/projects/{project}/annotate")
    page.locator("[data-surface]").wait_for()
    page.keyboard.press("Alt+q")
    page.get_by_role("dialog", name=said("en", "ask.title")).wait_for()
    check_axe(page)
    page.keyboard.type("Is a club a name?")
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog", name=said("en", "ask.title")).wait_for(state="hidden")
    rows = served.api.get(f"/projects/{project}/questions").json()["rows"]
    assert [row["text"] for row in rows] == ["Is a club a name?"]


def test_undo_with_nothing_left_to_undo_opens_the_last_answer(served: Served, open_page: OpenPage) -> None:
    page = open_page(f"/projects/{text_project(served, TEXTS)}/annotate")
    page.locator("[data-surface]").wait_for()
    first = shown_text(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent !== was", arg=first)
    page.keyboard.press("2")
    page.keyboard.press("Control+z")  # the choice just made
    assert page.get_by_role("radio", checked=True).count() == 0
    assert shown_text(page) != first
    page.keyboard.press("Control+z")
    page.wait_for_function("(was) => document.querySelector('[data-block]')?.textContent === was", arg=first)
    assert page.get_by_role("radio").first.is_checked()
    page.get_by_text(said("en", "history.reopened")).wait_for(state="attached")
