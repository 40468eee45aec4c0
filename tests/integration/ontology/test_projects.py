"""Projects through the API and the use-cases under it."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from tests import build
from tests.build import claim, fill, make_project, submit
from tests.conftest import Tenant
from tests.integration.conftest import Api

from qistas.annotations import submit_annotation
from qistas.core.errors import Forbidden, Invalid, Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.ontology import (
    Counts,
    create_project,
    list_projects,
    load_project,
    read_progress,
    read_project,
    update_project,
)
from qistas.ontology.read import LEAST_STEP
from qistas.quality import plant_gold
from qistas.sources import withdraw_item
from qistas.tasks import SkipReason, skip_task

YAML = "format: 1\nfields: [{name: text}]\nquestions: [{name: ok, kind: choice, labels: [yes, no]}]\n"


@pytest.fixture
async def client(api: Api) -> httpx.AsyncClient:
    return await api.client_for((await api.tenant()).owner)


async def test_from_a_template_to_a_changed_ontology(client: httpx.AsyncClient) -> None:
    made = await client.post(
        "/projects", json={"name": " News ", "template": "text_classification", "settings": {"overlap": 2}}
    )
    assert made.status_code == 201, made.text
    project = made.json()
    assert (project["name"], project["state"], project["ontology_version"]) == ("News", "active", 1)
    assert project["settings"] == {
        "overlap": 2, "lease_minutes": 30, "price_minor": 0, "currency": "USD", "method": "auto", "gold_rate": 0.0,
        "review": "doubtful", "assigned_only": False, "show_guideline": True,
        "redundancy": {"mode": "fixed", "target_confidence": 0.95, "target_accuracy": None, "min_overlap": 2, "max_overlap": 5,
                       "cost_per_answer": 0, "error_cost": 0},
    }  # fmt: skip
    assert set(project["counts"].values()) == {0}
    path = f"/projects/{project['id']}"
    assert (await client.get(path)).json() == project
    assert (await client.get("/projects")).json()["rows"][0]["id"] == project["id"]
    ontology = (await client.get(f"{path}/ontology")).json()
    assert ontology["version"] == 1
    document = ontology["document"]
    document["questions"][0]["labels"].append({"name": "weather"})
    dry = await client.post(f"{path}/ontology", json={"ontology": document, "dry_run": True})
    assert dry.json() == {"version": 2, "changes": ["Question `topic`: new label `weather`."]}
    assert (await client.get(f"{path}/ontology")).json()["version"] == 1
    assert (await client.post(f"{path}/ontology", json={"ontology": document})).json() == dry.json()
    assert (await client.get(f"{path}/ontology?version=1")).json()["document"] == ontology["document"] | {
        "questions": [
            {**document["questions"][0], "labels": document["questions"][0]["labels"][:-1]},
            *document["questions"][1:],
        ]
    }
    versions = (await client.get(f"{path}/ontology/versions")).json()["rows"]
    assert [(row["version"], len(row["hash"])) for row in versions] == [(2, 64), (1, 64)]
    schema = (await client.get(f"{path}/ontology/answer-schema")).json()
    assert "weather" in schema["properties"]["topic"]["properties"]["labels"]["items"]["enum"]
    progress = (await client.get(f"{path}/progress")).json()
    assert (progress["days"], progress["annotators"]) == ([], [])


async def test_an_ontology_may_come_as_yaml_or_later(client: httpx.AsyncClient) -> None:
    made = (await client.post("/projects", json={"name": "A", "ontology": YAML})).json()
    assert made["ontology_version"] == 1
    document = (await client.get(f"/projects/{made['id']}/ontology")).json()["document"]
    assert [label["name"] for label in document["questions"][0]["labels"]] == ["yes", "no"]
    bare = (await client.post("/projects", json={"name": "B"})).json()
    assert bare["ontology_version"] == 0
    assert (await client.get(f"/projects/{bare['id']}/ontology")).status_code == 404
    assert (await client.post(f"/projects/{bare['id']}/ontology", json={"ontology": YAML})).json()[
        "version"
    ] == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "x\0"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "x", "template": "nope"}, "template"),
    ({"name": "x", "template": "boxes", "ontology": YAML}, "template"),
    ({"name": "x", "ontology": {"format": 1}}, "fields"),
    ({"name": "x", "ontology": "a: b: c"}, "line 1, column 5"),
    ({"name": "x", "ontology": 5}, "ontology"),
    ({"name": "x", "settings": {"overlap": 0}}, "settings.overlap"),
    ({"name": "x", "settings": {"currency": "usd"}}, "settings.currency"),
    ({"name": "x", "settings": {"colour": 1}}, "settings.colour"),
    ({"name": "x", "colour": 1}, "colour"),
]


async def test_a_project_that_cannot_be_says_why(client: httpx.AsyncClient) -> None:
    for body, place in REFUSED:
        answer = await client.post("/projects", json=body)
        assert answer.status_code == 422, answer.text
        assert any(place in fault["where"] for fault in answer.json()["errors"]), answer.json()
    assert (await client.get("/projects")).json()["rows"] == []


async def test_checking_a_document_tells_everything_at_once(client: httpx.AsyncClient) -> None:
    good = await client.post("/ontology/validate", json={"ontology": YAML})
    assert good.json()["ok"] is True
    same = await client.post("/ontology/validate", json={"ontology": good.json()["ontology"]})
    assert same.json() == good.json()
    text = await client.post("/ontology/validate", content=YAML, headers={"content-type": "application/yaml"})
    assert text.json() == good.json()
    bad = await client.post(
        "/ontology/validate",
        content="format: 1\nfields: [{name: text, type: txt}]\nquestions: [{name: 1, kind: choice, labels: [a]}]",
        headers={"content-type": "text/yaml; charset=utf-8"},
    )
    assert bad.status_code == 200
    assert {fault["where"] for fault in bad.json()["errors"]} == {
        "fields[0].type", "questions[0].name", "questions[0].labels"
    }  # fmt: skip
    twice = await client.post(
        "/ontology/validate",
        content='{"ontology": {"format": 1, "format": 1}}',
        headers={"content-type": "application/json"},
    )
    assert "twice" in twice.json()["errors"][0]["message"]
    for content in (b"", b"[]", b"{}", b"5", b'{"ontology": null}'):
        answer = await client.post(
            "/ontology/validate", content=content, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json().get("ok")) == (200, False), (content[:20], answer.text)
    assert (
        await client.post("/ontology/validate", content="x", headers={"content-type": "image/png"})
    ).status_code == 415
    assert (
        await client.post(
            "/ontology/validate", content=b" " * (5 * 2**20), headers={"content-type": "text/yaml"}
        )
    ).status_code == 413


async def test_templates_have_what_a_preview_needs(client: httpx.AsyncClient) -> None:
    templates = (await client.get("/templates")).json()
    assert len(templates) == 8
    for template in templates:
        assert set(template["title"]) == {"en", "ar"}
        assert template["sample"]


async def test_another_tenant_finds_nothing(api: Api, client: httpx.AsyncClient) -> None:
    made = (await client.post("/projects", json={"name": "A", "ontology": YAML})).json()
    other = await api.client_for((await api.tenant("B")).owner)
    path = f"/projects/{made['id']}"
    assert (await other.get("/projects")).json() == {"rows": [], "next": None}
    for method, where, body in [
        ("GET", path, None),
        ("PATCH", path, {"name": "mine"}),
        ("GET", f"{path}/progress", None),
        ("GET", f"{path}/ontology", None),
        ("GET", f"{path}/ontology?version=1", None),
        ("GET", f"{path}/ontology/versions", None),
        ("GET", f"{path}/ontology/answer-schema", None),
        ("POST", f"{path}/ontology", {"ontology": YAML}),
    ]:
        answer = await other.request(method, where, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, where)


async def test_who_may_do_what(tenant: Tenant) -> None:
    annotator, viewer, guest = [
        await tenant.member(role) for role in (Role.ANNOTATOR, Role.VIEWER, Role.GUEST)
    ]
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        seen = await create_project(tx, "seen", ontology=YAML, settings={"gold_rate": 0.1, "price_minor": 5})
        await create_project(tx, "unseen")
        await tx.run(
            "INSERT INTO annotator_days (tenant_id, project_id, annotator_id, day, answers, cost_minor) VALUES (%s, %s, %s, current_date, 3, 15)",
            (tx.tenant_id, seen.id, annotator.member_id),
        )
    async with tenant.db.tenant_tx(annotator) as tx:
        for refused in (
            create_project(tx, "x"),
            update_project(tx, seen.id, name="x"),
            read_progress(tx, seen.id),
        ):
            with pytest.raises(Forbidden):
                await refused
        row = await read_project(tx, seen.id)
        assert (row.project.settings.gold_rate, row.project.settings.price_minor, row.counts.cost_minor) == (
            0.0,
            5,
            0,
        )
    async with tenant.db.tenant_tx(viewer) as tx:
        assert (await read_project(tx, seen.id)).counts.cost_minor == 15
        assert (await read_progress(tx, seen.id)).annotators[0].answers_today == 3
    async with tenant.db.tenant_tx(guest) as tx:
        assert (await list_projects(tx)).rows == []
        with pytest.raises(Missing):
            await read_project(tx, seen.id)
    invited = Principal(guest.tenant_id, guest.member_id, Role.GUEST, project_roles={seen.id: Role.ANNOTATOR})
    async with tenant.db.tenant_tx(invited) as tx:
        assert [row.project.name for row in (await list_projects(tx)).rows] == ["seen"]


async def test_a_new_overlap_plans_the_tasks_anew(db: Database, tenant: Tenant) -> None:
    async def waiting() -> list[tuple[Any, ...]]:
        async with db.system_tx(reason="test") as tx:
            return await tx.rows(
                "SELECT args ->> 'project_id' FROM jobs.procrastinate_jobs WHERE task_name = 'tasks.replan'"
            )

    async with db.tenant_tx(tenant.owner) as tx:
        project = await create_project(tx, "P", settings={"lease_minutes": 5})
    async with db.tenant_tx(tenant.owner) as tx:
        await update_project(tx, project.id, settings={"lease_minutes": 6})
    assert await waiting() == []
    async with db.tenant_tx(tenant.owner) as tx:
        after = await update_project(tx, project.id, settings={"overlap": 3})
        assert (after.settings.overlap, after.settings.lease_minutes) == (3, 6)
        assert await load_project(tx, project.id) == after
    assert await waiting() == [(str(project.id),)]
    with pytest.raises(Invalid, match=r"settings.overlap"):
        async with db.tenant_tx(tenant.owner) as tx:
            await update_project(tx, project.id, settings={"overlap": "many"})


async def test_changes_are_recorded_and_nothing_else_is(db: Database, tenant: Tenant) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        project = await create_project(tx, "P")
        await update_project(tx, project.id, settings={"price_minor": 7})
        await update_project(tx, project.id, settings={"price_minor": 7})
        rows = await tx.rows(
            "SELECT act, objects, detail -> 'settings' -> 'price_minor' FROM outbox ORDER BY id"
        )
    assert rows == [("config.change", [project.id], 0), ("config.change", [project.id], [0, 7])]


async def test_lists_go_page_by_page(db: Database, tenant: Tenant) -> None:
    async with db.tenant_tx(tenant.owner) as tx:
        for at in range(5):
            await create_project(tx, f"P{at}")
    found: list[str] = []
    after = None
    async with db.tenant_tx(tenant.owner) as tx:
        while True:
            page = await list_projects(tx, limit=2, after=after)
            found += [row.project.name for row in page.rows]
            after = page.next
            if after is None:
                break
        assert found == ["P4", "P3", "P2", "P1", "P0"]
        with pytest.raises(Invalid):
            await list_projects(tx, after="nonsense")
        with pytest.raises(Missing):
            await load_project(tx, ProjectId(tenant.owner.member_id))


async def test_the_counts_annotators_see_do_not_tell_gold_from_work(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    gold, *_ = await fill(db, tenant.owner, project, 5)
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, gold, {"topic": {"labels": ["art"]}})
        await update_project(tx, project, settings={"gold_rate": 0.9})  # nearly always among the three
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)

    async def left(person: Principal) -> tuple[int, int, int]:
        async with db.tenant_tx(person) as tx:
            one = (await read_project(tx, project)).counts
            (listed,) = (await list_projects(tx)).rows
        assert listed.counts == one
        return one.tasks, one.open, one.done

    assert await left(who) == (5, 5, 0)
    for had in range(1, 4):  # every answer of their own counts the same, gold or work
        (offer,) = await claim(db, who, project)
        await submit(db, who, project, offer, "art")
        assert await left(who) == (5, 5 - had, had)
    assert await left(other) == (5, 5, 0)  # what others do moves it by many tasks alone
    assert LEAST_STEP > 10


async def test_a_task_in_hand_is_left_though_all_work_is_done(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    gold, _ = await fill(db, tenant.owner, project, 2)
    who, other = await tenant.member(Role.ANNOTATOR), await tenant.member(Role.ANNOTATOR)
    held = {offer.item_id: offer for offer in await claim(db, who, project, 2)}
    async with db.tenant_tx(tenant.owner) as tx:
        await plant_gold(tx, project, gold, {"topic": {"labels": ["art"]}})
    del held[gold]
    (work,) = held.values()
    await submit(db, who, project, work, "art")  # all work is done now
    async with db.tenant_tx(who) as tx:
        assert (await read_project(tx, project)).counts.open == 1
    async with db.tenant_tx(other) as tx:
        assert (await read_project(tx, project)).counts.open == 0


async def test_a_skipped_task_and_one_withdrawn_are_not_left(db: Database, tenant: Tenant) -> None:
    project = await make_project(db, tenant.owner)
    items = await fill(db, tenant.owner, project, 4)
    who = await tenant.member(Role.ANNOTATOR)
    one, two = await claim(db, who, project, 2)
    await submit(db, who, project, one, "art")
    async with db.tenant_tx(who) as tx:
        await skip_task(tx, project, two.lease_id, SkipReason.UNCLEAR)
    async with db.tenant_tx(tenant.owner) as tx:
        await withdraw_item(tx, project, one.item_id)
    assert one.item_id in items
    async with db.tenant_tx(who) as tx:
        assert (await read_project(tx, project)).counts.open == 2


async def test_counts_are_read_from_the_counters(tenant: Tenant) -> None:
    async with tenant.db.tenant_tx(tenant.owner) as tx:
        project, other = await create_project(tx, "P"), await create_project(tx, "Q")
        for shard in (1, 7):
            await tx.run(
                "INSERT INTO project_counts (tenant_id, project_id, shard, items, tasks, done, consensus, reviewed)"
                " VALUES (%s, %s, %s, 10, 9, 4, 3, 2)",
                (tx.tenant_id, project.id, shard),
            )
        for ago, answers in ((0, 5), (1, 7)):
            await tx.run(
                "INSERT INTO annotator_days (tenant_id, project_id, annotator_id, day, answers, skips, seconds, cost_minor)"
                " VALUES (%s, %s, %s, current_date - %s, %s, 1, 2.5, 30)",
                (tx.tenant_id, project.id, tenant.owner.member_id, ago, answers),
            )
        for disputed, settled in ((True, False), (True, False), (True, True), (False, False)):
            item = await tx.value(
                "INSERT INTO items (tenant_id, project_id, content_hash, data) VALUES (%s, %s, uuid_send(gen_random_uuid()), '{}')"
                " RETURNING id",
                (tx.tenant_id, project.id),
            )
            for question in ("a", "b"):
                await tx.run(
                    "INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, support, disputed,"
                    " settled, method, inputs) VALUES (%s, %s, %s, %s, '{}', 0.5, 0.5, 1, %s, %s, 'x', '{}')",
                    (tx.tenant_id, item, question, project.id, disputed, settled),
                )
        counts = (await read_project(tx, project.id)).counts
        assert counts == Counts(
            items=20, tasks=18, open=10, done=8, answers=12, answers_today=5, skipped=2, consensus=6, reviewed=4, doubt=2, cost_minor=60
        )  # fmt: skip
        rows = {row.project.id: row.counts for row in (await list_projects(tx)).rows}
        assert rows == {project.id: counts, other.id: Counts()}
        progress = await read_progress(tx, project.id)
        assert [day.answers for day in progress.days] == [7, 5]
        assert [(one.answers, one.answers_today, one.seconds) for one in progress.annotators] == [
            (12, 5, 5.0)
        ]
        assert [day.answers for day in (await read_progress(tx, project.id, days=1)).days] == [5]


async def test_a_key_that_stands_twice_in_an_ontology_is_refused_by_name(client: httpx.AsyncClient) -> None:
    twice = '{"format": 1, "fields": [{"name": "text"}], "questions": [{"name": "q", "kind": "text", "kind": "rating"}]}'
    body = f'{{"name": "P", "ontology": {twice}}}'
    json_type = {"content-type": "application/json"}
    made = await client.post("/projects", content=body, headers=json_type)
    assert (made.status_code, made.json()["code"]) == (422, "ontology_invalid")
    assert made.json()["errors"][0]["message"] == "the key `kind` stands twice in one object"
    project = (await client.post("/projects", json={"name": "P"})).json()["id"]
    published = await client.post(
        f"/projects/{project}/ontology", content=f'{{"ontology": {twice}}}', headers=json_type
    )
    assert (published.status_code, published.json()["errors"][0]["message"]) == (
        422,
        "the key `kind` stands twice in one object",
    )


async def test_progress_tells_the_median_of_seconds(db: Database, tenant: Tenant) -> None:
    """One long break does not make an annotator slow."""
    project = await build.make_project(db, tenant.owner)
    await build.fill(db, tenant.owner, project, 5)
    who = await tenant.member(Role.ANNOTATOR)
    for offer, seconds in zip(
        await build.claim(db, who, project, 5), (2.0, 3.0, 4.0, 5.0, 4000.0), strict=True
    ):
        async with db.tenant_tx(who) as tx:
            await submit_annotation(
                tx,
                project,
                offer.lease_id,
                {"topic": {"labels": ["sport"]}},
                seconds=seconds,
                client_key=str(offer.lease_id),
            )
    async with db.tenant_tx(tenant.owner) as tx:
        [one] = (await read_progress(tx, project)).annotators
    assert (one.answers, one.seconds_median) == (5, 4.0)
    assert one.seconds / one.answers > 800


async def test_checking_a_document_is_for_those_who_may_publish(api: Api) -> None:
    """And it holds up nobody: a document that takes long is read beside the other requests."""
    tenant = await api.tenant("C")
    for role, status in [(Role.ANNOTATOR, 403), (Role.REVIEWER, 403), (Role.MANAGER, 200)]:
        _, who = await api.make_person(tenant, role)
        assert who is not None
        client = await api.client_for(who)
        answer = await client.post("/ontology/validate", json={"ontology": YAML})
        assert answer.status_code == status, answer.text
    client = await api.client_for(tenant.owner)
    many = "{" + ",".join(f"k{n}: v" for n in range(150_000)) + "}"
    slow = asyncio.create_task(
        client.post(
            "/ontology/validate", content="---\n" + many, headers={"content-type": "application/yaml"}
        )
    )
    longest, last = 0.0, time.perf_counter()
    while not slow.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert (await slow).json()["errors"][0]["message"] == "holds more than 100,000 values"
    assert longest < 0.5
