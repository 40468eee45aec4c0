"""Set or change one's password. Every other session of the person ends, and this one gets a new id."""

from qistas.core.errors import Fault, Invalid, Unknown
from qistas.core.ids import PersonId
from qistas.core.principal import Principal
from qistas.db import Database
from qistas.trust import Act, record_for

from . import store
from .credentials import digest, new_secret
from .passwords import check_password, hash_password, verify_password
from .resolve import forget
from .sign_in import normal_email
from .throttle import clear_attempts, count_attempt
from .types import OpenedSession


async def set_password(
    db: Database, cookie: str, new: str, address: str, old: str | None = None, email: str | None = None
) -> OpenedSession:
    """Set the password, and with it the e-mail address where there is none yet or a new one is given.

    The old password is asked for, unless there is none or the session was opened by a one-time link within the hour (which is
    how a forgotten password is set anew). Raises Invalid, Exhausted, Unknown.
    """
    hashed = digest(cookie)
    async with db.system_tx(reason="set-password") as tx:
        session = await store.live_session(tx, hashed)
        person = await store.person(tx, session.person_id) if session is not None else None
    if session is None or person is None:
        raise Unknown("You are not signed in any more. Sign in again.")
    by_link = session.opened_by == "link" and session.young
    address_of = normal_email(email) if email is not None else person.email
    if address_of is None:
        raise Invalid(
            "A password needs an e-mail address to sign in with.",
            [Fault("email", "missing", "Give your e-mail address.", "email_missing")],
        )
    plain = check_password(new, person.name, person.email, address_of, where="new")
    if person.password_hash is not None and not by_link:
        await _prove_old(db, person.id, person.password_hash, old, address)
    stored = await hash_password(plain)
    secret = new_secret()
    async with db.system_tx(reason="set-password") as tx:
        if not await store.set_password(tx, person.id, stored, address_of, person.password_hash):
            raise Invalid(
                "This e-mail address cannot be used.",
                [Fault("email", "not possible", "Choose another address.", "email_not_possible")],
            )
        await store.end_sessions(tx, person.id, but=hashed)
        moved = address_of != person.email
        for one in await store.memberships(tx, person.id):
            holder = Principal(one.tenant_id, one.member_id, one.role, purpose="set-password")
            await record_for(
                tx, holder, Act.CONFIG_CHANGE, [one.member_id], what="password", email_changed=moved
            )
        if not await store.renew_session(tx, hashed, digest(secret), session.tenant_id):
            raise Unknown("You are not signed in any more. Sign in again.")
    forget(db)
    return OpenedSession(secret, person.id, session.tenant_id)


async def _prove_old(db: Database, person_id: PersonId, stored: str, old: str | None, address: str) -> None:
    if old is None:
        raise Invalid(
            "Give your present password as `old`.",
            [Fault("old", "missing", "Give your present password.", "password_old_missing")],
        )
    await count_attempt(db, f"person:{person_id}", address)
    right, _ = await verify_password(old, stored)
    if not right:
        raise Invalid(
            "The present password is wrong.",
            [Fault("old", "wrong", "Give your present password.", "password_old_wrong")],
        )
    await clear_attempts(db, f"person:{person_id}", address)
