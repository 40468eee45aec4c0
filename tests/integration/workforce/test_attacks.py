"""Attacks on accounts (trust.md, A1-A7), each through the real application."""

from __future__ import annotations

import asyncio
import time
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.integration.conftest import Api, hold, started

from qistas.core.ids import uuid7
from qistas.core.principal import Role
from qistas.db import Address
from qistas.workforce import ensure_owner, make_link, passwords, resolve, throttle
from qistas.workforce.passwords import hash_password

PASSWORD = "correct horse battery"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
async def stored() -> str:
    """One real argon2id hash of PASSWORD: making it is the dear part."""
    return await hash_password(PASSWORD)


async def with_password(
    api: Api, stored: str, email: str = "owner@example.org", role: Role = Role.OWNER
) -> tuple[Any, Any]:
    tenant = await api.tenant()
    person_id, _ = await api.make_person(tenant, role, email=email, password_hash=stored)
    return tenant, person_id


def cookies_of(answer: httpx.Response) -> str:
    return answer.headers.get("set-cookie", "")


async def sign_in(
    api: Api, email: str = "owner@example.org", password: str = PASSWORD
) -> tuple[httpx.AsyncClient, httpx.Response]:
    client = await api.client(**OURS)
    return client, await client.post("/session", json={"email": email, "password": password})


async def test_a1_there_is_no_default_account_and_no_open_sign_up(api: Api) -> None:
    client = await api.client()
    for email, password in (
        ("admin", "admin"),
        ("owner@qistas", "owner"),
        ("argilla", "1234"),
        ("Owner", ""),
    ):
        answer = await client.post("/session", json={"email": email, "password": password})
        assert answer.status_code == 401
    await ensure_owner(api.db)  # the first owner has neither e-mail nor password
    for email in ("", "Owner", "owner", "None", "null"):
        answer = await client.post("/session", json={"email": email, "password": ""})
        assert answer.status_code == 401, answer.text
    for path in ("/persons", "/users", "/signup", "/register", "/tenants"):
        assert (await client.post(path, json={})).status_code == 404
    assert (
        await client.post(
            "/invitations/accept", json={"token": "x", "name": "n", "email": "a@b.c", "password": PASSWORD}
        )
    ).status_code == 404
    assert (await client.post("/invitations", json={"role": "owner"})).status_code == 401
    hold(client, "secret")
    assert (await client.get("/session")).status_code == 401


async def test_first_start_by_link_then_password(api: Api) -> None:
    person = await ensure_owner(api.db)
    link = await make_link(api.db, person)
    client = await api.client(**OURS)
    answer = await client.post("/session/link", json={"token": link})
    assert answer.status_code == 200, answer.text
    me = answer.json()
    assert (me["role"], me["tenant"]["name"], me["person"]["email"]) == ("owner", "Qistas", None)
    assert "token.manage" in me["permissions"]
    assert (await api.client(**OURS)).cookies.jar is not None
    again = await (await api.client(**OURS)).post("/session/link", json={"token": link})
    assert (again.status_code, again.json()["code"]) == (401, "link_gone")
    # A password needs an address to sign in with.
    no_email = await client.put("/session/password", json={"new": PASSWORD})
    assert no_email.status_code == 422
    assert no_email.json()["errors"][0]["where"] == "email"
    assert (
        await client.put("/session/password", json={"new": PASSWORD, "email": "Owner@Example.org "})
    ).status_code == 204
    assert (await client.get("/setup")).json()["needs_owner"] is False
    _, entered = await sign_in(api)
    assert entered.json()["person"]["email"] == "owner@example.org"
    # Forgotten: a new link, within the hour, sets it anew without the old one.
    client = await api.client(**OURS)
    await client.post("/session/link", json={"token": await make_link(api.db, person)})
    assert (await client.put("/session/password", json={"new": "another long one"})).status_code == 204
    assert (await sign_in(api))[1].status_code == 401
    assert (await sign_in(api, password="another long one"))[1].status_code == 200
    async with api.db.system_tx(reason="test") as tx:
        secrets = await tx.rows(
            "SELECT s::text FROM identity.sessions s UNION ALL SELECT l::text FROM identity.links l"
        )
        recorded = await tx.rows(
            "SELECT act, coalesce(detail ->> 'kind', detail ->> 'what'), detail ->> 'email_changed' FROM outbox ORDER BY id"
        )
    assert link not in str(secrets)
    granted, changed = ("user.grant", "link", None), ("config.change", "password")
    assert recorded[1:] == [granted, (*changed, "true"), granted, (*changed, "false")]


async def test_the_cookie_is_bound_to_the_host_with_https(
    address: Address, tmp_path: Path, stored: str
) -> None:
    async for api in started(address, tmp_path, public_url="https://label.example.org", secure_cookies=True):
        await with_password(api, stored)
        _, answer = await sign_in(api)
        cookie = cookies_of(answer)
        assert cookie.startswith("__Host-qistas=")
        for part in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age=86400"):
            assert part in cookie
        assert "Domain" not in cookie
        secret = cookie.split("=", 1)[1].split(";")[0]
        assert len(secret) >= 43  # 256 bits
        # Behind a proxy that names another host, the public address is ours all the same; any other is not.
        told = (
            ("https://label.example.org", "inner:8000", 200),
            ("http://inner:8000", "inner:8000", 200),
            ("https://label.example.org", "label.example.org", 200),
            ("http://label.example.org", "label.example.org", 403),  # the same host without its seal
            ("http://label.example.org", "inner:8000", 403),
            ("https://inner:8000", "inner:8000", 403),
            ("https://evil.example.org", "inner:8000", 403),
            ("null", "inner:8000", 403),
        )
        for origin, host, status in told:
            headers = {"Origin": origin, "Host": host, "Cookie": f"__Host-qistas={secret}"}
            client = await api.client(**headers)
            assert (await client.patch("/session", json={})).status_code == status, (origin, host)


async def test_a2_every_path_makes_the_same_checks(api: Api, stored: str) -> None:
    tenant, person_id = await with_password(api, stored)
    client, answer = await sign_in(api)
    made = (await client.post("/tokens", json={"name": "mine", "scopes": ["*"]})).json()
    by_token = await api.client(made["token"])
    link = await make_link(api.db, person_id)
    assert (await by_token.get("/session")).status_code == 200
    async with api.db.system_tx(reason="test") as tx:
        await tx.run("UPDATE identity.persons SET disabled_at = now() WHERE id = %s", (person_id,))
    resolve.forget(api.db)
    assert (await client.get("/session")).status_code == 401
    assert (await by_token.get("/session")).status_code == 401
    assert (await sign_in(api))[1].status_code == 401
    assert (await (await api.client()).post("/session/link", json={"token": link})).status_code == 401
    assert answer.json()["tenant"]["id"] == str(tenant.id)
    # Neither a password nor a cookie's secret works as a token, nor a token as a cookie.
    for credential in (PASSWORD, client.cookies["qistas_session"]):
        assert (await (await api.client(credential)).get("/session")).status_code == 401


async def test_a3_nobody_lifts_their_own_role(api: Api) -> None:
    tenant = await api.tenant()
    for role in (Role.MANAGER, Role.REVIEWER, Role.ANNOTATOR, Role.VIEWER, Role.GUEST):
        _, principal = await api.make_person(tenant, role)
        assert principal is not None
        client = await api.client_for(principal)
        answer = await client.patch(f"/members/{principal.member_id}", json={"role": "owner"})
        assert answer.status_code == 403, role
        assert (await client.delete(f"/members/{tenant.owner.member_id}")).status_code == 403
        assert (await client.post("/invitations", json={"role": "owner"})).status_code == 403
        assert (
            await client.post(
                "/tokens", json={"name": "x", "scopes": ["*"], "act_as": {"name": "x", "role": "owner"}}
            )
        ).status_code == 403
        assert (await client.get("/session")).json()["role"] == role.value


async def test_a3_a_narrow_token_makes_nothing_wider(api: Api) -> None:
    tenant = await api.tenant()
    narrow = await api.client(
        await api.token_for(tenant.owner, ["member.manage", "member.invite", "token.manage"])
    )
    _, other = await api.make_person(tenant, Role.ANNOTATOR)
    assert other is not None
    assert (await narrow.patch(f"/members/{other.member_id}", json={"role": "viewer"})).status_code == 403
    assert (await narrow.post("/invitations", json={"role": "annotator"})).status_code == 403
    assert (await narrow.post("/tokens", json={"name": "x", "scopes": ["item.view"]})).status_code == 403
    assert (await narrow.post("/tokens", json={"name": "x", "scopes": ["*"]})).status_code == 403
    assert (await narrow.get("/members")).status_code == 403
    assert (
        await narrow.put("/session/password", json={"new": PASSWORD, "email": "a@b.c"})
    ).status_code == 403


UNSAFE = [
    ("POST", "/session/tenant", {"tenant_id": str(UUID(int=1))}),
    ("PATCH", "/session", {"name": "x"}),
    ("PUT", "/session/password", {"new": PASSWORD}),
    ("DELETE", "/session", None),
    ("POST", "/tokens", {"name": "x", "scopes": ["*"]}),
    ("POST", "/invitations", {"role": "viewer"}),
    ("POST", "/groups", {"name": "x"}),
    ("POST", "/session", {"email": "a@b.c", "password": "x"}),
    ("POST", "/session/link", {"token": "x"}),
    ("POST", "/invitations/accept", {"token": "x", "name": "n", "email": "a@b.c", "password": "x"}),
]
FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # a sister domain is not us
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:81"},
    {},
]


async def test_a4_a_foreign_page_can_do_nothing(api: Api) -> None:
    tenant = await api.tenant()
    person_id, _ = await api.make_person(tenant)
    client = await api.signed_in(person_id, tenant.id)
    del client.headers["sec-fetch-site"]
    for method, path, body in UNSAFE:
        for headers in FOREIGN:
            answer = await client.request(method, path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), (method, path, headers)
    # A form of a foreign page: no such type is read, whoever sends it and whatever it says of itself.
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        answer = await client.post("/groups", content=b'{"name":"x"}', headers={"content-type": kind, **OURS})
        assert answer.status_code == 415
    files = {"file": ("a.jsonl", b"{}")}
    answer = await client.post(
        f"/projects/{uuid7()}/imports", files=files, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403
    for headers in (OURS, {"Sec-Fetch-Site": "none"}, {"Origin": "http://testserver"}):
        assert (await client.patch("/session", json={"theme": "dark"}, headers=headers)).status_code == 200
    async with api.db.system_tx(reason="test") as tx:
        assert await tx.value("SELECT count(*) FROM groups") == 0
        assert await tx.value("SELECT count(*) FROM identity.api_tokens") == 0


async def test_a5_a_thousand_passwords(api: Api, stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted before they are tried, so that all at once are no cheaper than one by one."""
    await with_password(api, stored)
    tried = 0

    async def counted(password: str, hash: str | None) -> tuple[bool, None]:
        nonlocal tried
        tried += 1
        await asyncio.sleep(0.01)
        return False, None

    monkeypatch.setattr(import_module("qistas.workforce.sign_in"), "verify_password", counted)
    client = await api.client(**OURS)

    async def guess(number: int) -> int:
        answer = await client.post(
            "/session", json={"email": "owner@example.org", "password": f"guess number {number}"}
        )
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
        return answer.status_code

    for start in range(0, 1000, 100):
        statuses = await asyncio.gather(*(guess(start + n) for n in range(100)))
        assert set(statuses) <= {401, 429}
    assert tried <= 12  # 5 free, and what the waits of one and two seconds let through meanwhile
    # From ever new addresses: the account itself is slow too, but never for longer than half a minute.
    before = tried
    for n in range(60):
        other = await api.client(**OURS)
        assert (
            await other.post("/session", json={"email": "owner@example.org", "password": f"elsewhere {n}"})
        ).status_code in (401, 429)
    assert tried - before <= 32
    async with api.db.system_tx(reason="test") as tx:
        longest = await tx.value(
            "SELECT max(free_at - now()) <= interval '30 seconds' FROM identity.throttle WHERE key LIKE 'a:%'"
        )
    assert longest is True


async def test_a5_one_address_and_ever_new_accounts(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wrong(password: str, hash: str | None) -> tuple[bool, None]:
        return False, None

    monkeypatch.setattr(import_module("qistas.workforce.sign_in"), "verify_password", wrong)
    client = await api.client(**OURS)
    statuses = [
        (await client.post("/session", json={"email": f"p{n}@example.org", "password": "x"})).status_code
        for n in range(60)
    ]
    assert statuses[:20] == [401] * 20
    assert statuses[-1] == 429


async def test_a5_known_and_unknown_people_get_the_same(api: Api, stored: str) -> None:
    await with_password(api, stored)
    passwords._decoy()  # made once, before anything is timed
    answers: dict[str, list[tuple[int, str, str]]] = {}
    seconds: dict[str, list[float]] = {}
    for email in ("owner@example.org", "nobody@example.org"):
        client = await api.client(**OURS)
        for n in range(7):
            began = time.perf_counter()
            answer = await client.post("/session", json={"email": email, "password": f"wrong number {n}"})
            seconds.setdefault(email, []).append(time.perf_counter() - began)
            body = answer.json()
            answers.setdefault(email, []).append((answer.status_code, body["code"], body["detail"]))
    known, unknown = answers.values()
    assert known == unknown
    assert [status for status, _, _ in known[:5]] == [401] * 5
    assert 429 in [status for status, _, _ in known]
    fast, slow = sorted(min(times[:5]) for times in seconds.values())
    assert slow < fast * 3  # the same work: without the decoy this is some twenty times


async def test_a5_hashes_never_run_more_than_four_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running = most = 0

    class Slow:
        def verify(self, password: str, stored: str) -> bool:
            nonlocal running, most
            running += 1
            most = max(most, running)
            time.sleep(0.02)
            running -= 1
            return False

        def hash(self, password: str) -> str:
            return "x"

    monkeypatch.setattr(passwords, "_hashing", Slow())
    await asyncio.gather(*(passwords.verify_password("x", None) for _ in range(50)))
    assert most <= 4
    answers = await asyncio.gather(
        *(passwords.verify_password("x", None) for _ in range(200)), return_exceptions=True
    )
    assert sum(1 for a in answers if isinstance(a, Exception)) == 200 - passwords.WAITING_MOST
    passwords._decoy.cache_clear()  # it was made by the slow one


async def test_a5_success_clears_what_was_counted(api: Api, stored: str) -> None:
    await with_password(api, stored)
    client = await api.client(**OURS)
    for _ in range(3):
        for password in ("wrong", "wrong again"):
            assert (
                await client.post("/session", json={"email": "owner@example.org", "password": password})
            ).status_code == 401
        right = await client.post("/session", json={"email": " OWNER@example.org", "password": PASSWORD})
        assert right.status_code == 200


async def test_a6_a_stolen_cookie_dies_with_sign_out_and_password_change(api: Api, stored: str) -> None:
    await with_password(api, stored)
    mine, _ = await sign_in(api)
    elsewhere, _ = await sign_in(api)
    stolen = await api.client(**OURS)
    hold(stolen, mine.cookies["qistas_session"])
    assert (await stolen.get("/session")).status_code == 200
    wrong = await mine.put("/session/password", json={"old": "not this one", "new": "a whole new phrase"})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "old")
    assert (await mine.put("/session/password", json={"new": "a whole new phrase"})).status_code == 422
    weak = await mine.put("/session/password", json={"old": PASSWORD, "new": "short"})
    assert weak.json()["errors"][0]["where"] == "new"
    before = mine.cookies["qistas_session"]
    assert (
        await mine.put("/session/password", json={"old": PASSWORD, "new": "a whole new phrase"})
    ).status_code == 204
    assert mine.cookies["qistas_session"] != before
    assert (await mine.get("/session")).status_code == 200
    assert (await stolen.get("/session")).status_code == 401
    assert (await elsewhere.get("/session")).status_code == 401
    hold(stolen, mine.cookies["qistas_session"])
    assert (await mine.delete("/session")).status_code == 204
    assert "qistas_session" not in mine.cookies
    assert (await stolen.get("/session")).status_code == 401
    assert (await sign_in(api))[1].status_code == 401
    client, _ = await sign_in(api, password="a whole new phrase")
    held = client.cookies["qistas_session"]
    again = await client.post(
        "/session", json={"email": "owner@example.org", "password": "a whole new phrase"}
    )
    assert again.status_code == 200
    hold(stolen, held)
    assert (await stolen.get("/session")).status_code == 401  # signing in anew ends the session held before


async def test_a6_a_change_of_role_gives_a_new_cookie(api: Api) -> None:
    tenant = await api.tenant()
    person_id, principal = await api.make_person(tenant, Role.ANNOTATOR)
    assert principal is not None
    mine = await api.signed_in(person_id, tenant.id)
    before = mine.cookies["qistas_session"]
    owner = await api.client_for(tenant.owner)
    assert (await owner.patch(f"/members/{principal.member_id}", json={"role": "manager"})).status_code == 200
    both = await asyncio.gather(mine.get("/session"), mine.get("/session"), mine.get("/session"))
    assert [a.json()["role"] for a in both] == ["manager"] * 3  # requests under way are not cut off
    assert sum("set-cookie" in a.headers for a in both) == 1
    assert mine.cookies["qistas_session"] != before
    async with api.db.system_tx(reason="test") as tx:
        left = await tx.value("SELECT min(idle_until - now()) < interval '31 seconds' FROM identity.sessions")
    assert left is True
    assert (await mine.get("/session")).status_code == 200


async def test_a6_a_member_who_is_removed_is_out_at_once(api: Api) -> None:
    tenant, other = await api.tenant(), await api.tenant("B")
    person_id, principal = await api.make_person(tenant, Role.MANAGER)
    assert principal is not None
    await api.join(other, person_id, Role.VIEWER)
    mine, theirs = await api.signed_in(person_id, tenant.id), await api.signed_in(person_id, other.id)
    by_token = await api.client_for(principal)
    invited = (await mine.post("/invitations", json={"role": "viewer"})).json()
    for client in (mine, theirs, by_token):
        assert (await client.get("/session")).status_code == 200
    owner = await api.client_for(tenant.owner)
    assert (await owner.delete(f"/members/{principal.member_id}")).status_code == 204
    assert (await mine.get("/session")).status_code == 401
    assert (await by_token.get("/session")).status_code == 401
    assert (await theirs.get("/session")).status_code == 200  # another tenant is another matter
    token = invited["url"].split("#")[1]
    assert (await (await api.client()).post("/invitations/look", json={"token": token})).status_code == 404
    assert (await owner.delete(f"/members/{principal.member_id}")).status_code == 404
    assert (await owner.patch(f"/members/{principal.member_id}", json={"role": "viewer"})).status_code == 404


async def test_a7_credentials_of_another_tenant_cannot_be_reached(api: Api) -> None:
    a, b = await api.tenant("A"), await api.tenant("B")
    of_a, of_b = await api.client_for(a.owner), await api.client_for(b.owner)
    token = (await of_a.post("/tokens", json={"name": "x", "scopes": ["*"]})).json()
    invitation = (await of_a.post("/invitations", json={"role": "viewer"})).json()
    group = (await of_a.post("/groups", json={"name": "x", "members": [str(a.owner.member_id)]})).json()
    for path in (
        f"/tokens/{token['id']}",
        f"/invitations/{invitation['id']}",
        f"/groups/{group['id']}",
        f"/members/{a.owner.member_id}",
    ):
        answer = await of_b.delete(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await of_b.patch(f"/members/{a.owner.member_id}", json={"role": "viewer"})).status_code == 404
    assert (await of_b.put(f"/groups/{group['id']}", json={"name": "y"})).status_code == 404
    assert (
        await of_b.post("/groups", json={"name": "y", "members": [str(a.owner.member_id)]})
    ).status_code == 404
    for path in ("/members", "/tokens", "/invitations", "/groups"):
        seen = (await of_b.get(path)).text
        assert not any(
            str(i) in seen for i in (a.owner.member_id, token["id"], invitation["id"], group["id"])
        ), path
    assert (await (await api.client(token["token"])).get("/groups")).json()["rows"] == [group]
    # Ids tell nothing: 74 bits of each are random.
    ids = [(await of_a.post("/invitations", json={"role": "viewer"})).json()["id"] for _ in range(3)]
    assert len({i[-12:] for i in ids}) == 3


async def test_moving_to_a_tenant_one_does_not_belong_to(api: Api) -> None:
    a, b, c = await api.tenant("A"), await api.tenant("B"), await api.tenant("C")
    person_id, _ = await api.make_person(a, Role.VIEWER)
    await api.join(b, person_id, Role.MANAGER)
    client = await api.signed_in(person_id, a.id)
    before = client.cookies["qistas_session"]
    assert (await client.post("/session/tenant", json={"tenant_id": str(c.id)})).status_code == 404
    assert (await client.post("/session/tenant", json={"tenant_id": str(uuid7())})).status_code == 404
    moved = await client.post("/session/tenant", json={"tenant_id": str(b.id)})
    assert (moved.json()["tenant"]["name"], moved.json()["role"]) == ("B", "manager")
    assert [t["name"] for t in moved.json()["tenants"]] == ["A", "B"]
    assert client.cookies["qistas_session"] != before
    old = await api.client(**OURS)
    hold(old, before)
    assert (await old.get("/session")).status_code == 401


async def test_a_clock_that_jumps_signs_nobody_in_or_out(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = await api.tenant()
    person_id, _ = await api.make_person(tenant)
    client = await api.signed_in(person_id, tenant.id)
    out = await api.signed_in(person_id, tenant.id)
    assert (await out.delete("/session")).status_code == 204
    link = await make_link(api.db, person_id, 5)
    real = time.time
    # Our own clock, an hour and more either way: the database's alone decides. (It refuses a context signed two days off.)
    for jump in (3600 * 12, -3000):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        resolve.forget(api.db)
        assert (await client.get("/session")).status_code == 200
        assert (await out.get("/session")).status_code == 401
    # Days apart, the database refuses to talk to us: nobody is let in, and nobody is told that they are signed out.
    monkeypatch.setattr(time, "time", lambda: real() + 3 * 86400)
    resolve.forget(api.db)
    assert (await client.get("/session")).status_code == 503
    assert (await out.get("/session")).status_code == 401
    monkeypatch.setattr(time, "time", real)

    async def shift(table: str, columns: str, by: str) -> None:
        """As if the database's clock had been moved: every stored moment is now `by` away from where it was."""
        async with api.db.system_tx(reason="test") as tx:
            await tx.run(
                f"UPDATE identity.{table} SET "
                + ", ".join(f"{c} = {c} + %(by)s::interval" for c in columns.split()),
                {"by": by},
            )
        resolve.forget(api.db)

    # The clock was a year ahead when the session began, and was put right: it goes on, but no longer than any other.
    await shift("sessions", "created_at idle_until ends_at", "1 year")
    assert (await client.get("/session")).status_code == 200
    assert (await out.get("/session")).status_code == 401
    async with api.db.system_tx(reason="test") as tx:
        kept = await tx.value(
            "SELECT max(ends_at) <= now() + interval '24 hours' FROM identity.sessions WHERE revoked_at IS NULL"
        )
    assert kept is True
    # A one-time link made then would live a year: it is refused.
    await shift("links", "created_at expires_at", "1 year")
    assert (await (await api.client()).post("/session/link", json={"token": link})).status_code == 401
    # Ten minutes to and fro change nothing; past the end of a session, it is over, and comes back with the clock.
    await shift("sessions", "created_at idle_until ends_at", "-10 minutes")
    assert (await client.get("/session")).status_code == 200
    await shift("sessions", "created_at idle_until ends_at", "-2 days")
    assert (await client.get("/session")).status_code == 401
    await shift("sessions", "created_at idle_until ends_at", "2 days")
    assert (await client.get("/session")).status_code == 200
    # A wait set while the clock was ahead does not keep anybody out.
    async with api.db.system_tx(reason="test") as tx:
        keys = list(throttle.throttle_keys("a@b.c", "10.0.0.1"))
        await tx.many(
            "INSERT INTO identity.throttle (key, failures, free_at, updated_at) VALUES (%s, 90, now() + interval '1 year', now() + interval '1 year')",
            [(k,) for k in keys],
        )
    await throttle.count_attempt(api.db, "a@b.c", "10.0.0.1")


async def test_a_session_ends_when_it_is_not_used_and_in_any_case(api: Api) -> None:
    tenant = await api.tenant()
    person_id, _ = await api.make_person(tenant)
    client = await api.signed_in(person_id, tenant.id)

    async def later(hours: float) -> int:
        async with api.db.system_tx(reason="test") as tx:
            moved = "created_at = created_at - {0}, idle_until = idle_until - {0}, ends_at = ends_at - {0}".format(
                "make_interval(secs => %(s)s)"
            )
            await tx.run(f"UPDATE identity.sessions SET {moved}", {"s": hours * 3600})
        resolve.forget(api.db)
        return (await client.get("/session")).status_code

    assert [await later(7.9), await later(7.9), await later(7.9)] == [200, 200, 200]
    assert await later(0.5) == 401  # 24 hours in all
    client = await api.signed_in(person_id, tenant.id)
    assert await later(8.1) == 401  # 8 hours without use
