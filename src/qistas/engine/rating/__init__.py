"""Strengths of items from comparisons and rankings: intervals, tests that may be stopped at any time, the next pair."""

from __future__ import annotations

from qistas.engine.rating.active_pairs import choose_pairs
from qistas.engine.rating.bradley_terry import bradley_terry, win_probability
from qistas.engine.rating.comparisons import TIE, Comparisons, PairCounts, count_pairs
from qistas.engine.rating.crowd_bt import CrowdRatings, crowd_bradley_terry
from qistas.engine.rating.plackett_luce import PlackettLuce, Rankings, plackett_luce
from qistas.engine.rating.result import Ratings
from qistas.engine.rating.sequential import SequentialTest, sequential_preference

__all__ = [
    "TIE",
    "Comparisons",
    "CrowdRatings",
    "PairCounts",
    "PlackettLuce",
    "Rankings",
    "Ratings",
    "SequentialTest",
    "bradley_terry",
    "choose_pairs",
    "count_pairs",
    "crowd_bradley_terry",
    "plackett_luce",
    "sequential_preference",
    "win_probability",
]
