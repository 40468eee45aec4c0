"""Quality: what is inferred, when, and that experts outrank it without erasing it."""

from __future__ import annotations

import asyncio
import random
import sys
from typing import Any
from uuid import UUID

import pytest
from tests.build import TOPIC, claim, counts, fill, make_project, submit, task_rows
from tests.conftest import Tenant

from qistas.annotations import my_annotations, revise_annotation, submit_annotation
from qistas.core.errors import AnswerInvalid, Conflict, Forbidden, Invalid
from qistas.core.ids import MemberId, ProjectId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.ontology import create_project, publish_ontology, read_progress
from qistas.quality import (
    FlagDecision,
    Verdict,
    adjudicate_item,
    annotator_report,
    claim_review,
    fit_project,
    infer_due,
    item_history,
    list_consensus,
    list_gold,
    plant_gold,
    quality_report,
    remove_gold,
    request_fit,
    resolve_flag,
    resume_annotator,
    review_annotation,
)
from qistas.quality.fit_apart import fit_apart
from qistas.quality.learnt import load_learnt
from qistas.quality.sweep import sweep_due
from qistas.sources import withdraw_item
from qistas.tasks import claim_tasks
from qistas.workforce.resolve import principal_from
from qistas.workforce.store import standing_of_member

LABELS = ["sport", "news", "art"]


async def answer_all(
    db: Database,
    project: ProjectId,
    people: list[tuple[Principal, float]],
    truth: dict[str, str],
    seed: int = 1,
) -> None:
    """Let each person answer everything, right with their own probability."""
    rng = random.Random(seed)
    for who, skill in people:
        while offers := await claim(db, who, project, 10):
            for offer in offers:
                right = truth[offer.data["text"]]
                said = (
                    right if rng.random() < skill else rng.choice([name for name in LABELS if name != right])
                )
                await submit(db, who, project, offer, said)


async def infer(db: Database, who: Principal, project: ProjectId) -> int:
    total = 0
    while True:
        async with db.tenant_tx(who) as tx:
            done = await infer_due(tx, project)
        total += done
        if done == 0:
            return total


@pytest.fixture
async def labelled(db: Database, tenant: Tenant) -> tuple[ProjectId, list[UUID], dict[str, str]]:
    """Sixty items with five answers each: three careful people, one careless, one who guesses."""
    project = await make_project(db, tenant.owner, overlap=5)
    items = await fill(db, tenant.owner, project, 60)
    truth = {f"text {n}": LABELS[n % 3] for n in range(60)}
    people = [
        (await tenant.member(Role.ANNOTATOR, f"p{n}"), skill)
        for n, skill in enumerate((0.95, 0.9, 0.9, 0.6, 0.33))
    ]
    await answer_all(db, project, people, truth)
    return project, items, truth


async def right(db: Database, tenant: Tenant, project: ProjectId, truth: dict[str, str]) -> float:
    async with db.tenant_tx(tenant.owner) as tx:
        rows = await tx.rows(
            "SELECT i.data ->> 'text', c.value FROM consensus c JOIN items i ON i.tenant_id = c.tenant_id AND i.id = c.item_id"
            " WHERE c.project_id = %s",
            (project,),
        )
    assert len(rows) == 60
    return sum(value == {"labels": [truth[text]]} for text, value in rows) / len(rows)


async def test_consensus_follows_answers_and_a_full_run_is_better(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, _, truth = labelled
    assert await infer(db, tenant.owner, project) == 60
    assert await infer(db, tenant.owner, project) == 0
    voted = await right(db, tenant, project, truth)
    assert (await counts(db, tenant.owner, project))["consensus"] == 60
    await fit_project(db, tenant.owner, project)
    fitted = await right(db, tenant, project, truth)
    assert fitted >= max(voted, 0.95)
    assert (await counts(db, tenant.owner, project))["consensus"] == 60
    async with db.tenant_tx(tenant.owner) as tx:
        report = await quality_report(tx, project)
    (question,) = report["questions"]
    assert question["agreement"]["low"] < question["agreement"]["value"] < question["agreement"]["high"]
    assert 0.3 < question["agreement"]["value"] < 0.8
    assert sum(c["count"] for c in question["labels"]) == 60
    assert sum(question["doubt"]["counts"]) == 60
    skill = {a["name"]: a["skills"][0] for a in report["annotators"]}
    assert skill["p0"]["value"] > skill["p3"]["value"] > skill["p4"]["value"]
    assert all(s["low"] <= s["value"] <= s["high"] and s["answers"] == 60 for s in skill.values())
    assert [a["name"] for a in report["annotators"] if a["flags"]] == [
        n for n in skill if skill[n]["high"] < 0.7
    ]


async def test_a_settled_project_is_not_written_again(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, _, _ = labelled
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        before = await tx.rows("SELECT item_id, xmin::text FROM consensus ORDER BY 1")
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.rows("SELECT item_id, xmin::text FROM consensus ORDER BY 1") == before


async def test_doubt_moves_the_queue(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=3)
    items = await fill(db, tenant.owner, project, 3)
    one, two, three = [await tenant.member(Role.ANNOTATOR) for _ in range(3)]
    for who, said in ((one, ["news", "news", "news"]), (two, ["news", "news", "art"])):
        for offer in await claim(db, who, project, 3):
            await submit(db, who, project, offer, said[items.index(offer.item_id)])
    await infer(db, tenant.owner, project)
    assert [o.item_id for o in await claim(db, three, project, 1)] == [items[2]]


async def test_gold_is_planted_unseen_scored_at_once_and_taken_back(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    async with db.tenant_tx(tenant.owner) as tx:  # above what may be set, so that the draw is certain
        await tx.run(
            "UPDATE projects SET settings = settings || '{\"gold_rate\": 1}' WHERE tenant_id = %s",
            (tenant.id,),
        )
    items = await fill(db, tenant.owner, project, 4)
    who, other = await tenant.member(Role.ANNOTATOR, "a"), await tenant.member(Role.ANNOTATOR, "b")
    with pytest.raises(AnswerInvalid):
        async with db.tenant_tx(tenant.owner) as tx:
            await plant_gold(tx, project, items[3], {"topic": {"labels": ["chess"]}})
    async with db.tenant_tx(tenant.owner) as tx:
        gold = await plant_gold(tx, project, items[3], {"topic": {"labels": ["art"]}})
    with pytest.raises(Conflict):
        async with db.tenant_tx(tenant.owner) as tx:
            await plant_gold(tx, project, items[3], {"topic": {"labels": ["art"]}})
    assert (await counts(db, tenant.owner, project))["tasks"] == 3
    offers = [(person, *await claim(db, person, project)) for person in (who, other)]
    for (person, offer), said in zip(offers, ("art", "news"), strict=True):
        assert offer.item_id == items[3]
        assert not hasattr(offer, "purpose")
        await submit(db, person, project, offer, said)
        assert all(o.item_id != items[3] for o in await claim(db, person, project, 5))
    late = await tenant.member(Role.ANNOTATOR, "late")
    # All work is in hand: what came now would be gold for sure.
    assert not await claim(db, late, project, 5)
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        (row,) = (await list_gold(tx, project)).rows
        report = await quality_report(tx, project)
    assert (row.seen, row.score) == (2, 0.5)
    assert {a["name"]: (a["gold"]["right"], a["gold"]["total"]) for a in report["annotators"]} == {
        "a": (1, 1),
        "b": (0, 1),
    }
    async with db.tenant_tx(tenant.owner) as tx:
        await remove_gold(tx, project, gold)
    assert [r["purpose"] for r in await task_rows(db, tenant.owner, project)] == ["work"] * 4
    assert (await counts(db, tenant.owner, project)) | {"items": 0} == {
        "items": 0,
        "tasks": 4,
        "done": 1,
        "consensus": 1,
        "reviewed": 0,
    }


async def disputed(db: Database, tenant: Tenant) -> tuple[ProjectId, UUID, list[Principal]]:
    """One item on which two people disagree."""
    project = await make_project(db, tenant.owner, overlap=2)
    (item,) = await fill(db, tenant.owner, project, 1)
    people = [await tenant.member(Role.ANNOTATOR, name) for name in ("a", "b")]
    for who, said in zip(people, ("news", "art"), strict=True):
        (offer,) = await claim(db, who, project)
        await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)
    return project, item, people


async def test_review_goes_to_one_reviewer_and_adjudication_settles(db: Database, tenant: Tenant) -> None:
    project, item, people = await disputed(db, tenant)
    first, second = await tenant.member(Role.REVIEWER), await tenant.member(Role.REVIEWER)
    async with db.tenant_tx(first) as tx:
        offer = await claim_review(tx, project)
    assert offer is not None
    assert (offer.item_id, {a["annotator"] for a in offer.annotations}) == (item, {"a", "b"})
    async with db.tenant_tx(second) as tx:
        assert await claim_review(tx, project) is None
    with pytest.raises(Forbidden):
        async with db.tenant_tx(people[0]) as tx:
            await claim_review(tx, project)
    async with db.tenant_tx(first) as tx:
        await adjudicate_item(tx, project, item, {"topic": {"labels": ["art"]}}, "the headline says so")
        assert await claim_review(tx, project) is None
        history = await item_history(tx, project, item)
    assert (await counts(db, tenant.owner, project))["reviewed"] == 1
    assert history["adjudications"][0]["answer"] == {"topic": {"labels": ["art"]}}
    assert len(history["annotations"]) == 2
    assert history["consensus"][0]["disputed"]


async def test_gold_and_withdrawn_items_are_no_matter_for_experts(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2, review="all")
    gold, withdrawn, left = await fill(db, tenant.owner, project, 3)
    for said in ("news", "art"):
        who = await tenant.member(Role.ANNOTATOR)
        for offer in await claim(db, who, project, 3):
            await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)

    async def seen() -> tuple[set[UUID], int]:
        """What is disputed among the inferred answers, and how many the project's page counts."""
        async with db.tenant_tx(tenant.owner) as tx:
            rows = (await list_consensus(tx, project, "topic")).rows
            doubt = (await read_progress(tx, project)).counts.doubt
        return {row.consensus.item_id for row in rows if row.consensus.disputed}, doubt

    assert await seen() == ({gold, withdrawn, left}, 3)
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, gold, {"topic": {"labels": ["art"]}})
        await withdraw_item(tx, project, withdrawn)
    await infer(db, tenant.owner, project)
    assert await seen() == ({left}, 1)
    await fit_project(db, tenant.owner, project)
    assert await seen() == ({left}, 1)


async def test_settled_items_stand_last_and_with_the_experts_answer(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    items = await fill(db, tenant.owner, project, 5)
    for said in ("news", "art"):
        who = await tenant.member(Role.ANNOTATOR)
        for offer in await claim(db, who, project, 5):
            await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        for item in items[:2]:
            await adjudicate_item(tx, project, item, {"topic": {"labels": ["sport"]}}, "")

    async def pages(limit: int, min_doubt: float = 0.0) -> list[tuple[UUID, bool, str]]:
        found: list[tuple[UUID, bool, str]] = []
        after = None
        while True:
            async with db.tenant_tx(tenant.owner) as tx:
                page = await list_consensus(
                    tx, project, "topic", min_doubt=min_doubt, limit=limit, after=after
                )
            rows = [row.consensus for row in page.rows]
            found += [(row.item_id, row.settled, row.value["labels"][0]) for row in rows]
            after = page.next
            if after is None:
                return found

    whole = await pages(50)
    assert {item for item, _, _ in whole[:3]} == set(items[2:])
    assert [(settled, label) for _, settled, label in whole[3:]] == [(True, "sport")] * 2
    for limit in (1, 2, 3, 4):
        assert await pages(limit) == whole
    assert await pages(2, min_doubt=0.1) == whole[:3]


async def test_what_was_chosen_and_the_doubt_left_follow_the_expert(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    items = await fill(db, tenant.owner, project, 6)
    people = [await tenant.member(Role.ANNOTATOR) for _ in range(2)]
    receipts: dict[UUID, UUID] = {}
    for who, said in zip(people, ("news", "art"), strict=True):
        for offer in await claim(db, who, project, 5):  # nobody answers the last
            receipts[offer.item_id] = (await submit(db, who, project, offer, said)).id
    await infer(db, tenant.owner, project)

    async def told() -> tuple[dict[str, int], list[int], float]:
        await fit_project(db, tenant.owner, project)
        async with db.tenant_tx(tenant.owner) as tx:
            (question,) = (await quality_report(tx, project))["questions"]
        assert question["consensus"] == 5
        labels = {one["name"]: one["count"] for one in question["labels"]}
        return labels, question["doubt"]["counts"], question["mean_doubt"]

    async def waiting() -> int:
        """Full runs that wait; they are taken away."""
        async with db.system_tx(reason="test") as tx:
            await tx.run("SET LOCAL search_path = jobs")
            return await tx.run("DELETE FROM procrastinate_jobs WHERE task_name = 'quality.fit'")

    labels, doubt, mean = await told()
    assert (labels.get("sport", 0), sum(labels.values()), doubt[0], sum(doubt)) == (0, 5, 0, 5)
    await waiting()
    async with db.tenant_tx(tenant.owner) as tx:
        for item in (items[0], items[5]):
            await adjudicate_item(tx, project, item, {"topic": {"labels": ["sport"]}}, "")
    assert await waiting() == 1
    async with db.tenant_tx(tenant.owner) as tx:
        await review_annotation(
            tx, project, receipts[items[1]], Verdict.CORRECT, answer={"topic": {"labels": ["sport"]}}
        )
    assert await waiting() == 1
    decided, doubt, lower = await told()
    assert (decided["sport"], sum(decided.values()), doubt[0], sum(doubt)) == (3, 6, 2, 5)
    assert lower == pytest.approx(mean * 3 / 5, rel=0.02)
    # A new answer is one more than the expert has seen: there is doubt again, while their answer stands as it does in a version.
    async with db.tenant_tx(people[0]) as tx:
        (mine,) = [row for row in (await my_annotations(tx, project)).rows if row.item_id == items[0]]
        await revise_annotation(
            tx, project, mine.id, {"topic": {"labels": ["art"]}}, seconds=1, client_key="again"
        )
    await infer(db, tenant.owner, project)
    labels, doubt, _ = await told()
    assert (labels["sport"], sum(doubt[:1])) == (3, 1)
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, items[5])
    assert (await told())[0]["sport"] == 2


async def test_two_reviewers_who_ask_at_once_get_two_items_and_none_that_was_withdrawn(
    db: Database, tenant: Tenant
) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    items = await fill(db, tenant.owner, project, 3)
    for said in ("news", "art"):
        who = await tenant.member(Role.ANNOTATOR)
        for offer in await claim(db, who, project, 3):
            await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)
    first, second = await tenant.member(Role.REVIEWER), await tenant.member(Role.REVIEWER)
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, items[2])

    async def ask(who: Principal) -> UUID | None:
        async with db.tenant_tx(who) as tx:
            offer = await claim_review(tx, project)
        return offer.item_id if offer else None

    async with db.tenant_tx(first) as tx:
        offer = await claim_review(tx, project)
        assert offer is not None
        waiting = asyncio.create_task(ask(second))
        await asyncio.sleep(0.3)
        assert not waiting.done(), "they did not meet"
    assert {offer.item_id, await waiting} == set(items[:2])
    assert await ask(await tenant.member(Role.REVIEWER)) is None


async def test_a_run_is_told_whole_or_not_yet(
    db: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = await make_project(db, tenant.owner, MANY)
    await fill(db, tenant.owner, project, [{"text": "Leila went to Tunis"}])
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await submit(db, who, project, offer, {"mood": {"value": 4}, "who": {"spans": []}})
    module = sys.modules[fit_project.__module__]
    real = module.fit_question

    def dying(question: Any, *rest: Any) -> Any:
        if question.name == "who":
            raise RuntimeError("killed")
        return real(question, *rest)

    async def told() -> set[str]:
        async with db.tenant_tx(tenant.owner) as tx:
            report = await quality_report(tx, project)
        return {q["name"] for q in report["questions"] if "method" in q}

    monkeypatch.setattr(module, "fit_question", dying)
    with pytest.raises(RuntimeError):
        await fit_project(db, tenant.owner, project)
    assert await told() == set()
    monkeypatch.undo()
    await fit_project(db, tenant.owner, project)
    assert await told() == {"mood", "who", "why"}


async def test_a_run_needs_an_ontology(db: Database, tenant: Tenant) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        empty = (await create_project(tx, "empty", settings={})).id
    with pytest.raises(Conflict, match="no ontology"):
        async with db.tenant_tx(tenant.owner) as tx:
            await request_fit(tx, empty)


async def test_a_new_answer_unsettles(db: Database, tenant: Tenant) -> None:
    project, _, people = await disputed(db, tenant)
    reviewer = await tenant.member(Role.REVIEWER)
    async with db.tenant_tx(reviewer) as tx:
        offer = await claim_review(tx, project)
        assert offer is not None
        await review_annotation(tx, project, offer.annotations[0]["id"], Verdict.ACCEPT)
        assert await claim_review(tx, project) is None
    async with db.tenant_tx(people[0]) as tx:
        mine = (await my_annotations(tx, project)).rows[0]
        await revise_annotation(
            tx, project, mine.id, {"topic": {"labels": ["sport"]}}, seconds=1, client_key="again"
        )
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(reviewer) as tx:
        assert await claim_review(tx, project) is not None


async def test_return_sends_the_task_back_with_the_reason(db: Database, tenant: Tenant) -> None:
    project, _, people = await disputed(db, tenant)
    reviewer = await tenant.member(Role.REVIEWER)
    async with db.tenant_tx(reviewer) as tx:
        offer = await claim_review(tx, project)
        assert offer is not None
        sent = next(a for a in offer.annotations if a["annotator"] == "a")
        with pytest.raises(Invalid):
            await review_annotation(tx, project, sent["id"], Verdict.RETURN)
        await review_annotation(tx, project, sent["id"], Verdict.RETURN, reason="read it to the end")
    assert (await counts(db, tenant.owner, project))["done"] == 0
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        (listed,) = (await list_consensus(tx, project, "topic")).rows
        assert await tx.value(
            "SELECT count(*) FROM outbox WHERE act = 'item.view' AND detail ->> 'what' = 'consensus.list'"
        )
    row = listed.consensus
    assert listed.preview
    assert (row.value, row.answers) == ({"labels": ["art"]}, 1)
    (again,) = await claim(db, people[0], project)
    assert (again.returned, again.draft) == ("read it to the end", {"topic": {"labels": ["news"]}})
    assert (await submit(db, people[0], project, again, "art")).revision == 2
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        row = (await list_consensus(tx, project, "topic")).rows[0].consensus
    assert (row.value, row.answers, row.disputed) == ({"labels": ["art"]}, 2, False)
    assert (await counts(db, tenant.owner, project))["done"] == 1


async def test_a_correction_is_an_experts_answer(db: Database, tenant: Tenant) -> None:
    project, item, _ = await disputed(db, tenant)
    reviewer = await tenant.member(Role.REVIEWER)
    async with db.tenant_tx(reviewer) as tx:
        offer = await claim_review(tx, project)
        assert offer is not None
        with pytest.raises(Invalid):
            await review_annotation(tx, project, offer.annotations[0]["id"], Verdict.CORRECT)
        await review_annotation(
            tx, project, offer.annotations[0]["id"], Verdict.CORRECT, answer={"topic": {"labels": ["sport"]}}
        )
        history = await item_history(tx, project, item)
    assert [d["answer"] for d in history["adjudications"]] == [{"topic": {"labels": ["sport"]}}]


MANY: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "mood", "kind": "rating", "min": 1, "max": 5},
        {"name": "who", "kind": "span", "field": "text", "labels": [{"name": "PER"}, {"name": "LOC"}]},
        {"name": "why", "kind": "text", "required": False},
    ],
}


async def test_every_kind_of_answer_is_merged(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, MANY, overlap=3)
    await fill(db, tenant.owner, project, [{"text": "Leila went to Tunis"}])
    spans = [[(0, 5, "PER"), (14, 19, "LOC")], [(0, 5, "PER"), (14, 19, "LOC")], [(0, 5, "PER")]]
    for n, (mood, marked) in enumerate(zip((4, 4, 2), spans, strict=True)):
        who = await tenant.member(Role.ANNOTATOR)
        (offer,) = await claim(db, who, project)
        answer: dict[str, Any] = {
            "mood": {"value": mood},
            "who": {"spans": [{"start": s, "end": e, "label": name} for s, e, name in marked]},
        }
        if n < 2:
            answer["why"] = {"text": "she is glad"}
        await submit(db, who, project, offer, answer)
    for step in ("infer", "fit"):
        if step == "infer":
            await infer(db, tenant.owner, project)
        else:
            await fit_project(db, tenant.owner, project)
        found: dict[str, Any] = {}
        for name in ("mood", "who", "why"):
            async with db.tenant_tx(tenant.owner) as tx:
                row = (await list_consensus(tx, project, name)).rows[0].consensus
            found[name] = row
        assert 3 <= found["mood"].value["value"] <= 4
        assert found["who"].value == {
            "spans": [{"start": 0, "end": 5, "label": "PER"}, {"start": 14, "end": 19, "label": "LOC"}]
        }
        assert (found["why"].value, found["why"].answers) == ({"text": "she is glad"}, 2)
        assert all(0 <= row.doubt <= 1 for row in found.values())


async def test_an_answer_from_before_a_change_counts_as_far_as_it_still_fits(
    db: Database, tenant: Tenant
) -> None:
    """A lease taken under one version may be answered after the next took a label away that nobody had used."""
    project = await make_project(db, tenant.owner, overlap=2)
    await fill(db, tenant.owner, project, 1)
    late, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (held,) = await claim(db, late, project)
    kept = [label for label in TOPIC["questions"][0]["labels"] if label["name"] != "art"]
    changed = {**TOPIC, "questions": [{**TOPIC["questions"][0], "labels": kept}]}
    async with db.tenant_tx(tenant.owner) as tx:
        await publish_ontology(tx, project, changed)
    await submit(db, late, project, held, "art")
    (offer,) = await claim(db, other, project)
    await submit(db, other, project, offer, "news")
    await infer(db, tenant.owner, project)
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        row = (await list_consensus(tx, project, "topic")).rows[0].consensus
    assert (row.value, row.answers) == ({"labels": ["news"]}, 1)


async def consensus_rows(db: Database, who: Principal, project: ProjectId) -> dict[UUID, Any]:
    async with db.tenant_tx(who) as tx:
        page = await list_consensus(tx, project, "topic", limit=200)
    return {row.consensus.item_id: row.consensus for row in page.rows}


async def test_a_first_answer_leaves_doubt_and_the_next_moves_it(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=3)
    (item,) = await fill(db, tenant.owner, project, 1)
    seen: list[float] = []
    for _ in range(3):
        who = await tenant.member(Role.ANNOTATOR)
        (offer,) = await claim(db, who, project)
        await submit(db, who, project, offer, "news")
        await infer(db, tenant.owner, project)
        row = (await consensus_rows(db, tenant.owner, project))[item]
        assert (row.value, row.method) == ({"labels": ["news"]}, "auto")
        seen.append(row.confidence)
    assert seen[0] == pytest.approx(0.7, abs=0.02)
    assert seen[0] < seen[1] < seen[2] < 1


async def test_answers_are_judged_by_what_the_last_run_learnt(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, before, _ = labelled
    await fit_project(db, tenant.owner, project)
    fitted = await consensus_rows(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "INSERT INTO consensus_due (tenant_id, project_id, item_id) SELECT tenant_id, project_id, item_id FROM tasks WHERE project_id = %s ON CONFLICT DO NOTHING",
            (project,),
        )
        people = {row[1]: row[0] for row in await tx.rows("SELECT id, name FROM members")}
    await infer(db, tenant.owner, project)
    live = await consensus_rows(db, tenant.owner, project)
    assert sum(live[i].value == fitted[i].value for i in before) >= 58, (
        "judged again, nearly all say the same"
    )
    # New items: the careful one against the one who guesses.
    new = [
        i
        for i in await fill(db, tenant.owner, project, [{"text": f"more {n}"} for n in range(6)])
        if i not in before
    ]
    for name, said in (("p0", "art"), ("p4", "sport")):
        who = Principal(tenant.id, people[name], Role.ANNOTATOR)
        for offer in await claim(db, who, project, 10):
            assert offer.item_id in new
            await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)
    live = await consensus_rows(db, tenant.owner, project)
    assert {tuple(live[i].value["labels"]) for i in new} == {("art",)}
    assert all(live[i].disputed for i in new)


async def test_a_new_run_is_used_at_once_and_a_changed_ontology_falls_back_on_trust(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, _, _ = labelled
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        first = (await load_learnt(tx, project))["topic"]
        assert (await load_learnt(tx, project))["topic"] is first, "read once a version"
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        second = (await load_learnt(tx, project))["topic"]
        assert second is not first
        assert second.learnt.names == tuple(LABELS)
        assert len(second.code) == len(second.learnt.trust) - 1 == 5
        more = [*TOPIC["questions"][0]["labels"], {"name": "food"}]
        await publish_ontology(
            tx, project, {**TOPIC, "questions": [{**TOPIC["questions"][0], "labels": more}]}
        )
    (item,) = set(await fill(db, tenant.owner, project, [{"text": "a dish"}])) - set(labelled[1])
    async with db.tenant_tx(tenant.owner) as tx:
        people = {row[1]: row[0] for row in await tx.rows("SELECT id, name FROM members")}
    for name, said in (("p1", "food"), ("p4", "art")):
        who = Principal(tenant.id, people[name], Role.ANNOTATOR)
        (offer,) = await claim(db, who, project)
        await submit(db, who, project, offer, said)
    await infer(db, tenant.owner, project)
    assert (await consensus_rows(db, tenant.owner, project))[item].value == {"labels": ["food"]}


async def test_gold_is_its_own_consensus_at_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    for offer in await claim(db, who, project, 2):
        await submit(db, who, project, offer, "news")
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, items[0], {"topic": {"labels": ["art"]}})
    await infer(db, tenant.owner, project)
    rows = await consensus_rows(db, tenant.owner, project)
    assert (rows[items[0]].value, rows[items[0]].confidence, rows[items[0]].support) == (
        {"labels": ["art"]},
        1.0,
        0,
    )
    assert rows[items[1]].value == {"labels": ["news"]}


async def test_gold_planted_wrongly_counts_for_nobody_once_it_is_planted_right(
    db: Database, tenant: Tenant
) -> None:
    project = await make_project(db, tenant.owner)
    (item,) = await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await submit(db, who, project, offer, "news")

    async def tally() -> tuple[float, int]:
        await infer(db, tenant.owner, project)
        async with db.tenant_tx(tenant.owner) as tx:
            (row,) = (await quality_report(tx, project))["annotators"]
        return row["gold"]["right"], row["gold"]["total"]

    async with db.tenant_tx(tenant.owner) as tx:
        wrong = await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})
    assert await tally() == (0, 1)
    async with db.tenant_tx(tenant.owner) as tx:
        await remove_gold(tx, project, wrong)
    assert await tally() == (0, 0)
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, item, {"topic": {"labels": ["news"]}})
    assert await tally() == (1, 1)


async def test_what_gold_said_goes_with_it(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    (item,) = await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await submit(db, who, project, offer, "news")
    async with db.tenant_tx(tenant.owner) as tx:
        wrong = await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})
    await infer(db, tenant.owner, project)
    assert (await consensus_rows(db, tenant.owner, project))[item].value == {"labels": ["art"]}
    async with db.tenant_tx(tenant.owner) as tx:
        await remove_gold(tx, project, wrong)
    assert await infer(db, tenant.owner, project) == 1
    found = (await consensus_rows(db, tenant.owner, project))[item]
    assert found.value == {"labels": ["news"]}
    assert found.confidence < 1


async def test_a_changed_answer_to_gold_is_scored_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    (item,) = await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    first = await submit(db, who, project, offer, "news")
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})

    async def tally() -> tuple[float, int, int]:
        await infer(db, tenant.owner, project)
        async with db.tenant_tx(tenant.owner) as tx:
            (row,) = (await quality_report(tx, project))["annotators"]
            (gold,) = (await list_gold(tx, project)).rows
        return row["gold"]["right"], row["gold"]["total"], gold.seen

    assert await tally() == (0, 1, 1)
    last = first.id
    for said, right in (("art", 1), ("sport", 0), ("art", 1)):
        async with db.tenant_tx(who) as tx:
            changed = await revise_annotation(
                tx, project, last, {"topic": {"labels": [said]}}, seconds=1, client_key=str(uuid7())
            )
        last = changed.id
        assert await tally() == (right, 1, 1)
    async with db.tenant_tx(tenant.owner) as tx:  # inferred once more, nothing is measured anew
        await tx.run(
            "INSERT INTO consensus_due (tenant_id, project_id, item_id) VALUES (%s, %s, %s)",
            (tenant.id, project, item),
        )
    assert await tally() == (1, 1, 1)
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.value("SELECT count(*) FROM outbox WHERE act = 'gold.use'") == 4


async def test_an_answer_that_comes_while_its_item_is_inferred_is_inferred_next(
    db: Database, tenant: Tenant
) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    (item,) = await fill(db, tenant.owner, project, 1)
    one, two = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (first,), (second,) = await claim(db, one, project), await claim(db, two, project)
    await submit(db, one, project, first, "news")  # the item is due
    async with db.tenant_tx(two) as tx:
        await submit_annotation(
            tx, project, second.lease_id, {"topic": {"labels": ["news"]}}, seconds=1, client_key="k"
        )
        await infer(db, tenant.owner, project)  # which cannot see this answer yet
    assert await infer(db, tenant.owner, project) == 1
    assert (await consensus_rows(db, tenant.owner, project))[item].answers == 2


async def test_gold_and_withdrawn_items_are_counted_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    one, two, _ = await fill(db, tenant.owner, project, 3)
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, one)
        first = await plant_gold(tx, project, one, {"topic": {"labels": ["art"]}})
        second = await plant_gold(tx, project, two, {"topic": {"labels": ["art"]}})
        await withdraw_item(tx, project, two)
    assert (await counts(db, tenant.owner, project))["tasks"] == 1
    async with db.tenant_tx(tenant.owner) as tx:
        await remove_gold(tx, project, first)
        await remove_gold(tx, project, second)
    assert (await counts(db, tenant.owner, project))["tasks"] == 1


async def test_what_is_due_without_a_job_is_found(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await submit(db, who, project, offer, "news")
    mine = "FROM jobs.procrastinate_jobs WHERE args ->> 'project_id' = %s AND task_name = 'quality.infer_consensus'"
    async with db.system_tx(reason="test") as tx:
        await tx.run("SET LOCAL search_path = jobs")
        await tx.run(f"DELETE {mine}", (str(project),))  # it ran before the answer could be seen
    assert await sweep_due(db) >= 1
    async with db.system_tx(reason="test") as tx:
        assert await tx.rows(f"SELECT args ->> 'tenant_id' {mine}", (str(project),)) == [(str(tenant.id),)]


async def test_low_skill_is_flagged_with_evidence_and_a_person_decides(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, items, truth = labelled
    await infer(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        for item in items[:8]:
            text = await tx.value("SELECT data ->> 'text' FROM items WHERE id = %s", (item,))
            await plant_gold(tx, project, item, {"topic": {"labels": [truth[text]]}})
    await infer(db, tenant.owner, project)
    await fit_project(db, tenant.owner, project)

    async def page() -> dict[str, Any]:
        async with db.tenant_tx(tenant.owner) as tx:
            return {a["name"]: a for a in (await quality_report(tx, project))["annotators"]}

    rows = await page()
    guesser = rows["p4"]
    flag = next(f for f in guesser["flags"] if f["code"] == "low_skill")
    assert flag["low"] < flag["value"] < flag["high"] < 0.7
    assert (flag["answers"], flag["total"]) == (60, 8)
    assert {f["code"] for f in guesser["flags"]} == {"low_skill", "low_gold"}
    assert not rows["p0"]["flags"]
    async with db.tenant_tx(tenant.owner) as tx:
        full = await annotator_report(tx, project, guesser["id"])
    (skill,) = full["skills"]
    assert {label["name"] for label in skill["labels"]} == set(LABELS)
    for label in skill["labels"]:
        for rate in (label["recall"], label["precision"]):
            assert 0 <= rate["low"] <= rate["value"] <= rate["high"] <= 1
    assert sum(label["said"] for label in skill["labels"]) == 60
    assert sum(label["true"] for label in skill["labels"]) == pytest.approx(60, abs=0.1)
    who = Principal(tenant.id, MemberId(guesser["id"]), Role.ANNOTATOR)
    await fill(db, tenant.owner, project, [{"text": "one more"}])
    assert await claim(db, who, project, 1), "a flag by itself changes nothing"

    with pytest.raises(Forbidden):
        async with db.tenant_tx(who) as tx:
            await resolve_flag(tx, project, UUID(flag["id"]), FlagDecision.DISMISS, "that is not so")
    with pytest.raises(Invalid):
        async with db.tenant_tx(tenant.owner) as tx:
            await resolve_flag(tx, project, UUID(flag["id"]), FlagDecision.DISMISS)
    async with db.tenant_tx(tenant.owner) as tx:
        await resolve_flag(tx, project, UUID(flag["id"]), FlagDecision.KEEP, "new, and learning")
    with pytest.raises(Conflict):
        async with db.tenant_tx(tenant.owner) as tx:
            await resolve_flag(tx, project, UUID(flag["id"]), FlagDecision.PAUSE)
    await fit_project(db, tenant.owner, project)
    gold = next(f for f in (await page())["p4"]["flags"])
    assert gold["code"] == "low_gold", "what was decided does not come again on the same evidence"
    async with db.tenant_tx(tenant.owner) as tx:
        await resolve_flag(tx, project, UUID(gold["id"]), FlagDecision.PAUSE, "misses what is plain")
        standing = await standing_of_member(tx, tenant.id, guesser["id"])
        assert standing is not None
        told = await tx.value("SELECT detail FROM outbox ORDER BY id DESC LIMIT 1")
    assert (told["decision"], told["note"]) == ("pause", "misses what is plain")
    paused = principal_from(standing)
    async with db.tenant_tx(paused) as tx:
        found = await claim_tasks(tx, project, 1)
    assert (found.offers, found.reason) == ((), "paused")
    assert (await page())["p4"]["paused"]
    async with db.tenant_tx(tenant.owner) as tx:
        await resume_annotator(tx, project, guesser["id"])
        standing = await standing_of_member(tx, tenant.id, guesser["id"])
        assert standing is not None
    assert await claim(db, principal_from(standing), project, 1)


async def test_a_full_run_apart_does_the_same_and_tells_when_it_fails(
    db: Database, tenant: Tenant, labelled: tuple[ProjectId, list[UUID], dict[str, str]]
) -> None:
    project, _, truth = labelled
    await fit_apart(db, tenant.owner, project)
    assert await right(db, tenant, project, truth) >= 0.95
    before = await consensus_rows(db, tenant.owner, project)
    await fit_project(db, tenant.owner, project)
    assert await consensus_rows(db, tenant.owner, project) == before
    with pytest.raises(RuntimeError, match="Missing"):
        await fit_apart(db, tenant.owner, ProjectId(tenant.id))
