import pytest
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job as QueuedJob

from qistas.core.errors import Conflict, Invalid, Missing, Unavailable
from qistas.jobs import JobContext, job, registered_jobs, schedule
from qistas.worker import LONGEST_WAIT_SECONDS, Doubling


def queued(attempts: int) -> QueuedJob:
    return QueuedJob(id=1, queue="default", lock=None, queueing_lock=None, task_name="x.y", attempts=attempts)


def wait_of(strategy: Doubling, attempts: int, error: BaseException) -> float | None:
    from qistas.core.clock import utc_now

    decision = strategy.get_retry_decision(exception=error, job=queued(attempts))
    if decision is None:
        return None
    return (decision.retry_at - utc_now()).total_seconds() if decision.retry_at else 0.0


def test_waits_double_up_to_an_hour_and_end() -> None:
    strategy = Doubling(20, 2)
    waits = [wait_of(strategy, n, Unavailable("x")) or 0 for n in range(19)]
    for n, wait in enumerate(waits):
        wanted = min(LONGEST_WAIT_SECONDS, 2 * 2**n)
        assert 0.79 * wanted - 0.1 <= wait <= 1.21 * wanted
    assert wait_of(strategy, 19, Unavailable("x")) is None


def test_only_what_may_pass_is_tried_again() -> None:
    strategy = Doubling(5, 1)
    assert all(wait_of(strategy, 0, e) is None for e in (Invalid("x"), Missing()))
    assert all(
        wait_of(strategy, 0, e) is not None
        for e in (Conflict("x"), Unavailable("x"), RuntimeError("a fault of ours"))
    )
    assert wait_of(strategy, 99, JobAborted()) == 0.0  # the worker stopped: no fault of the job


def test_a_name_belongs_to_one_job() -> None:
    @job("test.register_once", tries=3, wait_seconds=7)
    async def first(context: JobContext) -> None: ...

    @schedule("test.register_every", every_seconds=30)
    async def beat(context: JobContext) -> None: ...

    book = {entry.name: entry for entry in registered_jobs()}
    assert (book["test.register_once"].tries, book["test.register_once"].wait_seconds) == (3, 7)
    assert book["test.register_every"].every_seconds == 30
    with pytest.raises(ValueError, match=r"two jobs are named 'test\.register_once'"):

        @job("test.register_once")
        async def second(context: JobContext) -> None: ...  # pyright: ignore[reportUnusedFunction]
