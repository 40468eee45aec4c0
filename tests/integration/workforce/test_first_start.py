"""The first owner, and the two doors of a credential."""

import asyncio

import pytest
from tests.conftest import Tenant

from qistas.core.errors import Forbidden, Invalid, Unknown
from qistas.core.principal import Role
from qistas.db import Database
from qistas.workforce import (
    ensure_owner,
    issue_token,
    make_link,
    make_service_token,
    needs_owner,
    principal_of_person,
    resolve_session,
    resolve_token,
)
from qistas.workforce.credentials import new_token


async def test_many_servers_starting_at_once_make_one_owner(db: Database) -> None:
    assert await needs_owner(db)
    people = await asyncio.gather(*(ensure_owner(db) for _ in range(8)))
    assert len(set(people)) == 1
    async with db.system_tx(reason="test") as tx:
        assert await tx.rows("SELECT name, email, password_hash FROM identity.persons") == [
            ("Owner", None, None)
        ]
        assert await tx.rows("SELECT name FROM tenants") == [("Qistas",)]
        assert await tx.rows("SELECT act FROM outbox") == [("user.grant",)]
    principal = await principal_of_person(db, people[0])
    assert principal.role is Role.OWNER
    assert await needs_owner(db)  # still: the owner has set no password


async def test_a_link_lives_at_most_a_day(db: Database) -> None:
    person = await ensure_owner(db)
    for minutes in (0, -1, 24 * 60 + 1):
        with pytest.raises(Invalid):
            await make_link(db, person, minutes)
    assert len(await make_link(db, person)) >= 43


async def test_a_token_resolves_to_its_member_and_scopes(db: Database, tenant: Tenant) -> None:
    token = await make_service_token(
        db, tenant.owner, "loader", Role.MANAGER, ["item.import", "project.view"], 3
    )
    who = await resolve_token(db, token)
    assert (who.tenant_id, who.role, who.name) == (tenant.id, Role.MANAGER, "loader")
    assert who.scopes == {"item.import", "project.view"}
    assert who.session.startswith("token:")
    async with db.system_tx(reason="test") as tx:
        assert await tx.value(
            "SELECT last_used_on = (now() AT TIME ZONE 'UTC')::date FROM identity.api_tokens"
        )
        stored = await tx.rows("SELECT t::text FROM identity.api_tokens t")
    assert token not in str(stored)


async def test_what_is_no_credential_of_ours_is_unknown(db: Database) -> None:
    for text in ("", "qst_", new_token(), new_token()[:-1] + "!", "x" * 100_000, "\ud800", "qst_" + "é" * 36):
        with pytest.raises(Unknown):
            await resolve_token(db, text)
        with pytest.raises(Unknown):
            await resolve_session(db, text)


async def test_nobody_makes_a_token_that_may_do_more(db: Database, tenant: Tenant) -> None:
    manager = await tenant.member(Role.MANAGER)
    with pytest.raises(Forbidden):
        await issue_token(db, manager, "x", ["*"], 1, ("x", Role.OWNER))
    with pytest.raises(Forbidden):
        await issue_token(db, await tenant.member(Role.ANNOTATOR), "x", ["*"], 1)
    narrow = await resolve_token(
        db, await make_service_token(db, tenant.owner, "n", Role.OWNER, ["token.manage", "item.view"], 1)
    )
    for scopes in (["*"], ["item.view", "member.manage"]):
        with pytest.raises(Forbidden):
            await issue_token(db, narrow, "x", scopes, 1)
    with pytest.raises(Forbidden):
        await issue_token(db, narrow, "x", ["item.view"], 1, ("x", Role.ANNOTATOR))
    assert (await issue_token(db, narrow, "x", ["item.view"], 1)).token


@pytest.mark.parametrize(
    ("scopes", "days"), [([], 1), (["no.such"], 1), (["item.view"], 0), (["item.view"], 100_000)]
)
async def test_a_token_must_be_scoped_and_must_end(
    db: Database, tenant: Tenant, scopes: list[str], days: int
) -> None:
    with pytest.raises(Invalid):
        await issue_token(db, tenant.owner, "x", scopes, days)
