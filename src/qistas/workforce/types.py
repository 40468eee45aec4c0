"""People and their credentials, as the use-cases pass them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from qistas.core.ids import GroupId, MemberId, PersonId, ProjectId, TenantId
from qistas.core.principal import Role


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives without use, and in all. Counted by the database's clock alone."""

    idle_hours: float = 8
    hours: float = 24


@dataclass(frozen=True, slots=True)
class Standing:
    """One live credential and the member it stands for, as read in one statement."""

    tenant_id: TenantId
    member_id: MemberId
    role: str
    name: str
    projects: dict[str, str]
    groups: list[GroupId]
    paused: list[ProjectId]
    scopes: list[str] | None
    handle: str
    touch: bool
    rotate: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A human being with an account; a member of one or more tenants."""

    id: PersonId
    email: str | None
    name: str
    language: str
    theme: str
    keymap: dict[str, str]
    password_hash: str | None = field(repr=False)
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session just opened: the secret for the cookie, told once, and where it stands."""

    secret: str = field(repr=False)
    person_id: PersonId
    tenant_id: TenantId


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live session as it is stored."""

    person_id: PersonId
    tenant_id: TenantId
    opened_by: str
    young: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """One tenant a person belongs to."""

    tenant_id: TenantId
    tenant_name: str
    member_id: MemberId
    role: Role


@dataclass(frozen=True, slots=True)
class ProjectRole:
    """A role held within one project."""

    id: ProjectId
    role: Role


@dataclass(frozen=True, slots=True)
class Me:
    """Everything the signed-in principal is told of itself."""

    person_id: UUID
    member_id: MemberId
    kind: str
    name: str
    email: str | None
    has_password: bool
    language: str | None
    theme: str | None
    keymap: dict[str, str]
    tenant_id: TenantId
    tenant_name: str
    role: Role
    permissions: tuple[str, ...]
    tenants: tuple[Membership, ...]
    projects: tuple[ProjectRole, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a tenant. `projects` are the roles held within single projects."""

    id: MemberId
    name: str
    email: str | None
    kind: str
    role: str
    joined_at: datetime
    projects: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation; the secret of its link is not kept."""

    id: UUID
    email: str | None
    role: str
    project_id: ProjectId | None
    project_name: str | None
    state: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationLook:
    """What an invitation says to the one who holds its link."""

    tenant_id: TenantId
    tenant_name: str
    role: Role
    email: str | None
    project_id: ProjectId | None
    project_name: str | None


@dataclass(frozen=True, slots=True)
class UsedInvitation:
    """An invitation at the moment it is used up."""

    id: UUID
    tenant_id: TenantId
    project_id: ProjectId | None
    role: str
    created_by: MemberId


@dataclass(frozen=True, slots=True)
class MemberOfPerson:
    """The membership of a person in one tenant, present or past."""

    id: MemberId
    role: str
    left: bool


@dataclass(frozen=True, slots=True)
class SelfRow:
    """What the member's own row and tenant say."""

    person_id: PersonId | None
    kind: str
    name: str
    tenant_name: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An API token; `hint` is its last four characters, the rest is not kept."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    member_id: MemberId
    member_name: str
    role: str
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of members, to whom batches may be assigned."""

    id: GroupId
    name: str
    members: list[MemberId]
