"""Truth inference: from many answers an item to one, with a posterior, doubt and the skill of each annotator.

>>> from qistas.engine import Responses, truth
>>> answers = Responses.from_arrays([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 0, 0, 0, 0])
>>> result = truth.dawid_skene(answers)
>>> result.label.tolist()
[1, 0]
"""

from qistas.engine.truth._kernels import backend
from qistas.engine.truth.dawid_skene import dawid_skene
from qistas.engine.truth.majority import majority
from qistas.engine.truth.mean_median import mean, median
from qistas.engine.truth.results import Annotators, Fit, NumericResult, TruthResult

__all__ = [
    "Annotators",
    "Fit",
    "NumericResult",
    "TruthResult",
    "backend",
    "dawid_skene",
    "majority",
    "mean",
    "median",
]
