"""Answers: idempotent, validated, kept whatever happens, and open to be changed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.build import claim, fill, make_project, submit, task_rows
from tests.conftest import Tenant

from qistas.annotations import (
    annotations_of_item,
    ask_question,
    list_questions,
    my_annotations,
    reply_question,
    revise_annotation,
    save_draft,
    submit_annotation,
)
from qistas.core.errors import AnswerInvalid, Forbidden, Invalid, KeyReused, LeaseGone, Missing
from qistas.core.principal import Role
from qistas.db import Database


async def test_the_same_key_gives_the_same_receipt(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    receipts = await asyncio.gather(*[submit(db, who, project, offer, "news", key="k1") for _ in range(8)])
    assert len({r.id for r in receipts}) == 1
    assert (await task_rows(db, tenant.owner, project))[0]["answers"] == 1
    with pytest.raises(KeyReused):
        await submit(db, who, project, offer, "art", key="k1")
    with pytest.raises(LeaseGone):
        await submit(db, who, project, offer, "art", key="k2")


async def test_one_lease_is_answered_once_in_however_many_tabs(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=3)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    outcomes = await asyncio.gather(
        *[submit(db, who, project, offer, "news") for _ in range(6)], return_exceptions=True
    )
    assert sorted(type(o).__name__ for o in outcomes) == ["LeaseGone"] * 5 + ["Receipt"]
    (row,) = await task_rows(db, tenant.owner, project)
    assert (row["live"], row["answers"]) == (0, 1)


async def test_a_key_belongs_to_one_task(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    one, two = await claim(db, who, project, 2)
    await submit(db, who, project, one, "news", key="same")
    with pytest.raises(KeyReused):
        await submit(db, who, project, two, "news", key="same")


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({}, "answer.topic"),
        ({"topic": {"labels": ["chess"]}}, "answer.topic.labels[0]"),
        ({"topic": {"labels": ["news", "art"]}}, "answer.topic.labels"),
        ({"topic": {"labels": ["news"]}, "mood": {"labels": ["x"]}}, "answer.mood"),
        ({"topic": "news"}, "answer.topic"),
    ],
)
async def test_a_wrong_answer_names_question_and_place(
    db: Database, tenant: Tenant, answer: dict[str, Any], where: str
) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    with pytest.raises(AnswerInvalid) as caught:
        await submit(db, who, project, offer, answer)
    assert caught.value.faults[0].where.startswith(where)
    await submit(db, who, project, offer, "news")  # nothing was lost


async def test_time_and_key_are_checked(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    good = {"topic": {"labels": ["news"]}}
    for seconds, key in ((-1.0, "k"), (float("nan"), "k"), (1.0, ""), (1.0, "x" * 101), (1.0, "a\0b")):
        with pytest.raises(Invalid):
            async with db.tenant_tx(who) as tx:
                await submit_annotation(tx, project, offer.lease_id, good, seconds=seconds, client_key=key)


async def test_revisions_are_linked_and_the_first_stays(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    (item,) = await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    first = await submit(db, who, project, offer, "news")
    async with db.tenant_tx(who) as tx:
        second = await revise_annotation(
            tx, project, first.id, {"topic": {"labels": ["art"]}}, seconds=2, client_key="r"
        )
        again = await revise_annotation(
            tx, project, first.id, {"topic": {"labels": ["art"]}}, seconds=2, client_key="r"
        )
        page = await my_annotations(tx, project)
    assert (second.revision, again.id) == (2, second.id)
    assert [(m.revision, m.answer) for m in page.rows] == [(2, {"topic": {"labels": ["art"]}})]
    async with db.tenant_tx(tenant.owner) as tx:
        assert [a.revision for a in await annotations_of_item(tx, project, item)] == [2]
        kept = await tx.rows("SELECT revision, previous_id, answer FROM annotations ORDER BY revision")
    assert [(k[0], k[1]) for k in kept] == [(1, None), (2, first.id)]
    assert (await task_rows(db, tenant.owner, project))[0]["answers"] == 1


async def test_a_draft_comes_back_with_the_task(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    async with db.tenant_tx(who) as tx:
        await save_draft(tx, project, offer.lease_id, {"topic": {"labels": ["ar"]}}, 4.5)
    (again,) = await claim(db, who, project)
    assert (again.draft, again.draft_seconds) == ({"topic": {"labels": ["ar"]}}, 4.5)
    with pytest.raises(Missing):
        async with db.tenant_tx(other) as tx:
            await save_draft(tx, project, offer.lease_id, {}, 0)


async def test_others_answers_are_not_mine_to_change(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    (item,) = await fill(db, tenant.owner, project, 1)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    with pytest.raises(Missing):
        await submit(db, other, project, offer, "news")
    receipt = await submit(db, who, project, offer, "news")
    with pytest.raises(Missing):
        async with db.tenant_tx(other) as tx:
            await revise_annotation(
                tx, project, receipt.id, {"topic": {"labels": ["art"]}}, seconds=1, client_key="k"
            )
    with pytest.raises(Forbidden):
        async with db.tenant_tx(other) as tx:
            await annotations_of_item(tx, project, item)


async def test_pay_and_time_are_counted_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, price_minor=12)
    await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    for offer in await claim(db, who, project, 2):
        receipt = await submit(db, who, project, offer, "news")
        async with db.tenant_tx(who) as tx:
            await revise_annotation(
                tx,
                project,
                receipt.id,
                {"topic": {"labels": ["art"]}},
                seconds=2,
                client_key=f"r{receipt.id}",
            )
    async with db.tenant_tx(tenant.owner) as tx:
        assert await tx.rows("SELECT answers, seconds, cost_minor FROM annotator_days") == [(2, 7.0, 24)]


async def test_questions_to_the_data_lead(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    async with db.tenant_tx(who) as tx:
        asked = await ask_question(tx, project, offer.lease_id, "Is chess a sport?")
    async with db.tenant_tx(tenant.owner) as tx:
        await reply_question(tx, project, asked.id, "Yes.")
    async with db.tenant_tx(who) as tx:
        assert [(q.text, q.reply) for q in (await list_questions(tx, project)).rows] == [
            ("Is chess a sport?", "Yes.")
        ]
    async with db.tenant_tx(other) as tx:
        assert (await list_questions(tx, project)).rows == []
