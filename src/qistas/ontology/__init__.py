"""The ontology: what may be said about an item, and the project that says it."""

from .define import parse_ontology, parse_yaml
from .kinds import KINDS, Answers, Box, Column, ColumnType, Consensus, Inference, Kind, Skill, Span, Value
from .types import Field, FieldType, Label, Labels, LocalText, Ontology, OntologyVersion, Question, VersionRow
from .validate import asked_questions, check_answer, validate_answer, validate_item

__all__ = [
    "KINDS",
    "Answers",
    "Box",
    "Column",
    "ColumnType",
    "Consensus",
    "Field",
    "FieldType",
    "Inference",
    "Kind",
    "Label",
    "Labels",
    "LocalText",
    "Ontology",
    "OntologyVersion",
    "Question",
    "Skill",
    "Span",
    "Value",
    "VersionRow",
    "asked_questions",
    "check_answer",
    "parse_ontology",
    "parse_yaml",
    "validate_answer",
    "validate_item",
]
