"""Invitations: the only way in. The link is shown once, works once, and grants nothing its maker does not hold."""

from dataclasses import dataclass, field
from uuid import UUID

from qistas.core.errors import Conflict, Fault, Forbidden, Invalid, Missing
from qistas.core.ids import MemberId, PersonId, ProjectId, uuid7
from qistas.core.page import Page
from qistas.core.principal import Principal, Role
from qistas.db import Database, Tx
from qistas.trust import Act, Permission, includes, may, may_grant, record_for, require

from . import store
from .credentials import digest, new_secret
from .passwords import check_password, hash_password
from .resolve import DEFAULT_LIMITS, forget, principal_from
from .sign_in import normal_email, open_in, prove
from .throttle import count_attempt
from .types import Invitation, InvitationLook, OpenedSession, SessionLimits

MOST_DAYS = 90
GONE = "This invitation was used or withdrawn, or is too old. Ask for a new one."


@dataclass(frozen=True, slots=True)
class MadeInvitation:
    """An invitation just made. `secret` is shown this once."""

    invitation: Invitation
    secret: str = field(repr=False)


async def invite(
    db: Database,
    principal: Principal,
    role: Role,
    *,
    email: str | None = None,
    project_id: ProjectId | None = None,
    days: int = 7,
) -> MadeInvitation:
    """Invite somebody to the tenant, or to one project alone. Raises Forbidden for a role that may do more than the inviter."""
    require(principal, Permission.MEMBER_INVITE, project_id)
    address = normal_email(email) if email else None
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(
            "The invitation cannot be made like this.",
            [Fault("days", "out of range", f"Give 1 to {MOST_DAYS}.", "days_range", {"most": MOST_DAYS})],
        )
    if role is Role.GUEST:
        raise Invalid(
            "A guest holds roles in projects alone.",
            [Fault("role", "guest", "Give a project and a role in it.", "role_guest")],
        )
    if not may_grant(principal, role, project_id):
        raise Forbidden(f"You may not invite a {role.value}: that role may do more than you.")
    secret, invitation_id = new_secret(), uuid7()
    async with db.system_tx(reason="invite") as tx:
        if project_id is not None and not await store.project_exists(tx, principal.tenant_id, project_id):
            raise Missing
        await store.add_invitation(
            tx,
            invitation_id,
            digest(secret),
            principal.tenant_id,
            project_id,
            role,
            address,
            principal.member_id,
            days,
        )
        await record_for(
            tx,
            principal,
            Act.USER_GRANT,
            [invitation_id],
            kind="invitation",
            role=role,
            project=str(project_id or ""),
        )
        made = await store.invitation(tx, principal.tenant_id, invitation_id)
    if made is None:
        raise Missing
    return MadeInvitation(made, secret)


async def list_invitations(
    db: Database, principal: Principal, limit: int, after: str | None, project_id: ProjectId | None = None
) -> Page[Invitation]:
    """The invitations of the tenant, or of one project, newest first."""
    require(principal, Permission.MEMBER_INVITE, project_id)
    async with db.system_tx(reason="list-invitations") as tx:
        if project_id is not None and not await store.project_exists(tx, principal.tenant_id, project_id):
            raise Missing
        return await store.invitations(tx, principal.tenant_id, project_id, limit, after)


async def withdraw_invitation(db: Database, principal: Principal, invitation_id: UUID) -> None:
    """Make an open invitation useless. Raises Missing, Conflict where it was used already."""
    async with db.system_tx(reason="withdraw-invitation") as tx:
        found = await store.invitation(tx, principal.tenant_id, invitation_id)
        if found is None or not may(principal, Permission.MEMBER_INVITE, found.project_id):
            require(principal, Permission.MEMBER_INVITE)
            raise Missing
        if found.state == "used":
            raise Conflict("This invitation was used already. Remove the member instead.")
        await store.revoke_invitation(tx, principal.tenant_id, invitation_id)
        await record_for(tx, principal, Act.USER_REVOKE, [invitation_id], kind="invitation")


async def look_at_invitation(db: Database, token: str) -> InvitationLook:
    """What an open invitation says. Raises Missing."""
    async with db.system_tx(reason="look-at-invitation") as tx:
        found = await store.open_invitation(tx, digest(token))
    if found is None:
        raise Missing(GONE)
    return found


async def accept_invitation(
    db: Database,
    token: str,
    *,
    name: str,
    email: str,
    password: str,
    address: str,
    language: str = "en",
    limits: SessionLimits = DEFAULT_LIMITS,
) -> OpenedSession:
    """Join by an invitation: a new person with this password, or one there already who gives theirs. Signs in.

    Raises Missing (no such invitation), Invalid, CredentialsWrong, Exhausted, Conflict.
    """
    look = await look_at_invitation(db, token)
    theirs = normal_email(email)
    if look.email is not None and theirs != look.email:
        raise Invalid(
            "This invitation is for another e-mail address.",
            [
                Fault(
                    "email",
                    "another address",
                    f"Use {look.email}.",
                    "email_invited",
                    {"email": look.email or ""},
                )
            ],
        )
    async with db.system_tx(reason="accept-invitation") as tx:
        known = await store.person_by_email(tx, theirs)
    if known is not None:
        person_id = (await prove(db, theirs, password, address)).id
        stored = None
    else:
        plain = check_password(password, name, theirs)
        await count_attempt(db, f"invitation:{token[:200]}", address)
        person_id, stored = PersonId(uuid7()), await hash_password(plain)
    async with db.system_tx(reason="accept-invitation") as tx:
        if stored is not None and not await store.add_person(tx, person_id, name, theirs, stored, language):
            raise Conflict("Somebody with this e-mail address has just joined. Try again with that password.")
        await _join(tx, digest(token), person_id)
        opened = await open_in(tx, person_id, limits, "invitation", look.tenant_id)
    forget(db)
    return opened


async def _join(tx: Tx, hashed: bytes, person_id: PersonId) -> None:
    used = await store.use_invitation(tx, hashed, person_id)
    if used is None:
        raise Missing(GONE)
    # The inviter may have lost since what the invitation promises.
    inviter = await store.standing_of_member(tx, used.tenant_id, used.created_by)
    role = Role(used.role)
    if inviter is None or not may_grant(principal_from(inviter), role, used.project_id):
        raise Missing(GONE)
    tenant_wide = role if used.project_id is None else Role.GUEST
    member = await store.member_of_person(tx, used.tenant_id, person_id)
    if member is None:
        person = await store.person(tx, person_id)
        if person is None:
            raise Missing(GONE)
        member_id = MemberId(uuid7())
        await store.add_person_member(
            tx, used.tenant_id, member_id, person_id, person.name, person.email, tenant_wide
        )
    else:
        member_id, present = member.id, Role(member.role)
        if member.left:  # what they held before does not come back with them, even where a crash has left it
            await store.end_credentials_of_member(tx, used.tenant_id, member_id)
        if member.left or not includes(present, tenant_wide):
            await store.set_role(tx, used.tenant_id, member_id, tenant_wide)
    if used.project_id is not None:
        held = await store.project_role(tx, used.tenant_id, used.project_id, member_id)
        if held is None or not includes(held, role):
            await store.set_project_role(tx, used.tenant_id, used.project_id, member_id, role)
    joined = Principal(used.tenant_id, member_id, tenant_wide, purpose="join")
    await record_for(
        tx, joined, Act.USER_GRANT, [member_id, used.id], role=role, project=str(used.project_id or "")
    )
