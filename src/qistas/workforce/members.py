"""Members of a tenant: who they are, what role they hold, and how they leave."""

from qistas.core.errors import Conflict, Fault, Forbidden, Invalid, Missing
from qistas.core.ids import MemberId, ProjectId
from qistas.core.page import Page
from qistas.core.principal import Principal, Role
from qistas.db import Database, Tx
from qistas.jobs import defer
from qistas.trust import Act, Permission, may_grant, record, require

from . import store
from .resolve import forget
from .types import Member


async def list_members(
    db: Database, principal: Principal, limit: int, after: str | None, project_id: ProjectId | None = None
) -> Page[Member]:
    """The members of the tenant, or those who hold a role in one project, in the order they were made."""
    require(principal, Permission.MEMBER_VIEW, project_id)
    async with db.tenant_tx(principal) as tx:
        if project_id is not None and not await store.project_exists(tx, principal.tenant_id, project_id):
            raise Missing
        return await store.members(tx, principal.tenant_id, project_id, limit, after)


async def change_role(
    db: Database, principal: Principal, member_id: MemberId, role: Role, project_id: ProjectId | None = None
) -> Member:
    """Give a member another role, tenant-wide or in one project. Raises Missing, Forbidden, Conflict (the last owner)."""
    require(principal, *_needed(project_id))
    async with db.tenant_tx(principal) as tx:
        present = await _locked(tx, member_id, project_id)
        if not may_grant(principal, role, project_id) or not (
            present is None or may_grant(principal, present, project_id)
        ):
            raise Forbidden("You may not give or take a role that may do more than you.")
        if project_id is None:
            await _keep_an_owner(tx, member_id, role)
            await store.set_role(tx, tx.tenant_id, member_id, role)
        elif role is Role.GUEST:
            raise Invalid(
                "Nobody is a guest of a project.",
                [Fault("role", "guest", "Take the role away by DELETE instead.", "role_guest")],
            )
        else:
            await store.set_project_role(tx, tx.tenant_id, project_id, member_id, role)
        await record(
            tx, Act.USER_GRANT, [member_id], role=role, before=present or "", project=str(project_id or "")
        )
        member = await store.member(tx, tx.tenant_id, member_id)
    async with db.system_tx(reason="role-changed") as tx:
        await store.rotate_sessions_of_member(tx, principal.tenant_id, member_id)
    forget(db)
    if member is None:
        raise Missing
    return member


async def remove_member(
    db: Database, principal: Principal, member_id: MemberId, project_id: ProjectId | None = None
) -> None:
    """Take a member out of the tenant (their sessions and tokens end), or their role in one project away."""
    require(principal, *_needed(project_id))
    async with db.tenant_tx(principal) as tx:
        present = await _locked(tx, member_id, project_id)
        if present is not None and not may_grant(principal, present, project_id):
            raise Forbidden("You may not take a role that may do more than you.")
        if project_id is not None:
            if not await store.drop_project_role(tx, tx.tenant_id, project_id, member_id):
                raise Missing
        else:
            await _keep_an_owner(tx, member_id, None)
            await store.leave(tx, tx.tenant_id, member_id)
        await defer(tx, "tasks.free", assignee=member_id, project_id=project_id)
        await record(tx, Act.USER_REVOKE, [member_id], before=present or "", project=str(project_id or ""))
    async with db.system_tx(reason="member-removed") as tx:
        if project_id is None:
            await store.end_credentials_of_member(tx, principal.tenant_id, member_id)
        else:
            await store.rotate_sessions_of_member(tx, principal.tenant_id, member_id)
    forget(db)


def _needed(project_id: ProjectId | None) -> tuple[Permission, ProjectId | None]:
    return (Permission.MEMBER_MANAGE, None) if project_id is None else (Permission.PROJECT_MANAGE, project_id)


async def _locked(tx: Tx, member_id: MemberId, project_id: ProjectId | None) -> Role | None:
    """The role the member holds there now, with the member's row locked. Raises Missing."""
    if project_id is not None and not await store.project_exists(tx, tx.tenant_id, project_id):
        raise Missing
    # Owners first and in order, so that two owners who demote one another at once do not both succeed.
    if project_id is None:
        await store.lock_owners(tx, tx.tenant_id)
    present = await store.lock_member(tx, tx.tenant_id, member_id)
    if present is None:
        raise Missing
    return (
        present if project_id is None else await store.project_role(tx, tx.tenant_id, project_id, member_id)
    )


async def _keep_an_owner(tx: Tx, member_id: MemberId, role: Role | None) -> None:
    owners = await store.lock_owners(tx, tx.tenant_id)
    if role is not Role.OWNER and owners == [member_id]:
        raise Conflict("This is the last owner. Make somebody else an owner first.")
