# pyright: basic
import math

import numpy as np
import pytest

from qistas.engine.agreement import boxes_agreement, spans_agreement


def rng():
    return np.random.default_rng(0)


def spans_table(n_items, n_annotators, shift, seed=0):
    """Two spans an item at places of its own, each annotator off by up to ``shift``."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n_items):
        places = random.integers(0, 500, 2)
        for a in range(n_annotators):
            for k, p in enumerate(places):
                s = int(p + random.integers(-shift, shift + 1)) + 20
                rows.append((i, a, s, s + 20, k))
    return [np.array(c) for c in zip(*rows, strict=True)]


def test_the_same_spans_agree_fully():
    result = spans_agreement(*spans_table(30, 3, 0), rng=rng())
    assert result.alpha.value == pytest.approx(1.0)
    assert result.f1.value == pytest.approx(1.0)
    assert (result.alpha.low, result.alpha.high) == pytest.approx((1.0, 1.0))
    assert result.mean_iou == pytest.approx(1.0)
    assert (result.n_pairs, result.n_regions, result.alpha.n_pairable) == (90, 180, 90)


def test_agreement_falls_with_the_borders():
    values = [spans_agreement(*spans_table(40, 3, shift), rng=rng()).alpha.value for shift in (0, 3, 8, 15)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.7


def test_spans_at_random_places_do_not_agree():
    random = rng()
    item = np.repeat(np.arange(100), 3)
    start = random.integers(0, 1000, 300)
    result = spans_agreement(item, np.tile([0, 1, 2], 100), start, start + 20, np.zeros(300, int), rng=rng())
    assert abs(result.alpha.value) < 0.05
    assert result.alpha.low <= result.alpha.value <= result.alpha.high


def test_by_hand():
    """Items 0: [0,10) and [0,5): IoU 1/2. Item 1: twice [100,110)."""
    result = spans_agreement(
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [0, 0, 100, 100],
        [10, 5, 110, 110],
        [0, 0, 0, 0],
        n_bootstrap=0,
        rng=rng(),
    )
    # D_o = (2 * 0.5 + 0) / 4; D_e = (0.5 + 4 * 1 + 0) / 6
    assert result.alpha.value == pytest.approx(1 - 0.25 / 0.75)
    assert result.f1.value == pytest.approx(1.0)
    strict = spans_agreement(
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [0, 0, 100, 100],
        [10, 5, 110, 110],
        [0, 0, 0, 0],
        min_iou=0.6,
        n_bootstrap=0,
        rng=rng(),
    )
    assert strict.f1.value == pytest.approx(0.5)
    assert strict.mean_iou == pytest.approx(0.75)


def test_matching_is_one_to_one_and_by_label():
    result = spans_agreement(
        [0, 0, 0], [0, 1, 1], [0, 0, 1], [10, 10, 10], [0, 0, 0], n_bootstrap=0, rng=rng()
    )
    assert result.f1.value == pytest.approx(2 / 3)
    other = spans_agreement([0, 0], [0, 1], [0, 0], [10, 10], [0, 1], n_bootstrap=0, rng=rng())
    assert other.f1.value == 0.0
    assert math.isnan(other.mean_iou)


def test_silent_annotators_lower_agreement_only_when_they_are_told_of():
    columns = spans_table(20, 2, 0)
    everyone = (np.repeat(np.arange(20), 3), np.tile([0, 1, 2], 20))
    assert spans_agreement(*columns, rng=rng()).f1.value == pytest.approx(1.0)
    told = spans_agreement(*columns, answered=everyone, rng=rng())
    assert told.f1.value == pytest.approx(0.5)
    assert told.alpha.value < 0.6


def test_degenerate():
    nothing = spans_agreement([], [], [], [], [], rng=rng())
    assert math.isnan(nothing.alpha.value)
    assert "no item has two answers" in str(nothing.alpha.warning)
    empty = spans_agreement([], [], [], [], [], answered=([0, 0, 1, 1], [0, 1, 0, 1]), rng=rng())
    assert empty.alpha.value == 1.0
    assert math.isnan(empty.f1.value)
    one = spans_agreement([0, 0], [0, 1], [0, 0], [9, 8], [1, 1], rng=rng())
    assert math.isnan(one.alpha.low)
    assert "one item" in str(one.alpha.warning)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([0], [0], [3], [3], [0]), "start < end"),
        (([0, 1], [0], [3], [4], [0]), "one length"),
        ((["a"], [0], [3], [4], [0]), "integers"),
    ],
)
def test_clear_errors(columns, words):
    with pytest.raises(ValueError, match=words):
        spans_agreement(*columns, rng=rng())


def test_boxes_agree_as_their_geometry_says():
    box = [[0, 0, 10, 10], [0, 0, 10, 5], [50, 50, 10, 10], [50, 50, 10, 10]]
    result = boxes_agreement([0, 0, 1, 1], [0, 1, 0, 1], box, [0, 0, 0, 0], n_bootstrap=0, rng=rng())
    assert result.alpha.value == pytest.approx(1 - 0.25 / 0.75)
    turned = boxes_agreement(
        [0, 0], [0, 1], [[0, 0, 4, 2], [1, -1, 2, 4]], [0, 0], rotation=[0, 90], n_bootstrap=0, rng=rng()
    )
    assert turned.mean_iou == pytest.approx(1.0)


def test_many_items_stay_quick_and_the_interval_is_narrow():
    columns = spans_table(3000, 3, 4, seed=1)
    result = spans_agreement(*columns, rng=rng(), n_bootstrap=300)
    assert result.alpha.high - result.alpha.low < 0.03
    assert result.alpha.low < result.alpha.value < result.alpha.high
