"""Every screen in both languages and both colour schemes: it opens, says what it is, and axe finds nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Served, Work, check_axe, word

SCREENS = [
    ("/", "projects.title"),
    ("/new", "newProject.title"),
    ("/members", "stations.members"),
    ("/tokens", "stations.tokens"),
    ("/settings", "stations.settings"),
    ("/projects/{p}/ontology", "stations.ontology"),
    ("/projects/{p}/sources", "stations.sources"),
    ("/projects/{p}/queue", "stations.queue"),
    ("/projects/{p}/quality", "stations.quality"),
    ("/projects/{p}/review", "stations.review"),
    ("/projects/{p}/datasets", "stations.datasets"),
    ("/projects/{p}/members", "stations.projectMembers"),
    ("/projects/{p}/settings", "stations.projectSettings"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("path", "title"), SCREENS, ids=[path for path, _ in SCREENS])
def test_a_screen_opens_and_is_accessible(
    open_page: OpenPage, work: Work, language: str, path: str, title: str
) -> None:
    scheme = "dark" if language == "ar" else "light"
    page = open_page(path.format(p=work.project), language, scheme=scheme)
    page.get_by_role("heading", level=1, name=word(language, title), exact=True).wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    assert page.locator("[role=alert]").count() == 0
    check_axe(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_road_shows_the_counts(open_page: OpenPage, served: Served, work: Work, language: str) -> None:
    items = served.api.get(f"/projects/{work.project}").json()["counts"]["items"]
    page = open_page(f"/projects/{work.project}", language)
    page.get_by_role("heading", level=1, name=work.name).wait_for()
    road = page.get_by_role("list", name=word(language, "stations.road"))
    sources = road.get_by_role("listitem").filter(has_text=word(language, "stations.sources"))
    expect(sources).to_contain_text(str(items))
    check_axe(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_window_keeps_everything_in_reach(open_page: OpenPage, work: Work, language: str) -> None:
    page = open_page(f"/projects/{work.project}", language, width=400)
    page.get_by_role("heading", level=1, name=work.name).wait_for()
    page.get_by_role("button", name=word(language, "frame.menu")).first.click()
    page.get_by_role("link", name=word(language, "stations.datasets"), exact=True).click()
    page.get_by_role("heading", level=1, name=word(language, "stations.datasets")).wait_for()
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0
