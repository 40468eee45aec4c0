# pyright: basic, reportArgumentType=false
import numpy as np
import pytest
from scipy.optimize import minimize

from qistas.engine.rating import Comparisons, Rankings, bradley_terry, plackett_luce


def rankings_of(rng, strength, m, size):
    out = []
    for _ in range(m):
        items = rng.choice(len(strength), size, replace=False)
        noise = strength[items] + rng.gumbel(0, 1, size)
        out.append(items[np.argsort(-noise)])
    return out


def log_likelihood(theta, lists):
    total = 0.0
    for r in lists:
        t = theta[r]
        for s in range(len(r) - 1):
            total += t[s] - np.log(np.exp(t[s:]).sum())
    return total


def test_equals_a_general_optimiser():
    rng = np.random.default_rng(0)
    strength = np.array([1.0, 0.5, 0.0, -0.5, -1.0])
    lists = [*rankings_of(rng, strength, 60, 4), *rankings_of(rng, strength, 40, 2)]
    got = plackett_luce(Rankings.from_lists(lists))
    found = minimize(lambda u: -log_likelihood(np.append(u, -u.sum()), lists), np.zeros(4), method="BFGS")
    assert got.strength == pytest.approx(np.append(found.x, -found.x.sum()), abs=1e-4)
    assert got.log_likelihood == pytest.approx(-found.fun, abs=1e-7)
    assert got.log_likelihood == pytest.approx(log_likelihood(got.strength, lists), abs=1e-9)
    assert got.converged


def test_pairs_are_bradley_terry():
    rng = np.random.default_rng(1)
    lists = rankings_of(rng, np.array([0.8, 0.0, -0.8]), 300, 2)
    a, b = np.array(lists).T
    bt = bradley_terry(Comparisons.from_arrays(a, b, a))
    for intervals in ("sandwich", "model"):
        got = plackett_luce(Rankings.from_lists(lists), intervals=intervals)
        assert got.strength == pytest.approx(bt.strength, abs=1e-6)
        assert got.error == pytest.approx(
            bradley_terry(Comparisons.from_arrays(a, b, a), intervals=intervals).error, rel=1e-4
        )
    assert bt.log_likelihood == pytest.approx(got.log_likelihood)


def test_intervals_cover_in_simulation():
    rng = np.random.default_rng(2)
    strength = np.array([1.0, 0.4, 0.0, -0.4, -1.0])
    inside = []
    for _ in range(120):
        got = plackett_luce(Rankings.from_lists(rankings_of(rng, strength, 120, 4)))
        inside.append((got.low <= strength) & (strength <= got.high))
    assert 0.91 <= np.mean(inside) <= 0.98


def test_degenerate():
    none = plackett_luce(Rankings.from_lists([], n_items=3))
    assert (none.strength == 0).all()
    assert "no ranking" in str(none.warning)
    single = plackett_luce(Rankings.from_lists([[0], [1], []]))
    assert "no ranking" in str(single.warning)
    always = plackett_luce(Rankings.from_lists([[0, 1, 2]] * 5))
    assert np.isfinite(always.strength).all()
    assert always.strength[0] > always.strength[1] > always.strength[2]
    assert "normal prior" in str(always.warning)
    with pytest.raises(ValueError, match="twice"):
        Rankings.from_lists([[0, 0]])
    with pytest.raises(ValueError, match="negative"):
        Rankings.from_lists([[0, -1]])


def test_weights_count_like_repetitions_and_large_strengths_do_not_overflow():
    lists = rankings_of(np.random.default_rng(3), np.array([0.5, 0.0, -0.5]), 50, 3)
    a = plackett_luce(Rankings.from_lists(lists), weight=np.full(50, 3.0), intervals="model")
    b = plackett_luce(Rankings.from_lists(lists * 3), intervals="model")
    assert a.strength == pytest.approx(b.strength, abs=1e-7)
    assert a.error == pytest.approx(b.error, rel=1e-5)
    far = plackett_luce(Rankings.from_lists([[0, 1]] * 400 + [[1, 0]]))
    assert far.strength[0] - far.strength[1] == pytest.approx(np.log(400), abs=1e-3)
