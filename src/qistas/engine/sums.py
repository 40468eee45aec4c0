"""Sums by group, the one step that most of the engine is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def sum_by(group: NDArray[Any], values: NDArray[Any], n_groups: int) -> NDArray[np.float64]:
    """Add up ``values`` (n,) by ``group`` (n, codes below ``n_groups``) → float64 (n_groups,)."""
    return np.asarray(np.bincount(group, weights=values, minlength=n_groups), dtype=np.float64)
