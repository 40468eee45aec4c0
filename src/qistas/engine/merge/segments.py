"""Time segments (of audio or video) of many annotators merged into one set, with support and confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from qistas.engine.merge.clustering import Label, label_order
from qistas.engine.merge.intervals import merge_intervals

Segment = tuple[float, float, Label]


@dataclass(frozen=True, slots=True)
class MergedSegment:
    """One segment of the merged answer, in the unit of the input (seconds, as a rule).

    ``support``: how many annotators marked it; ``confidence``: their share of the weight of all who answered.
    """

    start: float
    end: float
    label: Label
    support: int
    confidence: float


def merge_segments(
    segments: Sequence[Sequence[Segment]],
    n_annotators: int | None = None,
    *,
    weights: ArrayLike | None = None,
    min_f1: float = 0.5,
    keep: float = 0.5,
    across_labels: bool = False,
) -> tuple[MergedSegment, ...]:
    """Merge the segments of **one item**; as :func:`~qistas.engine.merge.merge_spans`, on a continuous line.

    ``segments``: for each annotator a sequence of ``(start, end, label)``. Borders are weighted medians, the middle
    of two equal ones. Raises ``ValueError`` for a segment that is empty or not finite, and for unusable weights.
    """
    answers = [[_checked(segment) for segment in one] for one in segments]
    merged = [
        MergedSegment((start[0] + start[1]) / 2.0, (end[0] + end[1]) / 2.0, label, support, confidence)
        for start, end, label, support, confidence in merge_intervals(
            answers, n_annotators, weights, min_f1, keep, across_labels
        )
    ]
    merged.sort(key=lambda s: (s.start, s.end, label_order(s.label)))
    return tuple(merged)


def _checked(segment: Segment) -> Segment:
    start, end, label = float(segment[0]), float(segment[1]), segment[2]
    if not math.isfinite(start) or not math.isfinite(end) or end <= start:
        raise ValueError(f"a segment needs finite start < end, but got {start}, {end}")
    return start, end, label if isinstance(label, str) else int(label)
