"""Passwords: argon2id, never more than four at once, and the same work whether there is anything to compare with or not."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from pwdlib import PasswordHash

from qistas.core.errors import Exhausted, Fault, Invalid

AT_ONCE = 4  # each takes 64 MiB for as long as it runs
WAITING_MOST = 64
SHORTEST, LONGEST, DISTINCT = 12, 1000, 5
Answer = TypeVar("Answer")

_hashing = PasswordHash.recommended()
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
_under_way = 0


def check_password(password: str, *known: str | None, where: str = "password") -> str:
    """`password` in the form that is hashed. Raises Invalid for one that is easily guessed; `known` are its owner's name and e-mail."""
    plain = normal(password)
    remedy = f"Choose at least {SHORTEST} characters; several words are easy to remember."
    if len(plain) < SHORTEST:
        raise Invalid(
            "The password is too short.",
            [
                Fault(
                    where,
                    f"{len(plain)} characters",
                    remedy,
                    "password_short",
                    {"n": len(plain), "least": SHORTEST},
                )
            ],
        )
    if len(plain) > LONGEST:
        raise Invalid(
            "The password is too long.",
            [
                Fault(
                    where,
                    f"{len(plain)} characters",
                    f"Choose at most {LONGEST}.",
                    "password_long",
                    {"n": len(plain), "most": LONGEST},
                )
            ],
        )
    if len(set(plain)) < DISTINCT or plain.casefold() in {k.casefold() for k in known if k}:
        raise Invalid(
            "The password is easy to guess.",
            [Fault(where, "easy to guess", remedy, "password_easy", {"least": SHORTEST})],
        )
    return plain


def normal(password: str) -> str:
    """One form for what looks the same: keyboards of different systems compose letters differently."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


async def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises Exhausted when too many wait."""
    return await _in_turn(lambda: _hashing.hash(password))


async def verify_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether `password` is the one of `stored`, and a new hash where the stored one is of an older strength.

    Without a stored hash the same work is done on a decoy, so that time does not tell whether a person exists.
    """
    plain = normal(password[: LONGEST + 1])
    if stored is None or len(plain) > LONGEST:
        await _in_turn(lambda: _hashing.verify(plain[:LONGEST], _decoy()))
        return False, None
    return await _in_turn(lambda: _hashing.verify_and_update(plain, stored))


@cache
def _decoy() -> str:
    return _hashing.hash("no password is this one")


async def _in_turn(work: Callable[[], Answer]) -> Answer:
    global _under_way
    if _under_way >= WAITING_MOST:
        raise Exhausted("Too many people sign in at this moment. Try again in a few seconds.")
    _under_way += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _under_way -= 1
