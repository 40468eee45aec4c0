"""Who acts: a person or a service key within one tenant, or the system with a stated reason."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from .ids import GroupId, MemberId, ProjectId, TenantId


class Role(StrEnum):
    """A named set of grants; the table of what each may do is `trust.grants`."""

    OWNER = "owner"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    ANNOTATOR = "annotator"
    VIEWER = "viewer"
    GUEST = "guest"  # nothing tenant-wide: a member of single projects only


@dataclass(frozen=True, slots=True)
class Principal:
    """One signed-in member of one tenant, as every use-case receives it.

    `project_roles` raises (never lowers) the tenant-wide role within single projects; `scopes` narrows what a
    token may do (None: everything the role may). `paused`: the projects that give them no new tasks for now. `purpose` says why
    data is touched and ends in the outbox.
    """

    tenant_id: TenantId
    member_id: MemberId
    role: Role
    name: str = ""
    session: str = ""
    scopes: frozenset[str] | None = None
    project_roles: dict[ProjectId, Role] = field(default_factory=dict[ProjectId, Role])
    groups: tuple[GroupId, ...] = ()
    paused: frozenset[ProjectId] = frozenset()
    purpose: str = "work"

    def __post_init__(self) -> None:
        check_purpose(self.purpose)


_PURPOSE = re.compile(r"[a-z][a-z0-9_.\-]{0,62}")


def check_purpose(purpose: str) -> str:
    """Return `purpose`; raise ValueError unless it is a short lower-case name (it travels in the signed context)."""
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"a purpose is a short lower-case name, not {purpose!r}")
    return purpose
