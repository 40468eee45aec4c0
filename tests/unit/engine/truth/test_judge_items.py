"""Many items judged at once: the same as one by one, and sensible where no table was learnt."""

from __future__ import annotations

import numpy as np
import pytest

from qistas.engine.truth import Fit, judge
from qistas.engine.truth.judge_items import judge_by_accuracy, judge_items, vote_shares


@pytest.mark.parametrize(("subtypes", "vote_share"), [(1, 0.0), (2, 0.0), (1, 0.3), (3, 0.3)])
def test_many_at_once_are_the_same_as_one_by_one(subtypes: int, vote_share: float) -> None:
    rng = np.random.default_rng(5)
    people, labels, items, answers = 7, 4, 30, 90
    table = rng.dirichlet(np.ones(labels), size=(people, labels * subtypes)).transpose(0, 2, 1)
    prior = rng.dirichlet(np.ones(labels * subtypes))
    item, who, said = (
        rng.integers(items - 3, size=answers),
        rng.integers(9, size=answers),
        rng.integers(4, size=answers),
    )
    known = np.concatenate((table, table.mean(axis=0)[None]))
    found = judge_items(
        known, prior, item, np.minimum(who, people), said, items, subtypes=subtypes, vote_share=vote_share
    )
    fit = Fit(table, prior, subtypes, vote_share)
    for one in range(items):
        np.testing.assert_allclose(found[one], judge(fit, who[item == one], said[item == one]), atol=1e-9)


def test_each_item_may_have_a_prior_of_its_own() -> None:
    table = np.array([[[0.9, 0.2], [0.1, 0.8]]])
    prior = np.array([[0.5, 0.5], [0.01, 0.99]])
    found = judge_items(table, prior, [0, 1], [0, 0], [0, 0], 2)
    assert found[0].argmax() == 0
    assert found[1].argmax() == 1


def test_by_accuracy_one_answer_is_as_sure_as_its_giver() -> None:
    for labels in (2, 3, 1000):
        found = judge_by_accuracy([0.8], [0], [1], 2, labels)
        assert found[0, 1] == pytest.approx(0.8)
        assert found[1] == pytest.approx(np.full(labels, 1 / labels))
    assert judge_by_accuracy([0.1], [0], [1], 1, 2)[0, 1] > 0.5, "nobody's answer counts against itself"
    assert judge_by_accuracy([1.0, 1.0], [0, 0], [1, 1], 1, 2)[0, 1] < 1.0, "nobody is taken for certain"


def test_votes_are_shares() -> None:
    found = vote_shares([0, 0, 0, 2], [1, 1, 0, 2], 3, 3)
    np.testing.assert_allclose(found, [[1 / 3, 2 / 3, 0], [0, 0, 0], [0, 0, 1]])
