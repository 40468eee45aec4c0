"""How far stated confidence is kept: the numbers behind the reliability diagram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """By bin of confidence: ``low``, ``high`` edges, mean ``confidence``, share right ``accuracy`` (NaN in an empty bin),
    ``count``. ``error``: the expected calibration error, the mean of |accuracy - confidence| weighed by count (NaN
    without items).
    """

    low: FloatArray
    high: FloatArray
    confidence: FloatArray
    accuracy: FloatArray
    count: NDArray[np.int64]
    error: float


def calibration(posterior: ArrayLike, truth: ArrayLike, *, bins: int = 10) -> Calibration:
    """Compare the confidence of the likeliest label with how often it is right, in ``bins`` equal bins of [0, 1].

    ``posterior``: (n_items, n_labels); ``truth``: (n_items,) codes, -1 where unknown (left out). Expected calibration
    error: M. P. Naeini, G. F. Cooper & M. Hauskrecht, AAAI 2015.
    """
    p = np.asarray(posterior, dtype=np.float64)
    t = np.asarray(truth, dtype=np.int64).reshape(-1)
    if p.ndim != 2 or len(p) != len(t):
        raise ValueError(f"posterior (n, k) and truth (n,) do not fit together: {p.shape}, {t.shape}")
    if bins < 1:
        raise ValueError("bins must be at least 1")
    edges = np.linspace(0.0, 1.0, bins + 1)
    p, t = p[t >= 0], t[t >= 0]
    if not p.size:
        nothing = np.full(bins, np.nan)
        return Calibration(
            edges[:-1], edges[1:], nothing, nothing, np.zeros(bins, dtype=np.int64), float("nan")
        )
    sure = p.max(axis=1)
    right = (p.argmax(axis=1) == t).astype(np.float64)
    place = np.clip(np.ceil(sure * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    safe = np.maximum(count, 1)
    mean = np.where(count > 0, np.bincount(place, weights=sure, minlength=bins) / safe, np.nan)
    share = np.where(count > 0, np.bincount(place, weights=right, minlength=bins) / safe, np.nan)
    error = float(np.nansum(np.abs(share - mean) * count) / count.sum())
    return Calibration(edges[:-1], edges[1:], mean, share, count.astype(np.int64), error)
