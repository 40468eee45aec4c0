"""Does this answer fit the ontology, and this item? Every fault is named with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, cast

from qistas.core.canonical import GREATEST_INTEGER
from qistas.core.errors import AnswerInvalid, Fault

from .reading import a, nearest, unreadable
from .types import Field, FieldType, Ontology, Question

MOST_TURNS = 10_000
MOST_JSON_DEPTH = 64
MOST_SIDE = 1_000_000
ROLES = ("user", "assistant", "system")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"image/[a-z0-9.+-]{1,64}")
_ABSENT: Any = object()


def validate_answer(ontology: Ontology, answer: Any, data: Mapping[str, Any] | None) -> dict[str, Any]:
    """The answer in its normal form: questions in order, each value as its kind writes it. Raises AnswerInvalid.

    `data` is the item's; None leaves out the checks that need it (offsets within a text, boxes within an image).
    """
    faults: list[Fault] = []
    found = check_answer(ontology, answer, data, faults)
    if faults:
        count = "one problem" if len(faults) == 1 else f"{len(faults)} problems"
        raise AnswerInvalid(f"The answer has {count}: {faults[0].where} {faults[0].message}.", faults)
    return found


def check_answer(
    ontology: Ontology, answer: Any, data: Mapping[str, Any] | None, faults: list[Fault]
) -> dict[str, Any]:
    """As `validate_answer`, but faults are added to a list and what is right comes back."""
    if type(answer) is not dict:
        faults.append(Fault("answer", f"is {a(answer)}, not an object", "Send {question: value, …}."))
        return {}
    given = cast("dict[str, Any]", answer)
    found: dict[str, Any] = {}
    met = 0
    for question in ontology.asking_order:
        name = question.name
        value = given.get(name, _ABSENT)
        when = question.when
        if when is not None and not _is_asked(question, found, ontology):
            if value is not _ABSENT:
                met += 1
                because = f"`{when.question}` is not {' or '.join(str(v) for v in when.values[:3])}"
                faults.append(
                    Fault(
                        f"answer.{name}",
                        f"was not asked, since {because}",
                        "Leave it out.",
                        "answer_not_asked",
                    )
                )
        elif value is _ABSENT:
            if question.required:
                faults.append(
                    Fault(
                        f"answer.{name}",
                        "is missing",
                        "Answer this question; it is required.",
                        "answer_missing",
                    )
                )
        else:
            met += 1
            normal = question.kind.validate(question, value, data, f"answer.{name}", faults)
            if normal is not None:
                found[name] = normal
    if met < len(given):
        for name in islice((name for name in given if name not in ontology.question_named), 10):
            hint = nearest(name, ontology.question_named)
            message = "is no question of this ontology"
            faults.append(Fault(f"answer.{str(name)[:64]}", message, f"Leave it out.{hint}"))
    if len(found) > 1 and ontology.asking_order is not ontology.questions:
        return {
            question.name: found[question.name] for question in ontology.questions if question.name in found
        }
    return found


def asked_questions(ontology: Ontology, answer: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions asked under a (normal) answer, in the order of the document."""
    found: dict[str, Any] = {}
    asked: set[str] = set()
    for question in ontology.asking_order:
        if question.when is None or _is_asked(question, found, ontology):
            asked.add(question.name)
            if question.name in answer:
                found[question.name] = answer[question.name]
    return tuple(question for question in ontology.questions if question.name in asked)


def fits(question: Question, value: Any) -> bool:
    """Whether a stored value still fits `question`: one given under an older version may not."""
    faults: list[Fault] = []
    return question.kind.validate(question, value, None, "", faults) is not None and not faults


def _is_asked(question: Question, found: Mapping[str, Any], ontology: Ontology) -> bool:
    """`found` holds values of asked questions only, so a condition on one that was not asked does not hold."""
    when = question.when
    assert when is not None
    value = found.get(when.question)
    if value is None:
        return False
    above = ontology.question_named[when.question]
    return not when.keys.isdisjoint(above.kind.holds(above, value))


def validate_item(ontology: Ontology, data: Any) -> list[Fault]:
    """What is wrong with an item's data, by field; nothing for one that fits.

    Keys that are no field are faults: an importer puts them into the metadata.
    """
    if type(data) is not dict:
        return [
            Fault("item", f"is {a(data)}, not an object", "Give an object with the fields of the ontology.")
        ]
    given = cast("dict[str, Any]", data)
    faults: list[Fault] = []
    met = 0
    for field in ontology.fields:
        value = given.get(field.name, _ABSENT)
        if value is not _ABSENT:
            met += 1
        if value is None or value is _ABSENT:
            if field.required:
                faults.append(Fault(field.name, "is missing", "Every item needs this field."))
        else:
            CHECKS[field.type](field, value, faults)
    if met < len(given):
        for name in islice((name for name in given if name not in ontology.field_named), 10):
            hint = nearest(name, ontology.field_named)
            message = "is no field of this ontology"
            faults.append(Fault(str(name)[:64], message, f"Put it into the metadata.{hint}"))
    return faults


def _check_text(field: Field, value: Any, faults: list[Fault]) -> None:
    if type(value) is not str:
        faults.append(Fault(field.name, f"is {a(value)}, not a text", "Give a string."))
    elif problem := unreadable(value):
        faults.append(Fault(field.name, problem, "Remove the character."))
    elif field.required and (not value or value.isspace()):
        faults.append(Fault(field.name, "is empty", "There is nothing to judge: give the text."))


def _check_image(field: Field, value: Any, faults: list[Fault]) -> None:
    if type(value) is not dict:
        faults.append(
            Fault(
                field.name,
                f"is {a(value)}, not a stored image",
                "Import the picture as a file, or give its path.",
            )
        )
        return
    image = cast("dict[str, Any]", value)
    blob, width, height, media = (image.get(key) for key in ("blob", "width", "height", "media_type"))
    if type(blob) is not str or not _SHA256.fullmatch(blob):
        faults.append(
            Fault(
                f"{field.name}.blob",
                f"is {a(blob)}",
                "Give the SHA-256 of the stored file in 64 hexadecimal digits.",
            )
        )
    for key, side in (("width", width), ("height", height)):
        if type(side) is not int or not 1 <= side <= MOST_SIDE:
            faults.append(Fault(f"{field.name}.{key}", f"is {a(side)}", "Give it in whole pixels."))
    if type(media) is not str or not _MEDIA_TYPE.fullmatch(media):
        faults.append(
            Fault(
                f"{field.name}.media_type", f"is {a(media)}", "Give it as image/png, image/jpeg or the like."
            )
        )
    if len(image) > 4:
        faults.append(
            Fault(
                field.name,
                "holds more than blob, width, height and media_type",
                "Put the rest into the metadata.",
            )
        )


def _check_chat(field: Field, value: Any, faults: list[Fault]) -> None:
    if type(value) is not list:
        faults.append(Fault(field.name, f"is {a(value)}, not a list of turns", "Give [{role, content}, …]."))
        return
    turns = cast("list[Any]", value)
    if (field.required and not turns) or len(turns) > MOST_TURNS:
        faults.append(Fault(field.name, f"has {len(turns):,} turns", f"Give 1 to {MOST_TURNS:,}."))
        return
    for at, entry in enumerate(turns):
        where = f"{field.name}[{at}]"
        if type(entry) is not dict:
            faults.append(Fault(where, f"is {a(entry)}, not a turn", "Give {role, content}."))
            continue
        turn = cast("dict[str, Any]", entry)
        role, content = turn.get("role"), turn.get("content")
        if type(role) is not str or role not in ROLES:
            faults.append(Fault(f"{where}.role", f"is {a(role)}", f"Choose one of {', '.join(ROLES)}."))
        if type(content) is not str:
            faults.append(Fault(f"{where}.content", f"is {a(content)}, not a text", "Give a string."))
        elif problem := unreadable(content):
            faults.append(Fault(f"{where}.content", problem, "Remove the character."))
        if len(turn) > 2:
            faults.append(Fault(where, "holds more than role and content", "Put the rest into the metadata."))
        if len(faults) > 100:
            return


def _check_json(field: Field, value: Any, faults: list[Fault]) -> None:
    """Walked with a stack of our own: depth costs no recursion. The first problem is told."""
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        problem = ""
        if type(part) is str:
            problem = unreadable(part)
        elif type(part) is float:
            problem = "" if math.isfinite(part) else f"holds {part}, which is no JSON number"
        elif type(part) is int:
            problem = (
                ""
                if abs(part) <= GREATEST_INTEGER
                else "holds a whole number beyond 2^53, which JSON readers round"
            )
        elif type(part) is dict or type(part) is list:
            inner: Any = part
            if depth > MOST_JSON_DEPTH:
                problem = f"is nested deeper than {MOST_JSON_DEPTH}"
            elif type(part) is dict:
                problem = next(
                    (
                        said
                        for key in inner
                        if (said := unreadable(key) if type(key) is str else "has a key that is no text")
                    ),
                    "",
                )
            if not problem:
                waiting += [(one, depth + 1) for one in (inner.values() if type(part) is dict else inner)]
        elif part is not None and type(part) is not bool:
            problem = f"holds {a(part)}"
        if problem:
            faults.append(Fault(field.name, problem, "Give plain JSON."))
            return


CHECKS: dict[FieldType, Callable[[Field, Any, list[Fault]], None]] = {
    FieldType.TEXT: _check_text,
    FieldType.MARKDOWN: _check_text,
    FieldType.IMAGE: _check_image,
    FieldType.CHAT: _check_chat,
    FieldType.JSON: _check_json,
}
