"""Special functions the methods need, in numpy, so that the engine does not ask for scipy.

Formulae: Abramowitz and Stegun, Handbook of Mathematical Functions (6.1.41, 6.3.18, 6.5.4, 26.4.17).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
_SHIFT = 8


def digamma(x: Float64) -> Float64:
    """Derivative of ``log_gamma`` for positive ``x``, to 1e-12: recurrence up to 8, then the asymptotic series."""
    low = np.zeros_like(x)
    y = np.array(x, dtype=np.float64)
    for _ in range(_SHIFT):
        small = y < _SHIFT
        if not small.any():
            break
        low -= np.where(small, 1.0 / np.where(small, y, 1.0), 0.0)
        y = np.where(small, y + 1.0, y)
    square = 1.0 / (y * y)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return low + np.log(y) - 0.5 / y - series


def log_gamma(x: Float64) -> Float64:
    """Logarithm of the gamma function for positive ``x``, to 1e-12, by the same shift and Stirling's series."""
    product = np.ones_like(x)
    y = np.array(x, dtype=np.float64)
    for _ in range(_SHIFT):
        small = y < _SHIFT
        if not small.any():
            break
        product = np.where(small, product * y, product)
        y = np.where(small, y + 1.0, y)
    square = 1.0 / (y * y)
    series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / y
    return (y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - np.log(product)


def log_beta(alpha: Float64) -> Float64:
    """Logarithm of the normaliser of a Dirichlet, over the last axis."""
    return log_gamma(alpha).sum(axis=-1) - log_gamma(alpha.sum(axis=-1))


def dirichlet_kl(alpha: Float64, base: Float64) -> Float64:
    """KL divergence of Dirichlet(``alpha``) from Dirichlet(``base``), over the last axis."""
    mean_log = digamma(alpha) - digamma(alpha.sum(axis=-1, keepdims=True))
    return (
        log_beta(np.broadcast_to(base, alpha.shape))
        - log_beta(alpha)
        + ((alpha - base) * mean_log).sum(axis=-1)
    )


def gamma_share(shape: Float64, x: Float64) -> Float64:
    """Regularised lower incomplete gamma ``P(shape, x)``, by its series (good to 1e-10 for ``x < shape + 40 + 12 sqrt(shape)``)."""
    term = np.ones_like(x) / shape
    total = term.copy()
    step = shape.copy()
    for _ in range(400 + int(8 * np.sqrt(float(shape.max(initial=1.0))))):
        step = step + 1.0
        term = term * x / step
        total += term
        if float((term / total).max(initial=0.0)) < 1e-13:
            break
    with np.errstate(divide="ignore"):
        log_x = np.log(x)
    return np.clip(np.exp(-x + shape * log_x - log_gamma(shape)) * total, 0.0, 1.0)


def chi_square_point(probability: float, freedom: Float64) -> Float64:
    """The value a chi-square variable with ``freedom`` degrees stays below with ``probability``, by bisection."""
    low = np.zeros_like(freedom)
    high = freedom + 10.0 + 8.0 * np.sqrt(freedom)
    for _ in range(60):
        middle = 0.5 * (low + high)
        below = gamma_share(freedom / 2.0, middle / 2.0) < probability
        low = np.where(below, middle, low)
        high = np.where(below, high, middle)
    return 0.5 * (low + high)
