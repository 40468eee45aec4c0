"""Each method on crowds whose truth is known, and against arithmetic done by hand."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from qistas.engine import NumericResponses, Responses, truth

METHODS = [
    truth.majority,
    truth.wawa,
    truth.bwa,
    truth.dawid_skene,
    truth.one_coin,
    truth.zencrowd,
    truth.ibcc,
    truth.ebcc,
    truth.mace,
    truth.glad,
    truth.kos,
    truth.mmsr,
    truth.auto,
]


@pytest.mark.parametrize("method", METHODS)
def test_truth_is_recovered(method: Any, crowd: Any) -> None:
    responses, known, _ = crowd(1, n_items=300, n_annotators=15, per_item=7)
    result = method(responses)
    assert (result.label == known).mean() > 0.93
    np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(result.confidence + result.doubt, 1.0, atol=1e-6)
    assert (result.entropy >= 0).all()
    assert result.explanation
    assert result.seconds >= 0


def test_majority_is_the_share_of_votes() -> None:
    responses = Responses.from_arrays([0, 0, 0, 1], [0, 1, 2, 0], [1, 1, 0, 0])
    result = truth.majority(responses)
    np.testing.assert_allclose(result.posterior, [[1 / 3, 2 / 3], [1, 0]], atol=1e-6)


def test_dawid_skene_first_iteration_by_hand() -> None:
    responses = Responses.from_arrays([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [0, 0, 1, 1, 1, 1])
    result = truth.dawid_skene(responses, smoothing=0.0, prior_smoothing=0.0, max_iter=1)
    share = np.array([[2 / 3, 1 / 3], [0, 1]])
    prior = share.sum(axis=0) / 2
    confusion = np.zeros((3, 2, 2))
    for r in range(6):
        confusion[responses.annotator[r], :, responses.label[r]] += share[responses.item[r]]
    confusion = np.maximum(confusion / confusion.sum(axis=2, keepdims=True), 1e-10)
    joint = np.tile(prior, (2, 1))
    for r in range(6):
        joint[responses.item[r]] *= confusion[responses.annotator[r], :, responses.label[r]]
    assert result.log_likelihood == pytest.approx(np.log(joint.sum(axis=1)).sum(), abs=1e-9)
    np.testing.assert_allclose(result.posterior, joint / joint.sum(axis=1, keepdims=True), atol=1e-6)
    assert not result.converged
    assert any("converged" in said for said in result.warnings)


def test_a_bird_watcher_with_swapped_labels_is_turned_round(crowd: Any) -> None:
    responses, known, _ = crowd(2, n_labels=2, n_annotators=8, per_item=8, low=0.8, high=0.9)
    swapped = np.where(responses.annotator == 0, 1 - responses.label, responses.label)
    result = truth.dawid_skene(Responses.from_arrays(responses.item, responses.annotator, swapped))
    assert (result.label == known).mean() > 0.97
    assert result.annotators.confusion is not None
    assert result.annotators.confusion[0, 0, 1] > 0.7
    assert result.annotators.accuracy[0] < 0.3


def test_skill_intervals_cover(crowd: Any) -> None:
    covered: list[float] = []
    for seed in range(12):
        responses, _, accuracy = crowd(
            seed, n_items=400, n_annotators=20, n_labels=3, per_item=5, low=0.6, high=0.95
        )
        skill = truth.dawid_skene(responses).annotators
        covered.append(float(((skill.low <= accuracy) & (accuracy <= skill.high)).mean()))
    assert 0.85 <= float(np.mean(covered)) <= 0.96


def test_skill_of_a_silent_annotator_is_unknown() -> None:
    skill = truth.dawid_skene(Responses.from_arrays([0, 1], [0, 0], [0, 1], n_annotators=2)).annotators
    assert np.isnan(skill.accuracy[1])
    assert (skill.low[1], skill.high[1]) == (0.0, 1.0)


def test_glad_finds_the_hard_items() -> None:
    rng = np.random.default_rng(3)
    hard = np.arange(200) < 60
    item = np.repeat(np.arange(200), 9)
    annotator = np.tile(np.arange(9), 200)
    known = rng.integers(0, 2, 200)
    right = rng.random(item.size) < np.where(hard[item], 0.6, 0.95)
    result = truth.glad(Responses.from_arrays(item, annotator, np.where(right, known[item], 1 - known[item])))
    ease = result.details["ease"]
    assert np.median(ease[hard]) < np.median(ease[~hard])
    assert not result.posterior.flags.writeable or result.converged


def test_mace_finds_the_spammer(crowd: Any) -> None:
    responses, _, _ = crowd(4, n_labels=3, low=0.8, high=0.9)
    label = np.where(responses.annotator == 5, 2, responses.label)
    result = truth.mace(Responses.from_arrays(responses.item, responses.annotator, label))
    assert result.annotators.weight is not None
    assert result.annotators.weight.argmin() == 5
    assert result.details["habit"][5].argmax() == 2


def test_ordinal_knows_bias() -> None:
    rng = np.random.default_rng(5)
    known = rng.integers(0, 5, 300)
    item = np.repeat(np.arange(300), 6)
    annotator = np.tile(np.arange(6), 300)
    shift = np.where(annotator == 0, 1.0, 0.0)
    label = np.clip(np.rint(known[item] + shift + rng.normal(0, 0.6, item.size)), 0, 4)
    result = truth.ordinal_ds(Responses.from_arrays(item, annotator, label))
    assert (result.label == known).mean() > 0.85
    assert result.details["bias"][0] > 0.4
    assert abs(result.details["bias"][1:]).max() < 0.4


def test_auto_says_which_and_why(crowd: Any) -> None:
    responses, known, _ = crowd(6)
    result = truth.auto(responses)
    assert "evidence of the answers" in result.explanation
    assert result.details["weight"].sum() == pytest.approx(1.0, abs=1e-6)
    assert (result.label == known).mean() >= (truth.majority(responses).label == known).mean() - 0.005
    again = truth.auto(responses, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(result.posterior, again.posterior)


def test_auto_with_a_thousand_labels() -> None:
    rng = np.random.default_rng(7)
    known = rng.integers(0, 1000, 300)
    item = np.repeat(np.arange(300), 5)
    annotator = rng.integers(0, 40, item.size)
    label = np.where(rng.random(item.size) < 0.7, known[item], rng.integers(0, 1000, item.size))
    responses = Responses.from_arrays(item, annotator, label, n_labels=1000)
    result = truth.auto(responses)
    assert (result.label == known).mean() > 0.9
    assert (truth.one_coin(responses).label == known).mean() > 0.9
    assert (truth.glad(responses).label == known).mean() > 0.9


def test_tables_no_machine_would_thank_us_for_are_refused() -> None:
    responses = Responses.from_arrays([0], [10_000], [1000])
    with pytest.raises(ValueError, match="use one_coin"):
        truth.dawid_skene(responses)


@pytest.mark.slow
def test_a_million_annotators_with_one_answer_each() -> None:
    rng = np.random.default_rng(8)
    known = rng.integers(0, 3, 200_000)
    item = np.repeat(np.arange(200_000), 5)
    label = np.where(rng.random(item.size) < 0.7, known[item], rng.integers(0, 3, item.size))
    responses = Responses.from_arrays(item, np.arange(item.size), label)
    vote = (truth.majority(responses).label == known).mean()
    for method in (truth.one_coin, truth.bwa, truth.ibcc, truth.auto):
        result = method(responses)
        assert (result.label == known).mean() > vote - 0.02, result.method
    # One answer cannot fill a confusion matrix: any label explains it, and the result says who is thin.
    assert any("little more than the prior" in said for said in truth.dawid_skene(responses).warnings)


def test_crowdlab_lets_a_good_classifier_break_ties() -> None:
    responses = Responses.from_arrays(
        np.repeat(np.arange(6), 2), np.tile([0, 1], 6), [0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0]
    )
    model = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9], [0.05, 0.95], [0.95, 0.05]])
    result = truth.crowdlab(responses, model)
    assert result.label.tolist() == [0, 1, 0, 1, 1, 0]
    np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, atol=1e-6)
    with pytest.raises(ValueError, match="probabilities must be"):
        truth.crowdlab(responses, model[:2])


def test_numbers_with_bias_and_noise() -> None:
    rng = np.random.default_rng(9)
    known = rng.normal(50, 20, 200)
    bias = np.array([0.0, 6.0, -6.0, 0.0, 0.0, 0.0])
    noise = np.array([1.0, 1.0, 1.0, 15.0, 3.0, 3.0])
    item = np.repeat(np.arange(200), 6)
    annotator = np.tile(np.arange(6), 200)
    value = known[item] + bias[annotator] + rng.normal(0, 1, item.size) * noise[annotator]
    responses = NumericResponses.from_arrays(item, annotator, value)
    error = {
        m.__name__: float(np.abs(m(responses).value - known).mean())
        for m in (truth.mean, truth.median, truth.catd, truth.gaussian)
    }
    assert error["gaussian"] < error["catd"]
    assert error["gaussian"] < 0.5 * error["mean"]
    result = truth.gaussian(responses)
    assert result.bias is not None
    assert result.variance is not None
    np.testing.assert_allclose(result.bias[[1, 2]], [6.0, -6.0], atol=1.0)
    assert result.variance.argmax() == 3
    assert np.diff(result.history).min() >= -1e-8
    inside = (result.low <= known) & (known <= result.high)
    assert inside.mean() >= 0.85


def test_rover() -> None:
    result = truth.rover(["the cat sat down", "a cat sat down", "the cat sits down", "the cat sat"])
    assert result.text == "the cat sat down"
    assert result.support[1] == 1.0
    assert truth.rover([]).text == ""
    assert truth.rover(["", "", "word"]).text == ""
    assert truth.rover(["a b", "c d"], weights=[1, 3]).text == "c d"
    assert truth.rover([["ق", "ط"], ["ق", "ط"], ["ف", "ط"]], joint="").text == "قط"
    with pytest.raises(ValueError, match="positive"):
        truth.rover(["a"], weights=[0])


def test_bio_rules_and_sequences() -> None:
    tags = ["O", "B-P", "I-P"]
    rules = truth.bio_rules(tags)
    assert rules[0].tolist() == [True, True, False]
    assert rules[1].tolist() == [True, True, True]
    assert rules[3].tolist() == [True, True, False]
    rng = np.random.default_rng(10)
    sizes = rng.integers(1, 12, 80)
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    known = np.zeros(bounds[-1], dtype=np.int64)
    for a, b in pairwise(bounds):
        inside = False
        for t in range(a, b):
            known[t] = 2 if inside and rng.random() < 0.6 else int(rng.random() < 0.3)
            inside = known[t] != 0
    item = np.repeat(np.arange(known.size), 4)
    annotator = np.tile(np.arange(4), known.size)
    noisy = np.where(rng.random(item.size) < 0.75, known[item], rng.integers(0, 3, item.size))
    responses = Responses.from_arrays(item, annotator, noisy)
    vote = (truth.majority(responses).label == known).mean()
    for model in ("confusion", "sequential"):
        result = truth.bsc(responses, bounds, allowed=rules, annotator_model=model)
        assert (result.label == known).mean() > vote
        assert np.diff(result.history).min() >= -1e-6
        before = np.concatenate(([3], result.label[:-1]))
        before[bounds[:-1]] = 3
        assert rules[before, result.label].all()
    held = truth.bsc(responses, bounds, gold=np.where(np.arange(known.size) == 0, known, -1))
    assert held.label[0] == known[0]
    with pytest.raises(ValueError, match="offsets"):
        truth.bsc(responses, [0, 1])
    empty = Responses.from_arrays([], [], [], n_items=0, n_annotators=0, n_labels=2)
    assert truth.bsc(empty, [0]).label.shape == (0,)


def test_importing_the_engine_does_not_import_numba() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, qistas.engine.truth; print('numba' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "False"
