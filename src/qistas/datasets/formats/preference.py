"""Preferences: `{"prompt", "chosen", "rejected"}` a line, as trainers of preference and reward models read them (TRL's "preference").

A pairwise answer gives one line, a ranking one for each two options of which one stands before the other. The prompt is the first
text or chat among the fields that are not compared. Where one of them is a chat, all three are lists of messages: a text becomes
the message of its user (the prompt) or of the assistant (what is compared). A tie is left out (`ties: "drop"`, the default), written
both ways round (`"both"`), or kept with `"tie": true` (`"keep"`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from qistas.core.errors import Fault, SelectionInvalid
from qistas.ontology import Field, FieldType, Ontology, Question

from .base import Sealed, no_such_question, preferring

TIES = ("drop", "both", "keep")
WRITTEN = (FieldType.TEXT, FieldType.MARKDOWN, FieldType.CHAT)


class Preference:
    """Also: id, question, split, strength, confidence."""

    name = "preference"
    suffix = ".jsonl"
    media_type = "application/x-ndjson"
    options = frozenset({"ties"})

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """There must be a pairwise question, or a ranking of what fields hold."""
        asked = preferring(ontology)
        if not asked:
            raise no_such_question("preference", "pairwise or ranking")
        if not any(_compared(ontology, question) for question in asked):
            raise SelectionInvalid(
                "What is ranked here are labels, not texts of the items, so there is nothing to choose or to reject.",
                [
                    Fault(
                        f"questions.{question.name}.labels",
                        f"{', '.join(question.kind.compares(question)[:5])}: no fields that hold a text",
                        "Give each label the name of the field it stands for, as the template “Ranking of answers” does; or choose jsonl,"
                        " parquet or csv.",
                    )
                    for question in asked
                ],
            )
        if options.get("ties", "drop") not in TIES:
            raise SelectionInvalid(
                "The option is not known.",
                [Fault("options.ties", str(options["ties"])[:80], f"Choose: {', '.join(TIES)}.")],
            )

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write the lines of one item after those of another, in the order of items."""
        ties = options.get("ties", "drop")
        asked = _asked(sealed)
        rows = 0
        held: list[bytes] = []
        columns = ("item_id", "split", "data", "answer", "confidence")
        records = sealed.records(*columns, parse=("data", "answer", "confidence"))
        for done, (item, split, data, answer, confidence) in enumerate(records, 1):
            for one in asked:
                name = one.question.name
                value = answer.get(name)
                for line in one.lines(data, value, ties) if value is not None else ():
                    line |= {"id": item, "question": name, "split": split, "confidence": confidence.get(name)}
                    held.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                    rows += 1
            if done % 2000 == 0:
                out.write(b"".join(held))
                held.clear()
                sealed.told(done)
        out.write(b"".join(held))
        return rows


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, the fields its options are, the field of the prompt, and whether all are written as messages."""

    question: Question
    field: dict[str, str]
    prompt: str | None
    talk: bool

    def lines(self, data: dict[str, Any], value: dict[str, Any], ties: str) -> Iterator[dict[str, Any]]:
        """The preferences of one answer; those between options that the item does not have are left out."""
        for better, worse, strength in self.question.kind.preferences_of(self.question, value):
            tie = strength == 0
            if tie and ties == "drop":
                continue
            chosen, rejected = data.get(self.field[better]), data.get(self.field[worse])
            if chosen is None or rejected is None:
                continue
            for one, other in ((chosen, rejected), (rejected, chosen))[: 2 if tie and ties == "both" else 1]:
                line = {
                    "prompt": self._written(data.get(self.prompt) if self.prompt else None, "user"),
                    "chosen": self._written(one, "assistant"),
                    "rejected": self._written(other, "assistant"),
                    "strength": strength,
                }
                if tie and ties == "keep":
                    line["tie"] = True
                yield line

    def _written(self, content: Any, role: str) -> Any:
        if content is None:
            return [] if self.talk else ""
        return [{"role": role, "content": content}] if self.talk and isinstance(content, str) else content


def _asked(sealed: Sealed) -> list[_Asked]:
    ontology = sealed.ontology
    found: list[_Asked] = []
    for question in preferring(ontology):
        compared = _compared(ontology, question)
        if compared is None:
            sealed.notes.append(f"The ranking {question.name} is not among them: its labels are no fields.")
            continue
        names = {one.name for one in compared.values()}
        prompt = next((one for one in ontology.fields if one.name not in names and one.type in WRITTEN), None)
        shown = [*compared.values(), *([prompt] if prompt else [])]
        found.append(
            _Asked(
                question,
                {option: one.name for option, one in compared.items()},
                prompt.name if prompt else None,
                any(one.type == FieldType.CHAT for one in shown),
            )
        )
    return found


def _compared(ontology: Ontology, question: Question) -> dict[str, Field] | None:
    """The field each option of the question stands for; None where one stands for none that could be chosen by what it says."""
    fields = {one.name: one for one in ontology.fields}
    titles = {label.name: label.title for label in question.labels.all}
    found: dict[str, Field] = {}
    for option in question.kind.compares(question):
        field = fields.get(option)
        if field is None and (title := titles.get(option)) is not None:
            field = next((one for one in ontology.fields if one.title == title), None)
        if field is None or (option in titles and field.type not in WRITTEN):
            return None
        found[option] = field
    return found if len({one.name for one in found.values()}) == len(found) else None
