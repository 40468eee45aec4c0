"""The examples of the engine run as they are written: those in its modules, and those of the page that explains it."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import numpy as np
import pandas as pd
import pytest

import qistas.engine
from qistas.engine import Responses, truth

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "explanation" / "truth-inference.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MODULES = ["qistas.engine", *(m.name for m in walk_packages(qistas.engine.__path__, "qistas.engine."))]
WITH_EXAMPLES = [
    name for name in MODULES if ">>> " in Path(str(import_module(name).__file__)).read_text("utf-8")
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_modules(name: str) -> None:
    failed, tried = doctest.testmod(import_module(name))
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_examples_on_the_page(place: int, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    item, annotator = np.repeat(np.arange(20), 4), np.tile(np.arange(4), 20)
    label = np.where(rng.random(80) < 0.8, item % 2, 1 - item % 2)
    half = [Responses.from_arrays(item[:40], annotator[:40], label[:40])] * 2
    known: dict[str, Any] = {
        "truth": truth,
        "frame": pd.DataFrame({"task": item, "worker": annotator, "label": np.array(["no", "yes"])[label]}),
        "a": half[0],
        "b": half[1],
    }
    exec(BLOCKS[place], known)
    if "print(" in BLOCKS[place]:
        assert "yes" in capsys.readouterr().out


def test_there_are_examples() -> None:
    assert len(BLOCKS) >= 2
    assert "qistas.engine" in WITH_EXAMPLES
