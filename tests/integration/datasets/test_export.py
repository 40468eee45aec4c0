"""Exports: each format says what was sealed, and the file is the same to the byte whenever it is rendered."""

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from tests.conftest import Tenant
from tests.integration.datasets.conftest import Yard, make_yard

from qistas.core.errors import Conflict, Invalid, SelectionInvalid
from qistas.datasets import FORMATS, Splits, render_export, start_export, store
from qistas.datasets.formats import hugging_face


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(out, "PNG")
    return out.getvalue()


EVERYTHING: dict[str, Any] = {
    "format": 1,
    "fields": [
        {"name": "prompt", "type": "text"},
        {"name": "text", "type": "text"},
        {"name": "other", "type": "text", "required": False},
        {"name": "image", "type": "image", "required": False},
        {"name": "talk", "type": "chat", "required": False},
        {"name": "facts", "type": "json", "required": False},
    ],
    "questions": [
        {"name": "topic", "kind": "choice", "labels": ["a", "b"], "many": True, "required": False},
        {"name": "stars", "kind": "rating", "required": False},
        {"name": "names", "kind": "span", "field": "text", "labels": ["PER", "LOC"], "required": False},
        {"name": "things", "kind": "box", "field": "image", "labels": ["car", "dog"], "required": False},
        {"name": "better", "kind": "pairwise", "left": "text", "right": "other", "required": False},
    ],
}


@pytest.fixture
async def everything(tenant: Tenant, tmp_path: Path) -> Yard:
    yard = await make_yard(tenant, tmp_path, EVERYTHING)
    stored = await yard.blobs.put_once(tenant.id, picture())
    image = {"blob": stored.sha256.hex(), "width": 40, "height": 30, "media_type": "image/png"}
    first = await yard.item(
        {
            "prompt": "قل",
            "text": "زار أحمد القاهرة.",
            "other": "=1+1",
            "image": image,
            "talk": [{"role": "user", "content": "hi"}],
            "facts": {"x": 1.5},
        },
        metadata={"src": "ar", "=bad": "@x"},
        external_id="=cmd()",
    )
    second = await yard.item({"prompt": "say", "text": 'a "quoted",\nline\\', "other": "o2"}, split="test")
    await yard.answer(
        first,
        [0, 1],
        {
            "topic": {"labels": ["a", "b"]},
            "stars": {"value": 4},
            "names": {
                "spans": [{"start": 4, "end": 8, "label": "PER"}, {"start": 9, "end": 16, "label": "LOC"}]
            },
            "things": {"boxes": [{"x": 1, "y": 2, "width": 10, "height": 5, "rotation": 0, "label": "dog"}]},
            "better": {"choice": "right", "strength": 2},
        },
    )
    await yard.answer(second, [2], {"topic": {"labels": ["b"]}, "better": {"choice": "tie"}})
    return yard


@pytest.mark.parametrize("format", FORMATS)
async def test_the_file_is_the_same_to_the_byte_whenever_it_is_made(everything: Yard, format: str) -> None:
    version = await everything.seal()
    done, once = await everything.export(version, format)
    assert (done.state, done.bytes, done.sha256) == ("done", len(once), hashlib.sha256(once).digest())
    assert (done.file_name or "").startswith("News---عناوين-v1")
    same, _ = await everything.export(version, format)
    assert same.id == done.id
    # More answers come, a newer version is sealed, and the old one is rendered again from nothing.
    await everything.answer(
        await everything.item({"prompt": "p", "text": "new"}), [0], {"topic": {"labels": ["a"]}}
    )
    await everything.seal()
    async with everything.db.tenant_tx(everything.who) as tx:
        again = await store.insert_export(tx, version, format, {})
    await render_export(everything.db, everything.blobs, everything.who, again.id)
    path = everything.blobs.path(everything.tenant.id, "exports", str(again.id))
    assert await everything.blobs.get(path) == once
    async with everything.db.tenant_tx(everything.who) as tx:
        assert await tx.value("SELECT count(*) FROM outbox WHERE act = 'item.export'") == 2


async def test_jsonl_holds_everything(everything: Yard) -> None:
    _, file = await everything.export(await everything.seal(), "jsonl")
    first, second = [json.loads(line) for line in file.splitlines()]
    assert list(first) == [
        "id",
        "external_id",
        "split",
        "data",
        "metadata",
        "answer",
        "confidence",
        "provenance",
        "hash",
    ]
    assert (first["external_id"], first["split"], second["external_id"], second["split"]) == (
        "=cmd()",
        "train",
        None,
        "test",
    )
    assert second["data"] == {"prompt": "say", "text": 'a "quoted",\nline\\', "other": "o2"}
    assert first["answer"]["stars"] == {"value": 4}
    assert first["confidence"]["stars"] == 0.9


async def test_csv_is_safe_for_spreadsheets_unless_raw_is_asked_for(everything: Yard) -> None:
    version = await everything.seal()
    _, file = await everything.export(version, "csv")
    assert file.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    assert (first["external_id"], first["other"], first["topic"], first["stars"]) == (
        "'=cmd()",
        "'=1+1",
        '["a","b"]',
        "4.0",
    )
    assert second["text"] == 'a "quoted",\nline\\'
    assert not any(str(cell)[:1] in "=+-@\t\r" for row in (first, second) for cell in row.values() if cell)
    _, raw = await everything.export(version, "csv", raw=True)
    plain = next(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    assert (plain["external_id"], plain["other"]) == ("=cmd()", "=1+1")


async def test_parquet_is_typed_and_laid_out_for_hugging_face(
    everything: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hugging_face, "FILE_ROWS", 2)
    for n in range(3):
        await everything.answer(
            await everything.item({"prompt": "p", "text": f"t{n}"}), [0], {"stars": {"value": n + 1}}
        )
    _, file = await everything.export(await everything.seal(), "parquet")
    archive = zipfile.ZipFile(io.BytesIO(file))
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == [
        "README.md",
        "data/test-00000-of-00001.parquet",
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
    ]
    tables = [pq.read_table(io.BytesIO(archive.read(f"data/train-0000{n}-of-00002.parquet"))) for n in (0, 1)]
    rows = pa.concat_tables(tables).to_pylist()
    assert len(rows) == 4
    first = rows[0]
    assert first["image"]["bytes"] == picture()
    assert (first["topic"], first["stars"], first["better"], first["better.strength"]) == (
        ["a", "b"],
        4.0,
        "right",
        2,
    )
    assert first["names"][0] == {"start": 4, "end": 8, "label": "PER"}
    assert first["talk"] == [{"role": "user", "content": "hi"}]
    assert json.loads(first["facts"]) == {"x": 1.5}
    assert rows[1]["image"] is None
    assert json.loads(tables[0].schema.metadata[b"huggingface"])["info"]["features"]["image"] == {
        "_type": "Image"
    }
    card = archive.read("README.md").decode()
    header = yaml.safe_load(card.split("---")[1])
    assert header["configs"][0]["data_files"] == [
        {"split": "test", "path": "data/test-*"},
        {"split": "train", "path": "data/train-*"},
    ]
    assert list(header["dataset_info"]) == ["features"], "splits without num_bytes make `datasets` complain"
    assert "| split test | 1 items |\n| split train | 4 items |" in card


async def test_coco(everything: Yard) -> None:
    _, file = await everything.export(await everything.seal(), "coco")
    archive = zipfile.ZipFile(io.BytesIO(file))
    coco = json.loads(archive.read("annotations/train.json"))
    (image,) = coco["images"]
    (box,) = coco["annotations"]
    assert (image["width"], image["height"], archive.read(image["file_name"])) == (40, 30, picture())
    assert (box["image_id"], box["bbox"], box["area"]) == (image["id"], [1, 2, 10, 5], 50)
    assert next(c["name"] for c in coco["categories"] if c["id"] == box["category_id"]) == "dog"
    assert json.loads(archive.read("annotations/test.json"))["images"] == []


async def test_conll(everything: Yard) -> None:
    _, file = await everything.export(await everything.seal(), "conll2003")
    text = zipfile.ZipFile(io.BytesIO(file)).read("train.conll").decode()
    assert text.split("\n")[:7] == [
        "-DOCSTART- -X- -X- O",
        "",
        "زار -X- -X- O",
        "أحمد -X- -X- B-PER",
        "القاهرة -X- -X- B-LOC",
        ". -X- -X- O",
        "",
    ]


@pytest.mark.parametrize(("ties", "count"), [("drop", 1), ("both", 3), ("keep", 2)])
async def test_preferences(everything: Yard, ties: str, count: int) -> None:
    done, file = await everything.export(await everything.seal(), "preference", ties=ties)
    rows = [json.loads(line) for line in file.splitlines()]
    assert (len(rows), done.rows) == (count, count)
    assert {key: rows[0][key] for key in ("prompt", "chosen", "rejected", "strength")} == {
        "prompt": "قل",
        "chosen": "=1+1",
        "rejected": "زار أحمد القاهرة.",
        "strength": 2,
    }


async def test_what_cannot_be_rendered_is_refused_at_once(yard: Yard) -> None:
    await yard.answer(await yard.item({"text": "a"}), [0], {"topic": {"labels": ["sport"]}})
    version = await yard.seal(splits=Splits({"a": 0.5, "b": 0.5}))
    for name in ("coco", "conll2003", "preference"):
        with pytest.raises(SelectionInvalid, match="nothing to write"):
            await yard.export(version, name)
    with pytest.raises(Invalid, match="format"):
        await yard.export(version, "xlsx")
    with pytest.raises(Invalid, match="option"):
        await yard.export(version, "jsonl", raw=True)
    waiting = await yard.start()
    with pytest.raises(Conflict, match="not sealed yet"):
        async with yard.db.tenant_tx(yard.who) as tx:
            await start_export(tx, yard.project, yard.dataset, waiting.id, "jsonl", {})
