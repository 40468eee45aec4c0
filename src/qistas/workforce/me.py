"""What the one who asks is told of itself, and the settings a person keeps."""

from qistas.core.errors import Unknown
from qistas.core.ids import ProjectId
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.trust import Act, permissions_of, record_for

from . import store
from .resolve import forget
from .types import Me, ProjectRole


async def me(db: Database, principal: Principal) -> Me:
    """Everything about the principal: person, tenant, role, permissions, other tenants, roles in projects."""
    async with db.system_tx(reason="me") as tx:
        mine = await store.self_of_member(tx, principal.tenant_id, principal.member_id)
        if mine is None:
            raise Unknown("You are not signed in any more. Sign in again.")
        person = await store.person(tx, mine.person_id) if mine.person_id is not None else None
        # A token stands for one tenant and is told of no other.
        tenants = (
            await store.memberships(tx, person.id) if person is not None and principal.scopes is None else []
        )
    return Me(
        person_id=person.id if person is not None else principal.member_id,
        member_id=principal.member_id,
        kind=mine.kind,
        name=mine.name,
        email=person.email if person is not None else None,
        has_password=person is not None and person.password_hash is not None,
        language=person.language if person is not None else None,
        theme=person.theme if person is not None else None,
        keymap=person.keymap if person is not None else {},
        tenant_id=principal.tenant_id,
        tenant_name=mine.tenant_name,
        role=principal.role,
        permissions=tuple(sorted(p.value for p in permissions_of(principal))),
        tenants=tuple(tenants),
        projects=tuple(
            ProjectRole(ProjectId(p), Role(r)) for p, r in sorted(principal.project_roles.items())
        ),
    )


async def change_me(
    db: Database,
    principal: Principal,
    *,
    name: str | None = None,
    language: str | None = None,
    theme: str | None = None,
    keymap: dict[str, str] | None = None,
) -> None:
    """Change the settings of the person who asks; what is None stays."""
    async with db.system_tx(reason="change-me") as tx:
        mine = await store.self_of_member(tx, principal.tenant_id, principal.member_id)
        if mine is None or mine.person_id is None:
            raise Unknown("Only a person has settings. Sign in by password or link.")
        await store.change_person(tx, mine.person_id, name, language, theme, keymap)
        changed = [
            k
            for k, v in (("name", name), ("language", language), ("theme", theme), ("keymap", keymap))
            if v is not None
        ]
        await record_for(tx, principal, Act.CONFIG_CHANGE, [principal.member_id], settings=changed)
    forget(db)
