"""Quality: from many answers to one with honest doubt; gold, agreement, skill, review and adjudication."""

from .adjudicate import adjudicate_item
from .errors_find import can_be_checked, find_errors
from .errors_list import list_errors, list_searches, request_errors, requeue_item, undo_requeue
from .errors_types import ErrorSearch, LabelError
from .fit import fit_project
from .flag_skill import FlagDecision, resolve_flag, resume_annotator
from .infer_consensus import infer_due
from .plant_gold import list_gold, plant_gold, remove_gold
from .report import annotator_report, item_history, list_consensus, quality_report, request_fit
from .review import claim_review, review_annotation
from .types import ConsensusRow, Gold, ListedConsensus, ReviewOffer, Verdict

__all__ = [
    "ConsensusRow",
    "ErrorSearch",
    "FlagDecision",
    "Gold",
    "LabelError",
    "ListedConsensus",
    "ReviewOffer",
    "Verdict",
    "adjudicate_item",
    "annotator_report",
    "can_be_checked",
    "claim_review",
    "find_errors",
    "fit_project",
    "infer_due",
    "item_history",
    "list_consensus",
    "list_errors",
    "list_gold",
    "list_searches",
    "plant_gold",
    "quality_report",
    "remove_gold",
    "request_errors",
    "request_fit",
    "requeue_item",
    "resolve_flag",
    "resume_annotator",
    "review_annotation",
    "undo_requeue",
]
