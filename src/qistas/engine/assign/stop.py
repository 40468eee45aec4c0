"""When an item, or a project, has answers enough."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.assign.gain import FloatArray, IntArray, check_posterior


class Reason(IntEnum):
    """Why an item is open or done."""

    OPEN = 0
    TOO_FEW = 1
    TARGET = 2
    MAXIMUM = 3
    NOT_WORTH_IT = 4
    PROJECT_TARGET = 5
    SETTLED = 6


@dataclass(frozen=True, slots=True)
class StopRule:
    """When to stop asking.

    ``target``: the confidence to reach, for each item (``scope="item"``) or on average over all items
    (``scope="project"``: the accuracy the project promises). ``min_overlap`` answers are asked for in any case, more
    than ``max_overlap`` (None: no bound) in none. ``cost`` of one answer and ``error_cost`` of one wrong label, in one
    unit of money: asking also stops where the expected rise in accuracy times ``error_cost`` is less than ``cost``
    (both None: not asked).
    """

    target: float = 0.95
    scope: Literal["item", "project"] = "item"
    min_overlap: int = 1
    max_overlap: int | None = None
    cost: float | None = None
    error_cost: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.target <= 1.0:
            raise ValueError("target must be above 0 and at most 1")
        if self.scope not in ("item", "project"):
            raise ValueError(f"scope must be item or project, not {self.scope!r}")
        if self.min_overlap < 0 or (
            self.max_overlap is not None and self.max_overlap < max(self.min_overlap, 1)
        ):
            raise ValueError("overlaps must be 0 <= min_overlap <= max_overlap, and max_overlap at least 1")
        if (self.cost is None) != (self.error_cost is None):
            raise ValueError("cost and error_cost belong together: give both or neither")
        if (
            self.cost is not None
            and self.error_cost is not None
            and (self.cost < 0.0 or self.error_cost <= 0.0)
        ):
            raise ValueError("cost must not be negative and error_cost must be above zero")


@dataclass(frozen=True, slots=True)
class StopDecision:
    """``done``: (n_items,) booleans; ``reason``: (n_items,) of :class:`Reason`; ``confidence``: (n_items,).

    ``expected_accuracy``: the mean confidence, what the project's accuracy is by the model's own account.
    """

    done: NDArray[np.bool_]
    reason: NDArray[np.int8]
    confidence: FloatArray
    expected_accuracy: float


def decide_stop(
    posterior: ArrayLike, n_answers: ArrayLike, rule: StopRule, *, accuracy_gain: ArrayLike | None = None
) -> StopDecision:
    """Say for every item whether it has answers enough.

    ``posterior``: (n_items, n_labels); ``n_answers``: (n_items,) independent answers so far; ``accuracy_gain``: (n_items,)
    the expected rise in accuracy for each further answer (from :func:`gain_per_answer`, ``most`` being the answers the item may
    still get), needed where the rule has costs. Where it is given, an item is settled once it is zero: no answers that may
    follow would turn the label, so asking for them costs money and mends nothing.

    Decided cases: the minimum comes before everything; then the maximum, the target, that it is settled, the cost. No items: nothing is
    done and the expected accuracy is NaN. Raises ``ValueError`` for arrays that do not fit together.
    """
    p = check_posterior(posterior)
    counts: IntArray = np.asarray(n_answers, dtype=np.int64).reshape(-1)
    if len(counts) != len(p):
        raise ValueError(f"n_answers must have one entry for each of {len(p)} items, but has {len(counts)}")
    confidence = p.max(axis=1) if p.size else np.zeros(len(p))
    expected = float(confidence.mean()) if len(p) else float("nan")
    reason = np.full(len(p), Reason.OPEN, dtype=np.int8)
    if rule.cost is not None and accuracy_gain is None:
        raise ValueError("a rule with costs needs accuracy_gain")
    if accuracy_gain is not None:
        gain = np.asarray(accuracy_gain, dtype=np.float64).reshape(-1)
        if len(gain) != len(p):
            raise ValueError(
                f"accuracy_gain must have one entry for each of {len(p)} items, but has {len(gain)}"
            )
        if rule.cost is not None and rule.error_cost is not None:
            reason[gain * rule.error_cost < rule.cost] = Reason.NOT_WORTH_IT
        reason[gain <= 0.0] = Reason.SETTLED
    if rule.scope == "item":
        # Posteriors are stored as float32, so a target is reached up to their rounding.
        reason[confidence >= rule.target - 1e-6] = Reason.TARGET
    elif len(p) and expected >= rule.target - 1e-6:
        reason[:] = Reason.PROJECT_TARGET
    if rule.max_overlap is not None:
        reason[counts >= rule.max_overlap] = Reason.MAXIMUM
    reason[counts < rule.min_overlap] = Reason.TOO_FEW
    done = (reason != Reason.OPEN) & (reason != Reason.TOO_FEW)
    return StopDecision(done, reason, confidence, expected)
