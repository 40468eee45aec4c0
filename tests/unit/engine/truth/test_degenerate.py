"""Inputs at the edge: each has a defined result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qistas.engine import NumericResponses, Responses, truth

CATEGORICAL = [
    truth.majority,
    truth.dawid_skene,
    truth.one_coin,
    truth.zencrowd,
    truth.wawa,
    truth.bwa,
    truth.ibcc,
    truth.ebcc,
    truth.mace,
    truth.ordinal_ds,
    truth.glad,
    truth.kos,
    truth.mmsr,
    truth.auto,
]


def checked(result: truth.TruthResult, responses: Responses) -> truth.TruthResult:
    assert result.posterior.shape == (responses.n_items, responses.n_labels)
    assert result.posterior.dtype == np.float32
    assert np.isfinite(result.posterior).all()
    if responses.n_labels:
        np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, atol=1e-5)
    return result


@pytest.mark.parametrize("method", CATEGORICAL)
def test_no_answers(method: Any) -> None:
    responses = Responses.from_arrays([], [], [], n_items=2, n_annotators=1, n_labels=2)
    result = checked(method(responses), responses)
    assert result.label.tolist() == [-1, -1]
    np.testing.assert_allclose(result.posterior, 0.5, atol=1e-6)
    assert any("no answers" in said for said in result.warnings)
    for n_labels in (0, 3):
        nothing = Responses.from_arrays([], [], [], n_labels=n_labels)
        assert method(nothing).label.shape == (0,)


@pytest.mark.parametrize("method", CATEGORICAL)
def test_one_answer(method: Any) -> None:
    responses = Responses.from_arrays([0], [0], [1])
    assert checked(method(responses), responses).label.tolist() == [1]


@pytest.mark.parametrize("method", CATEGORICAL)
def test_one_annotator(method: Any) -> None:
    responses = Responses.from_arrays([0, 1, 2], [0, 0, 0], [1, 0, 2])
    result = checked(method(responses), responses)
    assert method is truth.ebcc or result.label.tolist() == [1, 0, 2]


@pytest.mark.parametrize("method", CATEGORICAL)
def test_one_item(method: Any) -> None:
    responses = Responses.from_arrays([0, 0, 0], [0, 1, 2], [1, 1, 0])
    assert checked(method(responses), responses).label.tolist() == [1]


@pytest.mark.parametrize("method", CATEGORICAL)
def test_all_agree_and_one_label(method: Any) -> None:
    responses = Responses.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0])
    assert checked(method(responses), responses).label.tolist() == [0, 0]
    two = Responses.from_arrays([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], n_labels=3)
    assert checked(method(two), two).label.tolist() == [0, 1]


@pytest.mark.parametrize("method", CATEGORICAL)
def test_every_item_answered_twice_by_one_annotator(method: Any) -> None:
    responses = Responses.from_arrays([0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1])
    result = checked(method(responses), responses)
    assert result.label.tolist() == [0, 1]
    assert any("repeat" in said for said in result.warnings)


@pytest.mark.parametrize("method", CATEGORICAL)
def test_gold_is_clamped(method: Any) -> None:
    responses = Responses.from_arrays([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 1, 0, 0], n_items=4)
    result = checked(method(responses, gold=[0, -1, 1, -1]), responses)
    assert result.label[[0, 2, 3]].tolist() == [0, 1, -1]
    assert result.posterior[0, 0] == 1.0
    with pytest.raises(ValueError, match=r"gold\[0\] is 2"):
        method(responses, gold=[2, -1, -1, -1])
    with pytest.raises(ValueError, match="one entry an item"):
        method(responses, gold=[0])


@pytest.mark.parametrize("method", CATEGORICAL)
def test_an_item_of_a_thousand_answers(method: Any) -> None:
    if method is truth.mmsr:
        pytest.skip("mmsr is quadratic in annotators")
    rng = np.random.default_rng(0)
    annotator = np.tile(np.arange(1000), 2)
    item = np.repeat([0, 1], 1000)
    label = np.where(rng.random(2000) < 0.6, item, 1 - item)
    responses = Responses.from_arrays(item, annotator, label)
    assert checked(method(responses), responses).label.tolist() == [0, 1]


@pytest.mark.parametrize("method", [truth.mean, truth.median, truth.catd, truth.gaussian])
def test_numbers_at_the_edge(method: Any) -> None:
    responses = NumericResponses.from_arrays([0, 0, 0, 2], [0, 1, 2, 0], [1.0, 2.0, 6.0, 5.0], n_items=4)
    result = method(responses)
    exact = {"mean": 3.0, "median": 2.0}.get(result.method)
    assert result.value[0] == exact if exact else 1.0 < result.value[0] < 4.0
    assert np.isnan(result.value[[1, 3]]).all()
    assert result.value[2] == (pytest.approx(5.0, abs=1.5) if result.method == "gaussian" else 5.0)
    assert result.low[0] < result.value[0] < result.high[0]
    assert result.count.tolist() == [3, 0, 1, 0]
    empty = method(NumericResponses.from_arrays([], [], [], n_items=1))
    assert np.isnan(empty.value).all()
