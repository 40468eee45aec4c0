"""What a rating comes back as."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qistas.engine.rating.likelihood import Model

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Strengths of items in logits, their mean being zero: ``σ(strength_i - strength_j)`` is the chance that i wins.

    ``strength``, ``error`` (standard error), ``low``, ``high``: (n_items,) (NaN where no interval was asked for or
    can be given). ``effects``, ``effects_error``: (k,) of the covariates, the position effect last where asked for.
    ``tie``: η of the tie model (NaN without one). ``covariance``: (n_items, n_items) of the strengths, model based, or
    None. ``log_likelihood``: without the prior's term. ``warning``: in words, or None.
    """

    strength: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray
    effects: FloatArray
    effects_error: FloatArray
    tie: float
    model: Model
    log_likelihood: float
    n_comparisons: float
    iterations: int
    converged: bool
    warning: str | None = None
    covariance: FloatArray | None = field(default=None, repr=False)
