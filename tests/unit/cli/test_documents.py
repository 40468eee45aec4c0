"""Every command line in the documents is one that the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from qistas.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ar.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINES = [
    (document.name, line)
    for document in DOCUMENTS
    for block in re.findall(
        r"^```sh\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    for line in block.splitlines()
    if line.startswith("qistas ")
]


@pytest.mark.parametrize(("document", "line"), LINES, ids=[f"{name}: {line}" for name, line in LINES])
def test_a_command_line_in_the_documents(document: str, line: str) -> None:
    plain = re.sub(r"\$\([^)]*\)", "today", line)  # what the shell puts in
    words = shlex.split(plain, comments=True)[1:]
    build_parser(words[0]).parse_args(words)


def test_there_are_some() -> None:
    assert len(LINES) > 20
    with pytest.raises(SystemExit):
        build_parser("seal").parse_args(["seal", "--project", "P"])


@pytest.mark.parametrize("document", ["README.md", "docs/tutorial/first-dataset.md"])
def test_the_arabic_says_the_same_commands(document: str) -> None:
    def code(path: Path) -> list[str]:
        return re.findall(r"^```\w+\n.*?^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)

    english = ROOT / document
    assert code(english.with_suffix(".ar.md")) == code(english)
