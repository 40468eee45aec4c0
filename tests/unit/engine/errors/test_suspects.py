# pyright: basic, reportArgumentType=false
"""Planted wrong labels are found by content and answers together, in texts of two scripts and in pictures."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from tests.vocabulary import COMMON, TOPICS

from qistas.engine.errors import out_of_fold, pixel_features, suspect_by_content
from qistas.engine.errors.pixels import FEATURES, SIDE


def texts(n, rng):
    """Sentences of four topics, a third of their words from the topic's own."""
    truth = rng.integers(0, len(TOPICS), n)
    made = [" ".join(rng.choice(TOPICS[k], 3)) + " " + " ".join(rng.choice(COMMON, 8)) for k in truth]
    return made, truth


def planted(truth, n_labels, share, rng):
    """`truth` with a share turned wrong."""
    wrong = rng.random(len(truth)) < share
    return np.where(wrong, (truth + rng.integers(1, n_labels, len(truth))) % n_labels, truth), wrong


def small_pictures():
    """Digits as pictures of 32 by 32 in colour."""
    x, truth = load_digits(return_X_y=True)
    grey = np.kron(x.reshape(-1, 8, 8) / 16 * 255, np.ones((4, 4))).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=3), truth


def test_wrong_labels_of_texts_come_first():
    rng = np.random.default_rng(0)
    content, truth = texts(800, rng)
    given, wrong = planted(truth, 4, 0.06, rng)
    seen = []
    got = suspect_by_content(given, texts=content, rng=rng, progress=seen.append)
    n = int(wrong.sum())
    assert wrong[got.order[:n]].mean() > 0.85  # by chance: 0.06
    assert (got.suggested[wrong] == truth[wrong]).mean() > 0.9
    assert (got.suggested != given).all()
    assert got.low <= got.estimated <= got.high
    assert got.low * 0.6 < n < got.high * 1.6
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert got.neighbour.shape == (800, 10)


def test_wrong_labels_of_pictures_come_first():
    rng = np.random.default_rng(1)
    pictures, truth = small_pictures()
    given, wrong = planted(truth, 10, 0.05, rng)
    features = pixel_features(pictures)
    assert features.shape == (len(truth), FEATURES)
    got = suspect_by_content(given, pixels=features, rng=rng)
    assert wrong[got.order[: wrong.sum()]].mean() > 0.9
    assert (got.suggested[wrong] == truth[wrong]).mean() > 0.95


def test_answers_and_content_together_find_more_than_either():
    """Three careless people an item; what they agree on most is the label, and now and then it is wrong."""
    rng = np.random.default_rng(2)
    content, truth = texts(600, rng)
    content = [" ".join(rng.permutation(text.split())[:5]) for text in content]  # too short to tell much
    said = np.where(rng.random((600, 3)) < 0.7, truth[:, None], rng.integers(0, 4, (600, 3)))
    posterior = (said[:, :, None] == np.arange(4)).mean(axis=1)
    given = posterior.argmax(axis=1)
    wrong = given != truth
    n = int(wrong.sum())
    assert 30 < n < 150
    both = suspect_by_content(given, texts=content, posterior=posterior, rng=rng)
    content_alone = suspect_by_content(given, texts=content, rng=rng)
    answers_alone = np.argsort(-both.answers_against, kind="stable")
    assert wrong[both.order[:n]].mean() > wrong[content_alone.order[:n]].mean()
    assert wrong[both.order[:n]].mean() > wrong[answers_alone[:n]].mean()
    assert np.isnan(content_alone.answers_against).all()


def test_a_rare_label_is_not_judged():
    rng = np.random.default_rng(3)
    content, truth = texts(200, rng)
    given = truth.copy()
    given[:3] = 4
    got = suspect_by_content(given, texts=content, rng=rng)
    assert set(got.order.tolist()) == set(range(3, 200))
    assert np.isnan(got.likelihood[:3]).all()
    assert (got.suggested[:3] == -1).all()


def test_few_are_learnt_from_and_all_are_judged():
    rng = np.random.default_rng(4)
    content, truth = texts(4000, rng)
    given, _ = planted(truth, 4, 0.05, rng)
    got = out_of_fold(given, texts=content, rng=rng, most_fitted=2000)
    assert abs(len(got.fitted) - 2000) <= 4
    assert got.probabilities.shape == (4000, 4)
    assert got.probabilities.sum(axis=1) == pytest.approx(np.ones(4000), abs=1e-4)
    assert (got.probabilities.argmax(axis=1) == truth).mean() > 0.9


def test_the_model_has_not_seen_the_item_it_judges():
    """Texts without any sense: a model that had seen them would know their labels by heart."""
    rng = np.random.default_rng(5)
    noise = [" ".join("".join(rng.choice(list("abcdefghij"), 6)) for _ in range(8)) for _ in range(300)]
    label = rng.integers(0, 2, 300)
    got = out_of_fold(label, texts=noise, rng=rng)
    assert 0.35 < (got.probabilities.argmax(axis=1) == label).mean() < 0.65


@pytest.mark.parametrize(
    ("labels", "more", "words"),
    [
        ([0, 1] * 10, {}, "texts, pixels"),
        ([0, 1] * 10, {"texts": ["a"]}, "one entry"),
        ([0] * 20, {"texts": ["a b"] * 20}, "two labels"),
        ([], {"texts": []}, "two labels"),
    ],
)
def test_what_cannot_be_judged_is_refused(labels, more, words):
    with pytest.raises(ValueError, match=words):
        out_of_fold(labels, rng=np.random.default_rng(0), **more)


def test_content_that_tells_nothing_is_not_heard():
    """Labels drawn by lot over one vocabulary: a model must not accuse half of them."""
    rng = np.random.default_rng(6)
    content = [" ".join(rng.choice(COMMON, 8)) for _ in range(300)]
    label = rng.integers(0, 2, 300)
    got = suspect_by_content(label, texts=content, rng=rng)
    assert len(got.order) == 0
    assert not got.flagged.any()
    assert np.isnan(got.estimated)
    assert "does not tell" in (got.warning or "")
    posterior = np.full((300, 2), 0.2)
    posterior[np.arange(300), label] = 0.8
    posterior[7] = posterior[7][::-1]
    got = suspect_by_content(label, texts=content, posterior=posterior, rng=rng)
    assert got.order[0] == 7


def test_texts_without_a_word_are_no_fault():
    got = suspect_by_content([0, 1] * 10, texts=["", ""] * 10, rng=np.random.default_rng(0))
    assert len(got.order) == 0


def test_pictures_of_another_size_are_refused():
    with pytest.raises(ValueError, match=str(SIDE)):
        pixel_features(np.zeros((1, 8, 8, 3)))
