"""Tasks: the queue of items put to annotators, and the leases by which they take them."""

from .claim import claim_tasks
from .expire import expire_leases
from .extend import Decision, annotators_present, answers_by_task, extend_tasks
from .list_tasks import beginnings_of, list_tasks
from .plan import replan_tasks
from .prioritise import list_batches, prioritise_task, save_batch
from .release import release_lease, renew_lease, skip_task
from .types import Batch, Claim, ListedTask, Offer, SkipReason, Task

__all__ = [
    "Batch",
    "Claim",
    "Decision",
    "ListedTask",
    "Offer",
    "SkipReason",
    "Task",
    "annotators_present",
    "answers_by_task",
    "beginnings_of",
    "claim_tasks",
    "expire_leases",
    "extend_tasks",
    "list_batches",
    "list_tasks",
    "prioritise_task",
    "release_lease",
    "renew_lease",
    "replan_tasks",
    "save_batch",
    "skip_task",
]
