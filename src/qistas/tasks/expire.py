"""Expire: give back the places of leases whose time is over. An answer that comes later is still taken (and marked late)."""

from qistas.db import Database

from . import store

CHUNK = 1000


async def expire_leases(db: Database) -> int:
    """End every lease that is over, of all tenants, in small transactions; the number of tasks freed."""
    total = 0
    while True:
        async with db.system_tx(reason="tasks.expire") as tx:
            freed = await store.expire(tx, CHUNK)
        total += freed
        if freed < CHUNK // 2:
            return total
