"""The statements of people and credentials. `identity.*` is reached only through system transactions.

A system transaction is not held back by row security, so every statement on a tenant's table names the tenant itself.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.core.ids import GroupId, MemberId, PersonId, ProjectId, TenantId
from qistas.core.page import Page, decode_id, decode_key, page_of
from qistas.core.principal import Role
from qistas.db import Tx

from .types import (
    ApiToken,
    Group,
    Invitation,
    InvitationLook,
    Member,
    MemberOfPerson,
    Membership,
    Person,
    SelfRow,
    SessionLimits,
    SessionRow,
    Standing,
    UsedInvitation,
)

# What a principal is made of, once a credential has named the member `m`.
_STANDING = """
    m.tenant_id, m.id AS member_id, m.role, m.name,
    (SELECT coalesce(jsonb_object_agg(r.project_id, r.role), '{}') FROM project_roles r
      WHERE r.tenant_id = m.tenant_id AND r.member_id = m.id) AS projects,
    ARRAY(SELECT g.group_id FROM group_members g WHERE g.tenant_id = m.tenant_id AND g.member_id = m.id ORDER BY 1) AS groups,
    ARRAY(SELECT p.project_id FROM annotator_pauses p WHERE p.tenant_id = m.tenant_id AND p.member_id = m.id) AS paused
"""


async def standing_of_session(tx: Tx, id_hash: bytes, limits: SessionLimits) -> Standing | None:
    """The member a live session stands for. `touch` says that its times want writing again."""
    return await tx.one(
        Standing,
        f"""SELECT {_STANDING}, NULL::text[] AS scopes, left(encode(s.id_hash, 'hex'), 16) AS handle, s.rotate,
                   s.idle_until < least(now() + %(idle)s - interval '1 minute', s.ends_at) OR s.idle_until > now() + %(idle)s
                     OR s.ends_at > now() + %(whole)s AS touch
              FROM identity.sessions s
              JOIN identity.persons p ON p.id = s.person_id AND p.disabled_at IS NULL
              JOIN members m ON m.tenant_id = s.tenant_id AND m.person_id = s.person_id AND m.left_at IS NULL
             WHERE s.id_hash = %(hash)s AND s.revoked_at IS NULL AND s.idle_until > now() AND s.ends_at > now()""",
        {"hash": id_hash, **_periods(limits)},
    )


async def touch_session(tx: Tx, id_hash: bytes, limits: SessionLimits) -> None:
    """Put off the idle end. A session opened while the clock was ahead is cut back to the length of any other."""
    await tx.run(
        """UPDATE identity.sessions
              SET ends_at = least(ends_at, now() + %(whole)s), idle_until = least(ends_at, now() + %(whole)s, now() + %(idle)s)
            WHERE id_hash = %(hash)s""",
        {"hash": id_hash, **_periods(limits)},
    )


async def standing_of_token(tx: Tx, hash: bytes) -> Standing | None:
    """The member a live API token stands for. `touch` says that its day of use wants writing."""
    return await tx.one(
        Standing,
        f"""SELECT {_STANDING}, t.scopes, 'token:' || left(t.id::text, 36) AS handle, false AS rotate,
                   t.last_used_on IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date AS touch
              FROM identity.api_tokens t
              JOIN members m ON m.tenant_id = t.tenant_id AND m.id = t.member_id AND m.left_at IS NULL
              LEFT JOIN identity.persons p ON p.id = m.person_id
             WHERE t.hash = %(hash)s AND t.revoked_at IS NULL AND t.expires_at > now() AND p.disabled_at IS NULL""",
        {"hash": hash},
    )


async def touch_token(tx: Tx, hash: bytes) -> None:
    """Note the day a token was used."""
    await tx.run(
        "UPDATE identity.api_tokens SET last_used_on = (now() AT TIME ZONE 'UTC')::date WHERE hash = %s",
        (hash,),
    )


async def standing_of_member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> Standing | None:
    """The standing of a member who has not left."""
    return await tx.one(
        Standing,
        f"""SELECT {_STANDING}, NULL::text[] AS scopes, '' AS handle, false AS touch, false AS rotate
              FROM members m WHERE m.tenant_id = %(tenant)s AND m.id = %(member)s AND m.left_at IS NULL""",
        {"tenant": tenant_id, "member": member_id},
    )


def _periods(limits: SessionLimits) -> dict[str, Any]:
    return {"idle": timedelta(hours=limits.idle_hours), "whole": timedelta(hours=limits.hours)}


async def rotate_session(tx: Tx, old: bytes, new: bytes) -> bool:
    """Give a session that is due a new id. The old one lives on for the requests already under way; False when another was first."""
    return bool(
        await tx.run(
            """WITH due AS (
                   UPDATE identity.sessions
                      SET rotate = false, ends_at = least(ends_at, now() + interval '30 seconds'),
                          idle_until = least(idle_until, now() + interval '30 seconds')
                    WHERE id_hash = %s AND rotate
                RETURNING old.person_id, old.tenant_id, old.created_at, old.idle_until, old.ends_at, old.opened_by)
               INSERT INTO identity.sessions (id_hash, person_id, tenant_id, created_at, idle_until, ends_at, opened_by)
               SELECT %s, person_id, tenant_id, created_at, idle_until, ends_at, opened_by FROM due""",
            (old, new),
        )
    )


async def memberships(tx: Tx, person_id: PersonId) -> list[Membership]:
    """The tenants a person belongs to, in the order of joining."""
    return await tx.all(
        Membership,
        """SELECT m.tenant_id, t.name AS tenant_name, m.id AS member_id, m.role
             FROM members m JOIN tenants t ON t.tenant_id = m.tenant_id
            WHERE m.person_id = %s AND m.left_at IS NULL ORDER BY m.joined_at, m.id""",
        (person_id,),
    )


async def first_owner(tx: Tx) -> PersonId | None:
    """The earliest owner of the earliest tenant that has one."""
    return await tx.value(
        """SELECT m.person_id FROM members m JOIN tenants t ON t.tenant_id = m.tenant_id
             JOIN identity.persons p ON p.id = m.person_id AND p.disabled_at IS NULL
            WHERE m.role = 'owner' AND m.left_at IS NULL ORDER BY t.created_at, t.tenant_id, m.joined_at, m.id LIMIT 1"""
    )


async def owner_with_password(tx: Tx) -> bool:
    """Whether any owner can sign in by password yet."""
    return await tx.value(
        """SELECT EXISTS (SELECT FROM members m JOIN identity.persons p ON p.id = m.person_id
            WHERE m.role = 'owner' AND m.left_at IS NULL AND p.disabled_at IS NULL AND p.password_hash IS NOT NULL)"""
    )


async def add_tenant(tx: Tx, tenant_id: TenantId, name: str) -> None:
    """A new tenant."""
    await tx.run("INSERT INTO tenants (tenant_id, name) VALUES (%s, %s)", (tenant_id, name))


async def add_person(
    tx: Tx, person_id: PersonId, name: str, email: str | None, password_hash: str | None, language: str
) -> bool:
    """A new person; False when somebody has that e-mail address already."""
    return bool(
        await tx.run(
            """INSERT INTO identity.persons (id, name, email, password_hash, language) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (email) DO NOTHING""",
            (person_id, name, email, password_hash, language),
        )
    )


async def add_person_member(
    tx: Tx,
    tenant_id: TenantId,
    member_id: MemberId,
    person_id: PersonId,
    name: str,
    email: str | None,
    role: Role,
) -> None:
    """A person as a new member of a tenant."""
    await tx.run(
        "INSERT INTO members (tenant_id, id, person_id, kind, name, email, role) VALUES (%s, %s, %s, 'person', %s, %s, %s)",
        (tenant_id, member_id, person_id, name, email, role),
    )


async def add_service_member(tx: Tx, tenant_id: TenantId, member_id: MemberId, name: str, role: Role) -> None:
    """A member that is a program, known by its tokens."""
    await tx.run(
        "INSERT INTO members (tenant_id, id, kind, name, role) VALUES (%s, %s, 'service', %s, %s)",
        (tenant_id, member_id, name, role),
    )


async def add_link(tx: Tx, hash: bytes, person_id: PersonId, minutes: int) -> None:
    """A one-time link."""
    await tx.run(
        "INSERT INTO identity.links (hash, person_id, expires_at) VALUES (%s, %s, now() + make_interval(mins => %s))",
        (hash, person_id, minutes),
    )


async def use_link(tx: Tx, hash: bytes) -> PersonId | None:
    """Use up a link that is still good. One made while the clock was ahead is not: it would outlive its hour."""
    return await tx.value(
        """UPDATE identity.links l SET used_at = now() FROM identity.persons p
            WHERE l.hash = %s AND l.used_at IS NULL AND l.expires_at > now() AND l.created_at < now() + interval '5 minutes'
              AND p.id = l.person_id AND p.disabled_at IS NULL RETURNING l.person_id""",
        (hash,),
    )


async def add_token(
    tx: Tx,
    id: UUID,
    hash: bytes,
    tenant_id: TenantId,
    member_id: MemberId,
    name: str,
    hint: str,
    scopes: list[str],
    created_by: MemberId,
    days: int,
) -> None:
    """An API token of a member."""
    await tx.run(
        """INSERT INTO identity.api_tokens (id, hash, tenant_id, member_id, name, hint, scopes, created_by, expires_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now() + make_interval(days => %s))""",
        (id, hash, tenant_id, member_id, name, hint, scopes, created_by, days),
    )


# -- persons and sessions


_PERSON = "id, email, name, language, theme, keymap, password_hash, disabled_at"


async def person(tx: Tx, person_id: PersonId) -> Person | None:
    """One person."""
    return await tx.one(Person, f"SELECT {_PERSON} FROM identity.persons WHERE id = %s", (person_id,))


async def person_by_email(tx: Tx, email: str) -> Person | None:
    """The person who signs in with this address."""
    return await tx.one(Person, f"SELECT {_PERSON} FROM identity.persons WHERE email = %s", (email,))


async def change_person(
    tx: Tx,
    person_id: PersonId,
    name: str | None,
    language: str | None,
    theme: str | None,
    keymap: dict[str, str] | None,
) -> None:
    """Write the settings that are given; a new name is the name in every tenant."""
    await tx.run(
        """UPDATE identity.persons SET name = coalesce(%(name)s, name), language = coalesce(%(language)s, language),
                  theme = coalesce(%(theme)s, theme), keymap = coalesce(%(keymap)s, keymap) WHERE id = %(id)s""",
        {
            "id": person_id,
            "name": name,
            "language": language,
            "theme": theme,
            "keymap": None if keymap is None else Jsonb(keymap),
        },
    )
    if name is not None:
        await tx.run("UPDATE members SET name = %s WHERE person_id = %s", (name, person_id))


async def strengthen_password(tx: Tx, person_id: PersonId, hash: str, before: str | None) -> None:
    """Store the same password under a stronger hash, unless it was changed meanwhile."""
    await tx.run(
        "UPDATE identity.persons SET password_hash = %s WHERE id = %s AND password_hash = %s",
        (hash, person_id, before),
    )


async def set_password(tx: Tx, person_id: PersonId, hash: str, email: str, before: str | None) -> bool:
    """Store a new password and the address it goes with; False when the address is another's or the password changed meanwhile."""
    if await tx.value(
        "SELECT EXISTS (SELECT FROM identity.persons WHERE email = %s AND id <> %s)", (email, person_id)
    ):
        return False
    written = await tx.run(
        "UPDATE identity.persons SET password_hash = %s, email = %s WHERE id = %s AND password_hash IS NOT DISTINCT FROM %s",
        (hash, email, person_id, before),
    )
    await tx.run(
        "UPDATE members SET email = %s WHERE person_id = %s AND email IS DISTINCT FROM %s",
        (email, person_id, email),
    )
    return bool(written)


async def add_session(
    tx: Tx, hash: bytes, person_id: PersonId, tenant_id: TenantId, limits: SessionLimits, opened_by: str
) -> None:
    """A new session."""
    await tx.run(
        """INSERT INTO identity.sessions (id_hash, person_id, tenant_id, idle_until, ends_at, opened_by)
           VALUES (%(hash)s, %(person)s, %(tenant)s, now() + least(%(idle)s, %(whole)s), now() + %(whole)s, %(by)s)""",
        {"hash": hash, "person": person_id, "tenant": tenant_id, "by": opened_by, **_periods(limits)},
    )


async def live_session(tx: Tx, hash: bytes) -> SessionRow | None:
    """A session that has not ended. `young`: opened within the hour."""
    return await tx.one(
        SessionRow,
        """SELECT s.person_id, s.tenant_id, s.opened_by, s.created_at > now() - interval '1 hour' AS young
             FROM identity.sessions s JOIN identity.persons p ON p.id = s.person_id AND p.disabled_at IS NULL
            WHERE s.id_hash = %s AND s.revoked_at IS NULL AND s.idle_until > now() AND s.ends_at > now()""",
        (hash,),
    )


async def renew_session(tx: Tx, old: bytes, new: bytes, tenant_id: TenantId) -> bool:
    """End a live session and go on under a new id, in `tenant_id`; its last moment stays. False when it has ended."""
    ended = await tx.run(
        """UPDATE identity.sessions SET revoked_at = now()
            WHERE id_hash = %s AND revoked_at IS NULL AND idle_until > now() AND ends_at > now()""",
        (old,),
    )
    if not ended:
        return False
    await tx.run(
        """INSERT INTO identity.sessions (id_hash, person_id, tenant_id, created_at, idle_until, ends_at, opened_by)
           SELECT %s, person_id, %s, created_at, idle_until, ends_at, opened_by FROM identity.sessions WHERE id_hash = %s""",
        (new, tenant_id, old),
    )
    return True


async def last_tenant(tx: Tx, person_id: PersonId) -> TenantId | None:
    """Where the person worked last."""
    return await tx.value(
        "SELECT tenant_id FROM identity.sessions WHERE person_id = %s ORDER BY created_at DESC, ends_at DESC LIMIT 1",
        (person_id,),
    )


async def end_session(tx: Tx, hash: bytes) -> None:
    """End one session."""
    await tx.run(
        "UPDATE identity.sessions SET revoked_at = now() WHERE id_hash = %s AND revoked_at IS NULL", (hash,)
    )


async def end_sessions(tx: Tx, person_id: PersonId, but: bytes) -> None:
    """End every session of a person but one, and make their open links useless."""
    await tx.run(
        "UPDATE identity.sessions SET revoked_at = now() WHERE person_id = %s AND id_hash <> %s AND revoked_at IS NULL",
        (person_id, but),
    )
    await tx.run(
        "UPDATE identity.links SET used_at = now() WHERE person_id = %s AND used_at IS NULL", (person_id,)
    )


async def rotate_sessions_of_member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> None:
    """The member's sessions get a new id at their next request: what they stand for has changed."""
    await tx.run(
        """UPDATE identity.sessions s SET rotate = true FROM members m
            WHERE m.tenant_id = %s AND m.id = %s AND s.tenant_id = m.tenant_id AND s.person_id = m.person_id AND s.revoked_at IS NULL""",
        (tenant_id, member_id),
    )


async def end_credentials_of_member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> None:
    """End the sessions in this tenant, the tokens and the open invitations of a member."""
    who = {"tenant": tenant_id, "member": member_id}
    await tx.run(
        """UPDATE identity.sessions s SET revoked_at = now() FROM members m
            WHERE m.tenant_id = %(tenant)s AND m.id = %(member)s AND s.tenant_id = m.tenant_id AND s.person_id = m.person_id
              AND s.revoked_at IS NULL""",
        who,
    )
    await tx.run(
        "UPDATE identity.api_tokens SET revoked_at = now() WHERE tenant_id = %(tenant)s AND member_id = %(member)s AND revoked_at IS NULL",
        who,
    )
    await tx.run(
        """UPDATE identity.invitations SET revoked_at = now()
            WHERE tenant_id = %(tenant)s AND created_by = %(member)s AND used_at IS NULL AND revoked_at IS NULL""",
        who,
    )


# -- attempts


async def count_attempt(tx: Tx, key: str, free: int, longest: int) -> int | None:
    """Count an attempt, or give the seconds to wait where it comes too early.

    A day without attempts clears the count. A wait longer than any we give was set while the clock was ahead, and is none.
    What is compared is the clock, not the transaction's start: of two that come at once, the one that began first may count last.
    """
    counted = await tx.value(
        """INSERT INTO identity.throttle AS t (key, failures, free_at) VALUES (%(key)s, 1, now())
           ON CONFLICT (key) DO UPDATE SET
               failures = CASE WHEN t.updated_at < now() - interval '1 day' THEN 1 ELSE t.failures + 1 END,
               free_at = now() + CASE WHEN t.updated_at < now() - interval '1 day' OR t.failures < %(free)s THEN interval '0'
                         ELSE make_interval(secs => least(%(longest)s, power(2, least(t.failures + 1 - %(free)s, 20)))) END,
               updated_at = now()
            WHERE t.free_at <= clock_timestamp() OR t.free_at > clock_timestamp() + make_interval(secs => %(longest)s)
           RETURNING failures""",
        {"key": key, "free": free, "longest": longest},
    )
    if counted is not None:
        return None
    wait = await tx.value(
        "SELECT ceil(extract(epoch FROM free_at - now()))::integer FROM identity.throttle WHERE key = %s",
        (key,),
    )
    return max(1, wait or 1)


async def clear_attempts(tx: Tx, clear: list[str], give_back: str) -> None:
    """Forget the counts `clear`, and take one from `give_back`."""
    await tx.run("DELETE FROM identity.throttle WHERE key = ANY (%s)", (sorted(clear),))
    await tx.run(
        "UPDATE identity.throttle SET failures = greatest(failures - 1, 0), free_at = least(free_at, now()) WHERE key = %s",
        (give_back,),
    )


# -- invitations


async def project_exists(tx: Tx, tenant_id: TenantId, project_id: ProjectId) -> bool:
    """Whether the tenant has this project."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT FROM projects WHERE tenant_id = %s AND id = %s)", (tenant_id, project_id)
        )
    )


_INVITATION = """
    i.id, i.email, i.role, i.project_id, j.name AS project_name, i.created_at, i.expires_at,
    CASE WHEN i.used_at IS NOT NULL THEN 'used' WHEN i.revoked_at IS NOT NULL THEN 'withdrawn'
         WHEN i.expires_at <= now() THEN 'expired' ELSE 'open' END AS state
    FROM identity.invitations i LEFT JOIN projects j ON j.tenant_id = i.tenant_id AND j.id = i.project_id
"""
# One made while the clock was ahead would outlive its days, so it is not open.
_OPEN = "i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now() AND i.created_at < now() + interval '5 minutes'"


async def add_invitation(
    tx: Tx,
    id: UUID,
    hash: bytes,
    tenant_id: TenantId,
    project_id: ProjectId | None,
    role: Role,
    email: str | None,
    created_by: MemberId,
    days: int,
) -> None:
    """A new invitation."""
    await tx.run(
        """INSERT INTO identity.invitations (id, hash, tenant_id, project_id, role, email, created_by, expires_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s, now() + make_interval(days => %s))""",
        (id, hash, tenant_id, project_id, role, email, created_by, days),
    )


async def invitation(tx: Tx, tenant_id: TenantId, id: UUID) -> Invitation | None:
    """One invitation of a tenant."""
    return await tx.one(
        Invitation, f"SELECT {_INVITATION} WHERE i.tenant_id = %s AND i.id = %s", (tenant_id, id)
    )


async def invitations(
    tx: Tx, tenant_id: TenantId, project_id: ProjectId | None, limit: int, after: str | None
) -> Page[Invitation]:
    """A page of invitations, newest first."""
    rows = await tx.all(
        Invitation,
        f"""SELECT {_INVITATION} WHERE i.tenant_id = %(tenant)s AND (%(project)s::uuid IS NULL OR i.project_id = %(project)s)
               AND (%(after)s::uuid IS NULL OR i.id < %(after)s) ORDER BY i.id DESC LIMIT %(limit)s""",
        {"tenant": tenant_id, "project": project_id, "after": decode_id(after), "limit": limit + 1},
    )
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def revoke_invitation(tx: Tx, tenant_id: TenantId, id: UUID) -> None:
    """Make an invitation useless."""
    await tx.run(
        "UPDATE identity.invitations SET revoked_at = now() WHERE tenant_id = %s AND id = %s AND used_at IS NULL AND revoked_at IS NULL",
        (tenant_id, id),
    )


async def open_invitation(tx: Tx, hash: bytes) -> InvitationLook | None:
    """What the invitation of this link says, while it is open."""
    return await tx.one(
        InvitationLook,
        f"""SELECT i.tenant_id, t.name AS tenant_name, i.role, i.email, i.project_id, j.name AS project_name
              FROM identity.invitations i JOIN tenants t ON t.tenant_id = i.tenant_id
              LEFT JOIN projects j ON j.tenant_id = i.tenant_id AND j.id = i.project_id
             WHERE i.hash = %s AND {_OPEN}""",
        (hash,),
    )


async def use_invitation(tx: Tx, hash: bytes, person_id: PersonId) -> UsedInvitation | None:
    """Use up an open invitation: of two who try at once, one gets it."""
    return await tx.one(
        UsedInvitation,
        f"""UPDATE identity.invitations i SET used_at = now(), used_by = %s WHERE i.hash = %s AND {_OPEN}
            RETURNING i.id, i.tenant_id, i.project_id, i.role, i.created_by""",
        (person_id, hash),
    )


# -- members


_MEMBER = """
    m.id, m.name, m.email, m.kind, m.role, m.joined_at,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.project_id, 'role', r.role) ORDER BY r.project_id), '[]')
       FROM project_roles r WHERE r.tenant_id = m.tenant_id AND r.member_id = m.id) AS projects
"""


async def members(
    tx: Tx, tenant_id: TenantId, project_id: ProjectId | None, limit: int, after: str | None
) -> Page[Member]:
    """A page of present members, or of those with a role in one project."""
    rows = await tx.all(
        Member,
        f"""SELECT {_MEMBER} FROM members m
             WHERE m.tenant_id = %(tenant)s AND m.left_at IS NULL AND (%(after)s::uuid IS NULL OR m.id > %(after)s)
               AND (%(project)s::uuid IS NULL OR EXISTS (SELECT FROM project_roles r
                     WHERE r.tenant_id = m.tenant_id AND r.member_id = m.id AND r.project_id = %(project)s))
             ORDER BY m.id LIMIT %(limit)s""",
        {"tenant": tenant_id, "project": project_id, "after": decode_id(after), "limit": limit + 1},
    )
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> Member | None:
    """One present member."""
    return await tx.one(
        Member,
        f"SELECT {_MEMBER} FROM members m WHERE m.tenant_id = %s AND m.id = %s AND m.left_at IS NULL",
        (tenant_id, member_id),
    )


async def self_of_member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> SelfRow | None:
    """A present member's own row, with the name of the tenant."""
    return await tx.one(
        SelfRow,
        """SELECT m.person_id, m.kind, m.name, t.name AS tenant_name FROM members m JOIN tenants t ON t.tenant_id = m.tenant_id
            WHERE m.tenant_id = %s AND m.id = %s AND m.left_at IS NULL""",
        (tenant_id, member_id),
    )


async def member_of_person(tx: Tx, tenant_id: TenantId, person_id: PersonId) -> MemberOfPerson | None:
    """A person's membership in a tenant, even a past one, with its row locked."""
    return await tx.one(
        MemberOfPerson,
        """SELECT id, role, left_at IS NOT NULL AS left FROM members WHERE tenant_id = %s AND person_id = %s FOR UPDATE""",
        (tenant_id, person_id),
    )


async def lock_owners(tx: Tx, tenant_id: TenantId) -> list[MemberId]:
    """The owners who are people, their rows locked in order."""
    rows = await tx.rows(
        """SELECT id FROM members WHERE tenant_id = %s AND role = 'owner' AND kind = 'person' AND left_at IS NULL
            ORDER BY id FOR UPDATE""",
        (tenant_id,),
    )
    return [row[0] for row in rows]


async def lock_member(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> Role | None:
    """The tenant-wide role of a present member, the row locked."""
    role = await tx.value(
        "SELECT role FROM members WHERE tenant_id = %s AND id = %s AND left_at IS NULL FOR UPDATE",
        (tenant_id, member_id),
    )
    return Role(role) if role is not None else None


async def set_role(tx: Tx, tenant_id: TenantId, member_id: MemberId, role: Role) -> None:
    """Write the tenant-wide role; one who had left is back."""
    await tx.run(
        "UPDATE members SET role = %s, left_at = NULL WHERE tenant_id = %s AND id = %s",
        (role, tenant_id, member_id),
    )


async def project_role(
    tx: Tx, tenant_id: TenantId, project_id: ProjectId, member_id: MemberId
) -> Role | None:
    """The role held in one project."""
    role = await tx.value(
        "SELECT role FROM project_roles WHERE tenant_id = %s AND project_id = %s AND member_id = %s",
        (tenant_id, project_id, member_id),
    )
    return Role(role) if role is not None else None


async def set_project_role(
    tx: Tx, tenant_id: TenantId, project_id: ProjectId, member_id: MemberId, role: Role
) -> None:
    """Write the role held in one project."""
    await tx.run(
        """INSERT INTO project_roles (tenant_id, project_id, member_id, role) VALUES (%s, %s, %s, %s)
           ON CONFLICT (tenant_id, project_id, member_id) DO UPDATE SET role = EXCLUDED.role""",
        (tenant_id, project_id, member_id, role),
    )


async def drop_project_role(tx: Tx, tenant_id: TenantId, project_id: ProjectId, member_id: MemberId) -> bool:
    """Take the role held in one project away; False when there was none."""
    return bool(
        await tx.run(
            "DELETE FROM project_roles WHERE tenant_id = %s AND project_id = %s AND member_id = %s",
            (tenant_id, project_id, member_id),
        )
    )


async def leave(tx: Tx, tenant_id: TenantId, member_id: MemberId) -> None:
    """The member is one no more. The row stays: what they did is theirs."""
    who = (tenant_id, member_id)
    await tx.run("UPDATE members SET left_at = now() WHERE tenant_id = %s AND id = %s", who)
    await tx.run("DELETE FROM project_roles WHERE tenant_id = %s AND member_id = %s", who)
    await tx.run("DELETE FROM group_members WHERE tenant_id = %s AND member_id = %s", who)


# -- tokens


_LISTED = """
    t.id, t.name, t.hint, t.scopes, t.member_id, m.name AS member_name, m.role, t.created_at, t.expires_at, t.last_used_on,
    CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'live' END AS state
    FROM identity.api_tokens t JOIN members m ON m.tenant_id = t.tenant_id AND m.id = t.member_id
"""


async def token(tx: Tx, tenant_id: TenantId, id: UUID) -> ApiToken | None:
    """One token of a tenant."""
    return await tx.one(ApiToken, f"SELECT {_LISTED} WHERE t.tenant_id = %s AND t.id = %s", (tenant_id, id))


async def tokens(tx: Tx, tenant_id: TenantId, limit: int, after: str | None) -> Page[ApiToken]:
    """A page of tokens that were not revoked, newest first."""
    rows = await tx.all(
        ApiToken,
        f"""SELECT {_LISTED} WHERE t.tenant_id = %(tenant)s AND t.revoked_at IS NULL
               AND (%(after)s::uuid IS NULL OR t.id < %(after)s) ORDER BY t.id DESC LIMIT %(limit)s""",
        {"tenant": tenant_id, "after": decode_id(after), "limit": limit + 1},
    )
    return page_of(rows, limit, [rows[limit - 1].id] if len(rows) > limit else None)


async def end_token(tx: Tx, hash: bytes) -> tuple[TenantId, UUID, MemberId] | None:
    """End the token of this hash; its tenant, id and member, or None where there is none to end."""
    rows = await tx.rows(
        "UPDATE identity.api_tokens SET revoked_at = now() WHERE hash = %s AND revoked_at IS NULL RETURNING tenant_id, id, member_id",
        (hash,),
    )
    return (TenantId(rows[0][0]), rows[0][1], MemberId(rows[0][2])) if rows else None


async def revoke_token(tx: Tx, tenant_id: TenantId, id: UUID) -> None:
    """End a token."""
    await tx.run(
        "UPDATE identity.api_tokens SET revoked_at = now() WHERE tenant_id = %s AND id = %s AND revoked_at IS NULL",
        (tenant_id, id),
    )


# -- groups


_GROUP = """
    g.id, g.name, ARRAY(SELECT x.member_id FROM group_members x WHERE x.tenant_id = g.tenant_id AND x.group_id = g.id
                         ORDER BY x.member_id) AS members
    FROM groups g
"""


async def groups(tx: Tx, tenant_id: TenantId, limit: int, after: str | None) -> Page[Group]:
    """A page of groups, by name."""
    key = decode_key(after, 1)
    rows = await tx.all(
        Group,
        f"""SELECT {_GROUP} WHERE g.tenant_id = %(tenant)s AND (%(after)s::text IS NULL OR g.name > %(after)s)
             ORDER BY g.name LIMIT %(limit)s""",
        {"tenant": tenant_id, "after": str(key[0]) if key else None, "limit": limit + 1},
    )
    return page_of(rows, limit, [rows[limit - 1].name] if len(rows) > limit else None)


async def add_group(tx: Tx, tenant_id: TenantId, group_id: GroupId, name: str) -> None:
    """A new, empty group."""
    await tx.run("INSERT INTO groups (tenant_id, id, name) VALUES (%s, %s, %s)", (tenant_id, group_id, name))


async def rename_group(tx: Tx, tenant_id: TenantId, group_id: GroupId, name: str) -> bool:
    """Another name for a group; False when there is none by that id."""
    return bool(
        await tx.run(
            "UPDATE groups SET name = %s WHERE tenant_id = %s AND id = %s", (name, tenant_id, group_id)
        )
    )


async def empty_group(tx: Tx, tenant_id: TenantId, group_id: GroupId) -> None:
    """Take everybody out of a group."""
    await tx.run("DELETE FROM group_members WHERE tenant_id = %s AND group_id = %s", (tenant_id, group_id))


async def fill_group(tx: Tx, tenant_id: TenantId, group_id: GroupId, members: list[MemberId]) -> None:
    """Put members into a group."""
    await tx.run(
        "INSERT INTO group_members (tenant_id, group_id, member_id) SELECT %s, %s, unnest(%s::uuid[])",
        (tenant_id, group_id, members),
    )


async def drop_group(tx: Tx, tenant_id: TenantId, group_id: GroupId) -> bool:
    """Remove a group; False when there is none by that id."""
    return bool(await tx.run("DELETE FROM groups WHERE tenant_id = %s AND id = %s", (tenant_id, group_id)))


async def present_members(tx: Tx, tenant_id: TenantId, members: list[MemberId]) -> list[MemberId]:
    """Those of `members` who are present members of the tenant."""
    rows = await tx.rows(
        "SELECT id FROM members WHERE tenant_id = %s AND id = ANY (%s::uuid[]) AND left_at IS NULL",
        (tenant_id, members),
    )
    return [row[0] for row in rows]


# -- housekeeping


async def tidy(tx: Tx) -> None:
    """Drop what has long ended. A month is longer than any clock is likely to be wrong."""
    await tx.run(
        "DELETE FROM identity.sessions WHERE least(revoked_at, ends_at) < now() - interval '30 days'"
    )
    await tx.run("DELETE FROM identity.links WHERE expires_at < now() - interval '30 days'")
    await tx.run(
        "DELETE FROM identity.api_tokens WHERE least(revoked_at, expires_at) < now() - interval '30 days'"
    )
    await tx.run("DELETE FROM identity.throttle WHERE updated_at < now() - interval '2 days'")
