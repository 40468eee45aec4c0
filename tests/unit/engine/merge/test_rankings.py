# pyright: basic, reportArgumentType=false
from itertools import permutations

import numpy as np
import pytest

from qistas.engine.merge import merge_rankings
from qistas.engine.merge.rankings import kemeny_order


def test_kemeny_is_the_best_of_all_orders():
    rng = np.random.default_rng(0)
    for _ in range(15):
        before = rng.integers(0, 5, (5, 5)).astype(float)
        np.fill_diagonal(before, 0)

        def cost(order, before=before):
            return sum(before[order[j], order[i]] for i in range(5) for j in range(i + 1, 5))

        best = min(permutations(range(5)), key=lambda o: (cost(o), o))
        assert tuple(kemeny_order(before)) == best


def test_condorcet_winner_wins_under_kemeny_but_not_under_borda():
    rankings = [[0, 1, 2]] * 3 + [[1, 2, 0]] * 2
    assert merge_rankings(rankings, method="kemeny").order.tolist() == [0, 1, 2]
    assert merge_rankings(rankings, method="borda").order.tolist() == [1, 0, 2]


def test_scores_support_and_agreement():
    got = merge_rankings([[0, 1, 2], [0, 2, 1], [0, 1, 2]], method="borda")
    assert got.score == pytest.approx([2, 2 / 3, 1 / 3])
    assert got.support == pytest.approx([1, 2 / 3])
    assert got.agreement == pytest.approx(8 / 9)


@pytest.mark.parametrize("method", ["borda", "kemeny", "plackett_luce"])
def test_all_methods_find_a_clear_order_from_partial_rankings(method):
    rng = np.random.default_rng(1)
    strength = np.linspace(4, -4, 8)
    rankings = []
    for _ in range(60):
        items = rng.choice(8, 4, replace=False)
        rankings.append(items[np.argsort(-(strength[items] + rng.gumbel(0, 1, 4)))])
    got = merge_rankings(rankings, method=method)
    # Borda depends on whom an item happened to meet in partial rankings.
    assert np.abs(got.order - np.arange(8)).max() <= (2 if method == "borda" else 1)
    assert got.agreement > 0.85


def test_weights():
    assert merge_rankings([[0, 1], [1, 0]], weights=[1, 2]).order.tolist() == [1, 0]
    assert merge_rankings([[0, 1], [1, 0]]).order.tolist() == [0, 1]


def test_degenerate_and_errors():
    for method in ("borda", "kemeny", "plackett_luce"):
        got = merge_rankings([], n_items=3, method=method)
        assert got.order.tolist() == [0, 1, 2]
        assert np.isnan(got.agreement)
        assert got.warning
    assert len(merge_rankings([]).order) == 0
    assert merge_rankings([[0]]).order.tolist() == [0]
    with pytest.raises(ValueError, match="borda"):
        merge_rankings([list(range(17))])
    with pytest.raises(ValueError, match="twice"):
        merge_rankings([[0, 0]])
    with pytest.raises(ValueError, match="method"):
        merge_rankings([[0]], method="x")


def test_sixteen_items_are_exact_and_quick():
    rng = np.random.default_rng(2)
    got = merge_rankings([rng.permutation(16) for _ in range(5)])
    assert sorted(got.order.tolist()) == list(range(16))
