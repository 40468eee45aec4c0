# pyright: basic, reportArgumentType=false
import builtins
import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from qistas.engine import plots


def drawn(figure):
    assert isinstance(figure, Figure)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=50)
    assert out.getvalue().startswith(b"\x89PNG")
    return figure.axes[0]


def posterior(n=400, seed=0):
    p = np.random.default_rng(seed).dirichlet([0.6, 0.6, 0.6], n)
    truth = np.array([np.random.default_rng(i).choice(3, p=row) for i, row in enumerate(p)])
    return p, truth


def test_calibration_of_honest_and_of_boastful_posteriors():
    p, truth = posterior(3000)
    assert plots.calibration(p, truth).error < 0.05
    sure = np.zeros_like(p)
    sure[np.arange(len(p)), p.argmax(axis=1)] = 1.0
    boast = plots.calibration(sure, truth)
    assert boast.error == pytest.approx(1 - (p.argmax(axis=1) == truth).mean())
    assert boast.count.sum() == 3000
    assert np.isnan(plots.calibration(p, np.full(3000, -1)).error)
    assert np.isnan(plots.calibration(np.zeros((0, 2)), []).error)
    with pytest.raises(ValueError, match="fit together"):
        plots.calibration(p, [0])


def test_reliability_diagram():
    axes = drawn(plots.reliability_diagram(*posterior()))
    assert "calibration error" in axes.get_title()
    assert "no item" in drawn(plots.reliability_diagram(np.zeros((0, 2)), [])).get_title()


def test_annotator_confusion():
    axes = drawn(plots.annotator_confusion([[0.9, 0.1], [np.nan, np.nan]], ["yes", "no"], title="w1"))
    assert [t.get_text() for t in axes.texts] == ["0.90", "0.10"]
    drawn(plots.annotator_confusion(np.eye(30), [str(k) for k in range(30)]))
    with pytest.raises(ValueError, match="shape"):
        plots.annotator_confusion(np.eye(2), ["a"])


def test_skill_intervals():
    a = np.array([0.9, np.nan, 0.6])
    axes = drawn(plots.skill_intervals(a, a - 0.1, a + 0.1, ["x", "y", "z"], target=0.7))
    assert [t.get_text() for t in axes.get_yticklabels()] == ["z", "x"]
    many = np.linspace(0.5, 1, 90)
    assert (
        "40 lowest of 90"
        in drawn(plots.skill_intervals(many, many, many, [str(k) for k in range(90)])).get_title()
    )
    drawn(plots.skill_intervals([], [], [], []))
    with pytest.raises(ValueError, match="one length"):
        plots.skill_intervals([0.5], [0.4], [0.6], [])


def test_doubt_histogram():
    axes = drawn(plots.doubt_histogram([0.0, 0.02, 0.5, np.nan], target=0.95))
    assert "3 items" in axes.get_title()
    assert "33.3%" in axes.get_title()
    drawn(plots.doubt_histogram([]))


def test_stopping_curve():
    axes = drawn(
        plots.stopping_curve([10, 20], [0.8, 0.9], n_total=100, expected=[0.7, 0.95], reference=0.85)
    )
    assert len(axes.lines) == 3
    drawn(plots.stopping_curve([], [], n_total=0))
    with pytest.raises(ValueError, match="one length"):
        plots.stopping_curve([1], [], n_total=1)


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def none(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", none)
    with pytest.raises(ImportError, match="report"):
        plots.doubt_histogram([0.1])


def test_counts_as_bars():
    axes = drawn(plots.doubt_bars([0, 0.5, 1], [3, 4]))
    assert axes.get_title() == "7 items"
    with pytest.raises(ValueError, match="one edge more"):
        plots.doubt_bars([0, 1], [3, 4])
    axes = drawn(plots.label_bars(["a", "b", "c"], [1, 5, 2], most=2))
    assert [t.get_text() for t in axes.get_yticklabels()] == ["b", "c", "1 more"]
    drawn(plots.label_bars([], []))


def test_words_are_in_the_language_asked_for():
    axes = plots.doubt_histogram([0.1, 0.4], target=0.8, language="ar").axes[0]
    assert axes.get_xlabel() == "الشك (1 − الثقة)"
    assert "50.0%" in axes.get_title()
    axes = plots.stopping_curve([1, 2], [0.5, 1.0], n_total=4, against="all answers", language="ar").axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert legend.get_texts()[0].get_text() == "كما بكل الإجابات"
