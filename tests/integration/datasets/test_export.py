"""Exports: each format says what was sealed, and the file is the same to the byte whenever it is rendered."""

import csv
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from tests.conftest import ROOT, Tenant
from tests.integration.datasets.conftest import Yard, make_yard

from qistas.core.errors import Conflict, Invalid, SelectionInvalid
from qistas.datasets import FORMATS, Splits, render_export, start_export, store
from qistas.datasets.formats import hugging_face
from qistas.ontology.templates import find_template


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


def answers(*names: str, type: str = "text", **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, "type": type, **more} for name in names]


async def preferences(yard: Yard, **options: Any) -> list[dict[str, Any]]:
    """The lines as a trainer's loader reads them: typed column by column."""
    done, file = await yard.export(await yard.seal(), "preference", **options)
    lines = pyarrow.json.read_json(io.BytesIO(file)).to_pylist()
    assert len(lines) == done.rows == file.count(b"\n")
    return lines


@pytest.mark.parametrize(("ties", "count"), [("drop", 5), ("both", 7), ("keep", 6)])
async def test_a_ranking_becomes_preferences(tenant: Tenant, tmp_path: Path, ties: str, count: int) -> None:
    template = find_template("ranking")
    yard = await make_yard(tenant, tmp_path, template.ontology.to_document())
    data = template.sample[0]
    order = [["answer_b"], ["answer_a", "answer_c"], ["answer_d"]]
    await yard.answer(await yard.item(data), [0], {"order": {"order": order}})
    lines = await preferences(yard, ties=ties)
    assert len(lines) == count
    assert {len(line["chosen"]) for line in lines} == {1}
    said = {data[name]: name[-1] for name in ("answer_a", "answer_b", "answer_c", "answer_d")}
    pairs = {
        (said[line["chosen"][0]["content"]], said[line["rejected"][0]["content"]]): line["strength"]
        for line in lines
    }
    clear = {("b", "a"): 1, ("b", "c"): 1, ("b", "d"): 2, ("a", "d"): 1, ("c", "d"): 1}
    tied = {"drop": {}, "both": {("a", "c"): 0, ("c", "a"): 0}, "keep": {("a", "c"): 0}}
    assert pairs == clear | tied[ties]
    assert [line["prompt"] for line in lines] == [data["prompt"]] * count
    assert {line["chosen"][0]["role"] for line in lines} == {"assistant"}
    guide = (ROOT / "docs/howto/train-on-preferences.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```jsonl\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)[0].splitlines()
    assert len(shown) == 2
    for told in map(json.loads, shown):
        assert any(told.items() <= line.items() for line in lines), told
    assert [line.get("tie") for line in lines].count(True) == (ties == "keep")


async def test_the_best_few_stand_before_all_others(tenant: Tenant, tmp_path: Path) -> None:
    yard = await make_yard(
        tenant,
        tmp_path,
        {
            "format": 1,
            "fields": [
                *answers("prompt", "one", "two"),
                *answers("three", required=False),
                {"name": "f4", "title": {"en": "Four"}},
            ],
            "questions": [
                {
                    "name": "best",
                    "kind": "ranking",
                    "top": 2,
                    "labels": ["one", "two", "three", {"name": "four", "title": {"en": "Four"}}],
                }
            ],
        },
    )
    whole = {"prompt": "?", "one": "1", "two": "2", "three": "3", "f4": "4"}
    best = {"best": {"order": [["four"], ["two"]]}}
    await yard.answer(await yard.item(whole), [0], best)
    part = {name: text for name, text in whole.items() if name != "three"} | {"prompt": "??"}
    await yard.answer(await yard.item(part), [0], best)
    lines = await preferences(yard)
    told = [(line["prompt"], line["chosen"], line["rejected"], line["strength"]) for line in lines]
    assert [line[1:] for line in told if line[0] == "?"] == [
        ("4", "2", 1),
        ("4", "1", 2),
        ("4", "3", 2),
        ("2", "1", 1),
        ("2", "3", 1),
    ]
    assert [line[1:] for line in told if line[0] == "??"] == [("4", "2", 1), ("4", "1", 2), ("2", "1", 1)]


async def test_a_ranking_of_words_has_nothing_to_choose(tenant: Tenant, tmp_path: Path) -> None:
    words = {"name": "order", "kind": "ranking", "labels": ["taste", "text", "smell"]}
    ontology = {"format": 1, "fields": answers("text", "other"), "questions": [words]}
    yard = await make_yard(tenant, tmp_path, ontology)
    order = {"order": {"order": [["taste"], ["text"], ["smell"]]}}
    await yard.answer(await yard.item({"text": "a", "other": "b"}), [0], order)
    with pytest.raises(SelectionInvalid, match="not texts of the items") as refused:
        await yard.export(await yard.seal(), "preference")
    assert refused.value.faults[0].where == "questions.order.labels"


async def test_a_ranking_of_words_beside_a_preference_is_left_out_and_told(
    tenant: Tenant, tmp_path: Path
) -> None:
    questions = [
        {"name": "order", "kind": "ranking", "labels": ["taste", "smell"]},
        {"name": "better", "kind": "pairwise", "left": "one", "right": "two"},
    ]
    ontology = {
        "format": 1,
        "fields": [*answers("prompt"), *answers("one", "two", type="chat")],
        "questions": questions,
    }
    yard = await make_yard(tenant, tmp_path, ontology)
    one, two = ([{"role": "assistant", "content": text}] for text in "12")
    await yard.answer(
        await yard.item({"prompt": "?", "one": one, "two": two}),
        [0],
        {"order": {"order": [["taste"], ["smell"]]}, "better": {"choice": "left", "strength": 1}},
    )
    done, file = await yard.export(await yard.seal(), "preference")
    (line,) = [json.loads(line) for line in file.splitlines()]
    assert (line["prompt"], line["chosen"], line["rejected"]) == (
        [{"role": "user", "content": "?"}],
        one,
        two,
    )
    assert "order" in done.detail


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
