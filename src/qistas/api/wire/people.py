"""The shapes of people, credentials and groups on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from qistas.core.principal import Role

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Email = Annotated[str, Field(max_length=320)]
Secret = Annotated[str, Field(max_length=1000)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
Theme = Literal["auto", "light", "dark"]
Keymap = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=64)]],
    Field(max_length=200, description="Hotkeys of my own: the name of an action to a key"),
]
HeldRole = Literal["owner", "manager", "reviewer", "annotator", "viewer", "guest"]
GivenRole = Literal["owner", "manager", "reviewer", "annotator", "viewer"]


class Asked(BaseModel):
    """A request: what is not known is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SetupSent(BaseModel):
    """What a page needs to know before anybody is signed in."""

    version: str
    signed_in: bool
    needs_owner: bool = Field(
        description="No owner can sign in by password yet: the link that `qistas up` prints is the way in"
    )


class SignIn(Asked):
    """Sign in by password."""

    email: Email
    password: Secret


class LinkSignIn(Asked):
    """Sign in by a one-time link."""

    token: Secret


class MeChange(Asked):
    """My settings; what is left out stays."""

    name: Name | None = None
    language: Language | None = None
    theme: Theme | None = None
    keymap: Keymap | None = None


class TenantMove(Asked):
    """Another of my tenants."""

    tenant_id: UUID


class PasswordChange(Asked):
    """A new password; `old` unless there is none or I came by a link within the hour, `email` where I have none yet."""

    old: Secret | None = None
    new: Secret
    email: Email | None = None


class PersonSent(BaseModel):
    """Me as a person (or, with a service token, as a program)."""

    id: UUID
    member_id: UUID
    kind: Literal["person", "service", "model"]
    name: str
    email: str | None
    has_password: bool
    language: str | None
    theme: str | None
    keymap: dict[str, str]


class TenantSent(BaseModel):
    """A tenant."""

    id: UUID
    name: str


class MyTenant(TenantSent):
    """A tenant I belong to."""

    role: HeldRole


class MyProject(BaseModel):
    """A role I hold in one project."""

    id: UUID
    role: GivenRole


class MeSent(BaseModel):
    """Who I am, where, and what I may do tenant-wide."""

    person: PersonSent
    tenant: TenantSent
    role: HeldRole
    permissions: list[str]
    tenants: list[MyTenant]
    projects: list[MyProject]


class MemberSent(BaseModel):
    """A member of the tenant."""

    id: UUID
    name: str
    email: str | None
    kind: Literal["person", "service", "model"]
    role: HeldRole
    projects: list[MyProject]
    created_at: datetime


class MemberPage(BaseModel):
    """Some members."""

    rows: list[MemberSent]
    next: str | None


class RoleChange(Asked):
    """Another role. `guest`: none tenant-wide, only those held in projects."""

    role: HeldRole


class InvitationAsked(Asked):
    """Whom to invite, as what, and for how many days the link works."""

    role: GivenRole
    email: Email | None = None
    project_id: UUID | None = None
    days: Annotated[int, Field(ge=1, le=90)] = 7


class InvitationSent(BaseModel):
    """An invitation."""

    id: UUID
    email: str | None
    role: GivenRole
    project_id: UUID | None
    project_name: str | None
    state: Literal["open", "used", "withdrawn", "expired"]
    created_at: datetime
    expires_at: datetime


class InvitationMade(InvitationSent):
    """An invitation just made; `url` is shown this once."""

    url: str


class InvitationPage(BaseModel):
    """Some invitations."""

    rows: list[InvitationSent]
    next: str | None


class InvitationToken(Asked):
    """The secret of an invitation's link."""

    token: Secret


class LookSent(BaseModel):
    """What an invitation offers."""

    tenant_name: str
    role: GivenRole
    email: str | None
    project_name: str | None


class Acceptance(InvitationToken):
    """Join: a new person with this password, or one who is there already and gives theirs."""

    name: Name
    email: Email
    password: Secret
    language: Language = "en"


class ActAs(Asked):
    """A service member to make for the token."""

    name: Name
    role: GivenRole


class TokenAsked(Asked):
    """A token for me, or with `act_as` for a program of its own name and role."""

    name: Name
    scopes: Annotated[
        list[Annotated[str, Field(max_length=64)]],
        Field(min_length=1, max_length=64, description="Permissions, or `*` for everything the role allows"),
    ]
    days: Annotated[int, Field(ge=1, le=730)] = 90
    act_as: ActAs | None = None


class TokenSent(BaseModel):
    """A token, without its secret; `hint` is its end."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    member_id: UUID
    member_name: str
    role: HeldRole
    state: Literal["live", "expired"]
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None


class TokenMade(BaseModel):
    """A token just made; it is shown this once."""

    id: UUID
    member_id: UUID
    token: str


class TokenPage(BaseModel):
    """Some tokens."""

    rows: list[TokenSent]
    next: str | None


class GroupAsked(Asked):
    """A group: its name and everybody in it."""

    name: Name
    members: Annotated[list[UUID], Field(max_length=10_000)] = []


class GroupSent(BaseModel):
    """A group."""

    id: UUID
    name: str
    members: list[UUID]


class GroupPage(BaseModel):
    """Some groups."""

    rows: list[GroupSent]
    next: str | None


def role_from(text: str) -> Role:
    """The role of a checked request."""
    return Role(text)
