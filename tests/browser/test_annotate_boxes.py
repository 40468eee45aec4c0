"""Boxes on an image: by drag, by two clicks, and by keys."""

from __future__ import annotations

import pytest

from .annotating import image_project, said, stored
from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for


@pytest.mark.parametrize("language", LANGUAGES)
def test_three_ways_to_draw(served: Served, open_page: OpenPage, language: str) -> None:
    project = image_project(served)
    page = open_page(f"/projects/{project}/annotate", language)
    image = page.locator("[data-surface]")
    image.locator("img").wait_for()
    page.wait_for_function("() => document.querySelector('[data-surface] img').naturalWidth === 400")
    page.keyboard.press("1")
    place = image.locator("img").bounding_box()
    assert place is not None
    left, top, scale = place["x"], place["y"], place["width"] / 400

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * scale, top + y * scale

    page.mouse.move(*at(20, 30))
    page.mouse.down()
    page.mouse.move(*at(60, 60), steps=4)
    page.mouse.move(*at(120, 100), steps=4)
    page.mouse.up()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.mouse.click(*at(200, 150))
    page.mouse.move(*at(250, 200))
    page.mouse.click(*at(280, 220))
    page.keyboard.press("Escape")
    image.focus()
    page.mouse.move(2, 2)
    for key in ("Space", "Space", *["Shift+ArrowRight"] * 3, *["Shift+ArrowDown"] * 2, "Space"):
        page.keyboard.press(key)
    check_axe(page)
    assert page.get_by_role("list").get_by_role("button", name="×").count() == 3
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    boxes = stored(served, project)[0]["answer"]["things"]["boxes"]
    assert sorted(box["label"] for box in boxes) == ["bus", "bus", "car"]
    car = next(box for box in boxes if box["label"] == "car")
    assert abs(car["x"] - 20) <= 2
    assert abs(car["y"] - 30) <= 2
    assert abs(car["width"] - 100) <= 3
    assert abs(car["height"] - 70) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_enter_finishes_a_box_that_is_begun_and_only_then_sends(
    served: Served, open_page: OpenPage, language: str
) -> None:
    project = image_project(served)
    page = open_page(f"/projects/{project}/annotate", language)
    page.get_by_role("application").wait_for()
    page.wait_for_timeout(500)
    for key in ("1", "Alt+i", "Space"):
        page.keyboard.press(key)
    page.get_by_text(said(language, "box.aiming")).last.wait_for()
    for key in ("Space", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.get_by_text(said(language, "box.anchored")).last.wait_for()
    check_axe(page)
    page.keyboard.press("Enter")
    one = said(language, "box.count_one").replace("{{shown}}", "1")
    page.get_by_text(one, exact=True).wait_for()
    assert stored(served, project) == []
    page.keyboard.press("Enter")
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    (answer,) = stored(served, project)
    assert len(answer["answer"]["things"]["boxes"]) == 1
