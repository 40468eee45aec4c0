"""From consensus to a file: select with live counts, seal, compare, export, download."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Work, check_axe, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_version_is_selected_sealed_and_downloaded(open_page: OpenPage, work: Work, language: str) -> None:
    page = open_page(f"/projects/{work.project}/datasets", language)
    page.get_by_role("button", name=word(language, "datasets.make"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(word(language, "datasets.name"), exact=True).fill(f"headlines {language}")
    dialog.get_by_role("button", name=word(language, "datasets.make"), exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"headlines {language}")

    page.get_by_role("tab", name=word(language, "datasets.select")).click()
    football = "Football" if language == "en" else "كرة القدم"
    expect(page.locator("dl").filter(has_text=football)).to_be_visible()
    page.get_by_role("button", name=word(language, "datasets.addSplits"), exact=True).click()
    expect(page.locator("dl").filter(has_text="train")).to_be_visible()
    check_axe(page)
    # 0.8 is 80 %, at once and for all to see; what it leaves out is told, with an item to look at.
    least = page.get_by_label(word(language, "datasets.minConfidence"))
    with page.expect_request(
        lambda asked: "/preview" in asked.url and "min_confidence" in (asked.post_data or "")
    ) as asked:
        least.fill("0.8")
    assert (asked.value.post_data_json or {})["selection"]["min_confidence"] == 0.8
    least.press("Tab")
    expect(least).to_have_value("80")
    least.fill("٩٠٪")
    least.press("Tab")
    expect(least).to_have_value("90")
    least.fill("100")
    expect(least).to_have_value("100")
    unsure = page.get_by_role("listitem").filter(has_text=word(language, "leftOut.min_confidence")).first
    expect(unsure).to_be_visible()
    check_axe(page)
    unsure.get_by_role("button", name=word(language, "datasets.example")).click()
    expect(page.get_by_role("dialog").get_by_role("radio", checked=True)).to_have_count(1)
    page.keyboard.press("Escape")
    least.fill("")
    page.get_by_label(word(language, "datasets.note"), exact=True).fill("First ملاحظة")
    page.get_by_role("button", name=word(language, "datasets.seal"), exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=word(language, "datasets.seal"), exact=True).click()

    row = page.get_by_role("table", name=word(language, "datasets.versions")).get_by_role("row").nth(1)
    expect(row).to_contain_text(word(language, "versionStates.sealed"), timeout=60_000)
    expect(row).to_contain_text("First ملاحظة")
    check_axe(page)
    row.get_by_role("button", name=word(language, "datasets.export")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("COCO")).to_be_disabled()
    dialog.get_by_role("button", name=word(language, "datasets.export"), exact=True).click()
    download = dialog.get_by_role("link", name=word(language, "datasets.download"))
    expect(download).to_be_visible(timeout=60_000)
    with page.expect_download() as file:
        download.click()
    lines = Path(file.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 4
    assert all(json.loads(line) for line in lines)


def test_two_versions_are_compared(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/datasets")
    page.get_by_role("button", name=word("en", "datasets.make"), exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(word("en", "datasets.name"), exact=True).fill("compared")
    dialog.get_by_role("button", name=word("en", "datasets.make"), exact=True).click()
    for number, only in ((1, None), (2, "Football")):
        page.get_by_role("tab", name=word("en", "datasets.select")).click()
        if only:
            page.get_by_role("combobox", name="What is this text about?").click()
            page.get_by_role("option", name=only).click()
            page.keyboard.press("Escape")
            expect(page.locator("dl").filter(has_text="Economy")).to_have_count(0)
        seal = page.get_by_role("button", name=word("en", "datasets.seal"), exact=True)
        expect(seal).to_be_enabled()
        seal.click()
        page.get_by_role("dialog").get_by_role("button", name=word("en", "datasets.seal"), exact=True).click()
        table = page.get_by_role("table", name=word("en", "datasets.versions"))
        expect(table.get_by_role("row")).to_have_count(number + 1)
        expect(table.get_by_text(word("en", "versionStates.sealed"))).to_have_count(number, timeout=60_000)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=word("en", "datasets.compare")).click()
    expect(page.get_by_role("dialog")).to_contain_text(word("en", "datasets.removed"))
