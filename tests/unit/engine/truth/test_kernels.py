# pyright: basic, reportPrivateUsage=false
"""The passes compiled for a number of classes say what plain numpy says, on any number of threads."""

import numpy as np
import pytest

from qistas.engine import Responses, truth
from qistas.engine.truth import _kernels, _kernels_numba, em


def crowd(n_labels, seed=0, n_items=300, n_annotators=7, clustered=False):
    """Items without an answer, with one and with many; answers of one annotator twice."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(n_items), rng.integers(0, 9, n_items))
    label = (item + (rng.random(item.size) < 0.3) * rng.integers(0, n_labels, item.size)) % n_labels
    who = rng.integers(0, n_annotators, item.size)
    if clustered:
        who = who // 2 * 2 + item % 2
        n_annotators += n_annotators % 2
    return Responses.from_arrays(
        item, who, label, n_items=n_items + 2, n_annotators=n_annotators + 1, n_labels=n_labels
    )


@pytest.fixture
def lanes(monkeypatch):
    """As with much work: passes by lanes, three threads."""
    monkeypatch.setattr(_kernels_numba, "_SMALL", 0)
    monkeypatch.setattr(_kernels_numba, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(_kernels_numba, "get_num_threads", lambda: 3)
    taken = []
    made = _kernels_numba._passes
    monkeypatch.setattr(_kernels_numba, "_passes", lambda latent: taken.append(latent) or made(latent))
    return taken


@pytest.mark.parametrize("latent", [1, 3, 8, 10, 21])
def test_a_pass_by_lanes_gives_what_numpy_gives(lanes, latent):
    data = crowd(latent, seed=latent)
    rng = np.random.default_rng(1)
    rows = _kernels.table_rows(data)
    # Some answers all but impossible: the likelihood of a few items together leaves the range of float64.
    table = rng.choice([1e-30, 1e-4, 0.2, 1.0], (data.n_annotators * latent, latent)) * rng.uniform(
        0.5, 1.0, latent
    )
    prior = rng.dirichlet(np.ones(latent))
    found, wanted = (np.empty((data.n_items, latent), dtype=np.float32) for _ in range(2))
    with truth.backend("numba"):
        ours = _kernels.estep(data, rows, table, prior, None, posterior=found)
        without = _kernels.estep(data, rows, table, prior, None)
        votes = _kernels.vote_stats(data, rows, None)
    assert lanes == [latent] * 3
    with truth.backend("numpy"):
        plain = _kernels.estep(data, rows, table, prior, None, posterior=wanted)
        plain_votes = _kernels.vote_stats(data, rows, None)
    np.testing.assert_allclose(found, wanted, atol=1e-7)
    for one, other in ((ours, plain), (without, plain), (votes, plain_votes)):
        np.testing.assert_allclose(one[0], other[0], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one[1], other[1], rtol=1e-12, atol=1e-12)
    assert ours[2] == pytest.approx(plain[2], rel=1e-12)
    assert without[2] == ours[2]
    answered = int((data.counts() > 0).sum())
    assert ours[1].sum() == pytest.approx(answered)
    assert votes[0].sum() == pytest.approx(len(data))


def test_more_threads_change_nothing_but_the_last_digits(lanes, monkeypatch):
    data = crowd(5, seed=3)
    several = truth.dawid_skene(data, max_iter=7)
    monkeypatch.setattr(_kernels_numba, "get_num_threads", lambda: 1)
    alone = truth.dawid_skene(data, max_iter=7)
    again = truth.dawid_skene(data, max_iter=7)
    np.testing.assert_allclose(several.posterior, alone.posterior, atol=1e-6)
    np.testing.assert_array_equal(again.posterior, alone.posterior)
    assert again.history == alone.history


@pytest.mark.parametrize("known", [False, True])
def test_shares_of_votes_give_the_statistics_to_begin_from(known):
    data = crowd(4, seed=5)
    clamp = None
    if known:
        clamp = np.full(data.n_items, -1, dtype=np.int32)
        clamp[[0, 7, data.n_items - 1]] = [3, 0, 2]  # the last has no answer
    wanted = em.start_stats(data, clamp, em.majority_share(data, clamp))
    for name in ("numba", "numpy"):
        with truth.backend(name):
            found = em.start_stats(data, clamp)
        np.testing.assert_allclose(found.counts, wanted.counts, atol=1e-12)
        np.testing.assert_allclose(found.totals, wanted.totals, atol=1e-12)


@pytest.mark.parametrize("max_iter", [1, 2, 5, 200])
@pytest.mark.parametrize("fast", [False, True])
def test_the_posterior_is_that_of_the_last_parameters(max_iter, fast):
    data = crowd(3, seed=8)
    found = truth.dawid_skene(data, max_iter=max_iter, fast=fast)
    assert fast or found.converged == (max_iter == 200)
    assert found.fit is not None
    posterior = np.empty_like(found.posterior)
    em.e_step(data, em.Params(found.fit.table, found.fit.prior), posterior=posterior)
    np.testing.assert_array_equal(found.posterior, posterior)


def test_a_census_and_the_likeliest_labels():
    data = Responses.from_arrays(
        [0, 0, 0, 1, 2, 2], [1, 1, 0, 1, 3, 1], [0, 2, 2, 0, 2, 2], n_annotators=5, n_labels=4
    )
    posterior = np.array([[0.2, 0.4, 0.4], [1.0, 0.0, 0.0], [0.0, 0.1, 0.9]], dtype=np.float32)
    for name in ("numba", "numpy"):
        with truth.backend(name):
            answers, used, repeats = _kernels.census(data)
            label, share = _kernels.likeliest(posterior)
            assert _kernels.groups(data, 3) == 1
            assert _kernels.groups(crowd(2, clustered=True), 8) == 2
        assert answers.tolist() == [1, 4, 0, 1, 0]
        assert used.tolist() == [True, False, True, False]
        assert repeats == 1
        assert label.tolist() == [1, 0, 2]
        assert (label.dtype, share.dtype) == (np.int32, np.float32)
        np.testing.assert_array_equal(share, posterior[[0, 1, 2], [1, 0, 2]])


def test_every_item_is_in_one_chunk_and_a_fault_in_one_is_told():
    seen = np.zeros((3, 10))

    def run(low, high, own):
        own[low:high] += 1

    _kernels_numba._in_chunks(run, 10, (), seen)
    assert seen.sum(axis=0).tolist() == [1.0] * 10

    def fails(low, high, own):
        if low > 5:
            raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        _kernels_numba._in_chunks(fails, 10, (), seen)
