# pyright: basic, reportArgumentType=false
import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from qistas.engine.errors import confident_learning


@pytest.fixture(scope="module")
def digits():
    """Digits with a tenth of the labels turned wrong, and a quick model asked out of fold."""
    x, truth = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    wrong = rng.random(len(truth)) < 0.1
    given = np.where(wrong, (truth + rng.integers(1, 10, len(truth))) % 10, truth)
    p = cross_val_predict(
        LogisticRegression(max_iter=200, C=0.05), x / 16, given, cv=4, method="predict_proba"
    )
    return truth, given, wrong, p


def test_planted_errors_are_found(digits):
    truth, given, wrong, p = digits
    got = confident_learning(given, p)
    precision = wrong[got.flagged].mean()
    recall = got.flagged[wrong].mean()
    assert precision > 0.75
    assert recall > 0.85
    assert got.noise == pytest.approx(wrong.mean(), abs=0.03)
    top = got.order[: wrong.sum()]
    assert wrong[top].mean() > 0.85
    assert (got.suggested[wrong] == truth[wrong]).mean() > 0.85
    assert got.joint.sum() == pytest.approx(len(given))


def test_clean_labels_are_left_alone(digits):
    truth, _, _, p = digits
    assert confident_learning(truth, p).flagged.mean() < 0.06


def test_by_hand():
    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.1, 0.9], [0.2, 0.8], [0.05, 0.95]])
    got = confident_learning([0, 0, 0, 1, 1, 0], p)
    # Thresholds 0.6125 and 0.85: the last item is confidently 1 though 0 was given, and item 4 is confident of nothing.
    assert got.joint == pytest.approx(np.array([[3.0, 1.0], [0.0, 2.0]]))
    assert got.flagged.tolist() == [False] * 5 + [True]
    assert got.order[0] == 5
    assert "fewer than 5" in str(got.warning)


def test_degenerate_and_errors():
    empty = confident_learning([], np.zeros((0, 3)))
    assert len(empty.order) == 0
    assert np.isnan(empty.noise)
    one = confident_learning([0, 0], [[1.0], [1.0]])
    assert not one.flagged.any()
    unlabelled = confident_learning([-1, 0, 1], [[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]])
    assert unlabelled.likelihood[0] == 0.0
    assert not unlabelled.flagged[0]
    unused = confident_learning([0, 0, 0], [[0.1, 0.8, 0.1]] * 3)
    assert not unused.flagged.any()
    for labels, p, words in (
        ([0], [[0.5, 0.6]], "add up"),
        ([5], [[0.5, 0.5]], "codes"),
        ([0, 1], [[0.5, 0.5]], "one entry"),
        ([0.5], [[0.5, 0.5]], "integer"),
        ([0], [[np.nan, 1.0]], "finite"),
        ([0], [1.0], "items by labels"),
    ):
        with pytest.raises(ValueError, match=words):
            confident_learning(labels, p)
