# pyright: basic, reportArgumentType=false
"""Sets of labels: a label too many or too few is found, and said which."""

import numpy as np
import pytest
from tests.vocabulary import COMMON, TOPICS

from qistas.engine.errors import out_of_fold_sets, suspect_sets_by_content


def texts(n, rng):
    """Sentences of any of four topics, three words of each and eight of none."""
    truth = rng.random((n, len(TOPICS))) < 0.35
    made = [
        " ".join(word for k in np.flatnonzero(row) for word in rng.choice(TOPICS[k], 3))
        + " "
        + " ".join(rng.choice(COMMON, 8))
        for row in truth
    ]
    return made, truth


def planted(truth, share, rng):
    """`truth` with one label turned in a share of the items."""
    given, which = truth.copy(), rng.integers(0, truth.shape[1], len(truth))
    wrong = rng.random(len(truth)) < share
    given[wrong, which[wrong]] ^= True
    return given, wrong, which


def test_a_label_too_many_or_too_few_comes_first():
    rng = np.random.default_rng(0)
    content, truth = texts(800, rng)
    given, wrong, which = planted(truth, 0.06, rng)
    seen = []
    got = suspect_sets_by_content(given, texts=content, rng=rng, progress=seen.append)
    n = int(wrong.sum())
    top = got.order[:n]
    assert wrong[top].mean() > 0.8  # by chance: 0.06
    found = top[wrong[top]]
    assert (got.label[found] == which[found]).mean() > 0.95
    assert (got.suggested[found] == truth[found]).all(axis=1).mean() > 0.9
    assert got.low <= got.estimated <= got.high
    assert got.low * 0.5 < n < got.high * 2
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert np.allclose((got.model_given + got.model_suggested)[found], 1.0)
    assert got.model_right > got.most_common


def test_answers_are_heard_label_by_label():
    rng = np.random.default_rng(1)
    content, truth = texts(400, rng)
    posterior = np.where(truth, 0.98, 0.02)
    posterior[7] = np.where(truth[7], 0.55, 0.45)
    posterior[7, 2] = 0.1 if truth[7, 2] else 0.9
    posterior[50:] = np.nan  # one answer each
    got = suspect_sets_by_content(truth, texts=content, posterior=posterior, rng=rng)
    assert got.order[got.order < 50][0] == 7
    assert got.label[7] == 2
    assert got.answers_against[7] == pytest.approx(0.9)
    assert np.isnan(got.answers_against[50:]).all()


def test_content_that_does_not_tell_is_not_heard():
    rng = np.random.default_rng(2)
    content, _ = texts(300, rng)
    noise = rng.random((300, 3)) < 0.3
    got = suspect_sets_by_content(noise, texts=content, rng=rng)
    assert got.warning is not None
    assert np.isnan(got.estimated)
    assert not got.flagged.any()
    assert len(got.order) == 0


def test_rare_labels_are_not_judged_and_a_fold_without_one_is_no_matter():
    rng = np.random.default_rng(3)
    content, truth = texts(200, rng)
    rare = np.zeros((200, 2), dtype=bool)
    rare[:4, 0] = True
    rare[:5, 1] = True
    found = out_of_fold_sets(np.hstack([truth, rare]), texts=content, rng=rng)
    assert found.judged.tolist() == [True] * 4 + [False, True]
    assert np.isnan(found.probabilities[:, 4]).all()
    assert np.isfinite(found.probabilities[:, [0, 1, 2, 3, 5]]).all()
    for alone in (rare[:, :1], np.ones((200, 1), dtype=bool)):
        with pytest.raises(ValueError, match="at least one label"):
            out_of_fold_sets(alone, texts=content, rng=rng)


def test_items_beyond_those_learnt_from_are_judged_too():
    rng = np.random.default_rng(4)
    content, truth = texts(600, rng)
    given, wrong, _ = planted(truth, 0.05, rng)
    found = out_of_fold_sets(given, texts=content, rng=rng, most_fitted=300)
    assert 300 <= len(found.fitted) <= 380
    said = np.where(given, found.probabilities, 1 - found.probabilities).min(axis=1)
    assert wrong[np.argsort(said)[: wrong.sum()]].mean() > 0.6
