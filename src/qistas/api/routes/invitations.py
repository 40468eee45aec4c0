"""Invitations: the only way in."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from qistas.api.deps import Actor, Address, PartsDep, limits_of, own_page
from qistas.api.routes.session import enter
from qistas.api.wire.people import (
    Acceptance,
    InvitationAsked,
    InvitationMade,
    InvitationPage,
    InvitationSent,
    InvitationToken,
    LookSent,
    MeSent,
    role_from,
)
from qistas.core.ids import ProjectId
from qistas.core.page import DEFAULT_LIMIT, MAX_LIMIT
from qistas.workforce import (
    accept_invitation,
    invite,
    list_invitations,
    look_at_invitation,
    withdraw_invitation,
)

router = APIRouter(tags=["people"])


@router.get("/invitations", summary="List invitations", response_model=InvitationPage)
async def invitations(
    parts: PartsDep,
    who: Actor,
    project_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str | None = None,
) -> InvitationPage:
    """Newest first; never the links."""
    within = ProjectId(project_id) if project_id is not None else None
    page = await list_invitations(parts.db, who, limit, after, within)
    return InvitationPage(rows=[InvitationSent.model_validate(asdict(i)) for i in page.rows], next=page.next)


@router.post("/invitations", summary="Invite somebody", response_model=InvitationMade, status_code=201)
async def create_invitation(parts: PartsDep, who: Actor, asked: InvitationAsked) -> InvitationMade:
    """The link is shown this once. With `project_id` the one who comes sees that project alone."""
    made = await invite(
        parts.db,
        who,
        role_from(asked.role),
        email=asked.email,
        project_id=ProjectId(asked.project_id) if asked.project_id is not None else None,
        days=asked.days,
    )
    # Behind the `#`, so that the secret is never sent to a server or written to its log by opening the page.
    url = f"{parts.settings.url}/invite#{made.secret}"
    return InvitationMade.model_validate({**asdict(made.invitation), "url": url})


@router.delete("/invitations/{invitation_id}", summary="Withdraw an invitation", status_code=204)
async def delete_invitation(parts: PartsDep, who: Actor, invitation_id: UUID) -> None:
    """The link is useless from now on."""
    await withdraw_invitation(parts.db, who, invitation_id)


@router.post(
    "/invitations/look",
    summary="What an invitation offers",
    response_model=LookSent,
    dependencies=[Depends(own_page)],
)
async def look(parts: PartsDep, asked: InvitationToken) -> LookSent:
    """Open to all who hold the link."""
    found = await look_at_invitation(parts.db, asked.token)
    return LookSent.model_validate(
        {
            "tenant_name": found.tenant_name,
            "role": found.role,
            "email": found.email,
            "project_name": found.project_name,
        }
    )


@router.post(
    "/invitations/accept",
    summary="Join by an invitation",
    response_model=MeSent,
    dependencies=[Depends(own_page)],
)
async def accept(parts: PartsDep, request: Request, address: Address, asked: Acceptance) -> MeSent:
    """Makes the person, or adds one who is there already and gives their password; signs in."""
    opened = await accept_invitation(
        parts.db,
        asked.token,
        name=asked.name,
        email=asked.email,
        password=asked.password,
        address=address,
        language=asked.language,
        limits=limits_of(parts.settings),
    )
    return await enter(request, parts, opened)
