# pyright: basic, reportArgumentType=false
import numpy as np
import pytest

from qistas.engine.assign import confusion_from_accuracy, offer_tasks, rank_items

P = np.array([[0.5, 0.5], [0.9, 0.1], [0.7, 0.3]])
C = confusion_from_accuracy([0.6, 0.9, 0.8], 2)


def test_the_most_doubtful_item_goes_to_the_most_able():
    got = offer_tasks(P, C, 3)
    assert got.item.tolist() == [0, 2, 1]
    assert got.annotator.tolist() == [1, 1, 1]
    assert (np.diff(got.gain) <= 0).all()


def test_capacity_walls_and_price():
    assert offer_tasks(P, C, 3, capacity=[5, 1, 1]).annotator.tolist() == [1, 2, 0]
    allowed = np.ones((3, 3), dtype=bool)
    allowed[:, 1] = False
    assert 1 not in offer_tasks(P, C, 3, allowed=allowed).annotator
    assert offer_tasks(P, C, 3, cost=[1, 10, 1]).annotator.tolist() == [2, 2, 2]
    assert np.bincount(offer_tasks(P, C, 9, cost=1.0, per_item=2).item).tolist() == [2, 2, 2]


def test_fairness_spreads_the_work():
    p = np.full((30, 2), 0.5)
    greedy = np.bincount(offer_tasks(p, C, 30).annotator, minlength=3)
    fair = np.bincount(offer_tasks(p, C, 30, fairness=1.0).annotator, minlength=3)
    assert greedy.tolist() == [0, 30, 0]
    assert fair.min() >= 7
    rested = offer_tasks(p, C, 1, fairness=1.0, load=[0, 50, 50])
    assert rested.annotator.tolist() == [0]


def test_one_annotator_asks_for_work():
    got = rank_items(P, C[1], allowed=[True, True, False])
    assert got.item.tolist() == [0, 1]
    dear = rank_items(P, C[1], cost=[100.0, 1.0, 1.0])
    assert dear.item.tolist() == [2, 1, 0]


def test_degenerate_and_errors():
    assert len(offer_tasks(np.zeros((0, 2)), C, 5).item) == 0
    assert len(offer_tasks(P, np.zeros((0, 2, 2)), 5).item) == 0
    assert len(offer_tasks(P, C, 5, allowed=np.zeros((3, 3))).item) == 0
    assert len(offer_tasks(P, C, 0).item) == 0
    for options in (
        {"fairness": 2.0},
        {"allowed": np.ones((2, 2))},
        {"capacity": [1]},
        {"cost": 0.0},
        {"per_item": 0},
    ):
        with pytest.raises(ValueError):
            offer_tasks(P, C, 1, **options)
