"""What must hold of every method whatever the answers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine import Responses, truth

EM = [truth.dawid_skene, truth.one_coin, truth.zencrowd, truth.ibcc, truth.mace, truth.glad, truth.ordinal_ds]
SYMMETRIC = [truth.majority, truth.wawa, truth.bwa, truth.dawid_skene, truth.one_coin, truth.ibcc, truth.mace]
ALL = [*EM, truth.majority, truth.wawa, truth.bwa, truth.kos, truth.mmsr, truth.ebcc, truth.auto]

quick = settings(max_examples=8)


@st.composite
def tables(draw: st.DrawFn) -> Responses:
    """Small tables, dense or sparse, sensible or hostile."""
    n_items = draw(st.integers(1, 12))
    n_annotators = draw(st.integers(1, 6))
    n_labels = draw(st.integers(1, 4))
    size = draw(st.integers(0, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    item = rng.integers(0, n_items, size)
    truthful = rng.random(size) < draw(st.floats(0, 1))
    label = np.where(truthful, item % n_labels, rng.integers(0, n_labels, size))
    return Responses.from_arrays(
        item,
        rng.integers(0, n_annotators, size),
        label,
        n_items=n_items,
        n_annotators=n_annotators,
        n_labels=n_labels,
    )


def relabelled(responses: Responses, order: Any) -> Responses:
    return Responses.from_arrays(
        responses.item,
        responses.annotator,
        order[responses.label],
        n_items=responses.n_items,
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )


@pytest.mark.parametrize("method", ALL)
@quick
@given(responses=tables())
def test_rows_sum_to_one_and_inputs_stay(method: Any, responses: Responses) -> None:
    before = (responses.item.copy(), responses.annotator.copy(), responses.label.copy())
    gold = np.full(responses.n_items, -1)
    gold[0] = 0
    result = method(responses, gold=gold)
    assert gold.tolist() == [0] + [-1] * (responses.n_items - 1)
    np.testing.assert_allclose(result.posterior.sum(axis=1), 1.0, atol=1e-5)
    assert (result.posterior >= 0).all()
    for kept, now in zip(before, (responses.item, responses.annotator, responses.label), strict=True):
        np.testing.assert_array_equal(kept, now)
    answered = (responses.counts() > 0) | (gold >= 0)
    assert ((result.label >= 0) == answered).all()


@pytest.mark.parametrize("method", EM)
@quick
@given(responses=tables())
def test_the_objective_never_falls(method: Any, responses: Responses) -> None:
    history = np.array(method(responses, tol=1e-12, max_iter=30).history)
    assert (np.diff(history) >= -1e-7 * np.abs(history[1:]) - 1e-7).all()


@pytest.mark.parametrize("method", SYMMETRIC)
@quick
@given(responses=tables(), seed=st.integers(0, 99))
def test_names_of_labels_do_not_matter(method: Any, responses: Responses, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(responses.n_labels)
    kwargs: dict[str, Any] = {} if method is truth.majority or method is truth.wawa else {"max_iter": 5}
    here = method(responses, **kwargs).posterior
    there = method(relabelled(responses, order), **kwargs).posterior
    if method is truth.wawa:
        votes = truth.majority(responses).posterior
        tied = (votes == votes.max(axis=1, keepdims=True)).sum(axis=1) > 1
        if tied.any():
            return
    np.testing.assert_allclose(there[:, order], here, atol=1e-5)


@pytest.mark.parametrize("method", SYMMETRIC)
@quick
@given(responses=tables(), seed=st.integers(0, 99))
def test_names_of_annotators_do_not_matter(method: Any, responses: Responses, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(responses.n_annotators)
    renamed = Responses.from_arrays(
        responses.item,
        order[responses.annotator],
        responses.label,
        n_items=responses.n_items,
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )
    kwargs: dict[str, Any] = {} if method is truth.majority or method is truth.wawa else {"max_iter": 5}
    here, there = method(responses, **kwargs), method(renamed, **kwargs)
    np.testing.assert_allclose(there.posterior, here.posterior, atol=1e-5)
    np.testing.assert_allclose(there.annotators.accuracy[order], here.annotators.accuracy, atol=1e-5)


@pytest.mark.parametrize("method", SYMMETRIC)
@quick
@given(responses=tables())
def test_a_silent_annotator_changes_nothing(method: Any, responses: Responses) -> None:
    more = Responses.from_arrays(
        responses.item,
        responses.annotator,
        responses.label,
        n_items=responses.n_items,
        n_annotators=responses.n_annotators + 1,
        n_labels=responses.n_labels,
    )
    kwargs: dict[str, Any] = {} if method is truth.majority or method is truth.wawa else {"max_iter": 5}
    np.testing.assert_allclose(
        method(more, **kwargs).posterior, method(responses, **kwargs).posterior, atol=1e-6
    )


@quick
@given(responses=tables())
def test_the_same_items_twice_change_no_maximum_likelihood(responses: Responses) -> None:
    twice = Responses.from_arrays(
        np.concatenate([responses.item, responses.item + responses.n_items]),
        np.tile(responses.annotator, 2),
        np.tile(responses.label, 2),
        n_items=2 * responses.n_items,
        n_annotators=responses.n_annotators,
        n_labels=responses.n_labels,
    )
    plain: dict[str, Any] = {"smoothing": 0.0, "prior_smoothing": 0.0, "max_iter": 5, "tol": 0.0}
    cases: list[tuple[Any, dict[str, Any]]] = [(truth.majority, {}), (truth.dawid_skene, plain)]
    for method, plain in cases:
        once, doubled = method(responses, **plain), method(twice, **plain)
        np.testing.assert_allclose(doubled.posterior[: responses.n_items], once.posterior, atol=1e-5)
        np.testing.assert_allclose(doubled.posterior[responses.n_items :], once.posterior, atol=1e-5)


@pytest.mark.parametrize("method", ALL)
@settings(max_examples=4)
@given(responses=tables())
def test_numba_and_numpy_agree(method: Any, responses: Responses) -> None:
    kwargs: dict[str, Any] = {"max_iter": 5} if method in EM or method is truth.ebcc else {}
    with truth.backend("numba"):
        compiled = method(responses, **kwargs)
    with truth.backend("numpy"):
        plain = method(responses, **kwargs)
    np.testing.assert_allclose(compiled.posterior, plain.posterior, atol=1e-5)
    assert compiled.warnings == plain.warnings
    if compiled.log_likelihood is not None:
        assert compiled.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-6, abs=1e-6)


@quick
@given(responses=tables(), cut=st.integers(0, 12))
def test_shards_make_the_whole(responses: Responses, cut: int) -> None:
    model = truth.ConfusionModel(0.01, 0.01)
    edge = min(cut, responses.n_items)
    shards: list[Responses] = []
    for low, high in ((0, edge), (edge, responses.n_items)):
        rows = slice(responses.offsets[low], responses.offsets[high])
        shards.append(
            Responses.from_arrays(
                responses.item[rows] - low,
                responses.annotator[rows],
                responses.label[rows],
                n_items=high - low,
                n_annotators=responses.n_annotators,
                n_labels=responses.n_labels,
            )
        )
    stats = truth.start_stats(shards[0], None) + truth.start_stats(shards[1], None)
    params = model.m_step(stats, None)
    for _ in range(3):
        stats = truth.e_step(shards[0], params) + truth.e_step(shards[1], params)
        params = model.m_step(stats, params)
    whole = truth.dawid_skene(responses, max_iter=4, tol=0.0)
    assert whole.fit is not None
    np.testing.assert_allclose(params.table, whole.fit.table, atol=1e-5)
    np.testing.assert_allclose(params.prior, whole.fit.prior, atol=1e-5)
