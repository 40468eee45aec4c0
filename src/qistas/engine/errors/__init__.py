"""Items and answers whose label is likely wrong: a model against the labels, annotators among themselves, neighbours."""

from __future__ import annotations

from qistas.engine.errors.combine import combine_likelihoods
from qistas.engine.errors.confident_learning import LabelErrors, confident_learning
from qistas.engine.errors.disagreement import Suspicion, suspect_answers, suspect_labels
from qistas.engine.errors.neighbours import NeighbourErrors, neighbour_disagreement

__all__ = [
    "LabelErrors",
    "NeighbourErrors",
    "Suspicion",
    "combine_likelihoods",
    "confident_learning",
    "neighbour_disagreement",
    "suspect_answers",
    "suspect_labels",
]
