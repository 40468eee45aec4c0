"""Slows the guessing of passwords without locking anybody out.

An attempt is counted before it is tried, so that a thousand at once are a thousand, and a refused one is not counted at
all. Each account at an address, each address, and each account from anywhere has its own count; waits double with it and are
capped, and those of a known and of an unknown account are the same. Success clears what the attempts of that person counted.
"""

import hashlib
import ipaddress
from dataclasses import dataclass

from qistas.core.errors import Exhausted
from qistas.db import Database

from . import store


@dataclass(frozen=True, slots=True)
class Pace:
    """How many attempts are free, and how long a wait may grow."""

    free: int
    longest_seconds: int


AT_ADDRESS = Pace(free=5, longest_seconds=900)  # one account from one address
OF_ADDRESS = Pace(free=25, longest_seconds=900)  # whatever account, from one address
OF_ACCOUNT = Pace(
    free=25, longest_seconds=30
)  # one account from anywhere: short, or anyone could lock its owner out


def throttle_keys(account: str, address: str) -> dict[str, Pace]:
    """The counts an attempt belongs to, in a fixed order (two attempts never wait for each other crosswise)."""
    who = hashlib.sha256(account.encode("utf-8", "replace")).hexdigest()[:32]
    where = _network(address)
    return {f"a:{who}": OF_ACCOUNT, f"b:{where}": OF_ADDRESS, f"c:{who}@{where}": AT_ADDRESS}


async def count_attempt(db: Database, account: str, address: str) -> None:
    """Count one attempt before it is made. Raises Exhausted, with the seconds to wait, where it comes too early."""
    async with db.system_tx(reason="sign-in-throttle") as tx:
        for key, pace in throttle_keys(account, address).items():
            wait = await store.count_attempt(tx, key, pace.free, pace.longest_seconds)
            if wait is not None:
                raise Exhausted(f"Too many attempts. Wait {wait} seconds, then try again.", retry_after=wait)


async def clear_attempts(db: Database, account: str, address: str) -> None:
    """After a success: the account starts afresh, and the address is given back this one attempt."""
    everywhere, network, here = throttle_keys(account, address)
    async with db.system_tx(reason="sign-in-throttle") as tx:
        await store.clear_attempts(tx, [everywhere, here], network)


def _network(address: str) -> str:
    """An address as it is counted: an IPv6 customer has a whole /64."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return (
            str(found.ipv4_mapped)
            if found.ipv4_mapped
            else str(ipaddress.ip_network((found, 64), strict=False))
        )
    return str(found)
