"""Text spans of many annotators merged into one set, with support and confidence.

Offsets are Unicode code points over the text as stored, half open: ``text[start:end]``. Spans may overlap,
also of one label and one annotator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.merge.clustering import Label, label_order
from qistas.engine.merge.intervals import merge_intervals
from qistas.engine.merge.tables import by_item, code_column

Span = tuple[int, int, Label]


@dataclass(frozen=True, slots=True)
class MergedSpan:
    """One span of the merged answer.

    ``support``: how many annotators marked it; ``confidence``: their share of the weight of all annotators
    who answered the item, in (0, 1].
    """

    start: int
    end: int
    label: Label
    support: int
    confidence: float


@dataclass(frozen=True, slots=True)
class MergedSpans:
    """Merged spans of many items as aligned arrays, sorted by item, start, end, label."""

    item: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    label: NDArray[np.int64]
    support: NDArray[np.int64]
    confidence: NDArray[np.float64]


def merge_spans(
    spans: Sequence[Sequence[Span]],
    n_annotators: int | None = None,
    *,
    weights: ArrayLike | None = None,
    min_f1: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
) -> tuple[MergedSpan, ...]:
    """Merge the spans of **one item**.

    ``spans``: for each annotator a sequence of ``(start, end, label)``; an annotator who answered and marked
    nothing has an empty one, or is counted in ``n_annotators`` (those beyond ``len(spans)`` marked nothing).
    ``weights``: one non-negative number per annotator (default: all equal).

    Spans of different annotators and one label (any label with ``across_labels``; the label is then voted
    on) are one when their F1, twice the common characters over the sum of lengths, is at least ``min_f1``;
    a cluster holds at most one span an annotator (see :mod:`qistas.engine.merge.clustering`). Its borders
    are weighted medians, the outer of two equal ones. It is kept when its annotators hold at least ``keep``
    of the weight of all.

    Decided cases: no annotator or no span gives ``()``; a span repeated by its annotator counts once; with
    two annotators of equal weight a span that one of them marked is kept (share 1/2). Raises ``ValueError``
    for an empty, negative or fractional span and for unusable weights.
    """
    answers = [[_checked(span) for span in one] for one in spans]
    merged = [
        MergedSpan(int(start[0]), int(end[1]), label, support, confidence)
        for start, end, label, support, confidence in merge_intervals(
            answers, n_annotators, weights, min_f1, keep, across_labels
        )
    ]
    merged.sort(key=lambda s: (s.start, s.end, label_order(s.label)))
    return tuple(merged)


def _checked(span: Span) -> Span:
    start, end, label = span
    if int(start) != start or int(end) != end:
        raise ValueError(f"span offsets must be whole numbers, not {start!r} and {end!r}")
    if start < 0 or end <= start:
        raise ValueError(f"a span needs 0 <= start < end, but got {start}, {end}")
    return int(start), int(end), label if isinstance(label, str) else int(label)


def merge_spans_table(
    item: ArrayLike,
    annotator: ArrayLike,
    start: ArrayLike,
    end: ArrayLike,
    label: ArrayLike,
    *,
    answered: tuple[ArrayLike, ArrayLike] | None = None,
    weights: ArrayLike | None = None,
    min_f1: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
) -> MergedSpans:
    """Merge the spans of many items, given as aligned integer columns, one row a span, in any order.

    ``answered``: two aligned columns (item, annotator) of all answers, which is the only way to know of
    annotators who marked nothing; rows of spans count as answers whether listed or not. ``weights``: by
    annotator code. Everything else as in :func:`merge_spans`.
    """
    columns = [code_column(n, c) for n, c in (("start", start), ("end", end), ("label", label))]
    out: list[tuple[int, MergedSpan]] = []
    for one in by_item(item, annotator, columns, answered, weights):
        answers: list[list[Span]] = [
            [(int(columns[0][r]), int(columns[1][r]), int(columns[2][r])) for r in rows] for rows in one.rows
        ]
        merged = merge_spans(
            answers, weights=one.weights, min_f1=min_f1, keep=keep, across_labels=across_labels
        )
        out += [(one.item, span) for span in merged]
    return MergedSpans(
        _ints(i for i, _ in out),
        _ints(s.start for _, s in out),
        _ints(s.end for _, s in out),
        _ints(s.label for _, s in out),
        _ints(s.support for _, s in out),
        np.array([s.confidence for _, s in out], dtype=np.float64),
    )


def _ints(values: Any) -> NDArray[np.int64]:
    return np.array(list(values), dtype=np.int64)
