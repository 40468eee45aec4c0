"""`qistas up`: one command starts everything, one signal stops it, and no crash loses what was acknowledged."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from .running import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


def test_a_life_with_a_crash_in_it(installation: Installation) -> None:
    installation.start()
    assert httpx.get(f"{installation.url}/api/v1/setup").json()["needs_owner"] is True

    # The link signs in, once.
    with installation.sign_in() as person:
        me = person.get("/api/v1/session").json()
        assert (me["role"], me["tenant"]["name"]) == ("owner", "Qistas")
        again = httpx.post(f"{installation.url}/api/v1/session/link", json={"token": installation.link_token})
        assert again.status_code == 401
        assert person.patch("/api/v1/session", json={"name": "ندى"}).status_code == 200

    # Commands on this machine find the server by a file that only we may read.
    file = installation.folder / "server.json"
    assert oct(file.stat().st_mode)[-3:] == "600"
    token = installation.local["token"]
    assert (
        httpx.get(
            f"{installation.url}/api/v1/session", headers={"authorization": f"Bearer {token}"}
        ).status_code
        == 200
    )

    # A second server on this folder says so and stops.
    second = subprocess.run(
        [
            sys.executable,
            "-m",
            "qistas.cli.main",
            "up",
            "--data-dir",
            str(installation.folder),
            "--port",
            "0",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"Another Qistas server runs on {installation.folder}" in second.stderr
    assert "--data-dir" in second.stderr
    assert "Traceback" not in second.stderr
    assert httpx.get(f"{installation.url}/api/v1/setup").status_code == 200

    # The power goes. Everything starts again, and what was acknowledged is there.
    first_link = installation.link_token
    installation.kill_everything()
    installation.start()
    assert installation.link_token != first_link
    left = httpx.get(f"{installation.url}/api/v1/session", headers={"authorization": f"Bearer {token}"})
    assert left.status_code == 401  # what the killed server left in its file
    with installation.sign_in() as person:
        assert person.get("/api/v1/session").json()["person"]["name"] == "ندى"

    # Ctrl-C stops all of it.
    everything = installation.processes()
    assert installation.stop() == 0
    _, alive = psutil.wait_procs(everything, timeout=10)
    assert alive == []
    assert not file.exists()
    assert "Traceback" not in installation.log()


def test_parts_that_die_are_started_again(installation: Installation) -> None:
    installation.start()
    worker = installation.worker()
    worker.kill()
    database = psutil.Process(
        int((installation.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    )
    database.kill()
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        try:
            if (
                installation.worker().pid != worker.pid
                and httpx.get(f"{installation.url}/api/v1/setup", timeout=20).status_code == 200
            ):
                break
        except (StopIteration, httpx.TransportError, psutil.NoSuchProcess):
            pass
        time.sleep(0.2)
    else:
        raise AssertionError(installation.log())
    with installation.sign_in() as person:  # a request that writes
        assert person.get("/api/v1/session").status_code == 200


def test_a_worker_ends_with_its_server(installation: Installation) -> None:
    installation.start()
    worker = installation.worker()
    assert installation.process is not None
    everything = installation.processes()
    installation.process.kill()
    installation.process.wait()
    assert installation.process.stdout is not None
    installation.process.stdout.close()
    worker.wait(20)
    assert not worker.is_running()
    for process in everything:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(everything, timeout=10)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "qistas.cli.main",
                "up",
                "--data-dir",
                str(tmp_path / "d"),
                "--port",
                port,
                "--json",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"] == "conflict"
    assert "--port" in done.stderr
    assert not (tmp_path / "d" / "postgres").exists()
    assert os.listdir(tmp_path / "d") == ["server.lock"]
