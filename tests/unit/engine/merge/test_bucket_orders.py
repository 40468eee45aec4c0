# pyright: basic
"""Orders with ties, merged: against every order there is."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from qistas.engine.merge import kendall_distance, merge_bucket_orders, merge_rankings


def every_order(n, *, ties):
    """Every row of places 0, 1, …, k without a gap."""
    for row in product(range(n), repeat=n):
        k = max(row) + 1
        if set(row) == set(range(k)) and (ties or k == n):
            yield row


def places(groups, n):
    row = np.zeros(n, dtype=int)
    for at, group in enumerate(groups):
        row[list(group)] = at
    return row


def far(row, rows, weights):
    return sum(w * kendall_distance(row, one) for one, w in zip(rows, weights, strict=True))


def test_distance_counts_pairs_and_half_ties():
    assert kendall_distance([0, 1, 2], [0, 1, 2]) == 0
    assert kendall_distance([0, 1, 2], [2, 1, 0]) == 3
    assert kendall_distance([0, 1, 2], [0, 0, 1]) == 0.5
    assert kendall_distance([0, 0, 0], [0, 1, 2]) == 1.5
    # the best one of four: the two, each against two others, as halves
    assert kendall_distance([0, 1, 1, 1], [1, 0, 1, 1]) == 1 + 4 * 0.5


@pytest.mark.parametrize("seed", range(12))
def test_the_order_is_the_nearest_of_all_there_are(seed):
    rng = np.random.default_rng(seed)
    rows = [rng.permutation(4) for _ in range(4)]
    weights = rng.uniform(0.2, 1.0, 4)
    strict = merge_bucket_orders(rows, weights=weights, ties=False)
    least = min(far(row, rows, weights) for row in every_order(4, ties=False))
    assert_allclose(far(places(strict.groups, 4), rows, weights), least)
    assert all(len(group) == 1 for group in strict.groups)
    assert_allclose(strict.agreement, 1 - least / weights.sum() / 6)


@pytest.mark.parametrize("seed", range(12))
def test_with_ties_no_cut_of_the_order_comes_nearer(seed):
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, 3, 5) for _ in range(3)]
    weights = rng.uniform(0.2, 1.0, 3)
    found = merge_bucket_orders(rows, weights=weights)
    flat = [code for group in found.groups for code in group]
    mine = far(places(found.groups, 5), rows, weights)
    for count in range(5):
        for cuts in combinations(range(1, 5), count):
            edges = [0, *cuts, 5]
            groups = [flat[a:b] for a, b in pairwise(edges)]
            assert mine <= far(places(groups, 5), rows, weights) + 1e-9
    everything = min(far(row, rows, weights) for row in every_order(5, ties=True))
    assert mine <= everything * 1.25 + 1e-9


def test_without_ties_it_is_what_kemeny_finds():
    rankings = [[0, 1, 2, 3, 4], [1, 2, 0, 4, 3], [2, 0, 1, 3, 4], [4, 0, 1, 2, 3]]
    rows = [np.argsort(order) for order in rankings]
    theirs = merge_rankings(rankings)
    ours = merge_bucket_orders(rows, ties=False)
    assert [group[0] for group in ours.groups] == theirs.order.tolist()
    assert_allclose(ours.agreement, theirs.agreement)
    assert_allclose(ours.support, theirs.support)


def test_a_majority_of_ties_is_a_tie_and_contrary_orders_are_one():
    assert merge_bucket_orders([[0, 0, 1], [0, 0, 1], [0, 1, 2]]).groups == ((0, 1), (2,))
    assert merge_bucket_orders([[0, 1], [1, 0]]).groups == ((0, 1),)
    assert merge_bucket_orders([[0, 1], [1, 0]], ties=False).groups == ((0,), (1,))


def test_beyond_the_exact_no_neighbours_are_the_wrong_way_round():
    rng = np.random.default_rng(3)
    n = 16
    rows = np.stack([rng.permutation(n) for _ in range(9)])
    order = [group[0] for group in merge_bucket_orders(rows, ties=False).groups]
    assert sorted(order) == list(range(n))
    for a, b in pairwise(order):
        assert (rows[:, a] < rows[:, b]).sum() >= 5


def test_borda_goes_by_mean_places_and_what_makes_no_sense_is_refused():
    rows = [[0, 1, 2, 3], [0, 1, 2, 3], [3, 0, 1, 2]]
    assert merge_bucket_orders(rows, ties=False, method="borda").groups == ((1,), (0,), (2,), (3,))
    assert merge_bucket_orders(rows, ties=False).groups == ((0,), (1,), (2,), (3,))
    with pytest.raises(ValueError, match="method"):
        merge_bucket_orders(rows, method="dice")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no order"):
        merge_bucket_orders(np.zeros((0, 3)))
    with pytest.raises(ValueError, match="weights"):
        merge_bucket_orders(rows, weights=[0, 0, 0])
