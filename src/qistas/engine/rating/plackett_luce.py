r"""Plackett–Luce strengths from rankings, whole or partial, of any length.

A ranking :math:`i_1 \succ i_2 \succ \dots \succ i_m` is a run of choices, the best of what is left:

.. math:: P = \prod_{s=1}^{m-1} \frac{e^{\theta_{i_s}}}{\sum_{t \ge s} e^{\theta_{i_t}}}

R. L. Plackett, Applied Statistics 24, 1975; R. D. Luce, *Individual Choice Behavior*, 1959. With two items a ranking
this is Bradley–Terry. The log-likelihood is concave; the maximum is found by Newton steps whose products with the
Hessian take time linear in the length of the data, solved by conjugate gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.rating.comparisons import reachable
from qistas.engine.rating.newton import conjugate_gradients
from qistas.engine.sums import sum_by

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FALLBACK_SD = 3.0


@dataclass(frozen=True, slots=True)
class Rankings:
    """Rankings one after the other: ranking ``r`` is ``item[offsets[r]:offsets[r + 1]]``, the best first."""

    item: IntArray
    offsets: IntArray
    n_items: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def from_lists(cls, rankings: Sequence[ArrayLike], *, n_items: int | None = None) -> Rankings:
        """Check and copy rankings given as sequences of item codes, the best first; partial ones are welcome.

        Raises ``ValueError`` for negative codes, an item twice in one ranking, or more items than ``n_items``.
        """
        parts = [np.asarray(r, dtype=np.int64).reshape(-1) for r in rankings]
        for k, part in enumerate(parts):
            if len(part) and int(part.min()) < 0:
                raise ValueError(f"ranking {k} holds a negative item code")
            if len(np.unique(part)) != len(part):
                raise ValueError(f"ranking {k} names an item twice")
        item = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        seen = int(item.max()) + 1 if len(item) else 0
        if n_items is not None and n_items < seen:
            raise ValueError(f"n_items is {n_items}, but item code {seen - 1} occurs")
        offsets = np.concatenate(([0], np.cumsum([len(p) for p in parts], dtype=np.int64)))
        return cls(item, offsets.astype(np.int64), seen if n_items is None else n_items)


@dataclass(frozen=True, slots=True)
class PlackettLuce:
    """Strengths in logits, their mean being zero, with standard errors and intervals (NaN where none were asked for)."""

    strength: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray
    log_likelihood: float
    n_rankings: int
    iterations: int
    converged: bool
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class _Stages:
    """Rows of rankings of two items or more; ``ranking`` of each row, ``last`` marks the row that is no choice."""

    item: IntArray
    ranking: IntArray
    first: IntArray
    end: IntArray
    last: NDArray[np.bool_]
    weight: FloatArray
    n_items: int


def plackett_luce(
    rankings: Rankings,
    *,
    weight: ArrayLike | None = None,
    prior_sd: float | None = None,
    intervals: Literal["sandwich", "model", "none"] = "sandwich",
    level: float = 0.95,
    max_iterations: int = 100,
) -> PlackettLuce:
    """Return strengths from rankings, each with its ``weight`` (n_rankings,) (default 1).

    ``intervals``: ``sandwich`` (robust, a ranking being one observation), ``model`` (inverse information) or ``none``.

    Decided cases: rankings of fewer than two items say nothing and are left out. Where some items come before all
    others throughout, or groups never meet, a normal prior of sd 3 is used and the warning says so. No ranking:
    strengths 0, errors NaN.
    """
    if intervals not in get_args(Literal["sandwich", "model", "none"]):
        raise ValueError(f"intervals must be sandwich, model or none, not {intervals!r}")
    if not 0.0 < level < 1.0:
        raise ValueError("level must lie between 0 and 1")
    if prior_sd is not None and not prior_sd > 0.0:
        raise ValueError("prior_sd must be above zero (None for maximum likelihood)")
    given = np.ones(len(rankings)) if weight is None else np.asarray(weight, dtype=np.float64)
    if given.shape != (len(rankings),) or not bool(np.isfinite(given).all()) or bool((given < 0.0).any()):
        raise ValueError("weight must hold one finite number, not negative, for every ranking")
    data = _stages(rankings, given)
    n = data.n_items
    nothing = np.full(n, np.nan)
    if not len(data.item):
        return PlackettLuce(
            np.zeros(n),
            nothing,
            nothing,
            nothing,
            0.0,
            0,
            0,
            True,
            "there is no ranking of two items to learn from",
        )
    notes: list[str] = []
    sd = prior_sd
    if sd is None and not _connected(data):
        sd = FALLBACK_SD
        notes.append(
            "some items came first or last throughout, or were never ranked with the rest, so the data alone give no "
            f"finite strengths; a normal prior with standard deviation {FALLBACK_SD:g} was used"
        )
    theta, value, iterations, converged = _maximise(data, sd, max_iterations)
    if not converged:
        notes.append(f"not converged after {iterations} iterations")
    error = low = high = nothing
    if intervals != "none":
        bread = _inverse(data, theta, sd)
        spread = bread
        if intervals == "sandwich":
            score = _scores(data, theta)
            middle = score.T @ score
            if sd is not None:
                # The prior counts as one more observation of each strength.
                middle = middle + np.eye(n) / sd**2
            spread = bread @ middle @ bread
        spread = spread - spread.mean(axis=0, keepdims=True)
        spread = spread - spread.mean(axis=1, keepdims=True)
        error = np.sqrt(np.maximum(np.diag(spread), 0.0))
        z = NormalDist().inv_cdf((1.0 + level) / 2.0)
        low, high = theta - z * error, theta + z * error
    used = len(data.first)
    return PlackettLuce(theta, error, low, high, value, used, iterations, converged, "; ".join(notes) or None)


def _stages(rankings: Rankings, weight: FloatArray) -> _Stages:
    size = np.diff(rankings.offsets)
    keep = (size >= 2) & (weight > 0.0)
    row = np.repeat(keep, size)
    item, size = rankings.item[row], size[keep]
    end = np.cumsum(size)
    last = np.zeros(len(item), dtype=np.bool_)
    last[end - 1] = True
    ranking = np.repeat(np.arange(len(size)), size)
    return _Stages(item, ranking, end - size, end, last, weight[keep][ranking], rankings.n_items)


def _connected(data: _Stages) -> bool:
    ahead = np.flatnonzero(~data.last)
    before, after = data.item[ahead], data.item[ahead + 1]
    if len(np.unique(data.item)) < data.n_items:
        return False
    return bool(reachable(before, after, data.n_items, 0).all()) and bool(
        reachable(after, before, data.n_items, 0).all()
    )


def _left_over(data: _Stages, values: FloatArray) -> FloatArray:
    """Sum of ``values`` from each row to the end of its ranking."""
    table = np.cumsum(values[::-1])[::-1]
    beyond = np.append(table, 0.0)[data.end]
    return table - beyond[data.ranking]


def _so_far(data: _Stages, values: FloatArray) -> FloatArray:
    """Sum of ``values`` from the start of each row's ranking to the row."""
    table = np.cumsum(values)
    before = np.concatenate(([0.0], table))[data.first]
    return table - before[data.ranking]


def _top(data: _Stages, theta: FloatArray) -> FloatArray:
    """The largest strength of each row's ranking, subtracted against overflow."""
    return np.maximum.reduceat(theta[data.item], data.first)[data.ranking]


def _value(data: _Stages, theta: FloatArray) -> float:
    gamma = np.exp(theta[data.item] - _top(data, theta))
    rest = np.maximum(_left_over(data, gamma), gamma)
    lost = np.where(data.last, 0.0, theta[data.item] - _top(data, theta) - np.log(rest))
    return float(data.weight @ lost)


def _maximise(data: _Stages, sd: float | None, max_iterations: int) -> tuple[FloatArray, float, int, bool]:
    n = data.n_items
    prior = 0.0 if sd is None else 1.0 / sd**2
    theta = np.zeros(n)
    choice = np.where(data.last, 0.0, data.weight)
    value = _value(data, theta)
    height = value
    for iteration in range(1, max_iterations + 1):
        gamma = np.exp(theta[data.item] - _top(data, theta))
        rest = np.maximum(_left_over(data, gamma), gamma)
        first_order = gamma * _so_far(data, choice / rest)
        gradient = sum_by(data.item, choice - first_order, n) - prior * theta

        def product(v: FloatArray, gamma: FloatArray = gamma, rest: FloatArray = rest) -> FloatArray:
            at = v[data.item]
            mean = _left_over(data, gamma * at) / rest
            rows = gamma * (at * _so_far(data, choice / rest) - _so_far(data, choice * mean / rest))
            return sum_by(data.item, rows, n) + prior * v

        diagonal = first_order - gamma * gamma * _so_far(data, choice / rest**2)
        by_item = np.maximum(sum_by(data.item, diagonal, n), 0.0) + prior
        step = conjugate_gradients(product, gradient, by_item, tolerance=1e-4, limit=10 * n + 50)
        decrement = float(gradient @ step)
        size = 1.0
        while size > 1e-10:
            trial = theta + size * step
            fresh = _value(data, trial)
            risen = fresh - prior * float(trial @ trial) / 2.0
            if risen >= height - 1e-12 * (1.0 + abs(height)):
                theta, value, height = trial, fresh, risen
                break
            size /= 2.0
        if decrement <= 1e-10 * max(1.0, abs(height)) or size <= 1e-10:
            return theta - theta.mean(), value, iteration, decrement <= 1e-6 * max(1.0, abs(height))
    return theta - theta.mean(), value, max_iterations, False


def _inverse(data: _Stages, theta: FloatArray, sd: float | None) -> FloatArray:
    """Invert minus the Hessian, built from the pairs of items that meet in a ranking."""
    n = data.n_items
    gamma = np.exp(theta[data.item] - _top(data, theta))
    rest = np.maximum(_left_over(data, gamma), gamma)
    choice = np.where(data.last, 0.0, data.weight)
    one, two = _so_far(data, choice / rest), _so_far(data, choice / rest**2)
    h = np.zeros((n, n))
    h[np.arange(n), np.arange(n)] = sum_by(data.item, gamma * one - gamma * gamma * two, n)
    step = 1
    while step < len(data.item):
        at = np.flatnonzero(data.ranking[:-step] == data.ranking[step:])
        if not len(at):
            break
        pull = gamma[at] * gamma[at + step] * two[at]
        off = sum_by(data.item[at] * n + data.item[at + step], pull, n * n).reshape(n, n)
        h -= off + off.T
        step += 1
    if sd is None:
        h += float(np.trace(h)) / (n * n)
    else:
        h[np.arange(n), np.arange(n)] += 1.0 / sd**2
    h[np.arange(n), np.arange(n)] += 1e-12 * max(float(np.diag(h).max()), 1e-300)
    return np.asarray(np.linalg.inv(h), dtype=np.float64)


def _scores(data: _Stages, theta: FloatArray) -> FloatArray:
    """Return each ranking's gradient, (n_rankings, n_items)."""
    n = data.n_items
    gamma = np.exp(theta[data.item] - _top(data, theta))
    rest = np.maximum(_left_over(data, gamma), gamma)
    choice = np.where(data.last, 0.0, data.weight)
    own = choice - gamma * _so_far(data, choice / rest)
    n_rankings = len(data.first)
    return sum_by(data.ranking * n + data.item, own, n_rankings * n).reshape(n_rankings, n)
