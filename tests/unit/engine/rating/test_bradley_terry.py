# pyright: basic, reportArgumentType=false
import numpy as np
import pytest
from scipy.optimize import minimize

from qistas.engine.rating import Comparisons, bradley_terry, count_pairs, win_probability
from qistas.engine.rating.likelihood import probabilities


def simulate(rng, strength, m, *, model="bradley_terry", eta=0.0, shift=None, n_annotators=1):
    n = len(strength)
    left = rng.integers(0, n, m)
    right = (left + rng.integers(1, n, m)) % n
    gap = strength[left] - strength[right] + (0.0 if shift is None else shift)
    p_left, p_right, _ = probabilities(model, gap, eta)
    u = rng.random(m)
    winner = np.where(u < p_left, left, np.where(u < p_left + p_right, right, -1))
    return Comparisons.from_arrays(left, right, winner, rng.integers(0, n_annotators, m), n_items=n)


def spread(n, seed=0):
    strength = np.random.default_rng(seed).normal(0, 1, n)
    return strength - strength.mean()


def brute(data, model):
    """Maximise the likelihood, written down anew, with a general optimiser."""
    n = data.n_items

    def loss(u):
        theta = np.append(u[: n - 1], -u[: n - 1].sum())
        d = theta[data.left] - theta[data.right]
        p = np.stack(probabilities(model, d, u[-1] if model != "rao_kupper" else np.exp(u[-1])))
        return -sum(np.log(p[k, data.outcome == o]).sum() for k, o in enumerate((1, -1, 0)))

    found = minimize(loss, np.zeros(n), method="BFGS", options={"gtol": 1e-8})
    theta = np.append(found.x[: n - 1], -found.x[: n - 1].sum())
    return theta, -found.fun


@pytest.mark.parametrize(("model", "eta"), [("bradley_terry", 0.0), ("davidson", -0.3), ("rao_kupper", 0.5)])
def test_equals_a_general_optimiser(model, eta):
    data = simulate(np.random.default_rng(1), spread(6), 600, model=model, eta=eta)
    got = bradley_terry(data, ties="davidson" if model == "bradley_terry" else model)
    theta, value = brute(data, model)
    assert got.model == model
    assert got.converged
    assert got.log_likelihood == pytest.approx(value, abs=1e-6)
    assert got.strength == pytest.approx(theta, abs=1e-4)


@pytest.mark.parametrize("model", ["davidson", "rao_kupper"])
def test_the_tie_parameter_comes_back(model):
    data = simulate(np.random.default_rng(2), spread(10), 30_000, model=model, eta=0.4)
    got = bradley_terry(data, ties=model)
    assert got.tie == pytest.approx(0.4, abs=0.05)
    assert np.abs(got.strength - spread(10)).max() < 0.12


def test_ties_by_half_and_left_out():
    data = simulate(np.random.default_rng(2), spread(5), 800, model="davidson", eta=0.0)
    decided = data.outcome != 0
    bare = Comparisons.from_arrays(
        data.left[decided],
        data.right[decided],
        np.where(data.outcome[decided] == 1, data.left[decided], data.right[decided]),
    )
    assert bradley_terry(data, ties="ignore").strength == pytest.approx(bradley_terry(bare).strength)
    half = bradley_terry(data, ties="half").strength
    assert np.abs(half).max() < np.abs(bradley_terry(bare).strength).max()


@pytest.mark.parametrize("n", [450, 3100])
def test_the_large_solvers_reach_a_stationary_point(n):
    data = simulate(np.random.default_rng(3), spread(n), 30 * n, n_annotators=1)
    got = bradley_terry(data, intervals="none", prior_sd=3.0)
    gap = got.strength[data.left] - got.strength[data.right]
    residual = (data.outcome == 1) - 1 / (1 + np.exp(-gap))
    gradient = np.bincount(data.left, residual, n) - np.bincount(data.right, residual, n) - got.strength / 9
    assert got.converged
    assert np.abs(gradient).max() < 1e-3


def test_position_and_covariates_are_taken_apart_from_strength():
    rng = np.random.default_rng(4)
    strength = spread(8)
    m = 20_000
    style = rng.normal(0, 1, (m, 2))
    data = simulate(rng, strength, m, shift=0.5 + style @ np.array([0.8, -0.4]))
    got = bradley_terry(data, covariates=style, position=True)
    assert got.effects == pytest.approx([0.8, -0.4, 0.5], abs=0.08)
    assert np.abs(got.strength - strength).max() < 0.12
    assert (got.effects_error > 0.005).all()
    assert (got.effects_error < 0.05).all()
    side_only = bradley_terry(data, position=True)
    assert len(side_only.effects) == 1


def test_model_and_sandwich_agree_where_the_model_holds():
    data = simulate(np.random.default_rng(5), spread(6), 20_000)
    model, sandwich = bradley_terry(data, intervals="model"), bradley_terry(data)
    assert sandwich.error == pytest.approx(model.error, rel=0.05)
    counted = bradley_terry(count_pairs(data))
    assert counted.strength == pytest.approx(sandwich.strength, abs=1e-8)
    assert counted.error == pytest.approx(sandwich.error, rel=1e-6)
    drawn = bradley_terry(data, intervals="bootstrap", rng=np.random.default_rng(0), n_bootstrap=150)
    assert drawn.error == pytest.approx(model.error, rel=0.35)
    assert drawn.low == pytest.approx(sandwich.low, abs=0.04)


@pytest.mark.parametrize("intervals", ["model", "sandwich"])
def test_intervals_cover_in_simulation(intervals):
    rng = np.random.default_rng(6)
    strength = spread(6)
    inside = []
    for _ in range(150):
        got = bradley_terry(simulate(rng, strength, 500), intervals=intervals)
        inside.append((got.low <= strength) & (strength <= got.high))
    assert 0.92 <= np.mean(inside) <= 0.98


def test_the_sandwich_sees_that_annotators_have_tastes_of_their_own():
    """Each annotator's answers hang together; intervals that ignore it are too narrow."""
    rng = np.random.default_rng(7)
    strength = spread(5)
    errors = {"model": [], "sandwich": [], "bootstrap": []}
    for _ in range(60):
        taste = rng.normal(0, 1.0, (40, 5))
        who = np.repeat(np.arange(40), 50)
        left = rng.integers(0, 5, 2000)
        right = (left + rng.integers(1, 5, 2000)) % 5
        gap = (strength[left] + taste[who, left]) - (strength[right] + taste[who, right])
        winner = np.where(rng.random(2000) < 1 / (1 + np.exp(-gap)), left, right)
        data = Comparisons.from_arrays(left, right, winner, who)
        for kind, seen in errors.items():
            got = bradley_terry(data, intervals=kind, rng=rng, n_bootstrap=60)
            seen.append(got.error.mean())
    assert np.mean(errors["sandwich"]) > 2.0 * np.mean(errors["model"])
    assert np.mean(errors["bootstrap"]) == pytest.approx(np.mean(errors["sandwich"]), rel=0.15)


def test_an_item_that_always_wins_is_kept_finite_and_said():
    data = Comparisons.from_arrays([0, 0, 1], [1, 2, 2], [0, 0, 1])
    got = bradley_terry(data)
    assert np.isfinite(got.strength).all()
    assert got.strength[0] > got.strength[1] > got.strength[2]
    assert "normal prior" in str(got.warning)


def test_groups_that_never_meet_are_said():
    data = Comparisons.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [0, 1, 2, 3])
    assert "never compared" in str(bradley_terry(data).warning)
    alone = Comparisons.from_arrays([0, 1], [1, 0], [0, 1], n_items=3)
    got = bradley_terry(alone)
    assert got.strength[2] == pytest.approx(0.0)
    assert got.high[2] - got.low[2] > 5


def test_nothing_one_item_and_ties_only():
    for data in (Comparisons.from_arrays([], [], []), Comparisons.from_arrays([], [], [], n_items=4)):
        got = bradley_terry(data)
        assert (got.strength == 0).all()
        assert "no comparison" in str(got.warning)
    assert np.isnan(bradley_terry(Comparisons.from_arrays([], [], [], n_items=4)).low).all()
    tied = Comparisons.from_arrays([0, 1], [1, 2], [-1, -1])
    for ties in ("davidson", "rao_kupper", "half", "ignore"):
        got = bradley_terry(tied, ties=ties)
        assert got.strength == pytest.approx([0, 0, 0], abs=1e-6)


def test_win_probabilities_add_up_and_follow_the_data():
    data = simulate(np.random.default_rng(8), np.array([0.5, -0.5]), 40_000, model="davidson", eta=0.0)
    p = win_probability(bradley_terry(data), [0, 1], [1, 0])
    assert p.sum(axis=1) == pytest.approx(1.0)
    seen = np.mean(np.where(data.left == 0, data.outcome, -data.outcome) == 1)
    assert p[0, 0] == pytest.approx(seen, abs=0.005)
    assert p[0, 0] == pytest.approx(p[1, 1])


def test_weights_count_like_repetitions():
    data = simulate(np.random.default_rng(9), spread(4), 300)
    twice = Comparisons.from_arrays(
        np.tile(data.left, 2),
        np.tile(data.right, 2),
        np.tile(np.where(data.outcome == 1, data.left, data.right), 2),
    )
    a = bradley_terry(data, weight=np.full(300, 2.0), intervals="model")
    b = bradley_terry(twice, intervals="model")
    assert a.strength == pytest.approx(b.strength, abs=1e-8)
    assert a.error == pytest.approx(b.error, abs=1e-8)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([0], [0], [0]), "with itself"),
        (([0], [1], [2]), "neither of the two"),
        (([0, 1], [1], [0]), "one length"),
        (([-1], [1], [1]), "negative"),
        (([0.5], [1], [1]), "whole numbers"),
        ((["a"], ["b"], ["a"]), "integer codes"),
    ],
)
def test_clear_errors(columns, words):
    with pytest.raises(ValueError, match=words):
        Comparisons.from_arrays(*columns)


def test_clear_errors_of_the_fit():
    data = simulate(np.random.default_rng(0), spread(3), 30)
    for options, words in (
        ({"ties": "x"}, "ties"),
        ({"intervals": "x"}, "intervals"),
        ({"prior_sd": 0.0}, "prior_sd"),
        ({"intervals": "bootstrap"}, "rng"),
        ({"covariates": np.zeros((3, 1))}, "one row"),
        ({"covariates": np.full((30, 1), np.nan)}, "finite"),
        ({"weight": np.ones(3)}, "weight"),
    ):
        with pytest.raises(ValueError, match=words):
            bradley_terry(data, **options)
    with pytest.raises(ValueError, match="need the comparisons"):
        bradley_terry(count_pairs(data), position=True)
