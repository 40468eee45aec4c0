"""Every address with every id of another tenant (trust.md, R1t): not there, word for word, and nothing happens.

The addresses come from the OpenAPI document, so a new route is tested the day it is written. When it has a kind of id that
`road.furnish` does not make yet, the first test says so.
"""

from __future__ import annotations

import re
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql
from tests.integration.api.instances import smallest
from tests.integration.api.road import furnish
from tests.integration.conftest import Api

from qistas.core.ids import uuid7
from qistas.core.principal import Role

PARAMETER = re.compile(r"{(\w+)}")
# Names in addresses that are no ids.
NAMES = {"field": "text", "template": "sentiment"}
# Bodies that the smallest value of their schema is not enough for.
BODIES: dict[str, dict[str, Any]] = {}


def addresses(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation whose address has an id in it."""
    found = [
        (method.upper(), path.removeprefix("/api/v1"), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if set(PARAMETER.findall(path)) - set(NAMES)
    ]
    assert len(found) > 40
    return found


def filled(path: str, ids: dict[str, str]) -> str:
    return PARAMETER.sub(lambda m: NAMES.get(m[1]) or ids[m[1]], path)


async def ask(
    client: httpx.AsyncClient,
    document: dict[str, Any],
    ids: dict[str, str],
    found: tuple[str, str, dict[str, Any]],
    path: str,
) -> httpx.Response:
    method, _, operation = found
    query = {
        p["name"]: smallest(p["schema"], document["components"]["schemas"], ids, p["name"])
        for p in operation.get("parameters", [])
        if p["in"] == "query" and p.get("required")
    }
    content = operation.get("requestBody", {}).get("content", {})
    more: dict[str, Any] = {}
    if "application/json" in content:
        more["json"] = BODIES.get(operation["operationId"]) or smallest(
            content["application/json"]["schema"], document["components"]["schemas"], ids
        )
    elif "multipart/form-data" in content:
        more["files"] = {"file": ("a.jsonl", b'{"text": "x"}\n')}
    elif "application/x-ndjson" in content:
        more |= {"content": b'{"text": "x"}\n', "headers": {"content-type": "application/x-ndjson"}}
    return await client.request(method, path, params=query, **more)


def everything(api: Api) -> dict[str, list[str]]:
    """All rows of all tables that a request could touch, as text; when a token was used last is no matter."""
    with psycopg.connect(api.address.admin, autocommit=True) as admin:
        tables = admin.execute(
            """SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (n.nspname = 'qistas'
                   OR (n.nspname = 'identity' AND c.relname IN ('persons', 'invitations', 'links'))
                   OR (n.nspname = 'jobs' AND c.relname = 'procrastinate_jobs'))"""
        ).fetchall()
        return {
            name: [
                row[0]
                for row in admin.execute(
                    sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(space, name))
                )
            ]
            for space, name in tables
        }


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    return api.app.openapi()


async def test_every_id_of_another_tenant_on_every_address(api: Api, document: dict[str, Any]) -> None:
    a, b = await api.tenant("A"), await api.tenant("B")
    theirs, _ = await furnish(api, a)
    mine, _ = await furnish(api, b)
    found = addresses(document)
    names = {name for _, path, _ in found for name in PARAMETER.findall(path)} - set(NAMES)
    assert names <= set(theirs), f"teach road.furnish to make: {sorted(names - set(theirs))}"
    client = await api.client_for(b.owner)
    nowhere = {name: str(uuid7()) for name in theirs}
    before = everything(api)
    wrong: list[str] = []
    for operation in found:
        method, path, _ = operation
        own = PARAMETER.findall(path)
        # All ids theirs; then my own project, and what is theirs inside it.
        mixtures = [theirs]
        if "project_id" in own and len(set(own) - set(NAMES)) > 1:
            mixtures.append({**theirs, "project_id": mine["project_id"]})
            mixtures.append({**mine, "project_id": theirs["project_id"]})
        for ids in mixtures:
            answer = await ask(client, document, ids, operation, filled(path, ids))
            if answer.status_code != 404 or answer.json()["code"] != "not_found":
                wrong.append(f"{method} {filled(path, ids)}: {answer.status_code} {answer.text[:300]}")
                continue
            ghost = {n: nowhere[n] if ids[n] != mine[n] else mine[n] for n in ids}
            other = await ask(client, document, ghost, operation, filled(path, ghost))
            told = [{k: v for k, v in r.json().items() if k != "request_id"} for r in (answer, other)]
            if answer.status_code != other.status_code or told[0] != told[1]:
                wrong.append(f"{method} {path} tells a foreign id from none: {told}")
    assert not wrong, "\n".join(wrong)
    after = everything(api)
    changed = {name: (set(after[name]) ^ set(before[name])) for name in before if after[name] != before[name]}
    assert changed == {}


async def test_ids_of_another_tenant_in_bodies_and_queries(api: Api, document: dict[str, Any]) -> None:
    a, b = await api.tenant("A"), await api.tenant("B")
    theirs, _ = await furnish(api, a)
    mine, _ = await furnish(api, b)
    client = await api.client_for(b.owner)
    schemas = document["components"]["schemas"]
    before = everything(api)
    wrong: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            address = filled(path.removeprefix("/api/v1"), mine)
            schema = (
                operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            )
            body = smallest(schema, schemas, theirs) if schema else None
            if body is not None and any(i in str(body) for n, i in theirs.items() if n not in NAMES):
                answer = await client.request(method, address, json=body)
                # A token cannot move to another tenant, whichever (403).
                allowed = (403,) if address.startswith("/session") else (404, 422)
                if answer.status_code not in allowed and not (
                    answer.status_code == 200 and address.endswith("/claim")
                ):
                    wrong.append(f"{method} {address} {body}: {answer.status_code} {answer.text[:300]}")
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query" and parameter["name"] in theirs:
                    answer = await client.request(
                        method, address, params={parameter["name"]: theirs[parameter["name"]]}, json=body
                    )
                    listed = answer.status_code == 200 and answer.json() == {"rows": [], "next": None}
                    if answer.status_code != 404 and not listed and method == "get":
                        wrong.append(
                            f"{method} {address}?{parameter['name']}: {answer.status_code} {answer.text[:300]}"
                        )
    assert not wrong, "\n".join(wrong)
    after = everything(api)
    told = {
        name: [
            r
            for r in after[name]
            if r not in before[name]
            and any(i in r for n, i in theirs.items() if n not in ("tenant_id", *NAMES))
        ]
        for name in before
    }
    assert {name: rows for name, rows in told.items() if rows and name != "outbox"} == {}


async def test_a_member_without_a_role_in_the_project_sees_nothing_of_it(
    api: Api, document: dict[str, Any]
) -> None:
    tenant = await api.tenant()
    ids, _ = await furnish(api, tenant)
    guest = await api.client_for(await tenant.member(Role.GUEST))
    before = everything(api)
    wrong: list[str] = []
    for operation in addresses(document):
        method, path, _ = operation
        answer = await ask(guest, document, ids, operation, filled(path, ids))
        if answer.status_code not in ((404,) if "project_id" in path else (403, 404)):
            wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert (await guest.get("/projects")).json()["rows"] == []
    after = everything(api)
    assert {name for name in before if after[name] != before[name]} == set()
