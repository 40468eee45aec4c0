"""The ontology: what may be said about an item, and the project that says it."""

from .create import create_project, update_project
from .define import parse_ontology, parse_yaml
from .document_text import read_document_text, refuse_keys_twice
from .kinds import (
    KINDS,
    NOTHING_LEARNT,
    Answers,
    Box,
    Column,
    ColumnType,
    Consensus,
    Inference,
    Kind,
    LabelSkill,
    Learnt,
    Skill,
    Span,
    Value,
)
from .load import load_ontology, load_project
from .project import (
    AnnotatorProgress,
    Counts,
    Day,
    Method,
    Progress,
    Project,
    ProjectRow,
    ProjectState,
    ReviewPolicy,
    Settings,
)
from .publish import Published, publish_ontology, read_ontology_document
from .read import list_projects, list_versions, read_ontology, read_progress, read_project
from .redundancy import Redundancy, RedundancyMode
from .schema import answer_schema
from .templates import Template, find_template, list_templates
from .types import Field, FieldType, Label, Labels, LocalText, Ontology, OntologyVersion, Question, VersionRow
from .validate import asked_questions, check_answer, fits, validate_answer, validate_item

__all__ = [
    "KINDS",
    "NOTHING_LEARNT",
    "AnnotatorProgress",
    "Answers",
    "Box",
    "Column",
    "ColumnType",
    "Consensus",
    "Counts",
    "Day",
    "Field",
    "FieldType",
    "Inference",
    "Kind",
    "Label",
    "LabelSkill",
    "Labels",
    "Learnt",
    "LocalText",
    "Method",
    "Ontology",
    "OntologyVersion",
    "Progress",
    "Project",
    "ProjectRow",
    "ProjectState",
    "Published",
    "Question",
    "Redundancy",
    "RedundancyMode",
    "ReviewPolicy",
    "Settings",
    "Skill",
    "Span",
    "Template",
    "Value",
    "VersionRow",
    "answer_schema",
    "asked_questions",
    "check_answer",
    "create_project",
    "find_template",
    "fits",
    "list_projects",
    "list_templates",
    "list_versions",
    "load_ontology",
    "load_project",
    "parse_ontology",
    "parse_yaml",
    "publish_ontology",
    "read_document_text",
    "read_ontology",
    "read_ontology_document",
    "read_progress",
    "read_project",
    "refuse_keys_twice",
    "update_project",
    "validate_answer",
    "validate_item",
]
