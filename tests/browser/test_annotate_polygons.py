"""Polygons on an image: corner by corner by clicks, by keys alone, and bent afterwards."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from .annotating import POLYGONS, image_project, said, stored
from .conftest import LANGUAGES, OpenPage, Served, check_axe, wait_for, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_drawn_by_clicks_and_by_keys_and_bent(served: Served, open_page: OpenPage, language: str) -> None:
    project = image_project(served, ontology=POLYGONS)
    page = open_page(f"/projects/{project}/annotate", language)
    image = page.locator("[data-surface]")
    image.locator("img").wait_for()
    page.wait_for_function("() => document.querySelector('[data-surface] img').naturalWidth === 400")
    place = image.locator("img").bounding_box()
    assert place is not None
    left, top, scale = place["x"], place["y"], place["width"] / 400

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * scale, top + y * scale

    def click(x: float, y: float, **how: Any) -> None:
        page.mouse.click(*at(x, y), **how)

    names = page.get_by_role("list", name=said(language, "polygon.list")).get_by_role("listitem")
    # By clicks, closed on the first point; a point too many is taken back.
    page.keyboard.press("1")
    for x, y in ((40, 40), (140, 50), (120, 140), (30, 30)):
        click(x, y)
    page.keyboard.press("Backspace")
    click(50, 120)
    click(40, 40)
    assert names.count() == 1
    page.keyboard.press("Escape")
    # Closed by Enter, which does not submit; an outline that crosses itself is not taken.
    page.keyboard.press("2")
    for x, y in ((200, 40), (300, 40), (200, 140), (300, 140)):
        click(x, y)
    page.keyboard.press("Enter")
    assert names.count() == 1
    check_axe(page)
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    for x, y in ((300, 140), (200, 140)):
        click(x, y)
    page.keyboard.press("Enter")
    assert names.count() == 2
    # Bent: the middle of an edge becomes a point; a point is dragged; Alt takes one away.
    page.mouse.move(*at(250, 40))
    page.mouse.down()
    page.mouse.move(*at(250, 30), steps=3)
    page.mouse.move(*at(250, 20), steps=3)
    page.mouse.up()
    page.mouse.move(*at(300, 140))
    page.mouse.down()
    page.mouse.move(*at(310, 150), steps=4)
    page.mouse.move(*at(320, 160), steps=4)
    page.mouse.up()
    page.keyboard.down("Alt")
    click(200, 140)
    page.keyboard.up("Alt")
    page.keyboard.press("Control+z")
    # By keys alone.
    image.focus()
    page.mouse.move(2, 2)
    right, down = ["Shift+ArrowRight"] * 3, ["Shift+ArrowDown"] * 3
    for key in ("Space", "Space", *right, "Space", *down, "Space", "Enter"):
        page.keyboard.press(key)
    assert names.count() == 3
    for key in (">", ">", "Shift+ArrowRight", "Space", "Delete"):
        page.keyboard.press(key)
    check_axe(page)
    if folder := os.environ.get("QISTAS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/polygons-{language}.png")
    assert len(stored(served, project)) == 0
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    wait_for(lambda: len(stored(served, project)) == 1, 20)
    polygons = stored(served, project)[0]["answer"]["things"]["polygons"]
    assert sorted(one["label"] for one in polygons) == ["bus", "bus", "car"]
    car = next(one for one in polygons if one["label"] == "car")
    assert_near(car["points"], [(40, 40), (140, 50), (120, 140), (50, 120)])
    small, bent = sorted((one for one in polygons if one is not car), key=lambda one: len(one["points"]))
    assert len(small["points"]) == 3
    assert_near(bent["points"], [(200, 40), (250, 20), (300, 40), (320, 160), (200, 140)])


def assert_near(points: list[list[float]], wanted: list[tuple[float, float]]) -> None:
    assert len(points) == len(wanted), points
    for (x, y), (u, v) in zip(points, wanted, strict=True):
        assert abs(x - u) <= 3, points
        assert abs(y - v) <= 3, points


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_drawn_is_seen_in_review(served: Served, open_page: OpenPage, scheme: str) -> None:
    project = image_project(served, 1, ontology=POLYGONS)
    served.api.patch(f"/projects/{project}", json={"settings": {"review": "all"}}).raise_for_status()
    (offer,) = served.api.post(f"/projects/{project}/claim", json={"limit": 1}).json()["tasks"]
    points = [[40, 40], [140, 50], [120, 140]]
    body = {
        "lease_id": offer["lease_id"],
        "answer": {"things": {"polygons": [{"points": points, "label": "car"}]}},
        "seconds": 4.0,
        "client_key": offer["lease_id"],
    }
    served.api.post(f"/projects/{project}/annotations", json=body).raise_for_status()
    wait_for(lambda: served.api.get(f"/projects/{project}").json()["counts"]["consensus"] >= 1, 60)
    page = open_page(f"/projects/{project}/review", "ar", scheme=scheme)
    expect(page.get_by_role("table", name=word("ar", "review.disagreement"))).to_contain_text("سيارة")
    check_axe(page)
    if folder := os.environ.get("QISTAS_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/polygons-review-{scheme}.png")
