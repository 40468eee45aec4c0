"""From a credential to a principal. Asked at every request, so the answer is kept for up to two seconds.

What is kept counts by the monotonic clock, which no change of the time of day can move, and is dropped at once when this
process signs somebody out, changes a role or revokes a token; another process sees it within those two seconds.
"""

import time
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from qistas.core.errors import Unknown
from qistas.core.ids import PersonId, ProjectId, TenantId
from qistas.core.principal import Principal, Role
from qistas.db import Database, Tx

from . import store
from .credentials import digest, is_token, new_secret
from .types import SessionLimits, Standing

KEEP_SECONDS = 2.0
KEEP_MOST = 10_000
EVERYTHING = "*"
DEFAULT_LIMITS = SessionLimits()


class Kept:
    """Principals of one database, each until its moment. `epoch` counts the drops, so that no read begun before one is kept after it."""

    __slots__ = ("_found", "epoch")

    def __init__(self) -> None:
        self._found: dict[bytes, tuple[float, Principal]] = {}
        self.epoch = 0

    def get(self, key: bytes) -> Principal | None:
        """The principal kept under `key`, if still fresh."""
        held = self._found.get(key)
        return held[1] if held is not None and held[0] > time.monotonic() else None

    def put(self, key: bytes, principal: Principal, epoch: int) -> None:
        """Keep `principal`, unless something was dropped since `epoch`."""
        if epoch != self.epoch:
            return
        if len(self._found) >= KEEP_MOST:
            self._found.clear()
        self._found[key] = (time.monotonic() + KEEP_SECONDS, principal)

    def drop(self) -> None:
        """Forget all. Changes of rights are rare and reading again is cheap, so nothing finer is needed."""
        self._found.clear()
        self.epoch += 1


_kept: WeakKeyDictionary[Database, Kept] = WeakKeyDictionary()


def kept(db: Database) -> Kept:
    """What is kept for this database."""
    return _kept.setdefault(db, Kept())


def forget(db: Database) -> None:
    """Called after every change of who may do what has been committed."""
    kept(db).drop()


async def resolve_session(db: Database, cookie: str, limits: SessionLimits = DEFAULT_LIMITS) -> Principal:
    """Who holds this session cookie. Raises Unknown."""
    principal, _ = await resolve_or_rotate(db, cookie, limits)
    return principal


async def resolve_or_rotate(
    db: Database, cookie: str, limits: SessionLimits = DEFAULT_LIMITS
) -> tuple[Principal, str | None]:
    """Who holds this session cookie, and the secret to hold from now on where the session has changed its id. Raises Unknown."""
    hashed = digest(cookie)
    fresh: list[str] = []

    async def read(tx: Tx) -> Standing | None:
        found = await store.standing_of_session(tx, hashed, limits)
        if found is not None and found.rotate:
            secret = new_secret()
            if await store.rotate_session(tx, hashed, digest(secret)):
                fresh.append(secret)
        elif found is not None and found.touch:
            await store.touch_session(tx, hashed, limits)
        return found

    principal = await _resolve(db, b"s" + hashed, read)
    if principal is None:
        raise Unknown("You are not signed in any more. Sign in again.")
    return principal, fresh[0] if fresh else None


async def resolve_token(db: Database, token: str) -> Principal:
    """Who holds this API token. Raises Unknown; a text that cannot be a token is refused without asking the database."""
    if not is_token(token):
        raise Unknown(
            "This is not an API token. Tokens begin with qst_ and are shown once, when they are made."
        )
    hashed = digest(token)

    async def read(tx: Tx) -> Standing | None:
        found = await store.standing_of_token(tx, hashed)
        if found is not None and found.touch:
            await store.touch_token(tx, hashed)
        return found

    principal = await _resolve(db, b"t" + hashed, read)
    if principal is None:
        raise Unknown("This API token is not valid any more. Ask for a new one.")
    return principal


async def principal_of_person(
    db: Database, person_id: PersonId, tenant_id: TenantId | None = None
) -> Principal:
    """The principal of a person, for commands run on the machine itself. Raises Unknown when there is none."""
    async with db.system_tx(reason="local-command") as tx:
        for membership in await store.memberships(tx, person_id):
            if tenant_id in (None, membership.tenant_id):
                found = await store.standing_of_member(tx, membership.tenant_id, membership.member_id)
                if found is not None:
                    return principal_from(found)
    raise Unknown("This person belongs to no tenant.")


def principal_from(found: Standing) -> Principal:
    """The principal a standing makes."""
    return Principal(
        tenant_id=found.tenant_id,
        member_id=found.member_id,
        role=Role(found.role),
        name=found.name,
        session=found.handle,
        scopes=None if found.scopes is None or EVERYTHING in found.scopes else frozenset(found.scopes),
        project_roles={
            ProjectId(store.UUID(project)): Role(role) for project, role in found.projects.items()
        },
        groups=tuple(found.groups),
        paused=frozenset(found.paused),
    )


async def _resolve(
    db: Database, key: bytes, read: Callable[[Tx], Awaitable[Standing | None]]
) -> Principal | None:
    here = kept(db)
    principal = here.get(key)
    if principal is not None:
        return principal
    epoch = here.epoch
    async with db.system_tx(reason="who-asks") as tx:
        found = await read(tx)
    if found is None:
        return None
    principal = principal_from(found)
    if not found.rotate:
        here.put(key, principal, epoch)
    return principal
