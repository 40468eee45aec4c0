"""Redundancy: how many answers an item gets. Fixed: the same for all. Adaptive: as many as it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from .reading import Reader

MOST_OVERLAP = 1_000
MOST_COST = 1_000_000_000


class RedundancyMode(StrEnum):
    """`fixed`: every item gets `overlap` answers. `adaptive`: an item gets another answer while that is worth it."""

    FIXED = "fixed"
    ADAPTIVE = "adaptive"


@dataclass(frozen=True, slots=True)
class Redundancy:
    """When adaptive: at least `min_overlap` answers an item, then one more at a time up to `max_overlap` until the target is reached.

    One target counts: `target_confidence` of each item, or `target_accuracy` of the project on average, the other is None.
    With costs (minor units; both or neither, 0 is none) asking also stops where what an answer is expected to mend, in
    shares of `error_cost` (what one wrong answer costs), is less than `cost_per_answer`.
    """

    mode: RedundancyMode = RedundancyMode.FIXED
    target_confidence: float | None = 0.95
    target_accuracy: float | None = None
    min_overlap: int = 2
    max_overlap: int = 5
    cost_per_answer: int = 0
    error_cost: int = 0

    @property
    def adaptive(self) -> bool:
        """Whether items may end with different numbers of answers."""
        return self.mode is RedundancyMode.ADAPTIVE

    @property
    def target(self) -> float:
        """The target that counts."""
        return self.target_confidence or self.target_accuracy or 0.95

    @classmethod
    def stored(cls, document: Mapping[str, Any]) -> Redundancy:
        """As it lies in the database; what is not there has its default."""
        known = {f.name for f in fields(cls)}
        values: dict[str, Any] = {key: value for key, value in document.items() if key in known}
        values["mode"] = RedundancyMode(values.get("mode", "fixed"))
        return cls(**values)

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"mode": str(self.mode)}

    def changed(self, reader: Reader) -> Redundancy:
        """With what `reader` has; its faults are the reader's."""
        confidence, accuracy = reader.take("target_confidence"), reader.take("target_accuracy")
        if confidence is not None and accuracy is not None:
            reader.fault(
                "target_accuracy",
                "is given together with `target_confidence`",
                "Give one of them: of each item, or of the project on average.",
            )
        own, whole = self.target_confidence, self.target_accuracy
        if confidence is not None:
            own, whole = _share(reader, "target_confidence", confidence), None
        elif accuracy is not None:
            own, whole = None, _share(reader, "target_accuracy", accuracy)
        found = Redundancy(
            mode=reader.word("mode", self.mode, RedundancyMode),
            target_confidence=own,
            target_accuracy=whole,
            min_overlap=reader.whole("min_overlap", self.min_overlap, 1, MOST_OVERLAP),
            max_overlap=reader.whole("max_overlap", self.max_overlap, 1, MOST_OVERLAP),
            cost_per_answer=reader.whole("cost_per_answer", self.cost_per_answer, 0, MOST_COST),
            error_cost=reader.whole("error_cost", self.error_cost, 0, MOST_COST),
        )
        if found.min_overlap > found.max_overlap:
            reader.fault(
                "max_overlap",
                f"is {found.max_overlap}, below `min_overlap` ({found.min_overlap})",
                "Raise it, or lower `min_overlap`.",
            )
        if (found.cost_per_answer > 0) != (found.error_cost > 0):
            reader.fault(
                "error_cost" if found.cost_per_answer else "cost_per_answer",
                "is missing beside the other cost",
                "Give both costs, or neither: one is weighed against the other.",
            )
        reader.done()
        return found


def _share(reader: Reader, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 0.9999:
        reader.fault(key, f"is {value}", "Give a share from 0.5 to 0.9999, such as 0.95.")
        return 0.95
    return float(value)
