"""A full run on a Ray cluster stores what a full run on one machine stores. Skips where Ray is not installed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from tests.build import claim, fill, make_project, submit
from tests.conftest import Tenant

from qistas.connectors.cluster import open_ray
from qistas.core.errors import Forbidden, Invalid
from qistas.core.ids import ProjectId
from qistas.core.principal import Role
from qistas.db import Database
from qistas.quality import fit_project, plant_gold, quality_report
from qistas.quality.fit_on_cluster import fit_on_cluster

LABELS = ["sport", "news", "art"]
TWO: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": [{"name": name} for name in LABELS]},
        {"name": "note", "kind": "text", "required": False},
    ],
}


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """A cluster on this machine."""
    pytest.importorskip("ray")
    with open_ray("ray") as opened:
        yield opened


async def answered(db: Database, tenant: Tenant) -> ProjectId:
    """Eighty items with four answers each, two of them gold."""
    project = await make_project(db, tenant.owner, TWO, overlap=4)
    items = await fill(db, tenant.owner, project, 80)
    rng = random.Random(1)
    for n, skill in enumerate((0.95, 0.85, 0.7, 0.5)):
        who = await tenant.member(Role.ANNOTATOR, f"p{n}")
        while offers := await claim(db, who, project, 20):
            for offer in offers:
                right = LABELS[int(offer.data["text"].split()[1]) % 3]
                said = right if rng.random() < skill else rng.choice(LABELS)
                await submit(db, who, project, offer, said)
    async with db.tenant_tx(tenant.owner) as tx:
        for item in items[:2]:
            await plant_gold(tx, project, item, {"topic": {"labels": ["art"]}})
    return project


async def stored(db: Database, tenant: Tenant, project: ProjectId) -> tuple[list[Any], list[Any]]:
    async with db.tenant_tx(tenant.owner) as tx:
        rows = await tx.rows(
            "SELECT item_id, value, confidence, posterior, support, disputed, inputs FROM consensus WHERE project_id = %s ORDER BY 1",
            (project,),
        )
        skills = await tx.rows(
            "SELECT annotator_id, value, low, high, answers FROM annotator_skills WHERE project_id = %s ORDER BY 1",
            (project,),
        )
    return rows, skills


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
async def test_the_cluster_stores_what_one_machine_stores(db: Database, tenant: Tenant, ray: Any) -> None:
    project = await answered(db, tenant)
    done = await fit_on_cluster(db, tenant.owner, project, ray, method="dawid_skene", shards=3)
    assert (list(done.fitted), done.left) == (["topic"], ("note",))
    assert (done.fitted["topic"].items, done.fitted["topic"].answers) == (80, 320)
    rows, skills = await stored(db, tenant, project)
    async with db.tenant_tx(tenant.owner) as tx:
        report = (await quality_report(tx, project))["questions"][0]
        await tx.run("DELETE FROM consensus WHERE project_id = %s", (project,))
    await fit_project(db, tenant.owner, project, "dawid_skene")
    ones, ones_skills = await stored(db, tenant, project)
    assert len(rows) == len(ones) == 80
    for mine, one in zip(rows, ones, strict=True):
        assert (mine[0], mine[1], *mine[4:6], sorted(mine[6])) == (one[0], one[1], *one[4:6], sorted(one[6]))
        assert mine[2] == pytest.approx(one[2], abs=1e-5)
        assert mine[3] == pytest.approx(one[3], abs=1e-5)
    for mine, one in zip(skills, ones_skills, strict=True):
        assert mine[0] == one[0]
        assert list(mine[1:]) == pytest.approx(list(one[1:]), abs=1e-5)
    async with db.tenant_tx(tenant.owner) as tx:
        again = (await quality_report(tx, project))["questions"][0]
    for key in ("labels", "consensus", "method"):
        assert report[key] == again[key]
    assert report["mean_doubt"] == pytest.approx(again["mean_doubt"], abs=1e-5)
    assert report["doubt"]["counts"] == again["doubt"]["counts"]


async def test_who_may_not_and_what_cannot(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, TWO)
    viewer = await tenant.member(Role.VIEWER)
    with pytest.raises(Forbidden):
        await fit_on_cluster(db, viewer, project, None)
    with pytest.raises(Invalid):
        await fit_on_cluster(db, tenant.owner, project, None, method="glad")
