"""README and tutorial, carried out as they are written: their files, their commands, their program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from qistas.sdk import Client

from .running import Installation

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial" / "first-dataset.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("documents") / "data").start()
    yield running
    running.stop()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def shell(installation: Installation, folder: Path, script: str) -> str:
    """What the commands print, with `qistas` at hand and the server's folder told."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QISTAS_")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**kept, "PATH": path, "QISTAS_DATA_DIR": str(installation.folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    return done.stdout


def answer(installation: Installation, project: str, people: int) -> None:
    """Annotators who always choose the second label, until nothing is left."""
    with Client(installation.url, installation.local["token"]) as lead:
        question = lead.ontology(project).document["questions"][0]
        label = question["labels"][1]["name"]
        ids = lead.project(project)
        for n in range(people):
            token = lead.create_token(f"a{n}", ["*"], 1, act_as={"name": f"a{n}", "role": "annotator"})
            with Client(installation.url, token) as mine:
                while offers := mine.claim(ids, limit=10).tasks:
                    for offer in offers:
                        mine.submit(ids, offer.lease_id, {question["name"]: {"labels": [label]}}, seconds=1)


def test_the_readme(installation: Installation, tmp_path: Path) -> None:
    (road,) = [block for block in blocks(README, "sh") if "qistas project create" in block]
    before, _, after = road.replace("source .venv/bin/activate\n", "").partition("# …")
    shell(installation, tmp_path, before)
    answer(installation, "News", 1)
    shell(installation, tmp_path, after.partition("\n")[2])
    assert (tmp_path / "headlines.zip").read_bytes().startswith(b"PK")

    (program,) = blocks(README, "python")
    assert "http://localhost:8787" in program
    done = subprocess.run(
        [sys.executable, "-c", program.replace("http://localhost:8787", installation.url)],
        cwd=tmp_path,
        env={**os.environ, "QISTAS_TOKEN": str(installation.local["token"])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "topic 2 items with consensus" in done.stdout
    assert len((tmp_path / "headlines.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_the_tutorial(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "ontology.yaml").write_text(blocks(TUTORIAL, "yaml")[0], encoding="utf-8")
    (tmp_path / "headlines.csv").write_text(blocks(TUTORIAL, "csv")[0], encoding="utf-8")
    make, bring, infer, seal = blocks(TUTORIAL, "sh")
    shell(installation, tmp_path, make)
    assert "3 items added" in shell(installation, tmp_path, bring)
    assert "0 items added, 3 were there already" in shell(installation, tmp_path, bring)
    answer(installation, "Headlines", 3)
    assert "topic" in shell(installation, tmp_path, infer)
    shell(installation, tmp_path, seal)
    assert len((tmp_path / "headlines.jsonl").read_text(encoding="utf-8").splitlines()) == 3
