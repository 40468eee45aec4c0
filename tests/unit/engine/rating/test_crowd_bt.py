# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.rating import Comparisons, bradley_terry, crowd_bradley_terry


def crowd(seed=0, n=20, people=30, each=80, bad=10):
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, 1.5, n)
    strength -= strength.mean()
    reliability = np.where(np.arange(people) < people - bad, 0.97, 0.35)
    who = np.repeat(np.arange(people), each)
    m = len(who)
    left = rng.integers(0, n, m)
    right = (left + rng.integers(1, n, m)) % n
    p = 1 / (1 + np.exp(strength[right] - strength[left]))
    p = reliability[who] * p + (1 - reliability[who]) * (1 - p)
    winner = np.where(rng.random(m) < p, left, right)
    return strength, reliability, Comparisons.from_arrays(left, right, winner, who)


def test_unreliable_annotators_are_found_and_discounted():
    strength, reliability, data = crowd()
    got = crowd_bradley_terry(data)
    plain = bradley_terry(data, intervals="none").strength
    assert got.converged
    assert got.reliability[reliability > 0.5].min() > got.reliability[reliability < 0.5].max()
    assert np.abs(got.ratings.strength - strength).mean() < 0.6 * np.abs(plain - strength).mean()
    covered = (got.reliability_low <= reliability) & (reliability <= got.reliability_high)
    assert covered.mean() > 0.8


def test_likelihood_beats_that_of_full_trust():
    _, _, data = crowd(seed=1)
    got = crowd_bradley_terry(data)
    plain = bradley_terry(data, intervals="none", prior_sd=3.0)
    assert got.log_likelihood > plain.log_likelihood


def test_degenerate():
    got = crowd_bradley_terry(Comparisons.from_arrays([], [], [], n_items=3))
    assert "no comparison" in str(got.warning)
    tied = crowd_bradley_terry(Comparisons.from_arrays([0, 1], [1, 0], [-1, -1], [0, 1]))
    assert tied.ratings.strength == pytest.approx([0, 0], abs=1e-9)
    one = crowd_bradley_terry(Comparisons.from_arrays([0], [1], [0], [5]))
    assert np.isfinite(one.ratings.strength).all()
    assert len(one.reliability) == 6
    with pytest.raises(ValueError, match="at least 1"):
        crowd_bradley_terry(Comparisons.from_arrays([0], [1], [0]), prior=(0.5, 1.0))
