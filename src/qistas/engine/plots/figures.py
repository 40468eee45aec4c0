"""Pictures of quality, each a function from arrays to a matplotlib figure.

Nothing here touches a display, a file or matplotlib's global state: the figure is built by itself and the caller saves
it. matplotlib is loaded when a function is called; without it they raise ``ImportError`` and say how to get it.
Colours are told apart with any colour vision (Okabe & Ito 2008) and nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.plots.calibration import calibration

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#6E6E6E"


def _figure(width: float, height: float) -> tuple[Figure, Any]:
    try:
        from matplotlib.figure import Figure as NewFigure
    except ImportError as missing:
        raise ImportError("figures need matplotlib: pip install 'qistas[report]'") from missing
    figure = NewFigure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def reliability_diagram(posterior: ArrayLike, truth: ArrayLike, *, bins: int = 10) -> Figure:
    """Confidence against the share that is right, with 90 % Wilson intervals and the number of items in each bin.

    ``posterior``: (n_items, n_labels); ``truth``: (n_items,) codes, -1 where unknown. The title states the expected
    calibration error.
    """
    from qistas.engine.agreement.breakdown import wilson_interval

    table = calibration(posterior, truth, bins=bins)
    figure, axes = _figure(5.0, 4.6)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label="kept exactly")
    used = table.count > 0
    if bool(used.any()):
        n = table.count[used].astype(np.float64)
        low, high = wilson_interval(table.accuracy[used] * n, n, 0.9)
        share = table.accuracy[used]
        axes.errorbar(
            table.confidence[used],
            share,
            yerr=np.maximum([share - low, high - share], 0.0),
            fmt="o-",
            color=_BLUE,
            capsize=3,
            label="seen, with 90 % interval",
        )
        for x, y, count in zip(table.confidence[used], share, table.count[used], strict=True):
            axes.annotate(
                f"{count:,}", (x, y), textcoords="offset points", xytext=(5, -11), fontsize=7, color=_GREY
            )
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence stated", ylabel="share right")
    error = (
        "no item with a known truth"
        if np.isnan(table.error)
        else f"expected calibration error {table.error:.3f}"
    )
    axes.set_title(error, fontsize=10)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def annotator_confusion(confusion: ArrayLike, labels: Sequence[str], *, title: str = "") -> Figure:
    """One annotator's (or a mean) confusion as a table of shares: rows are the truth, columns the answer.

    ``confusion``: (n_labels, n_labels), rows adding up to one (a row of NaN: never seen). Cells are written out up to
    12 labels.
    """
    table = np.asarray(confusion, dtype=np.float64)
    n = len(labels)
    if table.shape != (n, n):
        raise ValueError(f"confusion must have shape {(n, n)}, not {table.shape}")
    side = min(1.8 + 0.55 * n, 12.0)
    figure, axes = _figure(side + 0.8, side)
    image = axes.imshow(table, cmap="Blues", vmin=0.0, vmax=1.0)
    axes.set(xticks=range(n), yticks=range(n), xlabel="answered", ylabel="true")
    axes.set_xticklabels(labels, rotation=45, ha="right")
    axes.set_yticklabels(labels)
    if n <= 12:
        for i in range(n):
            for j in range(n):
                if np.isfinite(table[i, j]):
                    colour = "white" if table[i, j] > 0.6 else "black"
                    axes.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=8, color=colour)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of answers")
    axes.set_title(title, fontsize=10)
    return figure


def skill_intervals(
    accuracy: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    names: Sequence[str],
    *,
    target: float | None = None,
    most: int = 40,
) -> Figure:
    """Each annotator's skill with its interval, the lowest first; beyond ``most`` the lowest of them are shown.

    ``accuracy``, ``low``, ``high``: (n,); an annotator with NaN has not answered and is left out. ``target``: a line to
    hold them against.
    """
    a, lo, hi = (np.asarray(v, dtype=np.float64).reshape(-1) for v in (accuracy, low, high))
    if not len(a) == len(lo) == len(hi) == len(names):
        raise ValueError(
            f"accuracy, low, high and names must be of one length: {len(a)}, {len(lo)}, {len(hi)}, {len(names)}"
        )
    known = np.flatnonzero(np.isfinite(a))
    shown = known[np.argsort(a[known], kind="stable")][:most]
    figure, axes = _figure(6.0, max(1.6, 0.9 + 0.24 * len(shown)))
    row = np.arange(len(shown))
    axes.errorbar(
        a[shown],
        row,
        xerr=np.maximum([a[shown] - lo[shown], hi[shown] - a[shown]], 0.0),
        fmt="o",
        color=_BLUE,
        capsize=2,
        markersize=4,
    )
    if target is not None:
        axes.axvline(target, color=_ORANGE, linestyle="--", linewidth=1)
        axes.annotate(
            f"target {target:g}", (target, 1.0), xycoords=("data", "axes fraction"), fontsize=8, color=_ORANGE
        )
    axes.set(yticks=row, xlim=(0, 1), ylim=(-0.7, max(len(shown), 1) - 0.3), xlabel="skill (share right)")
    axes.set_yticklabels([names[k] for k in shown.tolist()], fontsize=8)
    if len(shown) < len(known):
        axes.set_title(f"the {len(shown)} lowest of {len(known):,}", fontsize=10)
    return figure


def doubt_histogram(doubt: ArrayLike, *, target: float | None = None, bins: int = 40) -> Figure:
    """How many items have how much doubt (one minus confidence); ``target``: the confidence aimed at, drawn as a line."""
    d = np.asarray(doubt, dtype=np.float64).reshape(-1)
    d = d[np.isfinite(d)]
    figure, axes = _figure(6.0, 3.4)
    axes.hist(d, bins=bins, range=(0.0, max(float(d.max(initial=0.0)), 1e-6)), color=_BLUE)
    axes.set(xlabel="doubt (1 − confidence)", ylabel="items")
    title = f"{len(d):,} items"
    if target is not None and len(d):
        axes.axvline(1.0 - target, color=_ORANGE, linestyle="--", linewidth=1)
        title += f", {float((d > 1.0 - target).mean()):.1%} short of {target:g}"
    axes.set_title(title, fontsize=10)
    return figure


def stopping_curve(
    used: ArrayLike,
    accuracy: ArrayLike,
    *,
    n_total: int,
    expected: ArrayLike | None = None,
    reference: float | None = None,
) -> Figure:
    """Accuracy against the share of answers asked for, the learning curve of the stop rule.

    ``used``, ``accuracy``: (rounds,), as in a :class:`~qistas.engine.assign.Replay`; ``expected``: the model's own account;
    ``reference``: the accuracy of the plain vote over all answers, drawn as a line.
    """
    x = np.asarray(used, dtype=np.float64).reshape(-1) / max(n_total, 1)
    y = np.asarray(accuracy, dtype=np.float64).reshape(-1)
    if len(x) != len(y):
        raise ValueError(f"used and accuracy must be of one length: {len(x)}, {len(y)}")
    figure, axes = _figure(6.0, 3.8)
    axes.plot(x, y, "o-", color=_BLUE, markersize=3, label="right")
    if expected is not None:
        axes.plot(x, np.asarray(expected, dtype=np.float64), ":", color=_GREY, label="expected by the model")
    if reference is not None:
        axes.axhline(reference, color=_ORANGE, linestyle="--", linewidth=1, label="majority of all answers")
    axes.set(xlim=(0, 1), xlabel="share of answers used", ylabel="share of items right")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure
