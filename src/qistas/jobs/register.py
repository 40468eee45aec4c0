"""The book of jobs: a name, the function that does it, how often it is tried again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from qistas.core.ids import MemberId, TenantId
from qistas.core.principal import Principal, Role
from qistas.db import Database

SYSTEM_MEMBER = MemberId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a running job is given: the database and where files are kept."""

    db: Database
    blob_url: str
    max_image_pixels: int = 64_000_000

    def principal(self, tenant_id: TenantId | str, purpose: str) -> Principal:
        """The system acting inside one tenant for a stated purpose."""
        tenant = TenantId(UUID(tenant_id) if isinstance(tenant_id, str) else tenant_id)
        return Principal(tenant, SYSTEM_MEMBER, Role.OWNER, name="system", purpose=purpose)


JobFunction = Callable[..., Awaitable[Any]]
Function = TypeVar("Function", bound=JobFunction)


@dataclass(frozen=True, slots=True)
class Job:
    """One registered job. `tries`: attempts in all; waits between them double from `wait_seconds`.

    `give_up(context, error, **args)` is run once when the last try has failed: it tells whoever waits for the work.
    """

    name: str
    function: JobFunction
    tries: int
    wait_seconds: int
    every_seconds: int | None = None
    give_up: JobFunction | None = None


_JOBS: dict[str, Job] = {}


def job(
    name: str, *, tries: int = 5, wait_seconds: int = 2, give_up: JobFunction | None = None
) -> Callable[[Function], Function]:
    """Register `async def f(context, **args)` as the job `name` (`station.verb`). It must be safe to run twice."""

    def register(function: Function) -> Function:
        _enter(Job(name, function, tries, wait_seconds, give_up=give_up))
        return function

    return register


def schedule(name: str, *, every_seconds: int) -> Callable[[Function], Function]:
    """Register `async def f(context)` to run about every so many seconds, on one worker at a time."""

    def register(function: Function) -> Function:
        _enter(Job(name, function, 1, 0, every_seconds))
        return function

    return register


def registered_jobs() -> tuple[Job, ...]:
    """Every job that has been registered so far, by name."""
    return tuple(_JOBS[name] for name in sorted(_JOBS))


def _enter(entry: Job) -> None:
    known = _JOBS.get(entry.name)
    if known is not None and known.function.__qualname__ != entry.function.__qualname__:
        raise ValueError(f"two jobs are named {entry.name!r}")
    _JOBS[entry.name] = entry
