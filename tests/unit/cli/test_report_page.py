"""Figures of the report: names stand in them as they are."""

import pytest

from qistas.cli.report_page import _Drawer  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("name", ["$\\frac{$", "from $5 to $9", "<svg onload=alert(1)>"])
def test_names_are_texts_and_no_formulas(name: str) -> None:
    from matplotlib.figure import Figure

    def make() -> Figure:
        figure = Figure()
        figure.subplots().set_title(name)
        return figure

    drawn = _Drawer("q0", "en", on=True)("Title", "", make)
    assert name.replace("<", "&lt;").replace(">", "&gt;") in drawn
