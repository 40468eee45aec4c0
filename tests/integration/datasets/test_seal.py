"""A version: what it takes, that its hashes can be recomputed, that it never changes, and that death does not spoil it."""

import hashlib
from dataclasses import replace
from typing import Any

import orjson
import psycopg
import pyarrow.parquet as pq
import pytest
from tests.integration.datasets.conftest import Yard

from qistas.core.canonical import canonical_json, content_hash
from qistas.core.errors import Conflict, FileDamaged, SelectionInvalid, Unavailable
from qistas.datasets import (
    Selection,
    Splits,
    Version,
    VersionState,
    compare_versions,
    get_export,
    get_version,
    preview_selection,
    render_export,
    seal,
    shards,
    start_export,
    store,
)
from qistas.datasets.seal import sealed_shards


def topic(name: str) -> dict[str, Any]:
    return {"topic": {"labels": [name]}}


async def rows_of(yard: Yard, version: Version) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for shard in sealed_shards(yard.who, version):
        with yard.blobs.open(shard.path) as file:
            found += pq.read_table(file).to_pylist()
    return found


async def test_the_answer_is_the_latest_adjudication_else_the_consensus(yard: Yard) -> None:
    plain = await yard.item({"text": "one"})
    settled = await yard.item({"text": "two"})
    await yard.item({"text": "nobody answered"})
    await yard.answer(plain, [0, 1], topic("sport"))
    await yard.answer(settled, [0, 1], {**topic("politics"), "why": {"text": "because"}})
    await yard.adjudicate(settled, topic("politics"))
    await yard.adjudicate(settled, topic("football"))
    version = await yard.seal()
    assert (version.state, version.items) == ("sealed", 2)
    first, second = await rows_of(yard, version)
    assert orjson.loads(first["answer"]) == topic("sport")
    assert orjson.loads(second["answer"]) == topic("football")  # and `why` is not asked any more
    told = orjson.loads(first["provenance"])["topic"]
    assert (told["source"], told["method"], len(told["annotations"]), len(set(told["annotators"]))) == (
        "consensus",
        "majority",
        2,
        2,
    )
    assert all(str(a.member_id) not in first["provenance"] for a in yard.annotators)
    assert orjson.loads(second["provenance"])["topic"]["source"] == "adjudication"


async def test_every_hash_can_be_recomputed_from_what_is_sealed(yard: Yard) -> None:
    for n in range(5):
        await yard.answer(await yard.item({"text": f"نص {n}"}), [0], topic("sport"), confidence=1 / (n + 2))
    version = await yard.seal()
    assert version.manifest is not None
    running = hashlib.sha256()
    for row in await rows_of(yard, version):
        assert content_hash(orjson.loads(row["data"])) == row["data_hash"]
        claim = {
            "answer": orjson.loads(row["answer"]),
            "data": row["data_hash"].hex(),
            "provenance": orjson.loads(row["provenance"]),
        }
        assert hashlib.sha256(canonical_json(claim)).digest() == row["row_hash"]
        running.update(row["row_hash"])
    assert running.hexdigest() == version.manifest["rows_hash"]
    assert hashlib.sha256(canonical_json(version.manifest)).digest() == version.hash
    for shard, file in zip(version.manifest["shards"], sealed_shards(yard.who, version), strict=True):
        assert hashlib.sha256(await yard.blobs.get(file.path)).hexdigest() == shard["sha256"]
    assert version.manifest["by_label"] == {"topic": {"sport": 5}}


async def test_a_sealed_version_does_not_change(yard: Yard) -> None:
    await yard.answer(await yard.item({"text": "a"}), [0], topic("sport"))
    version = await yard.seal()
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
        async with yard.db.tenant_tx(yard.who) as tx:
            await tx.run("UPDATE dataset_versions SET note = 'x' WHERE tenant_id = %s", (yard.tenant.id,))
    async with yard.db.tenant_tx(yard.who) as tx:
        assert await tx.rows("SELECT objects, detail ->> 'hash' FROM outbox WHERE act = 'version.seal'") == [
            ([version.id], (version.hash or b"").hex())
        ]


SELECTIONS: list[tuple[Selection, set[str]]] = [
    (Selection(), {"sure", "unsure", "one", "settled"}),
    (Selection(min_confidence=0.8), {"sure", "one", "settled"}),
    (Selection(max_doubt=0.3), {"sure", "one", "settled"}),
    (Selection(min_answers=2), {"sure", "unsure"}),
    (Selection(labels={"topic": ["sport"]}), {"sure", "unsure"}),
    (Selection(labels={"topic": ["football", "politics"]}), {"unsure", "one", "settled"}),
    (Selection(metadata={"lang": "ar", "page": "2"}), {"unsure"}),
    (Selection(split="test"), {"one"}),
    (Selection(only_adjudicated=True), {"settled"}),
    (Selection(exclude_gold=False), {"sure", "unsure", "one", "settled", "gold"}),
]


@pytest.fixture
async def filled(yard: Yard) -> Yard:
    sure = await yard.item({"text": "sure"}, metadata={"lang": "ar", "page": 1})
    unsure = await yard.item({"text": "unsure"}, metadata={"lang": "ar", "page": 2})
    one = await yard.item({"text": "one"}, split="test")
    settled, gold, gone = [await yard.item({"text": text}) for text in ("settled", "gold", "gone")]
    await yard.answer(sure, [0, 1], topic("sport"), 0.95)
    await yard.answer(unsure, [0, 1, 2], topic("football"), 0.6)
    for item in (one, gold, gone):
        await yard.answer(item, [2], topic("politics"), 0.9)
    await yard.adjudicate(settled, topic("politics"))
    async with yard.db.tenant_tx(yard.who) as tx:
        await tx.run(
            "INSERT INTO gold (tenant_id, project_id, item_id, answer) VALUES (%s, %s, %s, '{}')",
            (yard.tenant.id, yard.project, gold),
        )
        await tx.run(
            "UPDATE items SET withdrawn_at = now() WHERE tenant_id = %s AND id = %s", (yard.tenant.id, gone)
        )
    return yard


async def test_selections(filled: Yard) -> None:
    by_annotator = (Selection(annotators=(str(filled.annotators[0].member_id),)), {"sure", "unsure"})
    for selection, texts in [*SELECTIONS, by_annotator]:
        assert Selection.from_json(selection.as_json()) == selection
        version = await filled.seal(selection)
        assert {orjson.loads(row["data"])["text"] for row in await rows_of(filled, version)} == texts, (
            selection
        )
        async with filled.db.tenant_tx(filled.who) as tx:
            preview = await preview_selection(tx, filled.project, selection, Splits())
        assert (preview.items, preview.complete) == (len(texts), True)


async def test_large_items_come_a_few_at_a_time(filled: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = await filled.seal(Selection())
    pages: list[int] = []
    real = store.page_of_items

    async def counted(*args: Any, **more: Any) -> Any:
        found = await real(*args, **more)
        pages.append(len(found))
        return found

    monkeypatch.setattr(store, "page_of_items", counted)
    for most, sizes in ((1, [1, 1, 1, 1, 0]), (60, [2, 2, 0])):
        pages.clear()
        monkeypatch.setattr(store, "PAGE_BYTES", most)
        version = await filled.seal(Selection())
        assert pages == sizes
        assert await rows_of(filled, version) == await rows_of(filled, whole)


async def test_the_preview_says_what_is_left_out_and_why(filled: Yard) -> None:
    async def left_out(selection: Selection) -> dict[tuple[str, str | None], int]:
        async with filled.db.tenant_tx(filled.who) as tx:
            found = (await preview_selection(tx, filled.project, selection, Splits())).left_out
            for one in found:
                assert await tx.value(
                    "SELECT count(*) FROM items WHERE tenant_id = %s AND id = %s",
                    (filled.tenant.id, one.example),
                )
            return {(one.reason, one.question): one.items for one in found}

    whole = await left_out(Selection())
    assert await left_out(Selection(min_confidence=0.8)) == {**whole, ("min_confidence", "topic"): 1}
    assert await left_out(Selection(min_answers=2)) == {**whole, ("min_answers", None): 2}
    assert await left_out(Selection(labels={"topic": ["sport"]})) == {**whole, ("labels", "topic"): 2}


async def test_a_selection_of_what_is_not_there_is_refused(filled: Yard) -> None:
    for wrong in (
        Selection(labels={"nothing": ["x"]}),
        Selection(labels={"topic": ["chess"]}),
        Selection(min_confidence=2),
        Selection(metadata={"page": 2**53}),
    ):
        with pytest.raises(SelectionInvalid):
            await filled.start(wrong)
    for shares in ({"train": 0.5}, {"a/b": 1.0}, {"train": 0.5, "test": float("nan")}):
        with pytest.raises(SelectionInvalid):
            await filled.start(splits=Splits(shares))
    empty = await filled.seal(Selection(split="no such"))
    assert (empty.state, "No item fits" in empty.detail) == (VersionState.FAILED, True)


async def test_splits_stay_where_they_are_when_items_come(yard: Yard) -> None:
    splits = Splits({"train": 0.6, "dev": 0.2, "test": 0.2}, seed=7, group_by="author")
    for n in range(60):
        await yard.answer(
            await yard.item({"text": f"t{n}"}, metadata={"author": f"p{n // 4}"}), [0], topic("sport")
        )
    first = {row["item_id"]: row["split"] for row in await rows_of(yard, await yard.seal(splits=splits))}
    groups: dict[str, set[str]] = {}
    for row in await rows_of(yard, await yard.seal(splits=splits)):
        groups.setdefault(orjson.loads(row["metadata"])["author"], set()).add(row["split"])
    assert all(len(parts) == 1 for parts in groups.values())
    assert set(first.values()) == {"train", "dev", "test"}
    for n in range(60, 90):
        await yard.answer(await yard.item({"text": f"t{n}"}, split="test"), [0], topic("sport"))
    later = {row["item_id"]: row["split"] for row in await rows_of(yard, await yard.seal(splits=splits))}
    assert {item: later[item] for item in first} == first
    kept = await rows_of(yard, await yard.seal(splits=replace(splits, keep=True)))
    assert {row["split"] for row in kept[60:]} == {"test"}


@pytest.mark.parametrize("dies_at", [1, 2, 3])
async def test_a_killed_sealing_goes_on_and_gives_the_same(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 4)
    monkeypatch.setattr("qistas.datasets.select.PAGE", 2)
    for n in range(10):
        await yard.answer(await yard.item({"text": f"t{n}"}), [0], topic("sport"))
    whole = await yard.seal()
    version = await yard.start()
    real, calls = store.keep_progress, 0

    async def dying(*args: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise Unavailable("killed")
        return await real(*args)

    monkeypatch.setattr(store, "keep_progress", dying)
    with pytest.raises(Unavailable):
        await seal(yard.db, yard.blobs, yard.who, version.id)
    await seal(yard.db, yard.blobs, yard.who, version.id)
    async with yard.db.tenant_tx(yard.who) as tx:
        again = await get_version(tx, yard.project, yard.dataset, version.id)
    assert (again.state, again.items) == ("sealed", 10)
    assert whole.manifest is not None
    assert again.manifest is not None
    same = ("rows_hash", "items", "answers", "by_split", "by_label", "shards")
    assert {key: whole.manifest[key] for key in same} == {key: again.manifest[key] for key in same}


async def test_compare(yard: Yard) -> None:
    items = [await yard.item({"text": f"t{n}"}) for n in range(4)]
    for item in items[:3]:
        await yard.answer(item, [0], topic("sport"))
    old = await yard.seal()
    await yard.adjudicate(items[1], topic("politics"))
    await yard.answer(items[3], [1], topic("sport"))
    async with yard.db.tenant_tx(yard.who) as tx:
        await tx.run(
            "UPDATE items SET withdrawn_at = now() WHERE tenant_id = %s AND id = %s",
            (yard.tenant.id, items[0]),
        )
    new = await yard.seal()
    found = await compare_versions(yard.db, yard.blobs, yard.who, yard.project, yard.dataset, old.id, new.id)
    assert (found.added_items, found.removed_items, found.same) == ([items[3]], [items[0]], 1)
    assert [(c.item_id, c.before, c.after) for c in found.changed_items] == [
        (items[1], topic("sport"), topic("politics"))
    ]


async def test_two_workers_on_one_version_do_not_spoil_each_other_s_files(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 2)
    monkeypatch.setattr("qistas.datasets.select.PAGE", 2)
    items = [await yard.item({"text": f"t{n}"}) for n in range(6)]
    for item in items:
        await yard.answer(item, [0], topic("sport"))
    version = await yard.start()
    real, calls = store.keep_progress, 0

    async def adopted(*args: Any) -> bool:
        nonlocal calls
        calls += 1
        if (
            calls == 1
        ):  # the first worker stands still here, another takes over and seals what has changed meanwhile
            await yard.adjudicate(items[0], topic("politics"))
            await seal(yard.db, yard.blobs, yard.who, version.id)
        return await real(*args)

    monkeypatch.setattr(store, "keep_progress", adopted)
    with pytest.raises(Conflict):
        await seal(yard.db, yard.blobs, yard.who, version.id)
    async with yard.db.tenant_tx(yard.who) as tx:
        sealed = await get_version(tx, yard.project, yard.dataset, version.id)
    for file in sealed_shards(yard.who, sealed):
        assert hashlib.sha256(await yard.blobs.get(file.path)).hexdigest() == file.sha256


async def test_a_file_that_is_not_what_was_sealed_is_not_exported(yard: Yard) -> None:
    await yard.answer(await yard.item({"text": "a"}), [0], topic("sport"))
    version = await yard.seal()
    [shard] = sealed_shards(yard.who, version)
    data = bytearray(await yard.blobs.get(shard.path))
    data[len(data) // 2] ^= 1
    await yard.blobs.put(shard.path, bytes(data))
    async with yard.db.tenant_tx(yard.who) as tx:
        entry = await start_export(tx, yard.project, yard.dataset, version.id, "jsonl", {})
    await render_export(yard.db, yard.blobs, yard.who, entry.id)
    async with yard.db.tenant_tx(yard.who) as tx:
        ended = await get_export(tx, yard.project, entry.id)
    assert (ended.state, ended.fault) == ("failed", "file_damaged")
    assert shard.path.rpartition("/")[2] in ended.detail
    with pytest.raises(FileDamaged):
        await compare_versions(
            yard.db, yard.blobs, yard.who, yard.project, yard.dataset, version.id, version.id
        )
