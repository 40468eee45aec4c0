# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.assign import confusion_from_accuracy, expected_gains, gain_per_answer


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


def test_several_answers_may_be_worth_what_one_is_not():
    p = np.array([[0.85, 0.15], [0.5, 0.5], [1.0, 0.0]])
    one = expected_gains(p, confusion_from_accuracy([0.8], 2), [0, 1, 2], [0, 0, 0]).accuracy
    got = gain_per_answer(p, 0.8)
    assert one[0] == pytest.approx(0.0)
    assert got[0] > 0.01
    assert got[1] == pytest.approx(one[1]) == pytest.approx(0.3)
    assert got[2] == 0.0


def test_the_rate_equals_a_simulation():
    rng = np.random.default_rng(0)
    q, a = 0.7, 0.75
    truth = rng.random(400_000) < q
    rates = []
    for m in (1, 2, 3):
        votes = rng.binomial(m, np.where(truth, a, 1 - a))
        odds = np.log(q / (1 - q)) + (2 * votes - m) * np.log(a / (1 - a))
        rates.append((((odds > 0) == truth).mean() - q) / m)
        assert gain_per_answer([[q, 1 - q]], a, most=m)[0] == pytest.approx(max(rates), abs=0.002)


def test_each_item_has_as_many_answers_to_come_as_are_left():
    p = [[0.9, 0.1]] * 4
    got = gain_per_answer(p, 0.8, most=[0, 1, 2, 9])
    assert got[:2].tolist() == [0.0, 0.0]
    assert 0.0 < got[2] <= got[3]
    assert got[2] == gain_per_answer(p[:1], 0.8, most=2)[0]
    # Two labels shown as three columns, the rest empty: only the number of labels that there are counts.
    wide = gain_per_answer([[0.9, 0.1, 0.0]], 0.8, most=9, n_labels=2)
    assert wide[0] == got[3]
    with pytest.raises(ValueError, match="most"):
        gain_per_answer(p, 0.8, most=-1)


def test_the_rate_in_degenerate_cases():
    assert gain_per_answer(np.zeros((0, 2)), 0.8).shape == (0,)
    assert gain_per_answer([[1.0]], 0.8).tolist() == [0.0]
    assert gain_per_answer([[0.6, 0.4]], 0.5)[0] == pytest.approx(0.0)
    with pytest.raises(ValueError, match="accuracy"):
        gain_per_answer([[0.6, 0.4]], 1.5)
