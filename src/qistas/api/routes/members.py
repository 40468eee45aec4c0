"""The members of a tenant and the roles they hold."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.people import MemberPage, MemberSent, RoleChange, role_from
from qistas.core.ids import MemberId, ProjectId
from qistas.core.page import DEFAULT_LIMIT, MAX_LIMIT
from qistas.workforce import Member, change_role, list_members, remove_member

router = APIRouter(tags=["people"])
InProject = Annotated[UUID | None, Query(description="Roles in this project, instead of tenant-wide")]


@router.get("/members", summary="List members", response_model=MemberPage)
async def members(
    parts: PartsDep,
    who: Actor,
    project_id: InProject = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str | None = None,
) -> MemberPage:
    """The members of the tenant, or those who hold a role in one project."""
    page = await list_members(parts.db, who, limit, after, _project(project_id))
    return MemberPage(rows=[member_sent(m) for m in page.rows], next=page.next)


@router.patch("/members/{member_id}", summary="Change a role", response_model=MemberSent)
async def change_member(
    parts: PartsDep, who: Actor, member_id: UUID, asked: RoleChange, project_id: InProject = None
) -> MemberSent:
    """Tenant-wide or in one project. Nobody gives a role that may do more than they may; the last owner stays one."""
    return member_sent(
        await change_role(parts.db, who, MemberId(member_id), role_from(asked.role), _project(project_id))
    )


@router.delete("/members/{member_id}", summary="Remove a member", status_code=204)
async def delete_member(parts: PartsDep, who: Actor, member_id: UUID, project_id: InProject = None) -> None:
    """Out of the tenant: sessions and tokens end at once. With `project_id`, only the role in that project goes."""
    await remove_member(parts.db, who, MemberId(member_id), _project(project_id))


def member_sent(member: Member) -> MemberSent:
    """A member on the wire."""
    return MemberSent.model_validate(
        {
            "id": member.id,
            "name": member.name,
            "email": member.email,
            "kind": member.kind,
            "role": member.role,
            "projects": member.projects,
            "created_at": member.joined_at,
        }
    )


def _project(project_id: UUID | None) -> ProjectId | None:
    return ProjectId(project_id) if project_id is not None else None
