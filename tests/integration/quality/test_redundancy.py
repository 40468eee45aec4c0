"""Adaptive redundancy in the live queue: as many answers as an item takes, never fewer or more than allowed, and by whom."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any
from uuid import UUID

import pytest
from tests.build import claim, counts, fill, fill_batch, kept_counts, make_project, submit, task_rows
from tests.conftest import Tenant

from qistas.core.errors import Conflict, Invalid, LeaseGone, Unavailable
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.ontology import Redundancy, load_project, update_project
from qistas.quality import (
    Verdict,
    adjudicate_item,
    fit_project,
    infer_due,
    quality_report,
    requeue_item,
    review_annotation,
)
from qistas.quality.decide_overlap import savings
from qistas.tasks import replan_tasks
from qistas.tasks.extend import release_kept

LABELS = ["sport", "news", "art"]
SKILLS = (0.95, 0.92, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5)
ADAPTIVE = {"mode": "adaptive", "target_confidence": 0.88, "min_overlap": 2, "max_overlap": 6}


def said(who: int, text: str, skill: float) -> str:
    """What annotator number `who` says of a text: always the same, so that two projects can be compared."""
    draw = random.Random(f"{who} {text}")
    right = LABELS[sum(map(ord, text)) % 3]
    return right if draw.random() < skill else draw.choice([name for name in LABELS if name != right])


async def infer(db: Database, who: Principal, project: ProjectId) -> None:
    while True:
        async with db.tenant_tx(who) as tx:
            if await infer_due(tx, project) == 0:
                return


async def crew(tenant: Tenant) -> list[Principal]:
    return [await tenant.member(Role.ANNOTATOR, f"p{n}") for n in range(len(SKILLS))]


async def label_all(db: Database, owner: Principal, project: ProjectId, people: Sequence[Principal]) -> int:
    """Everybody answers in turn, with inference after each and a full run when nothing is left; the number of answers."""
    total = 0
    for _ in range(8):
        idle = turn = 0
        while idle < len(people):
            number = turn % len(people)
            offers = await claim(db, people[number], project, 10)
            for offer in offers:
                answer = said(number, offer.data["text"], SKILLS[number])
                await submit(db, people[number], project, offer, answer)
            total += len(offers)
            turn += 1
            idle = 0 if offers else idle + 1
            if offers:
                await infer(db, owner, project)
            await let_go(db)
        await fit_project(db, owner, project)
        if all(row["state"] == "done" for row in await task_rows(db, owner, project)):
            break
    return total


async def let_go(db: Database) -> None:
    """As if the time for which tasks are kept were over."""
    async with db.system_tx(reason="test") as tx:
        await tx.run("UPDATE kept_tasks SET until = now() - interval '1 second'")
    await release_kept(db)


async def accuracy(db: Database, owner: Principal, project: ProjectId) -> float:
    async with db.tenant_tx(owner) as tx:
        rows = await tx.rows(
            "SELECT i.data ->> 'text', c.value FROM consensus c JOIN items i ON i.tenant_id = c.tenant_id AND i.id = c.item_id"
            " WHERE c.project_id = %s",
            (project,),
        )
    return sum(value == {"labels": [LABELS[sum(map(ord, text)) % 3]]} for text, value in rows) / len(rows)


async def test_the_default_rule_keeps_its_limits_and_is_as_right_as_fixed_with_fewer_answers(
    db: Database, tenant: Tenant
) -> None:
    people, n, rule = await crew(tenant), 80, Redundancy()
    fixed = await make_project(db, tenant.owner, overlap=rule.max_overlap)
    await fill(db, tenant.owner, fixed, n)
    every = await label_all(db, tenant.owner, fixed, people)
    assert every == rule.max_overlap * n
    adaptive = await make_project(db, tenant.owner, redundancy={"mode": "adaptive"})
    await fill(db, tenant.owner, adaptive, n)
    used = await label_all(db, tenant.owner, adaptive, people)
    right = await accuracy(db, tenant.owner, adaptive), await accuracy(db, tenant.owner, fixed)
    assert used < every, (used, right)
    # Two standard errors of the difference of two shares of `n` items that are equal in truth.
    share = sum(right) / 2
    assert right[0] >= right[1] - 2 * sqrt(2 * share * (1 - share) / n), (used, right)
    rows = await task_rows(db, tenant.owner, adaptive)
    assert all(rule.min_overlap <= row["answers"] <= rule.max_overlap for row in rows)
    assert {row["state"] for row in rows} == {"done"}
    assert len({row["answers"] for row in rows}) > 1, "some took more than others"
    assert (await counts(db, tenant.owner, adaptive))["done"] == n
    async with db.tenant_tx(tenant.owner) as tx:
        report = (await quality_report(tx, adaptive))["redundancy"]
        assert (await quality_report(tx, fixed))["redundancy"] is None
    assert (report["finished"], report["answers"], report["saved"]) == (n, used, every - used)
    assert report["saved_low"] <= report["saved"] <= report["saved_high"]
    assert report["accuracy_low"] <= report["accuracy"] <= report["accuracy_high"]


async def test_limits_hold_while_many_answer_and_infer_at_once(db: Database, tenant: Tenant) -> None:
    people = await crew(tenant)
    rule = {**ADAPTIVE, "max_overlap": 4}
    project = await make_project(db, tenant.owner, redundancy=rule)
    for batch in ("even", "odd"):
        await fill_batch(
            db, tenant.owner, project, batch, [f"text {n}" for n in range(25) if n % 2 == (batch == "odd")]
        )
    closed_early: list[Any] = []
    over = asyncio.Event()

    async def answer(number: int) -> None:
        who, idle = people[number], 0
        while idle < 12:
            offers = await claim(db, who, project, 2)
            for offer in offers:
                for _ in range(5):
                    try:
                        await submit(
                            db, who, project, offer, said(number, offer.data["text"], SKILLS[number])
                        )
                        break
                    except (Unavailable, Conflict, LeaseGone):
                        await asyncio.sleep(0.01)
            idle = 0 if offers else idle + 1
            await asyncio.sleep(0 if offers else 0.02)

    async def look() -> None:
        while not over.is_set():
            await infer(db, tenant.owner, project)
            await let_go(db)
            closed_early.extend(
                row
                for row in await task_rows(db, tenant.owner, project)
                if row["state"] == "done" and row["answers"] < 2
            )
            await asyncio.sleep(0.005)

    watch = asyncio.gather(look(), look())
    await asyncio.gather(*[answer(number) for number in range(len(people))])
    over.set()
    await watch
    await label_all(db, tenant.owner, project, people)
    assert not closed_early
    rows = await task_rows(db, tenant.owner, project)
    assert [row for row in rows if not 2 <= row["answers"] <= 4] == []
    assert {(row["state"], row["live"]) for row in rows} == {("done", 0)}
    assert await kept_counts(db, tenant.owner, project) == {"": (25, 25), "even": (13, 13), "odd": (12, 12)}
    async with db.tenant_tx(tenant.owner) as tx:
        stored = dict(
            await tx.rows(
                "SELECT task_id, count(*) FROM annotations WHERE project_id = %s GROUP BY 1", (project,)
            )
        )
    assert {row["id"]: row["answers"] for row in rows} == stored


async def set_rules(db: Database, who: Principal, project: ProjectId, **settings: Any) -> None:
    """Change settings and do the job that follows."""
    async with db.tenant_tx(who) as tx:
        await update_project(tx, project, settings=settings)
    await replan_tasks(db, who, project)
    await infer(db, who, project)


async def test_the_mode_of_a_running_project_can_be_changed_and_changed_back(
    db: Database, tenant: Tenant
) -> None:
    people = await crew(tenant)
    project = await make_project(db, tenant.owner, overlap=4)
    items = await fill(db, tenant.owner, project, 6)
    agreed, disputed, begun = items[:2], items[2:4], items[4]
    for number, words in enumerate((("news", "news"), ("news", "art"), ("news", "sport"))):
        for offer in await claim(db, people[number], project, 6):
            if offer.item_id in (*agreed, *disputed) or (offer.item_id == begun and number == 0):
                await submit(db, people[number], project, offer, words[offer.item_id in disputed])
    await infer(db, tenant.owner, project)
    before = {row["item_id"]: row for row in await task_rows(db, tenant.owner, project)}
    assert {before[i]["state"] for i in (*agreed, *disputed)} == {"open"}

    await set_rules(db, tenant.owner, project, redundancy={**ADAPTIVE, "target_confidence": 0.9})
    rows = {row["item_id"]: row for row in await task_rows(db, tenant.owner, project)}
    assert {(rows[i]["state"], rows[i]["wanted"]) for i in agreed} == {("done", 3)}, "three agree: enough"
    assert {(rows[i]["state"], rows[i]["wanted"]) for i in disputed} == {("open", 4)}, "one more at a time"
    assert rows[begun]["wanted"] >= 2
    assert rows[begun]["state"] != "done"
    assert (await counts(db, tenant.owner, project))["done"] == 2

    await set_rules(db, tenant.owner, project, redundancy={"mode": "fixed"})
    rows = {row["item_id"]: row for row in await task_rows(db, tenant.owner, project)}
    assert {row["wanted"] for row in rows.values()} == {4}
    assert "done" not in {row["state"] for row in rows.values()}
    assert (await counts(db, tenant.owner, project))["done"] == 0
    async with db.tenant_tx(tenant.owner) as tx:
        rule = (await load_project(tx, project)).settings.redundancy
    assert (rule.adaptive, rule.target_confidence, rule.max_overlap) == (False, 0.9, 6), (
        "what was set before is kept"
    )


async def test_a_full_run_opens_what_it_doubts_and_closes_what_it_does_not(
    db: Database, tenant: Tenant
) -> None:
    people = await crew(tenant)
    project = await make_project(db, tenant.owner, redundancy={**ADAPTIVE, "target_confidence": 0.84})
    items = await fill(db, tenant.owner, project, 30)
    for number in (0, 1):
        while offers := await claim(db, people[number], project, 10):
            for offer in offers:
                await submit(db, people[number], project, offer, said(number, offer.data["text"], 0.99))
    await infer(db, tenant.owner, project)
    assert (await counts(db, tenant.owner, project))["done"] >= 28, "two strangers who agree reach it"
    await set_rules(db, tenant.owner, project, redundancy={"target_confidence": 0.999})
    rows = await task_rows(db, tenant.owner, project)
    assert sum(row["state"] == "open" for row in rows) >= 25
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "UPDATE projects SET settings = jsonb_set(settings, '{redundancy,target_confidence}', '0.75') WHERE id = %s",
            (project,),
        )
    await fit_project(db, tenant.owner, project)
    rows = await task_rows(db, tenant.owner, project)
    assert len(rows) == len(items)
    assert sum(row["state"] == "done" for row in rows) >= 28
    assert (await counts(db, tenant.owner, project))["done"] == sum(row["state"] == "done" for row in rows)


async def test_a_doubtful_task_is_kept_a_while_for_the_one_who_knows_best(
    db: Database, tenant: Tenant
) -> None:
    people = await crew(tenant)
    trained = await make_project(db, tenant.owner, overlap=8)
    old = set(await fill(db, tenant.owner, trained, 40))
    await label_all(db, tenant.owner, trained, people)
    await set_rules(db, tenant.owner, trained, redundancy=ADAPTIVE)
    new = set(await fill(db, tenant.owner, trained, [{"text": f"new {n}"} for n in range(3)])) - old
    best, middling, worst = people[0], people[5], people[7]
    held = [
        await claim(db, who, trained, 1) for who in (best, worst)
    ]  # they are present, each with a task in hand
    assert all(held)
    asked = next(iter(new - {offers[0].item_id for offers in held}))
    for who, word in ((middling, "news"), (people[6], "art")):
        for offer in await claim(db, who, trained, 3):
            if offer.item_id == asked:
                await submit(db, who, trained, offer, word)
    await infer(db, tenant.owner, trained)
    async with db.tenant_tx(tenant.owner) as tx:
        kept: Mapping[UUID, UUID] = dict(
            await tx.rows(
                "SELECT t.item_id, k.annotator_id FROM kept_tasks k JOIN tasks t ON t.id = k.task_id"
            )
        )
    assert kept.get(asked) == best.member_id, [
        row for row in await task_rows(db, tenant.owner, trained) if row["item_id"] in new
    ]
    mine = [held[1][0].lease_id]
    assert asked not in {o.item_id for o in await claim(db, worst, trained, 5, mine)}, "not yet for others"
    assert asked in {o.item_id for o in await claim(db, best, trained, 5, [held[0][0].lease_id])}
    async with db.system_tx(reason="test") as tx:
        await tx.run("UPDATE kept_tasks SET until = now() - interval '1 second'")
    assert await release_kept(db) >= 1
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.value("SELECT count(*) FROM kept_tasks") == 0
        assert await tx.value("SELECT count(*) FROM tasks WHERE assignee = %s", (best.member_id,)) == 0


async def test_what_a_person_sent_back_stays_open_until_it_is_answered(db: Database, tenant: Tenant) -> None:
    people = await crew(tenant)
    project = await make_project(db, tenant.owner, redundancy={**ADAPTIVE, "target_confidence": 0.8})
    (item,) = await fill(db, tenant.owner, project, 1)
    for who in people[:2]:
        (offer,) = await claim(db, who, project)
        await submit(db, who, project, offer, "news")
    await infer(db, tenant.owner, project)
    (row,) = await task_rows(db, tenant.owner, project)
    assert row["state"] == "done"
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "INSERT INTO label_errors (tenant_id, project_id, question, item_id, likelihood, value)"
            " VALUES (%s, %s, 'topic', %s, 0.9, '{}')",
            (tenant.id, project, item),
        )
        await requeue_item(tx, project, "topic", item)
    for _ in range(2):
        await fit_project(db, tenant.owner, project)
        (row,) = await task_rows(db, tenant.owner, project)
        assert (row["state"], row["wanted"]) == ("open", 3)
    (offer,) = await claim(db, people[2], project)
    await submit(db, people[2], project, offer, "news")
    await infer(db, tenant.owner, project)
    (row,) = await task_rows(db, tenant.owner, project)
    assert (row["state"], row["answers"]) == ("done", 3)


async def test_what_an_expert_settled_is_asked_no_more(db: Database, tenant: Tenant) -> None:
    people = await crew(tenant)
    project = await make_project(db, tenant.owner, redundancy=ADAPTIVE)
    accepted, adjudicated, left = await fill(db, tenant.owner, project, 3)
    for who, label in zip(people[:2], ("news", "art"), strict=True):
        for offer in await claim(db, who, project, 3):
            await submit(db, who, project, offer, label)
    await infer(db, tenant.owner, project)
    assert [row["state"] for row in await task_rows(db, tenant.owner, project)] == ["open"] * 3
    async with db.tenant_tx(tenant.owner) as tx:
        await adjudicate_item(tx, project, adjudicated, {"topic": {"labels": ["sport"]}})
        found = await tx.rows("SELECT min(id::text)::uuid FROM annotations WHERE item_id = %s", (accepted,))
        await review_annotation(tx, project, found[0][0], Verdict.ACCEPT)
    await fit_project(db, tenant.owner, project)
    states = {row["item_id"]: row["state"] for row in await task_rows(db, tenant.owner, project)}
    assert states == {accepted: "done", adjudicated: "done", left: "open"}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"mode": "sometimes"}, "mode"),
        ({"min_overlap": 7}, "max_overlap"),
        ({"target_confidence": 0.9, "target_accuracy": 0.9}, "target_accuracy"),
        ({"target_confidence": 1.0}, "target_confidence"),
        ({"target_accuracy": True}, "target_accuracy"),
        ({"cost_per_answer": 5}, "error_cost"),
        ({"wanted": 5}, "wanted"),
        ([], "redundancy"),
    ],
)
async def test_what_makes_no_sense_is_refused(db: Database, tenant: Tenant, rule: Any, field: str) -> None:
    with pytest.raises(Invalid) as told:
        await make_project(db, tenant.owner, redundancy=rule)
    assert any(field in fault.where for fault in told.value.faults), told.value.faults


async def test_one_target_takes_the_place_of_the_other(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, redundancy={"mode": "adaptive", "target_accuracy": 0.9})
    async with db.tenant_tx(tenant.owner) as tx:
        rule = (await load_project(tx, project)).settings.redundancy
    assert (rule.target_confidence, rule.target_accuracy) == (None, 0.9)


def test_savings_are_told_with_their_intervals() -> None:
    import numpy as np

    report = savings([(2, 80), (3, 15), (5, 5)], np.r_[np.full(80, 0.97), np.full(20, 0.8)], 5)
    assert (report["finished"], report["answers"], report["saved"]) == (100, 230, 270)
    assert 255 <= report["saved_low"] < 270 < report["saved_high"] <= 285
    assert report["share"] == pytest.approx(0.54)
    assert report["accuracy"] == pytest.approx(0.936)
    assert report["accuracy_low"] < report["accuracy"] < report["accuracy_high"]
    assert savings([], np.array([]), 5)["saved_low"] is None
