# pyright: basic
"""One suite over the registry of kinds: whatever a kind is, the rest of Qistas may rely on this.

A new kind gets its line in SAMPLES; a kind without one fails.
"""

import copy
import json
import math
from typing import Any

import jsonschema_rs
import numpy as np
import pytest

from qistas.core.canonical import canonical_json
from qistas.core.errors import Fault
from qistas.ontology import (
    KINDS,
    NOTHING_LEARNT,
    Answers,
    Kind,
    Learnt,
    Ontology,
    Question,
    parse_ontology,
)

TEXT = "قسطاس is a true balance 🙂 of many weights"
DATA = {
    "text": TEXT,
    "other": "another",
    "image": {"blob": "0" * 64, "width": 640, "height": 480, "media_type": "image/png"},
}
FIELDS = [
    {"name": "text"},
    {"name": "other"},
    {"name": "more", "required": False},
    {"name": "image", "type": "image"},
    {"name": "image2", "type": "image", "required": False},
]
LABELS = ["a", "b", {"name": "c", "title": {"en": "See", "ar": "جيم"}, "parent": "a"}]


def box(
    x: float = 4, y: float = 8, width: float = 10, height: float = 20, label: str = "a", rotation: float = 0
) -> dict[str, Any]:
    return {"x": x, "y": y, "width": width, "height": height, "rotation": rotation, "label": label}


def span(start: int, end: int, label: str = "a") -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


def outline(*points: Any, label: str = "a") -> dict[str, Any]:
    return {
        "points": [list(point) if isinstance(point, tuple) else point for point in points],
        "label": label,
    }


TRIANGLE = ((4, 8), (44, 10), (20, 50))
RING = ((100, 100), (200, 90), (210, 190), (150, 140), (95, 200))


# kind → [(settings, good values, bad values with the place of a fault)]. In `item_bad` the fault needs the item.
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "choice": [
        {
            "settings": {"labels": LABELS},
            "good": [{"labels": ["a"]}, {"labels": ["c"]}, {"labels": ["b"]}],
            "bad": [
                ({"labels": []}, ".labels"),
                ({"labels": ["a", "b"]}, ".labels"),
                ({"labels": ["z"]}, ".labels[0]"),
                ({"labels": [1]}, ".labels[0]"),
                ({"labels": [["a"]]}, ".labels[0]"),
                ({"labels": "a"}, ".labels"),
                ({"labels": None}, ".labels"),
                ({"label": "a"}, ".label"),
            ],
        },
        {
            "settings": {"labels": LABELS, "many": True, "min": 0, "max": 2},
            "good": [{"labels": []}, {"labels": ["b", "a"]}, {"labels": ["a"]}, {"labels": ["b", "c"]}],
            "bad": [
                ({"labels": ["a", "b", "c"]}, ".labels"),
                ({"labels": ["a", "a"]}, ".labels[1]"),
                ({"labels": [None, "a"]}, ".labels[0]"),
            ],
        },
    ],
    "rating": [
        {
            "settings": {},
            "good": [{"value": 1}, {"value": 5}, {"value": 4.0}, {"value": 3}],
            "bad": [
                ({"value": 0}, ".value"),
                ({"value": 6}, ".value"),
                ({"value": 2.5}, ".value"),
                ({"value": True}, ".value"),
                ({"value": "3"}, ".value"),
                ({"value": None}, ".value"),
                ({"value": 10**400}, ".value"),
                ({"value": -(10**30)}, ".value"),
                ({}, ".value"),
            ],
        },
        {
            "settings": {"min": 0, "max": 1, "step": 0.1},
            "good": [{"value": 0.3}, {"value": 0.7}, {"value": 0}, {"value": 1.0}],
            "bad": [({"value": 0.35}, ".value"), ({"value": 1.1}, ".value"), ({"value": -0.1}, ".value")],
        },
    ],
    "text": [
        {
            "settings": {},
            "good": [{"text": "x"}, {"text": "  سطر\nسطر  "}, {"text": "a\u200fb"}, {"text": "🙂"}],
            "bad": [
                ({"text": ""}, ".text"),
                ({"text": " \n\t "}, ".text"),
                ({"text": "a\0b"}, ".text"),
                ({"text": 5}, ".text"),
                ({"text": "x" * 10_001}, ".text"),
                ({"text": ["x"]}, ".text"),
                ({}, ".text"),
            ],
        },
        {
            "settings": {"multiline": False, "min_length": 0, "max_length": 3},
            "good": [{"text": ""}, {"text": "🙂🙂🙂"}, {"text": "   "}],
            "bad": [({"text": "a\nb"}, ".text"), ({"text": "🙂🙂🙂🙂"}, ".text"), ({"text": "a\r"}, ".text")],
        },
    ],
    "span": [
        {
            "settings": {"field": "text", "labels": LABELS},
            "good": [
                {"spans": []},
                {"spans": [span(0, 5)]},
                {"spans": [span(9, 12, "b"), span(0, 5), span(3, 11, "c"), span(0, 5, "b")]},
                {"spans": [span(0, len(TEXT))]},
                {"spans": [{"start": 1.0, "end": 2.0, "label": "a"}]},
            ],
            "bad": [
                ({"spans": [span(0, 5, "z")]}, ".spans[0].label"),
                ({"spans": [span(0, 5, 1)]}, ".spans[0].label"),  # pyright: ignore[reportArgumentType]
                ({"spans": [span(-1, 5)]}, ".spans[0]"),
                ({"spans": [span(0, 5), {"start": 0.5, "end": 2, "label": "a"}]}, ".spans[1].start"),
                ({"spans": [{"start": True, "end": 2, "label": "a"}]}, ".spans[0].start"),
                ({"spans": [{"start": 0, "end": 10**400, "label": "a"}]}, ".spans[0].end"),
                ({"spans": [{"start": 0, "end": 2}]}, ".spans[0].label"),
                ({"spans": [{"start": 0, "end": 2, "label": "a", "text": "x"}]}, ".spans[0].text"),
                ({"spans": [None]}, ".spans[0]"),
                ({"spans": {}}, ".spans"),
                ({}, ".spans"),
            ],
            "item_bad": [
                ({"spans": [span(5, 5)]}, ".spans[0]"),
                ({"spans": [span(6, 5)]}, ".spans[0]"),
                ({"spans": [span(0, len(TEXT) + 1)]}, ".spans[0].end"),
                ({"spans": [span(0, 5), span(0, 5)]}, ".spans"),
            ],
        },
        {
            "settings": {"field": "text", "labels": ["a"], "overlap": False, "min": 1, "max": 2},
            "good": [{"spans": [span(5, 9), span(0, 5)]}, {"spans": [span(0, 1)]}],
            "bad": [({"spans": []}, ".spans"), ({"spans": [span(0, 1), span(1, 2), span(2, 3)]}, ".spans")],
            "item_bad": [({"spans": [span(0, 5), span(4, 9)]}, ".spans")],
        },
    ],
    "box": [
        {
            "settings": {"field": "image", "labels": LABELS},
            "good": [
                {"boxes": []},
                {"boxes": [box()]},
                {"boxes": [box(0, 0, 640, 480), box(label="b"), box()]},
                {"boxes": [{"x": 1.23456, "y": 2, "width": 3.3333333, "height": 4, "label": "c"}]},
                {"boxes": [box(-0.4, -0.9, 20, 20)]},
                {"boxes": [box(630, 470, 10.9, 10.2)]},
            ],
            "bad": [
                ({"boxes": [box(label="z")]}, ".boxes[0].label"),
                ({"boxes": [box(rotation=30)]}, ".boxes[0].rotation"),
                ({"boxes": [box(width=0)]}, ".boxes[0]"),
                ({"boxes": [box(height=-5)]}, ".boxes[0]"),
                ({"boxes": [box(x=-3)]}, ".boxes[0]"),
                ({"boxes": [box(x=None)]}, ".boxes[0].x"),  # pyright: ignore[reportArgumentType]
                ({"boxes": [box(y="1")]}, ".boxes[0].y"),  # pyright: ignore[reportArgumentType]
                ({"boxes": [box(y=True)]}, ".boxes[0].y"),
                ({"boxes": [box(x=10**400)]}, ".boxes[0].x"),
                ({"boxes": [{"x": 1, "y": 1, "width": 5, "label": "a"}]}, ".boxes[0].height"),
                ({"boxes": [box() | {"score": 1}]}, ".boxes[0].score"),
                ({"boxes": None}, ".boxes"),
            ],
            "item_bad": [
                ({"boxes": [box(x=635)]}, ".boxes[0]"),
                ({"boxes": [box(y=470)]}, ".boxes[0]"),
                ({"boxes": [box(), box()]}, ".boxes"),
            ],
        },
        {
            "settings": {
                "field": "image",
                "labels": ["a"],
                "rotate": True,
                "min_size": 8,
                "min": 1,
                "max": 2,
            },
            "good": [
                {"boxes": [box(rotation=30)]},
                {"boxes": [box(rotation=-90)]},
                {"boxes": [box(rotation=360)]},
                {"boxes": [box(-4, -4, 12, 12, rotation=45)]},
            ],
            "bad": [
                ({"boxes": []}, ".boxes"),
                ({"boxes": [box(width=7)]}, ".boxes[0]"),
                ({"boxes": [box(rotation=720)]}, ".boxes[0].rotation"),
                ({"boxes": [box(rotation="x")]}, ".boxes[0].rotation"),  # pyright: ignore[reportArgumentType]
            ],
            "item_bad": [({"boxes": [box(-30, -30, rotation=45)]}, ".boxes[0]")],
        },
    ],
    "polygon": [
        {
            "settings": {"field": "image", "labels": LABELS},
            "good": [
                {"polygons": []},
                {"polygons": [outline(*TRIANGLE)]},
                {"polygons": [outline(*RING), outline(*RING, label="b"), outline(*TRIANGLE[::-1])]},
                {"polygons": [outline((1.23456, 2), (9.87654, 3), (5, 7.7777777), label="c")]},
                {"polygons": [outline(*RING, RING[0])]},
                {"polygons": [outline((-0.4, -0.9), (640.7, 0), (640, 480.9))]},
            ],
            "bad": [
                ({"polygons": [outline(*TRIANGLE, label="z")]}, ".polygons[0].label"),
                ({"polygons": [outline(*TRIANGLE[:2])]}, ".polygons[0].points"),
                (
                    {"polygons": [outline(*((x, x * x / 1000) for x in range(501)))]},
                    ".polygons[0].points",
                ),
                ({"polygons": [outline((-3, 5), (9, 9), (5, 20))]}, ".polygons[0].points[0]"),
                ({"polygons": [outline((3, 5), (9, None), (5, 20))]}, ".polygons[0].points[1][1]"),
                ({"polygons": [outline((3, 5), ("9", 2), (5, 20))]}, ".polygons[0].points[1][0]"),
                ({"polygons": [outline((3, 5), (True, 2), (5, 20))]}, ".polygons[0].points[1][0]"),
                ({"polygons": [outline((3, 5), (9,), (5, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [outline((3, 5), (9, 9, 9), (5, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [outline((3, 5), {"x": 9, "y": 9}, (5, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [outline((3, 5), (10**400, 9), (5, 20))]}, ".polygons[0].points[1][0]"),
                ({"polygons": [outline((3, 5), (2e6, 9), (5, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [{"label": "a"}]}, ".polygons[0].points"),
                ({"polygons": [{"label": "a", "points": "M 0 0"}]}, ".polygons[0].points"),
                ({"polygons": [outline(*TRIANGLE) | {"score": 1}]}, ".polygons[0].score"),
                ({"polygons": None}, ".polygons"),
            ],
            "item_bad": [
                ({"polygons": [outline((635, 5), (645, 9), (638, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [outline((5, 5), (9, 490), (20, 20))]}, ".polygons[0].points[1]"),
                ({"polygons": [outline((0, 0), (10, 10), (10, 0), (0, 10))]}, ".polygons[0].points"),
                ({"polygons": [outline((0, 0), (10, 0), (20, 0))]}, ".polygons[0].points"),
                ({"polygons": [outline((0, 0), (9, 0), (0, 0))]}, ".polygons[0].points"),
                ({"polygons": [outline((0, 0), (9, 0), (9, 9), (9, 0))]}, ".polygons[0].points[3]"),
                ({"polygons": [outline(*TRIANGLE), outline(*TRIANGLE[::-1])]}, ".polygons"),
            ],
        },
        {
            "settings": {"field": "image", "labels": ["a"], "min": 1, "max": 2},
            "good": [
                {"polygons": [outline(*TRIANGLE)]},
                {"polygons": [outline(*RING)]},
                {"polygons": [outline(*TRIANGLE), outline(*RING)]},
            ],
            "bad": [
                ({"polygons": []}, ".polygons"),
                (
                    {"polygons": [outline((at, 0), (at + 9, 0), (at, 9)) for at in (10, 20, 30)]},
                    ".polygons",
                ),
            ],
        },
    ],
    "pairwise": [
        {
            "settings": {"left": "text", "right": "other"},
            "good": [
                {"choice": "left", "strength": 2},
                {"choice": "right"},
                {"choice": "tie"},
                {"choice": "right", "strength": 3.0},
            ],
            "bad": [
                ({"choice": "middle"}, ".choice"),
                ({"choice": ["left"]}, ".choice"),
                ({"choice": "left", "strength": 4}, ".strength"),
                ({"choice": "left", "strength": 0}, ".strength"),
                ({"choice": "left", "strength": 1.5}, ".strength"),
                ({"choice": "left", "strength": None}, ".strength"),
                ({"choice": "tie", "strength": 1}, ".strength"),
                ({"strength": 1}, ".choice"),
            ],
        },
        {
            "settings": {"left": "text", "right": "other", "tie": False, "strength": 1},
            "good": [{"choice": "left"}, {"choice": "right", "strength": 1}],
            "bad": [({"choice": "tie"}, ".choice"), ({"choice": "left", "strength": 2}, ".strength")],
        },
    ],
    "ranking": [
        {
            "settings": {"labels": ["a", "b", {"name": "constructor", "title": {"en": "See", "ar": "جيم"}}]},
            "good": [
                {"order": [["a"], ["b"], ["constructor"]]},
                {"order": [["b"], ["a"], ["constructor"]]},
                {"order": [["constructor"], ["b"], ["a"]]},
            ],
            "bad": [
                ({"order": []}, ".order"),
                ({"order": [["a"], ["b"]]}, ".order"),
                ({"order": [["a"], ["b"], ["a"]]}, ".order[2][0]"),
                ({"order": [["a"], ["b"], ["z"]]}, ".order[2][0]"),
                ({"order": [["a"], ["b"], [1]]}, ".order[2][0]"),
                ({"order": [["a"], ["b"], []]}, ".order[2]"),
                ({"order": [["a"], ["b"], "constructor"]}, ".order[2]"),
                ({"order": [["a"], ["b", "constructor"]]}, ".order[1]"),
                ({"order": [["a"], ["b"], ["constructor"], ["a"]]}, ".order"),
                ({"order": ["a", "b", "constructor"]}, ".order[0]"),
                ({"order": {"a": 1}}, ".order"),
                ({"order": None}, ".order"),
                ({}, ".order"),
                ({"order": [["a"], ["b"], ["constructor"]], "ties": True}, ".ties"),
            ],
        },
        {
            "settings": {"labels": ["a", "b", "c", "d"], "ties": True},
            "good": [
                {"order": [["a"], ["c", "b"], ["d"]]},
                {"order": [["d"], ["a"], ["b", "c"]]},
                {"order": [["a", "b", "c", "d"]]},
                {"order": [["d"], ["c"], ["b"], ["a"]]},
            ],
            "bad": [
                ({"order": [["a", "b"], ["c"]]}, ".order"),
                ({"order": [["a", "b"], ["c", "d", "a"]]}, ".order[1][2]"),
                ({"order": [["a", "a"], ["b"], ["c"], ["d"]]}, ".order[0][1]"),
                ({"order": []}, ".order"),
            ],
        },
        {
            "settings": {"labels": ["a", "b", "c", "d", "e"], "top": 2},
            "good": [{"order": [["a"], ["b"]]}, {"order": [["c"], ["a"]]}, {"order": [["e"], ["d"]]}],
            "bad": [
                ({"order": [["a"]]}, ".order"),
                ({"order": [["a"], ["b"], ["c"]]}, ".order"),
                ({"order": [["a", "b"]]}, ".order[0]"),
                ({"order": [["a"], ["a"]]}, ".order[1][0]"),
            ],
        },
    ],
}
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    math.nan,
    math.inf,
    10**400,
    "",
    "x",
    [],
    [1],
    {"": 1},
    {"deep": [[[]]]},
]
CASES = [(name, at) for name in SAMPLES for at in range(len(SAMPLES[name]))]


def ontology_of(name: str, at: int) -> Ontology:
    question = {"name": "q", "kind": name, **SAMPLES[name][at]["settings"]}
    return parse_ontology({"format": 1, "fields": FIELDS, "questions": [question]})


@pytest.fixture(params=CASES, ids=[f"{name}-{at}" for name, at in CASES])
def case(request: pytest.FixtureRequest) -> tuple[Kind, Question, dict[str, Any]]:
    name, at = request.param
    question = ontology_of(name, at).questions[0]
    return question.kind, question, SAMPLES[name][at]


def normal(kind: Kind, question: Question, value: Any, data: Any = DATA) -> dict[str, Any]:
    faults: list[Fault] = []
    found = kind.validate(question, copy.deepcopy(value), data, "answer.q", faults)
    assert not faults, (value, faults)
    assert found is not None
    return found


def normals(kind: Kind, question: Question, sample: dict[str, Any]) -> list[dict[str, Any]]:
    return [normal(kind, question, value) for value in sample["good"]]


def jsonable(value: Any) -> bool:
    try:
        canonical_json(value)
    except ValueError:
        return False
    return True


def test_every_kind_has_samples() -> None:
    assert set(SAMPLES) == set(KINDS)
    assert all(kind.name == name for name, kind in KINDS.items())


def test_good_values_are_taken_and_their_normal_form_stays(
    case: tuple[Kind, Question, dict[str, Any]],
) -> None:
    kind, question, sample = case
    for value in sample["good"]:
        before = copy.deepcopy(value)
        once = normal(kind, question, value)
        assert value == before, "validate changed what it was given"
        assert normal(kind, question, once) == once
        assert normal(kind, question, once, None) == once
        stored = json.loads(canonical_json(once))
        assert stored == once
        assert canonical_json(stored) == canonical_json(once)


def test_bad_values_are_refused_with_their_place(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    for value, place in [*sample["bad"], *sample.get("item_bad", [])]:
        faults: list[Fault] = []
        assert kind.validate(question, value, DATA, "answer.q", faults) is None, value
        assert f"answer.q{place}" in [fault.where for fault in faults], (value, faults)
        assert all(fault.message and fault.remedy for fault in faults)


def test_junk_of_every_type_is_refused_cleanly(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    """At the top, and at every place inside of every good value."""
    kind, question, sample = case
    for junk in JUNK:
        faults: list[Fault] = []
        assert kind.validate(question, junk, DATA, "answer.q", faults) is None
        assert faults
    for good in sample["good"]:
        for spoiled in spoil(good):
            faults = []
            found = kind.validate(question, spoiled, DATA, "answer.q", faults)
            assert (found is None) == bool(faults), (spoiled, found, faults)


def spoil(value: Any) -> list[Any]:
    """Copies of `value` with one part replaced by junk, taken away, or doubled."""
    found: list[Any] = []
    if isinstance(value, dict):
        for key in value:
            found += [{**value, key: junk} for junk in [*JUNK, *spoil(value[key])]]
            found.append({k: v for k, v in value.items() if k != key})
        found.append({**value, "strange": 1})
    elif isinstance(value, list):
        for at, part in enumerate(value):
            found += [[*value[:at], junk, *value[at + 1 :]] for junk in [*JUNK, *spoil(part)]]
        found += [value + value, [*value, None]]
    return found


def test_the_schema_takes_what_validate_takes(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    schema = kind.json_schema(question)
    jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
    checker = jsonschema_rs.Draft202012Validator(schema)
    for value in sample["good"]:
        assert checker.is_valid(value), value
        assert checker.is_valid(normal(kind, question, value)), value
    for value, _ in sample["bad"]:
        if jsonable(value):
            assert not checker.is_valid(value), value
    for value, _ in sample.get("item_bad", []):
        assert checker.is_valid(value), "this fault is one the schema could tell: move it to `bad`"
    for good in sample["good"]:
        for spoiled in spoil(good):
            faults: list[Fault] = []
            taken = kind.validate(question, spoiled, DATA, "answer.q", faults) is not None
            if jsonable(spoiled) and (taken or not any(where_needs_item(fault) for fault in faults)):
                assert checker.is_valid(spoiled) == taken, (spoiled, faults)


def where_needs_item(fault: Fault) -> bool:
    """Faults that a schema cannot tell: the end of a text or image, one place against another."""
    words = ("runs from", "but `text` has", "outside of", "twice", "overlaps the span", "crosses or touches")
    return any(word in fault.message for word in words)


def test_a_value_is_itself_and_scores_one(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    values = normals(kind, question, sample)
    for one in values:
        assert kind.same(question, one, one)
        assert kind.score(question, one, one) == pytest.approx(1.0)
        for other in values:
            score = kind.score(question, one, other)
            assert 0.0 <= score <= 1.0
            assert score == pytest.approx(kind.score(question, other, one))
            assert kind.same(question, one, other) == kind.same(question, other, one)


def test_words_for_people_and_columns_for_tables(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    columns = kind.columns(question)
    assert columns[0].name == "q"
    assert len({column.name for column in columns}) == len(columns)
    assert kind.to_flat(question, None) == (None,) * len(columns)
    types = {
        "text": str,
        "texts": list,
        "number": float,
        "whole": int,
        "spans": list,
        "boxes": list,
        "polygons": list,
    }
    for value in normals(kind, question, sample):
        assert all(isinstance(kind.describe(question, value, language), str) for language in ("en", "ar"))
        cells = kind.to_flat(question, value)
        assert len(cells) == len(columns)
        for cell, column in zip(cells, columns, strict=True):
            assert cell is None or isinstance(cell, types[column.type]), column
        assert all(isinstance(name, str) for name in kind.labels_of(question, value))
        assert set(kind.labels_of(question, value)) <= kind.holds(question, value)
        for marks in (
            kind.spans_of(question, value),
            kind.boxes_of(question, value),
            kind.polygons_of(question, value),
        ):
            assert marks is None or len(marks) == len(kind.labels_of(question, value))
        compared = set(kind.compares(question))
        for better, worse, strength in kind.preferences_of(question, value):
            assert {better, worse} <= compared
            assert better != worse
            assert strength >= 0
    assert set(kind.fields_of(question)) <= {field["name"] for field in FIELDS}


def test_conditions_hold_where_their_schema_holds(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    words = kind.condition_words(question)
    if words is None:
        return
    for value in normals(kind, question, sample):
        held = kind.holds(question, value)
        assert held <= words
        for word in words:
            schema = kind.holding_schema(question, frozenset((word,)))
            assert jsonschema_rs.is_valid(schema, value) == (word in held), (word, value)
    if kind.exclusive(question):
        assert all(kind.overlaps(question, frozenset((word,)), frozenset((word,))) for word in words)


def test_one_answer_is_its_own_consensus(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    for value in normals(kind, question, sample):
        for method in ("auto", *kind.methods):
            found = kind.combine(question, [value], None, method)
            assert kind.same(question, found.value, value)
            assert found.confidence == pytest.approx(1.0)
            assert (found.support, found.answers) == (1, 1)


def test_three_against_one_win(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    values = normals(kind, question, sample)
    most, least = values[0], values[1]
    found = kind.combine(question, [least, most, most, most])
    if kind.name != "rating" or "mean" not in kind.methods[:1]:
        assert kind.same(question, found.value, most)
    assert 0.0 < found.confidence <= 1.0
    assert found.doubt == pytest.approx(1.0 - found.confidence)
    weighed = kind.combine(question, [least, most, most, most], [100.0, 1.0, 1.0, 1.0])
    assert kind.same(question, weighed.value, least)
    json.dumps(found.posterior)
    assert normal(kind, question, found.value, None) == found.value


def table(kind: Kind, question: Question, sample: dict[str, Any]) -> Answers:
    """Twelve items; annotators 0 to 3 say the first value for even items and the second for odd; 4 says the third."""
    values = normals(kind, question, sample)
    rows = [(item, annotator) for item in range(12) for annotator in range(5)]
    given = [values[0] if item % 2 == 0 else values[1] for item, _ in rows]
    given = [
        values[-1] if annotator == 4 else value for value, (_, annotator) in zip(given, rows, strict=True)
    ]
    return Answers([item for item, _ in rows], [annotator for _, annotator in rows], given, 13, 6)


@pytest.mark.filterwarnings("ignore")
def test_inference_finds_what_most_said_and_who_is_off(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    answers = table(kind, question, sample)
    values = normals(kind, question, sample)
    kind.to_responses(question, answers)
    for method in ("auto", *kind.methods):
        found = kind.infer(question, answers, method)
        assert found.method in kind.methods
        assert found.explanation
        assert len(found.items) == 13
        assert found.items[12] is None
        for at, one in enumerate(found.items[:12]):
            assert one is not None
            assert one.answers == 5
            if not (kind.name == "rating" and found.method == "mean"):
                assert kind.same(question, one.value, values[at % 2]), (method, at, one)
                assert one.support >= 4
        good, off = found.skills[0], found.skills[4]
        assert good is not None
        assert off is not None
        assert found.skills[5] is None
        assert 0.0 <= good.low <= good.value <= good.high <= 1.0
        assert good.value > off.value
        assert good.answers == 12
        if found.confusion is not None:
            names, shares = found.confusion
            assert len(shares) == len(names)
            assert all(sum(row) == pytest.approx(1.0, abs=1e-4) or not any(row) for row in shares)
            said = {name for value in values for name in kind.labels_of(question, value)}
            assert said <= set(names)
    with pytest.raises(ValueError, match="no method"):
        kind.infer(question, answers, "astrology")


def test_no_answers_at_all_are_no_trouble(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, _ = case
    rng = np.random.default_rng(1)
    for n_items, n_annotators in ((0, 0), (3, 2)):
        nothing = Answers([], [], [], n_items, n_annotators)
        for method in kind.methods:
            found = kind.infer(question, nothing, method)
            assert list(found.items) == [None] * n_items
            assert list(found.skills) == [None] * n_annotators
        assert math.isnan(kind.agree(question, nothing, rng=rng, n_bootstrap=20).value)


def test_one_annotator_alone_is_no_trouble(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    values = normals(kind, question, sample)
    alone = Answers(list(range(len(values))), [0] * len(values), values, len(values), 1)
    for method in kind.methods:
        found = kind.infer(question, alone, method)
        assert [one.answers for one in found.items if one] == [1] * len(values)
    for one, value in zip(kind.infer(question, alone).items, values, strict=True):
        assert one is not None
        assert kind.same(question, one.value, value), "by itself, what one annotator said is what counts"
    assert math.isnan(kind.agree(question, alone, rng=np.random.default_rng(1), n_bootstrap=20).value)


@pytest.mark.filterwarnings("ignore")
def test_gold_is_taken_as_known(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    answers = table(kind, question, sample)
    values = normals(kind, question, sample)
    found = kind.infer(question, answers, gold={0: values[1], 12: values[1]})
    for at in (0, 12):
        one = found.items[at]
        assert one is not None
        assert kind.same(question, one.value, values[1])
        assert one.confidence == pytest.approx(1.0)


def test_what_was_learnt_judges_as_the_run_did(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    answers = table(kind, question, sample)
    values = normals(kind, question, sample)
    for method in kind.methods:
        run = kind.infer(question, answers, method)
        found = kind.judge(question, answers, run.learnt, range(6), method)
        for one, other in zip(found, run.items, strict=True):
            assert (one is None) == (other is None)
            if one is None or other is None:
                continue
            assert kind.same(question, one.value, other.value), method
            assert one.confidence == pytest.approx(other.confidence, abs=0.2)
            assert (one.support, one.answers) == (other.support, other.answers)
        known = kind.judge(question, answers, run.learnt, range(6), method, {0: values[1], 12: values[1]})
        for at in (0, 12):
            one = known[at]
            assert one is not None
            assert kind.same(question, one.value, values[1])
            assert one.confidence == pytest.approx(1.0)


def test_a_first_answer_is_never_certain(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    for value in normals(kind, question, sample):
        sure: list[float] = []
        for n in (1, 2, 3):
            answers = Answers([0] * n, list(range(n)), [value] * n, 1, n)
            (found,) = kind.judge(question, answers, NOTHING_LEARNT, [NOTHING_LEARNT.stranger] * n)
            assert found is not None
            assert kind.same(question, found.value, value)
            assert (found.support, found.answers) == (n, n)
            sure.append(found.confidence)
        assert 0.5 < sure[0] < sure[1] < sure[2] < 0.99, "each answer that agrees makes it surer"


def test_a_trusted_answer_outweighs_another(case: tuple[Kind, Question, dict[str, Any]]) -> None:
    kind, question, sample = case
    values = normals(kind, question, sample)
    learnt = Learnt(np.array([0.97, 0.52, 0.7]))
    for good, bad in ((values[0], values[1]), (values[1], values[0])):
        (found,) = kind.judge(question, Answers([0, 0], [0, 1], [bad, good], 1, 2), learnt, [1, 0])
        assert found is not None
        if kind.name != "rating":
            assert kind.same(question, found.value, good)


@pytest.mark.filterwarnings("ignore")
def test_agreement_is_one_for_all_the_same_and_less_otherwise(
    case: tuple[Kind, Question, dict[str, Any]],
) -> None:
    kind, question, sample = case
    assert kind.measure in ("nominal", "ordinal", "interval", "spans", "boxes", "rankings", "polygons")
    answers = table(kind, question, sample)
    kept = [row for row in range(len(answers)) if answers.annotator[row] < 4]
    agreed = Answers(
        [answers.item[r] for r in kept],
        [answers.annotator[r] for r in kept],
        [answers.value[r] for r in kept],
        13,
        4,
    )
    rng = np.random.default_rng(1)
    assert kind.agree(question, agreed, rng=rng, n_bootstrap=50).value == pytest.approx(1.0)
    less = kind.agree(question, answers, rng=rng, n_bootstrap=50)
    assert less.value < 1.0
    assert less.low <= less.value <= less.high
    one = Answers([0], [0], [answers.value[0]], 1, 1)
    assert math.isnan(kind.agree(question, one, rng=rng, n_bootstrap=10).value)


def test_equal_questions_break_nothing_and_documents_return(
    case: tuple[Kind, Question, dict[str, Any]],
) -> None:
    kind, question, _ = case
    assert kind.breaks(question, question) == []
    document = {"format": 1, "fields": FIELDS, "questions": [question.to_document()]}
    again = parse_ontology(document).questions[0]
    assert again == question
    assert again.to_document() == question.to_document()
