"""Annotations: what annotators answer. Append-only; drafts live in the lease until they are submitted."""

from .ask import ask_question, list_questions, reply_question
from .draft import save_draft
from .read import annotations_of_item, my_annotations, stream_annotations
from .revise import revise_annotation
from .submit import submit_annotation
from .types import Annotation, Receipt, TaskQuestion

__all__ = [
    "Annotation",
    "Receipt",
    "TaskQuestion",
    "annotations_of_item",
    "ask_question",
    "list_questions",
    "my_annotations",
    "reply_question",
    "revise_annotation",
    "save_draft",
    "stream_annotations",
    "submit_annotation",
]
