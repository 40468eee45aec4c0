"""Many annotators' regions, merged into one answer with support and doubt."""

from __future__ import annotations

from qistas.engine.merge.boxes import Box, MergedBox, MergedBoxes, merge_boxes, merge_boxes_table
from qistas.engine.merge.spans import MergedSpan, MergedSpans, merge_spans, merge_spans_table

__all__ = [
    "Box",
    "MergedBox",
    "MergedBoxes",
    "MergedSpan",
    "MergedSpans",
    "merge_boxes",
    "merge_boxes_table",
    "merge_spans",
    "merge_spans_table",
]
