"""The list of `qistas quality errors`: every line within the width, whatever the labels and contents are."""

from typing import Any

import pytest
from rich.cells import cell_len

from qistas.cli.quality import listed

LONG = (
    "A sentence that is much longer than any line of a terminal of eighty columns could ever be, and goes on."
)
ARABIC = (
    "افتُتح معرض للخط العربي في المتحف الوطني يوم الخميس بحضور عدد كبير من الزوار والفنانين من أنحاء العالم."
)


def row(label: str, suggested: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "external_id": None,
        "item_id": "01a204de-675e-7a4c-831f-8658f6765b81",
        "data": {"text": text},
        "value": {"labels": [label]},
        "suggested": {"labels": [suggested]},
        "likelihood": 1.0,
        "queued_at": None,
        "evidence": {
            "model": {"given": 0.0, "suggested": 1.0},
            "answers": {"support": 10, "total": 10},
            "neighbours": {"same": 10, "suggested": 10, "total": 10},
        },
    } | more


@pytest.mark.parametrize("wide", [70, 80, 120])
def test_no_line_is_wider_than_the_terminal(wide: int) -> None:
    rows = [
        row("sport", "culture", LONG),
        row("رياضة محلية ودولية", "اقتصاد", ARABIC, external_id="خبر-14"),
        row("a label of very many words", "another of as many words", "漢字" * 60, queued_at="2026-01-01"),
    ]
    lines = listed(rows, wide)
    assert len(lines) == 1 + 2 * len(rows)
    assert max(map(cell_len, lines)) <= wide


def test_columns_stand_under_their_heads_and_arabic_is_kept_apart() -> None:
    head, one, content, two, _ = listed(
        [row("رياضة", "x", ARABIC, external_id="خبر-14"), row("y", "z", "short")], 80
    )
    for what in ("model", "answers", "alike"):
        at = cell_len(head[: head.index(what)])
        cell = {"model": "0% →", "answers": "10 of 10", "alike": "10 → 10"}[what]
        assert cell_len(one[: one.index(cell, one.index("%") + 1)]) == at
    assert "\u2068رياضة\u2069" in one
    assert content.strip().startswith("\u2068خبر-14: ")
    assert content.endswith("…\u2069")
    assert two.split()[0] == "100%"
