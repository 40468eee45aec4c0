# pyright: basic
import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from qistas.engine import Responses
from qistas.engine.agreement import (
    agreement_by_label,
    agreement_by_pair,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    krippendorff_alpha,
    percent_agreement,
)


def rng():
    return np.random.default_rng(0)


def columns_of(matrix):
    matrix = np.asarray(matrix)
    item, annotator = np.indices(matrix.shape)
    return item.ravel(), annotator.ravel(), matrix.ravel()


def noisy(n_items=200, n_annotators=4, n_labels=3, keep=0.7, seed=0):
    random = np.random.default_rng(seed)
    truth = random.integers(0, n_labels, n_items)
    shape = (n_items, n_annotators)
    return np.where(random.random(shape) < keep, truth[:, None], random.integers(0, n_labels, shape))


def fleiss_example():
    """The 10 subjects, 14 raters, 5 categories of the classical example; κ = 0.210."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    return columns_of([np.repeat(np.arange(5), row) for row in counts])


def test_fleiss_classical_example():
    result = fleiss_kappa(*fleiss_example(), rng=rng())
    assert result.value == pytest.approx(0.20993, abs=1e-5)
    assert result.low < result.value < result.high
    assert (result.n_items, result.n_pairable) == (10, 140)


def test_percent_by_hand():
    result = percent_agreement([0, 0, 0, 1, 1, 2], [0, 1, 2, 0, 1, 0], [1, 1, 2, 5, 5, 7], rng=rng())
    assert result.value == pytest.approx((1 / 3 + 1) / 2)


@pytest.mark.parametrize(
    ("mine", "theirs"), [("identity", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
def test_cohen_equals_scikit_learn(mine, theirs):
    matrix = noisy(n_annotators=2, n_labels=4)
    result = cohen_kappa(*columns_of(matrix), weights=mine, rng=rng())
    assert result.value == pytest.approx(cohen_kappa_score(matrix[:, 0], matrix[:, 1], weights=theirs))
    assert result.low < result.value < result.high


def test_cohen_uses_only_common_items_and_the_pair_named():
    matrix = noisy(n_annotators=3)
    item, annotator, value = columns_of(matrix)
    keep = ~((annotator == 2) & (item < 50))
    got = cohen_kappa(item[keep], annotator[keep], value[keep], pair=(0, 2), n_bootstrap=0)
    assert got.value == pytest.approx(cohen_kappa_score(matrix[50:, 0], matrix[50:, 2]))
    assert got.n_items == 150
    with pytest.raises(ValueError, match="which two"):
        cohen_kappa(item, annotator, value, n_bootstrap=0)
    with pytest.raises(ValueError, match="two different"):
        cohen_kappa(item, annotator, value, pair=(0, 9), n_bootstrap=0)


def test_ac1_by_hand_and_its_stand_under_a_common_label():
    """Two annotators, 100 items: 90 yes-yes, 10 split. κ turns negative, AC1 stays high."""
    matrix = np.array([[1, 1]] * 90 + [[1, 0]] * 5 + [[0, 1]] * 5)
    ac1 = gwet_ac(*columns_of(matrix), rng=rng())
    share = 0.95
    chance = 2 * share * (1 - share)
    assert ac1.value == pytest.approx((0.9 - chance) / (1 - chance))
    assert cohen_kappa(*columns_of(matrix), n_bootstrap=0).value < 0.0


def test_ac2_equals_its_definition():
    matrix = noisy(n_labels=4)
    item, annotator, value = columns_of(matrix)
    drop = (np.arange(len(item)) % 7) == 0
    item, annotator, value = item[~drop], annotator[~drop], value[~drop]
    w = 1 - (np.abs(np.subtract.outer(np.arange(4), np.arange(4))) / 3) ** 2
    agree, shares = [], []
    for i in range(200):
        r = np.bincount(value[item == i], minlength=4)
        if r.sum():
            shares.append(r / r.sum())
        if r.sum() > 1:
            agree.append((r * (w @ r - 1)).sum() / (r.sum() * (r.sum() - 1)))
    pi = np.mean(shares, axis=0)
    chance = w.sum() / 12 * (pi * (1 - pi)).sum()
    expected = (np.mean(agree) - chance) / (1 - chance)
    got = gwet_ac(item, annotator, value, weights="quadratic", n_bootstrap=0)
    assert got.value == pytest.approx(expected)
    assert got.metric == "AC2 quadratic"


def test_labels_never_used_count_for_ac1():
    table = Responses.from_arrays(item=[0, 0, 1, 1], annotator=[0, 1, 0, 1], label=[0, 0, 1, 0], n_labels=5)
    seen = gwet_ac([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], n_bootstrap=0).value
    assert gwet_ac(table, n_bootstrap=0).value > seen
    stated = gwet_ac([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0], n_labels=5, n_bootstrap=0)
    assert stated.value == pytest.approx(gwet_ac(table, n_bootstrap=0).value)
    with pytest.raises(ValueError, match="whole number"):
        gwet_ac([0, 0], [0, 1], [0, 9], n_labels=5, n_bootstrap=0)


@pytest.mark.parametrize("coefficient", [percent_agreement, fleiss_kappa, gwet_ac, cohen_kappa])
def test_nothing_to_compare_is_nan_with_words(coefficient):
    for columns in (([], [], []), ([0, 1], [0, 1], [1, 1])):
        result = coefficient(*columns, rng=rng())
        assert math.isnan(result.value)
        assert result.warning


def test_all_alike():
    columns = columns_of([[1, 1]] * 5)
    assert percent_agreement(*columns, rng=rng()).value == 1.0
    assert math.isnan(fleiss_kappa(*columns, rng=rng()).value)
    assert math.isnan(cohen_kappa(*columns, rng=rng()).value)
    assert math.isnan(gwet_ac(*columns, rng=rng()).value)
    assert gwet_ac(*columns, n_labels=2, rng=rng()).value == 1.0


@pytest.mark.parametrize("coefficient", [percent_agreement, fleiss_kappa, gwet_ac])
def test_intervals_cover_in_simulation(coefficient):
    """Against the value on a very large table of the same kind."""
    target = coefficient(*columns_of(noisy(40_000, seed=1)), n_bootstrap=0).value
    random = rng()
    inside = 0
    for seed in range(120):
        got = coefficient(*columns_of(noisy(120, seed=seed + 10)), n_bootstrap=300, rng=random)
        inside += got.low <= target <= got.high
    assert inside >= 106


def test_by_label():
    matrix = noisy(n_labels=3)
    result = agreement_by_label(*columns_of(matrix), rng=rng())
    for c in range(3):
        binary = krippendorff_alpha(*columns_of(matrix == c), n_bootstrap=0)
        assert result.alpha[c] == pytest.approx(binary.value)
        assert result.low[c] < result.alpha[c] < result.high[c]
        n = (matrix == c).sum(axis=1)
        assert result.specific[c] == pytest.approx((n * (n - 1)).sum() / (n * 3).sum())
        assert result.n_answers[c] == (matrix == c).sum()


def test_by_label_degenerate():
    assert len(agreement_by_label([], [], [], rng=rng()).label) == 0
    result = agreement_by_label([0, 0, 1], [0, 1, 0], ["a", "a", "b"], rng=rng())
    assert result.label.tolist() == ["a", "b"]
    assert np.isnan(result.alpha).all()
    assert result.n_answers.tolist() == [2, 0]


def test_by_pair():
    matrix = noisy(n_annotators=4)
    names = np.array(["w0", "w1", "w2", "w3"])
    item, annotator, value = columns_of(matrix)
    keep = ~((annotator == 3) & (item < 100))
    result = agreement_by_pair(item[keep], names[annotator[keep]], value[keep])
    assert len(result.first) == 6
    for k in range(6):
        i, j = int(result.first[k][1]), int(result.second[k][1])
        rows = matrix[100:] if 3 in (i, j) else matrix
        assert result.n_items[k] == len(rows)
        assert result.percent[k] == pytest.approx((rows[:, i] == rows[:, j]).mean())
        assert result.kappa[k] == pytest.approx(cohen_kappa_score(rows[:, i], rows[:, j]))
        assert result.low[k] < result.percent[k] < result.high[k]
    assert len(agreement_by_pair(item[keep], annotator[keep], value[keep], min_items=150).first) == 3
    assert len(agreement_by_pair([], [], []).first) == 0
