"""The default: candidates, their evidence, and how sure it may be of what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qistas.engine import Responses, truth
from qistas.engine.truth import _kernels, evidence
from qistas.engine.truth.judge_items import judge_items
from qistas.engine.truth.results import tempered


def test_correlated_answers_leave_doubt() -> None:
    rows = np.array([[0.999, 0.001], [0.999, 0.001], [0.5, 0.5]])
    doubted = tempered(rows, np.array([1, 9, 9]), 0.25)
    np.testing.assert_allclose(doubted[0], rows[0])
    odds = np.log(doubted[1, 0] / doubted[1, 1])
    assert odds == pytest.approx(np.log(999) / (1 + 8 * 0.25))
    np.testing.assert_allclose(doubted[2], 0.5)
    assert tempered(rows, np.array([3, 3, 3]), 0.0) is rows
    many = np.full((2, 400), 0.001 / 399)
    many[:, 0] = 0.999
    # However many labels, more answers that agree never tell less: n / (1 + (n - 1) r) grows while r < 1.
    assert tempered(many, np.array([9, 9]), 0.25)[0, 0] < tempered(many, np.array([3, 3]), 0.25)[0, 0] < 0.999


def test_without_correlation_and_vote_the_models_speak_alone(crowd: Any) -> None:
    responses, _, _ = crowd(1)
    plain = truth.auto(responses, correlation=0.0, vote_share=0.0)
    usual = truth.auto(responses)
    assert plain.doubt.mean() < usual.doubt.mean()
    np.testing.assert_allclose(plain.annotators.accuracy, usual.annotators.accuracy)
    assert plain.fit is not None
    assert (plain.fit.correlation, plain.fit.vote_share) == (0.0, 0.0)


def test_evidence_tells_common_mistakes_from_independent_ones() -> None:
    rng = np.random.default_rng(0)
    n_items, n_annotators = 600, 12
    known = rng.integers(0, 2, n_items)
    hard = rng.random(n_items) < 0.35
    item = np.repeat(np.arange(n_items), n_annotators)
    annotator = np.tile(np.arange(n_annotators), n_items)
    right = rng.random(item.size) < np.where(hard[item], 0.55, 0.97)
    together = truth.auto(
        Responses.from_arrays(item, annotator, np.where(right, known[item], 1 - known[item]))
    )
    apart = rng.random(item.size) < 0.8
    alone = truth.auto(Responses.from_arrays(item, annotator, np.where(apart, known[item], 1 - known[item])))
    # Candidates come in pairs: those with one subtype are the first two.
    assert together.details["weight"][:2].sum() < 0.05
    assert alone.details["weight"][:2].sum() > 0.95


def test_intervals_of_accuracy_cover(crowd: Any) -> None:
    covered: list[float] = []
    for seed in range(10):
        responses, _, accuracy = crowd(
            seed, n_items=400, n_annotators=20, n_labels=3, per_item=5, low=0.6, high=0.95
        )
        skill = truth.auto(responses).annotators
        covered.append(float(((skill.low <= accuracy) & (accuracy <= skill.high)).mean()))
    assert 0.85 <= float(np.mean(covered)) <= 0.95


def test_what_it_leaves_behind_judges_alike(crowd: Any) -> None:
    responses, _, _ = crowd(2, n_items=300, n_annotators=15, per_item=5)
    result = truth.auto(responses)
    assert result.fit is not None
    judged = judge_items(
        result.fit.table,
        result.fit.prior,
        responses.item,
        responses.annotator,
        responses.label,
        responses.n_items,
        vote_share=result.fit.vote_share,
        correlation=result.fit.correlation,
    )
    assert 0.5 * np.abs(judged - result.posterior).sum(axis=1).mean() < 0.05
    assert (judged.argmax(axis=1) == result.label).mean() > 0.97
    rows = slice(responses.offsets[3], responses.offsets[4])
    one = truth.judge(result.fit, responses.annotator[rows], responses.label[rows])
    np.testing.assert_allclose(one, judged[3], atol=1e-9)


def test_large_tables_are_tried_on_a_sample_first() -> None:
    rng = np.random.default_rng(3)
    known = rng.integers(0, 3, 40_000)
    item = np.repeat(np.arange(40_000), 4)
    annotator = rng.integers(0, 60, item.size)
    label = np.where(rng.random(item.size) < 0.75, known[item], rng.integers(0, 3, item.size))
    responses = Responses.from_arrays(item, annotator, label)
    result = truth.auto(responses)
    assert (result.label == known).mean() >= (truth.majority(responses).label == known).mean() - 0.005
    np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, atol=1e-5)
    with truth.backend("numpy"):
        plain = truth.auto(responses)
    assert (plain.label == result.label).mean() > 0.999


def test_pairs_that_occur_are_numbered_by_annotator() -> None:
    responses = Responses.from_arrays([0, 0, 1, 1], [3, 0, 3, 3], [1, 1, 1, 0], n_annotators=5, n_labels=2)
    crowd = evidence.ready(responses, None)
    assert crowd.pairs.pair.tolist() == [1, 6, 7]
    assert crowd.pairs.starts.tolist() == [0, 1, 3]
    assert crowd.pairs.said.tolist() == [1, 0, 1]
    assert crowd.rows.tolist() == [2, 0, 2, 1]


def test_the_variational_step_is_the_same_compiled() -> None:
    rng = np.random.default_rng(4)
    counts = rng.gamma(0.3, 5.0, (9, 4))
    counts[2] = 0.0
    starts, said = np.array([0, 2, 3, 9]), np.array([0, 2, 1, 0, 1, 2, 0, 1, 2], dtype=np.int32)
    base = rng.uniform(0.1, 4.0, (3, 4))
    with truth.backend("numba"):
        table, gap = _kernels.dirichlet_step(counts, starts, said, base, True)
    with truth.backend("numpy"):
        plain, flat = _kernels.dirichlet_step(counts, starts, said, base, True)
    np.testing.assert_allclose(table, plain, rtol=1e-8)
    assert gap == pytest.approx(flat, rel=1e-8)
