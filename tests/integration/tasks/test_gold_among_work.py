"""Gold stands among work at the project's rate, whatever an annotator holds."""

from collections.abc import Iterable
from uuid import UUID

import pytest
from tests.build import claim, fill, fill_batch, kept_counts, make_project, submit, task_rows
from tests.conftest import Tenant

from qistas.core.errors import LeaseGone
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.quality import plant_gold, remove_gold
from qistas.tasks import Offer, list_batches, release_lease, renew_lease, save_batch

ART = {"topic": {"labels": ["art"]}}


async def test_one_free_place_is_gold_no_oftener_than_any_other(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, gold_rate=0.05)
    items = await fill(db, tenant.owner, project, 90)
    gold = set(items[:40])
    async with db.tenant_tx(tenant.owner) as tx:
        for item in gold:
            await plant_gold(tx, project, item, ART)
    who = await tenant.member(Role.ANNOTATOR)
    held = {offer.lease_id: offer for offer in await claim(db, who, project, 30)}
    met: list[bool] = []
    for _ in range(
        19
    ):  # one is answered, and all are asked for again: the one that is new fills the free place
        await submit(db, who, project, held.popitem()[1], "art")
        (new,) = [o for o in await claim(db, who, project, 30) if o.lease_id not in held]
        met.append(new.item_id in gold)
        held[new.lease_id] = new
    assert sum(met) <= 8, (
        met
    )  # by chance once in a million; drawn for the places of all thirty, about fifteen


async def gold_rate(db: Database, who: Principal, rate: float) -> None:
    """Set the rate, above what may be set too, so that a draw is certain."""
    async with db.tenant_tx(who) as tx:
        await tx.run(
            "UPDATE projects SET settings = settings || jsonb_build_object('gold_rate', %s::float8) WHERE tenant_id = %s",
            (rate, who.tenant_id),
        )


async def give_back(db: Database, who: Principal, project: ProjectId, offers: Iterable[Offer]) -> None:
    async with db.tenant_tx(who) as tx:
        for offer in offers:
            await release_lease(tx, project, offer.lease_id)


async def planted(
    db: Database, tenant: Tenant, project: ProjectId, items: Iterable[UUID]
) -> dict[UUID, UUID]:
    """Make these items gold; item → gold."""
    async with db.tenant_tx(tenant.owner) as tx:
        return {item: await plant_gold(tx, project, item, ART) for item in items}


async def test_gold_rests_with_its_batch(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await gold_rate(db, tenant.owner, 1)
    await fill(db, tenant.owner, project, 30)
    await fill_batch(db, tenant.owner, project, "x", ["before", "after", "done", "work"])
    async with db.tenant_tx(tenant.owner) as tx:
        (batch,) = await list_batches(tx, project)
        rows = await tx.rows("SELECT data ->> 'text', id FROM items WHERE project_id = %s", (project,))
    items: dict[str, UUID] = dict(rows)
    gold = {items[text] for text in ("before", "after", "done")}
    other = await tenant.member(Role.ANNOTATOR)
    offers = {offer.data["text"]: offer for offer in await claim(db, other, project, 50)}
    await submit(db, other, project, offers.pop("done"), "art")
    await give_back(db, other, project, offers.values())

    async def offered() -> set[UUID]:
        who = await tenant.member(Role.ANNOTATOR)
        found = await claim(db, who, project, 10)
        await give_back(db, who, project, found)
        assert {o.item_id for o in found} - gold  # beside work, in any case
        return {o.item_id for o in found} & gold

    await planted(db, tenant, project, [items["before"]])
    assert await offered() == {items["before"]}
    async with db.tenant_tx(tenant.owner) as tx:
        await save_batch(tx, project, batch.id, state="paused")
    held = await planted(db, tenant, project, [items["after"], items["done"]])
    assert await offered() == set()
    async with db.tenant_tx(tenant.owner) as tx:
        await save_batch(tx, project, batch.id, state="open")
    assert await offered() == gold
    async with db.tenant_tx(tenant.owner) as tx:
        await save_batch(tx, project, batch.id, state="paused")
        await remove_gold(tx, project, held[items["after"]])
    states = {r["item_id"]: r["state"] for r in await task_rows(db, tenant.owner, project)}
    assert states[items["after"]] == "paused"
    await kept_counts(db, tenant.owner, project)


async def test_gold_of_a_paused_batch_is_kept_for_nobody(db: Database, tenant: Tenant) -> None:
    """Neither is it given back to whoever had it, nor can a lease on it be renewed."""
    project = await make_project(db, tenant.owner)
    await gold_rate(db, tenant.owner, 1)
    await fill(db, tenant.owner, project, 3)
    await fill_batch(db, tenant.owner, project, "x", ["gold"])
    async with db.tenant_tx(tenant.owner) as tx:
        (batch,) = await list_batches(tx, project)
        item = await tx.value("SELECT id FROM items WHERE data ->> 'text' = 'gold'")
    await planted(db, tenant, project, [item])
    who = await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    assert offer.item_id == item
    await give_back(db, who, project, [offer])
    async with db.tenant_tx(tenant.owner) as tx:
        await save_batch(tx, project, batch.id, state="paused")
    assert item not in {o.item_id for o in await claim(db, who, project, 2)}
    with pytest.raises(LeaseGone):
        async with db.tenant_tx(who) as tx:
            await renew_lease(tx, project, offer.lease_id)


async def test_given_back_gold_comes_again_where_it_stood(db: Database, tenant: Tenant) -> None:
    """To one who gives back and asks again the queue looks the same each time, as it would without any gold."""
    project = await make_project(db, tenant.owner, gold_rate=0.4)
    items = await fill(db, tenant.owner, project, 80)
    gold = set(items[::2])
    await planted(db, tenant, project, gold)
    who = await tenant.member(Role.ANNOTATOR)
    met = later = 0
    for turn in range(8):
        offers = await claim(db, who, project, 6)
        order = [offer.item_id for offer in offers]
        met += len(gold & set(order))
        later += order[0] not in gold and bool(gold & set(order))
        for limit in (6, 1, 3, 6):
            await give_back(db, who, project, offers)
            offers = await claim(db, who, project, limit)
            assert [offer.item_id for offer in offers] == order[:limit]
        for offer in offers[: turn % 3 + 1]:
            await submit(db, who, project, offer, "art")
        await give_back(db, who, project, offers[turn % 3 + 1 :])
    assert met >= 5
    assert later >= 1, "gold was always first"


async def test_given_back_gold_does_not_outlast_work(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    await gold_rate(db, tenant.owner, 1)
    first, second, third, gold = await fill(db, tenant.owner, project, 4)
    await planted(db, tenant, project, [gold])
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    offers = await claim(db, who, project, 2)
    assert [offer.item_id for offer in offers] == [gold, first]
    await give_back(db, who, project, offers[:1])
    await submit(db, who, project, offers[1], "art")  # their own answer takes nothing from before it
    (again,) = await claim(db, who, project)
    assert again.item_id == gold
    await give_back(db, who, project, [again])
    (work,) = await claim(db, other, project)
    assert work.item_id == gold  # theirs is another place
    await submit(db, other, project, work, "art")
    taken = await claim(db, other, project, 2)
    assert [offer.item_id for offer in taken] == [second, third]
    assert await claim(db, who, project, 5) == ()
    await give_back(db, other, project, taken[1:])
    assert [o.item_id for o in await claim(db, who, project, 5)] == [gold, third]


async def test_given_back_gold_goes_with_the_work_it_stood_before(db: Database, tenant: Tenant) -> None:
    """Work that stood there would be another's by now."""
    project = await make_project(db, tenant.owner)
    await gold_rate(db, tenant.owner, 1)
    first, second, _, gold = await fill(db, tenant.owner, project, 4)
    await planted(db, tenant, project, [gold])
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    (offer,) = await claim(db, who, project)
    assert offer.item_id == gold
    await give_back(db, who, project, [offer])
    await gold_rate(db, tenant.owner, 0)
    (taken,) = await claim(db, other, project)
    assert taken.item_id == first
    assert [o.item_id for o in await claim(db, who, project)] == [second]


async def test_the_rate_is_kept_one_by_one_and_many_at_once(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, gold_rate=0.25)
    items = await fill(db, tenant.owner, project, 900)
    gold = set(items[:300])
    await planted(db, tenant, project, gold)
    for limit, rounds in ((1, 240), (12, 20)):
        who = await tenant.member(Role.ANNOTATOR)
        met = seen = 0
        for _ in range(rounds):
            offers = await claim(db, who, project, limit)
            met += sum(offer.item_id in gold for offer in offers)
            seen += len(offers)
            for offer in offers:
                await submit(db, who, project, offer, "art")
        assert seen == limit * rounds
        assert 36 <= met * 240 / seen <= 84, (limit, met)  # by chance beyond this once in 2,000
