"""From a document to an `Ontology`: everything checked, every problem named with its place and remedy."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from qistas.core.errors import Fault, OntologyInvalid

from .document_text import read_document_text
from .kinds import KINDS, Kind
from .reading import MAX_GUIDELINE, MAX_HELP, Reader, a, is_language, nearest, short
from .types import FORMAT, Condition, Direction, Field, FieldType, Label, Labels, Ontology, Question

MOST_FIELDS = 50
MOST_QUESTIONS = 200
MOST_LABELS = 5_000
MOST_LABELS_IN_ALL = 20_000
DEEPEST_LABEL = 32  # levels of the tree of labels; each label carries the names of all above it
MOST_FAULTS = 200
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


def parse_yaml(text: str | bytes) -> Ontology:
    """The ontology written in YAML or JSON text. Raises OntologyInvalid with a fault for every problem."""
    return parse_ontology(read_document_text(text))


def parse_ontology(document: Any) -> Ontology:
    """The ontology that `document` (a mapping, as from JSON) describes. Raises OntologyInvalid with a fault for every problem."""
    faults: list[Fault] = []
    ontology = _parse(document, faults)
    if faults:
        shown = faults[:MOST_FAULTS]
        if len(faults) > MOST_FAULTS:
            shown.append(
                Fault(
                    "document",
                    f"{len(faults) - MOST_FAULTS:,} more problems",
                    "Put the first ones right, then look again.",
                )
            )
        count = "one problem" if len(faults) == 1 else f"{len(faults):,} problems"
        raise OntologyInvalid(f"The ontology has {count}. Nothing was changed.", shown)
    assert ontology is not None
    return ontology


def _parse(document: Any, faults: list[Fault]) -> Ontology | None:
    root = Reader(document, "", faults)
    if not isinstance(document, Mapping):
        return None
    version = root.take("format")
    if version is None:
        root.fault("format", "is missing", f"Begin with `format: {FORMAT}`.")
    elif version is True or version != FORMAT:
        root.fault("format", f"is {a(version)}", f"This version of Qistas reads format {FORMAT}.")
    languages = _languages(root)
    root.languages = languages
    name, guideline = root.text("name"), root.text("guideline", MAX_GUIDELINE)
    fields: dict[str, Field] = {}
    for where, entry in root.rows("fields", 1, MOST_FIELDS, "fields"):
        field = _field(Reader(entry, where, faults, languages))
        if field and field.name in fields:
            faults.append(
                Fault(f"{where}.name", f"a field `{field.name}` is there already", "Give it another name.")
            )
        elif field:
            fields[field.name] = field
    questions: dict[str, Question] = {}
    places: dict[str, str] = {}
    for where, entry in root.rows("questions", 1, MOST_QUESTIONS, "questions"):
        question = _question(Reader(entry, where, faults, languages), fields)
        if question and question.name in questions:
            faults.append(
                Fault(
                    f"{where}.name", f"a question `{question.name}` is there already", "Give it another name."
                )
            )
        elif question:
            questions[question.name], places[question.name] = question, where
    root.done()
    total = sum(len(question.labels) for question in questions.values())
    if total > MOST_LABELS_IN_ALL:
        faults.append(
            Fault("questions", f"have {total:,} labels together", f"Keep to {MOST_LABELS_IN_ALL:,}.")
        )
    if not faults:
        _check_conditions(questions, places, faults)
    if not faults:
        _check_hotkeys(questions, places, faults)
    if faults:
        return None
    return Ontology(
        tuple(fields.values()),
        tuple(questions.values()),
        languages or _languages_used(document),
        name,
        guideline,
    )


def _languages(root: Reader) -> tuple[str, ...]:
    found: list[str] = []
    for where, tag in root.rows("languages", 0, 50, "languages"):
        if not isinstance(tag, str) or not is_language(tag):
            root.faults.append(
                Fault(where, f"{a(tag)} is not a language", "Use a tag such as en, ar or pt-BR.")
            )
        elif tag in found:
            root.faults.append(Fault(where, f"{tag} is named twice", "Name each language once."))
        else:
            found.append(tag)
    return tuple(found)


def _languages_used(document: Mapping[Any, Any]) -> tuple[str, ...]:
    """Where no languages are written: those of the texts, in order; English where there are none."""
    found: dict[str, None] = {}
    waiting: deque[Any] = deque([document])
    while waiting:
        part = waiting.popleft()
        if isinstance(part, Mapping):
            for key in ("name", "guideline", "title", "help", "low_title", "high_title"):
                texts: Any = part.get(key)  # pyright: ignore[reportUnknownVariableType]
                if isinstance(texts, Mapping):
                    found |= dict.fromkeys(str(tag) for tag in texts)
            waiting += [part.get(key) for key in ("fields", "questions", "labels")]
        elif isinstance(part, list | tuple):
            waiting += part
    return tuple(found) or ("en",)


def _field(reader: Reader) -> Field | None:
    name = reader.name()
    kind = reader.word("type", FieldType.TEXT, FieldType)
    title = reader.text("title")
    direction = reader.word("direction", Direction.AUTO, Direction)
    required = reader.flag("required", True)
    reader.done()
    return Field(name, kind, title, direction, required) if name else None


def _question(reader: Reader, fields: Mapping[str, Field]) -> Question | None:
    name = reader.name()
    title, help_ = reader.text("title"), reader.text("help", MAX_HELP)
    required = reader.flag("required", True)
    when = _condition(reader)
    kind = _kind(reader)
    if kind is None:
        return None
    labels = _labels(reader, kind.least_labels) if kind.least_labels else Labels()
    settings = kind.parse_settings(reader, fields, len(labels))
    reader.done()
    return Question(name, kind, title, help_, required, when, labels, settings) if name else None


def _kind(reader: Reader) -> Kind | None:
    given = reader.take("kind")
    if isinstance(given, str) and given in KINDS:
        return KINDS[given]
    said = "is missing" if given is None else f"is {a(given)}"
    reader.fault("kind", said, f"Choose one of {', '.join(KINDS)}.{nearest(given, KINDS) if given else ''}")
    return None


def _condition(reader: Reader) -> Condition | None:
    given = reader.take("when")
    if given is None:
        return None
    inner = Reader(given, reader.at("when"), reader.faults)
    question = inner.name("question")
    rows = inner.rows("is", 1, MOST_LABELS, "values")
    inner.done()
    values: dict[str | int | float, None] = {}
    for where, value in rows:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            reader.faults.append(Fault(where, f"is {a(value)}", "Write a label's name or a number."))
        else:
            whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
            values.setdefault(int(value) if whole else value)
    return Condition(question, tuple(values)) if question and values else None


def _labels(reader: Reader, least: int) -> Labels:
    found: dict[str, Label] = {}
    places: dict[str, str] = {}
    for where, entry in reader.rows("labels", least, MOST_LABELS, "labels"):
        label = _label(
            Reader(
                {"name": entry} if isinstance(entry, str) else entry, where, reader.faults, reader.languages
            )
        )
        if label and label.name in found:
            reader.faults.append(
                Fault(f"{where}.name", f"a label `{label.name}` is there already", "Give it another name.")
            )
        elif label:
            found[label.name], places[label.name] = label, where
    for name, label in found.items():
        where = f"{places[name]}.parent"
        if label.parent is not None and label.parent not in found:
            hint = nearest(label.parent, found)
            reader.faults.append(
                Fault(
                    where,
                    f"there is no label {short(label.parent)} in this question",
                    f"Name one of its labels.{hint}",
                )
            )
    rings, deep = _in_rings(found), _too_deep(found)
    for name in rings:
        reader.faults.append(
            Fault(
                f"{places[name]}.parent", f"`{name}` is its own ancestor", "Break the ring: a tree has a top."
            )
        )
    for name in deep:
        reader.faults.append(
            Fault(
                f"{places[name]}.parent",
                f"`{name}` lies deeper than {DEEPEST_LABEL} levels",
                f"Give it a parent further up: a tree of labels has at most {DEEPEST_LABEL} levels.",
                "label_depth",
                {"name": name, "most": DEEPEST_LABEL},
            )
        )
    if rings or deep:  # refused: the tree, which may be as deep as there are labels, is not built
        return Labels(tuple(replace(label, parent=None) for label in found.values()))
    return Labels(tuple(found.values()))


def _label(reader: Reader) -> Label | None:
    name = reader.name()
    title, help_ = reader.text("title"), reader.text("help", MAX_HELP)
    colour = reader.take("colour")
    if colour is not None and not (isinstance(colour, str) and _COLOUR.fullmatch(colour)):
        reader.fault("colour", f"is {a(colour)}", 'Write it as "#0072B2", in quotation marks.')
        colour = None
    if isinstance(colour, str):
        digits = colour[1:] if len(colour) == 7 else "".join(c + c for c in colour[1:])
        colour = f"#{digits.upper()}"
    hotkey = reader.take("hotkey")
    if isinstance(hotkey, int) and not isinstance(hotkey, bool) and 0 <= hotkey <= 9:
        hotkey = str(hotkey)
    if hotkey is not None and not (
        isinstance(hotkey, str) and len(hotkey) == 1 and (hotkey.isalpha() or hotkey in "0123456789")
    ):
        reader.fault(
            "hotkey", f"is {a(hotkey)}", "Choose one letter or digit; other keys move about the screen."
        )
        hotkey = None
    parent = reader.name("parent") if reader.source.get("parent") is not None else reader.take("parent")
    reader.done()
    return Label(name, title, help_, colour, hotkey.lower() if hotkey else None, parent) if name else None


def _in_rings(labels: Mapping[str, Label]) -> list[str]:
    """Labels that are their own ancestors; every label is walked once."""
    state: dict[str, int] = {}  # 1 being walked, 2 leads to a top, 3 lies on a ring
    for name in labels:
        path: list[str] = []
        at: str | None = name
        while at is not None and at in labels and at not in state:
            state[at] = 1
            path.append(at)
            at = labels[at].parent
        ring = path[path.index(at) :] if at is not None and state.get(at) == 1 else []
        state |= dict.fromkeys(path, 2) | dict.fromkeys(ring, 3)
    return [name for name, found in state.items() if found == 3]


def _too_deep(labels: Mapping[str, Label]) -> list[str]:
    """Labels just below the deepest level, each the top of what must move up; rings have no level and are told elsewhere."""
    level: dict[str, int] = {}
    for name in labels:
        path: dict[str, None] = {}
        at: str | None = name
        while at is not None and at in labels and at not in level and at not in path:
            path[at] = None
            at = labels[at].parent
        above = level.get(at, 0) if at is not None else 0
        for one in reversed(path):
            above += 1
            level[one] = above
    return [name for name, found in level.items() if found == DEEPEST_LABEL + 1]


def _check_conditions(
    questions: Mapping[str, Question], places: Mapping[str, str], faults: list[Fault]
) -> None:
    for name, question in questions.items():
        if question.when is None:
            continue
        where = f"{places[name]}.when"
        asked = questions.get(question.when.question)
        if asked is None:
            hint = nearest(question.when.question, questions)
            faults.append(
                Fault(
                    f"{where}.question",
                    f"there is no question `{question.when.question}`",
                    f"Name a question.{hint}",
                )
            )
            continue
        words = asked.kind.condition_words(asked)
        if words is None:
            faults.append(
                Fault(
                    f"{where}.question",
                    f"a condition cannot look at a {asked.kind.name} question",
                    "Name one with options.",
                )
            )
            continue
        for at, value in enumerate(question.when.values):
            if str(value) not in words:
                hint = nearest(value, words)
                faults.append(
                    Fault(
                        f"{where}.is[{at}]",
                        f"`{asked.name}` never holds {short(value)}",
                        f"Name one of its options.{hint}",
                    )
                )
        seen = [name]
        at_question: Question | None = asked
        while at_question is not None and at_question.name not in seen:
            seen.append(at_question.name)
            at_question = questions.get(at_question.when.question) if at_question.when else None
        if at_question is not None and at_question.name == name:
            faults.append(
                Fault(
                    where,
                    f"the conditions run in a ring: {' → '.join([*seen, name])}",
                    "Let one of them be asked always.",
                )
            )


def _check_hotkeys(questions: Mapping[str, Question], places: Mapping[str, str], faults: list[Fault]) -> None:
    """One key means one label among all questions that can be on screen together."""
    holders: dict[str, list[tuple[Question, Label, int]]] = {}
    for question in questions.values():
        for at, label in enumerate(question.labels):
            if label.hotkey:
                holders.setdefault(label.hotkey.upper(), []).append((question, label, at))
    for key, found in holders.items():
        for (one, first, _), (other, second, at) in combinations(found[:50], 2):
            if one is other or can_meet(one, other, questions):
                whose = f"`{first.name}`" if one is other else f"`{first.name}` of `{one.name}`"
                remedy = "Give each label its own key; questions on screen together share the keyboard."
                faults.append(
                    Fault(
                        f"{places[other.name]}.labels[{at}].hotkey",
                        f"{key} is also the key of {whose}, not only of `{second.name}`",
                        remedy,
                    )
                )


def can_meet(one: Question, other: Question, questions: Mapping[str, Question]) -> bool:
    """Whether some answer asks both: no two of their conditions shut each other out."""
    for left in _chain(one, questions):
        for right in _chain(other, questions):
            if left.question == right.question:
                asked = questions[left.question]
                if not asked.kind.overlaps(asked, left.keys, right.keys):
                    return False
    return True


def _chain(question: Question, questions: Mapping[str, Question]) -> list[Condition]:
    """The conditions that all hold when `question` is asked."""
    found: list[Condition] = []
    while question.when is not None and len(found) <= len(questions):
        found.append(question.when)
        question = questions[question.when.question]
    return found
