"""What changed between two ontologies: in plain words, and what of it stored answers or items might need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .kinds import Break, Value
from .types import Condition, Field, FieldType, Label, Ontology, Question
from .validate import fits

# A field may change between these: items hold the same for both.
_ALIKE = (frozenset((FieldType.TEXT, FieldType.MARKDOWN)),)


@dataclass(frozen=True, slots=True)
class ItemBreak:
    """Something a new ontology asks of items: those that have (or, `holding` false, lack) `field` do not fit it."""

    where: str
    message: str
    remedy: str
    field: str
    holding: bool


@dataclass(slots=True)
class Difference:
    """The changes in plain words, and what they may break."""

    changes: list[str] = field(default_factory=list[str])
    breaks: list[Break] = field(default_factory=list[Break])
    item_breaks: list[ItemBreak] = field(default_factory=list[ItemBreak])


def compare(old: Ontology, new: Ontology) -> Difference:
    """What leads from `old` to `new`."""
    found = Difference()
    if old.name != new.name:
        found.changes.append("The name changed.")
    if old.languages != new.languages:
        found.changes.append(f"The languages are now {', '.join(new.languages)}.")
    if old.guideline != new.guideline:
        found.changes.append("The guideline changed.")
    _compare_fields(old, new, found)
    _compare_questions(old, new, found)
    return found


def _compare_fields(old: Ontology, new: Ontology, found: Difference) -> None:
    for name, before in old.field_named.items():
        where = f"fields.{name}"
        after = new.field_named.get(name)
        if after is None:
            found.changes.append(f"Field `{name}` is taken away.")
            remedy = "Keep the field; a new title renames it for people."
            found.item_breaks.append(ItemBreak(where, f"field `{name}` is taken away", remedy, name, True))
            continue
        if before.type is not after.type:
            found.changes.append(f"Field `{name}` is now of type {after.type} ({before.type} before).")
            if not any(before.type in alike and after.type in alike for alike in _ALIKE):
                message = f"field `{name}` goes from {before.type} to {after.type}"
                found.item_breaks.append(ItemBreak(where, message, "Add a new field instead.", name, True))
        if after.required and not before.required:
            found.item_breaks.append(
                ItemBreak(where, f"field `{name}` becomes required", "Leave it optional.", name, False)
            )
        changed = [
            key for key in ("title", "direction", "required") if getattr(before, key) != getattr(after, key)
        ]
        if changed:
            found.changes.append(f"Field `{name}`: {_listed(changed)} changed.")
    for name, after in new.field_named.items():
        if name not in old.field_named:
            found.changes.append(f"Field `{name}` is new ({'required' if after.required else 'optional'}).")
            if after.required:
                message = f"field `{name}` is new and required"
                found.item_breaks.append(
                    ItemBreak(f"fields.{name}", message, "Add it with `required: false`.", name, False)
                )
    _compare_order("fields", old.fields, new.fields, found)


def _compare_questions(old: Ontology, new: Ontology, found: Difference) -> None:
    for name, before in old.question_named.items():
        after = new.question_named.get(name)
        where = f"questions.{name}"
        if after is None:
            found.changes.append(f"Question `{name}` is taken away.")
            remedy = "Keep the question (it may become optional); a new title renames it for people."
            found.breaks.append(
                Break(where, f"question `{name}` is taken away", remedy, (name,), _holding(name))
            )
        elif before.kind.name != after.kind.name:
            found.changes.append(f"Question `{name}` is now a {after.kind.name} ({before.kind.name} before).")
            message = f"question `{name}` goes from {before.kind.name} to {after.kind.name}"
            found.breaks.append(Break(where, message, "Add a new question instead.", (name,), _holding(name)))
        else:
            found.changes += _settings_changes(before, after) + _label_changes(before, after)
            found.breaks += before.kind.breaks(before, after)
    for name, after in new.question_named.items():
        if name not in old.question_named:
            found.changes.append(
                f"Question `{name}` is new ({'required' if after.required else 'optional'})."
            )
        _compare_asking(old, new, after, found)
    _compare_order("questions", old.questions, new.questions, found)


def _compare_asking(old: Ontology, new: Ontology, after: Question, found: Difference) -> None:
    """Whether stored answers still answer what is asked, and only that."""
    name = after.name
    before = old.question_named.get(name)
    conditions = _conditions(new, after)
    if before is not None:
        tighter = after.required and not before.required
        if not tighter and _asking(old, before) == _asking(new, after):
            return
        found.breaks.append(
            Break(
                f"questions.{name}.when",
                f"`{name}` would not be asked where it was answered",
                "Keep the condition as wide as it was.",
                (name, *conditions),
                # An answer whose condition itself no longer fits (a label taken away) is told where that is told.
                lambda values: (
                    name in values
                    and not _is_asked(new, after, values)
                    and all(fits(new.question_named[q], values[q]) for q in conditions if q in values)
                ),
            )
        )
    if after.required:
        why = "is new and required" if before is None else "becomes required, or is asked more widely,"
        found.breaks.append(
            Break(
                f"questions.{name}",
                f"`{name}` {why} and was not answered",
                "Make it optional: `required: false`.",
                (name, *conditions),
                lambda values: name not in values and _is_asked(new, after, values),
            )
        )


def _settings_changes(before: Question, after: Question) -> list[str]:
    old, new = before.to_document(), after.to_document()
    words: list[str] = []
    for key in [*old, *(key for key in new if key not in old)]:
        if key in ("labels", "name", "kind") or old.get(key) == new.get(key):
            continue
        if key in ("title", "help", "low_title", "high_title"):
            words.append(f"Question `{before.name}`: its {key.replace('_', ' ')} changed.")
        else:
            words.append(
                f"Question `{before.name}`: `{key}` is now {_word(new.get(key))} ({_word(old.get(key))} before)."
            )
    return words


def _label_changes(before: Question, after: Question) -> list[str]:
    name = before.name
    gone = [label.name for label in before.labels if label.name not in after.labels]
    added = [label.name for label in after.labels if label.name not in before.labels]
    words: list[str] = []
    if added:
        words.append(f"Question `{name}`: new {'label' if len(added) == 1 else 'labels'} {_listed(added)}.")
    if gone:
        words.append(
            f"Question `{name}`: {'label' if len(gone) == 1 else 'labels'} {_listed(gone)} taken away."
        )
    for key in ("title", "help", "colour", "hotkey", "parent"):
        changed = [
            label.name
            for label in before.labels
            if label.name in after.labels and _differs(label, after, key)
        ]
        if changed:
            words.append(f"Question `{name}`: {key} of {_listed(changed)} changed.")
    kept_before = [label.name for label in before.labels if label.name in after.labels]
    if kept_before != [label.name for label in after.labels if label.name in before.labels]:
        words.append(f"Question `{name}`: the labels stand in another order.")
    return words


def _compare_order(
    what: str,
    old: tuple[Field, ...] | tuple[Question, ...],
    new: tuple[Field, ...] | tuple[Question, ...],
    found: Difference,
) -> None:
    before, after = [one.name for one in old], [one.name for one in new]
    if [name for name in before if name in after] != [name for name in after if name in before]:
        found.changes.append(f"The {what} stand in another order.")


def _differs(label: Label, after: Question, key: str) -> bool:
    return getattr(label, key) != getattr(after.labels[label.name], key)


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names[:10]]
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(shown) + more


def _word(setting: Any) -> str:
    if setting is None:
        return "not set"
    if isinstance(setting, Mapping) and "question" in setting:
        return f"`{setting['question']}` is {' or '.join(str(v) for v in setting['is'][:5])}"
    return str(setting).lower() if isinstance(setting, bool) else str(setting)


def _holding(name: str) -> Any:
    return lambda values: name in values


def _conditions(ontology: Ontology, question: Question) -> tuple[str, ...]:
    """The questions that decide whether `question` is asked."""
    return tuple(condition.question for condition in _chain(ontology, question))


def _chain(ontology: Ontology, question: Question) -> list[Condition]:
    found: list[Condition] = []
    while question.when is not None:
        found.append(question.when)
        question = ontology.question_named[question.when.question]
    return found


def _asking(ontology: Ontology, question: Question) -> list[tuple[str, frozenset[str]]]:
    """When `question` is asked, as what the questions above it must hold, with labels spelled out down the tree."""
    found: list[tuple[str, frozenset[str]]] = []
    for condition in _chain(ontology, question):
        above = ontology.question_named[condition.question]
        found.append((condition.question, condition.keys | above.labels.under(condition.keys)))
    return found


def _is_asked(ontology: Ontology, question: Question, values: Mapping[str, Value]) -> bool:
    for condition in _chain(ontology, question):
        value = values.get(condition.question)
        above = ontology.question_named[condition.question]
        if value is None or condition.keys.isdisjoint(above.kind.holds(above, value)):
            return False
    return True
