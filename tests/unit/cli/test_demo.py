"""What the demo prints."""

import io

import pytest
from rich.console import Console

from qistas.cli.demo import Gained, show


@pytest.mark.parametrize("width", [80, 100])
def test_the_result_fits_a_terminal_and_no_line_is_broken(width: int) -> None:
    gained = [
        Gained(name, 202, 1010, 0.791, 0.93, 0.965, {"topic": 0.61, "sentiment": 0.58}, 404_000, "out.jsonl")
        for name in ("Headlines and reviews عناوين", "Handwritten digits")
    ]
    out = io.StringIO()
    show(gained, Console(file=out, width=width, force_terminal=True, color_system=None))
    lines = out.getvalue().splitlines()
    table = [line for line in lines if "│" in line or "┃" in line]
    assert len({len(line) for line in table}) <= 2  # one width, but for letters that join
    assert max(len(line) for line in table) <= width
    for measure in ("right: one annotator", "right: Dawid–Skene", "4,040.00 USD", "sentiment 0.58"):
        assert any(measure in line for line in table), measure
