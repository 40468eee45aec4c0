"""Publishing against stored answers: what would break is counted in the database, never guessed."""

import asyncio
import sys
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from tests.conftest import Tenant, make_tenant

from qistas.core.errors import Conflict, Forbidden, Missing, OntologyBreaks, OntologyInvalid
from qistas.core.ids import ProjectId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Database, Tx
from qistas.ontology import (
    ProjectState,
    create_project,
    list_versions,
    load_ontology,
    publish_ontology,
    update_project,
)
from qistas.trust import Act, record

publish_verb = sys.modules[publish_ontology.__module__]

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "fields": [
        {"name": "text"},
        {"name": "extra", "required": False},
        {"name": "picture", "type": "image", "required": False},
    ],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "labels": ["sport", {"name": "football", "parent": "sport"}, "art", "law"],
        },
        {"name": "tags", "kind": "choice", "many": True, "labels": ["a", "b", "c"], "required": False},
        {"name": "mark", "kind": "rating", "required": False, "when": {"question": "topic", "is": ["sport"]}},
        {"name": "note", "kind": "text", "required": False},
        {"name": "names", "kind": "span", "field": "text", "labels": ["PER", "LOC"], "required": False},
        {
            "name": "things",
            "kind": "box",
            "field": "picture",
            "labels": ["car"],
            "rotate": True,
            "required": False,
        },
        {"name": "better", "kind": "pairwise", "left": "text", "right": "extra", "required": False},
    ],
}
ANSWERS: list[dict[str, Any]] = [
    {"topic": {"labels": ["football"]}, "mark": {"value": 5}, "note": {"text": "short"}},
    {"topic": {"labels": ["sport"]}, "mark": {"value": 2}, "tags": {"labels": ["a", "b"]}},
    {"topic": {"labels": ["art"]}, "note": {"text": "two\nlines and longer"}, "better": {"choice": "tie"}},
    {"topic": {"labels": ["art"]}, "better": {"choice": "left", "strength": 3}},
    {
        "topic": {"labels": ["art"]},
        "names": {"spans": [{"start": 0, "end": 4, "label": "PER"}, {"start": 2, "end": 6, "label": "LOC"}]},
        "things": {"boxes": [{"x": 1, "y": 1, "width": 5, "height": 5, "rotation": 30, "label": "car"}]},
    },
]


class Bench:
    """A project with the answers above, one item and one annotator each."""

    def __init__(self, db: Database, who: Principal, project: ProjectId) -> None:
        self.db, self.who, self.project = db, who, project

    async def publish(self, change: Any = None, *, dry_run: bool = False) -> tuple[int, tuple[str, ...]]:
        document: dict[str, Any] = _copy(DOCUMENT)
        if change:
            change(document)
        async with self.db.tenant_tx(self.who) as tx:
            done = await publish_ontology(tx, self.project, document, dry_run=dry_run)
            return done.version, done.changes

    async def refusal(self, change: Any) -> dict[str, str]:
        with pytest.raises(OntologyBreaks) as caught:
            await self.publish(change)
        return {fault.where: fault.message for fault in caught.value.faults}


def _copy(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _copy(value) for key, value in document.items()}
    return [_copy(value) for value in document] if isinstance(document, list) else document


def question(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in document["questions"] if one["name"] == name)


async def store_answer(
    tx: Tx, project: UUID, annotator: UUID, answer: dict[str, Any], data: dict[str, Any]
) -> tuple[UUID, UUID]:
    """An item, a task and an annotation, straight into the tables: the later stations are not this test's matter."""
    item = await tx.value(
        "INSERT INTO items (tenant_id, project_id, content_hash, data) VALUES (%s, %s, %s, %s) RETURNING id",
        (tx.tenant_id, project, uuid7().bytes, Jsonb(data)),
    )
    task = await tx.value(
        "INSERT INTO tasks (tenant_id, project_id, item_id) VALUES (%s, %s, %s) RETURNING id",
        (tx.tenant_id, project, item),
    )
    await annotate(tx, project, task, item, annotator, answer, 1)
    return item, task


async def annotate(
    tx: Tx, project: UUID, task: UUID, item: UUID, annotator: UUID, answer: dict[str, Any], revision: int
) -> None:
    await tx.run(
        "INSERT INTO annotations (tenant_id, project_id, task_id, item_id, annotator_id, lease_id, ontology_version, revision,"
        " answer, client_key) VALUES (%s, %s, %s, %s, %s, %s, 1, %s, %s, %s)",
        (tx.tenant_id, project, task, item, annotator, uuid7(), revision, Jsonb(answer), str(uuid7())),
    )


@pytest.fixture
async def bench(db: Database, tenant: Tenant) -> Bench:
    """A project with stored answers."""
    async with db.tenant_tx(tenant.owner) as tx:
        project = await create_project(tx, "P", ontology=DOCUMENT)
        for answer in ANSWERS:
            await store_answer(
                tx, project.id, tenant.owner.member_id, answer, {"text": "a text of some length"}
            )
    return Bench(db, tenant.owner, project.id)


async def test_what_is_allowed_makes_a_version_and_says_what_changed(bench: Bench) -> None:
    def widen(document: dict[str, Any]) -> None:
        document["guideline"] = "Read it twice."
        document["fields"].append({"name": "more", "required": False})
        question(document, "topic")["title"] = {"en": "Topic", "ar": "الموضوع"}
        question(document, "topic")["labels"].append("food")
        question(document, "mark")["max"] = 7
        question(document, "note")["max_length"] = 20_000
        document["questions"].reverse()
        document["questions"].append({"name": "why", "kind": "text", "required": False})

    version, changes = await bench.publish(widen)
    assert version == 2
    said = "\n".join(changes)
    for words in (
        "The guideline changed.",
        "Field `more` is new (optional).",
        "Question `topic`: its title changed.",
        "Question `topic`: new label `food`.",
        "Question `mark`: `max` is now 7 (5 before).",
        "Question `why` is new (optional).",
        "The questions stand in another order.",
    ):
        assert words in said, (words, said)


async def test_the_same_document_makes_no_version(bench: Bench) -> None:
    assert await bench.publish() == (1, ())
    assert (await bench.publish(lambda d: d.update(guideline="x")))[0] == 2
    assert (await bench.publish(lambda d: d.update(guideline="x")))[0] == 2


async def test_a_label_in_use_stays(bench: Bench) -> None:
    broken = await bench.refusal(lambda d: question(d, "topic")["labels"].__delitem__(slice(1, 3)))
    assert broken == {
        "questions.topic.labels.football": "label `football` is taken away: 1 stored answer needs it",
        "questions.topic.labels.art": "label `art` is taken away: 3 stored answers need it",
    }


async def test_a_label_nobody_used_may_go(bench: Bench) -> None:
    version, changes = await bench.publish(lambda d: question(d, "topic")["labels"].pop())
    assert version == 2
    assert changes == ("Question `topic`: label `law` taken away.",)


def _set(name: str, **settings: Any) -> Any:
    return lambda d: question(d, name).update(settings)


def _drop(name: str) -> Any:
    return lambda d: d["questions"].remove(question(d, name))


BREAKING: list[tuple[Any, str, str]] = [
    (_drop("note"), "questions.note", "2 stored answers need"),
    (
        lambda d: (
            _drop("note")(d),
            d["questions"].append({"name": "remark", "kind": "text", "required": False}),
        ),
        "questions.note",
        "2 ",
    ),
    (_set("note", kind="rating"), "questions.note", "2 stored answers need"),
    (_set("tags", many=False), "questions.tags.many", "1 stored answer needs"),
    (_set("tags", max=1), "questions.tags.max", "1 stored answer needs"),
    (_set("tags", min=3), "questions.tags.min", "1 stored answer needs"),
    (_set("mark", max=4), "questions.mark.max", "1 stored answer needs"),
    (_set("mark", min=3, max=5), "questions.mark.min", "1 stored answer needs"),
    (_set("mark", step=2), "questions.mark.step", "1 stored answer needs"),
    (_set("note", multiline=False), "questions.note.multiline", "1 "),
    (_set("note", max_length=6), "questions.note.max_length", "1 "),
    (_set("note", min_length=6), "questions.note.min_length", "1 "),
    (_set("names", labels=["PER"]), "questions.names.labels.LOC", "1 "),
    (_set("names", overlap=False), "questions.names.overlap", "1 "),
    (_set("names", max=1), "questions.names.max", "1 "),
    (_set("names", min=3), "questions.names.min", "1 "),
    (_set("things", rotate=False), "questions.things.rotate", "1 "),
    (_set("things", min_size=6), "questions.things.min_size", "1 "),
    (_set("better", tie=False), "questions.better.tie", "1 "),
    (_set("better", strength=2), "questions.better.strength", "1 "),
    (_set("better", left="extra", right="text"), "questions.better.left", "2 "),
    (_set("mark", when={"question": "topic", "is": ["football"]}), "questions.mark.when", "1 "),
    (_set("mark", when=None, required=True), "questions.mark", "3 "),
    (_set("note", required=True), "questions.note", "3 stored answers need"),
    (
        lambda d: d["questions"].append({"name": "new", "kind": "rating"}),
        "questions.new",
        "5 stored answers need",
    ),
    (
        lambda d: d["questions"].append(
            {"name": "new", "kind": "rating", "when": {"question": "topic", "is": ["art"]}}
        ),
        "questions.new",
        "3 stored answers need",
    ),
    (lambda d: d["fields"].append({"name": "new"}), "fields.new", "5 items lack it"),
    (lambda d: d["fields"][1].update(required=True), "fields.extra", "5 items lack it"),
]


async def test_what_answers_need_is_refused_with_their_number(bench: Bench) -> None:
    for change, where, count in BREAKING:
        broken = await bench.refusal(change)
        assert where in broken, (where, broken)
        assert count in broken[where], (where, broken)
    async with bench.db.tenant_tx(bench.who) as tx:
        assert (await load_ontology(tx, bench.project)).version == 1


async def test_a_question_all_have_answered_may_become_required(bench: Bench) -> None:
    assert (await bench.publish(_set("mark", required=True)))[0] == 2


async def test_a_field_with_data_stays_and_text_may_become_markdown(bench: Bench) -> None:
    def retype(document: dict[str, Any]) -> None:
        document["questions"] = [q for q in document["questions"] if q["name"] != "names"]
        document["fields"][0]["type"] = "json"

    broken = await bench.refusal(retype)
    assert broken["fields.text"] == "field `text` goes from text to json: 5 items hold it"
    async with bench.db.tenant_tx(bench.who) as tx:
        await tx.run("UPDATE items SET withdrawn_at = now() WHERE tenant_id = %s", (tx.tenant_id,))
    assert "fields.text" not in await bench.refusal(retype)


async def test_only_the_last_revision_counts_and_corrections_do_too(bench: Bench, tenant: Tenant) -> None:
    no_football = lambda d: question(d, "topic")["labels"].pop(1)  # noqa: E731
    async with bench.db.tenant_tx(bench.who) as tx:
        item, task, answer = (
            await tx.rows(
                "SELECT item_id, task_id, answer FROM annotations WHERE tenant_id = %s AND answer @> %s",
                (tx.tenant_id, Jsonb({"topic": {"labels": ["football"]}})),
            )
        )[0]
        await annotate(
            tx, bench.project, task, item, bench.who.member_id, {**answer, "topic": {"labels": ["sport"]}}, 2
        )
    assert (await bench.publish(no_football, dry_run=True))[0] == 2
    async with bench.db.tenant_tx(bench.who) as tx:
        for _ in range(2):
            await tx.run(
                "INSERT INTO adjudications (tenant_id, project_id, item_id, ontology_version, answer, decided_by)"
                " VALUES (%s, %s, %s, 1, %s, %s)",
                (tx.tenant_id, bench.project, item, Jsonb(answer), bench.who.member_id),
            )
        await tx.run(
            "INSERT INTO gold (tenant_id, project_id, item_id, answer) VALUES (%s, %s, %s, %s)",
            (tx.tenant_id, bench.project, item, Jsonb(answer)),
        )
    broken = await bench.refusal(no_football)
    assert broken == {
        "questions.topic.labels.football": "label `football` is taken away: 2 stored answers need it"
    }


async def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    version, changes = await bench.publish(lambda d: d.update(guideline="x"), dry_run=True)
    assert (version, changes) == (2, ("The guideline changed.",))
    async with bench.db.tenant_tx(bench.who) as tx:
        assert (await load_ontology(tx, bench.project)).version == 1
        assert [row.version for row in (await list_versions(tx, bench.project)).rows] == [1]


async def test_versions_are_kept_listed_and_recorded(bench: Bench) -> None:
    for text in ("one", "two", "three"):
        await bench.publish(lambda d, text=text: d.update(guideline=text))
    async with bench.db.tenant_tx(bench.who) as tx:
        first = await list_versions(tx, bench.project, limit=3)
        assert [row.version for row in first.rows] == [4, 3, 2]
        rest = await list_versions(tx, bench.project, limit=3, after=first.next)
        assert [(row.version, row.changes) for row in rest.rows] == [(1, ["The first version."])]
        assert rest.next is None
        assert (await load_ontology(tx, bench.project, 3)).ontology.guideline_text() == "two"
        assert (await load_ontology(tx, bench.project)).ontology.guideline_text() == "three"
        acts = await tx.rows(
            "SELECT detail ->> 'version' FROM outbox WHERE act = 'config.change' AND detail ->> 'what' = 'ontology' ORDER BY id"
        )
        assert acts == [("1",), ("2",), ("3",), ("4",)]
        for version in (0, 5, -1):
            with pytest.raises(Missing):
                await load_ontology(tx, bench.project, version)


async def test_another_tenant_sees_no_version_though_it_is_cached(bench: Bench, db: Database) -> None:
    async with db.tenant_tx(bench.who) as tx:
        await load_ontology(tx, bench.project, 1)
    other = await make_tenant(db, "B")
    async with db.tenant_tx(other.owner) as tx:
        for version in (None, 1):
            with pytest.raises(Missing):
                await load_ontology(tx, bench.project, version)
        with pytest.raises(Missing):
            await publish_ontology(tx, bench.project, DOCUMENT)


async def test_who_may_publish_and_when(bench: Bench, tenant: Tenant) -> None:
    annotator = await tenant.member(Role.ANNOTATOR)
    async with tenant.db.tenant_tx(annotator) as tx:
        with pytest.raises(Forbidden):
            await publish_ontology(tx, bench.project, DOCUMENT)
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        with pytest.raises(OntologyInvalid):
            await publish_ontology(tx, bench.project, "format: 1\nformat: 1")
        await update_project(tx, bench.project, state=ProjectState.ARCHIVED)
        with pytest.raises(Conflict):
            await publish_ontology(tx, bench.project, DOCUMENT)


async def test_publishers_at_once_come_one_after_the_other(bench: Bench) -> None:
    done = await asyncio.gather(
        *(bench.publish(lambda d, n=n: d.update(guideline=f"text {n}")) for n in range(5))
    )
    assert sorted(version for version, _ in done) == [2, 3, 4, 5, 6]
    async with bench.db.tenant_tx(bench.who) as tx:
        assert (await load_ontology(tx, bench.project)).version == 6


async def test_counting_holds_no_lock_and_misses_no_answer_that_comes_meanwhile(
    bench: Bench, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[list[int]] = []
    real = publish_verb.store.stream_answers

    async def slowly(tx: Tx, project_id: UUID, questions: Any, since: str | None = None) -> Any:
        rows = [one async for some in real(tx, project_id, questions, since) for one in some]
        counted.append([n for _, n in rows])
        if since is None:
            async with bench.db.tenant_tx(bench.who) as other:  # would wait for ever, were the project locked
                await other.run("SET LOCAL lock_timeout = '2s'")
                await other.run("UPDATE projects SET description = 'changed' WHERE id = %s", (bench.project,))
                item, _ = await store_answer(
                    other,
                    bench.project,
                    tenant.owner.member_id,
                    {"topic": {"labels": ["law"]}},
                    {"text": "late"},
                )
                written = await other.value("SELECT id FROM annotations WHERE item_id = %s", (item,))
                await record(other, Act.ANNOTATION_WRITE, [item, written])
        yield rows

    monkeypatch.setattr(publish_verb.store, "stream_answers", slowly)
    assert await bench.refusal(lambda d: question(d, "topic")["labels"].pop()) == {
        "questions.topic.labels.law": "label `law` is taken away: 1 stored answer needs it"
    }
    assert counted[1] == [1]  # under the lock only what came since was looked at
