"""The registry of kinds: the one place that names them all. Everything else goes through the Protocol `Kind`."""

from types import MappingProxyType

from .base import (
    NOTHING_LEARNT,
    Answers,
    Box,
    Break,
    Column,
    ColumnType,
    Consensus,
    Inference,
    Kind,
    LabelSkill,
    Learnt,
    Polygon,
    Skill,
    Span,
    Value,
)
from .box import BoxKind
from .choice import Choice
from .pairwise import Pairwise
from .polygon import PolygonKind
from .ranking import Ranking
from .rating import Rating
from .span import SpanKind
from .text import Text
from .voting import MOST_IN_CONFUSION, MOST_TALLIES, inference_of_shards, shares_of

KINDS: MappingProxyType[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (Choice(), Rating(), Text(), SpanKind(), BoxKind(), PolygonKind(), Pairwise(), Ranking())
    }
)

__all__ = [
    "KINDS",
    "MOST_IN_CONFUSION",
    "MOST_TALLIES",
    "NOTHING_LEARNT",
    "Answers",
    "Box",
    "Break",
    "Column",
    "ColumnType",
    "Consensus",
    "Inference",
    "Kind",
    "LabelSkill",
    "Learnt",
    "Polygon",
    "Skill",
    "Span",
    "Value",
    "inference_of_shards",
    "shares_of",
]
