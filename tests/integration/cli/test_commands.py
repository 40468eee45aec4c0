"""The commands on a running installation, as a data lead types them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qistas.sdk import Client

from .running import Installation

ONTOLOGY = """
format: 1
name: Headlines
fields: [{name: text, type: text}]
questions:
  - {name: topic, kind: choice, labels: [{name: sport}, {name: economy}]}
"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("commands") / "data").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def project(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("ontology") / "ontology.yaml"
    file.write_text(ONTOLOGY)
    return str(
        told(installation, "project", "create", "Headlines", "--ontology", str(file), "--overlap", "2")["id"]
    )


def run(
    installation: Installation, *words: str, given: str | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qistas.cli.main", *words, "--data-dir", str(installation.folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, input=given, timeout=120)


def told(installation: Installation, *words: str, given: str | None = None) -> Any:
    done = run(installation, *words, "--json", given=given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_projects(installation: Installation, project: str) -> None:
    assert [(p["name"], p["state"]) for p in told(installation, "project", "list")] == [
        ("Headlines", "active")
    ]
    assert told(installation, "project", "show", "Headlines")["settings"]["overlap"] == 2
    assert told(installation, "project", "pause", "Headlines")["state"] == "paused"
    assert told(installation, "project", "resume", project)["state"] == "active"
    shown = run(installation, "project", "list").stdout
    assert "Headlines" in shown
    assert project in shown
    assert len(told(installation, "project", "templates")) >= 6
    missing = run(installation, "project", "show", "Nowhere")
    assert missing.returncode == 6
    assert missing.stderr.startswith("qistas: There is no project named 'Nowhere'.")
    wrong = run(installation, "project", "create", "x", "--ontology", __file__)
    assert wrong.returncode == 3
    assert "Traceback" not in wrong.stderr


def test_items_come_from_files_pipes_and_folders(
    installation: Installation, project: str, tmp_path: Path
) -> None:
    table = tmp_path / "عناوين.csv"
    table.write_text(
        "id;title;from\n1;فوز الفريق;wire\n2;Cup final moves;wire\n3;;paper\n", encoding="windows-1256"
    )
    options = [
        "--project",
        project,
        "--map",
        "text=title",
        "--external-id",
        "id",
        "--metadata",
        "from",
        "--encoding",
        "windows-1256",
    ]
    done = run(installation, "import", str(table), *options)
    assert done.returncode == 0, done.stderr
    assert "2 items added, 0 were there already, 1 refused." in done.stdout
    again = told(installation, "import", str(table), *options)
    assert (again["rows_added"], again["rows_duplicate"], again["rows_refused"]) == (0, 2, 1)
    assert again["refused"][0]["line"] == 4

    lines = "\n".join(json.dumps({"text": f"headline {n}"}) for n in range(30)) + "\n"
    assert told(installation, "import", "-", "--project", project, given=lines)["added"] == 30
    broken = run(installation, "import", "-", "--project", project, given='{"text": "x"}\n{"cut')
    assert broken.returncode == 3
    assert "line 2" in broken.stderr
    lost = run(
        installation, "import", "-", "--project", project, "--batch", "b", "--map", "text=t", given=lines
    )
    assert (lost.returncode, "--batch" in lost.stderr, "--map" in lost.stderr) == (3, True, True)

    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(f"a text in a file, number {n}")
    assert told(installation, "import", str(folder), "--project", project)["rows_added"] == 3

    none = run(installation, "import", str(tmp_path / "missing.csv"), "--project", project)
    assert (none.returncode, "no file or folder" in none.stderr) == (3, True)


def test_a_folder_of_images(installation: Installation, tmp_path: Path) -> None:
    project = told(installation, "project", "create", "Pictures", "--template", "image_classification")["id"]
    for n in range(3):
        Image.new("RGB", (8 + n, 8), (n, 0, 0)).save(tmp_path / f"{n}.png")
    assert told(installation, "import", str(tmp_path), "--project", project)["rows_added"] == 3


def test_the_road_to_a_file(installation: Installation, project: str, tmp_path: Path) -> None:
    lines = (
        "\n".join(json.dumps({"text": f"{'goal' if n % 2 else 'price'} number {n}"}) for n in range(12))
        + "\n"
    )
    told(installation, "import", "-", "--project", project, given=lines)
    with Client(installation.url, installation.local["token"]) as lead:
        for name in ("a", "b"):
            token = lead.create_token(
                name, ["annotate", "project.view"], 1, act_as={"name": name, "role": "annotator"}
            )
            with Client(installation.url, token) as annotator:
                while offers := annotator.claim(project, 20).tasks:
                    for offer in offers:
                        topic = "sport" if "goal" in offer.item.data["text"] else "economy"
                        annotator.submit(project, offer.lease_id, {"topic": {"labels": [topic]}}, seconds=1)
    found = told(installation, "consensus", "--project", project)
    assert found["questions"][0]["agreement"]["value"] == 1.0
    assert all(annotator["skills"] for annotator in found["annotators"])
    shown = run(installation, "consensus", "--project", project).stdout
    assert "topic" in shown
    assert shown.count("% to ") == len(found["annotators"])
    status = told(installation, "status", "--project", project)
    assert status["project"]["counts"]["answers"] == 2 * status["project"]["counts"]["tasks"]
    assert "Headlines" in run(installation, "status").stdout
    assert run(installation, "status", "--project", project).returncode == 0

    wanted = ("seal", "--project", project, "--dataset", "d", "--split", "train=0.5", "--split", "test=0.5")
    preview = told(installation, *wanted, "--preview")
    assert set(preview["by_split"]) == {"train", "test"}
    version = told(installation, *wanted)
    assert version["number"] == 1
    assert version["items"] == preview["items"] == status["project"]["counts"]["items"]
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path in paths:
        assert told(installation, "export", "--project", project, "--dataset", "d", "-o", str(path))[
            "path"
        ] == str(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(paths[0].read_text().splitlines()) == version["items"]
    for kind in ("csv", "parquet"):
        assert (
            told(
                installation,
                "export",
                "--project",
                project,
                "--dataset",
                "d",
                "--format",
                kind,
                "-o",
                str(tmp_path),
            )["bytes"]
            > 100
        )
    wrong = run(installation, "seal", "--project", project, "--dataset", "d", "--selection", "[1]")
    assert (wrong.returncode, "not a JSON object" in wrong.stderr) == (3, True)


def test_a_backup_of_the_running_installation_starts_again(
    installation: Installation, project: str, tmp_path: Path
) -> None:
    status = told(installation, "db", "status")
    assert status["pending"] == []
    assert status["postgresql"].startswith("18")
    assert told(installation, "db", "migrate") == {"ran": []}
    file = tmp_path / "backup.tar"
    assert told(installation, "db", "backup", str(file))["bytes"] == file.stat().st_size
    over = run(installation, "db", "backup", str(file))
    assert (over.returncode, "never overwritten" in over.stderr) == (1, True)
    into_running = run(installation, "db", "restore", str(file))
    assert (into_running.returncode, "Another Qistas server" in into_running.stderr) == (1, True)

    restored = Installation(tmp_path / "restored")
    told(restored, "db", "restore", str(file))
    assert told(restored, "db", "status")["pending"] == []  # started for this alone, and stopped again
    restored.start()
    try:
        with (
            Client(restored.url, restored.local["token"]) as client,
            Client(installation.url, installation.local["token"]) as first,
        ):
            assert client.project(project).counts == first.project(project).counts
    finally:
        assert restored.stop() == 0
