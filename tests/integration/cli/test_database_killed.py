"""The database is killed in the middle of an import that a person follows: it comes back, and the import ends as if nothing had been."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from qistas.sdk import Client

from .running import Installation
from .test_commands import ONTOLOGY

ROWS = 60_000


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    running = Installation(tmp_path / "data").start()
    yield running
    running.stop()


def postmaster(installation: Installation) -> psutil.Process:
    return psutil.Process(int((installation.folder / "postgres" / "postmaster.pid").read_text().split()[0]))


@pytest.mark.slow
def test_an_import_outlives_its_database(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with file.open("w") as out:
        for number in range(ROWS):
            text = f"row {number % (ROWS - 1000)} " + "word " * 60  # the last thousand repeat the first
            out.write(json.dumps({"text": text}) + "\n")
    with Client(installation.local["url"], installation.local["token"], tries=8) as client:
        project = client.create_project("P", ontology=ONTOLOGY)
        command = [sys.executable, "-m", "qistas.cli.main", "import", str(file), "--project", "P", "--json"]
        following = subprocess.Popen(
            [*command, "--data-dir", str(installation.folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        kills = 0
        until = time.monotonic() + 90
        added = 0
        while kills < 2 and time.monotonic() < until and following.poll() is None:
            found = client.imports(project)
            if found and found[0].rows_added > added and not found[0].ended:
                added = found[0].rows_added
                database = postmaster(installation)
                family = [database, *database.children(recursive=True)]
                for process in family:
                    if process.is_running():
                        process.kill()
                psutil.wait_procs(family, timeout=10)
                kills += 1
            time.sleep(0.02)
        assert kills >= 1
        out, err = following.communicate(timeout=180)
        assert following.returncode == 0, (err, installation.log())
        told = json.loads(out)
        assert (told["state"], told["rows_read"]) == ("done", ROWS)
        assert (told["rows_added"], told["rows_duplicate"]) == (ROWS - 1000, 1000)
        assert client.project(project).counts.items == ROWS - 1000
        assert client.project(project).counts.tasks == ROWS - 1000
        again = client.import_items(project, file)
        assert (again.rows_added, again.rows_duplicate) == (0, ROWS)
