"""Bootstrap over items, from sums: the price does not grow with the number of labels.

Every coefficient here is a smooth function of sums over items of a short vector of statistics. A bootstrap
replicate (items drawn with replacement, Efron 1979) therefore needs only the sums with random weights. When
there are more than ``MAX_BLOCKS`` items they are first dealt at random into that many blocks and the blocks
are drawn: the variance is still estimated without bias, with a relative error of about
``1 / sqrt(2 * MAX_BLOCKS)`` (1 %).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAX_BLOCKS = 4096
_CHUNK = 128


def check_bootstrap(n_bootstrap: int, rng: np.random.Generator | None, level: float) -> None:
    """Raise ``ValueError`` unless the arguments of a bootstrap make sense."""
    if n_bootstrap < 0:
        raise ValueError("n_bootstrap must not be negative")
    if n_bootstrap > 0 and rng is None:
        raise ValueError(
            "a bootstrap interval needs rng, a numpy.random.Generator (or n_bootstrap=0 for none)"
        )
    if not 0.0 < level < 1.0:
        raise ValueError("level must lie between 0 and 1")


def deal_blocks(n_items: int, rng: np.random.Generator) -> tuple[IntArray, int]:
    """Return for each of ``n_items`` items its block, and the number of blocks (items, up to ``MAX_BLOCKS``)."""
    n_blocks = min(n_items, MAX_BLOCKS)
    if n_items <= MAX_BLOCKS:
        return np.arange(n_items, dtype=np.int64), n_blocks
    return rng.permutation(n_items).astype(np.int64) % n_blocks, n_blocks


def resampled_sums(block_sums: FloatArray, n_bootstrap: int, rng: np.random.Generator) -> FloatArray:
    """Draw blocks with replacement and add up their statistics.

    ``block_sums``: (n_blocks, k); returns (n_bootstrap, k).
    """
    n_blocks, width = block_sums.shape
    out = np.empty((n_bootstrap, width), dtype=np.float64)
    for first in range(0, n_bootstrap, _CHUNK):
        rows = min(_CHUNK, n_bootstrap - first)
        draws = rng.integers(0, n_blocks, size=(rows, n_blocks))
        draws += np.arange(rows, dtype=np.int64)[:, None] * n_blocks
        weight = np.bincount(draws.reshape(-1), minlength=rows * n_blocks).reshape(rows, n_blocks)
        out[first : first + rows] = weight.astype(np.float64) @ block_sums
    return out


def percentile_interval(draws: FloatArray, level: float) -> tuple[float, float]:
    """Return the percentile interval of the finite draws, or NaN twice when there are none."""
    finite = draws[np.isfinite(draws)]
    if finite.size == 0:
        return float("nan"), float("nan")
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    return float(low), float(high)
