"""Every method that `qistas truth` offers runs, and chance comes from the seed alone."""

from pathlib import Path

import pytest

from qistas.cli.main import main
from qistas.cli.truth import METHODS


def test_all_methods_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        f"t{task},w{worker},{'yes' if (task * 7 + worker) % 3 else 'no'}"
        for task in range(12)
        for worker in range(4)
    ]
    file = tmp_path / "labels.csv"
    file.write_text("task,worker,label\n" + "\n".join(rows) + "\n")
    assert main(["truth", str(file), "--method", "all"]) == 0
    told = capsys.readouterr().out
    assert all(method in told for method in METHODS)
