"""A file comes in: a look into it, the mapping, progress, and a report of every refused row."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from qistas.sources.words import headings

from .conftest import LANGUAGES, ROOT, OpenPage, Served, Work, check_axe, wait_for, word


def codes(language: str) -> dict[str, Any]:
    """The words that the console has for the server's codes."""
    file = ROOT / "web" / "apps" / "console" / "src" / "locales" / language / "codes.json"
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_mapped_imported_and_its_bad_rows_reported(
    open_page: OpenPage, work: Work, tmp_path: Path, language: str
) -> None:
    file = tmp_path / f"news-{language}.csv"
    lines = ["id,headline,lang", f"a-{language},Rain is expected in {language},en"]
    lines += [f"b-{language},ضباب خفيف صباح الغد {language},ar", f"c-{language},,en"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    page = open_page(f"/projects/{work.project}/sources", language)
    page.set_input_files("input[type=file]", file)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("cell", name=f"ضباب خفيف صباح الغد {language}")).to_be_visible()
    check_axe(page)
    field = dialog.get_by_role("combobox", name="text", exact=True)
    field.click()
    page.get_by_role("option", name="headline", exact=True).click()
    dialog.get_by_role("button", name=word(language, "sources.import"), exact=True).click()
    row = (
        page.get_by_role("table", name=word(language, "sources.imports"))
        .get_by_role("row")
        .filter(has_text=file.name)
    )
    expect(row).to_contain_text(word(language, "importStates.done"), timeout=60_000)
    row.get_by_role("button", name="1", exact=True).click()
    refused = page.get_by_role("table", name=word(language, "sources.refusedRows"))
    expect(refused).to_contain_text("4")
    with page.expect_download() as report:
        row.get_by_role("link", name=word(language, "sources.report")).click()
    with zipfile.ZipFile(report.value.path()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("rightToLeft" in sheet) == (language == "ar")
    assert headings(language)[3] in sheet

    page.get_by_role("tab", name=word(language, "sources.items"), exact=True).click()
    items = page.get_by_role("table", name=word(language, "sources.items"))
    items.get_by_role("button", name="ضباب خفيف").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("ضباب خفيف صباح الغد")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_import_that_was_given_up_says_why_and_is_tried_again(
    open_page: OpenPage, work: Work, language: str
) -> None:
    """In the reader's language, with the server's own sentence beside it where that is another."""
    page = open_page("/projects/" + work.project, language)
    given_up: dict[str, Any] = {
        "state": "failed",
        "fault": "gave_up",
        "resumable": True,
        "detail": "The import failed each time.",
    }
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url)
            route.fulfill(json=row | {"state": "queued", "fault": "", "resumable": False, "detail": ""})
        else:
            route.fulfill(json={"rows": [row | ({} if asked else given_up)], "next": None})

    row = {
        "id": "01890000-0000-7000-8000-000000000001", "state": "done", "name": "a.jsonl", "format": "jsonl", "batch_id": None,
        "rows_read": 5, "rows_added": 5, "rows_duplicate": 0, "rows_refused": 0, "bytes_read": 10, "bytes_total": 10,
        "detail": "", "fault": "", "resumable": False, "created_at": "2026-01-01T00:00:00Z", "started_at": None, "ended_at": None,
    }  # fmt: skip
    page.route("**/imports*", answer)
    page.route("**/imports/**", answer)
    page.goto(f"/projects/{work.project}/sources")
    words = codes(language)["ended"]["gave_up"] if language == "ar" else given_up["detail"]
    page.get_by_text(words).wait_for()
    assert page.get_by_text(given_up["detail"]).count() == 1
    check_axe(page)
    page.get_by_role("button", name=word(language, "problem.retry")).click()
    page.get_by_text(words).wait_for(state="detached")
    assert [url.rpartition("/")[2] for url in asked] == ["retry"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_a_row_was_refused_is_told_in_the_readers_language(
    open_page: OpenPage, served: Served, work: Work, language: str
) -> None:
    sent = served.api.post(
        f"/projects/{work.project}/imports", files={"file": (f"bad-{language}.jsonl", b'{"text": 5}\n')}
    )
    at = f"/projects/{work.project}/imports/{sent.raise_for_status().json()['id']}"
    wait_for(lambda: served.api.get(at).json()["state"] == "done", 60)
    page = open_page(f"/projects/{work.project}/sources", language)
    row = page.get_by_role("row").filter(has_text=f"bad-{language}.jsonl")
    row.get_by_role("button", expanded=False).click()
    said = codes(language)["refusals"]["field_type"]["reason"]
    english = "The field text is to be a text; this is a number."
    page.get_by_text(said if language == "ar" else english).first.wait_for()
    assert page.get_by_text(english).first.is_visible() == (language == "en")  # in Arabic it is folded away
    check_axe(page)
