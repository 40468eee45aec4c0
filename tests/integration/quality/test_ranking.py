"""Rankings all the way: live consensus, the full run, gold, an expert's word, a new version refused, every table."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.build import claim, fill, make_project, submit
from tests.conftest import Tenant
from tests.integration.datasets.conftest import make_yard

from qistas.core.errors import AnswerInvalid, QistasError
from qistas.core.principal import Role
from qistas.db import Database
from qistas.ontology import publish_ontology
from qistas.quality import (
    adjudicate_item,
    fit_project,
    infer_due,
    list_consensus,
    plant_gold,
    quality_report,
)

NAMES = ["a", "b", "c", "d"]
RANKING: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "text"}],
    "questions": [{"name": "rank", "kind": "ranking", "labels": NAMES, "ties": True}],
}


def order(names: str) -> dict[str, Any]:
    return {"rank": {"order": [list(group) for group in names.split(">")]}}


async def test_orders_of_many_become_one_and_the_careless_are_seen(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner, RANKING, overlap=3)
    items = await fill(db, tenant.owner, project, 24)
    rng = random.Random(4)
    truth = {f"text {n}": ">".join(rng.sample(NAMES, 4)) for n in range(24)}
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, items[0], order(truth["text 0"]))
    people = [await tenant.member(Role.ANNOTATOR, f"p{n}") for n in range(3)]
    for at, who in enumerate(people):
        while offers := await claim(db, who, project, 10):
            for offer in offers:
                right = truth[offer.data["text"]]
                await submit(
                    db, who, project, offer, order(">".join(rng.sample(NAMES, 4)) if at == 2 else right)
                )
    async with db.tenant_tx(tenant.owner) as tx:
        while await infer_due(tx, project):
            pass
        live = (await list_consensus(tx, project, "rank", limit=50)).rows
    assert live
    texts = {item: f"text {n}" for n, item in enumerate(items)}
    assert all(row.consensus.value == order(truth[texts[row.consensus.item_id]])["rank"] for row in live), (
        "two who agree outweigh one"
    )
    assert all(0.4 < row.consensus.confidence < 1.0 for row in live if not row.consensus.settled)
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        report = await quality_report(tx, project)
    (question,) = report["questions"]
    skill = {one["name"]: one["skills"][0] for one in report["annotators"]}
    assert question["kind"] == "ranking"
    assert question["method"] == "kemeny"
    assert question["agreement"]["low"] < question["agreement"]["value"] < question["agreement"]["high"]
    assert {label["name"] for label in question["labels"]} <= set(NAMES)
    assert min(skill["p0"]["value"], skill["p1"]["value"]) > skill["p2"]["value"] + 0.2
    assert all(one["low"] <= one["value"] <= one["high"] for one in skill.values())

    async with db.tenant_tx(tenant.owner) as tx:
        await adjudicate_item(tx, project, items[1], order("abcd"), "nobody can tell them apart")
        with pytest.raises(AnswerInvalid):
            await adjudicate_item(tx, project, items[2], order("a>b"), "")

    fewer = {**RANKING, "questions": [{**RANKING["questions"][0], "ties": False}]}
    more = {**RANKING, "questions": [{**RANKING["questions"][0], "labels": [*NAMES, "e"]}]}
    for document, place in ((fewer, "ties"), (more, "labels.e")):
        with pytest.raises(QistasError) as refused:
            async with db.tenant_tx(tenant.owner) as tx:
                await publish_ontology(tx, project, document)
        assert any(place in fault.where for fault in refused.value.faults)
    titled = [{"name": name, "title": name.upper()} for name in reversed(NAMES)]
    async with db.tenant_tx(tenant.owner) as tx:
        await publish_ontology(
            tx, project, {**RANKING, "questions": [{**RANKING["questions"][0], "labels": titled}]}
        )


async def test_orders_in_tables(tenant: Tenant, tmp_path: Path) -> None:
    yard = await make_yard(tenant, tmp_path, RANKING)
    await yard.answer(await yard.item({"text": "x"}), [0, 1], order("b>ac>d"))
    version = await yard.seal()
    _, lines = await yard.export(version, "jsonl")
    assert json.loads(lines)["answer"] == order("b>ac>d")
    _, table = await yard.export(version, "csv")
    (row,) = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    assert row["rank.order"] == "b > a = c > d"
    assert json.loads(row["rank"]) == ["b", "a", "c", "d"]
    _, packed = await yard.export(version, "parquet")
    archive = zipfile.ZipFile(io.BytesIO(packed))
    (name,) = [one for one in archive.namelist() if one.endswith(".parquet")]
    (flat,) = pq.read_table(io.BytesIO(archive.read(name))).to_pylist()
    assert flat["rank"] == ["b", "a", "c", "d"]
    assert flat["rank.order"] == "b > a = c > d"
