r"""Which two items to compare next.

With strengths known up to the covariance ``Σ``, one comparison of ``i`` and ``j`` that will come out with variance
:math:`w = p (1 - p)` takes away from ``Σ`` the matrix :math:`w\, c c^\top / (1 + w v)` with :math:`c = \Sigma (e_i - e_j)`
and :math:`v = \Sigma_{ii} + \Sigma_{jj} - 2 \Sigma_{ij}`. What is a pair worth?

* ``strengths``: how much it lowers the sum of the variances, :math:`w |c|^2 / (1 + w v)` (A-optimal design);
* ``order``: the information :math:`\log(1 + w v)` (D-optimal design), weighed by how uncertain the order of the two
  still is, the entropy of :math:`\Phi(|\theta_i - \theta_j| / \sqrt{v})`.

K. Chaloner & I. Verdinelli, "Bayesian experimental design: a review", Statistical Science 10, 1995. ``p`` is taken
over the uncertainty of the gap, :math:`\sigma(d / \sqrt{1 + \pi v / 8})`. After each choice ``Σ`` is updated as if the comparison
had been made, so that a batch spreads out.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.rating.likelihood import sigmoid
from qistas.engine.rating.result import FloatArray, Ratings

Aim = Literal["strengths", "order"]


def choose_pairs(
    ratings: Ratings, count: int, *, aim: Aim = "order", allowed: ArrayLike | None = None
) -> NDArray[np.int64]:
    """Return (count, 2) item codes, the most telling comparison first; a pair may come more than once.

    ``ratings``: from :func:`bradley_terry` with ``intervals`` ``sandwich`` or ``model`` (its covariance is needed; a
    ``prior_sd`` keeps items that were never compared finite). ``aim``: learn the strengths, or the order.
    ``allowed``: (n_items, n_items) booleans, the pairs that may be shown. Each choice takes n_items² time (n_items³ for ``strengths``).

    Decided cases: fewer than two items, or nothing allowed: no pairs. Equal gains: the smallest codes. Raises
    ``ValueError`` for ratings without a covariance.
    """
    if aim not in get_args(Aim):
        raise ValueError(f"aim must be one of {', '.join(get_args(Aim))}, not {aim!r}")
    if ratings.covariance is None:
        raise ValueError("these ratings carry no covariance; fit with intervals='sandwich' or 'model'")
    if count < 0:
        raise ValueError("count must not be negative")
    theta = ratings.strength
    n = len(theta)
    may = np.ones((n, n), dtype=np.bool_) if allowed is None else np.asarray(allowed, dtype=np.bool_)
    if may.shape != (n, n):
        raise ValueError(f"allowed must have shape {(n, n)}, not {may.shape}")
    may = np.triu(may | may.T, k=1)
    if not bool(may.any()):
        return np.zeros((0, 2), dtype=np.int64)
    gap = theta[:, None] - theta[None, :]
    covariance: FloatArray = ratings.covariance.copy()
    chosen: list[tuple[int, int]] = []
    for _ in range(count):
        v = np.maximum(_of_gaps(covariance), 0.0)
        p = sigmoid(gap / np.sqrt(1.0 + np.pi * v / 8.0))
        w = p * (1.0 - p)
        if aim == "order":
            gain = np.log1p(w * v) * _entropy(_normal_cdf(np.abs(gap) / np.sqrt(np.maximum(v, 1e-300))))
        else:
            gain = w * np.maximum(_of_gaps(covariance @ covariance), 0.0) / (1.0 + w * v)
        # Rounding must not decide between equal gains.
        score = np.where(may, np.round(gain, 12), -1.0)
        i, j = divmod(int(np.argmax(score)), n)
        chosen.append((i, j))
        column = covariance[:, i] - covariance[:, j]
        covariance = covariance - np.outer(column, column) * (w[i, j] / (1.0 + w[i, j] * v[i, j]))
    return np.array(chosen, dtype=np.int64).reshape(-1, 2)


def _of_gaps(table: FloatArray) -> FloatArray:
    """Return t_ii + t_jj - 2 t_ij for all pairs of a symmetric table."""
    diagonal = np.diag(table)
    return diagonal[:, None] + diagonal[None, :] - 2.0 * table


def _normal_cdf(z: FloatArray) -> FloatArray:
    """Φ(z) for z ≥ 0 to 7.5e-8 (Abramowitz & Stegun 26.2.17)."""
    t = 1.0 / (1.0 + 0.2316419 * z)
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    return 1.0 - np.exp(-np.minimum(z * z, 1400.0) / 2.0) / np.sqrt(2.0 * np.pi) * poly


def _entropy(p: FloatArray) -> FloatArray:
    inner = np.clip(p, 1e-15, 1.0 - 1e-15)
    return -inner * np.log2(inner) - (1.0 - inner) * np.log2(1.0 - inner)
