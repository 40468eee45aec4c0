"""API tokens: made for oneself or for a service member, listed, revoked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from qistas.core.errors import Fault, Forbidden, Invalid, Missing
from qistas.core.ids import MemberId, uuid7
from qistas.core.page import Page
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.trust import Act, Permission, known_scopes, may_grant, permissions_of, record_for, require

from . import store
from .credentials import digest, new_token
from .resolve import EVERYTHING, forget
from .types import ApiToken

MOST_DAYS = 730


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token just made. `token` is shown this once."""

    id: UUID
    member_id: MemberId
    token: str = field(repr=False)


async def issue_token(
    db: Database,
    principal: Principal,
    name: str,
    scopes: Sequence[str],
    days: int,
    act_as: tuple[str, Role] | None = None,
) -> IssuedToken:
    """A new token for the principal, or for a new service member `act_as` (its name and role). Raises Invalid, Forbidden.

    Nobody makes a token that may do more than they may themselves.
    """
    require(principal, Permission.TOKEN_MANAGE)
    wanted = _checked(principal, scopes, days, act_as)
    token, token_id = new_token(), uuid7()
    async with db.system_tx(reason="issue-token") as tx:
        member_id = principal.member_id
        if act_as is not None:
            member_id = MemberId(uuid7())
            await store.add_service_member(tx, principal.tenant_id, member_id, act_as[0], act_as[1])
            await record_for(tx, principal, Act.USER_GRANT, [member_id], role=act_as[1], kind="service")
        await store.add_token(
            tx,
            token_id,
            digest(token),
            principal.tenant_id,
            member_id,
            name,
            token[-4:],
            wanted,
            principal.member_id,
            days,
        )
        await record_for(
            tx, principal, Act.USER_GRANT, [token_id, member_id], kind="token", scopes=wanted, days=days
        )
    return IssuedToken(token_id, member_id, token)


async def make_service_token(
    db: Database, principal: Principal, name: str, role: Role, scopes: Sequence[str], days: int
) -> str:
    """A token for a new service member of this name and role."""
    issued = await issue_token(db, principal, name, scopes, days, (name, role))
    return issued.token


async def list_tokens(db: Database, principal: Principal, limit: int, after: str | None) -> Page[ApiToken]:
    """The tokens of the tenant that were not revoked, newest first; never the tokens themselves."""
    require(principal, Permission.TOKEN_MANAGE)
    async with db.system_tx(reason="list-tokens") as tx:
        return await store.tokens(tx, principal.tenant_id, limit, after)


async def revoke_token(db: Database, principal: Principal, token_id: UUID) -> None:
    """End a token at once. Raises Missing, Forbidden for a token that may do more than the one who asks."""
    require(principal, Permission.TOKEN_MANAGE)
    async with db.system_tx(reason="revoke-token") as tx:
        found = await store.token(tx, principal.tenant_id, token_id)
        if found is None:
            raise Missing
        if found.member_id != principal.member_id and not may_grant(principal, Role(found.role)):
            raise Forbidden("You may not end a token that may do more than you.")
        await store.revoke_token(tx, principal.tenant_id, token_id)
        await record_for(tx, principal, Act.USER_REVOKE, [token_id, found.member_id], kind="token")
    forget(db)


async def end_token(db: Database, token: str) -> None:
    """End the token that one holds in one's hand; one that is none, or has ended, is fine."""
    async with db.system_tx(reason="end-token") as tx:
        ended = await store.end_token(tx, digest(token))
        if ended is not None:
            tenant_id, token_id, member_id = ended
            holder = Principal(tenant_id, member_id, Role.GUEST, purpose="end-token")
            await record_for(tx, holder, Act.USER_REVOKE, [token_id, member_id], kind="token")
    forget(db)


def _checked(
    principal: Principal, scopes: Sequence[str], days: int, act_as: tuple[str, Role] | None
) -> list[str]:
    faults: list[Fault] = []
    if not 1 <= days <= MOST_DAYS:
        faults.append(
            Fault(
                "days",
                "out of range",
                f"Give a number of days from 1 to {MOST_DAYS}.",
                "days_range",
                {"most": MOST_DAYS},
            )
        )
    if not scopes:
        faults.append(
            Fault(
                "scopes",
                "empty",
                f"Name at least one permission, or {EVERYTHING!r} for everything the role allows.",
                "scopes_empty",
            )
        )
    strange = sorted(set(scopes) - known_scopes(scopes) - {EVERYTHING})
    if strange:
        faults.append(
            Fault(
                "scopes",
                f"no such permission: {', '.join(s[:60] for s in strange[:5])}",
                "See `permissions` of GET /session.",
                "scopes_unknown",
                {"scopes": ", ".join(s[:60] for s in strange[:5])},
            )
        )
    if faults:
        raise Invalid("The token cannot be made like this.", faults)
    if act_as is not None and not may_grant(principal, act_as[1]):
        raise Forbidden(f"You may not make a token of the role {act_as[1].value}: it may do more than you.")
    wanted = sorted(set(scopes))
    if principal.scopes is not None and not (
        EVERYTHING not in wanted and set(wanted) <= {p.value for p in permissions_of(principal)}
    ):
        raise Forbidden("A token cannot make a token that may do more than itself.")
    return [EVERYTHING] if EVERYTHING in wanted else wanted
