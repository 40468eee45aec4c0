"""How quick things are to start: `qistas --help`, and `qistas up` until the first request is answered, on a warm machine.

    .venv/bin/python benchmarks/startup.py

Aims: help in 150 ms, ready in 5 s. The start of Python itself is the yardstick beside them.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

QISTAS = [sys.executable, "-m", "qistas.cli.main"]


def measure(act: Callable[[], object], times: int) -> tuple[float, float]:
    """The least wall seconds, and the least seconds of work by the processor, of some tries."""
    walls: list[float] = []
    works: list[float] = []
    for _ in range(times):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        act()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - began)
        works.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(works)


def run(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run(command, capture_output=True, check=True)


def start(folder: Path) -> tuple[float, float, float]:
    """Seconds until `qistas up` says that it is ready, until it has answered, and from Ctrl-C to its end."""
    began = time.perf_counter()
    server = subprocess.Popen(
        [*QISTAS, "up", "--data-dir", str(folder), "--port", "0", "--json"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    told = json.loads(server.stdout.readline())
    ready = time.perf_counter() - began
    with urllib.request.urlopen(f"{told['url']}/api/v1/setup") as answer:
        answer.read()
    answered = time.perf_counter() - began
    time.sleep(3)  # let the worker come up, so that the stop is an ordinary one
    stopping = time.perf_counter()
    server.send_signal(2)
    server.wait()
    server.stdout.close()
    return ready, answered, time.perf_counter() - stopping


def main() -> None:
    python = measure(run(sys.executable, "-c", "pass"), 10)
    help_ = measure(run(*QISTAS, "--help"), 10)
    print(f"python -c pass   {python[0] * 1000:6.0f} ms   ({python[1] * 1000:.0f} ms of work)")
    print(f"qistas --help    {help_[0] * 1000:6.0f} ms   ({help_[1] * 1000:.0f} ms of work; the aim is 150)")
    with tempfile.TemporaryDirectory() as folder:
        first = start(Path(folder) / "data")
        warm = min(start(Path(folder) / "data") for _ in range(3))
    print(f"qistas up, first {first[0]:6.2f} s ready, {first[1]:.2f} s answered (initdb and migrations)")
    print(
        f"qistas up, warm  {warm[0]:6.2f} s ready, {warm[1]:.2f} s answered, {warm[2]:.2f} s to stop (the aim is 5 s ready)"
    )


if __name__ == "__main__":
    main()
