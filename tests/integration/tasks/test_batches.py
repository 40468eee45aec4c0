"""Batches: whom they are for, and their counts."""

from __future__ import annotations

from uuid import UUID

from tests.build import claim, fill, fill_batch, kept_counts, make_project, submit
from tests.conftest import Tenant

from qistas.annotations import revise_annotation
from qistas.core.ids import BatchId, ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.jobs import JobContext
from qistas.ontology import load_project, update_project
from qistas.quality import (
    Verdict,
    infer_due,
    plant_gold,
    remove_gold,
    requeue_item,
    review_annotation,
    undo_requeue,
)
from qistas.sources import withdraw_item
from qistas.sources.store import find_target
from qistas.tasks import (
    Decision,
    Offer,
    SkipReason,
    extend_tasks,
    list_batches,
    release_lease,
    replan_tasks,
    save_batch,
    skip_task,
)
from qistas.tasks.jobs import free
from qistas.tasks.types import ANYBODY


async def test_a_batch_knows_whom_it_is_for(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    who = await tenant.member(Role.ANNOTATOR)
    await fill(db, tenant.owner, project, 1)
    await fill_batch(db, tenant.owner, project, "first", ["a", "b"])
    offers = {offer.data["text"]: offer for offer in await claim(db, who, project, 3)}
    await submit(db, who, project, offers["a"], "art")
    async with db.tenant_tx(tenant.owner) as tx:
        (batch,) = await list_batches(tx, project)
        await tx.run(
            "UPDATE tasks SET assignee = %s WHERE tenant_id = %s AND id = %s",
            (who.member_id, tenant.id, offers["b"].task_id),
        )
        (listed,) = await list_batches(tx, project)
        assert (listed.assignee, listed.tasks, listed.open, listed.done) == (
            ANYBODY,
            2,
            1,
            1,
        )  # not that of one task
        assert (await save_batch(tx, project, batch.id, assignee=who.member_id)).assignee == who.member_id
        target = await find_target(tx, project, BatchId(batch.id), None)
        assert target is not None
        assert target.assignee == who.member_id  # what is imported into it later is for the same
    await free(JobContext(db, ""), tenant_id=str(tenant.id), assignee=str(who.member_id))
    async with db.tenant_tx(tenant.owner) as tx:
        assert [b.assignee for b in await list_batches(tx, project)] == [ANYBODY]


async def plan(db: Database, who: Principal, project: ProjectId, **settings: object) -> None:
    """Change settings, and do the jobs that follow."""
    async with db.tenant_tx(who) as tx:
        await update_project(tx, project, settings=settings)
    await replan_tasks(db, who, project)
    await infer(db, who, project)


async def infer(db: Database, who: Principal, project: ProjectId) -> None:
    async with db.tenant_tx(who) as tx:
        while await infer_due(tx, project):
            pass


async def test_counts_of_batches_follow_whatever_changes_them(db: Database, tenant: Tenant) -> None:
    owner, reviewer = tenant.owner, await tenant.member(Role.REVIEWER)
    one, two, three = [await tenant.member(Role.ANNOTATOR, name) for name in ("a", "b", "c")]
    project = await make_project(db, owner)
    await fill(db, owner, project, [{"text": "alone"}])
    await fill_batch(db, owner, project, "x", [f"x{n}" for n in range(5)])
    await fill_batch(db, owner, project, "y", [*(f"y{n}" for n in range(3)), "x0"])  # x0 is there already
    items: dict[str, UUID] = {}

    async def now() -> tuple[tuple[int, int], ...]:
        kept = await kept_counts(db, owner, project)
        async with db.tenant_tx(owner) as tx:
            listed = {b.name: (b.tasks, b.done, b.open) for b in await list_batches(tx, project)}
        assert listed == {name: (tasks, done, tasks - done) for name, (tasks, done) in kept.items() if name}
        return kept[""], kept["x"], kept["y"]

    async def offered(who: Principal) -> dict[str, Offer]:
        found = {offer.data["text"]: offer for offer in await claim(db, who, project, 10)}
        items.update({text: offer.item_id for text, offer in found.items()})
        return found

    assert await now() == ((9, 0), (5, 0), (3, 0))
    offers = await offered(one)
    receipts = {
        text: await submit(db, one, project, offers[text], "art") for text in ("alone", "x0", "x1", "y0")
    }
    assert await now() == ((9, 4), (5, 2), (3, 1))
    async with db.tenant_tx(one) as tx:
        await revise_annotation(
            tx, project, receipts["x1"].id, {"topic": {"labels": ["news"]}}, seconds=1, client_key="again"
        )
        await skip_task(tx, project, offers["x2"].lease_id, SkipReason.UNCLEAR)
    assert await now() == ((9, 4), (5, 2), (3, 1))

    async with db.tenant_tx(reviewer) as tx:
        await review_annotation(tx, project, receipts["x0"].id, Verdict.RETURN, reason="look again")
    assert await now() == ((9, 3), (5, 1), (3, 1))
    await submit(db, one, project, (await offered(one))["x0"], "news")
    assert await now() == ((9, 4), (5, 2), (3, 1))

    async with db.tenant_tx(owner) as tx:
        await tx.run(
            "INSERT INTO label_errors (tenant_id, project_id, question, item_id, likelihood, value) VALUES (%s, %s, 'topic', %s, 0.9, '{}')",
            (tenant.id, project, items["y0"]),
        )
        await requeue_item(tx, project, "topic", items["y0"])
    assert await now() == ((9, 3), (5, 2), (3, 0))
    async with db.tenant_tx(owner) as tx:
        await undo_requeue(tx, project, "topic", items["y0"])
    assert await now() == ((9, 4), (5, 2), (3, 1))

    async with db.tenant_tx(owner) as tx:
        finished = await plant_gold(tx, project, items["x1"], {"topic": {"labels": ["art"]}})
        begun = await plant_gold(tx, project, items["y2"], {"topic": {"labels": ["art"]}})
    assert await now() == ((7, 3), (4, 1), (2, 1))
    async with db.tenant_tx(owner) as tx:
        await remove_gold(tx, project, finished)
    assert await now() == ((8, 4), (5, 2), (2, 1))
    async with db.tenant_tx(owner) as tx:
        await withdraw_item(tx, project, items["y2"])  # gold: not counted before either
        await remove_gold(tx, project, begun)
        await withdraw_item(tx, project, items["x1"])
        await withdraw_item(tx, project, items["x3"])
        await withdraw_item(tx, project, items["x3"])
    assert await now() == ((6, 3), (3, 1), (2, 1))

    async with db.tenant_tx(owner) as tx:
        batch = next(b for b in await list_batches(tx, project) if b.name == "x")
        await save_batch(tx, project, batch.id, state="paused", priority=2)
    await submit(db, one, project, offers["x4"], "art")  # what was given out may still be answered
    assert await now() == ((6, 4), (3, 2), (2, 1))
    async with db.tenant_tx(owner) as tx:
        await save_batch(tx, project, batch.id, name="x", state="open")
    assert await now() == ((6, 4), (3, 2), (2, 1))

    await plan(db, owner, project, overlap=2)
    assert await now() == ((6, 0), (3, 0), (2, 0))
    await submit(db, one, project, offers["y1"], "art")
    for text, offer in (await offered(two)).items():
        await submit(db, two, project, offer, {"x0": "sport", "y0": "news"}.get(text, "art"))
    assert await now() == ((6, 5), (3, 2), (2, 2))  # x2 was skipped, and has one answer

    rule = {"mode": "adaptive", "target_confidence": 0.9, "min_overlap": 2, "max_overlap": 3}
    await plan(db, owner, project, redundancy=rule)
    disputed = await now()
    assert (disputed[1][1], disputed[2][1]) < (2, 2), "those who disagree are asked further"
    for text, offer in (await offered(three)).items():
        await submit(db, three, project, offer, "art")
        assert (await now())[0][1] >= disputed[0][1], text
    await infer(db, owner, project)
    before = await now()
    assert before[1][1] >= 2
    assert before[2] == (2, 2)

    # What goes on in one batch while another ends: nothing changes for the project, and yet for both of them.
    async with db.tenant_tx(owner) as tx:
        redundancy = (await load_project(tx, project)).settings.redundancy
        await tx.run(
            "UPDATE tasks SET answers = 2, wanted = 2 WHERE tenant_id = %s AND project_id = %s AND state = 'done'",
            (tenant.id, project),
        )
        await extend_tasks(tx, project, redundancy, [Decision(items["y0"], True)], again=False)
    assert await now() == ((6, before[0][1] - 1), before[1], (2, 1))
    async with db.tenant_tx(owner) as tx:
        ends_and_goes_on = [Decision(items["y0"], False), Decision(items["x0"], True)]
        await extend_tasks(tx, project, redundancy, ends_and_goes_on, again=False)
    assert await now() == ((6, before[0][1] - 1), (3, before[1][1] - 1), (2, 2))
    await plan(db, owner, project, overlap=1, redundancy={"mode": "fixed"})
    assert await now() == ((6, 6), (3, 3), (2, 2))


async def test_done_work_that_is_asked_for_again_rests_with_its_batch(db: Database, tenant: Tenant) -> None:
    owner, reviewer = tenant.owner, await tenant.member(Role.REVIEWER)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    project = await make_project(db, owner)
    await fill_batch(db, owner, project, "x", ["returned", "requeued"])
    offers = {offer.data["text"]: offer for offer in await claim(db, who, project, 2)}
    receipts = {text: await submit(db, who, project, offer, "art") for text, offer in offers.items()}
    async with db.tenant_tx(owner) as tx:
        (batch,) = await list_batches(tx, project)
        await save_batch(tx, project, batch.id, state="paused")
        item = offers["requeued"].item_id
        await tx.run(
            "INSERT INTO label_errors (tenant_id, project_id, question, item_id, likelihood, value) VALUES (%s, %s, 'topic', %s, 0.9, '{}')",
            (tenant.id, project, item),
        )
        await requeue_item(tx, project, "topic", item)
    async with db.tenant_tx(reviewer) as tx:
        await review_annotation(tx, project, receipts["returned"].id, Verdict.RETURN, reason="look again")
    (again,) = await claim(db, who, project, 5)  # what a reviewer sent back may still be answered
    assert again.item_id == offers["returned"].item_id
    async with db.tenant_tx(who) as tx:
        await release_lease(tx, project, again.lease_id)
    assert await claim(db, other, project, 5) == ()
    async with db.tenant_tx(owner) as tx:
        await save_batch(tx, project, batch.id, state="open")
    assert len(await claim(db, other, project, 5)) == 2
