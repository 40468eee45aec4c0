"""Sign in, who am I, my settings, my password, sign out."""

from fastapi import APIRouter, Depends, Request

from qistas.api.deps import (
    Actor,
    Address,
    Parts,
    PartsDep,
    SessionHeld,
    hand_cookie,
    limits_of,
    own_page,
    session_cookie,
)
from qistas.api.wire.people import (
    LinkSignIn,
    MeChange,
    MeSent,
    MyProject,
    MyTenant,
    PasswordChange,
    PersonSent,
    SignIn,
    TenantMove,
    TenantSent,
)
from qistas.core.ids import TenantId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.workforce import (
    OpenedSession,
    change_me,
    me,
    move_session,
    resolve_session,
    set_password,
    sign_in,
    sign_in_by_link,
    sign_out,
)

router = APIRouter(tags=["session"])


@router.post(
    "/session", summary="Sign in by password", response_model=MeSent, dependencies=[Depends(own_page)]
)
async def create_session(parts: PartsDep, request: Request, address: Address, asked: SignIn) -> MeSent:
    """Sets the session cookie. Wrong passwords and unknown people get the same answer; guessing is slowed (429)."""
    return await enter(
        request,
        parts,
        await sign_in(parts.db, asked.email, asked.password, address, limits_of(parts.settings)),
    )


@router.post(
    "/session/link",
    summary="Sign in by a one-time link",
    response_model=MeSent,
    dependencies=[Depends(own_page)],
)
async def create_session_by_link(parts: PartsDep, request: Request, asked: LinkSignIn) -> MeSent:
    """Sets the session cookie; the link is used up."""
    return await enter(
        request, parts, await sign_in_by_link(parts.db, asked.token, limits_of(parts.settings))
    )


@router.get("/session", summary="Who am I", response_model=MeSent)
async def read_session(parts: PartsDep, who: Actor) -> MeSent:
    """The person, the tenant, the permissions."""
    return await me_sent(parts.db, who)


@router.patch("/session", summary="Change my settings", response_model=MeSent)
async def change_session(parts: PartsDep, who: Actor, held: SessionHeld, asked: MeChange) -> MeSent:
    """What is left out stays."""
    await change_me(
        parts.db, who, name=asked.name, language=asked.language, theme=asked.theme, keymap=asked.keymap
    )
    return await me_sent(parts.db, who)


@router.post("/session/tenant", summary="Move to another of my tenants", response_model=MeSent)
async def move_to_tenant(parts: PartsDep, request: Request, held: SessionHeld, asked: TenantMove) -> MeSent:
    """A new session in that tenant; this one ends."""
    moved = await move_session(parts.db, held, TenantId(asked.tenant_id))
    hand_cookie(request, moved.secret)
    return await me_sent(parts.db, await resolve_session(parts.db, moved.secret, limits_of(parts.settings)))


@router.put("/session/password", summary="Set or change my password", status_code=204)
async def change_password(
    parts: PartsDep, request: Request, address: Address, held: SessionHeld, asked: PasswordChange
) -> None:
    """Every other session of mine ends, and this one gets a new cookie."""
    renewed = await set_password(parts.db, held, asked.new, address, asked.old, asked.email)
    hand_cookie(request, renewed.secret)


@router.delete("/session", summary="Sign out", status_code=204)
async def delete_session(parts: PartsDep, request: Request, held: SessionHeld) -> None:
    """The session ends here and now."""
    await sign_out(parts.db, held)
    hand_cookie(request, None)


async def enter(request: Request, parts: Parts, opened: OpenedSession) -> MeSent:
    """Hand over the cookie of a session just opened; the one held before, if any, ends."""
    before = session_cookie(request)
    if before is not None:
        await sign_out(parts.db, before)
    hand_cookie(request, opened.secret)
    return await me_sent(parts.db, await resolve_session(parts.db, opened.secret, limits_of(parts.settings)))


async def me_sent(db: Database, who: Principal) -> MeSent:
    """Me on the wire."""
    found = await me(db, who)
    return MeSent(
        person=PersonSent(
            id=found.person_id,
            member_id=found.member_id,
            kind=found.kind,  # type: ignore[arg-type]
            name=found.name,
            email=found.email,
            has_password=found.has_password,
            language=found.language,
            theme=found.theme,
            keymap=found.keymap,
        ),
        tenant=TenantSent(id=found.tenant_id, name=found.tenant_name),
        role=found.role.value,
        permissions=list(found.permissions),
        tenants=[MyTenant(id=t.tenant_id, name=t.tenant_name, role=t.role) for t in found.tenants],  # type: ignore[arg-type]
        projects=[MyProject(id=p.id, role=p.role.value) for p in found.projects],  # type: ignore[arg-type]
    )
