# pyright: basic, reportArgumentType=false
import numpy as np
import pytest
from sklearn.datasets import load_digits

from qistas.engine import Responses
from qistas.engine.errors import combine_likelihoods, neighbour_disagreement, suspect_answers, suspect_labels


def test_labels_are_judged_by_the_posterior():
    p = [[0.9, 0.1, 0.0], [0.2, 0.4, 0.4], [0.1, 0.1, 0.8], [0.2, 0.8, 0.0]]
    got = suspect_labels([0, 0, 2, -1], p)
    assert got.likelihood == pytest.approx([0.1, 0.8, 0.2, 0.0])
    assert got.order.tolist() == [1, 2, 0, 3]
    assert got.suggested.tolist() == [0, 1, 2, 1]
    with pytest.raises(ValueError, match="one entry"):
        suspect_labels([0], p)
    with pytest.raises(ValueError, match="codes"):
        suspect_labels([0, 0, 3, 0], p)
    assert len(suspect_labels([], np.zeros((0, 2))).order) == 0


def test_answers_are_judged_by_their_items():
    data = Responses.from_arrays([0, 0, 0, 1], [0, 1, 2, 0], [0, 0, 1, 1])
    got = suspect_answers(data, [[0.9, 0.1], [0.4, 0.6]])
    assert got.likelihood == pytest.approx([0.1, 0.1, 0.9, 0.4])
    assert got.order[:2].tolist() == [2, 3]
    with pytest.raises(ValueError, match="shape"):
        suspect_answers(data, [[0.9, 0.1]])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_planted_errors_stand_out_among_their_neighbours(metric):
    x, truth = load_digits(return_X_y=True)
    rng = np.random.default_rng(1)
    wrong = rng.random(len(truth)) < 0.08
    given = np.where(wrong, (truth + 1) % 10, truth)
    got = neighbour_disagreement(given, x, metric=metric)
    assert wrong[got.order[: wrong.sum()]].mean() > 0.85
    assert (got.suggested[wrong] == truth[wrong]).mean() > 0.9
    assert (got.neighbour != np.arange(len(x))[:, None]).all()


def test_neighbours_equal_a_plain_search():
    rng = np.random.default_rng(2)
    x = rng.normal(0, 1, (60, 4))
    got = neighbour_disagreement(rng.integers(0, 3, 60), x, k=5, metric="euclidean")
    full = np.sqrt(((x[:, None] - x[None]) ** 2).sum(axis=2))
    np.fill_diagonal(full, np.inf)
    assert (got.neighbour == np.argsort(full, axis=1)[:, :5]).all()
    assert got.distance == pytest.approx(np.sort(full, axis=1)[:, :5])


def test_copies_with_other_labels_are_listed():
    x = np.array([[1.0, 0], [1.0, 0.001], [0, 1], [0, 1], [-1, 0]])
    got = neighbour_disagreement([0, 1, 2, 2, 0], x, k=2)
    assert got.copies.tolist() == [[0, 1]]


def test_neighbours_degenerate_and_errors():
    assert len(neighbour_disagreement([], np.zeros((0, 2))).order) == 0
    lonely = neighbour_disagreement([0, -1], np.eye(2))
    assert lonely.likelihood.tolist() == [0, 0]
    zero = neighbour_disagreement([0, 1, 0], [[0, 0], [1, 0], [1, 0]])
    assert np.isfinite(zero.likelihood).all()
    assert neighbour_disagreement([0, 0, 0], [[1, 0]] * 3).likelihood.tolist() == [0, 0, 0]
    for args, options, words in (
        (([0], np.eye(2)), {}, "fit together"),
        (([0, 1], np.full((2, 2), np.nan)), {}, "finite"),
        (([0, 1], np.eye(2)), {"k": 0}, "k must"),
        (([0, 1], np.eye(2)), {"metric": "x"}, "metric"),
        ((["a", "b"], np.eye(2)), {}, "integer"),
    ):
        with pytest.raises(ValueError, match=words):
            neighbour_disagreement(*args, **options)


def test_evidence_is_pooled_by_log_odds():
    nan = float("nan")
    got = combine_likelihoods([[0.9, 0.5, nan, nan], [0.9, 0.9, 0.2, nan]])
    assert got[:3] == pytest.approx([0.9, 0.75, 0.2])
    assert np.isnan(got[3])
    assert combine_likelihoods([[0.9], [0.1]], weights=[1, 0])[0] == pytest.approx(0.9)
    assert combine_likelihoods([[0.0, 1.0]]) == pytest.approx([0, 1], abs=1e-5)
    for bad in ([], [[0.1], [0.1, 0.2]], [[1.5]]):
        with pytest.raises(ValueError):
            combine_likelihoods(bad)
