"""The record of every view, write, export and change of configuration, in the transaction that did it.

The rows form the outbox from which the transparency log is built; its vocabulary is closed.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.core.principal import Principal
from qistas.db import Tx


class Act(StrEnum):
    """Everything that can be recorded."""

    ITEM_CREATE = "item.create"
    ITEM_VIEW = "item.view"
    ITEM_EXPORT = "item.export"
    ITEM_WITHDRAW = "item.withdraw"
    LEASE_END = "lease.end"
    ANNOTATION_WRITE = "annotation.write"
    ANNOTATION_REVIEW = "annotation.review"
    ANNOTATION_VIEW = "annotation.view"
    GOLD_USE = "gold.use"
    VERSION_SEAL = "version.seal"
    CONFIG_CHANGE = "config.change"
    USER_GRANT = "user.grant"
    USER_REVOKE = "user.revoke"


async def record(tx: Tx, act: Act, objects: Iterable[UUID] | str = (), **detail: Any) -> None:
    """Append one row: who (the transaction's principal), what, which objects, and why (its purpose).

    Many objects may come as the text of an array, as the database gave it: thousands of them are read and written in no time.
    """
    await record_for(tx, tx.principal, act, objects, **detail)


async def record_for(
    tx: Tx, who: Principal, act: Act, objects: Iterable[UUID] | str = (), **detail: Any
) -> None:
    """Append one row in the name of `who`: for a system transaction, which touches credentials and has no principal itself."""
    await tx.run(
        "INSERT INTO outbox (tenant_id, act, principal, role, session, purpose, objects, detail)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            who.tenant_id,
            act,
            who.member_id,
            who.role,
            who.session,
            who.purpose,
            objects if isinstance(objects, str) else list(objects),
            Jsonb(detail),
        ),
    )


HORIZON = """
SELECT o.tenant_id, o.id, o.xid::text AS xid, o.act, o.principal, o.role, o.session, o.purpose, o.objects, o.detail, o.at
  FROM outbox o
 WHERE o.xid < pg_snapshot_xmin(pg_current_snapshot())
   AND (o.xid, o.id) > (%(xid)s::xid8, %(id)s)
 ORDER BY o.xid, o.id  -- the column, not the text of the same name that is selected: "999" sorts after "1000"
 LIMIT %(limit)s
"""


async def read_horizon(tx: Tx, *, xid: str = "0", after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Rows after (`xid`, `after`) of transactions that ended before every one still running.

    Ids are handed out before commit, so a reader that goes by `id > last` loses rows of slower writers; the snapshot's
    horizon never does.
    """
    return await tx.dicts(HORIZON, {"xid": xid, "id": after, "limit": limit})
