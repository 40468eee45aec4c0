"""One-time sign-in links: printed by the machine that holds the data folder."""

from qistas.core.errors import Invalid
from qistas.core.ids import PersonId
from qistas.db import Database

from . import store
from .credentials import digest, new_secret


async def make_link(db: Database, person_id: PersonId, minutes: int = 60) -> str:
    """The secret of a new link that signs `person_id` in, once, within `minutes` (at most a day)."""
    if not 1 <= minutes <= 24 * 60:
        raise Invalid("A sign-in link lives from one minute to a day.")
    secret = new_secret()
    async with db.system_tx(reason="sign-in-link") as tx:
        await store.add_link(tx, digest(secret), person_id, minutes)
    return secret
