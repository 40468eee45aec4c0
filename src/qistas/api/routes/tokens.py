"""API tokens."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from qistas.api.deps import Actor, PartsDep
from qistas.api.wire.people import TokenAsked, TokenMade, TokenPage, TokenSent, role_from
from qistas.core.page import DEFAULT_LIMIT, MAX_LIMIT
from qistas.workforce import issue_token, list_tokens, revoke_token

router = APIRouter(tags=["people"])


@router.get("/tokens", summary="List tokens", response_model=TokenPage)
async def tokens(
    parts: PartsDep,
    who: Actor,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    after: str | None = None,
) -> TokenPage:
    """Newest first; never the tokens themselves."""
    page = await list_tokens(parts.db, who, limit, after)
    return TokenPage(rows=[TokenSent.model_validate(asdict(t)) for t in page.rows], next=page.next)


@router.post("/tokens", summary="Make a token", response_model=TokenMade, status_code=201)
async def create_token(parts: PartsDep, who: Actor, asked: TokenAsked) -> TokenMade:
    """The token is shown this once. It never may do more than the one who makes it."""
    act_as = (asked.act_as.name, role_from(asked.act_as.role)) if asked.act_as is not None else None
    issued = await issue_token(parts.db, who, asked.name, asked.scopes, asked.days, act_as)
    return TokenMade(id=issued.id, member_id=issued.member_id, token=issued.token)


@router.delete("/tokens/{token_id}", summary="Revoke a token", status_code=204)
async def delete_token(parts: PartsDep, who: Actor, token_id: UUID) -> None:
    """It is refused from now on."""
    await revoke_token(parts.db, who, token_id)
