"""The queue: what is offered first, to whom, and what annotators asked."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenPage, Served, Work, word


def test_a_batch_is_made_and_paused_with_a_way_back(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/queue", "ar")
    page.get_by_role("tab", name=word("ar", "queue.batches")).click()
    page.get_by_role("button", name=word("ar", "batches.make"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(word("ar", "batches.name")).fill("الأسبوع الأول")
    dialog.get_by_role("button", name=word("ar", "save"), exact=True).click()
    row = page.get_by_role("table", name=word("ar", "queue.batches")).get_by_role("row").last
    expect(row).to_contain_text("الأسبوع الأول")
    row.get_by_role("button", name=word("ar", "batches.pause"), exact=True).click()
    expect(row).to_contain_text(word("ar", "batches.state_paused"))
    page.get_by_role("button", name=word("ar", "undo")).click()
    expect(row).to_contain_text(word("ar", "batches.state_open"))


def test_a_task_is_moved_up_and_kept_for_somebody(open_page: OpenPage, served: Served, work: Work) -> None:
    served.api.post(
        f"/projects/{work.project}/items",
        content=b'{"data": {"text": "A task that waits."}}\n',
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    page = open_page(f"/projects/{work.project}/queue")
    row = page.get_by_role("table", name=word("en", "queue.tasks")).get_by_role("row").nth(1)
    priority = row.get_by_role("textbox").first
    priority.fill("7")
    priority.press("Enter")
    expect(page.get_by_text(word("en", "queue.priorityKept"))).to_be_visible()
    row.get_by_role("combobox").click()
    page.get_by_role("option", name="عمر").click()
    expect(row.get_by_role("combobox")).to_have_value("عمر")
