"""Tally: which answers stand, and the doubt that is left: what the summary of a question counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np

from qistas.ontology import Inference, Question, fits

from .types import Decided, Inferred

HISTOGRAM = 20
MOST_LABELS = 200


class Tally:
    """Counts the rows of one question as they come. An expert's answer stands before the inferred one, as it does in a version, and an
    item an expert has settled leaves no doubt.
    """

    def __init__(self, question: Question, decided: Mapping[UUID, Decided]) -> None:
        name = question.name
        self._question = question
        self._stands = {
            item: one.answer[name]
            for item, one in decided.items()
            if name in one.answer and fits(question, one.answer[name])
        }
        self._settled = {item for item, one in decided.items() if name in one.settled}
        self._unmet = set(self._stands)  # settled by an expert, answered by nobody
        self._labels: Counter[str] = Counter()
        self._doubt = np.zeros(HISTOGRAM, dtype=np.int64)
        self._sum = 0.0
        self._rows = 0

    def add(self, rows: Sequence[Inferred]) -> None:
        """Count some rows."""
        for row in rows:
            self._count(self._stands.get(row.item_id, row.value))
            self._unmet.discard(row.item_id)
        doubt = [0.0 if row.item_id in self._settled else 1 - row.confidence for row in rows]
        self._doubt += np.histogram(doubt, bins=HISTOGRAM, range=(0.0, 1.0))[0]
        self._sum += sum(doubt)
        self._rows += len(rows)

    def summary(self, inference: Inference) -> dict[str, Any]:
        """As the quality page takes it, once every row was counted."""
        while self._unmet:
            self._count(self._stands[self._unmet.pop()])
        confusion = inference.confusion
        return {
            "kind": self._question.kind.name,
            "method": inference.method,
            "explanation": inference.explanation,
            "warnings": list(inference.warnings),
            "labels": [
                {"name": name, "count": count} for name, count in self._labels.most_common(MOST_LABELS)
            ],
            "doubt": {
                "edges": [float(edge) for edge in np.linspace(0.0, 1.0, HISTOGRAM + 1)],
                "counts": self._doubt.tolist(),
            },
            "confusion": {"labels": list(confusion[0]), "shares": confusion[1]} if confusion else None,
            "consensus": self._rows,
            "mean_doubt": self._sum / self._rows if self._rows else None,
        }

    def _count(self, value: dict[str, Any]) -> None:
        self._labels.update(self._question.kind.labels_of(self._question, value))
