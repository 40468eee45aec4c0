"""Polygons all the way: live consensus, the full run, gold, an expert's word, a new version refused, every table."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from tests.build import claim, make_project, submit
from tests.conftest import Tenant
from tests.integration.datasets.conftest import Yard, make_yard

from qistas.core.errors import AnswerInvalid, QistasError
from qistas.ontology import publish_ontology
from qistas.quality import (
    adjudicate_item,
    fit_project,
    infer_due,
    list_consensus,
    plant_gold,
    quality_report,
)

POLYGONS: dict[str, Any] = {
    "format": 1,
    "fields": [{"name": "image", "type": "image"}],
    "questions": [{"name": "things", "kind": "polygon", "field": "image", "labels": ["car", "dog"]}],
}
SIZE = {"width": 400, "height": 300, "media_type": "image/png"}


def quad(x: float, y: float, label: str = "car", by: float = 0) -> dict[str, Any]:
    return {"points": [[x, y], [x + 80, y + by], [x + 90, y + 60], [x + 5 - by, y + 70]], "label": label}


def drawn(*polygons: dict[str, Any]) -> dict[str, Any]:
    return {"things": {"polygons": list(polygons)}}


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300)).save(file, "PNG")
    return file.getvalue()


async def make(tenant: Tenant, folder: Path, images: int) -> Yard:
    yard = await make_yard(tenant, folder, POLYGONS)
    if images:
        yard.project = await make_project(yard.db, tenant.owner, POLYGONS, overlap=3)
    for n in range(images):
        await yard.item({"image": {"blob": f"{n:064x}", **SIZE}})
    async with yard.db.tenant_tx(tenant.owner) as tx:
        await tx.run("UPDATE tasks SET wanted = 3 WHERE project_id = %s", (yard.project,))
    return yard


async def test_outlines_of_many_become_one_and_the_careless_are_seen(tenant: Tenant, tmp_path: Path) -> None:
    yard = await make(tenant, tmp_path, 12)
    project, db = yard.project, yard.db
    async with db.tenant_tx(tenant.owner) as tx:
        gold = await tx.value(
            "SELECT item_id FROM tasks WHERE project_id = %s ORDER BY age LIMIT 1", (project,)
        )
        await plant_gold(tx, project, gold, drawn(quad(20, 30), quad(200, 100, "dog")))
    for at, who in enumerate(yard.annotators[:3]):
        while offers := await claim(db, who, project, 10):
            for offer in offers:
                seen = drawn(quad(20, 30, by=at), quad(200 + at, 100, "dog"))
                await submit(db, who, project, offer, drawn(quad(300, 10)) if at == 2 else seen)
    async with db.tenant_tx(tenant.owner) as tx:
        while await infer_due(tx, project):
            pass
        live = (await list_consensus(tx, project, "things", limit=50)).rows
    assert len(live) >= 11
    for row in live:
        polygons = row.consensus.value["polygons"]
        assert [one["label"] for one in polygons] == ["car", "dog"]
        if not row.consensus.settled:
            assert 0.4 < row.consensus.confidence < 1.0
            assert row.consensus.support == 2
    await fit_project(db, tenant.owner, project)
    async with db.tenant_tx(tenant.owner) as tx:
        report = await quality_report(tx, project)
    (question,) = report["questions"]
    assert (question["kind"], question["method"]) == ("polygon", "merge")
    assert question["agreement"]["value"] is not None
    skill = sorted(one["skills"][0]["value"] for one in report["annotators"] if one["skills"])
    assert skill[0] < 0.3 < 0.7 < skill[1]

    async with db.tenant_tx(tenant.owner) as tx:
        with pytest.raises(AnswerInvalid) as refused:
            await adjudicate_item(
                tx, project, gold, drawn({"points": [[0, 0], [9, 9], [9, 0], [0, 9]], "label": "car"}), ""
            )
        (fault,) = refused.value.faults
        assert fault.where.endswith("things.polygons[0].points")
        assert "points[0]–points[1]" in fault.message
        assert "points[2]–points[3]" in fault.message

    (asked,) = POLYGONS["questions"]
    for change, place in (({"labels": ["car"]}, "labels.dog"), ({"max": 1}, "max"), ({"min": 2}, "min")):
        with pytest.raises(QistasError) as narrowed:
            async with db.tenant_tx(tenant.owner) as tx:
                await publish_ontology(tx, project, {**POLYGONS, "questions": [{**asked, **change}]})
        assert any(place in found.where for found in narrowed.value.faults)
    async with db.tenant_tx(tenant.owner) as tx:
        await publish_ontology(
            tx, project, {**POLYGONS, "questions": [{**asked, "labels": ["dog", "car", "cat"]}]}
        )


async def test_outlines_in_files(tenant: Tenant, tmp_path: Path) -> None:
    yard = await make(tenant, tmp_path, 0)
    stored = await yard.blobs.put_once(tenant.id, picture())
    item = await yard.item({"image": {"blob": stored.sha256.hex(), **SIZE}})
    value = drawn({"points": [[4, 8], [14.5, 8], [4, 28]], "label": "dog"})
    await yard.answer(item, [0, 1], value)
    version = await yard.seal()
    _, file = await yard.export(version, "coco")
    coco = json.loads(zipfile.ZipFile(io.BytesIO(file)).read("annotations/train.json"))
    (shape,) = coco["annotations"]
    assert shape["segmentation"] == [[4, 8, 14.5, 8, 4, 28]]
    assert (shape["area"], shape["bbox"], shape["iscrowd"]) == (105, [4, 8, 10.5, 20], 0)
    assert next(c["name"] for c in coco["categories"] if c["id"] == shape["category_id"]) == "dog"
    _, lines = await yard.export(version, "jsonl")
    assert json.loads(lines)["answer"] == value
    _, table = await yard.export(version, "csv")
    (row,) = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    assert json.loads(row["things"]) == value["things"]["polygons"]
    _, packed = await yard.export(version, "parquet")
    archive = zipfile.ZipFile(io.BytesIO(packed))
    (name,) = [one for one in archive.namelist() if one.endswith(".parquet")]
    (flat,) = pq.read_table(io.BytesIO(archive.read(name))).to_pylist()
    assert flat["things"] == value["things"]["polygons"]
    header = yaml.safe_load(archive.read("README.md").decode().split("---")[1])
    assert next(one for one in header["dataset_info"]["features"] if one["name"] == "things") == {
        "name": "things",
        "list": [
            {"name": "points", "list": {"list": "float64"}},
            {"name": "label", "dtype": "string"},
        ],
    }
