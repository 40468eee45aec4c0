"""Set a job going from inside the caller's transaction: it exists exactly when the transaction commits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from qistas.db import Tx


async def defer(
    tx: Tx,
    name: str,
    *,
    key: str | None = None,
    lock: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    queue: str = "default",
    **args: UUID | str | int | float | bool | None,
) -> None:
    """Defer the job `name` (`station.verb`). The tenant of the transaction is added to its arguments.

    `key`: while a job of this key waits, another is not made. `lock`: jobs of one lock never run at the same time.
    """
    payload: dict[str, Any] = {k: str(v) if isinstance(v, UUID) else v for k, v in args.items()}
    await tx.run(
        "SELECT core.defer_job(%s, %s, %s, %s, %s, %s, %s)",
        (name, queue, Jsonb(payload), key, lock, at, priority),
    )
