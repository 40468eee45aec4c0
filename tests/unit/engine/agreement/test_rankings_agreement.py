# pyright: basic
"""Agreement on rankings against the definition, pair of answers by pair of answers."""

import math

import numpy as np
from numpy.testing import assert_allclose

from qistas.engine.agreement import rankings_agreement
from qistas.engine.merge import kendall_distance


def by_definition(item, rows):
    item = np.asarray(item)
    kept = [k for k in range(len(item)) if (item == item[k]).sum() > 1]
    observed = 0.0
    for code in set(item[kept].tolist()):
        own = [k for k in kept if item[k] == code]
        observed += sum(kendall_distance(rows[a], rows[b]) for a in own for b in own if a != b) / (
            len(own) - 1
        )
    n = len(kept)
    chance = sum(kendall_distance(rows[a], rows[b]) for a in kept for b in kept if a != b) / (n - 1)
    return 1 - observed / chance


def test_it_is_the_definition():
    rng = np.random.default_rng(5)
    item = [4, 4, 4, 9, 9, 7, 2, 2, 2, 2]
    rows = np.stack([rng.integers(0, 4, 4) for _ in item])
    found = rankings_agreement(item, rows, rng=rng, n_bootstrap=200)
    assert_allclose(found.value, by_definition(item, rows))
    assert (found.n_items, found.n_pairable) == (3, 9)
    assert found.low <= found.value <= found.high


def test_chance_is_nothing_and_alike_is_one():
    rng = np.random.default_rng(6)
    rows = np.stack([rng.permutation(5) for _ in range(600)])
    item = np.arange(600) // 3
    chance = rankings_agreement(item, rows, rng=rng, n_bootstrap=200)
    assert abs(chance.value) < 0.05
    assert chance.low < 0 < chance.high
    alike = rankings_agreement(item, rows[item * 3], rng=rng, n_bootstrap=200)
    assert alike.value == 1.0
    same = rankings_agreement([0, 0, 1, 1], [[0, 1, 2]] * 4, rng=rng)
    assert same.value == 1.0
    assert math.isnan(same.low)
    assert same.warning
    assert math.isnan(rankings_agreement([0, 1], [[0, 1], [1, 0]], rng=rng).value)
