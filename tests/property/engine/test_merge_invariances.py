# pyright: basic
"""What merging must not depend on: who is which annotator, where the item begins, how often all is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine.merge import edges_that_meet, merge_boxes, merge_polygons, merge_spans, polygon_iou
from qistas.engine.merge.geometry import box_iou, polygon_area, polygon_common

span = st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(["a", "b"])).map(
    lambda t: (t[0], t[0] + t[1], t[2])
)
answers = st.lists(st.lists(span, max_size=4), min_size=1, max_size=6)
box = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 12)] * 2, st.sampled_from([0, 1]))
drawings = st.lists(st.lists(box, max_size=4), min_size=1, max_size=5)


@settings(max_examples=80)
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_annotators_makes_no_difference_to_spans(spans, random):
    weights = np.linspace(1.0, 2.0, len(spans))
    order = list(range(len(spans)))
    random.shuffle(order)
    assert merge_spans(spans, weights=weights) == merge_spans(
        [spans[i] for i in order], weights=weights[order]
    )


@settings(max_examples=80)
@given(answers)
def test_spans_are_well_formed_and_supported(spans):
    merged = merge_spans(spans)
    for one in merged:
        assert 0 <= one.start < one.end
        assert 1 <= one.support <= len(spans)
        assert 0.5 - 1e-9 <= one.confidence <= 1.0
        assert one.start in {s for a in spans for s, _, _ in a}
        assert one.end in {e for a in spans for _, e, _ in a}


@settings(max_examples=50)
@given(answers)
def test_every_annotator_twice_gives_the_same_spans(spans):
    once, twice = merge_spans(spans), merge_spans([*spans, *spans])
    assert [(s.start, s.end, s.label) for s in once] == [(s.start, s.end, s.label) for s in twice]


@settings(max_examples=50)
@given(answers)
def test_an_annotator_of_no_weight_changes_nothing(spans):
    weights = [1.0] * len(spans)
    assert merge_spans(spans, weights=weights) == merge_spans(spans, len(spans) + 1, weights=[*weights, 0.0])


@settings(max_examples=60)
@given(drawings, st.randoms(use_true_random=False))
def test_the_order_of_annotators_makes_no_difference_to_boxes(boxes, random):
    order = list(range(len(boxes)))
    random.shuffle(order)
    first, second = merge_boxes(boxes), merge_boxes([boxes[i] for i in order])
    assert [(b.label, b.support, b.confidence) for b in first] == [
        (b.label, b.support, b.confidence) for b in second
    ]
    for a, b in zip(first, second, strict=True):
        assert np.allclose([a.x, a.y, a.width, a.height], [b.x, b.y, b.width, b.height])


@settings(max_examples=60)
@given(drawings, st.integers(-50, 50), st.integers(-50, 50))
def test_boxes_move_with_the_picture(boxes, dx, dy):
    moved = [[(x + dx, y + dy, w, h, k) for x, y, w, h, k in one] for one in boxes]
    first, second = merge_boxes(boxes), merge_boxes(moved)
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        assert np.allclose([a.x + dx, a.y + dy, a.width, a.height], [b.x, b.y, b.width, b.height])


def star(radii, x=0, y=0):
    angle = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return np.rint(np.stack([x + radii * np.cos(angle), y + radii * np.sin(angle)], axis=1) * 100) / 100


stars = st.builds(
    star,
    st.lists(st.integers(4, 40), min_size=3, max_size=12).map(np.array),
    st.integers(-20, 20),
    st.integers(-20, 20),
).filter(lambda points: edges_that_meet(np.rint(points * 100).astype(np.int64)) is None)


@settings(max_examples=80)
@given(stars, stars, st.integers(-500, 500))
def test_common_areas_are_exact(one, other, shift):
    common, whole = polygon_common(one, other)
    areas = abs(polygon_area(one)) + abs(polygon_area(other))
    assert common + whole == pytest.approx(areas)
    assert polygon_common(other, one) == pytest.approx((common, whole), abs=1e-6)
    assert polygon_common(one[::-1] + shift, other + shift) == pytest.approx((common, whole), abs=1e-6)
    assert polygon_common(one, one) == pytest.approx((abs(polygon_area(one)),) * 2)


@settings(max_examples=80)
@given(box, box)
def test_upright_polygons_overlap_as_boxes_do(one, other):
    def corners(x, y, w, h, _):
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]

    wanted = box_iou(np.array([one[:4]]), np.array([other[:4]]))[0]
    assert polygon_iou(corners(*one), corners(*other)) == pytest.approx(wanted)


@settings(max_examples=40)
@given(
    st.lists(st.lists(st.tuples(stars, st.sampled_from(["a", "b"])), max_size=2), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_merged_polygons_are_simple_and_do_not_hang_on_the_order_of_annotators(drawn, random):
    merged = merge_polygons(drawn, resolution=48)
    order = list(range(len(drawn)))
    random.shuffle(order)
    assert merge_polygons([drawn[i] for i in order], resolution=48) == merged
    for one in merged:
        assert edges_that_meet(np.rint(np.array(one.points) * 1e6).astype(np.int64)) is None
        assert polygon_area(np.array(one.points)) > 0
        assert 0.5 - 1e-9 <= one.confidence <= 1.0
