# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.rating import Comparisons, bradley_terry, choose_pairs


def play(rng, strength, left, right):
    return np.where(rng.random(len(left)) < 1 / (1 + np.exp(strength[right] - strength[left])), left, right)


def wrong_order(estimate, strength):
    i, j = np.triu_indices(len(strength), 1)
    return np.mean((estimate[i] > estimate[j]) != (strength[i] > strength[j]))


@pytest.mark.parametrize("aim", ["order", "strengths"])
def test_chosen_pairs_beat_random_pairs(aim):
    errors = {"chosen": [], "random": []}
    for seed in range(6):
        for way in errors:
            rng = np.random.default_rng(seed)
            strength = np.linspace(-3, 3, 16)
            left, right = rng.integers(0, 16, 40), rng.integers(1, 16, 40)
            right = (left + right) % 16
            winner = play(rng, strength, left, right)
            for _ in range(20):
                fit = bradley_terry(
                    Comparisons.from_arrays(left, right, winner, n_items=16), intervals="model", prior_sd=3.0
                )
                if way == "chosen":
                    more = choose_pairs(fit, 10, aim=aim)
                else:
                    a = rng.integers(0, 16, 10)
                    more = np.stack([a, (a + rng.integers(1, 16, 10)) % 16], axis=1)
                winner = np.append(winner, play(rng, strength, more[:, 0], more[:, 1]))
                left, right = np.append(left, more[:, 0]), np.append(right, more[:, 1])
            fit = bradley_terry(
                Comparisons.from_arrays(left, right, winner, n_items=16), intervals="none", prior_sd=3.0
            )
            errors[way].append(
                wrong_order(fit.strength, strength)
                if aim == "order"
                else np.abs(fit.strength - strength).mean()
            )
    assert np.mean(errors["chosen"]) < np.mean(errors["random"])


def test_a_batch_spreads_out_and_new_items_come_first():
    rng = np.random.default_rng(0)
    left = rng.integers(0, 5, 400)
    right = (left + rng.integers(1, 5, 400)) % 5
    data = Comparisons.from_arrays(left, right, play(rng, np.zeros(5), left, right), n_items=6)
    fit = bradley_terry(data, intervals="model", prior_sd=3.0)
    pairs = choose_pairs(fit, 4)
    assert (pairs == 5).any(axis=1).all()
    assert len({tuple(p) for p in pairs.tolist()}) >= 3


def test_only_allowed_pairs_are_chosen():
    fit = bradley_terry(
        Comparisons.from_arrays([0, 1, 2], [1, 2, 0], [0, 1, 2], n_items=4), intervals="model", prior_sd=3.0
    )
    allowed = np.zeros((4, 4), dtype=bool)
    allowed[2, 1] = True
    assert choose_pairs(fit, 2, allowed=allowed).tolist() == [[1, 2], [1, 2]]
    assert choose_pairs(fit, 2, allowed=np.zeros((4, 4))).shape == (0, 2)


def test_clear_errors():
    data = Comparisons.from_arrays([0, 1], [1, 0], [0, 1])
    with pytest.raises(ValueError, match="covariance"):
        choose_pairs(bradley_terry(data, intervals="none"), 1)
    with pytest.raises(ValueError, match="aim"):
        choose_pairs(bradley_terry(data), 1, aim="fun")
