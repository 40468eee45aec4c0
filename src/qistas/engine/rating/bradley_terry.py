r"""Bradley–Terry strengths from comparisons, with ties, covariates, a position effect and intervals.

The gap of a comparison is :math:`d = \theta_l - \theta_r + x^\top \beta`; the models of its outcome are in
:mod:`qistas.engine.rating.likelihood`. The log-likelihood is concave; Newton's method finds its maximum, with the
normal equations solved directly for few items and by conjugate gradients for many.

References: R. A. Bradley & M. E. Terry, Biometrika 39, 1952; existence: L. R. Ford 1957; sandwich intervals:
H. White, Econometrica 50, 1982, clustered by annotator: K.-Y. Liang & S. L. Zeger, Biometrika 73, 1986.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qistas.engine.rating.comparisons import (
    Comparisons,
    FloatArray,
    IntArray,
    PairCounts,
    count_pairs,
    pair_index,
    strongly_connected,
)
from qistas.engine.rating.likelihood import Model, Terms, outcome_slopes, probabilities, terms
from qistas.engine.rating.newton import conjugate_gradients
from qistas.engine.rating.result import Ratings
from qistas.engine.sums import sum_by

Ties = Literal["davidson", "rao_kupper", "half", "ignore"]
Intervals = Literal["sandwich", "model", "bootstrap", "none"]

# The prior that steps in where the data alone would send a strength to infinity, in logits.
FALLBACK_SD = 3.0

_DIRECT = 400
_DENSE = 3000
_MAX_DENSE_INTERVALS = 5000


@dataclass(frozen=True, slots=True)
class _Rows:
    left: IntArray
    right: IntArray
    wins: FloatArray
    losses: FloatArray
    ties: FloatArray
    design: FloatArray
    n_items: int


@dataclass(frozen=True, slots=True)
class _Fit:
    theta: FloatArray
    beta: FloatArray
    eta: float
    value: float
    iterations: int
    converged: bool


def bradley_terry(
    data: Comparisons | PairCounts,
    *,
    ties: Ties = "davidson",
    covariates: ArrayLike | None = None,
    position: bool = False,
    weight: ArrayLike | None = None,
    prior_sd: float | None = None,
    intervals: Intervals = "sandwich",
    level: float = 0.95,
    n_bootstrap: int = 200,
    rng: np.random.Generator | None = None,
    max_iterations: int = 100,
) -> Ratings:
    """Return the strengths of items.

    ``data``: comparisons, or their counts by pair (then there are no covariates, and a sandwich cannot know of
    annotators). ``ties``: the model of ties; ``half`` counts one as half a win of each, ``ignore`` leaves them out;
    without any tie all four are the plain Bradley–Terry model. ``covariates``: (n, k), the left item's value less
    the right one's (position aside, style, length …). ``position``: adds the advantage of being on the left.
    ``weight``: (n,) weights of comparisons. ``prior_sd``: standard deviation in logits of a normal prior on strengths
    (None: maximum likelihood).

    ``intervals``: ``sandwich`` (robust; clustered by annotator when the comparisons name more than one), ``model``
    (inverse information), ``bootstrap`` (annotators drawn with replacement, or comparisons when there are none;
    needs ``rng``) or ``none``.

    Decided cases: where some items beat all others throughout, or groups of items never meet, no finite maximum
    exists; a prior of sd 3 is then used and the warning says so. No comparison: strengths 0, errors NaN. An item
    never compared has strength 0 and, through the prior, a wide interval. Beyond 5,000 items only the bootstrap gives
    intervals. Raises ``ValueError`` for arrays that do not fit together and values that are not finite.
    """
    if ties not in get_args(Ties):
        raise ValueError(f"ties must be one of {', '.join(get_args(Ties))}, not {ties!r}")
    if intervals not in get_args(Intervals):
        raise ValueError(f"intervals must be one of {', '.join(get_args(Intervals))}, not {intervals!r}")
    if not 0.0 < level < 1.0:
        raise ValueError("level must lie between 0 and 1")
    if prior_sd is not None and not prior_sd > 0.0:
        raise ValueError("prior_sd must be above zero (None for maximum likelihood)")
    if intervals == "bootstrap" and rng is None:
        raise ValueError("bootstrap intervals need rng, a numpy.random.Generator")
    extra = _covariates(data, covariates, position)
    counts, pair, sign = _counts(data, weight, extra is not None, position)
    rows, model = _rows(counts, ties, extra, pair, position)
    total = float((rows.wins + rows.losses + rows.ties).sum())
    n, k = rows.n_items, rows.design.shape[1]
    nan_items, nan_effects = np.full(n, np.nan), np.full(k, np.nan)
    if total == 0.0:
        note = "there is no comparison to learn from"
        return Ratings(
            np.zeros(n),
            nan_items,
            nan_items,
            nan_items,
            nan_effects,
            nan_effects,
            np.nan,
            model,
            0.0,
            0.0,
            0,
            True,
            note,
        )
    notes: list[str] = []
    sd = prior_sd
    if sd is None and not strongly_connected(counts):
        sd = FALLBACK_SD
        notes.append(
            "some items won or lost throughout, or were never compared with the rest, so the data alone give no finite "
            f"strengths; a normal prior with standard deviation {FALLBACK_SD:g} was used"
        )
    fit = _maximise(rows, model, sd, max_iterations, None)
    if not fit.converged:
        notes.append(f"not converged after {fit.iterations} iterations")
    error, effects_error, covariance = nan_items, nan_effects, None
    low, high = nan_items, nan_items
    if intervals == "bootstrap" and rng is not None:
        draws = _bootstrap(
            data, counts, rows, pair, sign, weight, model, sd, fit, n_bootstrap, rng, max_iterations, ties
        )
        error, effects_error = draws[:, :n].std(axis=0, ddof=1), draws[:, n : n + k].std(axis=0, ddof=1)
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(draws[:, :n], [tail, 1.0 - tail], axis=0)
    elif intervals != "none":
        if n > _MAX_DENSE_INTERVALS:
            notes.append(f"more than {_MAX_DENSE_INTERVALS} items: intervals need intervals='bootstrap'")
        else:
            bread = _inverse(rows, model, fit, sd)
            spread = bread
            if intervals == "sandwich":
                middle = _middle(data, rows, pair, sign, weight, model, fit, bread, ties)
                if sd is not None:
                    # The prior counts as one more observation of each strength.
                    middle[np.arange(n), np.arange(n)] += 1.0 / sd**2
                spread = bread @ middle @ bread
            spread = _centred(spread, n)
            variance = np.maximum(np.diag(spread), 0.0)
            error, effects_error = np.sqrt(variance[:n]), np.sqrt(variance[n : n + k])
            covariance = _centred(bread, n)[:n, :n]
            z = NormalDist().inv_cdf((1.0 + level) / 2.0)
            low, high = fit.theta - z * error, fit.theta + z * error
    return Ratings(
        fit.theta,
        error,
        low,
        high,
        fit.beta,
        effects_error,
        fit.eta if model != "bradley_terry" else float("nan"),
        model,
        fit.value,
        total,
        fit.iterations,
        fit.converged,
        "; ".join(notes) or None,
        covariance,
    )


def win_probability(ratings: Ratings, left: ArrayLike, right: ArrayLike) -> FloatArray:
    """Return (n, 3): the chances that the left item wins, that the right one does, and of a tie; no covariates."""
    gap = ratings.strength[np.asarray(left)] - ratings.strength[np.asarray(right)]
    parts = probabilities(ratings.model, np.atleast_1d(gap), ratings.tie)
    return np.stack(parts, axis=1)


def _covariates(
    data: Comparisons | PairCounts, covariates: ArrayLike | None, position: bool
) -> FloatArray | None:
    if isinstance(data, PairCounts):
        if covariates is not None or position:
            raise ValueError(
                "covariates and the position effect need the comparisons themselves, not their counts"
            )
        return None
    if covariates is None:
        return None
    given = np.asarray(covariates, dtype=np.float64)
    if given.ndim == 1:
        given = given[:, None]
    if given.ndim != 2 or len(given) != len(data):
        raise ValueError(
            f"covariates must have one row for each of {len(data)} comparisons, but have shape {given.shape}"
        )
    if not bool(np.isfinite(given).all()):
        raise ValueError("covariates must be finite")
    return given


def _counts(
    data: Comparisons | PairCounts, weight: ArrayLike | None, apart: bool, position: bool
) -> tuple[PairCounts, IntArray, NDArray[np.int8]]:
    """Return counts (one row a comparison where ``apart``), each comparison's row and whether it was turned round."""
    if isinstance(data, PairCounts):
        if weight is not None:
            raise ValueError("weight goes with comparisons; counts carry theirs already")
        every = np.concatenate((data.wins, data.losses, data.ties))
        if not bool(np.isfinite(every).all()) or bool((every < 0.0).any()):
            raise ValueError("counts must be finite and not negative")
        return data, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8)
    if not apart:
        counts = count_pairs(data, weight=weight, ordered=position)
        pair, _, _, sign = pair_index(data, position)
        return counts, pair, sign
    w = np.ones(len(data)) if weight is None else np.asarray(weight, dtype=np.float64)
    if w.shape != (len(data),):
        raise ValueError("weight must hold one number for every comparison")
    own = [w * (data.outcome == kind) for kind in (1, -1, 0)]
    counts = PairCounts(data.left, data.right, own[0], own[1], own[2], data.n_items)
    return counts, np.arange(len(data), dtype=np.int64), np.ones(len(data), dtype=np.int8)


def _rows(
    counts: PairCounts, ties: Ties, extra: FloatArray | None, pair: IntArray, position: bool
) -> tuple[_Rows, Model]:
    m = len(counts.left)
    design = np.zeros((m, 0)) if extra is None else extra
    if position:
        design = np.column_stack([design, np.ones(m)])
    wins, losses, tied = counts.wins, counts.losses, counts.ties
    model: Model = "bradley_terry"
    if ties == "half":
        wins, losses, tied = wins + tied / 2.0, losses + tied / 2.0, np.zeros(m)
    elif ties == "ignore":
        tied = np.zeros(m)
    elif float(tied.sum()) > 0.0:
        model = ties
    return _Rows(counts.left, counts.right, wins, losses, tied, design, counts.n_items), model


def _gap(rows: _Rows, theta: FloatArray, beta: FloatArray) -> FloatArray:
    d = theta[rows.left] - theta[rows.right]
    return d + rows.design @ beta if rows.design.shape[1] else d


def _by_item(rows: _Rows, values: FloatArray) -> FloatArray:
    """Aᵀ values: added for the left item, taken away for the right one."""
    out = sum_by(rows.left, values, rows.n_items)
    return np.asarray(out - sum_by(rows.right, values, rows.n_items), dtype=np.float64)


def _evaluate(rows: _Rows, model: Model, u: FloatArray) -> Terms:
    n, k = rows.n_items, rows.design.shape[1]
    eta = float(u[-1]) if model != "bradley_terry" else 0.0
    return terms(model, _gap(rows, u[:n], u[n : n + k]), eta, rows.wins, rows.losses, rows.ties)


def _hessian(rows: _Rows, model: Model, at: Terms, sd: float | None) -> FloatArray:
    """Return minus the Hessian of the penalised log-likelihood, dense."""
    n, k = rows.n_items, rows.design.shape[1]
    size = n + k + (model != "bradley_terry")
    off = sum_by(rows.left * n + rows.right, at.curve, n * n).reshape(n, n)
    diagonal = off.sum(axis=1) + off.sum(axis=0)
    if sd is not None:
        diagonal = diagonal + 1.0 / sd**2
    h = np.zeros((size, size))
    inner = h[:n, :n]
    np.subtract(inner, off, out=inner)
    np.subtract(inner, off.T, out=inner)
    inner[np.arange(n), np.arange(n)] += diagonal
    for j in range(k):
        h[:n, n + j] = h[n + j, :n] = _by_item(rows, at.curve * rows.design[:, j])
    h[n : n + k, n : n + k] = rows.design.T @ (at.curve[:, None] * rows.design)
    if at.cross is not None:
        h[:n, -1] = h[-1, :n] = _by_item(rows, at.cross)
        h[n : n + k, -1] = h[-1, n : n + k] = rows.design.T @ at.cross
        h[-1, -1] = at.curve_tie
    return h


def _step(
    rows: _Rows, model: Model, at: Terms, sd: float | None, gradient: FloatArray, tolerance: float
) -> FloatArray:
    n, k = rows.n_items, rows.design.shape[1]
    if n <= _DIRECT:
        h = _hessian(rows, model, at, sd)
        if sd is None:
            # The gradient has no part along a common shift, so closing that direction changes nothing else.
            h[:n, :n] += float(np.trace(h[:n, :n])) / (n * n)
        ridge = 1e-12 * max(float(np.abs(np.diag(h)).max()), 1e-300)
        return np.asarray(np.linalg.solve(h + ridge * np.eye(len(h)), gradient), dtype=np.float64)
    if n <= _DENSE:
        h = _hessian(rows, model, at, sd)
        return conjugate_gradients(
            lambda v: h @ v, gradient, np.diag(h).copy(), tolerance=tolerance, limit=10 * len(h)
        )

    prior = 0.0 if sd is None else 1.0 / sd**2
    both = sum_by(rows.left, at.curve, n) + sum_by(rows.right, at.curve, n)
    diagonal = np.concatenate((both + prior, np.einsum("mk,m,mk->k", rows.design, at.curve, rows.design)))
    if at.cross is not None:
        diagonal = np.append(diagonal, at.curve_tie)

    def product(v: FloatArray) -> FloatArray:
        gap = _gap(rows, v[:n], v[n : n + k])
        pull = at.curve * gap
        tail = np.zeros(0)
        if at.cross is not None:
            pull = pull + at.cross * v[-1]
            tail = np.array([float(at.cross @ gap) + at.curve_tie * v[-1]])
        return np.concatenate((_by_item(rows, pull) + prior * v[:n], rows.design.T @ pull, tail))

    return conjugate_gradients(product, gradient, diagonal, tolerance=tolerance, limit=10 * len(gradient))


def _maximise(rows: _Rows, model: Model, sd: float | None, max_iterations: int, start: _Fit | None) -> _Fit:
    n, k = rows.n_items, rows.design.shape[1]
    with_tie = model != "bradley_terry"
    u = np.zeros(n + k + with_tie)
    if with_tie:
        # The maximum for equal strengths: a good place to begin.
        share = float(rows.ties.sum()) / float((rows.wins + rows.losses + rows.ties).sum())
        share = min(max(share, 1e-6), 1.0 - 1e-6)
        u[-1] = (
            np.log(2.0 * share / (1.0 - share))
            if model == "davidson"
            else np.log((1.0 + share) / (1.0 - share))
        )
    if start is not None:
        u[:n], u[n : n + k] = start.theta, start.beta
        if with_tie:
            u[-1] = start.eta

    def penalty(x: FloatArray) -> float:
        return 0.0 if sd is None else float(x[:n] @ x[:n]) / (2.0 * sd * sd)

    at = _evaluate(rows, model, u)
    height = at.value - penalty(u)
    converged = False
    iterations = 0
    decrement = np.inf
    while iterations < max_iterations:
        iterations += 1
        gradient = np.concatenate((_by_item(rows, at.slope), rows.design.T @ at.slope))
        if sd is not None:
            gradient[:n] -= u[:n] / sd**2
        if with_tie:
            gradient = np.append(gradient, at.slope_tie)
        step = _step(rows, model, at, sd, gradient, 1e-3 if decrement > 1.0 else 1e-6)
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            break
        size = 1.0
        while True:
            trial = u + size * step
            if model != "rao_kupper" or trial[-1] > 0.0:
                fresh = _evaluate(rows, model, trial)
                risen = fresh.value - penalty(trial)
                # Down to rounding, a full Newton step at the top can only lose what rounding loses.
                if risen >= height - 1e-12 * (1.0 + abs(height)):
                    break
            size /= 2.0
            if size < 1e-10:
                trial, fresh, risen = u, at, height
                break
        u, at, height = trial, fresh, risen
        if abs(decrement) <= 1e-10 * max(1.0, abs(height)) or size < 1e-10:
            converged = size >= 1e-10 or abs(decrement) <= 1e-6 * max(1.0, abs(height))
            break
    theta = u[:n] - u[:n].mean() if n else u[:n]
    eta = float(u[-1]) if with_tie else 0.0
    return _Fit(theta, u[n : n + k].copy(), eta, at.value, iterations, converged)


def _pack(fit: _Fit, model: Model) -> FloatArray:
    tail = [fit.eta] if model != "bradley_terry" else []
    return np.concatenate((fit.theta, fit.beta, tail))


def _inverse(rows: _Rows, model: Model, fit: _Fit, sd: float | None) -> FloatArray:
    n = rows.n_items
    h = _hessian(rows, model, _evaluate(rows, model, _pack(fit, model)), sd)
    if sd is None:
        h[:n, :n] += float(np.trace(h[:n, :n])) / (n * n)
    h += 1e-12 * max(float(np.abs(np.diag(h)).max()), 1e-300) * np.eye(len(h))
    return np.asarray(np.linalg.inv(h), dtype=np.float64)


def _centred(spread: FloatArray, n: int) -> FloatArray:
    """Return the covariance of strengths less their mean, other parameters as they are."""
    out = spread.copy()
    out[:n, :] -= out[:n, :].mean(axis=0, keepdims=True)
    out[:, :n] -= out[:, :n].mean(axis=1, keepdims=True)
    return out


def _middle(
    data: Comparisons | PairCounts,
    rows: _Rows,
    pair: IntArray,
    sign: NDArray[np.int8],
    weight: ArrayLike | None,
    model: Model,
    fit: _Fit,
    bread: FloatArray,
    ties: Ties,
) -> FloatArray:
    """Return the sum of squared scores, by annotator where there are several: the middle of the sandwich."""
    n, k = rows.n_items, rows.design.shape[1]
    d = _gap(rows, fit.theta, fit.beta)
    won, lost, tied = outcome_slopes(model, d, fit.eta)
    if ties == "half":
        tied = (won + lost) / 2.0
    if isinstance(data, PairCounts) or data.n_annotators <= 1:
        # Every comparison by itself: the middle is a weighted Laplacian, and needs one pass over the rows.
        if isinstance(data, PairCounts):
            square = rows.wins * won**2 + rows.losses * lost**2 + rows.ties * tied**2
        else:
            own = _own_slopes(data, weight, pair, sign, won, lost, tied, ties)
            square = sum_by(pair, own * own, len(rows.left))
        flat = Terms(0.0, square, square, 0.0, None, 0.0)
        middle = np.zeros_like(bread)
        size = n + k
        middle[:size, :size] = _hessian(rows, "bradley_terry", flat, None)
        return middle
    own = _own_slopes(data, weight, pair, sign, won, lost, tied, ties)
    size = n + k
    middle = np.zeros_like(bread)
    order = np.argsort(data.annotator, kind="stable")
    people, first = np.unique(data.annotator[order], return_index=True)
    edge = np.append(first, len(order))
    batch = max(1, 4_000_000 // max(size, 1))
    for low in range(0, len(people), batch):
        high = min(low + batch, len(people))
        at = order[edge[low] : edge[high]]
        who = np.repeat(np.arange(high - low), np.diff(edge[low : high + 1]))
        score = sum_by(who * n + rows.left[pair[at]], own[at], (high - low) * n)
        score = score - sum_by(who * n + rows.right[pair[at]], own[at], (high - low) * n)
        columns: list[FloatArray] = [score.reshape(-1, n)]
        for j in range(k):
            added = sum_by(who, own[at] * rows.design[pair[at], j], high - low)
            columns.append(added[:, None])
        table = np.concatenate(columns, axis=1)
        middle[:size, :size] += table.T @ table
    middle *= len(people) / max(len(people) - 1, 1)
    return middle


def _own_slopes(
    data: Comparisons,
    weight: ArrayLike | None,
    pair: IntArray,
    sign: NDArray[np.int8],
    won: FloatArray,
    lost: FloatArray,
    tied: FloatArray,
    ties: Ties,
) -> FloatArray:
    """Return each comparison's slope by its row's gap, times its weight."""
    outcome = data.outcome * sign
    own = np.where(outcome == 1, won[pair], np.where(outcome == -1, lost[pair], tied[pair]))
    if ties == "ignore":
        own = np.where(outcome == 0, 0.0, own)
    return own if weight is None else own * np.asarray(weight, dtype=np.float64)


def _bootstrap(
    data: Comparisons | PairCounts,
    counts: PairCounts,
    rows: _Rows,
    pair: IntArray,
    sign: NDArray[np.int8],
    weight: ArrayLike | None,
    model: Model,
    sd: float | None,
    fit: _Fit,
    n_bootstrap: int,
    rng: np.random.Generator,
    max_iterations: int,
    ties: Ties,
) -> FloatArray:
    """Return (n_bootstrap, n_items + k) refitted parameters, each fit starting from the sample's."""
    # A replicate may lose the connection that the sample has; a wide prior keeps it finite.
    prior = sd if sd is not None else 10.0 * FALLBACK_SD
    out = np.empty((n_bootstrap, rows.n_items + rows.design.shape[1]))
    for b in range(n_bootstrap):
        if isinstance(data, PairCounts):
            every = np.concatenate((rows.wins, rows.losses, rows.ties))
            total = every.sum()
            drawn = rng.multinomial(round(float(total)), every / total).astype(np.float64)
            wins, losses, tied = np.split(drawn, 3)
        else:
            if data.n_annotators > 1:
                people = np.bincount(
                    rng.integers(0, data.n_annotators, data.n_annotators), minlength=data.n_annotators
                )
                times = people[data.annotator].astype(np.float64)
            else:
                times = np.bincount(rng.integers(0, len(data), len(data)), minlength=len(data)).astype(
                    np.float64
                )
            if weight is not None:
                times = times * np.asarray(weight, dtype=np.float64)
            outcome: NDArray[Any] = data.outcome * sign
            wins, losses, tied = (
                sum_by(pair, times * (outcome == kind), len(rows.left)) for kind in (1, -1, 0)
            )
            if ties == "half":
                wins, losses, tied = wins + tied / 2.0, losses + tied / 2.0, np.zeros(len(tied))
            elif ties == "ignore":
                tied = np.zeros(len(tied))
        again = _Rows(rows.left, rows.right, wins, losses, tied, rows.design, rows.n_items)
        used: Model = model if float(tied.sum()) > 0.0 else "bradley_terry"
        refit = _maximise(again, used, prior, max_iterations, fit)
        out[b] = np.concatenate((refit.theta, refit.beta))
    return out
