"""Damped Newton steps for strengths with a few side parameters, direct or by conjugate gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def conjugate_gradients(
    product: Callable[[FloatArray], FloatArray],
    right: FloatArray,
    diagonal: FloatArray,
    *,
    tolerance: float,
    limit: int,
) -> FloatArray:
    """Solve ``H x = right`` for a positive semidefinite H given as a product, with Jacobi preconditioning."""
    scale = 1.0 / np.where(diagonal > 0.0, diagonal, 1.0)
    x = np.zeros_like(right)
    residual = right.copy()
    z = scale * residual
    direction = z.copy()
    rho = float(residual @ z)
    goal = tolerance * tolerance * rho
    for _ in range(limit):
        if rho <= goal or rho <= 0.0:
            break
        image = product(direction)
        bend = float(direction @ image)
        if bend <= 0.0:
            break
        step = rho / bend
        x += step * direction
        residual -= step * image
        z = scale * residual
        fresh = float(residual @ z)
        direction = z + (fresh / rho) * direction
        rho = fresh
    return x
