"""The engine is pure: no clock, no randomness but what is handed in. (That it imports no I/O, import-linter proves.)"""

import ast
from pathlib import Path

import pytest

import qistas.engine

FILES = sorted(Path(qistas.engine.__file__).parent.rglob("*.py"))
SEEDED = {"Generator", "default_rng", "SeedSequence", "PCG64"}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_file_of_the_engine_asks_neither_clock_nor_chance(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            assert not {a.name.split(".")[0] for a in node.names} & {"time", "random", "secrets", "datetime"}
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            assert {a.name for a in node.names} == {"perf_counter"}  # a stopwatch for diagnostics
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("np.random", "numpy.random"):
            assert node.attr in SEEDED, f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("random.default_rng"):
            assert node.args, f"line {node.lineno}: a generator without a seed"
