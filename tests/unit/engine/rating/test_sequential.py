# pyright: basic, reportArgumentType=false
from math import comb

import numpy as np
import pytest

from qistas.engine.rating import sequential_preference


def test_false_alarms_stay_below_alpha_however_often_one_looks():
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(400):
        x = rng.choice([1, 0, -1], size=400, p=[0.4, 0.2, 0.4])
        alarms += sequential_preference(x, alpha=0.1).decided_at is not None
    assert alarms / 400 <= 0.1


def test_a_real_preference_is_found_and_the_interval_holds_it():
    rng = np.random.default_rng(1)
    found, inside = 0, 0
    for _ in range(100):
        x = np.where(rng.random(400) < 0.65, 1, -1)
        got = sequential_preference(x)
        found += got.winner == 1
        inside += got.low <= 0.65 <= got.high
        if got.decided_at is not None:
            assert got.p_value <= 0.05
    assert found >= 95
    assert inside >= 93


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("null", [0.5, 0.3])
def test_the_expected_e_value_under_the_null_is_one(null, alternative):
    """Summed exactly over all numbers of wins in 12 answers."""
    total = 0.0
    for wins in range(13):
        got = sequential_preference([1] * wins + [-1] * (12 - wins), null=null, alternative=alternative)
        total += comb(12, wins) * null**wins * (1 - null) ** (12 - wins) * got.e_value[-1]
    assert total == pytest.approx(1.0, abs=1e-9)


def test_one_sided():
    x = np.array([-1] * 60)
    assert sequential_preference(x, alternative="greater").decided_at is None
    less = sequential_preference(x, alternative="less")
    assert less.winner == -1
    assert (less.low, less.high < 0.2) == (0.0, True)
    assert sequential_preference(-x, alternative="greater").high == 1.0


def test_sides_are_mirrored():
    x = np.random.default_rng(3).choice([1, 0, -1], 80)
    a, b = sequential_preference(x), sequential_preference(-x)
    assert a.e_value == pytest.approx(b.e_value)
    assert a.low == pytest.approx(1 - b.high, abs=1e-6)
    assert a.winner == -b.winner


def test_degenerate_and_errors():
    got = sequential_preference([])
    assert (got.p_value, got.low, got.high, got.winner) == (1.0, 0.0, 1.0, 0)
    ties = sequential_preference([0] * 500)
    assert ties.decided_at is None
    assert ties.low < 0.5 < ties.high
    for bad in ([2], [0.3], [[1, 0]]):
        with pytest.raises(ValueError, match="outcome"):
            sequential_preference(bad)
    with pytest.raises(ValueError, match="between"):
        sequential_preference([1], null=1.0)
