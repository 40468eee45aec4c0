"""Label errors: planted ones are found by the real job, listed to who may see them, sent back and taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from tests.build import TOPIC, counts, fill, make_project, task_rows
from tests.conftest import Tenant, make_tenant
from tests.integration.conftest import Api
from tests.vocabulary import TOPICS, sentence

from qistas.core.errors import Conflict, Forbidden, Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.quality import (
    LabelError,
    adjudicate_item,
    list_errors,
    list_searches,
    request_errors,
    requeue_item,
    undo_requeue,
)

WORDS: dict[str, list[str]] = dict(zip(("sport", "news", "art"), TOPICS, strict=False))
ITEMS = 240


async def label_all(db: Database, who: Principal, project: ProjectId, share_wrong: float) -> dict[UUID, str]:
    """Items with done tasks and a consensus, some of it wrong; item → true label, for the wrong ones."""
    rng = random.Random(4)
    truth = [rng.choice(list(WORDS)) for _ in range(ITEMS)]
    texts = [sentence(rng, WORDS[t], 3, 6) + f" n{n}" for n, t in enumerate(truth)]
    items = await fill(db, who, project, [{"text": text} for text in texts])
    async with db.tenant_tx(who) as tx:
        by_text = {
            row[1]: row[0]
            for row in await tx.rows(
                "SELECT id, data ->> 'text' FROM items WHERE project_id = %s", (project,)
            )
        }
    wrong: dict[UUID, str] = {}
    labels: dict[UUID, str] = {}
    for text, right in zip(texts, truth, strict=True):
        item = by_text[text]
        if rng.random() < share_wrong:
            wrong[item] = right
            labels[item] = rng.choice([name for name in WORDS if name != right])
        else:
            labels[item] = right
    assert len(items) == ITEMS
    async with db.tenant_tx(who) as tx:
        await tx.many(
            """INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, posterior, support, method, inputs)
               VALUES (%s, %s, 'topic', %s, jsonb_build_object('labels', jsonb_build_array(%s::text)), 0.9, 0.1,
                       jsonb_build_object(%s::text, 1.0), 1, 'majority', ARRAY[uuidv7()])""",
            [(who.tenant_id, item, project, label, label) for item, label in labels.items()],
        )
        await tx.run(
            "UPDATE tasks SET answers = 1, state = 'done', done_at = now() WHERE tenant_id = %s AND project_id = %s",
            (who.tenant_id, project),
        )
        await tx.run(
            "UPDATE project_counts SET done = tasks WHERE tenant_id = %s AND project_id = %s",
            (who.tenant_id, project),
        )
    return wrong


async def listed(db: Database, who: Principal, project: ProjectId, limit: int = 200) -> Sequence[LabelError]:
    async with db.tenant_tx(who) as tx:
        return (await list_errors(tx, project, "topic", limit=limit)).rows


async def test_planted_errors_are_found_by_the_job(api: Api) -> None:
    db, tenant = api.db, await api.tenant()
    project = await make_project(db, tenant.owner)
    wrong = await label_all(db, tenant.owner, project, 0.08)
    async with db.tenant_tx(tenant.owner) as tx:
        (search,) = await request_errors(tx, project)
    assert (search.question, search.state) == ("topic", "queued")
    assert "quality.find_errors" in await api.run_jobs()
    async with db.tenant_tx(tenant.owner) as tx:
        names, (search,) = await list_searches(tx, project)
    assert names == ["topic"]
    assert (search.state, search.detail, search.labels, search.looked_at) == ("done", "", ITEMS, ITEMS)
    assert search.progress == 1.0
    assert search.estimated is not None
    assert search.low is not None
    assert search.high is not None
    assert search.low <= search.estimated <= search.high
    assert search.low * 0.5 <= len(wrong) <= search.high * 2
    rows = await listed(db, tenant.owner, project)
    top = rows[: len(wrong)]
    found = [row for row in top if row.item_id in wrong]
    assert len(found) / len(top) > 0.7, f"{len(found)} of {len(top)}; by chance {len(wrong) / ITEMS:.0%}"
    assert sum(row.suggested == {"labels": [wrong[row.item_id]]} for row in found) / len(found) > 0.8
    assert [r.likelihood for r in rows] == sorted((r.likelihood for r in rows), reverse=True)
    first = rows[0]
    assert first.evidence["model"]["given"] < first.evidence["model"]["suggested"]
    assert first.evidence["answers"] == {"support": 1, "total": 1, "against": None}
    assert first.evidence["neighbours"]["total"] == 10
    assert first.data["text"]
    # Page by page the same rows, once each.
    async with db.tenant_tx(tenant.owner) as tx:
        one = await list_errors(tx, project, "topic", limit=7)
        two = await list_errors(tx, project, "topic", limit=7, after=one.next)
    assert [r.item_id for r in (*one.rows, *two.rows)] == [r.item_id for r in rows[:14]]
    # A second search takes the place of the first.
    async with db.tenant_tx(tenant.owner) as tx:
        await request_errors(tx, project, "topic")
    await api.run_jobs()
    assert [r.item_id for r in await listed(db, tenant.owner, project)] == [r.item_id for r in rows]


SUBJECTS: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {
            "name": "subjects",
            "kind": "choice",
            "many": True,
            "min": 1,
            "labels": [{"name": name} for name in WORDS],
        }
    ],
}


async def test_a_label_too_many_or_too_few_is_found_by_the_job(api: Api) -> None:
    db, tenant = api.db, await api.tenant()
    project = await make_project(db, tenant.owner, SUBJECTS)
    rng = random.Random(5)
    names = list(WORDS)
    truth = [sorted(rng.sample(names, rng.choice((1, 1, 2))), key=names.index) for _ in range(ITEMS)]
    texts = [
        " ".join(sentence(rng, WORDS[one], 3, 2) for one in right) + f" n{n}" for n, right in enumerate(truth)
    ]
    await fill(db, tenant.owner, project, [{"text": text} for text in texts])
    given: list[list[str]] = []
    wrong: set[str] = set()
    for text, right in zip(texts, truth, strict=True):
        turned = {rng.choice(names)} if rng.random() < 0.08 else set[str]()
        said = [name for name in names if (name in right) != (name in turned)]
        if turned and said:
            wrong.add(text)
        given.append(said if said else right)
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.many(
            """INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, posterior, support, method, inputs)
               SELECT %s, id, 'subjects', %s, jsonb_build_object('labels', %s::text[]), 0.9, 0.1, '{}', 1, 'majority', ARRAY[uuidv7()]
                 FROM items WHERE tenant_id = %s AND data ->> 'text' = %s""",
            [(tenant.id, project, said, tenant.id, text) for said, text in zip(given, texts, strict=True)],
        )
        await request_errors(tx, project)
    assert "quality.find_errors" in await api.run_jobs()
    async with db.tenant_tx(tenant.owner) as tx:
        asked, (search,) = await list_searches(tx, project)
        rows = (await list_errors(tx, project, "subjects", limit=200)).rows
    assert asked == ["subjects"]
    assert (search.state, search.detail, search.labels) == ("done", "", ITEMS)
    assert search.low is not None
    assert search.high is not None
    assert search.low * 0.5 <= len(wrong) <= search.high * 2
    right = dict(zip(texts, truth, strict=True))
    top = rows[: len(wrong)]
    found = [row for row in top if row.data["text"] in wrong]
    assert len(found) / len(top) > 0.7, f"{len(found)} of {len(top)}; by chance {len(wrong) / ITEMS:.0%}"
    assert sum(row.suggested == {"labels": right[row.data["text"]]} for row in found) / len(found) > 0.8
    for row in found:
        label, chosen = row.evidence["label"], row.evidence["chosen"]
        assert (label in row.value["labels"]) == chosen
        assert row.evidence["neighbours"]["total"] == 10
    # One label must be chosen: none is suggested that would leave none.
    assert all(row.suggested is None or row.suggested["labels"] for row in rows)


@pytest.fixture
async def suspected(db: Database, tenant: Tenant) -> tuple[ProjectId, list[UUID]]:
    """A project with three suspected items, as a search would leave them."""
    project = await make_project(db, tenant.owner)
    wrong = await label_all(db, tenant.owner, project, 0.08)
    items = list(wrong)[:3]
    async with db.tenant_tx(tenant.owner) as tx:
        await tx.many(
            """INSERT INTO label_errors (tenant_id, project_id, question, item_id, likelihood, value, suggested)
               SELECT tenant_id, project_id, question, item_id, %s, value, value FROM consensus
                WHERE tenant_id = %s AND item_id = %s""",
            [(0.9 - n / 10, tenant.id, item) for n, item in enumerate(items)],
        )
    return project, items


async def one_task(db: Database, who: Principal, project: ProjectId, item: UUID) -> dict[str, Any]:
    return next(row for row in await task_rows(db, who, project) if row["item_id"] == item)


async def test_an_item_goes_back_to_the_queue_and_returns(
    db: Database, tenant: Tenant, suspected: tuple[ProjectId, list[UUID]]
) -> None:
    project, items = suspected
    reviewer = await tenant.member(Role.REVIEWER)
    before = await one_task(db, reviewer, project, items[0])
    done = (await counts(db, reviewer, project))["done"]
    for _ in range(2):  # twice is once
        async with db.tenant_tx(reviewer) as tx:
            await requeue_item(tx, project, "topic", items[0])
    task = await one_task(db, reviewer, project, items[0])
    assert (task["state"], task["wanted"]) == ("open", before["wanted"] + 1)
    assert task["doubt"] == pytest.approx(0.9)
    assert (await counts(db, reviewer, project))["done"] == done - 1
    assert [row.queued_at is not None for row in await listed(db, reviewer, project)] == [True, False, False]
    for _ in range(2):
        async with db.tenant_tx(reviewer) as tx:
            await undo_requeue(tx, project, "topic", items[0])
    after = await one_task(db, reviewer, project, items[0])
    assert {**after, "doubt": 0} == {**before, "doubt": 0}
    assert (await counts(db, reviewer, project))["done"] == done
    async with db.tenant_tx(tenant.owner) as tx:
        acts = await tx.rows(
            "SELECT act, detail ->> 'verdict' FROM outbox WHERE tenant_id = %s AND principal = %s ORDER BY id",
            (tenant.id, reviewer.member_id),
        )
    assert acts == [
        ("annotation.review", "requeue"),
        ("item.view", None),
        ("annotation.review", "undo requeue"),
    ]


async def test_an_answer_that_came_meanwhile_stays(
    db: Database, tenant: Tenant, suspected: tuple[ProjectId, list[UUID]]
) -> None:
    from tests.build import claim, submit

    project, items = suspected
    async with db.tenant_tx(tenant.owner) as tx:
        await requeue_item(tx, project, "topic", items[1])
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    assert offer.item_id == items[1]
    await submit(db, who, project, offer, "art")
    done = (await counts(db, tenant.owner, project))["done"]
    async with db.tenant_tx(tenant.owner) as tx:
        await undo_requeue(tx, project, "topic", items[1])
    task = await one_task(db, tenant.owner, project, items[1])
    assert (task["state"], task["answers"], task["wanted"]) == ("done", 2, 1)
    assert (await counts(db, tenant.owner, project))["done"] == done == ITEMS


async def test_what_no_longer_stands_is_not_shown(
    db: Database, tenant: Tenant, suspected: tuple[ProjectId, list[UUID]]
) -> None:
    project, items = suspected
    async with db.tenant_tx(tenant.owner) as tx:
        await adjudicate_item(tx, project, items[0], {"topic": {"labels": ["art"]}})
        await tx.run(
            """UPDATE consensus SET value = '{"labels": ["none"]}' WHERE tenant_id = %s AND item_id = %s""",
            (tenant.id, items[1]),
        )
    assert [row.item_id for row in await listed(db, tenant.owner, project)] == [items[2]]


async def test_walls_and_permissions(
    db: Database, tenant: Tenant, suspected: tuple[ProjectId, list[UUID]]
) -> None:
    project, items = suspected
    other = await make_tenant(db, "B")
    viewer, annotator = await tenant.member(Role.VIEWER), await tenant.member(Role.ANNOTATOR)
    assert len(await listed(db, viewer, project)) == 3
    for who, expected in ((viewer, Forbidden), (annotator, Forbidden), (other.owner, Missing)):
        with pytest.raises(expected):
            async with db.tenant_tx(who) as tx:
                await requeue_item(tx, project, "topic", items[0])
        with pytest.raises(expected):
            async with db.tenant_tx(who) as tx:
                await request_errors(tx, project)
    for who in (annotator, other.owner):
        with pytest.raises((Forbidden, Missing)):
            await listed(db, who, project)
    with pytest.raises(Missing):
        async with db.tenant_tx(tenant.owner) as tx:
            await request_errors(tx, project, "no such question")
    with pytest.raises(Missing):
        async with db.tenant_tx(tenant.owner) as tx:
            await requeue_item(tx, project, "topic", UUID(int=1))


async def test_what_cannot_be_judged_is_said(api: Api) -> None:
    db, tenant = api.db, await api.tenant()
    project = await make_project(db, tenant.owner)
    async with db.tenant_tx(tenant.owner) as tx:
        await request_errors(tx, project)
    await api.run_jobs()
    async with db.tenant_tx(tenant.owner) as tx:
        _, (search,) = await list_searches(tx, project)
    assert search.state == "failed"
    assert "There are 0 labels" in search.detail
    free = {**TOPIC, "questions": [{"name": "note", "kind": "text"}]}
    project = await make_project(db, tenant.owner, free)
    with pytest.raises(Conflict):
        async with db.tenant_tx(tenant.owner) as tx:
            await request_errors(tx, project)
