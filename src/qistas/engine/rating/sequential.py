r"""Is one side preferred? A test that may be looked at after every answer and stopped at any time.

Against the null hypothesis that the left side wins with probability ``m`` a bettor starts with one coin and after
every answer owns

.. math:: K_t(m) = \int \prod_{s \le t} \left(1 + \lambda_q(m) (x_s - m)\right) d\pi(q), \qquad
   \lambda_q(m) = \frac{q - m}{m (1 - m)}

with :math:`x_s` = 1, 0 or 1/2 for a tie and a mixture ``π`` over bets ``q`` in (0, 1). Under the null the fortune is a
non-negative martingale of mean one, so by Ville's inequality it ever reaches 1/α with probability at most α, however
often one looks: ``K_t`` is an e-value at any stopping time, and the values of ``m`` not rejected form a confidence
sequence.

J. Ville 1939; G. Shafer, "Testing by betting", JRSS A 184, 2021; I. Waudby-Smith & A. Ramdas, "Estimating means of
bounded random variables by betting", JRSS B 86, 2024. ``π`` is the Jeffreys (arcsine) weight on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Alternative = Literal["two-sided", "greater", "less"]

_BETS = 129


@dataclass(frozen=True, slots=True)
class SequentialTest:
    """``e_value``: (n,) the fortune after each answer; ``p_value``: min(1, 1 / its largest value so far), valid at any
    time. ``decided_at``: how many answers it took to reach 1/α (None: not yet). ``low``, ``high``: confidence interval
    for the chance that the left side wins (a tie counting half), valid at any time, after the last answer. ``share``:
    its observed value. ``winner``: 1 left, -1 right, 0 undecided.
    """

    e_value: FloatArray
    p_value: float
    decided_at: int | None
    share: float
    low: float
    high: float
    winner: int
    n: int


def sequential_preference(
    outcome: ArrayLike, *, null: float = 0.5, alpha: float = 0.05, alternative: Alternative = "two-sided"
) -> SequentialTest:
    """Test whether the left side wins more (or less) often than ``null``, answer by answer.

    ``outcome``: (n,) in the order of arrival: 1 the left side won, -1 the right one, 0 a tie, as in
    :class:`Comparisons`. ``alternative``: ``greater`` bets on the left side only, ``less`` on the right one only.

    Decided cases: no answers: p = 1, the interval is [0, 1], the share NaN. Only ties: nothing is ever decided.
    Raises ``ValueError`` for other outcomes, or ``null`` or ``alpha`` outside (0, 1).
    """
    if alternative not in get_args(Alternative):
        raise ValueError(
            f"alternative must be one of {', '.join(get_args(Alternative))}, not {alternative!r}"
        )
    if not 0.0 < null < 1.0 or not 0.0 < alpha < 1.0:
        raise ValueError("null and alpha must lie between 0 and 1")
    x = np.asarray(outcome)
    if x.ndim != 1 or (x.size and not bool(np.isin(x, (-1, 0, 1)).all())):
        raise ValueError("outcome must be a row of 1 (left won), -1 (right won) and 0 (tie)")
    n = len(x)
    if n == 0:
        return SequentialTest(np.zeros(0), 1.0, None, float("nan"), 0.0, 1.0, 0, 0)
    wins, losses, ties = (np.cumsum(x == kind).astype(np.float64) for kind in (1, -1, 0))
    fortune = _log_fortune(wins, losses, ties, np.array([null]), alternative)[:, 0]
    high_water = np.maximum.accumulate(fortune)
    reached = np.flatnonzero(high_water >= -np.log(alpha))
    decided_at = int(reached[0]) + 1 if len(reached) else None
    share = float((wins[-1] + ties[-1] / 2.0) / n)
    low, high = _interval(wins[-1], losses[-1], ties[-1], share, alpha, alternative)
    winner = 0
    if decided_at is not None:
        k = decided_at - 1
        winner = 1 if wins[k] + ties[k] / 2.0 > null * decided_at else -1
    p_value = float(min(1.0, np.exp(-high_water[-1])))
    return SequentialTest(
        np.exp(np.minimum(fortune, 700.0)), p_value, decided_at, share, low, high, winner, n
    )


def _log_fortune(
    wins: FloatArray, losses: FloatArray, ties: FloatArray, null: FloatArray, alternative: Alternative
) -> FloatArray:
    """Return (t, m): log K after the given counts (the fortune depends on the counts alone)."""
    angle = (np.arange(_BETS) + 0.5) * np.pi / (2.0 * _BETS)
    bet = np.sin(angle) ** 2
    out = np.empty((len(wins), len(null)))
    for j, m in enumerate(null.tolist()):
        if alternative == "greater":
            q = m + (1.0 - m) * bet
        elif alternative == "less":
            q = m * bet
        else:
            q = bet
        win, loss = np.log(q / m), np.log((1.0 - q) / (1.0 - m))
        tie = np.log((q / m + (1.0 - q) / (1.0 - m)) / 2.0)
        for low in range(0, len(wins), 65536):
            at = slice(low, low + 65536)
            log = wins[at, None] * win + losses[at, None] * loss + ties[at, None] * tie
            top = log.max(axis=1)
            out[at, j] = top + np.log(np.exp(log - top[:, None]).mean(axis=1))
    return out


def _interval(
    wins: float, losses: float, ties: float, share: float, alpha: float, alternative: Alternative
) -> tuple[float, float]:
    """Find by bisection where the fortune against m falls below 1/α, on both sides of the observed share."""
    limit = -np.log(alpha)

    def rejected(m: float) -> bool:
        counts = [np.array([float(v)]) for v in (wins, losses, ties)]
        return float(_log_fortune(counts[0], counts[1], counts[2], np.array([m]), alternative)[0, 0]) >= limit

    def edge(inside: float, outside: float) -> float:
        if not rejected(outside):
            return 0.0 if outside < inside else 1.0
        for _ in range(50):
            middle = (inside + outside) / 2.0
            if rejected(middle):
                outside = middle
            else:
                inside = middle
        return outside

    centre = min(max(share, 1e-9), 1.0 - 1e-9)
    if rejected(centre):
        # Cannot happen for the two-sided fortune; with one-sided bets the share itself is never rejected either.
        return centre, centre
    low = 0.0 if alternative == "less" else edge(centre, 1e-9)
    high = 1.0 if alternative == "greater" else edge(centre, 1.0 - 1e-9)
    return low, high
