"""Sign in by password or one-time link, move between tenants, sign out."""

from qistas.core.errors import CredentialsWrong, Fault, Forbidden, Invalid, LinkGone, Missing, Unknown
from qistas.core.ids import PersonId, TenantId
from qistas.db import Database, Tx

from . import store
from .credentials import digest, new_secret
from .passwords import verify_password
from .resolve import DEFAULT_LIMITS, forget
from .throttle import clear_attempts, count_attempt
from .types import OpenedSession, Person, SessionLimits

WRONG = "The e-mail address or the password is wrong."


def normal_email(text: str, where: str = "email") -> str:
    """An e-mail address in the form that is stored. Raises Invalid for what is none."""
    email = text.strip().lower()
    name, at, host = email.rpartition("@")
    bad = any(c.isspace() or not c.isprintable() or c in '<>"(),;:\\' for c in email)
    if (
        not at
        or not name
        or "@" in name
        or not host.strip(".")
        or ".." in host
        or bad
        or len(email) > 320
        or email != email.lower()
    ):
        raise Invalid(
            "This is not an e-mail address.",
            [Fault(where, "not an e-mail address", "Write it like name@example.org.", "email_form")],
        )
    return email


async def sign_in(
    db: Database, email: str, password: str, address: str, limits: SessionLimits = DEFAULT_LIMITS
) -> OpenedSession:
    """A new session for the person of this e-mail and password. Raises CredentialsWrong, Exhausted (wait), Forbidden (no tenant)."""
    person = await prove(db, email, password, address)
    return await open_session(db, person.id, limits, opened_by="password")


async def prove(db: Database, email: str, password: str, address: str) -> Person:
    """The person whose password this is. The same answer, after the same work, for a wrong password and an unknown person."""
    account = email.strip().lower()[:320]
    await count_attempt(db, account, address)
    async with db.system_tx(reason="sign-in") as tx:
        person = await store.person_by_email(tx, account) if "\0" not in account else None
    stored = person.password_hash if person is not None and person.disabled_at is None else None
    right, stronger = await verify_password(password, stored)
    if not right or person is None:
        raise CredentialsWrong(WRONG)
    await clear_attempts(db, account, address)
    if stronger is not None:
        async with db.system_tx(reason="sign-in") as tx:
            await store.strengthen_password(tx, person.id, stronger, stored)
    return person


async def sign_in_by_link(db: Database, token: str, limits: SessionLimits = DEFAULT_LIMITS) -> OpenedSession:
    """A new session by a one-time link, which is used up. Raises Unknown."""
    async with db.system_tx(reason="sign-in-link") as tx:
        person_id = await store.use_link(tx, digest(token))
        if person_id is None:
            raise LinkGone(
                "This link was used already, or is too old. Ask for a new one: `qistas up` prints one."
            )
        return await open_in(tx, person_id, limits, "link")


async def open_session(
    db: Database,
    person_id: PersonId,
    limits: SessionLimits,
    *,
    opened_by: str,
    tenant_id: TenantId | None = None,
) -> OpenedSession:
    """A new session of a person who has been proved, in `tenant_id` or else the tenant of last time."""
    async with db.system_tx(reason="sign-in") as tx:
        return await open_in(tx, person_id, limits, opened_by, tenant_id)


async def move_session(db: Database, cookie: str, tenant_id: TenantId) -> OpenedSession:
    """The session, moved to another tenant of the same person under a new id. Raises Unknown, Missing."""
    hashed, secret = digest(cookie), new_secret()
    async with db.system_tx(reason="move-session") as tx:
        session = await store.live_session(tx, hashed)
        if session is None:
            raise Unknown("You are not signed in any more. Sign in again.")
        if tenant_id not in {m.tenant_id for m in await store.memberships(tx, session.person_id)}:
            raise Missing
        await store.renew_session(tx, hashed, digest(secret), tenant_id)
    forget(db)
    return OpenedSession(secret, session.person_id, tenant_id)


async def sign_out(db: Database, cookie: str) -> None:
    """End the session of this cookie; one that has ended already is fine."""
    async with db.system_tx(reason="sign-out") as tx:
        await store.end_session(tx, digest(cookie))
    forget(db)


async def open_in(
    tx: Tx, person_id: PersonId, limits: SessionLimits, opened_by: str, tenant_id: TenantId | None = None
) -> OpenedSession:
    """The same inside the caller's transaction. Raises Forbidden for a person without a tenant."""
    theirs = [m.tenant_id for m in await store.memberships(tx, person_id)]
    if not theirs:
        raise Forbidden("You belong to no tenant any more. Ask for an invitation.")
    if tenant_id is None:
        last = await store.last_tenant(tx, person_id)
        tenant_id = last if last is not None and last in theirs else theirs[0]
    secret = new_secret()
    await store.add_session(tx, digest(secret), person_id, tenant_id, limits, opened_by)
    return OpenedSession(secret, person_id, tenant_id)
