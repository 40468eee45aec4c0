# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.assign import confusion_from_accuracy, expected_gains


def test_by_enumeration():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 5)
    c = rng.dirichlet(np.ones(3), (4, 3))
    item, annotator = np.repeat(np.arange(5), 4), np.tile(np.arange(4), 5)
    got = expected_gains(p, c, item, annotator)
    for r, (i, a) in enumerate(zip(item, annotator, strict=True)):
        answers = p[i] @ c[a]
        after = p[i][:, None] * c[a] / answers
        before = -(p[i] * np.log(p[i])).sum()
        expected = before - (answers * -(after * np.log(after)).sum(axis=0)).sum()
        assert got.information[r] == pytest.approx(expected)
        assert got.accuracy[r] == pytest.approx((answers * after.max(axis=0)).sum() - p[i].max())


def test_certain_items_and_coins_tell_nothing():
    coin = confusion_from_accuracy([0.5, 0.9], 2)
    got = expected_gains([[1.0, 0.0], [0.5, 0.5]], coin, [0, 0, 1, 1], [0, 1, 0, 1])
    assert got.information[:3] == pytest.approx([0, 0, 0], abs=1e-12)
    assert got.information[3] > 0.3
    assert got.accuracy[3] == pytest.approx(0.4)


def test_more_able_annotators_tell_more_and_always_wrong_ones_as_much():
    c = confusion_from_accuracy([0.6, 0.8, 0.2], 2)
    gain = expected_gains([[0.5, 0.5]], c, [0, 0, 0], [0, 1, 2]).information
    assert gain[1] > gain[0]
    assert gain[2] == pytest.approx(gain[1])


def test_degenerate_and_errors():
    assert len(expected_gains(np.zeros((0, 2)), np.zeros((0, 2, 2)), [], []).information) == 0
    assert confusion_from_accuracy([np.nan, 0.9], 3)[0, 0, 0] == pytest.approx(0.9)
    assert confusion_from_accuracy([np.nan], 3)[0, 0, 0] == pytest.approx(0.7)
    assert confusion_from_accuracy([0.3], 1).tolist() == [[[1.0]]]
    for p, c in (
        ([[0.5, 0.6]], np.eye(2)[None]),
        ([[np.nan, 1]], np.eye(2)[None]),
        ([[0.5, 0.5]], np.ones((1, 2, 2))),
    ):
        with pytest.raises(ValueError, match=r"add up|finite"):
            expected_gains(p, c, [0], [0])
    with pytest.raises(ValueError, match="shape"):
        expected_gains([[0.5, 0.5]], np.eye(3)[None], [0], [0])


def test_a_thousand_labels_stay_in_bounds():
    p = np.full((40, 1000), 1e-3)
    got = expected_gains(p, confusion_from_accuracy([0.8], 1000), np.arange(40), np.zeros(40, int))
    assert got.accuracy == pytest.approx(0.8 - 1e-3)
