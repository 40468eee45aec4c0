"""The door: ids, headers, bodies, addresses; every failure is a problem document."""

import httpx
import pytest
from starlette.routing import Route
from tests.integration.conftest import Api


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["detail"]
    return body


async def test_unknown_addresses_and_methods(api: Api) -> None:
    client = await api.client()
    is_problem(await client.get("/no/such"), 404, "not_found")
    is_problem(await client.post("/no/such"), 404, "not_found")
    is_problem(await client.get("http://testserver/api/v2/members"), 404, "not_found")
    is_problem(await client.get("/members/"), 404, "not_found")
    answer = await client.delete("/setup")
    is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"
    is_problem(await client.request("BREW", "/setup"), 405, "method_not_allowed")


async def test_every_answer_is_dressed(api: Api) -> None:
    client = await api.client()
    for answer in (
        await client.get("/setup"),
        await client.get("/no"),
        await client.get("http://testserver/"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
    assert (await client.get("/setup")).headers["cache-control"] == "no-store"
    assert (await client.get("/setup")).json() == {
        "version": "0.1.0",
        "signed_in": False,
        "needs_owner": True,
    }


async def test_nobody_is_let_in_without_a_credential(api: Api) -> None:
    client = await api.client()
    document = (await client.get("/openapi.json")).json()
    open_to_all = {"/setup", "/session", "/session/link", "/invitations/look", "/invitations/accept"}
    for path, methods in document["paths"].items():
        for method in methods:
            if path.removeprefix("/api/v1") in open_to_all and (method, path) != ("get", "/api/v1/session"):
                continue
            address = path.replace("{", "").replace("}", "")
            for part in ("project_id", "member_id"):
                address = address.replace(part, "01890000-0000-7000-8000-000000000000")
            answer = await client.request(method, f"http://testserver{address}")
            assert answer.status_code in (401, 404, 422), (method, path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    is_problem(await client.get("/session"), 401, "not_signed_in")
    is_problem(await client.get("/session", headers={"Authorization": "Basic eDp5"}), 401, "not_signed_in")


DEEP = b'{"email":"a@b.c","password":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
BAD_BODIES = [
    DEEP,
    b'{"email":"a@b.c","password":' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"email":"a@b.c","password":"\\ud800"}',
    b'{"email":"a@b.c","password":"\xff"}',
    b'{"email":"a@b.c","password":NaN}',
    b'{"email":"a@b.c","password":1e999}',
    b'{"email":"a@b.c","password":' + b"9" * 5000 + b"}",
    b'{"email":"a@b.c","password":123456789012345678901}',
    b'{"email":',
    b"",
    b"[]",
    b"null",
    b'{"email":"a@b.c","password":"x","more":1}',
    b'{"email":{},"password":"x"}',
]


async def test_bodies_that_cannot_be_read(api: Api) -> None:
    client = await api.client()
    json = {"content-type": "application/json"}
    for body in BAD_BODIES:
        is_problem(await client.post("/session", content=body, headers=json), 422, "invalid")
    owner = await api.client_for((await api.tenant()).owner)
    for deep in (
        b"[" * 10**6 + b"]" * 10**6,
        b'{"a":' * 10**6,
        b"[" * 1000 + b"]" * 1000,
        b"[[],[]," + b"[" * 101 + b"]" * 102,
    ):
        is_problem(await owner.post("/groups", content=deep, headers=json), 422, "invalid")


async def test_types_a_foreign_form_can_send_are_not_read(api: Api) -> None:
    client = await api.client()
    for kind in ("", "text/plain", "application/x-www-form-urlencoded", "TEXT/PLAIN; charset=utf-8"):
        headers = {"content-type": kind} if kind else {}
        answer = await client.post("/session", content=b'{"email":"a@b.c","password":"x"}', headers=headers)
        is_problem(answer, 415, "media_type")


async def test_large_bodies(api: Api) -> None:
    client = await api.client()
    is_json = {"content-type": "application/json"}
    is_problem(await client.post("/session", content=b" " * (33 * 2**20), headers=is_json), 413, "too_large")

    sent = 0

    async def endless():
        nonlocal sent
        while True:
            sent += 2**20
            yield b" " * 2**20

    # Nobody unknown makes us hold a body whose length is not told, or that is large.
    is_problem(await client.post("/session", content=endless(), headers=is_json), 401, "not_signed_in")
    assert sent <= 2**20
    files = {"file": ("a.jsonl", b"x" * 1000)}
    is_problem(
        await client.post("/projects/01890000-0000-7000-8000-000000000000/imports", files=files),
        401,
        "not_signed_in",
    )
    owner = await api.client_for((await api.tenant()).owner)
    is_problem(await owner.post("/groups", content=endless(), headers=is_json), 413, "too_large")
    assert sent <= 2**20 * 40


async def test_a_fault_of_ours_is_logged_and_not_told(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(request: object) -> None:
        raise RuntimeError("the secret inside")

    api.app.router.routes.insert(0, Route("/api/v1/broken", broken))
    client = await api.client()
    body = is_problem(await client.get("/broken"), 500, "internal")
    assert "secret" not in str(body)
    assert str(body["request_id"]) in caplog.text
    assert "the secret inside" in caplog.text


async def test_filters_are_a_list_of_names(api: Api) -> None:
    """A filter that is not known is refused, not left out (trust.md, R5t)."""
    owner = await api.client_for((await api.tenant()).owner)
    for path in ("/members", "/tokens", "/projects"):
        for query in ("created_by__password__startswith=a", "person_id=1", "where=1=1", "limit=2&role=owner"):
            body = is_problem(await owner.get(f"{path}?{query}"), 422, "invalid")
            assert "query" in str(body["errors"])
        assert (await owner.get(f"{path}?limit=2")).status_code == 200
    is_problem(await (await api.client()).get("/members?x=1"), 401, "not_signed_in")


async def test_a_nul_character_is_told_by_its_place(api: Api) -> None:
    tenant = await api.tenant()
    client = await api.client_for(tenant.owner)
    project = (await client.post("/projects", json={"name": "A", "template": "text_classification"})).json()[
        "id"
    ]
    for method, path, body, place in [
        ("POST", "/tokens", {"name": "a\0b", "scopes": ["*"]}, "name"),
        ("POST", "/groups", {"name": "a\0b", "members": []}, "name"),
        ("POST", f"/projects/{project}/batches", {"name": "a\0b"}, "name"),
        ("GET", "/members?after=%00", None, "query, after"),
    ]:
        answer = await client.request(method, path, json=body)
        assert answer.status_code == 422, (path, answer.text)
        (fault,) = answer.json()["errors"]
        assert (fault["where"], fault["message"]) == (place, "contains a NUL character"), (path, answer.text)
        assert "PostgreSQL" not in answer.text
