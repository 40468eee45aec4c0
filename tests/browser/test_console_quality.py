"""Quality in pictures, and review by keys."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import LANGUAGES, OpenPage, Seen, Served, Work, check_axe, wait_for, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreement_and_skill_show_their_intervals(
    open_page: OpenPage, served: Served, work: Work, language: str
) -> None:
    served.api.post(f"/projects/{work.project}/quality/consensus", json={}).raise_for_status()
    wait_for(
        lambda: any(
            question["agreement"] and question["agreement"]["value"] is not None
            for question in served.api.get(f"/projects/{work.project}/quality").json()["questions"]
        ),
        60,
    )
    page = open_page(f"/projects/{work.project}/quality", language)
    agreement = word(language, "quality.agreement")
    expect(page.get_by_role("img", name=agreement).first).to_be_visible()
    between = word(language, "estimate.interval", low="", high="").split()
    expect(page.get_by_text(between[0]).first).to_be_visible()
    check_axe(page)
    page.get_by_role("tab", name=word(language, "quality.annotators")).click()
    people = page.get_by_role("table", name=word(language, "quality.annotators"))
    expect(people.get_by_role("row")).to_have_count(4)
    expect(people).to_contain_text("عمر")
    check_axe(page)
    page.get_by_role("tab", name=word(language, "quality.items")).click()
    page.get_by_role("button", name=word(language, "quality.look")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("table", name=word(language, "review.disagreement"))).to_contain_text("Amal")


def test_one_key_settles_a_disagreement(open_page: OpenPage, served: Served, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/review", "ar")
    table = page.get_by_role("table", name=word("ar", "review.disagreement"))
    expect(table).to_contain_text("≠")
    check_axe(page)
    before = served.api.get(f"/projects/{work.project}").json()["counts"]["reviewed"]
    page.keyboard.press("2")
    expect(table.get_by_role("button", pressed=True)).to_have_count(1)
    page.keyboard.press("a")
    wait_for(lambda: served.api.get(f"/projects/{work.project}").json()["counts"]["reviewed"] > before, 20)
    expect(page.get_by_text(word("ar", "review.settled_one"))).to_be_visible()


def test_an_expert_settles_by_keys_and_sends_nothing_that_was_not_chosen(
    open_page: OpenPage, served: Served, work: Work
) -> None:
    page = open_page(f"/projects/{work.project}/review", "ar")
    table = page.get_by_role("table", name=word("ar", "review.disagreement"))
    expect(table).to_be_visible()
    sent: list[Any] = []
    page.on(
        "request",
        lambda asked: sent.append(asked.post_data_json) if asked.url.endswith("/adjudications") else None,
    )
    page.keyboard.press("j")
    empty = page.get_by_role("button", name=word("ar", "review.chooseFirst"))
    expect(empty).to_be_disabled()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    # The first question has the focus; Enter sends nothing yet, and Escape leaves from within the editor.
    focused = "document.activeElement.closest('[data-question]')?.dataset.question"
    wait_for(lambda: page.evaluate(focused) == "topic", 10)
    page.keyboard.press("Control+Enter")
    check_axe(page)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Escape")
    expect(empty).to_have_count(0)
    page.keyboard.press("j")
    expect(empty).to_be_visible()
    chosen = page.locator("[data-question=topic]").get_by_role("radio").nth(1)
    expect(chosen).to_be_visible()
    page.keyboard.press("2")
    expect(chosen).to_be_checked()
    expect(table.get_by_role("button")).to_have_count(0)
    settle = page.get_by_role("button", name=word("ar", "review.settleAs"))
    expect(settle).to_be_enabled()
    check_axe(page)
    assert sent == []
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(word("ar", "review.settled_one"))).to_be_visible()
    assert len(sent) == 1
    assert sent[0]["answer"] == {"topic": {"labels": ["sport"]}}, sent


def test_an_answer_is_returned_with_a_reason(open_page: OpenPage, work: Work) -> None:
    page = open_page(f"/projects/{work.project}/review")
    expect(page.get_by_role("table", name=word("en", "review.disagreement"))).to_be_visible()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    send = dialog.get_by_role("button", name=word("en", "review.return"), exact=True)
    expect(send).to_be_disabled()
    dialog.get_by_label(word("en", "review.reason"), exact=True).fill("Read the guideline on sub-topics.")
    send.click()
    expect(page.get_by_text(word("en", "review.returned"))).to_be_visible()


def test_an_answer_that_could_not_be_returned_is_not_said_to_be(
    open_page: OpenPage, seen: Seen, work: Work
) -> None:
    page = open_page(f"/projects/{work.project}/review")
    expect(page.get_by_role("table", name=word("en", "review.disagreement"))).to_be_visible()
    page.route("**/reviews", lambda route: route.abort())
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    reason = dialog.get_by_label(word("en", "review.reason"), exact=True)
    reason.fill("Read the guideline on sub-topics.")
    dialog.get_by_role("button", name=word("en", "review.return"), exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert page.get_by_text(word("en", "review.returned")).count() == 0
    expect(reason).to_have_value("Read the guideline on sub-topics.")
    check_axe(page)
    seen.complaints[:] = [told for told in seen.complaints if "ERR_FAILED" not in told]


def test_gold_is_planted_and_taken_out(open_page: OpenPage, served: Served, work: Work) -> None:
    served.api.post(
        f"/projects/{work.project}/items",
        content="".join(f'{{"data": {{"text": "Gold to be {at}"}}}}\n' for at in range(2)).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).raise_for_status()
    page = open_page(f"/projects/{work.project}/quality")
    page.get_by_role("tab", name=word("en", "quality.gold")).click()
    page.get_by_role("button", name=word("en", "gold.plant"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio").first.check()
    dialog.get_by_role("button", name=word("en", "gold.plantThis")).click()
    expect(page.get_by_text(word("en", "gold.planted"))).to_be_visible()
    page.keyboard.press("Escape")
    table = page.get_by_role("table", name=word("en", "quality.gold"))
    expect(table).to_contain_text("Economy")
    table.get_by_role("button", name=word("en", "gold.remove"), exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=word("en", "gold.remove"), exact=True).click()
    expect(page.get_by_text(word("en", "gold.none"))).to_be_visible()


def test_gold_is_planted_beyond_the_first_hundred(open_page: OpenPage, served: Served) -> None:
    ontology = {
        "format": 1,
        "fields": [{"name": "text"}],
        "questions": [{"name": "q", "kind": "choice", "labels": [{"name": "yes"}, {"name": "no"}]}],
    }
    made = served.api.post("/projects", json={"name": "Much gold", "ontology": ontology})
    project = f"/projects/{made.raise_for_status().json()['id']}"
    lines = "".join(f'{{"data": {{"text": "Item {at}"}}}}\n' for at in range(101))
    headers = {"Content-Type": "application/x-ndjson"}
    served.api.post(f"{project}/items", content=lines.encode(), headers=headers).raise_for_status()
    items = served.api.get(f"{project}/items", params={"limit": 500}).raise_for_status().json()["rows"]
    for item in items[:100]:
        gold = {"item_id": item["id"], "answer": {"q": {"labels": ["yes"]}}}
        served.api.post(f"{project}/gold", json=gold).raise_for_status()
    page = open_page(f"{project}/quality")
    page.get_by_role("tab", name=word("en", "quality.gold")).click()
    page.get_by_role("button", name=word("en", "gold.plant"), exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Item 100")).to_be_visible()
    dialog.get_by_role("radio").first.check()
    dialog.get_by_role("button", name=word("en", "gold.plantThis")).click()
    expect(dialog.get_by_text(word("en", "gold.noItems"))).to_be_visible()
    check_axe(page)
