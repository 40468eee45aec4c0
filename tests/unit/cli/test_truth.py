"""`qistas truth`: a file in, a table and a file out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from qistas.cli.main import main

TRUE = {"007": "yes", "t1": "no", "t2": "yes", "t3": "no"}


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Two who are right, one who always says yes."""
    path = tmp_path / "labels.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["task", "worker", "label"])
        for task, label in TRUE.items():
            writer.writerows([[task, "a", label], [task, "b", label], [task, "c", "yes"]])
    return path


def test_scores_methods_and_writes_answers(
    labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("task,label\n" + "\n".join(f"{task},{label}" for task, label in TRUE.items()) + "\n")
    answers = tmp_path / "answers.csv"
    command = [
        "truth",
        str(labels),
        "--method",
        "majority,dawid-skene",
        "--truth",
        str(truth),
        "--output",
        str(answers),
        "--json",
    ]
    assert main(command) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(row["method"], row["accuracy"]) for row in told] == [("majority", 1.0), ("dawid_skene", 1.0)]
    rows = list(csv.DictReader(answers.read_text().splitlines()))
    assert {row["task"]: row["label"] for row in rows} == TRUE
    assert all(abs(float(row["p:yes"]) + float(row["p:no"]) - 1) < 1e-5 for row in rows)


def test_a_wrong_truth_lowers_the_score(
    labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("task,label\n007,no\nt1,no\nt2,never said\n")
    assert main(["truth", str(labels), "--method", "majority", "--truth", str(truth), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["accuracy"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["{folder}/none.csv"], "There is no file"),
        (["{labels}", "--label", "grade"], "grade: is not there. It has: task, worker, label."),
        (["{labels}", "--method", "magic"], "--method: magic Choose from auto"),
        (["{labels}", "--truth", "{folder}/other.csv"], "None of the tasks"),
    ],
)
def test_errors_say_what_to_do(
    labels: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    (tmp_path / "other.csv").write_text("task,label\nz,yes\n")
    assert main(["truth", *[a.format(folder=tmp_path, labels=labels) for a in arguments]]) == 3
    assert says in capsys.readouterr().err
