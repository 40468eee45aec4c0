"""Every code that a person may meet in the console has its words, in every language, with the same places to fill in."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.conftest import ROOT

from qistas.core import errors

SOURCE = ROOT / "src" / "qistas"
LOCALES = ROOT / "web" / "apps" / "console" / "src" / "locales"
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir())
REFUSERS = {"Refusal", "_refused", "Refused"}  # what takes the code of a refused row first
UNSEEN = {"folder_in_use"}  # said on the terminal alone


def words(language: str) -> dict[str, Any]:
    return json.loads((LOCALES / language / "codes.json").read_text(encoding="utf-8"))


def calls(folder: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the sources below `folder`, by the name of what is called."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                yield name, node


def problem_codes() -> set[str]:
    def of(kind: type[errors.QistasError]) -> Iterator[str]:
        yield kind.code
        for below in kind.__subclasses__():
            yield from of(below)

    from qistas.api.errors import CODE

    said = {
        cast("str", call.args[1].value)
        for name, call in calls(SOURCE / "api")
        if name == "problem" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
    }
    return set(of(errors.QistasError)) - UNSEEN | set(CODE.values()) | said | {"http_error"}


def refusal_codes() -> set[str]:
    return {
        call.args[0].value
        for name, call in calls(SOURCE / "sources")
        if name in REFUSERS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def fault_codes() -> set[str]:
    """The fourth argument of a Fault, or its `code`, wherever one is made."""
    found: set[str] = set()
    for name, call in calls(SOURCE):
        if name not in ("Fault", "refuse"):
            continue
        given = [k.value for k in call.keywords if k.arg == "code"] + (
            call.args[3:4] if name == "Fault" else []
        )
        found |= {str(one.value) for one in given if isinstance(one, ast.Constant) and one.value}
    return found


def ended_codes() -> set[str]:
    return {
        str(call.args[0].value)
        for name, call in calls(SOURCE / "jobs")
        if name == "GivenUp" and isinstance(call.args[0], ast.Constant)
    }


def test_the_codes_are_found() -> None:
    assert {"invalid", "not_found", "ontology_breaks", "internal", "too_large"} <= problem_codes()
    assert {"json_invalid", "duplicate_key", "entry_ratio", "image_too_large"} <= refusal_codes()
    assert {"page_key", "name_length"} <= fault_codes()
    assert ended_codes() == {"gave_up", "work_lost"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words_and_no_words_are_left_over(language: str) -> None:
    told = words(language)
    assert set(told["problems"]) == problem_codes()
    assert set(told["refusals"]) == refusal_codes()
    assert set(told["faults"]) == fault_codes()
    assert set(told["ended"]) >= ended_codes()
    assert set(told["ended"]) <= ended_codes() | problem_codes()
    methods = json.loads((LOCALES / language / "console.json").read_text(encoding="utf-8"))["methods"]
    assert set(told["explanations"]) == set(methods) - {"adjudication"}
    for code, one in {**told["refusals"], **told["faults"]}.items():
        assert all(one.values()), code


def test_languages_say_the_same_things() -> None:
    def places(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: places(inner) for key, inner in cast("dict[str, Any]", value).items()}
        return sorted(re.findall(r"\{\{(\w+)\}\}", value))

    first, *others = [places(words(language)) for language in LANGUAGES]
    for other in others:
        assert other == first


def test_arabic_is_arabic() -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for inner in cast("dict[str, Any]", value).values():
                yield from texts(inner)
        else:
            yield value

    for text in texts(words("ar")):
        assert re.search("[\u0621-\u064a]", text), text
