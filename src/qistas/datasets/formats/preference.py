"""Preferences: `{"prompt", "chosen", "rejected"}` a line, as trainers of preference models read them.

The prompt is the first text or chat among the fields that are not compared. A tie is left out (`ties: "drop"`, the default),
written both ways round (`"both"`), or kept with `"tie": true` (`"keep"`).
"""

from typing import Any, BinaryIO

import orjson

from qistas.core.errors import Fault, SelectionInvalid
from qistas.ontology import FieldType, Ontology, Question

from .base import Sealed, no_such_question, preferring

TIES = ("drop", "both", "keep")


class Preference:
    """Also: id, question, split, strength, confidence."""

    name = "preference"
    suffix = ".jsonl"
    media_type = "application/x-ndjson"
    options = frozenset({"ties"})

    def check(self, ontology: Ontology, options: dict[str, Any]) -> None:
        """There must be a pairwise question."""
        if not preferring(ontology):
            raise no_such_question("preference", "pairwise")
        if options.get("ties", "drop") not in TIES:
            raise SelectionInvalid(
                "The option is not known.",
                [Fault("options.ties", str(options["ties"])[:80], f"Choose: {', '.join(TIES)}.")],
            )

    def render(self, sealed: Sealed, options: dict[str, Any], out: BinaryIO) -> int:
        """Write one line for each preference, in the order of items."""
        ties = options.get("ties", "drop")
        questions = [(q, _prompt_field(sealed.ontology, q)) for q in preferring(sealed.ontology)]
        done = rows = 0
        held: list[bytes] = []
        columns = ("item_id", "split", "data", "answer", "confidence")
        for item, split, data, answer, confidence in sealed.records(
            *columns, parse=("data", "answer", "confidence")
        ):
            for question, prompt in questions:
                value = answer.get(question.name)
                found = question.kind.preference_of(question, value) if value is not None else None
                if found is None:
                    continue
                chosen, rejected, strength = found
                tie = chosen == rejected
                if tie:
                    chosen, rejected = question.kind.fields_of(question)[:2]
                for one, other in _pairs(chosen, rejected, tie, ties):
                    line: dict[str, Any] = {
                        "prompt": data.get(prompt, "") if prompt else "",
                        "chosen": data.get(one),
                        "rejected": data.get(other),
                        "strength": strength,
                        "id": item,
                        "question": question.name,
                        "split": split,
                        "confidence": confidence.get(question.name),
                    }
                    if tie and ties == "keep":
                        line["tie"] = True
                    held.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                    rows += 1
            done += 1
            if done % 2000 == 0:
                out.write(b"".join(held))
                held.clear()
                sealed.told(done)
        out.write(b"".join(held))
        return rows


def _pairs(chosen: str, rejected: str, tie: bool, ties: str) -> list[tuple[str, str]]:
    if not tie or ties == "keep":
        return [(chosen, rejected)]
    return [(chosen, rejected), (rejected, chosen)] if ties == "both" else []


def _prompt_field(ontology: Ontology, question: Question) -> str | None:
    compared = question.kind.fields_of(question)
    kinds = (FieldType.TEXT, FieldType.MARKDOWN, FieldType.CHAT)
    return next((one.name for one in ontology.fields if one.name not in compared and one.type in kinds), None)
