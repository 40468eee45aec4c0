"""Pictures of quality, each a function from arrays to a matplotlib figure.

Nothing here touches a display, a file or matplotlib's global state: the figure is built by itself and the caller saves
it. matplotlib is loaded when a function is called; without it they raise ``ImportError`` and say how to get it.
``language`` (``en`` or ``ar``) is that of the words in it. Colours are told apart with any colour vision (Okabe & Ito 2008) and nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from qistas.engine.plots.calibration import calibration
from qistas.engine.plots.words import say

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


def reliability_diagram(
    posterior: ArrayLike, truth: ArrayLike, *, bins: int = 10, language: str = "en"
) -> Figure:
    """Confidence against the share that is right, with 90 % Wilson intervals and the number of items in each bin.

    ``posterior``: (n_items, n_labels); ``truth``: (n_items,) codes, -1 where unknown. The title states the expected
    calibration error.
    """
    from qistas.engine.agreement.breakdown import wilson_interval

    table = calibration(posterior, truth, bins=bins)
    figure, axes = _figure(5.0, 4.6)
    axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", linewidth=1, label=say("kept exactly", language))
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
            label=say("seen, with 90 % interval", language),
        )
        for x, y, count in zip(table.confidence[used], share, table.count[used], strict=True):
            axes.annotate(
                f"{count:,}", (x, y), textcoords="offset points", xytext=(5, -11), fontsize=7, color=_GREY
            )
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel=say("confidence stated", language),
        ylabel=say("share right", language),
    )
    error = (
        say("no item with a known truth", language)
        if np.isnan(table.error)
        else say("expected calibration error {0:.3f}", language, table.error)
    )
    axes.set_title(error, fontsize=10)
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def annotator_confusion(
    confusion: ArrayLike, labels: Sequence[str], *, title: str = "", language: str = "en"
) -> Figure:
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
    axes.set(xticks=range(n), yticks=range(n), xlabel=say("answered", language), ylabel=say("true", language))
    axes.set_xticklabels(labels, rotation=45, ha="right")
    axes.set_yticklabels(labels)
    if n <= 12:
        for i in range(n):
            for j in range(n):
                if np.isfinite(table[i, j]):
                    colour = "white" if table[i, j] > 0.6 else "black"
                    axes.text(j, i, f"{table[i, j]:.2f}", ha="center", va="center", fontsize=8, color=colour)
    figure.colorbar(image, ax=axes, shrink=0.8, label=say("share of answers", language))
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
    language: str = "en",
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
            say("target {0:g}", language, target),
            (target, 1.0),
            xycoords=("data", "axes fraction"),
            fontsize=8,
            color=_ORANGE,
        )
    axes.set(
        yticks=row,
        xlim=(0, 1),
        ylim=(-0.7, max(len(shown), 1) - 0.3),
        xlabel=say("skill (share right)", language),
    )
    axes.set_yticklabels([names[k] for k in shown.tolist()], fontsize=8)
    if len(shown) < len(known):
        axes.set_title(say("the {0} lowest of {1:,}", language, len(shown), len(known)), fontsize=10)
    return figure


def doubt_histogram(
    doubt: ArrayLike, *, target: float | None = None, bins: int = 40, language: str = "en"
) -> Figure:
    """How many items have how much doubt (one minus confidence); ``target``: the confidence aimed at, drawn as a line."""
    d = np.asarray(doubt, dtype=np.float64).reshape(-1)
    d = d[np.isfinite(d)]
    figure, axes = _figure(6.0, 3.4)
    axes.hist(d, bins=bins, range=(0.0, max(float(d.max(initial=0.0)), 1e-6)), color=_BLUE)
    axes.set(xlabel=say("doubt (1 − confidence)", language), ylabel=say("items", language))
    title = say("{0:,} items", language, len(d))
    if target is not None and len(d):
        axes.axvline(1.0 - target, color=_ORANGE, linestyle="--", linewidth=1)
        short = float((d > 1.0 - target).mean())
        title = say("{0:,} items, {1:.1%} short of {2:g}", language, len(d), short, target)
    axes.set_title(title, fontsize=10)
    return figure


def stopping_curve(
    used: ArrayLike,
    accuracy: ArrayLike,
    *,
    n_total: int,
    expected: ArrayLike | None = None,
    reference: float | None = None,
    against: Literal["truth", "all answers"] = "truth",
    language: str = "en",
) -> Figure:
    """Accuracy against the share of answers asked for, the learning curve of the stop rule.

    ``used``, ``accuracy``: (rounds,), as in a :class:`~qistas.engine.assign.Replay`; ``expected``: the model's own account;
    ``reference``: the accuracy of the plain vote over all answers, drawn as a line. ``against``: what ``accuracy`` was
    measured by; where no truth is known, the labels that all answers give.
    """
    x = np.asarray(used, dtype=np.float64).reshape(-1) / max(n_total, 1)
    y = np.asarray(accuracy, dtype=np.float64).reshape(-1)
    if len(x) != len(y):
        raise ValueError(f"used and accuracy must be of one length: {len(x)}, {len(y)}")
    right = "right" if against == "truth" else "same as by all answers"
    figure, axes = _figure(6.0, 3.8)
    axes.plot(x, y, "o-", color=_BLUE, markersize=3, label=say(right, language))
    if expected is not None:
        axes.plot(
            x,
            np.asarray(expected, dtype=np.float64),
            ":",
            color=_GREY,
            label=say("expected by the model", language),
        )
    if reference is not None:
        axes.axhline(
            reference,
            color=_ORANGE,
            linestyle="--",
            linewidth=1,
            label=say("majority of all answers", language),
        )
    axes.set(
        xlim=(0, 1),
        xlabel=say("share of answers used", language),
        ylabel=say("share of items right", language),
    )
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def doubt_bars(edges: ArrayLike, counts: ArrayLike, *, language: str = "en") -> Figure:
    """How many items have how much doubt, where they have been counted already.

    ``edges``: (bins + 1,), ``counts``: (bins,).
    """
    e, c = np.asarray(edges, dtype=np.float64).reshape(-1), np.asarray(counts, dtype=np.int64).reshape(-1)
    if len(e) != len(c) + 1:
        raise ValueError(f"there must be one edge more than counts: {len(e)}, {len(c)}")
    figure, axes = _figure(6.0, 3.4)
    axes.bar(e[:-1], c, width=np.diff(e), align="edge", color=_BLUE, edgecolor="white", linewidth=0.5)
    axes.set(xlabel=say("doubt (1 − confidence)", language), ylabel=say("items", language))
    axes.set_title(say("{0:,} items", language, int(c.sum())), fontsize=10)
    return figure


def label_bars(names: Sequence[str], counts: ArrayLike, *, most: int = 25, language: str = "en") -> Figure:
    """How many items have which label, the commonest first; beyond ``most`` the others together in one bar of grey."""
    c = np.asarray(counts, dtype=np.int64).reshape(-1)
    if len(c) != len(names):
        raise ValueError(f"names and counts must be of one length: {len(names)}, {len(c)}")
    order = np.argsort(-c, kind="stable")
    shown = order[:most]
    words, sizes, colours = [names[k] for k in shown.tolist()], c[shown].tolist(), [_BLUE] * len(shown)
    if len(order) > most:
        words.append(say("{0} more", language, len(order) - most))
        sizes.append(int(c[order[most:]].sum()))
        colours.append(_GREY)
    figure, axes = _figure(6.0, max(1.4, 0.8 + 0.26 * len(words)))
    row = np.arange(len(words))
    axes.barh(row, sizes, color=colours, height=0.7)
    for at, size in enumerate(sizes):
        axes.annotate(f"{size:,}", (size, at), textcoords="offset points", xytext=(4, -3), fontsize=8)
    axes.set(yticks=row, xlabel=say("items", language), xlim=(0, max([*sizes, 1]) * 1.12))
    axes.set_yticklabels(words, fontsize=9)
    axes.invert_yaxis()
    return figure
