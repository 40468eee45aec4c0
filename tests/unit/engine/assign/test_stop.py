# pyright: basic, reportArgumentType=false
import math

import numpy as np
import pytest

from qistas.engine.assign import Reason, StopRule, decide_stop, gain_per_answer

P = np.array([[0.99, 0.01], [0.6, 0.4], [0.99, 0.01], [0.6, 0.4]])


def reasons(decision):
    return [Reason(r) for r in decision.reason]


def test_the_order_of_reasons():
    got = decide_stop(P, [2, 2, 1, 5], StopRule(target=0.95, min_overlap=2, max_overlap=5))
    assert reasons(got) == [Reason.TARGET, Reason.OPEN, Reason.TOO_FEW, Reason.MAXIMUM]
    assert got.done.tolist() == [True, False, False, True]
    assert got.expected_accuracy == pytest.approx(0.795)


def test_a_target_for_the_project_is_a_target_on_average():
    rule = StopRule(target=0.79, scope="project", min_overlap=2)
    got = decide_stop(P, [2, 2, 1, 2], rule)
    assert reasons(got) == [
        Reason.PROJECT_TARGET,
        Reason.PROJECT_TARGET,
        Reason.TOO_FEW,
        Reason.PROJECT_TARGET,
    ]
    assert not decide_stop(P, [2, 2, 2, 2], StopRule(target=0.8, scope="project")).done.any()


def test_an_answer_that_costs_more_than_it_brings_is_not_asked_for():
    rule = StopRule(target=0.999, cost=0.1, error_cost=2.0)
    got = decide_stop(P, [1, 1, 1, 1], rule, accuracy_gain=[0.01, 0.2, 0.04, 0.06])
    assert reasons(got) == [Reason.NOT_WORTH_IT, Reason.OPEN, Reason.NOT_WORTH_IT, Reason.OPEN]
    with pytest.raises(ValueError, match="accuracy_gain"):
        decide_stop(P, [1, 1, 1, 1], rule)


def test_an_item_that_no_answers_to_come_can_turn_is_settled():
    p = [[0.85, 0.15], [0.85, 0.15], [0.55, 0.45]]
    gain = gain_per_answer(p, 0.8, most=[1, 2, 1])
    assert gain[0] == 0.0, "one answer of four to one does not outweigh odds of 5.7"
    assert gain[1] > 0.0, "two do"
    rule = StopRule(target=0.99, max_overlap=4)
    got = decide_stop(p, [3, 2, 3], rule, accuracy_gain=gain)
    assert reasons(got) == [Reason.SETTLED, Reason.OPEN, Reason.OPEN]
    assert not decide_stop(p, [3, 2, 3], rule).done.any(), "without the gain nothing is said of it"


def test_float32_posteriors_reach_a_target_of_one():
    p = np.array([[1.0, 0.0]], dtype=np.float32)
    assert decide_stop(p, [1], StopRule(target=1.0)).done.all()


def test_degenerate_and_errors():
    empty = decide_stop(np.zeros((0, 3)), [], StopRule())
    assert math.isnan(empty.expected_accuracy)
    assert len(empty.done) == 0
    for options in (
        {"target": 0},
        {"min_overlap": 3, "max_overlap": 2},
        {"cost": 1.0},
        {"cost": -1, "error_cost": 1},
        {"scope": "x"},
    ):
        with pytest.raises(ValueError):
            StopRule(**options)
    with pytest.raises(ValueError, match="one entry"):
        decide_stop(P, [1], StopRule())
