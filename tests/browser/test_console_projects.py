"""A project from a template: the annotator's screen follows every key, and the sample items come along."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Served, Work, check_axe, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_project_is_made_with_a_live_preview(open_page: OpenPage, work: Work, language: str) -> None:
    page = open_page("/new", language)
    preview = page.get_by_role("region", name=word(language, "ontology.preview"))
    title = "Sentiment" if language == "en" else "المشاعر"
    page.get_by_role("button", name=title).first.click()
    expect(preview.get_by_text("Positive" if language == "en" else "إيجابي").first).to_be_visible()
    question = word(language, "ontology.titleWord")
    own = "English" if language == "en" else "العربية"
    card = page.get_by_role("group", name=word(language, "ontology.questionN", n=1))
    card.get_by_label(f"{question} ({own})", exact=True).first.fill("Weather الطقس")
    expect(preview.get_by_text("Weather الطقس").first).to_be_visible()
    page.get_by_label(word(language, "projects.name"), exact=True).fill(f"Made {language}")
    make = page.get_by_role("button", name=word(language, "newProject.make"))
    expect(make).to_be_enabled()
    make.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Made {language}")
    road = page.get_by_role("list", name=word(language, "stations.road"))
    expect(road.get_by_role("listitem").nth(1)).to_contain_text("5")


def test_the_sample_project_is_there_a_second_time(open_page: OpenPage, served: Served, work: Work) -> None:
    page = open_page("/")
    for _ in range(2):
        page.goto("/")
        page.get_by_role("button", name=word("en", "projects.loadSample")).click()
        page.get_by_role("list", name=word("en", "stations.road")).wait_for()
    names = [row["name"] for row in served.api.get("/projects").json()["rows"][:2]]
    assert names[0] == f"{names[1]} 2"
    page.goto("/")
    page.get_by_role("link", name=names[0], exact=True).wait_for()
    check_axe(page)


def test_the_pictures_of_a_template_come_along(open_page: OpenPage, served: Served, work: Work) -> None:
    page = open_page("/new", "ar")
    page.get_by_role("button", name="مربعات على الصور").click()
    page.get_by_label(word("ar", "projects.name"), exact=True).fill("Pictures صور")
    make = page.get_by_role("button", name=word("ar", "newProject.make"))
    expect(make).to_be_enabled()
    make.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pictures صور")
    made = served.api.get("/projects").json()["rows"][0]
    assert (made["name"], made["counts"]["items"]) == ("Pictures صور", 2)


def test_another_template_can_be_taken_back(open_page: OpenPage, work: Work) -> None:
    page = open_page("/new")
    card = page.get_by_role("group", name=word("en", "ontology.questionN", n=1))
    title = card.get_by_label(f"{word('en', 'ontology.titleWord')} (English)", exact=True).first
    title.fill("My own question")
    page.get_by_role("button", name="Named entities").click()
    expect(title).not_to_have_value("My own question")
    page.get_by_role("button", name=word("en", "undo")).click()
    expect(title).to_have_value("My own question")


def test_a_project_is_paused_and_resumed_by_undo(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/queue")
    page.get_by_role("button", name=word("en", "road.pause"), exact=True).click()
    expect(page.get_by_text(word("en", "queue.paused"))).to_be_visible()
    page.get_by_role("button", name=word("en", "undo")).click()
    expect(page.get_by_text(word("en", "queue.paused"))).to_be_hidden()
    expect(page.get_by_role("button", name=word("en", "road.pause"), exact=True)).to_be_visible()


def test_settings_of_a_project_are_kept(open_page: OpenPage, served: Served, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/settings")
    page.get_by_label(word("en", "projectSettings.description")).fill("Two languages, one road.")
    at = f"/projects/{work.project}"
    served.api.patch(at, json={"settings": {"lease_minutes": 47}}).raise_for_status()  # by somebody else
    page.get_by_role("button", name=word("en", "save"), exact=True).click()
    expect(page.get_by_text(word("en", "saved"))).to_be_visible()
    page.goto(f"/projects/{work.project}")
    expect(page.get_by_text("Two languages, one road.")).to_be_visible()
    assert served.api.get(at).json()["settings"]["lease_minutes"] == 47
