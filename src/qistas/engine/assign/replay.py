"""Replaying a finished project: how few of its answers would have been enough?

Answers are revealed a few at a time. After each round the truth is inferred from what is revealed, the stop rule
says which items are done, and the next answers are revealed where they are expected to tell most. A choice never
looks at an answer before it is revealed: only at whose answers exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.assign.gain import (
    FloatArray,
    IntArray,
    confusion_from_accuracy,
    expected_gains,
    gain_per_answer,
)
from qistas.engine.assign.pooled import PooledSkill, pooled
from qistas.engine.assign.stop import StopRule, decide_stop
from qistas.engine.responses import Responses


class Skilled(Protocol):
    """What is known of annotators: answers and accuracy of each, and their confusion or None."""

    @property
    def count(self) -> NDArray[np.int64]:
        """(n_annotators,)."""
        ...

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """(n_annotators,), NaN without answers."""
        ...

    @property
    def confusion(self) -> NDArray[np.floating] | None:
        """(n_annotators, true, answered)."""
        ...


class Inferred(Protocol):
    """What a replay needs of an inference: :class:`qistas.engine.truth.TruthResult` has it."""

    @property
    def posterior(self) -> NDArray[np.float32]:
        """(n_items, n_labels)."""
        ...

    @property
    def annotators(self) -> Skilled:
        """Answers, accuracy and confusion of each annotator."""
        ...


@dataclass(frozen=True, slots=True)
class Replay:
    """The course of a replay and where it ended.

    ``used``: answers revealed after each round; ``expected_accuracy``: the model's own account after each round;
    ``accuracy``: against the truth where it was given (NaN otherwise), after each round. ``label``, ``confidence``,
    ``n_answers``: (n_items,) at the end; ``n_total``: answers there are; ``revealed``: (n_total,) booleans.
    """

    used: IntArray
    expected_accuracy: FloatArray
    accuracy: FloatArray
    label: IntArray
    confidence: FloatArray
    n_answers: IntArray
    n_total: int
    revealed: NDArray[np.bool_]


def replay(
    responses: Responses,
    rule: StopRule,
    *,
    infer: Callable[[Responses], Inferred] = pooled,
    rng: np.random.Generator,
    truth: ArrayLike | None = None,
    round_share: float = 0.25,
    choose_annotator: bool = True,
    shrink: float = 4.0,
) -> Replay:
    """Replay ``responses`` under ``rule``.

    ``infer``: answers so far → posterior and skills (default :func:`pooled`; any method of ``truth`` will do, but those
    without pooling do badly on one or two answers an item). ``truth``: (n_items,) label codes, -1 where
    unknown; used for the record only. ``round_share``: answers revealed a round, as a share of the items. With
    ``choose_annotator`` the most telling of an item's unseen answers is taken, by what is known of the annotators so far
    (accuracies of other methods than `pooled` are drawn towards the mean as if by ``shrink`` answers); else one at random. The first round reveals ``min_overlap``
    answers (at least one) of every item at random. An item that was done opens again when later rounds raise doubt.

    Ends when every item is done or has no unseen answer.
    """
    n_items, total = responses.n_items, len(responses)
    item, annotator = responses.item.astype(np.int64), responses.annotator.astype(np.int64)
    known = None if truth is None else np.asarray(truth, dtype=np.int64)
    # A random order of each item's answers, the way they might have come in.
    lot = rng.random(total)
    place = np.empty(total, dtype=np.int64)
    by_lot = np.lexsort((lot, item))
    place[by_lot] = np.arange(total) - responses.offsets[item[by_lot]]
    revealed = place < max(rule.min_overlap, 1)
    batch = max(1, int(np.ceil(round_share * n_items)))
    used: list[int] = []
    expected: list[float] = []
    right: list[float] = []
    while True:
        seen = responses.rows(np.flatnonzero(revealed))
        result = infer(seen)
        posterior = np.asarray(result.posterior, dtype=np.float64)
        counts = np.bincount(item[revealed], minlength=n_items).astype(np.int64)
        unseen = np.flatnonzero(~revealed)
        confusion = _confusion(result.annotators, shrink, responses.n_labels)
        gains = expected_gains(posterior, confusion, item[unseen], annotator[unseen])
        best = np.zeros(n_items)
        if rule.cost is not None:
            # The ablest of those whose answers are left, over as many answers as are left.
            able = np.zeros(n_items)
            np.maximum.at(
                able, item[unseen], np.einsum("rkk->r", confusion[annotator[unseen]]) / responses.n_labels
            )
            best = gain_per_answer(posterior, able)
            np.maximum.at(best, item[unseen], gains.accuracy)
        decision = decide_stop(posterior, counts, rule, accuracy_gain=best if rule.cost is not None else None)
        label = posterior.argmax(axis=1).astype(np.int64)
        used.append(int(revealed.sum()))
        expected.append(decision.expected_accuracy)
        judged = np.zeros(n_items, dtype=np.bool_) if known is None else known >= 0
        right.append(
            float((label[judged] == known[judged]).mean()) if known is not None and judged.any() else np.nan
        )
        open_rows = ~decision.done[item[unseen]]
        unseen = unseen[open_rows]
        if not len(unseen):
            break
        worth = gains.information[open_rows]
        # The best answer of each open item (or the next by lot), then the items that gain most.
        first = np.lexsort((lot[unseen], -worth if choose_annotator else lot[unseen], item[unseen]))
        lead = first[np.concatenate(([True], item[unseen][first][1:] != item[unseen][first][:-1]))]
        chosen = lead[np.lexsort((lot[unseen[lead]], -worth[lead]))][:batch]
        revealed[unseen[chosen]] = True
    return Replay(
        np.array(used, dtype=np.int64),
        np.array(expected),
        np.array(right),
        label,
        decision.confidence,
        counts,
        total,
        revealed,
    )


def _confusion(skill: Skilled, shrink: float, n_labels: int) -> FloatArray:
    """Return how annotators answer: as inferred by `pooled`, else by accuracy drawn towards the mean.

    A confusion that was fitted without pooling says too much about annotators seen a few times.
    """
    if isinstance(skill, PooledSkill):
        return skill.confusion
    count, accuracy = skill.count.astype(np.float64), skill.accuracy
    right = np.where(count > 0, count * np.where(np.isfinite(accuracy), accuracy, 0.0), 0.0)
    mean = (float(right.sum()) + 1.4) / (float(count.sum()) + 2.0)
    return confusion_from_accuracy((right + shrink * mean) / (count + shrink), n_labels)
