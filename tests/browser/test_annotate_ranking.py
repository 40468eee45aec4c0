"""Putting options in order: by keys, by buttons and by drag; nothing counts that nobody ranked."""

from __future__ import annotations

import json
import os

import pytest
from playwright.sync_api import Page

from .annotating import said, stored
from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for

ANSWERS = {
    "answer_a": "Keep it in a paper bag.",
    "answer_b": "Buy new bread.",
    "answer_c": "جمّده شرائح.",
    "answer_d": "In the fridge.",
}


def ranking_project(served: Served, items: int = 1) -> str:
    """A project of the template, with prompts that have four answers each."""
    made = served.api.post(
        "/projects", json={"name": "To rank", "template": "ranking", "settings": {"overlap": 1}}
    )
    made.raise_for_status()
    project = str(made.json()["id"])
    rows = [
        {"data": {"prompt": [{"role": "user", "content": f"How do I keep bread fresh? ({at})"}], **ANSWERS}}
        for at in range(items)
    ]
    served.api.post(
        f"/projects/{project}/items",
        content="".join(json.dumps(row) + "\n" for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    return project


def ranked(page: Page) -> list[str]:
    """The options in the order list, the first of a tie marked by what follows with `=`."""
    found: list[str] = page.locator("li[data-ranked]").evaluate_all(
        "(rows) => rows.map((row) => ('tied' in row.dataset ? '=' : '') + row.dataset.option.at(-1))"
    )
    return found


def drag(page: Page, option: str, before: str | None) -> None:
    """Drag a row above another, or onto the list of what is not ranked."""
    row = page.locator(f'li[data-option="answer_{option}"]').bounding_box()
    goal = page.locator(f'li[data-option="answer_{before}"]' if before else "[data-pool]").bounding_box()
    assert row is not None
    assert goal is not None
    page.mouse.move(row["x"] + row["width"] / 2, row["y"] + row["height"] / 2)
    page.mouse.down()
    page.mouse.move(goal["x"] + goal["width"] / 2, (row["y"] + goal["y"]) / 2, steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + (3 if before else goal["height"] - 3), steps=4)
    page.mouse.up()


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_order_by_keys_and_by_drag(served: Served, open_page: OpenPage, language: str) -> None:
    project = ranking_project(served)
    page = open_page(
        f"/projects/{project}/annotate", language, scheme="dark" if language == "ar" else "light"
    )
    page.locator("[data-pool]").wait_for()
    check_axe(page)
    assert ranked(page) == []

    page.keyboard.press("Enter")  # what stands there is nobody's order
    page.get_by_text(said(language, "problems.required")).wait_for()
    assert stored(served, project) == []

    page.keyboard.press("c")
    page.keyboard.press("a")
    assert ranked(page) == ["c", "a"]
    spoken = page.locator("[aria-live]", has_text="2" if language == "en" else "")
    spoken.first.wait_for(state="attached")
    page.keyboard.press("Enter")
    page.get_by_text(said(language, "problems.rank_all").split("{{")[0]).wait_for()
    check_axe(page)

    page.locator('li[data-option="answer_a"] input').focus()
    page.keyboard.press("Shift+ArrowUp")
    assert ranked(page) == ["a", "c"]
    held = "document.activeElement.closest('[data-option]')?.dataset.option"
    assert page.evaluate(held) == "answer_a"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(held) == "answer_c"
    page.keyboard.press("=")
    assert ranked(page) == ["a", "=c"]
    assert page.evaluate(held) == "answer_c"
    page.keyboard.press("Delete")
    assert ranked(page) == ["a"]
    page.keyboard.press("Control+z")
    assert ranked(page) == ["a", "=c"]

    drag(page, "b", "a")
    assert ranked(page) == ["b", "a", "=c"]
    drag(page, "b", None)
    assert ranked(page) == ["a", "=c"]
    drag(page, "b", "a")
    page.keyboard.press("d")
    assert ranked(page) == ["b", "a", "=c", "d"]
    name = "الإجابة د" if language == "ar" else "Answer D"
    page.get_by_role("button", name=said(language, "ranking.higher").replace("{{option}}", name)).click()
    assert ranked(page) == ["b", "d", "a", "=c"]
    assert page.evaluate(held) == "answer_d"
    check_axe(page)
    if folder := os.environ.get("QISTAS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/ranking-{language}.png")

    page.keyboard.press("Control+Enter")
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    assert stored(served, project)[0]["answer"]["order"] == {
        "order": [["answer_b"], ["answer_d"], ["answer_a", "answer_c"]]
    }


def test_each_person_meets_another_order_and_always_the_same(served: Served, open_page: OpenPage) -> None:
    project = ranking_project(served, 8)
    page = open_page(f"/projects/{project}/annotate")

    def waiting() -> str:
        page.locator("[data-pool]").wait_for()
        found: list[str] = page.locator("[data-pool] li").evaluate_all(
            "(rows) => rows.map((row) => row.dataset.option.at(-1))"
        )
        return "".join(found)

    first = waiting()
    page.reload()
    assert waiting() == first
    met = {first}
    for at in range(1, 5):
        for key in "abcd":
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        page.get_by_text(f"({at})").first.wait_for()
        met.add(waiting())
    assert len(met) > 1, "the items' options stand in different orders"


def test_on_a_phone_the_order_fits_and_a_finger_drags_at_the_handle(
    served: Served, open_page: OpenPage
) -> None:
    project = ranking_project(served)
    page = open_page(f"/projects/{project}/annotate", width=390)
    page.locator("[data-pool]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for option in "ab":
        page.locator(f'li[data-option="answer_{option}"] label').click()
    assert ranked(page) == ["a", "b"]
    handle = page.locator('li[data-option="answer_b"] [data-handle]')
    assert handle.evaluate("(one) => getComputedStyle(one).touchAction") == "none"
    page.evaluate(
        """() => {
          const row = document.querySelector('li[data-option="answer_b"]');
          const goal = document.querySelector('li[data-option="answer_a"]').getBoundingClientRect();
          const from = row.getBoundingClientRect();
          const send = (type, y, on) => on.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerType: 'touch', pointerId: 7, clientX: from.x + 8, clientY: y,
          }));
          const body = row.querySelector('label');
          send('pointerdown', from.y + 8, body);
          send('pointermove', goal.y + 2, body);
          send('pointerup', goal.y + 2, body);
        }"""
    )
    assert ranked(page) == ["a", "b"], "a finger on a row scrolls"
    page.evaluate(
        """() => {
          const row = document.querySelector('li[data-option="answer_b"]');
          const goal = document.querySelector('li[data-option="answer_a"]').getBoundingClientRect();
          const from = row.getBoundingClientRect();
          const send = (type, y, on) => on.dispatchEvent(new PointerEvent(type, {
            bubbles: true, pointerType: 'touch', pointerId: 7, clientX: from.x + 8, clientY: y,
          }));
          const handle = row.querySelector('[data-handle]');
          send('pointerdown', from.y + 8, handle);
          send('pointermove', goal.y + 2, handle);
          send('pointerup', goal.y + 2, handle);
        }"""
    )
    assert ranked(page) == ["b", "a"]
