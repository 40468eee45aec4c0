"""Quality: from many answers to one with honest doubt; gold, agreement, skill, review and adjudication."""

from .adjudicate import adjudicate_item
from .fit import fit_project
from .infer_consensus import infer_due
from .plant_gold import list_gold, plant_gold, remove_gold
from .report import item_history, list_consensus, quality_report, request_fit
from .review import claim_review, review_annotation
from .types import ConsensusRow, Gold, ReviewOffer, Verdict

__all__ = [
    "ConsensusRow",
    "Gold",
    "ReviewOffer",
    "Verdict",
    "adjudicate_item",
    "claim_review",
    "fit_project",
    "infer_due",
    "item_history",
    "list_consensus",
    "list_gold",
    "plant_gold",
    "quality_report",
    "remove_gold",
    "request_fit",
    "review_annotation",
]
