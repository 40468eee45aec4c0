"""The queue: who is offered what, in which order, and what happens when leases end."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import pytest
from tests.build import claim, counts, fill, make_project, submit, task_rows
from tests.conftest import Tenant

from qistas.core.errors import LeaseGone, Missing
from qistas.core.ids import ProjectId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.jobs import JobContext
from qistas.ontology import update_project
from qistas.quality import plant_gold
from qistas.sources import withdraw_item
from qistas.tasks import (
    SkipReason,
    claim_tasks,
    expire_leases,
    list_tasks,
    plan,
    prioritise_task,
    release_lease,
    renew_lease,
    replan_tasks,
    save_batch,
    skip_task,
    store,
)
from qistas.tasks.jobs import free
from qistas.workforce import drop_group, make_group


async def end_time(db: Database, tenant: Tenant) -> None:
    """Let the time of every live lease be over, and sweep."""
    async with db.system_tx(reason="test") as tx:
        await tx.run("UPDATE leases SET expires_at = now() - interval '1 second' WHERE state = 'live'")
    await expire_leases(db)


async def test_oldest_first_and_each_to_one(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 5)
    first, second = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    mine = await claim(db, first, project, 2)
    theirs = await claim(db, second, project, 2)
    assert {o.item_id for o in mine} == set(items[:2])
    assert {o.item_id for o in theirs} == set(items[2:4])
    assert mine[0].data["text"].startswith("text ")


async def test_a_project_without_tasks_is_not_done(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    who = await tenant.member(Role.ANNOTATOR)
    for items, reason in ((0, "empty"), (1, "done")):
        if items:
            await fill(db, tenant.owner, project, items)
            (offer,) = await claim(db, who, project)
            await submit(db, who, project, offer, "art")
        async with db.tenant_tx(who) as tx:
            assert (await claim_tasks(tx, project, 1)).reason == reason


async def test_what_one_holds_comes_again_unless_named(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 5)
    who = await tenant.member(Role.ANNOTATOR)
    held = await claim(db, who, project, 2)
    again = await claim(db, who, project, 2)
    assert {o.lease_id for o in again} == {o.lease_id for o in held}
    more = await claim(db, who, project, 2, [o.lease_id for o in held])
    assert not {o.task_id for o in more} & {o.task_id for o in held}
    assert len(more) == 2


async def test_overlap_is_never_exceeded_and_nobody_gets_a_task_twice(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    await fill(db, tenant.owner, project, 3)
    people = [await tenant.member(Role.ANNOTATOR) for _ in range(4)]
    offers = [await claim(db, who, project, 3) for who in people]
    assert [len(o) for o in offers] == [3, 3, 0, 0]
    assert {row["live"] for row in await task_rows(db, tenant.owner, project)} == {2}
    for who, given in zip(people, offers, strict=True):
        for offer in given:
            await submit(db, who, project, offer, "news")
    assert all(
        row["state"] == "done" and row["live"] == 0 for row in await task_rows(db, tenant.owner, project)
    )
    assert (await counts(db, tenant.owner, project))["done"] == 3
    async with db.tenant_tx(people[0]) as tx:
        assert (await claim_tasks(tx, project, 1)).reason == "done"


async def test_order_is_priority_then_doubt_then_age(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 6)
    tasks = {row["item_id"]: row["id"] for row in await task_rows(db, tenant.owner, project)}
    async with db.tenant_tx(tenant.owner) as tx:
        await prioritise_task(tx, project, tasks[items[4]], priority=5)
        await tx.run(
            "UPDATE tasks SET doubt = 0.5 WHERE tenant_id = %s AND id = %s", (tenant.id, tasks[items[2]])
        )
        await tx.run(
            "UPDATE tasks SET doubt = 0.9 WHERE tenant_id = %s AND id = %s", (tenant.id, tasks[items[3]])
        )
    who = await tenant.member(Role.ANNOTATOR)
    got: list[UUID] = []
    while offers := await claim(db, who, project):
        got.append(offers[0].item_id)
        await submit(db, who, project, offers[0], "art")
    assert got == [items[4], items[3], items[2], items[0], items[1], items[5]]


async def test_an_expired_lease_gives_its_place_back_and_a_late_answer_counts(
    db: Database, tenant: Tenant
) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    slow, quick = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, slow, project)
    assert await claim(db, quick, project) == ()
    await end_time(db, tenant)
    (other,) = await claim(db, quick, project)
    assert other.task_id == offer.task_id
    assert not (await submit(db, quick, project, other, "sport")).late
    assert (await submit(db, slow, project, offer, "news")).late
    (row,) = await task_rows(db, tenant.owner, project)
    assert (row["state"], row["live"], row["answers"]) == ("done", 0, 2)
    assert (await counts(db, tenant.owner, project))["done"] == 1


async def test_an_expired_lease_can_be_claimed_again_by_the_same_person(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await end_time(db, tenant)
    (again,) = await claim(db, who, project)
    assert again.lease_id == offer.lease_id
    assert (await task_rows(db, tenant.owner, project))[0]["live"] == 1


async def test_release_renew_and_skip(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 2)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    one, two = await claim(db, who, project, 2)
    async with db.tenant_tx(who) as tx:
        assert await renew_lease(tx, project, one.lease_id) > one.expires_at
        await release_lease(tx, project, one.lease_id)
        await skip_task(tx, project, two.lease_id, SkipReason.UNCLEAR, "cut off")
        await skip_task(tx, project, two.lease_id, SkipReason.UNCLEAR, "sent twice")
    assert [(r["state"], r["live"], r["skips"]) for r in await task_rows(db, tenant.owner, project)] == [
        ("open", 0, 0),
        ("open", 0, 1),
    ]
    assert {o.task_id for o in await claim(db, who, project, 5)} == {
        one.task_id
    }  # what was skipped does not come back
    (theirs,) = await claim(db, other, project, 5)
    assert theirs.task_id == two.task_id
    with pytest.raises(Missing):
        async with db.tenant_tx(other) as tx:
            await release_lease(tx, project, one.lease_id)  # not their lease


async def test_skipping_too_late_changes_no_place(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 2)
    slow, quick = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    one, two = await claim(db, slow, project, 2)
    await end_time(db, tenant)
    (other,) = await claim(db, quick, project)
    assert other.task_id == one.task_id
    await submit(db, quick, project, other, "sport")
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, items[1])
    async with db.tenant_tx(slow) as tx:
        await skip_task(tx, project, one.lease_id, SkipReason.UNCLEAR)
        await skip_task(tx, project, two.lease_id, SkipReason.UNCLEAR)
    assert [(r["state"], r["live"], r["skips"]) for r in await task_rows(db, tenant.owner, project)] == [
        ("done", 0, 1),
        ("withdrawn", 0, 1),
    ]


async def test_what_was_withdrawn_meanwhile_does_not_come_again(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    one, two = await claim(db, who, project, 2)
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, items[0])
    assert [o.lease_id for o in await claim(db, who, project, 2)] == [two.lease_id]
    # What somebody has in hand when it is withdrawn may still be answered.
    assert not (await submit(db, who, project, one, "art")).late


async def test_an_answer_that_meets_the_sweep_is_counted_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=2)
    await fill(db, tenant.owner, project, 1)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    async with db.system_tx(reason="test") as tx:
        await tx.run("UPDATE leases SET expires_at = now() - interval '1 second' WHERE state = 'live'")
    async with db.system_tx(reason="tasks.expire") as sweep:
        assert await store.expire(sweep, 100) == 1
        answering = asyncio.create_task(submit(db, who, project, offer, "art"))
        await asyncio.sleep(0.3)  # it waits for the task, which the sweep has locked
        assert not answering.done()
    assert (await answering).late
    (row,) = await task_rows(db, tenant.owner, project)
    assert (row["state"], row["live"], row["answers"]) == ("open", 0, 1)


async def test_what_was_kept_for_those_who_left_is_for_anybody(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    gone, who = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    group = await make_group(db, tenant.owner, "Night shift", [gone.member_id])
    (row,) = await task_rows(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        await prioritise_task(tx, project, row["id"], assignee=group.id)
    assert await claim(db, who, project) == ()
    await drop_group(db, tenant.owner, group.id)
    async with db.system_tx(reason="test") as tx:
        (args,) = await tx.rows(
            "SELECT args FROM jobs.procrastinate_jobs WHERE task_name = 'tasks.free' AND args ->> 'assignee' = %s",
            (str(group.id),),
        )
        await free(JobContext(db, ""), **args[0])
    assert len(await claim(db, who, project)) == 1


async def test_a_lease_that_another_needs_is_not_renewed(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    slow, quick = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, slow, project)
    await end_time(db, tenant)
    await claim(db, quick, project)
    with pytest.raises(LeaseGone):
        async with db.tenant_tx(slow) as tx:
            await renew_lease(tx, project, offer.lease_id)


async def test_pause_of_project_and_batch(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    async with db.tenant_tx(tenant.owner) as tx:
        batch = await save_batch(tx, project, name="first")
        await tx.run(
            "UPDATE tasks SET batch_id = %s WHERE tenant_id = %s AND project_id = %s",
            (batch.id, tenant.id, project),
        )
        await save_batch(tx, project, batch.id, state="paused")
    assert await claim(db, who, project) == ()
    async with db.tenant_tx(tenant.owner) as tx:
        await save_batch(tx, project, batch.id, state="open", priority=3)
    (offer,) = await claim(db, who, project)
    from qistas.ontology import ProjectState

    async with db.tenant_tx(tenant.owner) as tx:
        await update_project(tx, project, state=ProjectState.PAUSED)
    async with db.tenant_tx(who) as tx:
        assert (await claim_tasks(tx, project, 1)).reason == "paused"
    await submit(db, who, project, offer, "art")  # what was given out may still be answered


async def test_tasks_kept_for_somebody(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 3)
    one, two = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    tasks = {row["item_id"]: row["id"] for row in await task_rows(db, tenant.owner, project)}
    async with db.tenant_tx(tenant.owner) as tx:
        await prioritise_task(tx, project, tasks[items[0]], assignee=one.member_id)
        with pytest.raises(Missing):
            await prioritise_task(tx, project, tasks[items[0]], assignee=uuid7())
    assert {o.item_id for o in await claim(db, two, project, 5)} == set(items[1:])
    assert {o.item_id for o in await claim(db, one, project, 5)} == {items[0]}


async def test_gold_cannot_be_told_from_work(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, gold_rate=0.5)
    items = await fill(db, tenant.owner, project, 60)
    gold = set(items[:20])
    async with db.tenant_tx(tenant.owner) as tx:
        for item in gold:
            await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})
    who = await tenant.member(Role.ANNOTATOR)
    orders: list[list[bool]] = []
    for _ in range(8):
        offers = await claim(db, who, project, 6)
        orders.append([o.item_id in gold for o in offers])
        async with db.tenant_tx(who) as tx:
            for offer in offers:
                await release_lease(tx, project, offer.lease_id)
        # Given back, it comes again, whichever it is.
        again = await claim(db, who, project, 6)
        assert {o.item_id for o in offers} & gold <= {o.item_id for o in again}
        for offer in again:
            await submit(db, who, project, offer, "art")
    assert any(sum(order) > 1 for order in orders)  # each place is drawn
    assert any(order != sorted(order, reverse=True) for order in orders)  # and gold is not always first


async def test_only_assigned(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, assigned_only=True)
    await fill(db, tenant.owner, project, 2)
    who = await tenant.member(Role.ANNOTATOR)
    assert await claim(db, who, project, 5) == ()
    task = (await task_rows(db, tenant.owner, project))[1]["id"]
    async with db.tenant_tx(tenant.owner) as tx:
        await prioritise_task(tx, project, task, assignee=who.member_id)
    assert [o.task_id for o in await claim(db, who, project, 5)] == [task]


async def test_a_lone_annotator_gets_through_a_queue_that_wants_more(
    db: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything at the front is theirs already; the cursor finds the rest, and what opens up behind it later."""
    monkeypatch.setattr("qistas.tasks.claim.HEAD", 2)
    monkeypatch.setattr("qistas.tasks.claim.WINDOW", 7)
    project = await make_project(db, tenant.owner, overlap=3)
    await fill(db, tenant.owner, project, 60)
    who = await tenant.member(Role.ANNOTATOR)
    seen: set[UUID] = set()
    while offers := await claim(db, who, project):
        assert offers[0].task_id not in seen
        seen.add(offers[0].task_id)
        await submit(db, who, project, offers[0], "sport")
    assert len(seen) == 60
    await fill(db, tenant.owner, project, [{"text": "later"}])
    (offer,) = await claim(db, who, project)
    assert offer.data["text"] == "later"


async def test_a_changed_overlap_opens_and_closes_tasks(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, overlap=1)
    await fill(db, tenant.owner, project, 3)
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    await submit(db, who, project, offer, "sport")
    for overlap, states, done in ((2, ["open", "open", "open"], 0), (1, ["done", "open", "open"], 1)):
        async with db.tenant_tx(tenant.owner) as tx:
            await update_project(tx, project, settings={"overlap": overlap})
        await replan_tasks(db, tenant.owner, project)
        assert [row["state"] for row in await task_rows(db, tenant.owner, project)] == states
        assert (await counts(db, tenant.owner, project))["done"] == done


async def test_planning_anew_goes_on_beside_those_who_answer(
    db: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "CHUNK", 7)
    project = await make_project(db, tenant.owner, overlap=3)
    await fill(db, tenant.owner, project, 60)
    people = [await tenant.member(Role.ANNOTATOR) for _ in range(6)]

    async def work(who: Principal) -> None:
        while offers := await claim(db, who, project, 2):
            for offer in offers:
                await submit(db, who, project, offer, "art")

    async def change() -> None:
        for overlap in (2, 4, 1, 3, 2):
            async with db.tenant_tx(tenant.owner) as tx:
                await update_project(tx, project, settings={"overlap": overlap})
            await replan_tasks(db, tenant.owner, project)

    await asyncio.gather(change(), *[work(who) for who in people])
    await asyncio.gather(*[work(who) for who in people])
    rows = await task_rows(db, tenant.owner, project)
    assert {(row["state"], row["live"], row["wanted"]) for row in rows} == {("done", 0, 2)}
    assert (await counts(db, tenant.owner, project))["done"] == 60


async def test_another_tenants_project_is_not_there(db: Database, tenant: Tenant) -> None:
    from tests.conftest import make_tenant

    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 1)
    other = await make_tenant(db, "B")
    for use in (claim_tasks, list_tasks):
        if use is claim_tasks:
            with pytest.raises(Missing):
                async with db.tenant_tx(other.owner) as tx:
                    await claim_tasks(tx, project, 1)
        else:
            async with db.tenant_tx(other.owner) as tx:
                assert (await list_tasks(tx, project)).rows == []


async def test_every_view_is_recorded(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await fill(db, tenant.owner, project, 3)
    who = await tenant.member(Role.ANNOTATOR)
    offers = await claim(db, who, project, 3)
    async with db.tenant_tx(tenant.owner) as tx:
        rows = await tx.dicts("SELECT principal, purpose, objects FROM outbox WHERE act = 'item.view'")
    assert rows == [{"principal": who.member_id, "purpose": "work", "objects": rows[0]["objects"]}]
    assert set(rows[0]["objects"]) == {o.item_id for o in offers}


async def work(db: Database, who: Principal, project: ProjectId, rng: random.Random) -> list[UUID]:
    """Annotate until there is nothing, sometimes letting go, skipping, or being cut off in the middle of a transaction."""
    answered: list[UUID] = []
    idle = 0
    while idle < 20:
        offers = await claim(db, who, project, rng.randint(1, 4))
        if not offers:
            idle += 1
            await asyncio.sleep(0.01)
            continue
        for offer in offers:
            fate = rng.random()
            if fate < 0.08:
                async with db.tenant_tx(who) as tx:
                    await release_lease(tx, project, offer.lease_id)
            elif fate < 0.16:  # cut off: everything in the transaction is undone
                with pytest.raises(ZeroDivisionError):
                    async with db.tenant_tx(who) as tx:
                        await claim_tasks(tx, project, 3)
                        _ = 1 / 0
            elif fate < 0.2:
                async with db.system_tx(reason="test") as tx:
                    await tx.run(
                        "UPDATE leases SET expires_at = now() - interval '1 s' WHERE id = %s AND state = 'live'",
                        (offer.lease_id,),
                    )
                await expire_leases(db)
            else:
                await submit(db, who, project, offer, rng.choice(["sport", "news", "art"]))
                answered.append(offer.task_id)
    return answered


async def test_many_annotators_at_once(db: Database, tenant: Tenant) -> None:
    """No task lost, none doubled, no count wrong, whatever happens on the way."""
    project = await make_project(db, tenant.owner, overlap=3)
    await fill(db, tenant.owner, project, 60)
    people = [await tenant.member(Role.ANNOTATOR) for _ in range(16)]
    given = await asyncio.gather(*[work(db, who, project, random.Random(n)) for n, who in enumerate(people)])
    async with db.tenant_tx(tenant.owner) as tx:
        stored = await tx.rows("SELECT task_id, annotator_id, count(*) FROM annotations GROUP BY 1, 2")
    assert all(n == 1 for *_, n in stored)
    assert len(stored) == sum(len(g) for g in given)
    rows = await task_rows(db, tenant.owner, project)
    assert [(r["state"], r["live"]) for r in rows] == [("done", 0)] * 60
    by_task = {r["id"]: r["answers"] for r in rows}
    assert all(by_task[t] == sum(1 for s in stored if s[0] == t) for t in by_task)
    assert (await counts(db, tenant.owner, project))["done"] == 60
