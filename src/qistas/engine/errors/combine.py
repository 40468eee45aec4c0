"""One order of suspects from several kinds of evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def combine_likelihoods(likelihoods: Sequence[ArrayLike], *, weights: ArrayLike | None = None) -> FloatArray:
    """Pool how likely each label is wrong by several accounts, as the weighted mean of their log odds.

    ``likelihoods``: for each kind of evidence (n,) numbers in [0, 1], NaN where it says nothing of an item; ``weights``:
    one non-negative number a kind. (Logarithmic opinion pool: C. Genest & J. V. Zidek, Statistical Science 1, 1986.)
    Returns (n,), NaN where no evidence speaks. Raises ``ValueError`` for different lengths or values outside [0, 1].
    """
    parts = [np.asarray(v, dtype=np.float64).reshape(-1) for v in likelihoods]
    if not parts:
        raise ValueError("give at least one kind of evidence")
    if len({len(v) for v in parts}) > 1:
        raise ValueError(f"all kinds of evidence must be of one length, but have {[len(v) for v in parts]}")
    table = np.stack(parts)
    if bool(((table < 0.0) | (table > 1.0)).any()):
        raise ValueError("likelihoods must lie in [0, 1]")
    weight = np.ones(len(parts)) if weights is None else np.asarray(weights, dtype=np.float64).reshape(-1)
    if weight.shape != (len(parts),) or bool((weight < 0.0).any()) or not bool(np.isfinite(weight).all()):
        raise ValueError("weights must hold one finite number, not negative, for each kind of evidence")
    said = np.isfinite(table)
    inner = np.clip(np.where(said, table, 0.5), 1e-6, 1.0 - 1e-6)
    odds = np.log(inner) - np.log1p(-inner)
    total = weight @ said.astype(np.float64)
    mean = (weight @ np.where(said, odds, 0.0)) / np.where(total > 0.0, total, 1.0)
    return np.where(total > 0.0, 0.5 * (1.0 + np.tanh(0.5 * mean)), np.nan)
