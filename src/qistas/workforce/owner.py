"""The first owner. Made only by the machine's own `qistas up`: there is no default account and no open sign-up."""

from qistas.core.ids import MemberId, PersonId, TenantId, uuid7
from qistas.core.principal import Principal, Role
from qistas.db import Database
from qistas.trust import Act, record_for

from . import store

FIRST_TENANT = "Qistas"
FIRST_OWNER = "Owner"
LOCK = 7_160_418_302_027  # any number, ours alone: two servers may start at once


async def ensure_owner(db: Database) -> PersonId:
    """The first tenant's first owner, made where there is none: without e-mail or password, so only a one-time link lets in."""
    async with db.system_tx(reason="first-start") as tx:
        await tx.run("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        person_id = await store.first_owner(tx)
        if person_id is not None:
            return person_id
        tenant_id, person_id, member_id = TenantId(uuid7()), PersonId(uuid7()), MemberId(uuid7())
        await store.add_tenant(tx, tenant_id, FIRST_TENANT)
        # No language yet: the console speaks the browser's until the owner chooses one.
        await store.add_person(tx, person_id, FIRST_OWNER, None, None, "")
        await store.add_person_member(tx, tenant_id, member_id, person_id, FIRST_OWNER, None, Role.OWNER)
        await record_for(
            tx,
            Principal(tenant_id, member_id, Role.OWNER, purpose="setup"),
            Act.USER_GRANT,
            [member_id],
            role=Role.OWNER,
        )
        return person_id


async def needs_owner(db: Database) -> bool:
    """Whether no owner can sign in by password yet, so that the printed link is the only way in."""
    async with db.system_tx(reason="setup-state") as tx:
        return not await store.owner_with_password(tx)
