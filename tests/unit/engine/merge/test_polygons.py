# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.merge import merge_polygons, polygon_iou, polygons_iou
from qistas.engine.merge.geometry import polygon_area
from qistas.engine.merge.polygons import contours, fill

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


def test_many_pairs_are_measured_as_each_alone():
    rng = np.random.default_rng(3)
    drawn = [
        np.array(circle(rng.uniform(0, 8), rng.uniform(0, 8), 5, n=int(n), wobble=0.4, seed=k))
        for k, n in enumerate(rng.integers(3, 90, 24))
    ]
    pairs = [(a, b) for k, a in enumerate(drawn) for b in drawn[k:]]
    together = polygons_iou(pairs)
    assert together == pytest.approx([polygon_iou(a, b) for a, b in pairs], abs=1e-12)
    assert [together[k] for k, (a, b) in enumerate(pairs) if a is b] == pytest.approx([1.0] * len(drawn))
    assert len(polygons_iou([])) == 0
    # Against a grid, counted.
    for a, b in pairs[::37]:
        step = 0.02
        one, two = (fill(p, np.array([-8.0, -8.0]), step, (1400, 1400)) for p in (a, b))
        assert polygon_iou(a, b) == pytest.approx((one & two).sum() / (one | two).sum(), abs=0.01)


def test_outlines_that_cross_themselves_hold_what_the_even_odd_rule_says():
    bow = [(0, 0), (10, 10), (10, 0), (0, 10)]  # two triangles
    twice = [
        (0, 0),
        (10, 0),
        (10, 10),
        (0, 10),
        (0, 0),
        (6, 0),
        (6, 10),
        (0, 10),
    ]  # its left part is gone over twice
    assert polygon_iou(bow, SQUARE) == pytest.approx(0.5)
    assert polygon_iou(twice, SQUARE) == pytest.approx(0.4)
    assert polygon_iou(twice, [(6, 0), (10, 0), (10, 10), (6, 10)]) == pytest.approx(1.0)


def test_a_crowded_picture_gives_each_thing_once_and_as_if_it_were_alone():
    """Neighbours that touch, outlines of many sizes, a thing that lies within another one of its label."""
    rng = np.random.default_rng(1)
    things = [(x * 24.0, y * 24.0, 11.0) for x in range(9) for y in range(9)]
    things += [(x * 48.0 + 12.0, 300.0, 23.0) for x in range(4)] + [
        (500.0, 100.0, 90.0),
        (500.0, 100.0, 20.0),
    ]
    drawn = [
        [
            (circle(x, y, r, n=24, wobble=0.2, seed=1000 * a + k), "thing")
            for k, (x, y, r) in enumerate(things)
        ]
        for a in range(3)
    ]
    for one in drawn:
        rng.shuffle(one)
    merged = merge_polygons(drawn, resolution=48)
    assert len(merged) == len(things)
    assert {m.support for m in merged} == {3}
    for k in (0, 17, 44, 82, 85, 86):
        x, y, r = things[k]
        own = [
            [(points, label)]
            for one in drawn
            for points, label in one
            if np.hypot(*(np.mean(points, axis=0) - (x, y))) < 3
            and abs(np.hypot(*(np.array(points) - (x, y)).T).mean() - r) < 3
        ]
        assert len(own) == 3
        assert merge_polygons(own, resolution=48)[0] in merged


def test_more_than_eight_people_are_merged_as_few_are():
    drawn = [[(circle(50, 40, 20, n=30, wobble=0.8, seed=s), "cell")] for s in range(11)]
    merged = merge_polygons(drawn, weights=[1.0] * 8 + [1e-9] * 3)
    few = merge_polygons(drawn[:8])
    assert polygon_iou(merged[0].points, few[0].points) > 0.99
    assert merged[0].support == 11


def test_islands_and_holes_leave_the_largest_outline():
    ring = [
        (0, 0),
        (12, 0),
        (12, 12),
        (0, 12),
        (0, 7),
        (4, 7),
        (4, 8),
        (8, 8),
        (8, 4),
        (4, 4),
        (4, 6),
        (0, 6),
    ]
    other = [
        (0, 0),
        (12, 0),
        (12, 12),
        (0, 12),
        (0, 6.5),
        (4, 6.5),
        (8, 8),
        (8, 4),
        (4, 4),
        (4, 6.4),
        (0, 6.4),
    ]
    merged = merge_polygons([[(ring, 1)], [([*ring[:-1], (0, 6.2)], 1)], [(other, 1)]])
    assert len(merged) == 1
    assert polygon_area(np.array(merged[0].points)) > 100


WHAT_IT_WAS = [
    (-10.082529, -3.275164), (-4.483117, -9.034558), (-0.643521, -9.194542), (0.636345, -10.314424),
    (4.475941, -8.874575), (7.675605, -5.834895), (10.172792, -0.715433), (7.035672, 6.750449),
    (1.91621, 9.736802), (-5.762983, 7.177071), (-10.082529, 3.124164),
]  # fmt: skip


def test_one_merge_is_what_it_was():
    """Numbers worked out when the outline of each cluster was found by itself, cell by cell."""
    drawn = [[(circle(0, 0, 10, n=9, wobble=0.5, seed=s), "a")] for s in range(3)]
    merged = merge_polygons(drawn, weights=[1, 2, 2], resolution=16)
    assert np.array(merged[0].points) == pytest.approx(np.array(WHAT_IT_WAS), abs=1e-5)
