"""Spans on Arabic and mixed text: what the eye selects is what is stored, and no element enters the text."""

from __future__ import annotations

from typing import Any

from .annotating import drag_over, shown_text, stored, text_project
from .conftest import OpenPage, Served, check_axe, wait_for

TEXT = "😀 افتتحت ليلى حداد المكتبة في حلب.\nوقال مدير UNESCO في باريس: والكتاب كِتابٌ.\n"


def spans_of(served: Served, project: str) -> list[dict[str, Any]]:
    """The spans of the one answer, once it has arrived."""
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    return list(stored(served, project)[0]["answer"]["names"]["spans"])


def test_a_pointer_selects_arabic_words_by_code_points(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, [TEXT])
    page = open_page(f"/projects/{project}/annotate", "ar")
    page.locator("[data-surface]").wait_for()
    for word, key in (("ليلى حداد", "p"), ("حلب", "l"), ("UNESCO", "p"), ("المكتبة في حلب", "l")):
        drag_over(page, word)
        page.keyboard.press(key)
    assert shown_text(page) == TEXT
    assert page.locator("[data-block] *").count() == 0
    check_axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    marked = {(TEXT[span["start"] : span["end"]], span["label"]) for span in spans_of(served, project)}
    assert marked == {("ليلى حداد", "PER"), ("حلب", "LOC"), ("UNESCO", "PER"), ("المكتبة في حلب", "LOC")}


def test_a_careless_selection_snaps_to_words_and_prefixes_come_apart_by_hand(
    served: Served, open_page: OpenPage
) -> None:
    project = text_project(served, [TEXT])
    page = open_page(f"/projects/{project}/annotate", "ar")
    page.locator("[data-surface]").wait_for()
    drag_over(page, "لكتا")  # the middle of والكتاب
    page.keyboard.press("p")
    listed = page.get_by_role("list", name="المقاطع المحددة")
    listed.get_by_text("والكتاب").wait_for()
    page.keyboard.press("Alt+p")
    listed.get_by_text("الكتاب", exact=True).wait_for()
    page.keyboard.press("Alt+p")
    listed.get_by_text("كتاب", exact=True).wait_for()
    page.keyboard.press("Alt+Shift+p")
    listed.get_by_text("الكتاب", exact=True).wait_for()
    page.keyboard.press("Alt+Shift+ArrowLeft")  # the start moves on by one letter
    listed.get_by_text("لكتاب", exact=True).wait_for()
    page.keyboard.press("Control+z")
    page.keyboard.press("Alt+ArrowRight")  # with the span let go by undo, nothing moves
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    (span,) = spans_of(served, project)
    assert "كتاب" in TEXT[span["start"] : span["end"]]


def test_spans_by_keyboard_alone(served: Served, open_page: OpenPage) -> None:
    project = text_project(served, [TEXT])
    page = open_page(f"/projects/{project}/annotate", "ar")
    page.locator("[data-surface]").wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Alt+i")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("Control+ArrowLeft")  # forward, for the line runs to the left
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("p")  # the word at the caret
    page.get_by_role("list", name="المقاطع المحددة").get_by_text("حداد").wait_for()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("l")
    check_axe(page)
    page.keyboard.press("Enter")
    marked = [TEXT[span["start"] : span["end"]] for span in spans_of(served, project)]
    assert len(marked) == 2
    assert marked[0] == "حداد"
