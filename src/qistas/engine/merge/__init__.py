"""Many annotators' regions and rankings, merged into one answer with support and doubt."""

from __future__ import annotations

from qistas.engine.merge.boxes import Box, MergedBox, MergedBoxes, merge_boxes, merge_boxes_table
from qistas.engine.merge.bucket_orders import BucketOrder, kendall_distance, merge_bucket_orders
from qistas.engine.merge.geometry import edges_of_each_that_meet, edges_that_meet, polygon_area
from qistas.engine.merge.keypoints import MergedKeypoint, merge_keypoints
from qistas.engine.merge.masks import MergedMask, merge_masks
from qistas.engine.merge.polygons import MergedPolygon, merge_polygons, polygon_iou, polygons_iou
from qistas.engine.merge.rankings import MergedRanking, merge_rankings
from qistas.engine.merge.segments import MergedSegment, merge_segments
from qistas.engine.merge.spans import MergedSpan, MergedSpans, merge_spans, merge_spans_table
from qistas.engine.merge.sweep import boxes_that_meet

__all__ = [
    "Box",
    "BucketOrder",
    "MergedBox",
    "MergedBoxes",
    "MergedKeypoint",
    "MergedMask",
    "MergedPolygon",
    "MergedRanking",
    "MergedSegment",
    "MergedSpan",
    "MergedSpans",
    "boxes_that_meet",
    "edges_of_each_that_meet",
    "edges_that_meet",
    "kendall_distance",
    "merge_boxes",
    "merge_boxes_table",
    "merge_bucket_orders",
    "merge_keypoints",
    "merge_masks",
    "merge_polygons",
    "merge_rankings",
    "merge_segments",
    "merge_spans",
    "merge_spans_table",
    "polygon_area",
    "polygon_iou",
    "polygons_iou",
]
