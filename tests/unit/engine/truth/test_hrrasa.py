"""Choosing among texts by embeddings."""

from __future__ import annotations

import numpy as np
import pytest

from qistas.engine import truth


def test_the_answer_of_the_reliable_is_chosen() -> None:
    rng = np.random.default_rng(0)
    meant = rng.normal(0, 1, (60, 8))
    noise = np.array([0.1, 0.8, 1.5, 1.5])
    item = np.repeat(np.arange(60), 4)
    annotator = np.tile(np.arange(4), 60)
    said = meant[item] + noise[annotator][:, None] * rng.normal(0, 1, (240, 8))
    shuffled = rng.permutation(240)
    result = truth.hrrasa(item[shuffled], annotator[shuffled], said[shuffled])
    assert result.reliability.argmax() == 0
    assert (annotator[shuffled][result.row] == 0).mean() > 0.9
    assert (item[shuffled][result.row] == np.arange(60)).all()
    np.testing.assert_allclose(np.bincount(item[shuffled], weights=result.support), 1.0)
    assert result.converged


def test_a_lone_stranger_does_not_win() -> None:
    same = np.array([[1.0, 0.0], [0.99, 0.05], [0.0, 5.0]])
    result = truth.hrrasa([0, 0, 0], [0, 1, 2], same)
    assert result.row[0] in (0, 1)
    assert result.support.argmin() == 2


def test_edges() -> None:
    nothing = truth.hrrasa([], [], np.empty((0, 3)))
    assert nothing.row.shape == (0,)
    assert nothing.converged
    one = truth.hrrasa([1], [0], [[1.0, 2.0]])
    assert one.row.tolist() == [-1, 0]
    assert one.support.tolist() == [1.0]
    alike = truth.hrrasa([0, 0], [0, 1], [[1.0], [1.0]])
    assert alike.row.tolist() == [0]
    with pytest.raises(ValueError, match="one row an answer"):
        truth.hrrasa([0], [0], [1.0])
    with pytest.raises(ValueError, match="finite"):
        truth.hrrasa([0], [0], [[np.nan]])
    with pytest.raises(ValueError, match="count from zero"):
        truth.hrrasa([-1], [0], [[1.0]])
