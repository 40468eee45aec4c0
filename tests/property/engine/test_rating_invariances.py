# pyright: basic, reportArgumentType=false
"""What strengths must not depend on, over random comparisons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.engine.rating import Comparisons, Rankings, bradley_terry, crowd_bradley_terry, plackett_luce

N = 5


@st.composite
def tables(draw):
    m = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    left = rng.integers(0, N, m)
    right = (left + rng.integers(1, N, m)) % N
    winner = np.where(rng.random(m) < 0.2, -1, np.where(rng.random(m) < 0.5, left, right))
    return left, right, winner, rng.integers(0, 4, m)


def fit(table, ties="davidson", **options):
    return bradley_terry(Comparisons.from_arrays(*table, n_items=N), ties=ties, prior_sd=2.0, **options)


KINDS = st.sampled_from(["davidson", "rao_kupper", "half", "ignore"])


@settings(max_examples=40)
@given(tables(), KINDS)
def test_sides_do_not_matter(table, ties):
    left, right, winner, who = table
    a, b = fit(table, ties), fit((right, left, winner, who), ties)
    assert a.strength == pytest.approx(b.strength, abs=1e-6)
    assert a.error == pytest.approx(b.error, abs=1e-5)


@settings(max_examples=40)
@given(tables(), KINDS, st.permutations(range(N)))
def test_names_of_items_do_not_matter(table, ties, names):
    left, right, winner, who = table
    name = np.array([*names, -1])
    a, b = fit(table, ties), fit((name[left], name[right], name[winner], who), ties)
    assert a.strength == pytest.approx(b.strength[name[:N]], abs=1e-6)


@settings(max_examples=40)
@given(tables())
def test_wins_and_losses_exchanged_turn_strengths_round(table):
    left, right, winner, who = table
    other = np.where(winner == -1, -1, np.where(winner == left, right, left))
    assert fit(table).strength == pytest.approx(-fit((left, right, other, who)).strength, abs=1e-6)


@settings(max_examples=30)
@given(tables())
def test_strengths_have_mean_zero_and_inputs_stay(table):
    copies = [c.copy() for c in table]
    got = fit(table)
    assert got.strength.mean() == pytest.approx(0.0, abs=1e-9)
    assert (got.low <= got.strength).all()
    assert (got.strength <= got.high).all()
    crowd = crowd_bradley_terry(Comparisons.from_arrays(*table, n_items=N))
    assert ((crowd.reliability > 0) & (crowd.reliability <= 1)).all()
    for now, then in zip(table, copies, strict=True):
        assert np.array_equal(now, then)


@settings(max_examples=30)
@given(st.lists(st.permutations(range(N)), min_size=1, max_size=12), st.permutations(range(N)))
def test_plackett_luce_does_not_know_names_or_order(lists, names):
    name = np.array(names)
    a = plackett_luce(Rankings.from_lists(lists), prior_sd=2.0)
    b = plackett_luce(Rankings.from_lists([name[list(r)] for r in reversed(lists)]), prior_sd=2.0)
    assert a.strength == pytest.approx(b.strength[name], abs=1e-6)
    assert a.error == pytest.approx(b.error[name], abs=1e-5)
