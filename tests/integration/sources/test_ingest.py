"""An import: good rows kept, bad rows told, nothing doubled, whatever dies."""

import asyncio
import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from psycopg.types.json import Jsonb
from tests.integration.sources.conftest import Bench, MakeBench

from qistas.core.errors import Unavailable
from qistas.core.ids import BatchId
from qistas.db import Tx
from qistas.ontology import update_project
from qistas.sources import ImportOptions, ImportState, cancel_import, ingest, store
from qistas.tasks import list_batches, replan_tasks, save_batch

ingest_verb = sys.modules[ingest.__module__]


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


async def test_rows_become_items_with_tasks_counts_and_a_record(bench: Bench) -> None:
    done = await bench.take(
        "a.jsonl", lines({"id": 7, "text": "واحد", "split": "train", "lang": "ar", "n": 1}, {"text": "two"})
    )
    assert (done.state, done.format, done.rows_read, done.rows_added, done.rows_refused) == (
        ImportState.DONE,
        "jsonl",
        2,
        2,
        0,
    )
    assert done.bytes_read == done.bytes_total > 0
    assert await bench.rows(
        "SELECT external_id, split, metadata, data, import_id FROM items WHERE project_id = %(p)s ORDER BY id"
    ) == [
        ("7", "train", {"lang": "ar", "n": 1}, {"text": "واحد"}, done.id),
        (None, None, {}, {"text": "two"}, done.id),
    ]
    assert (
        await bench.rows(
            "SELECT t.wanted, t.state, t.purpose, t.priority FROM tasks t JOIN items i ON i.id = t.item_id WHERE t.project_id = %(p)s ORDER BY age"
        )
        == [(2, "open", "work", 0)] * 2
    )
    assert await bench.rows("SELECT sum(items), sum(tasks) FROM project_counts WHERE project_id = %(p)s") == [
        (2, 2)
    ]
    assert await bench.rows(
        "SELECT cardinality(objects) FROM outbox WHERE act = 'item.create' AND %(p)s IS NOT NULL"
    ) == [(2,)]
    assert not await bench.blobs.exists(done.blob_path or "")


async def test_a_second_run_of_the_same_rows_adds_nothing(bench: Bench) -> None:
    data = lines({"text": "a"}, {"text": "b"}, {"text": "a"})
    first = await bench.take("a.jsonl", data)
    again = await bench.take("b.jsonl", data + lines({"text": "c"}))
    assert (first.rows_added, first.rows_duplicate) == (2, 1)
    assert (again.rows_added, again.rows_duplicate) == (1, 3)
    assert await bench.texts() == ["a", "b", "c"]
    assert await bench.rows("SELECT sum(items) FROM project_counts WHERE project_id = %(p)s") == [(3,)]


async def test_a_bad_line_in_the_middle_is_told_and_the_rest_kept(bench: Bench) -> None:
    data = lines({"text": "a"}) + b'{"text": "b"\n\n' + lines({"text": 5}, {"txt": "x"}, {"text": "z"})
    done = await bench.take("a.jsonl", data)
    told = {(r.line, r.code, r.field) for r in await bench.refusals(done)}
    assert told == {(2, "json_invalid", ""), (4, "field_type", "text"), (5, "field_missing", "text")}
    assert all(r.reason and r.remedy and r.raw for r in await bench.refusals(done))
    assert (done.rows_read, done.rows_added, done.rows_refused) == (5, 2, 3)
    assert await bench.texts() == ["a", "z"]


@pytest.mark.parametrize("dies_at", [1, 2, 3])
async def test_a_killed_run_goes_on_where_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 10)
    rows = [{"text": f"row {n}"} for n in range(40)]
    data = lines(*rows[:15]) + b"broken\n" + lines(*rows[15:], rows[0])
    import_id = await bench.upload("a.jsonl", data)
    calls = 0
    real = store.advance_import

    async def dying(tx: Tx, *args: object, **counts: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise Unavailable("killed")
        return await real(tx, *args, **counts)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "advance_import", dying)
    with pytest.raises(Unavailable):
        await bench.run(import_id)
    halfway = await bench.rows("SELECT rows_read FROM imports WHERE %(p)s IS NOT NULL")
    assert halfway == [((dies_at - 1) * 10,)]
    assert len(await bench.texts()) == min((dies_at - 1) * 10, 10 if dies_at < 3 else 19)
    done = await bench.run(import_id)
    assert (done.rows_read, done.rows_added, done.rows_duplicate, done.rows_refused) == (42, 40, 1, 1)
    assert await bench.texts() == [row["text"] for row in rows]
    assert [(r.line, r.code) for r in await bench.refusals(done)] == [(16, "json_invalid")]


async def test_two_workers_on_one_import_do_not_count_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 50)
    import_id = await bench.upload("a.jsonl", lines(*({"text": f"row {n}"} for n in range(500))))
    await asyncio.gather(
        *(ingest(bench.db, bench.blobs, bench.who, import_id, 1) for _ in range(2)), return_exceptions=True
    )
    done = await bench.run(import_id)
    assert (done.state, done.rows_read, done.rows_added, done.rows_duplicate) == (
        ImportState.DONE,
        500,
        500,
        0,
    )


async def test_cancel_stops_it_and_keeps_what_came(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 10)
    import_id = await bench.upload("a.jsonl", lines(*({"text": f"row {n}"} for n in range(50))))
    real = store.advance_import
    calls = 0

    async def then_cancel(tx: Tx, *args: object, **counts: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 3:
            async with bench.db.tenant_tx(bench.who) as other:
                await cancel_import(other, bench.project, import_id)
        return await real(tx, *args, **counts)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "advance_import", then_cancel)
    done = await bench.run(import_id)
    assert (done.state, done.rows_added, len(await bench.texts())) == (ImportState.CANCELLED, 20, 20)


async def set_state(bench: Bench, state: str) -> None:
    """Pause the only batch, or open it."""
    async with bench.db.tenant_tx(bench.who) as tx:
        (batch,) = await list_batches(tx, bench.project)
        await save_batch(tx, bench.project, batch.id, state=state)


async def test_what_is_changed_while_a_file_is_read_holds_for_all_its_rows(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 10)
    data = lines(*({"text": f"row {n}"} for n in range(50)))
    import_id = await bench.upload("a.jsonl", data, ImportOptions(batch="first"))
    real = store.advance_import
    calls = 0
    pausing: list[asyncio.Task[None]] = []

    async def replan() -> int:
        """Do what waits to be planned anew; how many jobs there were."""
        async with bench.db.system_tx(reason="test") as tx:
            await tx.run("SET LOCAL search_path = jobs")
            found = await tx.run(
                "DELETE FROM procrastinate_jobs WHERE task_name = 'tasks.replan' AND args ->> 'project_id' = %s",
                (str(bench.project),),
            )
        await replan_tasks(bench.db, bench.who, bench.project)
        return found

    async def then_change(tx: Tx, *args: object, **counts: object) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            async with bench.db.tenant_tx(bench.who) as other:
                await update_project(other, bench.project, settings={"overlap": 3})
            assert await replan() == 1
            pausing.append(asyncio.create_task(set_state(bench, "paused")))
            await asyncio.sleep(0.2)
            assert not pausing[0].done(), "the pause does not wait for what is on its way"
        return await real(tx, *args, **counts)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "advance_import", then_change)
    assert (await bench.run(import_id)).rows_added == 50
    await pausing[0]
    paused = await bench.rows("SELECT count(*) FROM tasks WHERE project_id = %(p)s AND state = 'paused'")
    assert paused == [(50,)]
    assert await replan() == 1, "nobody sees to the overlap of what was on its way"
    wanted = await bench.rows("SELECT wanted, count(*) FROM tasks WHERE project_id = %(p)s GROUP BY 1")
    assert wanted == [(3, 50)]


async def test_a_pause_that_has_not_ended_yet_holds_for_what_comes_meanwhile(bench: Bench) -> None:
    await bench.take("a.jsonl", lines({"text": "a"}), batch="first")
    import_id = await bench.upload("b.jsonl", lines({"text": "b"}), ImportOptions(batch="first"))
    async with bench.db.tenant_tx(bench.who) as tx:
        (batch,) = await list_batches(tx, bench.project)
        await save_batch(tx, bench.project, batch.id, state="paused", priority=7)
        running = asyncio.create_task(bench.run(import_id))
        await asyncio.sleep(0.5)
        assert not running.done(), "the import does not wait for the pause"
    await running
    assert await bench.rows("SELECT state, priority FROM tasks WHERE project_id = %(p)s") == [
        ("paused", 7),
        ("paused", 7),
    ]


async def test_a_batch_is_paused_and_opened_in_between_the_chunks_of_two_files(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits in a ring, whoever changes the batch gets their turn before the files end, and the last word holds."""
    monkeypatch.setattr(ingest_verb, "CHUNK_ROWS", 5)
    imports = [
        await bench.upload(
            f"{part}.jsonl",
            lines(*({"text": f"row {part * 200 + n}"} for n in range(300))),  # a third is in both
            ImportOptions(batch="first"),
        )
        for part in range(2)
    ]
    running = [asyncio.create_task(bench.run(one)) for one in imports]
    changes = 0
    while not all(one.done() for one in running):
        await set_state(bench, "open" if changes % 2 else "paused")
        changes += 1
    assert [(await one).state for one in running] == [ImportState.DONE] * 2
    assert changes >= 5, "who changes the batch waits for the files"
    expected = "open" if changes % 2 == 0 else "paused"
    found = await bench.rows("SELECT state, count(*) FROM tasks WHERE project_id = %(p)s GROUP BY 1")
    assert found == [(expected, 500)]


async def test_a_paused_batch_rests_its_tasks(bench: Bench) -> None:
    await bench.take("a.jsonl", lines({"text": "a"}), batch="first", priority=5)
    async with bench.db.tenant_tx(bench.who) as tx:
        await tx.run("UPDATE batches SET state = 'paused' WHERE tenant_id = %s", (bench.who.tenant_id,))
    await bench.take("b.jsonl", lines({"text": "b"}), batch="first")
    assert await bench.rows("SELECT state, priority FROM tasks WHERE project_id = %(p)s ORDER BY age") == [
        ("open", 5),
        ("paused", 5),
    ]
    assert await bench.rows("SELECT count(DISTINCT batch_id) FROM imports WHERE project_id = %(p)s") == [(1,)]


async def test_a_file_nothing_can_read_fails_with_what_to_do(bench: Bench) -> None:
    done = await bench.take("a.csv", b"lang,score\nar,1\n")
    assert done.state == ImportState.FAILED
    assert "field text" in done.detail
    assert "lang, score" in done.detail
    empty = await bench.take("a.jsonl", b"")
    assert (empty.state, "empty" in empty.detail) == (ImportState.FAILED, True)
    pickled = await bench.take("model.pkl", b"\x80\x04\x95\x10\x00")
    assert (pickled.state, "pickle" in pickled.detail) == (ImportState.FAILED, True)


async def test_a_nul_beside_the_text_is_refused_with_its_row_alone(bench: Bench) -> None:
    done = await bench.take(
        "a.jsonl",
        lines(
            {"id": "a\0", "text": "x"},
            {"split": "\0", "text": "y"},
            {"text": "z", "n": ["\0"]},
            {"text": "good"},
        ),
    )
    assert [(r.line, r.code, r.field) for r in await bench.refusals(done)] == [
        (1, "nul_byte", "id"),
        (2, "nul_byte", "split"),
        (3, "nul_byte", "n"),
    ]
    assert await bench.texts() == ["good"]


async def test_other_fields(make_bench: MakeBench) -> None:
    bench = await make_bench(
        [
            {"name": "talk", "type": "chat", "required": True},
            {"name": "facts", "type": "json", "required": False},
            {"name": "text", "type": "text", "required": False},
        ]
    )
    done = await bench.take(
        "a.jsonl",
        lines(
            {
                "messages": [{"role": "user", "content": "hi"}, {"from": "gpt", "value": "hello"}],
                "facts": {"a": [1, 2.5]},
            },
            {"messages": [{"role": "robot", "content": "hi"}]},
            {"messages": "no"},
        ),
    )
    assert await bench.rows("SELECT data FROM items WHERE project_id = %(p)s") == [
        (
            {
                "talk": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],
                "facts": {"a": [1, 2.5]},
            },
        )
    ]
    assert [(r.line, r.code, r.field) for r in await bench.refusals(done)] == [
        (2, "chat_invalid", "messages[0]"),
        (3, "chat_invalid", "messages"),
    ]


async def test_options_are_kept_and_obeyed(bench: Bench) -> None:
    options = ImportOptions(
        mapping={"text": "b"}, metadata=("c",), external_id="a", encoding="utf-8", delimiter=";"
    )
    assert ImportOptions.from_json(options.as_json()) == options
    done = await bench.run(await bench.upload("x.csv", b"a;b;c;d\n1;one;C;D\n", options))
    assert done.rows_added == 1
    assert await bench.rows("SELECT external_id, data, metadata FROM items WHERE project_id = %(p)s") == [
        ("1", {"text": "one"}, {"c": "C"})
    ]
    wrong = await bench.run(await bench.upload("x.csv", b"a,b\n1,2\n", replace(options, delimiter=None)))
    assert (wrong.state, "column c" in wrong.detail) == (ImportState.FAILED, True)


async def test_two_imports_that_begin_the_same_batch_at_once_share_it(bench: Bench) -> None:
    begun = asyncio.Event()

    async def first() -> BatchId:
        async with bench.db.tenant_tx(bench.who) as tx:
            made = await store.ensure_batch(tx, bench.project, "new", 0)
            begun.set()
            await asyncio.sleep(0.3)
            return made

    async def second() -> BatchId:
        await begun.wait()
        async with bench.db.tenant_tx(bench.who) as tx:
            return await store.ensure_batch(tx, bench.project, "new", 0)

    one, other = await asyncio.gather(first(), second())
    assert one == other


async def test_items_are_found_by_label_and_split(bench: Bench) -> None:
    rows = [{"text": str(n), "split": "dev" if n == 3 else "train"} for n in range(5)]
    await bench.take("a.jsonl", lines(*rows))
    items = [row[0] for row in await bench.rows("SELECT id FROM items WHERE project_id = %(p)s ORDER BY id")]
    said = [
        ("topic", ["a"]),
        ("topic", ["b", "a", "c"]),
        ("topic", ["b"]),
        ("topic", ["a", "a"]),
        ("topic", ["c"]),
        ("tone", ["a"]),
    ]
    async with bench.db.tenant_tx(bench.who) as tx:
        for item, (question, labels) in zip([*items, items[0]], said, strict=True):
            await tx.run(
                "INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, support, method, inputs)"
                " VALUES (%s, %s, %s, %s, %s, 1, 0, 1, 'majority', '{}')",
                (bench.who.tenant_id, item, question, bench.project, Jsonb({"labels": labels})),
            )
        await tx.run(
            "UPDATE tasks SET state = 'done' WHERE tenant_id = %s AND item_id = %s",
            (bench.who.tenant_id, items[1]),
        )

        async def found(**asked: Any) -> list[int]:
            wanted: dict[str, Any] = {
                "after": None,
                "limit": 10,
                "data": False,
                "state": None,
                "label": None,
                "split": None,
                "external_id": None,
            }
            return [
                items.index(one.id) for one in await store.list_items(tx, bench.project, **(wanted | asked))
            ]

        assert await found(label="a") == [0, 1, 3]
        assert await found(label="a", after=items[0], limit=1) == [1]
        assert await found(label="c") == [1, 4]
        assert await found(label="a", state="done") == [1]
        assert await found(label="a", state="open") == [0, 3]
        assert await found(label="a", split="dev") == await found(split="dev") == [3]
        assert await found(label="none") == []
