"""How far long work has come: one value for callbacks, and a plain bar for terminals."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (None: not known), in `unit`, of the step named `what`."""

    what: str
    done: int
    total: int | None
    unit: str = "bytes"


Listener = Callable[[Progress], None]


def listener_of(wish: "bool | Listener | None") -> Listener:
    """The listener a caller asked for: a bar for True, theirs for a callable, none otherwise."""
    if callable(wish):
        return wish
    return Bar() if wish else _silence


def _silence(progress: Progress) -> None:
    return None


class Bar:
    """One line that is drawn again, at most ten times a second; nothing where standard error is no terminal."""

    def __init__(self, out: TextIO | None = None, width: int = 30) -> None:
        self._out = out or sys.stderr
        self._width = width
        self._drawn = 0.0
        self._what = ""

    def __call__(self, progress: Progress) -> None:
        """Draw."""
        if not self._out.isatty():
            return
        now, ended = time.monotonic(), progress.total is not None and progress.done >= progress.total
        if now - self._drawn < 0.1 and not ended and progress.what == self._what:
            return
        if self._what and progress.what != self._what:
            self._out.write("\n")
        self._drawn, self._what = now, progress.what
        self._out.write("\r\x1b[2K" + self._line(progress))
        self._out.flush()

    def _line(self, progress: Progress) -> str:
        amount = _amount(progress.done, progress.unit)
        if not progress.total:
            return f"{progress.what}: {amount}"
        filled = min(self._width, self._width * progress.done // progress.total)
        return f"{progress.what}: {'━' * filled}{'─' * (self._width - filled)} {amount} of {_amount(progress.total, progress.unit)}"


def _amount(number: int, unit: str) -> str:
    if unit != "bytes":
        return f"{number:,} {unit}"
    value, names = float(number), iter(("B", "kB", "MB", "GB", "TB"))
    name = next(names)
    while value >= 1000 and name != "TB":
        value, name = value / 1000, next(names)
    return f"{value:.0f} {name}" if name == "B" else f"{value:.1f} {name}"
