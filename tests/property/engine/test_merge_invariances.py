# pyright: basic
"""What merging must not depend on: who is which annotator, where the item begins, how often all is said."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine.merge import merge_boxes, merge_spans

span = st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(["a", "b"])).map(
    lambda t: (t[0], t[0] + t[1], t[2])
)
answers = st.lists(st.lists(span, max_size=4), min_size=1, max_size=6)
box = st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 12)] * 2, st.sampled_from([0, 1]))
drawings = st.lists(st.lists(box, max_size=4), min_size=1, max_size=5)


@settings(deadline=None, max_examples=80)
@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_annotators_makes_no_difference_to_spans(spans, random):
    weights = np.linspace(1.0, 2.0, len(spans))
    order = list(range(len(spans)))
    random.shuffle(order)
    assert merge_spans(spans, weights=weights) == merge_spans(
        [spans[i] for i in order], weights=weights[order]
    )


@settings(deadline=None, max_examples=80)
@given(answers)
def test_spans_are_well_formed_and_supported(spans):
    merged = merge_spans(spans)
    for one in merged:
        assert 0 <= one.start < one.end
        assert 1 <= one.support <= len(spans)
        assert 0.5 - 1e-9 <= one.confidence <= 1.0
        assert one.start in {s for a in spans for s, _, _ in a}
        assert one.end in {e for a in spans for _, e, _ in a}


@settings(deadline=None, max_examples=50)
@given(answers)
def test_every_annotator_twice_gives_the_same_spans(spans):
    once, twice = merge_spans(spans), merge_spans([*spans, *spans])
    assert [(s.start, s.end, s.label) for s in once] == [(s.start, s.end, s.label) for s in twice]


@settings(deadline=None, max_examples=50)
@given(answers)
def test_an_annotator_of_no_weight_changes_nothing(spans):
    weights = [1.0] * len(spans)
    assert merge_spans(spans, weights=weights) == merge_spans(spans, len(spans) + 1, weights=[*weights, 0.0])


@settings(deadline=None, max_examples=60)
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


@settings(deadline=None, max_examples=60)
@given(drawings, st.integers(-50, 50), st.integers(-50, 50))
def test_boxes_move_with_the_picture(boxes, dx, dy):
    moved = [[(x + dx, y + dy, w, h, k) for x, y, w, h, k in one] for one in boxes]
    first, second = merge_boxes(boxes), merge_boxes(moved)
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        assert np.allclose([a.x + dx, a.y + dy, a.width, a.height], [b.x, b.y, b.width, b.height])
