"""The statements of people and credentials. `identity.*` is reached only through system transactions.

A system transaction is not held back by row security, so every statement on a tenant's table names the tenant itself.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from qistas.core.ids import MemberId, PersonId, TenantId
from qistas.core.principal import Role
from qistas.db import Tx

from .types import (
    Membership,
    SessionLimits,
    Standing,
)

# What a principal is made of, once a credential has named the member `m`.
_STANDING = """
    m.tenant_id, m.id AS member_id, m.role, m.name,
    (SELECT coalesce(jsonb_object_agg(r.project_id, r.role), '{}') FROM project_roles r
      WHERE r.tenant_id = m.tenant_id AND r.member_id = m.id) AS projects,
    ARRAY(SELECT g.group_id FROM group_members g WHERE g.tenant_id = m.tenant_id AND g.member_id = m.id ORDER BY 1) AS groups
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
    taken = await tx.run(
        """UPDATE identity.sessions SET rotate = false, idle_until = least(idle_until, now() + interval '30 seconds')
            WHERE id_hash = %s AND rotate""",
        (old,),
    )
    if not taken:
        return False
    await tx.run(
        """INSERT INTO identity.sessions (id_hash, person_id, tenant_id, created_at, idle_until, ends_at, opened_by)
           SELECT %s, person_id, tenant_id, created_at, ends_at, ends_at, opened_by FROM identity.sessions WHERE id_hash = %s""",
        (new, old),
    )
    return True


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
