"""A file comes in: a look into it, the mapping, progress, and a report of every refused row."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Work, check_axe, word


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
    assert "headline" in Path(report.value.path()).read_text(encoding="utf-8-sig") or "text" in Path(
        report.value.path()
    ).read_text(encoding="utf-8-sig")

    page.get_by_role("tab", name=word(language, "sources.items"), exact=True).click()
    items = page.get_by_role("table", name=word(language, "sources.items"))
    items.get_by_role("button", name="ضباب خفيف").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("ضباب خفيف صباح الغد")
