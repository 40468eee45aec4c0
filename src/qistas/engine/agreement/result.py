"""What an agreement coefficient comes back as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient with its interval over items.

    ``value``: the coefficient (1 = full agreement, 0 = what chance gives; may be negative; NaN = cannot be
    said). ``low``, ``high``: percentile bootstrap interval over items, NaN where none can be given.
    ``n_items``: items that have at least two answers; ``n_pairable``: the answers on those items.
    ``metric``: the distance or the coefficient used. ``warning``: in words, or None.
    """

    value: float
    low: float
    high: float
    n_items: int
    n_pairable: int
    metric: str
    warning: str | None = None
