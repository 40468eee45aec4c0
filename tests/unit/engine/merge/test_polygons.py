# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.merge import merge_polygons, polygon_iou
from qistas.engine.merge.geometry import polygon_area
from qistas.engine.merge.polygons import contours

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def circle(cx, cy, r, n=40, wobble=0.0, seed=0):
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radius = r + wobble * np.random.default_rng(seed).normal(0, 1, n)
    return [(float(cx + k * np.cos(a)), float(cy + k * np.sin(a))) for k, a in zip(radius, t, strict=True)]


def test_iou_of_known_shapes():
    assert polygon_iou(SQUARE, SQUARE) == 1.0
    assert polygon_iou(SQUARE, [(5, 0), (15, 0), (15, 10), (5, 10)]) == pytest.approx(1 / 3, abs=0.01)
    assert polygon_iou(SQUARE, [(0, 0), (10, 0), (10, 10)]) == pytest.approx(0.5, abs=0.01)
    assert polygon_iou(SQUARE, [(50, 50), (60, 50), (60, 60)]) == 0.0
    hollow = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 5), (8, 5), (8, 4), (0, 4)]
    assert polygon_iou(SQUARE, hollow) == pytest.approx(0.92, abs=0.01)


def test_merged_outline_is_near_the_truth():
    drawn = [[(circle(50, 40, 20, wobble=1.0, seed=s), "cell")] for s in range(7)]
    merged = merge_polygons(drawn)
    assert len(merged) == 1
    assert (merged[0].support, merged[0].confidence, merged[0].label) == (7, 1.0, "cell")
    assert polygon_iou(merged[0].points, circle(50, 40, 20)) > 0.96
    assert polygon_area(np.array(merged[0].points)) > 0
    assert len(merged[0].points) < 200


def test_equal_polygons_come_back_as_drawn_whatever_their_first_point_or_direction():
    merged = merge_polygons(
        [[(SQUARE, 1)], [(SQUARE[2:] + SQUARE[:2], 1)], [(SQUARE[::-1], 1)], [([*SQUARE, SQUARE[0]], 1)]]
    )
    assert merged[0].points == ((0, 0), (10, 0), (10, 10), (0, 10))
    assert merged[0].support == 4


def test_strays_labels_and_weights():
    far = [(100, 100), (110, 100), (110, 110)]
    drawn = [[(SQUARE, "a"), (far, "a")], [(SQUARE, "a")], [(SQUARE, "b")]]
    assert [(m.label, m.support) for m in merge_polygons(drawn)] == [("a", 2)]
    assert [(m.label, m.support) for m in merge_polygons(drawn, across_labels=True)] == [("a", 3)]
    assert len(merge_polygons(drawn, weights=[5, 1, 1])) == 2
    assert merge_polygons(drawn, 8) == ()


def test_degenerate_and_errors():
    assert merge_polygons([]) == ()
    assert merge_polygons([[], []]) == ()
    for bad, words in (
        ([(0, 0), (1, 1)], "three points"),
        ([(0, 0), (1, 1), (2, 2)], "area"),
        ([(0, 0), (1, float("nan")), (2, 0)], "finite"),
    ):
        with pytest.raises(ValueError, match=words):
            merge_polygons([[(bad, 1)]])


def test_two_that_overlap_a_little_over_half_stay_one_with_the_common_part():
    merged = merge_polygons([[(SQUARE, 1)], [([(2, 0), (12, 0), (12, 10), (2, 10)], 1)]])
    assert len(merged) == 1
    assert polygon_iou(merged[0].points, [(2, 0), (10, 0), (10, 10), (2, 10)]) > 0.9


def test_contours_close_around_every_island():
    field = np.zeros((8, 12))
    field[2:5, 2:5] = 1
    field[3:6, 7:10] = 1
    field[2, 7] = 1.0
    loops = contours(field, 0.5)
    assert len(loops) == 2
    assert max(abs(polygon_area(loop)) for loop in loops) == pytest.approx(9.5, abs=1.0)
