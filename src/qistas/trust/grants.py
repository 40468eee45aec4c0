"""Who may do what, as one table. A role is a named set of permissions; deny unless it is here."""

from collections.abc import Iterable
from enum import StrEnum

from qistas.core.errors import Forbidden, Missing
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role


class Permission(StrEnum):
    """One thing that can be allowed."""

    PROJECT_VIEW = "project.view"
    PROJECT_CREATE = "project.create"
    PROJECT_MANAGE = "project.manage"
    ONTOLOGY_PUBLISH = "ontology.publish"
    ITEM_VIEW = "item.view"
    ITEM_IMPORT = "item.import"
    ITEM_WITHDRAW = "item.withdraw"
    TASK_MANAGE = "task.manage"
    ANNOTATE = "annotate"
    ANNOTATION_VIEW = "annotation.view"
    QUALITY_VIEW = "quality.view"
    QUALITY_RUN = "quality.run"
    REVIEW = "review"
    GOLD_PLANT = "gold.plant"
    DATASET_VIEW = "dataset.view"
    DATASET_SEAL = "dataset.seal"
    DATASET_EXPORT = "dataset.export"
    MEMBER_VIEW = "member.view"
    MEMBER_INVITE = "member.invite"
    MEMBER_MANAGE = "member.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - a permission, no password  # noqa: S105 (a permission, no password)
    TENANT_MANAGE = "tenant.manage"


P = Permission
_ANNOTATOR = {P.PROJECT_VIEW, P.ANNOTATE}
_VIEWER = {P.PROJECT_VIEW, P.ITEM_VIEW, P.ANNOTATION_VIEW, P.QUALITY_VIEW, P.DATASET_VIEW}
_REVIEWER = _ANNOTATOR | _VIEWER | {P.REVIEW}
_MANAGER = _REVIEWER | {
    P.PROJECT_CREATE,
    P.PROJECT_MANAGE,
    P.ONTOLOGY_PUBLISH,
    P.ITEM_IMPORT,
    P.ITEM_WITHDRAW,
    P.TASK_MANAGE,
    P.QUALITY_RUN,
    P.GOLD_PLANT,
    P.DATASET_SEAL,
    P.DATASET_EXPORT,
    P.MEMBER_VIEW,
    P.MEMBER_INVITE,
    P.TOKEN_MANAGE,
}

TABLE: dict[Role, frozenset[Permission]] = {
    Role.ANNOTATOR: frozenset(_ANNOTATOR),
    Role.VIEWER: frozenset(_VIEWER),
    Role.REVIEWER: frozenset(_REVIEWER),
    Role.MANAGER: frozenset(_MANAGER),
    Role.OWNER: frozenset(Permission),
    Role.GUEST: frozenset(),
}
_RANK = {Role.GUEST: -1, Role.VIEWER: 0, Role.ANNOTATOR: 0, Role.REVIEWER: 1, Role.MANAGER: 2, Role.OWNER: 3}


def role_in(principal: Principal, project_id: ProjectId | None) -> Role:
    """The role that counts: the one held in the project where there is one, unless the tenant-wide one ranks higher."""
    here = principal.project_roles.get(project_id) if project_id is not None else None
    if here is None:
        return principal.role
    return principal.role if _RANK[principal.role] > _RANK[here] else here


def permissions_of(principal: Principal, project_id: ProjectId | None = None) -> frozenset[Permission]:
    """Everything the principal may do, here or (without a project) tenant-wide; a token's scopes narrow it.

    A role held in the project adds to the tenant-wide one and never takes from it.
    """
    here = principal.project_roles.get(project_id) if project_id is not None else None
    allowed = TABLE[principal.role] if here is None else TABLE[principal.role] | TABLE[here]
    return allowed if principal.scopes is None else frozenset(p for p in allowed if p in principal.scopes)


def may(principal: Principal, permission: Permission, project_id: ProjectId | None = None) -> bool:
    """Whether the principal may do this."""
    return permission in permissions_of(principal, project_id)


def require(principal: Principal, permission: Permission, project_id: ProjectId | None = None) -> None:
    """Raise unless the principal may. One who may not even see the project is told it is not there."""
    if may(principal, permission, project_id):
        return
    if project_id is not None and not may(principal, Permission.PROJECT_VIEW, project_id):
        raise Missing()
    raise Forbidden(
        f"Your role does not allow this ({permission.value}). Ask an owner or manager of the project."
    )


def projects_seen(principal: Principal) -> frozenset[ProjectId] | None:
    """The projects a list may show: None for all of the tenant's, or else those where the principal holds a role."""
    if may(principal, Permission.PROJECT_VIEW):
        return None
    return frozenset(p for p in principal.project_roles if may(principal, Permission.PROJECT_VIEW, p))


def may_grant(principal: Principal, role: Role, project_id: ProjectId | None = None) -> bool:
    """Whether the principal may hand out `role`: nobody gives what they do not hold themselves, here and through this credential."""
    return TABLE[role] <= permissions_of(principal, project_id)


def has_role(principal: Principal, project_id: ProjectId) -> bool:
    """Whether the principal has anything to do with the project, whatever a token's scopes leave of it."""
    return bool(TABLE[role_in(principal, project_id)])


def includes(held: Role, role: Role) -> bool:
    """Whether one who holds `held` may do all that `role` may. A viewer and an annotator include neither the other."""
    return TABLE[role] <= TABLE[held]


def known_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes among `scopes` that exist."""
    names = {p.value for p in Permission}
    return frozenset(s for s in scopes if s in names)
