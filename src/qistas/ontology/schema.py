"""The JSON Schema (2020-12) of an answer, for tools that make or check answers without us."""

from __future__ import annotations

from typing import Any

from .types import Ontology, Question


def answer_schema(ontology: Ontology) -> dict[str, Any]:
    """JSON Schema of an answer. What it cannot say (ends of a text or an image, overlaps) only the server checks."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answer",
        "type": "object",
        "properties": {question.name: _described(question, ontology) for question in ontology.questions},
        "required": [
            question.name for question in ontology.questions if question.required and question.when is None
        ],
        "additionalProperties": False,
    }
    rules = [_conditional(question, ontology) for question in ontology.questions if question.when is not None]
    if rules:
        schema["allOf"] = rules
    return schema


def _described(question: Question, ontology: Ontology) -> dict[str, Any]:
    schema = question.kind.json_schema(question)
    return {"title": question.within("", *ontology.languages), **schema}


def _conditional(question: Question, ontology: Ontology) -> dict[str, Any]:
    """An answer to a question that is not asked is refused, so a condition need only look at its own question."""
    assert question.when is not None
    above = ontology.question_named[question.when.question]
    holding = above.kind.holding_schema(above, question.when.keys)
    rule: dict[str, Any] = {
        "if": {"properties": {above.name: holding}, "required": [above.name]},
        "else": {"properties": {question.name: False}},
    }
    if question.required:
        rule["then"] = {"required": [question.name]}
    return rule
