# pyright: basic
import numpy as np
import pytest

from qistas.engine.merge import Box, boxes, merge_boxes, merge_boxes_table, sweep
from qistas.engine.merge.geometry import box_corners, box_iou, clip_convex, polygon_area


def test_coordinates_are_weighted_means():
    merged = merge_boxes([[(0, 0, 10, 10, "car")], [(2, 0, 10, 10, "car")]], weights=[3, 1])
    assert len(merged) == 1
    box = merged[0]
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.5, 0.0, 10.0, 10.0))
    assert (box.label, box.support, box.confidence, box.rotation) == ("car", 2, 1.0, 0.0)


def test_stray_boxes_fall_out_and_silent_annotators_count():
    boxes = [[(0, 0, 10, 10, 1), (50, 50, 5, 5, 1)], [(1, 1, 10, 10, 1)], []]
    merged = merge_boxes(boxes)
    assert [(b.support, round(b.confidence, 3)) for b in merged] == [(2, 0.667)]
    assert merge_boxes(boxes, 5) == ()


def test_one_box_per_annotator_in_a_cluster():
    """Two near objects, each drawn by both annotators, must stay two."""
    first = [(0, 0, 10, 10, 1), (3, 0, 10, 10, 1)]
    second = [(0.2, 0, 10, 10, 1), (3.2, 0, 10, 10, 1)]
    merged = merge_boxes([first, second])
    assert [round(b.x, 2) for b in merged] == [0.1, 3.1]
    assert all(b.support == 2 for b in merged)


def test_labels_are_voted_on_only_when_asked():
    boxes = [[(0, 0, 10, 10, "cat")], [(0, 0, 10, 10, "dog")], [(0, 1, 10, 10, "dog")]]
    assert [(b.label, b.support) for b in merge_boxes(boxes)] == [("dog", 2)]
    assert [(b.label, b.support) for b in merge_boxes(boxes, across_labels=True)] == [("dog", 3)]


def test_turned_boxes_average_on_the_circle():
    merged = merge_boxes([[Box(0, 0, 20, 10, 1, 175.0)], [Box(0, 0, 20, 10, 1, 5.0)]])
    assert len(merged) == 1
    assert min(merged[0].rotation, 180 - merged[0].rotation) == pytest.approx(0.0, abs=1e-6)


def test_one_shape_drawn_in_two_ways_is_one_shape():
    merged = merge_boxes([[Box(0, 0, 20, 10, 1, 30.0)], [Box(5, -5, 10, 20, 1, 120.0)]])
    assert len(merged) == 1
    assert (merged[0].width, merged[0].height, merged[0].rotation) == pytest.approx((20, 10, 30))


def test_empty_inputs_and_doubles():
    assert merge_boxes([]) == ()
    assert merge_boxes([[], []]) == ()
    assert merge_boxes([[(0, 0, 1, 1, 0), (0, 0, 1, 1, 0)]])[0].support == 1


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((0, 0, 0, 1, 1), "above zero"),
        ((0, 0, 1, float("nan"), 1), "finite"),
        ((0, 0, 1, -1, 1), "above zero"),
    ],
)
def test_clear_errors(box, words):
    with pytest.raises(ValueError, match=words):
        merge_boxes([[box]])


def test_merged_boxes_come_back_from_noise():
    rng = np.random.default_rng(0)
    truth = [(x * 40.0, y * 40.0, 20.0, 16.0) for x in range(6) for y in range(6)]
    answers = []
    for _ in range(7):
        seen = [t for t in truth if rng.random() < 0.85]
        answers.append([(*(np.array(t) + rng.normal(0, 0.8, 4)).tolist(), 0) for t in seen])
    merged = merge_boxes(answers, keep=0.1)
    assert len(merged) == len(truth)
    found = np.array([(b.x, b.y, b.width, b.height) for b in merged])
    nearest = np.abs(found[:, None, :] - np.array(truth)[None]).max(axis=2).min(axis=1)
    assert nearest.max() < 2.0


def test_table_form():
    merged = merge_boxes_table(
        item=[0, 0, 1],
        annotator=[0, 1, 0],
        box=[[0, 0, 10, 10], [0, 0, 10, 12], [5, 5, 2, 2]],
        label=[1, 1, 1],
        answered=([1, 1], [1, 2]),
    )
    assert merged.item.tolist() == [0]
    assert merged.box.tolist() == [[0, 0, 10, 11]]
    assert merge_boxes_table([], [], np.zeros((0, 4)), []).box.shape == (0, 4)


def test_iou_of_upright_and_turned_boxes():
    a = np.array([[0.0, 0.0, 2.0, 2.0]])
    assert box_iou(a, np.array([[1.0, 0.0, 2.0, 2.0]]))[0] == pytest.approx(1 / 3)
    assert box_iou(a, np.array([[9.0, 0.0, 2.0, 2.0]]))[0] == 0.0
    octagon = 8 * (np.sqrt(2) - 1)
    turned = box_iou(a, a, np.array([0.0]), np.array([45.0]))[0]
    assert turned == pytest.approx(octagon / (8 - octagon))
    quarter = box_iou(
        np.array([[0.0, 0.0, 4.0, 2.0]]), np.array([[1.0, -1.0, 2.0, 4.0]]), np.zeros(1), np.array([90.0])
    )
    assert quarter[0] == pytest.approx(1.0)


def test_clipping_gives_the_common_part():
    square = box_corners(0, 0, 4, 4)
    assert polygon_area(square) == pytest.approx(16)
    part = clip_convex(square, box_corners(2, 2, 4, 4))
    assert polygon_area(part) == pytest.approx(4)
    assert len(clip_convex(square, box_corners(10, 10, 1, 1))) == 0


@pytest.mark.parametrize("turned", [False, True])
def test_many_boxes_are_merged_as_few_are(monkeypatch, turned):
    """With pairs sought among neighbours as with every pair looked at; in the first merge of so many, all of them."""
    rng = np.random.default_rng(4)
    drawn = []
    for _ in range(4):
        place, size = rng.uniform(0, 60, (90, 2)), rng.uniform(2, 20, (90, 2))
        turn = rng.uniform(0, 90, 90) * turned
        label = rng.integers(0, 2, 90)
        drawn.append(
            [
                Box(p[0], p[1], s[0], s[1], int(k), t)
                for p, s, k, t in zip(place, size, label, turn, strict=True)
            ]
        )
    drawn.append(drawn[0][:40])
    found = []
    for dense, block in ((10**9, 10**6), (0, 10**6), (0, 7)):
        monkeypatch.setattr(boxes, "DENSE", dense)
        monkeypatch.setattr(sweep, "AT_ONCE", block)
        found.append([merge_boxes(drawn, min_iou=0.3, keep=0.2, across_labels=k) for k in (False, True)])
    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) > 20


def test_ten_thousand_boxes_of_three_people_are_merged():
    """Every pair of them would be 3.6 GB of overlaps."""
    x, y = (v.reshape(-1) * 10.0 for v in np.meshgrid(np.arange(100), np.arange(100)))
    drawn = [[(px + 0.2 * a, py, 8.0, 8.0, 1) for px, py in zip(x, y, strict=True)] for a in range(3)]
    merged = merge_boxes(drawn)
    assert len(merged) == 10_000
    assert {(m.support, m.confidence) for m in merged} == {(3, 1.0)}
