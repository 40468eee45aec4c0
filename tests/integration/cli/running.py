"""A whole installation in its own processes, for tests of what people start."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil


class Installation:
    """`qistas up` on a folder, started and ended as a person, a crash or a power cut would."""

    def __init__(self, folder: Path, *arguments: str, program: list[str] | None = None) -> None:
        self.folder = folder
        self.program = program or [sys.executable, "-m", "qistas.cli.main"]
        self.arguments = arguments
        self.process: subprocess.Popen[str] | None = None
        self.told: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return str(self.told["url"])

    @property
    def link_token(self) -> str:
        return str(self.told["link"]).split("#")[1]

    @property
    def local(self) -> dict[str, Any]:
        return json.loads((self.folder / "server.json").read_text())

    def start(self) -> "Installation":
        command = [
            *self.program,
            "up",
            "--data-dir",
            str(self.folder),
            "--port",
            "0",
            "--json",
            *self.arguments,
        ]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("QISTAS_")}
        with (self.folder.parent / f"{self.folder.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log()
        self.told = json.loads(line)
        return self

    def log(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.log").read_text()

    def processes(self) -> list[psutil.Process]:
        """The server, its worker, and the embedded database with its sessions."""
        assert self.process is not None
        found = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        postmaster = self.folder / "postgres" / "postmaster.pid"
        if postmaster.exists():
            main = psutil.Process(int(postmaster.read_text().split()[0]))
            found += [main, *main.children(recursive=True)]
        return found

    def worker(self) -> psutil.Process:
        assert self.process is not None
        return next(p for p in psutil.Process(self.process.pid).children() if "qistas.worker" in p.cmdline())

    def kill_everything(self) -> None:
        """What a power cut does to processes."""
        victims = self.processes()
        for victim in victims:
            with suppress(psutil.NoSuchProcess):  # a session of the database may have ended by itself
                victim.kill()
        assert self.process is not None
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        psutil.wait_procs(victims, timeout=10)

    def stop(self) -> int:
        """Ctrl-C."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            code = self.process.wait(45)
        except subprocess.TimeoutExpired:
            self.kill_everything()
            raise
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    @contextmanager
    def sign_in(self) -> Generator[httpx.Client]:
        """A browser that has followed the printed link."""
        with httpx.Client(base_url=self.url, timeout=30, headers={"sec-fetch-site": "same-origin"}) as client:
            assert client.post("/api/v1/session/link", json={"token": self.link_token}).status_code == 200
            yield client

    def wait_until_answers(self, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/api/v1/setup", timeout=15).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise AssertionError(self.log())
