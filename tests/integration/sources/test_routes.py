"""The doors of sources and datasets, over HTTP: the whole way of a file, and what each role may."""

import base64
import hashlib
import json
import zipfile
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.conftest import Tenant
from tests.integration.conftest import Api
from tests.integration.datasets.conftest import TOPIC
from tests.integration.sources.conftest import make_project
from tests.integration.sources.test_images import picture

from qistas.core.principal import Role

NDJSON = {"content-type": "application/x-ndjson"}
FIELDS = [*TOPIC["fields"], {"name": "image", "type": "image", "required": False}]


async def upload(
    client: httpx.AsyncClient, path: str, name: str, data: bytes, options: dict[str, Any] | None = None
) -> httpx.Response:
    return await client.post(
        path, files={"file": (name, data)}, data={"options": json.dumps(options)} if options else None
    )


@pytest.fixture
async def tenant(api: Api) -> Tenant:
    return await api.tenant()


@pytest.fixture
async def project(tenant: Tenant) -> str:
    return f"/projects/{await make_project(tenant, FIELDS)}"


async def test_a_file_goes_in_and_its_rows_come_out(api: Api, tenant: Tenant, project: str) -> None:
    client = await api.client_for(tenant.owner)
    data = 'id;text;lang\n1;"نص أول";ar\n2;;ar\n3;=1+1;en\n'.encode("cp1256")
    preview = (await upload(client, f"{project}/imports/preview", "a.csv", data)).json()
    assert (preview["format"], preview["encoding"], preview["delimiter"]) == ("csv", "cp1256", ";")
    assert (preview["columns"], preview["mapping"], preview["external_id"]) == (
        ["id", "text", "lang"],
        {"text": "text"},
        "id",
    )
    assert preview["rows"][0]["text"] == "نص أول"
    started = await upload(client, f"{project}/imports", "../a.csv", data, {"batch": "first"})
    assert started.status_code == 200, started.text
    entry = started.json()
    assert (entry["state"], entry["name"], entry["bytes_total"]) == ("queued", "a.csv", len(data))
    assert await api.run_jobs() == ["sources.ingest"]
    done = (await client.get(f"{project}/imports/{entry['id']}")).json()
    assert (done["state"], done["rows_read"], done["rows_added"], done["rows_refused"]) == ("done", 3, 2, 1)
    assert [row["id"] for row in (await client.get(f"{project}/imports")).json()["rows"]] == [entry["id"]]
    refusals = (await client.get(f"{project}/imports/{entry['id']}/refusals")).json()["rows"]
    assert [(r["line"], r["field"], r["code"]) for r in refusals] == [(3, "text", "field_missing")]
    report = await client.get(f"{project}/imports/{entry['id']}/refusals", params={"format": "csv"})
    assert report.headers["content-type"] == "text/csv; charset=utf-8"
    assert report.content.decode("utf-8-sig").splitlines()[0] == "line,field,code,reason,remedy,raw"

    first = (await client.get(f"{project}/items", params={"limit": 1})).json()
    assert (first["rows"][0]["external_id"], first["rows"][0]["data"], first["rows"][0]["state"]) == (
        "1",
        None,
        "open",
    )
    rest = (await client.get(f"{project}/items", params={"after": first["next"], "data": True})).json()
    assert ([row["data"] for row in rest["rows"]], rest["next"]) == ([{"text": "=1+1"}], None)
    item = rest["rows"][0]["id"]
    assert (await client.get(f"{project}/items/{item}")).json()["metadata"] == {"lang": "en"}
    assert (await client.delete(f"{project}/items/{item}")).status_code == 204
    assert (await client.delete(f"{project}/items/{item}")).status_code == 204
    assert [
        row["id"]
        for row in (await client.get(f"{project}/items", params={"state": "withdrawn"})).json()["rows"]
    ] == [item]
    assert len((await client.get(f"{project}/items", params={"state": "open"})).json()["rows"]) == 1


async def test_lines_are_added_as_they_come(api: Api, tenant: Tenant, project: str) -> None:
    client = await api.client_for(tenant.owner)
    rows = [
        {"data": {"text": "a"}, "external_id": "1", "split": "test", "metadata": {"k": 1}},
        {"data": {"text": "a"}},
        {"data": {"texts": "b"}},
    ]
    body = b"\n".join(json.dumps(row).encode() for row in rows) + b"\nnot json\n"
    sent = await client.post(f"{project}/items", content=body, headers=NDJSON)
    told = sent.json()
    assert (told["added"], told["duplicate"], told["rows_refused"]) == (1, 1, 2)
    assert {r["line"] for r in told["refused"]} == {3, 4}
    assert {r["code"] for r in told["refused"]} == {"field_unknown", "field_missing", "json_invalid"}
    (item,) = (
        await client.get(f"{project}/items", params={"data": True, "split": "test", "external_id": "1"})
    ).json()["rows"]
    assert (item["data"], item["metadata"]) == ({"text": "a"}, {"k": 1})
    assert (
        await client.post(f"{project}/items", content=b"x", headers={"content-type": "text/plain"})
    ).status_code == 415


async def test_an_image_is_sent_as_what_it_is_and_by_ranges(api: Api, tenant: Tenant, project: str) -> None:
    client = await api.client_for(tenant.owner)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("a.html.jpg", picture())
        file.writestr("a.txt", "some text")
    # `text` is required here, so a lone image is refused with what is missing.
    entry = (await upload(client, f"{project}/imports", "a.zip", packed.getvalue())).json()
    await api.run_jobs()
    assert (await client.get(f"{project}/imports/{entry['id']}")).json()["rows_refused"] == 1
    row = {
        "text": "with a picture",
        "image": "data:image/jpeg;base64," + base64.b64encode(picture()).decode(),
    }
    await client.post(f"{project}/items", content=json.dumps(row).encode(), headers=NDJSON)
    item = next(
        i
        for i in (await client.get(f"{project}/items", params={"data": True})).json()["rows"]
        if "image" in i["data"]
    )
    assert (item["data"]["image"]["width"], item["data"]["image"]["height"]) == (40, 20)
    url = item["data"]["image"]["url"].removeprefix("/api/v1")
    got = await client.get(url)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, picture(), "image/png")
    assert (got.headers["x-content-type-options"], got.headers["cache-control"]) == (
        "nosniff",
        "private, max-age=3600",
    )
    assert "sandbox" in got.headers["content-security-policy"]
    part = await client.get(url, headers={"range": "bytes=2-5"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206,
        picture()[2:6],
        f"bytes 2-5/{len(picture())}",
    )
    assert (await client.get(url, headers={"range": "bytes=-3"})).content == picture()[-3:]
    assert (await client.get(url, headers={"range": "bytes=999999-"})).status_code == 416
    assert (await client.get(url, headers={"if-none-match": got.headers["etag"]})).status_code == 304
    for field in ("text", "nothing", "..%2Fimage"):
        assert (await client.get(f"{project}/items/{item['id']}/media/{field}")).status_code == 404
    annotator = await api.client_for(await tenant.member(Role.ANNOTATOR))
    assert (await annotator.get(url)).status_code == 404  # not one they were offered


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        (None, {"options": "{}"}, 415),
        ({"other": (None, b"x")}, None, 422),
        ({"file": ("a.csv", b"a\n1\n")}, {"options": "not json"}, 422),
        ({"file": ("a.csv", b"a\n1\n")}, {"options": '{"colour": "red"}'}, 422),
        ({"file": ("a.csv", b"a\n1\n")}, {"options": '{"priority": 1e99}'}, 422),
        ({"file": ("a.csv", b"a\n1\n")}, {"options": '{"batch": "\\u0000"}'}, 422),
    ],
)
async def test_forms_that_are_wrong_leave_nothing_behind(
    api: Api, tenant: Tenant, project: str, files: Any, data: Any, status: int
) -> None:
    client = await api.client_for(tenant.owner)
    answer = await client.post(f"{project}/imports", files=files, data=data)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    folder = api.settings.data_dir / "blobs"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert (await client.get(f"{project}/imports")).json()["rows"] == []


async def test_what_roles_may(api: Api, tenant: Tenant, project: str) -> None:
    other = await api.client_for((await api.tenant("B")).owner)
    viewer = await api.client_for(await tenant.member(Role.VIEWER))
    annotator = await api.client_for(await tenant.member(Role.ANNOTATOR))
    owner = await api.client_for(tenant.owner)
    entry = (await upload(owner, f"{project}/imports", "a.txt", b"one\n")).json()
    await api.run_jobs()
    item = (await owner.get(f"{project}/items")).json()["rows"][0]["id"]
    paths = [
        "/imports",
        f"/imports/{entry['id']}",
        f"/imports/{entry['id']}/refusals",
        "/items",
        f"/items/{item}",
        "/datasets",
    ]
    for path in paths:
        assert (await viewer.get(project + path)).status_code == 200, path
        assert (await annotator.get(project + path)).status_code == 403, path
        assert (await other.get(project + path)).status_code == 404, path
    for client, status in ((viewer, 403), (annotator, 403), (other, 404)):
        assert (await upload(client, f"{project}/imports", "a.txt", b"x\n")).status_code == status
        assert (await client.delete(f"{project}/items/{item}")).status_code == status
        assert (
            await client.post(f"{project}/items", content=b'{"text": "x"}', headers=NDJSON)
        ).status_code == status
    assert (await owner.get(f"{project}/items/{uuid4()}")).status_code == 404
    assert (await owner.get(f"{project}/items/not-an-id")).status_code == 404
    assert (await owner.get(f"{project}/items", params={"after": "garbled"})).status_code == 422
    async with api.db.tenant_tx(tenant.owner) as tx:
        seen = await tx.rows("SELECT objects FROM outbox WHERE act = 'item.view'")
    assert ([UUID(item)],) in seen


async def test_from_answers_to_a_file_over_http(api: Api, tenant: Tenant, project: str) -> None:
    client = await api.client_for(tenant.owner)
    await upload(client, f"{project}/imports", "a.txt", "واحد\ntwo\n".encode())
    await api.run_jobs()
    items = [row["id"] for row in (await client.get(f"{project}/items")).json()["rows"]]
    async with api.db.tenant_tx(tenant.owner) as tx:
        document = dict(TOPIC, fields=FIELDS)
        await tx.run(
            "INSERT INTO ontology_versions (tenant_id, project_id, version, document, hash) VALUES (%s, %s, 2, %s, '')",
            (tenant.id, project.rsplit("/", 1)[1], json.dumps(document)),
        )
        await tx.run("UPDATE projects SET ontology_version = 2 WHERE tenant_id = %s", (tenant.id,))
        for item in items:
            await tx.run(
                """INSERT INTO consensus (tenant_id, item_id, question, project_id, value, confidence, doubt, support, method, inputs)
                   VALUES (%s, %s, 'topic', %s, '{"labels": ["sport"]}', 1, 0, 1, 'majority', '{}')""",
                (tenant.id, item, project.rsplit("/", 1)[1]),
            )
    assert [
        row["id"] for row in (await client.get(f"{project}/items", params={"label": "sport"})).json()["rows"]
    ] == items
    dataset = (await client.post(f"{project}/datasets", json={"name": "news"})).json()["id"]
    assert (await client.post(f"{project}/datasets", json={"name": "news"})).status_code == 409
    at = f"{project}/datasets/{dataset}"
    preview = (await client.post(f"{at}/preview", json={"selection": {"min_confidence": 0.5}})).json()
    assert preview == {
        "items": 2,
        "by_label": {"topic": {"sport": 2}},
        "by_split": {"train": 2},
        "complete": True,
        "left_out": [],
    }
    version = (
        await client.post(f"{at}/versions", json={"splits": {"train": 0.5, "test": 0.5}, "seed": 3})
    ).json()
    assert (version["state"], version["number"]) == ("sealing", 1)
    early = await client.post(f"{at}/versions/{version['id']}/exports", json={"format": "jsonl"})
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await api.run_jobs()
    sealed = (await client.get(f"{at}/versions/{version['id']}")).json()
    assert (sealed["state"], sealed["items"], len(sealed["hash"])) == ("sealed", 2, 64)
    assert sealed["manifest"]["items"] == 2
    assert [v["hash"] for v in (await client.get(f"{at}/versions")).json()["rows"]] == [sealed["hash"]]
    same = (await client.get(f"{at}/versions/{version['id']}/compare", params={"with": version["id"]})).json()
    assert (same["same"], same["added"], same["changed"]) == (2, 0, 0)
    export = (await client.post(f"{at}/versions/{version['id']}/exports", json={"format": "jsonl"})).json()
    assert (await client.get(f"{project}/exports/{export['id']}/file")).status_code == 409
    await api.run_jobs()
    done = (await client.get(f"{project}/exports/{export['id']}")).json()
    assert (done["state"], done["rows"]) == ("done", 2)
    whole = await client.get(f"{project}/exports/{export['id']}/file")
    assert hashlib.sha256(whole.content).hexdigest() == done["sha256"]
    assert "attachment" in whole.headers["content-disposition"]
    rest = await client.get(f"{project}/exports/{export['id']}/file", headers={"range": "bytes=10-"})
    assert (rest.status_code, whole.content[:10] + rest.content) == (206, whole.content)
    other = await api.client_for((await api.tenant("B")).owner)
    for path in (
        f"/exports/{export['id']}",
        f"/exports/{export['id']}/file",
        f"/datasets/{dataset}/versions/{version['id']}",
    ):
        assert (await other.get(project + path)).status_code == 404
