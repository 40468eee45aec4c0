r"""Three models of one comparison, as functions of the gap ``d = strength(left) - strength(right)``.

* ``bradley_terry``: :math:`P(\text{left}) = \sigma(d)`; no ties.
* ``davidson``: :math:`P(\text{left}) : P(\text{tie}) : P(\text{right}) = e^{d/2} : e^{\eta} : e^{-d/2}`.
  R. R. Davidson, "On extending the Bradley–Terry model to accommodate ties", JASA 65, 1970; ν = exp(η).
* ``rao_kupper``: :math:`P(\text{left}) = \sigma(d - \eta), P(\text{right}) = \sigma(-d - \eta)`, a tie the rest, η > 0.
  P. V. Rao & L. L. Kupper, JASA 62, 1967; their θ is exp(η).

All are concave in (d, η).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Model = Literal["bradley_terry", "davidson", "rao_kupper"]


@dataclass(frozen=True, slots=True)
class Terms:
    """Log-likelihood of all rows and its derivatives: by d per row (slope, minus curvature), and by η."""

    value: float
    slope: FloatArray
    curve: FloatArray
    slope_tie: float
    cross: FloatArray | None
    curve_tie: float


def sigmoid(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def softplus(x: FloatArray) -> FloatArray:
    """Return log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def terms(
    model: Model, d: FloatArray, eta: float, wins: FloatArray, losses: FloatArray, ties: FloatArray
) -> Terms:
    """Evaluate rows with gap ``d`` and counts ``wins`` of the left, ``losses``, ``ties``."""
    if model == "bradley_terry":
        n = wins + losses
        e = np.exp(-np.abs(d))
        p_far = 1.0 / (1.0 + e)
        p = np.where(d >= 0.0, p_far, 1.0 - p_far)
        value = float(wins @ d) - float(n @ (np.maximum(d, 0.0) + np.log1p(e)))
        return Terms(value, wins - n * p, n * e * p_far * p_far, 0.0, None, 0.0)
    if model == "davidson":
        n = wins + losses + ties
        top = np.maximum(np.abs(d) / 2.0, eta)
        left, right, tie = np.exp(d / 2.0 - top), np.exp(-d / 2.0 - top), np.exp(eta - top)
        z = left + right + tie
        p_l, p_r, p_t = left / z, right / z, tie / z
        value = float(((wins - losses) * d / 2.0 + ties * eta - n * (top + np.log(z))).sum())
        gap = p_l - p_r
        return Terms(
            value,
            (wins - losses - n * gap) / 2.0,
            n * (p_l + p_r - gap * gap) / 4.0,
            float((ties - n * p_t).sum()),
            -n * gap * p_t / 2.0,
            float((n * p_t * (1.0 - p_t)).sum()),
        )
    up, down = wins + ties, losses + ties
    a, b = sigmoid(eta - d), sigmoid(eta + d)
    n_ties = float(ties.sum())
    room = float(np.expm1(2.0 * eta))
    value = -float(up @ softplus(eta - d)) - float(down @ softplus(eta + d)) + n_ties * float(np.log(room))
    curve_a, curve_b = up * a * (1.0 - a), down * b * (1.0 - b)
    return Terms(
        value,
        up * a - down * b,
        curve_a + curve_b,
        -float((up * a + down * b).sum()) + 2.0 * n_ties * (room + 1.0) / room,
        curve_b - curve_a,
        float((curve_a + curve_b).sum()) + 4.0 * n_ties * (room + 1.0) / room**2,
    )


def outcome_slopes(model: Model, d: FloatArray, eta: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the slope by d of the log-likelihood of one win, one loss and one tie at each row."""
    one, none = np.ones(len(d)), np.zeros(len(d))
    if model == "bradley_terry":
        return terms(model, d, eta, one, none, none).slope, terms(model, d, eta, none, one, none).slope, none
    return (
        terms(model, d, eta, one, none, none).slope,
        terms(model, d, eta, none, one, none).slope,
        terms(model, d, eta, none, none, one).slope,
    )


def probabilities(model: Model, d: FloatArray, eta: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the probabilities that the left one wins, that the right one does, and of a tie."""
    if model == "bradley_terry":
        p = sigmoid(d)
        return p, sigmoid(-d), np.zeros(len(d))
    if model == "davidson":
        top = np.maximum(np.abs(d) / 2.0, eta)
        left, right, tie = np.exp(d / 2.0 - top), np.exp(-d / 2.0 - top), np.exp(eta - top)
        z = left + right + tie
        return left / z, right / z, tie / z
    left, right = sigmoid(d - eta), sigmoid(-d - eta)
    return left, right, np.maximum(1.0 - left - right, 0.0)
