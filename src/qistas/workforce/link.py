"""One-time sign-in links: printed by the machine that holds the data folder."""

from qistas.core.errors import Invalid
from qistas.core.ids import PersonId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import Act, record_for

from . import store
from .credentials import digest, new_secret


async def make_link(db: Database, person_id: PersonId, minutes: int = 60) -> str:
    """The secret of a new link that signs `person_id` in, once, within `minutes` (at most a day)."""
    if not 1 <= minutes <= 24 * 60:
        raise Invalid("A sign-in link lives from one minute to a day.")
    secret = new_secret()
    async with db.system_tx(reason="sign-in-link") as tx:
        await store.add_link(tx, digest(secret), person_id, minutes)
        for one in await store.memberships(tx, person_id):
            holder = Principal(one.tenant_id, one.member_id, one.role, purpose="sign-in-link")
            await record_for(tx, holder, Act.USER_GRANT, [one.member_id], kind="link", minutes=minutes)
    return secret
