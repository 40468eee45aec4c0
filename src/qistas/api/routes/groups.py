"""Groups of members."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.people import GroupAsked, GroupPage, GroupSent
from qistas.core.ids import GroupId, MemberId
from qistas.core.page import DEFAULT_LIMIT, MAX_LIMIT
from qistas.workforce import change_group, drop_group, list_groups, make_group

router = APIRouter(tags=["people"])


@router.get("/groups", summary="List groups", response_model=GroupPage)
async def groups(
    parts: PartsDep,
    who: Actor,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str | None = None,
) -> GroupPage:
    """By name, each with its members."""
    page = await list_groups(parts.db, who, limit, after)
    return GroupPage(rows=[GroupSent.model_validate(asdict(g)) for g in page.rows], next=page.next)


@router.post("/groups", summary="Make a group", response_model=GroupSent, status_code=201)
async def create_group(parts: PartsDep, who: Actor, asked: GroupAsked) -> GroupSent:
    """A name of its own, and members of this tenant."""
    return GroupSent.model_validate(
        asdict(await make_group(parts.db, who, asked.name, [MemberId(m) for m in asked.members]))
    )


@router.put("/groups/{group_id}", summary="Change a group", response_model=GroupSent)
async def replace_group(parts: PartsDep, who: Actor, group_id: UUID, asked: GroupAsked) -> GroupSent:
    """The name and everybody in it, as sent."""
    changed = await change_group(
        parts.db, who, GroupId(group_id), asked.name, [MemberId(m) for m in asked.members]
    )
    return GroupSent.model_validate(asdict(changed))


@router.delete("/groups/{group_id}", summary="Remove a group", status_code=204)
async def delete_group(parts: PartsDep, who: Actor, group_id: UUID) -> None:
    """Its members stay."""
    await drop_group(parts.db, who, GroupId(group_id))
