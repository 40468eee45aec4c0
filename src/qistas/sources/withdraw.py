"""Withdraw an item: it is offered to nobody any more and enters no new version; sealed versions keep it."""

from uuid import UUID

from qistas.core.errors import Missing
from qistas.core.ids import ProjectId
from qistas.db import Tx
from qistas.trust import Act, Permission, record, require

from . import store


async def withdraw_item(tx: Tx, project_id: ProjectId, item_id: UUID) -> None:
    """Withdraw one item; again is the same. Raises Missing."""
    require(tx.principal, Permission.ITEM_WITHDRAW, project_id)
    if await store.withdraw_item(tx, project_id, item_id):
        await record(tx, Act.ITEM_WITHDRAW, [item_id])
    elif not await store.load_data(tx, project_id, [item_id]):
        raise Missing()
