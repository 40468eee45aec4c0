"""Who should answer next, and when it is enough."""

from __future__ import annotations

from qistas.engine.assign.gain import Gains, confusion_from_accuracy, expected_gains, gain_per_answer
from qistas.engine.assign.offer import Offers, offer_tasks, rank_items
from qistas.engine.assign.pooled import PooledResult, PooledSkill, pooled
from qistas.engine.assign.replay import Inferred, Replay, Skilled, replay
from qistas.engine.assign.stop import Reason, StopDecision, StopRule, decide_stop

__all__ = [
    "Gains",
    "Inferred",
    "Offers",
    "PooledResult",
    "PooledSkill",
    "Reason",
    "Replay",
    "Skilled",
    "StopDecision",
    "StopRule",
    "confusion_from_accuracy",
    "decide_stop",
    "expected_gains",
    "gain_per_answer",
    "offer_tasks",
    "pooled",
    "rank_items",
    "replay",
]
