"""Work that fails each time it is tried ends: whoever follows it is told, by every door, and one call takes it up again."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from qistas.core.errors import Unavailable
from qistas.sdk import Client
from qistas.settings import load_settings, open_database

from .running import Installation
from .test_commands import ONTOLOGY


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("given_up") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(installation: Installation) -> Iterator[Client]:
    with Client(installation.local["url"], installation.local["token"]) as client:
        client.create_project("Headlines", ontology=ONTOLOGY)
        yield client


def admin(installation: Installation) -> "psycopg.Connection[Any]":
    address = open_database(load_settings(installation.folder))
    return psycopg.connect(address.admin, autocommit=True, options="-c search_path=jobs")


def last_try(installation: Installation, task: str) -> None:
    """Wait for the job and leave it one try. The worker is stopped meanwhile."""
    with admin(installation) as conn:
        until = time.monotonic() + 30
        while not conn.execute(
            "UPDATE procrastinate_jobs SET attempts = 9 WHERE task_name = %s AND status = 'todo'", (task,)
        ).rowcount:
            assert time.monotonic() < until, task
            time.sleep(0.05)


def begin(installation: Installation, *words: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "qistas.cli.main", *words, "--data-dir", str(installation.folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def failed(command: "subprocess.Popen[str]") -> dict[str, Any]:
    """What a command that fails says, as JSON."""
    out, err = command.communicate(timeout=60)
    assert command.returncode == 8, (out, err)
    assert out == ""
    return json.loads(err.splitlines()[-1])


def test_an_import_that_always_fails(installation: Installation, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(20)))
    worker = installation.worker()
    worker.suspend()
    command = begin(installation, "import", str(file), "--project", "Headlines", "--json")
    last_try(installation, "sources.ingest")
    [upload] = (p for p in (installation.folder / "blobs").rglob("imports/*") if p.is_file())
    upload.rename(tmp_path / "kept")
    upload.mkdir()  # a file that cannot be read, whoever tries
    worker.resume()

    told = failed(command)
    assert told["code"] == "unavailable"
    assert "was given up" in told["detail"]
    assert "Try again" in told["detail"]
    [now] = client.imports("Headlines")
    assert (now.state, now.fault, now.resumable, now.ended) == ("failed", "gave_up", True, True)
    with pytest.raises(Unavailable, match="given up"):
        client.wait_for_import("Headlines", now)

    upload.rmdir()
    shutil.copy(tmp_path / "kept", upload)
    again = client.retry_import("Headlines", now)
    assert (again.id, again.state, again.rows_added, again.detail) == (now.id, "done", 20, "")
    assert (again.fault, again.resumable) == ("", False)
    assert not upload.exists()


def test_a_seal_and_an_export_that_always_fail(
    installation: Installation, client: Client, tmp_path: Path
) -> None:
    for item in list(client.items("Headlines"))[:3]:
        client.adjudicate("Headlines", item.id, {"topic": {"labels": ["sport"]}})
    [tenant] = {p.parent for p in (installation.folder / "blobs").glob("*/imports")}
    worker = installation.worker()

    def sabotaged(place: str, task: str, *words: str) -> dict[str, Any]:
        worker.suspend()
        (tenant / place).write_text("a file where a folder belongs")
        command = begin(installation, *words, "--project", "Headlines", "--dataset", "d", "--json")
        last_try(installation, task)
        worker.resume()
        told = failed(command)
        (tenant / place).unlink()
        return told

    told = sabotaged("versions", "datasets.seal", "seal")
    assert told["detail"].startswith("The sealing failed each time it was tried and was given up.")
    [version] = client.versions("Headlines", "d")
    assert (version.state, version.fault) == ("failed", "gave_up")
    sealed = client.retry_version("Headlines", "d", 1)
    assert (sealed.number, sealed.state, sealed.items, sealed.fault) == (1, "sealed", 3, "")

    told = sabotaged("exports", "datasets.export", "export")
    assert told["detail"].startswith("The export failed each time it was tried and was given up.")
    command = begin(
        installation, "export", "--project", "Headlines", "--dataset", "d", "-o", str(tmp_path / "out.jsonl")
    )
    assert command.wait(60) == 0, command.communicate()
    command.communicate()
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3
