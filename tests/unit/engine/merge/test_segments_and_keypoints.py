# pyright: basic, reportArgumentType=false
import math

import numpy as np
import pytest

from qistas.engine.merge import MergedSegment, merge_keypoints, merge_segments
from qistas.engine.merge.keypoints import geometric_median


def test_segments_merge_like_spans_with_borders_between():
    got = merge_segments([[(0.0, 2.0, "a")], [(0.4, 2.2, "a")], []])
    assert got == (MergedSegment(0.2, 2.1, "a", 2, pytest.approx(2 / 3)),)
    assert merge_segments([[(0.0, 1.0, "a")], [(0.0, 1.0, "b")]], keep=0.6) == ()
    assert merge_segments([]) == ()


@pytest.mark.parametrize(
    "segment", [(1.0, 1.0, "a"), (2.0, 1.0, "a"), (0.0, math.inf, "a"), (math.nan, 1.0, "a")]
)
def test_segments_with_clear_errors(segment):
    with pytest.raises(ValueError, match="start < end"):
        merge_segments([[segment]])


def test_keypoints_resist_one_annotator_who_is_far_off():
    points = np.array([[[10.0, 10.0]], [[10.2, 10.0]], [[10.0, 10.2]], [[90.0, 90.0]]])
    got = merge_keypoints(points)[0]
    assert math.hypot(got.x - 10.05, got.y - 10.05) < 0.2
    assert (got.support, got.confidence) == (4, 1.0)
    assert got.spread > 30


def test_keypoints_support_visibility_and_weights():
    nan = math.nan
    points = [[[0, 0], [5, 5]], [[2, 0], [nan, nan]], [[nan, nan], [nan, nan]]]
    got = merge_keypoints(points, visible=[[True, True], [False, True], [True, True]])
    assert [(k.index, k.x, k.y, k.visible, k.support) for k in got] == [(0, 1.0, 0.0, True, 2)]
    assert merge_keypoints(points, weights=[5, 1, 1])[1].index == 1
    assert merge_keypoints(points, weights=[5, 1, 1])[0].x == pytest.approx(0.0, abs=1e-6)


def test_keypoints_degenerate_and_errors():
    assert merge_keypoints(np.zeros((0, 3, 2))) == ()
    assert merge_keypoints(np.full((2, 1, 2), math.nan)) == ()
    assert merge_keypoints([[[3, 4]]])[0].spread == 0.0
    with pytest.raises(ValueError, match="two finite"):
        merge_keypoints([[[math.nan, 1]]])
    with pytest.raises(ValueError, match="shape"):
        merge_keypoints([[1, 2]])


def test_geometric_median_is_the_least_sum_of_distances():
    rng = np.random.default_rng(0)
    for _ in range(20):
        points, weight = rng.normal(0, 5, (6, 2)), rng.uniform(0.2, 2, 6)
        best = geometric_median(points, weight)
        least = weight @ np.hypot(*(points - best).T)
        for step in rng.normal(0, 0.05, (20, 2)):
            assert weight @ np.hypot(*(points - best - step).T) >= least - 1e-6
    same = geometric_median(np.array([[1.0, 1], [1, 1], [1, 1], [9, 9]]), np.ones(4))
    assert same == pytest.approx([1, 1], abs=1e-6)
