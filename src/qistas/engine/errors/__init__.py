"""Items and answers whose label is likely wrong: a model against the labels, annotators among themselves, neighbours."""

from __future__ import annotations

from qistas.engine.errors.combine import combine_likelihoods
from qistas.engine.errors.confident_learning import LabelErrors, confident_learning
from qistas.engine.errors.disagreement import Suspicion, suspect_answers, suspect_labels
from qistas.engine.errors.neighbours import NeighbourErrors, neighbour_disagreement
from qistas.engine.errors.out_of_fold import OutOfFold, SetsOutOfFold, out_of_fold, out_of_fold_sets
from qistas.engine.errors.pixels import pixel_features
from qistas.engine.errors.suspect_sets import SuspectSets, suspect_sets_by_content
from qistas.engine.errors.suspects import Suspects, suspect_by_content

__all__ = [
    "LabelErrors",
    "NeighbourErrors",
    "OutOfFold",
    "SetsOutOfFold",
    "SuspectSets",
    "Suspects",
    "Suspicion",
    "combine_likelihoods",
    "confident_learning",
    "neighbour_disagreement",
    "out_of_fold",
    "out_of_fold_sets",
    "pixel_features",
    "suspect_answers",
    "suspect_by_content",
    "suspect_labels",
    "suspect_sets_by_content",
]
