"""Invitations, members and groups through the real application."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from tests.conftest import Tenant
from tests.integration.conftest import Api

from qistas.core.ids import ProjectId, uuid7
from qistas.core.principal import Role
from qistas.workforce import resolve, store
from qistas.workforce.passwords import hash_password

PASSWORD = "correct horse battery"
OURS = {"Sec-Fetch-Site": "same-origin"}


async def make_project(api: Api, tenant: Tenant, name: str = "Reviews") -> ProjectId:
    project_id = ProjectId(uuid7())
    async with api.db.tenant_tx(tenant.owner) as tx:
        await tx.run(
            "INSERT INTO projects (tenant_id, id, name) VALUES (%s, %s, %s)", (tenant.id, project_id, name)
        )
    return project_id


def secret_of(made: httpx.Response) -> str:
    assert made.status_code == 201, made.text
    return made.json()["url"].split("/invite#")[1]


async def accept(
    api: Api, secret: str, email: str = "layla@example.org", **more: Any
) -> tuple[httpx.AsyncClient, httpx.Response]:
    client = await api.client(**OURS)
    body = {"token": secret, "name": "Layla", "email": email, "password": PASSWORD, **more}
    return client, await client.post("/invitations/accept", json=body)


async def test_an_invitation_from_beginning_to_end(api: Api) -> None:
    tenant = await api.tenant("Dar")
    owner = await api.client_for(tenant.owner)
    made = await owner.post(
        "/invitations", json={"role": "reviewer", "email": "Layla@example.org", "days": 2}
    )
    secret = secret_of(made)
    assert made.json()["url"].startswith("http://localhost:8787/invite#")
    nobody = await api.client(**OURS)
    look = await nobody.post("/invitations/look", json={"token": secret})
    assert look.json() == {
        "tenant_name": "Dar",
        "role": "reviewer",
        "email": "layla@example.org",
        "project_name": None,
    }
    _, other = await accept(api, secret, "other@example.org")
    assert (other.status_code, other.json()["errors"][0]["where"]) == (422, "email")
    _, weak = await accept(api, secret, password="short")
    assert (weak.status_code, weak.json()["errors"][0]["where"]) == (422, "password")
    client, joined = await accept(api, secret, "Layla@Example.org", language="ar")
    assert joined.status_code == 200, joined.text
    me = joined.json()
    assert (me["role"], me["person"]["language"], me["person"]["email"]) == (
        "reviewer",
        "ar",
        "layla@example.org",
    )
    assert (await client.get("/session")).json() == me
    for _ in range(2):
        _, again = await accept(api, secret)
        assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert (await nobody.post("/invitations/look", json={"token": secret})).status_code == 404
    listed = (await owner.get("/invitations")).json()["rows"]
    assert [(i["state"], i["role"]) for i in listed] == [("used", "reviewer")]
    assert secret not in str(listed)
    assert (await owner.delete(f"/invitations/{listed[0]['id']}")).status_code == 409
    async with api.db.system_tx(reason="test") as tx:
        assert secret not in str(await tx.rows("SELECT i::text FROM identity.invitations i"))
        acts = await tx.rows("SELECT act, purpose FROM outbox WHERE tenant_id = %s ORDER BY id", (tenant.id,))
    assert acts == [("user.grant", "work"), ("user.grant", "join")]


async def test_of_two_who_come_at_once_one_gets_in(api: Api) -> None:
    tenant = await api.tenant()
    owner = await api.client_for(tenant.owner)
    secret = secret_of(await owner.post("/invitations", json={"role": "annotator"}))
    answers = await asyncio.gather(*(accept(api, secret, f"p{n}@example.org") for n in range(4)))
    assert sorted(a.status_code for _, a in answers) == [200, 404, 404, 404]
    async with api.db.system_tx(reason="test") as tx:
        assert await tx.value("SELECT count(*) FROM identity.persons") == 1


async def test_withdrawn_expired_and_outlived_invitations(api: Api) -> None:
    tenant = await api.tenant()
    owner = await api.client_for(tenant.owner)
    made = await owner.post("/invitations", json={"role": "viewer"})
    assert (await owner.delete(f"/invitations/{made.json()['id']}")).status_code == 204
    assert (await owner.delete(f"/invitations/{made.json()['id']}")).status_code == 204
    assert (await accept(api, secret_of(made)))[1].status_code == 404
    old = secret_of(await owner.post("/invitations", json={"role": "viewer"}))
    async with api.db.system_tx(reason="test") as tx:
        await tx.run("UPDATE identity.invitations SET expires_at = now() WHERE revoked_at IS NULL")
    assert (await accept(api, old))[1].status_code == 404
    assert [i["state"] for i in (await owner.get("/invitations")).json()["rows"]] == ["expired", "withdrawn"]
    # The one who invited has lost since what the invitation promises.
    _, manager = await api.make_person(tenant, Role.MANAGER)
    assert manager is not None
    promised = secret_of(await (await api.client_for(manager)).post("/invitations", json={"role": "manager"}))
    assert (await owner.patch(f"/members/{manager.member_id}", json={"role": "annotator"})).status_code == 200
    assert (await accept(api, promised))[1].status_code == 404
    async with api.db.system_tx(reason="test") as tx:
        assert (
            await tx.value("SELECT count(*) FROM identity.persons WHERE email IS NOT NULL") == 0
        )  # nobody half made


async def test_somebody_who_is_there_already(api: Api) -> None:
    a, b = await api.tenant("A"), await api.tenant("B")
    stored = await hash_password(PASSWORD)
    person_id, _ = await api.make_person(a, Role.VIEWER, email="layla@example.org", password_hash=stored)
    of_a, of_b = await api.client_for(a.owner), await api.client_for(b.owner)
    secret = secret_of(await of_b.post("/invitations", json={"role": "manager"}))
    _, wrong = await accept(api, secret, password="not the one at all")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "credentials_wrong")
    client, joined = await accept(api, secret, name="Another name")
    assert joined.json()["tenant"]["name"] == "B"
    assert joined.json()["person"]["name"] == "viewer person"  # an invitation renames nobody
    assert [(t["name"], t["role"]) for t in joined.json()["tenants"]] == [("A", "viewer"), ("B", "manager")]
    # Invited again, as less: nothing is lost. As more: it is raised.
    secret = secret_of(await of_b.post("/invitations", json={"role": "viewer"}))
    assert (await accept(api, secret))[1].json()["role"] == "manager"
    secret = secret_of(await of_a.post("/invitations", json={"role": "owner"}))
    assert (await accept(api, secret))[1].json()["role"] == "owner"
    # Removed, and asked back.
    member = next(m for m in (await of_b.get("/members")).json()["rows"] if m["kind"] == "person")
    assert (await of_b.delete(f"/members/{member['id']}")).status_code == 204
    assert (await client.get("/session")).status_code == 401
    secret = secret_of(await of_b.post("/invitations", json={"role": "viewer"}))
    assert (await accept(api, secret))[1].json()["role"] == "viewer"
    assert [m["id"] for m in (await of_b.get("/members")).json()["rows"] if m["kind"] == "person"] == [
        member["id"]
    ]
    assert person_id


async def test_one_who_comes_back_brings_no_old_credentials(api: Api) -> None:
    tenant = await api.tenant("Dar")
    owner = await api.client_for(tenant.owner)
    stored = await hash_password(PASSWORD)
    person_id, member = await api.make_person(
        tenant, Role.VIEWER, email="layla@example.org", password_hash=stored
    )
    assert member is not None
    old = [await api.client_for(member), await api.signed_in(person_id, tenant.id)]
    async with api.db.tenant_tx(
        tenant.owner
    ) as tx:  # the first half of a removal whose server died before the second
        await store.leave(tx, tenant.id, member.member_id)
    resolve.forget(api.db)
    assert [(await one.get("/session")).status_code for one in old] == [401, 401]
    secret = secret_of(await owner.post("/invitations", json={"role": "viewer"}))
    new, joined = await accept(api, secret)
    assert joined.status_code == 200, joined.text
    assert (await new.get("/session")).status_code == 200
    assert [(await one.get("/session")).status_code for one in old] == [401, 401]


async def test_a_viewer_who_is_invited_to_annotate_may(api: Api) -> None:
    tenant = await api.tenant("Dar")
    owner = await api.client_for(tenant.owner)
    project = str(await make_project(api, tenant))

    async def joined(role: str, **more: str) -> dict[str, Any]:
        secret = secret_of(await owner.post("/invitations", json={"role": role, **more}))
        _, answer = await accept(api, secret)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert (await joined("viewer"))["role"] == "viewer"
    assert (await joined("annotator"))["role"] == "annotator"
    assert (await joined("viewer", project_id=project))["projects"] == [{"id": project, "role": "viewer"}]
    assert (await joined("annotator", project_id=project))["projects"] == [
        {"id": project, "role": "annotator"}
    ]
    assert (await joined("reviewer"))["role"] == "reviewer"
    assert (await joined("viewer"))["role"] == "reviewer"  # it includes a viewer: nothing is taken away


async def test_one_project_alone(api: Api) -> None:
    tenant = await api.tenant()
    owner = await api.client_for(tenant.owner)
    here, there = await make_project(api, tenant), await make_project(api, tenant, "Other")
    secret = secret_of(await owner.post("/invitations", json={"role": "manager", "project_id": str(here)}))
    lead, joined = await accept(api, secret)
    me = joined.json()
    assert (me["role"], me["permissions"], me["projects"]) == (
        "guest",
        [],
        [{"id": str(here), "role": "manager"}],
    )
    assert [p["id"] for p in (await lead.get("/projects")).json()["rows"]] == [str(here)]
    assert (await lead.get(f"/projects/{here}")).status_code == 200
    assert (await lead.get(f"/projects/{there}")).status_code == 404
    # Within it they lead: invite, see and change its people, and nothing else.
    assert (await lead.get("/members")).status_code == 403
    assert (await lead.post("/invitations", json={"role": "annotator"})).status_code == 403
    assert (
        await lead.post("/invitations", json={"role": "annotator", "project_id": str(there)})
    ).status_code == 404
    assert (
        await lead.post("/invitations", json={"role": "owner", "project_id": str(here)})
    ).status_code == 403
    helper = secret_of(await lead.post("/invitations", json={"role": "annotator", "project_id": str(here)}))
    _, second = await accept(api, helper, "omar@example.org")
    member_id = second.json()["person"]["member_id"]
    rows = (await lead.get(f"/members?project_id={here}")).json()["rows"]
    assert [(m["name"], m["role"], m["projects"]) for m in rows] == [
        ("Layla", "guest", [{"id": str(here), "role": "manager"}]),
        ("Layla", "guest", [{"id": str(here), "role": "annotator"}]),
    ]
    assert [i["state"] for i in (await lead.get(f"/invitations?project_id={here}")).json()["rows"]] == [
        "used",
        "used",
    ]
    changed = await lead.patch(f"/members/{member_id}?project_id={here}", json={"role": "reviewer"})
    assert changed.json()["projects"] == [{"id": str(here), "role": "reviewer"}]
    assert (await lead.patch(f"/members/{member_id}", json={"role": "reviewer"})).status_code == 403
    assert (
        await lead.patch(f"/members/{member_id}?project_id={there}", json={"role": "reviewer"})
    ).status_code == 404
    assert (
        await lead.patch(f"/members/{member_id}?project_id={here}", json={"role": "guest"})
    ).status_code == 422
    # Whom the owner made an owner here, a manager does not touch.
    await owner.patch(f"/members/{member_id}?project_id={here}", json={"role": "owner"})
    assert (
        await lead.patch(f"/members/{member_id}?project_id={here}", json={"role": "viewer"})
    ).status_code == 403
    assert (await lead.delete(f"/members/{member_id}?project_id={here}")).status_code == 403
    assert (await owner.delete(f"/members/{member_id}?project_id={here}")).status_code == 204
    assert (await owner.delete(f"/members/{member_id}?project_id={here}")).status_code == 404


async def test_the_last_owner_stays(api: Api) -> None:
    tenant = await api.tenant()
    service = await api.client_for(tenant.owner)  # an owner too, but no person: nobody could sign in as it
    _, first = await api.make_person(tenant)
    assert first is not None
    for answer in (
        await service.patch(f"/members/{first.member_id}", json={"role": "viewer"}),
        await service.delete(f"/members/{first.member_id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    _, second = await api.make_person(tenant)
    assert second is not None
    # Two owners who put each other down at the same moment: one stays.
    answers = await asyncio.gather(
        (await api.client_for(first)).patch(f"/members/{second.member_id}", json={"role": "viewer"}),
        (await api.client_for(second)).patch(f"/members/{first.member_id}", json={"role": "viewer"}),
        (await api.client_for(first)).delete(f"/members/{second.member_id}"),
    )
    assert sum(a.status_code < 300 for a in answers) >= 1
    async with api.db.system_tx(reason="test") as tx:
        owners = await tx.value(
            "SELECT count(*) FROM members WHERE role = 'owner' AND kind = 'person' AND left_at IS NULL"
        )
    assert owners == 1


async def test_lists_come_in_pages(api: Api) -> None:
    tenant = await api.tenant()
    owner = await api.client_for(tenant.owner)
    for n in range(5):
        await owner.post("/groups", json={"name": f"g{n}", "members": [str(tenant.owner.member_id)] * 2})
        await owner.post(
            "/tokens",
            json={"name": f"t{n}", "scopes": ["item.view"], "act_as": {"name": f"s{n}", "role": "viewer"}},
        )
        await owner.post("/invitations", json={"role": "viewer"})
    for path, most in (("/groups", 5), ("/tokens", 6), ("/invitations", 5), ("/members", 6)):
        seen: list[str] = []
        after: str | None = ""
        while after is not None:
            page = (await owner.get(path, params={"limit": 2, "after": after})).json()
            assert len(page["rows"]) <= 2
            seen += [r["id"] for r in page["rows"]]
            after = page["next"]
        assert len(seen) == len(set(seen)) == most, path
        whole = [r["id"] for r in (await owner.get(path)).json()["rows"]]
        assert seen == whole
        for bad in ("x", "e30", "WyJ4Il0", "W10"):
            answer = await owner.get(path, params={"after": bad})
            assert answer.status_code == 422 or path == "/groups", answer.text
        assert (await owner.get(path, params={"limit": 501})).status_code == 422


async def test_groups_reach_the_principal(api: Api) -> None:
    tenant = await api.tenant()
    owner = await api.client_for(tenant.owner)
    _, ann = await api.make_person(tenant, Role.ANNOTATOR)
    assert ann is not None
    token = await api.token_for(ann)
    made = (await owner.post("/groups", json={"name": "Arabic", "members": [str(ann.member_id)]})).json()
    assert [str(g) for g in (await resolve.resolve_token(api.db, token)).groups] == [made["id"]]
    assert (await owner.post("/groups", json={"name": "Arabic"})).status_code == 409
    changed = await owner.put(f"/groups/{made['id']}", json={"name": "عربي", "members": []})
    assert changed.json() == {"id": made["id"], "name": "عربي", "members": []}
    assert (await resolve.resolve_token(api.db, token)).groups == ()
    assert (await owner.delete(f"/groups/{made['id']}")).status_code == 204
    assert (await owner.delete(f"/groups/{made['id']}")).status_code == 404
    assert (await (await api.client_for(ann)).post("/groups", json={"name": "x"})).status_code == 403


async def test_my_settings(api: Api) -> None:
    a, b = await api.tenant("A"), await api.tenant("B")
    person_id, _ = await api.make_person(a)
    await api.join(b, person_id, Role.VIEWER)
    client = await api.signed_in(person_id, a.id)
    body = {"name": "ليلى", "language": "ar", "theme": "dark", "keymap": {"submit": "Enter"}}
    me = (await client.patch("/session", json=body)).json()
    assert {k: me["person"][k] for k in body} == body
    assert (await client.patch("/session", json={"theme": "light"})).json()["person"]["keymap"] == {
        "submit": "Enter"
    }
    for bad in (
        {"name": ""},
        {"name": " \t"},
        {"name": "a\u0000b"},
        {"theme": "pink"},
        {"language": "../x"},
        {"role": "owner"},
        {"email": "a@b.c"},
        {"keymap": {"x" * 65: "y"}},
    ):
        assert (await client.patch("/session", json=bad)).status_code == 422, bad
    async with api.db.system_tx(reason="test") as tx:
        assert await tx.rows("SELECT DISTINCT name FROM members WHERE person_id = %s", (person_id,)) == [
            ("ليلى",)
        ]
    # A token stands for one tenant and is told of no other; it has no settings.
    token = await api.client(
        (await client.post("/tokens", json={"name": "x", "scopes": ["project.view"]})).json()["token"]
    )
    mine = (await token.get("/session")).json()
    assert (mine["permissions"], mine["tenants"]) == (["project.view"], [])
    assert (await token.patch("/session", json={"name": "x"})).status_code == 403
