"""When `qistas consensus` has what it waits for."""

from datetime import UTC, datetime

from qistas.cli.consensus import _is_run
from qistas.sdk.types import Quality, Question

OLD, NEW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def quality(at: datetime, *methods: str | None) -> Quality:
    return Quality([Question(f"q{n}", "kind", method=method) for n, method in enumerate(methods)], [], at)


def test_a_run_of_another_method_is_not_the_one_waited_for() -> None:
    assert not _is_run(quality(OLD, "majority"), OLD, "majority")
    assert not _is_run(quality(NEW, "auto", "median"), OLD, "majority")
    assert not _is_run(quality(NEW, "majority", "auto"), OLD, "majority")
    assert _is_run(quality(NEW, "majority", "median", None), OLD, "majority")
    assert _is_run(quality(NEW, "auto"), OLD, None)
