"""One more answer, for the price of its neighbourhood."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qistas.engine import Responses, truth


def split(responses: Responses, last: int) -> tuple[Responses, Responses]:
    """The table without, and with only, ``last`` answers drawn at random."""
    chosen = np.zeros(len(responses), dtype=np.bool_)
    chosen[np.random.default_rng(0).choice(len(responses), last, replace=False)] = True
    return responses.rows(~chosen), responses.rows(chosen)


@pytest.mark.parametrize("method", [truth.dawid_skene, truth.ibcc])
def test_update_agrees_with_a_full_run(method: Any, crowd: Any) -> None:
    responses, _, _ = crowd(1)
    old, new = split(responses, 25)
    updated, merged = truth.update(method(old, tol=1e-10), old, new, reach=1e-9, max_rounds=1000)
    full = method(responses, tol=1e-10, max_iter=1000)
    assert len(merged) == len(responses)
    np.testing.assert_allclose(updated.posterior, full.posterior, atol=1e-3)
    np.testing.assert_array_equal(updated.label, full.label)
    assert updated.converged


def test_one_answer_touches_its_item_and_little_else(crowd: Any) -> None:
    responses, _, _ = crowd(2, n_items=2000, n_annotators=20)
    before = truth.dawid_skene(responses)
    posterior = before.posterior.copy()
    new = Responses.from_arrays([7], [3], [2], n_items=2000, n_annotators=20, n_labels=3)
    after, merged = truth.update(before, responses, new, reach=0.05)
    assert len(merged) == len(responses) + 1
    changed = np.flatnonzero((after.posterior != before.posterior).any(axis=1))
    assert changed.tolist() == [7]
    np.testing.assert_array_equal(before.posterior, posterior)
    assert after.iterations == 1


def test_new_items_and_annotators_are_welcome_new_labels_are_not(crowd: Any) -> None:
    responses, _, _ = crowd(3)
    result = truth.dawid_skene(responses)
    new = Responses.from_arrays([205, 205, 205], [0, 1, 14], [1, 1, 1], n_labels=3)
    after, merged = truth.update(result, responses, new)
    assert (merged.n_items, merged.n_annotators) == (206, 15)
    assert after.label[205] == 1
    assert after.label[204] == -1
    with pytest.raises(ValueError, match="a label the result does not know"):
        truth.update(result, responses, Responses.from_arrays([0], [0], [3]))
    with pytest.raises(ValueError, match="run it again"):
        truth.update(truth.glad(responses), responses, new)


def test_judge_is_the_posterior_of_one_item(crowd: Any) -> None:
    responses, _, _ = crowd(4)
    result = truth.dawid_skene(responses)
    assert result.fit is not None
    rows = slice(responses.offsets[9], responses.offsets[10])
    share = truth.judge(result.fit, responses.annotator[rows], responses.label[rows])
    np.testing.assert_allclose(share, result.posterior[9], atol=1e-6)
    np.testing.assert_allclose(truth.judge(result.fit, [], []), result.prior, atol=1e-9)
    assert truth.judge(result.fit, [99], [1]).argmax() == 1
    with pytest.raises(ValueError, match="labels must be"):
        truth.judge(result.fit, [0], [7])


def test_auto_is_brought_up_to_date_for_the_touched(crowd: Any) -> None:
    responses, _, _ = crowd(5)
    result = truth.auto(responses)
    new = Responses.from_arrays([0, 0], [0, 1], [2, 2], n_labels=3)
    after, _ = truth.update(result, responses, new)
    assert after.posterior[0, 2] > result.posterior[0, 2]
    np.testing.assert_array_equal(after.posterior[1:], result.posterior[1:])
