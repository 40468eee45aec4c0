"""YAML and JSON text: safe, small, and told where it is wrong."""

import time
from typing import Any

import pytest

from qistas.core.errors import OntologyInvalid
from qistas.ontology import read_document_text


def refusal(text: str | bytes) -> tuple[str, str]:
    with pytest.raises(OntologyInvalid) as caught:
        read_document_text(text)
    (fault,) = caught.value.faults
    return fault.where, fault.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "a: no\nb: on\nc: 12:30\nd: 2024-01-01\ne: 0x10\nf: 1_000",
            {"a": "no", "b": "on", "c": "12:30", "d": "2024-01-01", "e": "0x10", "f": "1_000"},
        ),
        (
            "a: true\nb: False\nc: null\nd: ~\ne:\nf: 5\ng: -0.5\nh: 1e3",
            {"a": True, "b": False, "c": None, "d": None, "e": None, "f": 5, "g": -0.5, "h": 1000.0},
        ),
        ("a: '5'\nb: \"true\"\nc: |\n  5\n", {"a": "5", "b": "true", "c": "5\n"}),
        ("1: x\ntrue: y\n~: z", {"1": "x", "true": "y", "~": "z"}),
        ("a: &x [1, {b: 2}]\nc: *x", {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}),
        ("\ufeffa: 1", {"a": 1}),
        ('{"a": "\\ud83d\\ude42", "b": 1e2, "c": "\\/"}', {"a": "🙂", "b": 100.0, "c": "/"}),
        ("{a: 1, b: [x, y]}", {"a": 1, "b": ["x", "y"]}),
        ("", None),
        ("- مرحبا", ["مرحبا"]),
    ],
)
def test_what_is_read(text: str, value: Any) -> None:
    assert read_document_text(text) == value


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: 1\nb: 2\na: 3", "line 3, column 1", "second time"),
        ("x: {a: 1, a: 2}", "line 1, column 11", "second time"),
        ('{"a": 1, "a": 2}', "document", "twice"),
        ('{"b": {"a": 1, "a": 2}}', "document", "twice"),
        ("a: [1", "line 2, column 1", ""),
        ("a: 'x", "line 1, column 6", ""),
        ("\ta: 1", "line 1, column 1", ""),
        ("a: *nothing", "line 1, column 4", "points to nothing"),
        ("a: &x [*x]", "line 1, column 8", "points to nothing"),
        ("a: !!python/name:os.system x", "line 1, column 4", "tag"),
        ("a: !!timestamp 2024-01-01", "line 1, column 4", "tag"),
        ("? [a]\n: b", "line 1, column 5", "key"),
        ("a: 1\n---\nb: 2", "line 2, column 1", "second document"),
        ("[" * 5000, "line 1, column 33", "nested deeper"),
        (b"a: \xff", "document", "not UTF-8"),
        ("a: \x07", "document", "character"),
        ("a: " + "x" * (2 * 2**20), "document", "bytes"),
        ("\n".join(f"a{n}: *x" for n in range(3)), "line 1, column 5", "points to nothing"),
        ("x: &x 1\ny: [" + "*x," * 1001 + "]", "line 2, column 3005", "aliases"),
    ],
)
def test_what_is_refused(text: str | bytes, where: str, words: str) -> None:
    place, message = refusal(text)
    assert words in message
    assert place == where


def test_aliases_that_unfold_without_end_are_refused_at_once() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    began = time.perf_counter()
    assert "more than 100,000 values" in refusal("\n".join(lines))[1]
    assert time.perf_counter() - began < 1.0


def test_a_large_document_is_read_in_reasonable_time() -> None:
    text = "labels:\n" + "".join(
        f"  - {{name: label{n}, title: {{en: Label {n}, ar: وسم {n}}}}}\n" for n in range(5_000)
    )
    began = time.perf_counter()
    assert len(read_document_text(text)["labels"]) == 5_000
    assert time.perf_counter() - began < 5.0
