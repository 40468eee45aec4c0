"""Starts a whole Qistas in a folder of its own, for benchmarks that go through HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers, its owner's token, and the administrator's URL of its database."""

    url: str
    token: str
    admin_url: str
    process: int
    data_dir: Path

    def cpu_seconds(self) -> dict[str, float]:
        """CPU seconds used so far by the server, the worker, and PostgreSQL with its sessions."""
        server = psutil.Process(self.process)
        postmaster = psutil.Process(
            int((self.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        )
        return {
            "server": _cpu([server]),
            "worker": _cpu(server.children(recursive=True)),
            "postgres": _cpu([postmaster, *postmaster.children(recursive=True)]),
        }


def _cpu(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


@contextmanager
def start_qistas(folder: Path) -> Generator[Running]:
    """`qistas up` with its default, durable settings; stopped afterwards."""
    data = folder / "data"
    command = [
        sys.executable,
        "-m",
        "qistas.cli.main",
        "up",
        "--data-dir",
        str(data),
        "--port",
        "0",
        "--json",
    ]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QISTAS_")}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit((folder / "server.log").read_text())
    url = str(json.loads(line)["url"])
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{url}/api/v1/setup", timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        token = json.loads((data / "server.json").read_text())["token"]
        socket = (data / "postgres" / "postmaster.pid").read_text().splitlines()[4]
        yield Running(url, token, f"host={socket} user=postgres dbname=qistas", process.pid, data)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        process.stdout.close()
