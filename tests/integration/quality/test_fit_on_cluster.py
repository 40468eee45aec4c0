"""A full run on a cluster stores what a full run on one machine stores. What needs Ray skips where it is not installed."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from tests.build import claim, fill, make_project, submit
from tests.conftest import Tenant

from qistas.connectors.cluster import HeldShards, HereShards, RayShards, open_ray
from qistas.core.errors import Forbidden, Invalid
from qistas.core.ids import ProjectId
from qistas.core.principal import Role
from qistas.db import Database
from qistas.engine.truth.sharded import ShardSize
from qistas.quality import fit_project, plant_gold, quality_report
from qistas.quality.fit_on_cluster import fit_on_cluster
from qistas.quality.learnt import load_learnt

LABELS = ["sport", "news", "art"]
TWO: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": [{"name": name} for name in LABELS]},
        {"name": "note", "kind": "text", "required": False},
    ],
}


@pytest.fixture(params=["here", "ray"])
def held(request: pytest.FixtureRequest) -> Iterator[Callable[[int], HeldShards]]:
    """Where shards are held: in this process, and in a cluster on this machine."""
    if request.param == "here":
        yield HereShards
        return
    pytest.importorskip("ray")
    with open_ray("ray") as opened:
        yield lambda count: RayShards(opened, count)


async def answered(db: Database, tenant: Tenant, **settings: Any) -> ProjectId:
    """Eighty items with four answers each, two of them gold, and a note to some."""
    project = await make_project(db, tenant.owner, TWO, **settings or {"overlap": 4})
    items = await fill(db, tenant.owner, project, 80)
    rng = random.Random(1)
    for n, skill in enumerate((0.97, 0.9, 0.8, 0.3)):
        who = await tenant.member(Role.ANNOTATOR, f"p{n}")
        while offers := await claim(db, who, project, 20):
            for offer in offers:
                number = int(offer.data["text"].split()[1])
                right = LABELS[number % 3]
                said = right if rng.random() < skill else rng.choice(LABELS)
                answer: dict[str, Any] = {"topic": {"labels": [said]}}
                if number % 4 == 0:
                    answer["note"] = {"text": f"seen by {n % 2}"}
                await submit(db, who, project, offer, answer)
    async with db.tenant_tx(tenant.owner) as tx:
        for item in items[:2]:
            await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})
    return project


async def stored(db: Database, tenant: Tenant, project: ProjectId) -> dict[str, list[Any]]:
    """Everything a full run leaves behind of the topic, and what tasks want."""
    asked = {
        "consensus": "item_id, value, support, disputed, method, posterior, confidence, inputs FROM consensus WHERE question = 'topic'",
        "skills": "annotator_id, answers, value, low, high FROM annotator_skills WHERE question = 'topic'",
        "flags": "annotator_id, code, state, evidence FROM skill_flags WHERE true",
        "tasks": "item_id, state, wanted, answers FROM tasks WHERE true",
    }
    async with db.tenant_tx(tenant.owner) as tx:
        found: dict[str, list[Any]] = {
            name: await tx.rows(f"SELECT {what} AND project_id = %s ORDER BY 1, 2", (project,))
            for name, what in asked.items()
        }
        report = await quality_report(tx, project)
        for name, told in (("redundancy", report["redundancy"]), ("question", report["questions"][0])):
            passed = ("seconds", "agreement", "computed_at")
            found[name] = [{key: value for key, value in (told or {}).items() if key not in passed}]
        found["learnt"] = [
            (known.learnt.trust, known.learnt.tables, known.learnt.prior, known.learnt.correlation)
            for name, known in (await load_learnt(tx, project)).items()
            if name == "topic"
        ]
    for row in found["consensus"]:
        row[-1].sort()
    return found


def near(mine: Any, other: Any, where: str = "") -> None:
    """The same, numbers to 1e-5."""
    if isinstance(mine, float | np.ndarray):
        np.testing.assert_allclose(mine, other, atol=1e-5, err_msg=where)
    elif isinstance(mine, dict):
        assert mine.keys() == other.keys(), where
        for key in mine:
            near(mine[key], other[key], f"{where}.{key}")
    elif isinstance(mine, list | tuple):
        assert len(mine) == len(other), where
        for at, (one, two) in enumerate(zip(mine, other, strict=True)):
            near(one, two, f"{where}[{at}]")
    else:
        assert mine == other, where


async def forget(db: Database, tenant: Tenant, project: ProjectId) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        for table in ("consensus", "skill_flags", "annotator_skills"):
            await tx.run(f"DELETE FROM {table} WHERE project_id = %s", (project,))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["auto", "dawid_skene", "majority"])
async def test_the_cluster_stores_what_one_machine_stores(
    db: Database, tenant: Tenant, held: Callable[[int], HeldShards], method: str
) -> None:
    project = await answered(db, tenant, overlap=4, method=method)
    done = await fit_on_cluster(db, tenant.owner, project, held, shards=3)
    assert (list(done.fitted), done.left) == (["topic"], ("note",))
    assert (done.fitted["topic"].items, done.fitted["topic"].answers) == (80, 320)
    mine = await stored(db, tenant, project)
    await forget(db, tenant, project)
    await fit_project(db, tenant.owner, project)
    one = await stored(db, tenant, project)
    assert len(one["consensus"]) == 80
    assert method == "majority" or {row[1] for row in one["flags"]} == {"low_skill"}, (
        "the worst of them is flagged"
    )
    assert {row[4] for row in one["consensus"]} == {method}
    assert "shards" in mine["question"][0].pop("explanation")
    assert "shards" not in one["question"][0].pop("explanation")
    near(mine, one)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("target", [{"target_confidence": 0.93}, {"target_accuracy": 0.9}])
async def test_tasks_want_what_one_machine_would_have_them_want(
    db: Database, tenant: Tenant, target: dict[str, float]
) -> None:
    rule = {"mode": "adaptive", "min_overlap": 2, "max_overlap": 6}
    project = await answered(db, tenant, redundancy={**rule, "target_confidence": 0.999})
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:  # past the job that would plan the tasks anew
        settings = await tx.value("SELECT settings -> 'redundancy' FROM projects WHERE id = %s", (project,))
        settings |= {"target_confidence": None, "target_accuracy": None, **target}
        await tx.run(
            "UPDATE projects SET settings = jsonb_set(settings, '{redundancy}', %s::jsonb) WHERE id = %s",
            (json.dumps(settings), project),
        )
    before = (await stored(db, tenant, project))["tasks"]
    done = await fit_on_cluster(db, tenant.owner, project, HereShards, shards=3)
    assert done.left == ("note",)
    mine = await stored(db, tenant, project)
    assert mine["tasks"] != before
    assert mine["redundancy"][0]["finished"] > 0
    assert {"open", "done"} <= {row[1] for row in mine["tasks"]}
    await fit_project(db, tenant.owner, project)
    one = await stored(db, tenant, project)
    for found in (mine, one):
        found["question"] = []
    near(mine, one)


async def test_an_item_answered_meanwhile_is_left_to_what_is_due(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, TWO, overlap=3)
    items = await fill(db, tenant.owner, project, 6)
    people = [await tenant.member(Role.ANNOTATOR, f"p{n}") for n in range(3)]
    for who in people[:2]:
        for offer in await claim(db, who, project, 6):
            await submit(db, who, project, offer, "news")
    (late,) = await claim(db, people[2], project, 1)

    told: list[int] = []

    async def answer() -> None:
        async with Database(db.address, size=1) as other:
            await submit(other, people[2], project, late, "art")

    class Meanwhile(HereShards):
        """Shards of a cluster that takes its time: when it has the answers, somebody gives another."""

        def sizes(self) -> list[ShardSize]:
            if not told:
                told.append(1)
                thread = threading.Thread(target=lambda: asyncio.run(answer()))
                thread.start()
                thread.join()
            return super().sizes()

    await fit_on_cluster(db, tenant.owner, project, Meanwhile, shards=1)
    async with db.tenant_tx(tenant.owner) as tx:
        inferred = await tx.rows("SELECT item_id FROM consensus WHERE project_id = %s", (project,))
        due = await tx.rows("SELECT item_id FROM consensus_due WHERE project_id = %s", (project,))
    assert {row[0] for row in inferred} == set(items) - {late.item_id}
    assert (late.item_id,) in due


async def test_who_may_not_and_what_cannot(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, TWO)
    viewer = await tenant.member(Role.VIEWER)
    with pytest.raises(Forbidden):
        await fit_on_cluster(db, viewer, project, HereShards)
    with pytest.raises(Invalid):
        await fit_on_cluster(db, tenant.owner, project, HereShards, method="glad")
