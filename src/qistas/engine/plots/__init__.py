"""Pictures of quality, as functions that return a figure; needs matplotlib (``pip install 'qistas[report]'``)."""

from __future__ import annotations

from qistas.engine.plots.calibration import Calibration, calibration
from qistas.engine.plots.figures import (
    annotator_confusion,
    doubt_bars,
    doubt_histogram,
    label_bars,
    reliability_diagram,
    skill_intervals,
    stopping_curve,
)

__all__ = [
    "Calibration",
    "annotator_confusion",
    "calibration",
    "doubt_bars",
    "doubt_histogram",
    "label_bars",
    "reliability_diagram",
    "skill_intervals",
    "stopping_curve",
]
