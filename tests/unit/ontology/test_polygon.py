"""What is particular to polygons: one form for one outline, faults that name edges, merges that are answers again."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from qistas.core.errors import Fault
from qistas.ontology import KINDS, NOTHING_LEARNT, Answers, Question, parse_ontology

DATA = {"image": {"blob": "0" * 64, "width": 640, "height": 480}}
Points = Sequence[Sequence[float]]


def question(**more: Any) -> Question:
    asked = {"name": "q", "kind": "polygon", "field": "image", "labels": ["a", "b"], **more}
    document = {"format": 1, "fields": [{"name": "image", "type": "image"}], "questions": [asked]}
    return parse_ontology(document).questions[0]


def value(*outlines: Points, label: str = "a") -> dict[str, Any]:
    return {
        "polygons": [{"points": [list(point) for point in points], "label": label} for points in outlines]
    }


def taken(given: dict[str, Any], data: Any = DATA) -> tuple[dict[str, Any] | None, list[Fault]]:
    faults: list[Fault] = []
    return KINDS["polygon"].validate(question(), given, data, "answer.q", faults), faults


def circle(x: float, y: float, radius: float, n: int = 24, wobble: float = 0.0, seed: int = 0) -> Points:
    noise = np.random.default_rng(seed).normal(0, 1, n)
    return [
        [
            round(x + (radius + wobble * k) * math.cos(2 * math.pi * at / n), 2),
            round(y + (radius + wobble * k) * math.sin(2 * math.pi * at / n), 2),
        ]
        for at, k in enumerate(noise.tolist())
    ]


def test_one_outline_has_one_form() -> None:
    square: Points = [[10, 10], [50, 10], [50, 50], [10, 50]]
    for begin in range(4):
        turned = square[begin:] + square[:begin]
        for given in (turned, turned[::-1], [*turned, turned[0]]):
            assert taken(value(given))[0] == value(square), given


@pytest.mark.parametrize(
    ("points", "place", "words"),
    [
        (
            [[0, 0], [10, 10], [10, 0], [0, 10]],
            "points",
            "points[0]–points[1] crosses or touches the edge points[2]–points[3]",
        ),
        ([[0, 0], [10, 0], [20, 0]], "points", "crosses or touches"),
        ([[0, 0], [20, 0], [20, 20], [10, 0], [0, 20]], "points", "points[0]–points[1]"),
        (
            [[0, 0], [20, 0], [10, 0], [10, 20]],
            "points",
            "points[0]–points[1] crosses or touches the edge points[1]–points[2]",
        ),
        ([[0, 0], [20, 0], [20, 0], [10, 20]], "points[2]", "points[1] stands: (20, 0) twice"),
        ([[0, 0], [0.0001, 0], [10, 20]], "points[1]", "twice"),
        ([[0, 0], [700, 0], [10, 20]], "points[1]", "lies 60 pixels outside of 640 × 480"),
        ([[0, 0], [float("nan"), 0], [10, 20]], "points[1][0]", "nan"),
    ],
)
def test_faults_name_their_place_and_a_remedy(points: Points, place: str, words: str) -> None:
    found, faults = taken(value(points))
    assert found is None
    assert [fault.where for fault in faults] == [f"answer.q.polygons[0].{place}"]
    assert words in faults[0].message
    assert faults[0].remedy


def test_too_many_points_in_all_are_refused_soon() -> None:
    ring = circle(300, 200, 150, 500)
    began = time.perf_counter()
    found, faults = taken(value(*[ring] * 400))
    assert found is None
    assert "100,000 points" in faults[0].message
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("seed", range(12))
def test_a_merge_is_an_answer_again_and_near_what_was_drawn(seed: int) -> None:
    kind, asked = KINDS["polygon"], question()
    drawings = [
        value(circle(60, 60, 50, 24, 3, 10 * seed + k), circle(560, 400, 70, 9, 4, 10 * seed + k))
        for k in range(4)
    ]
    values = [found for found, _ in map(taken, drawings) if found is not None]
    merged = kind.combine(asked, values)
    assert taken(merged.value)[0] == merged.value, "the merge is not in its normal form"
    assert [region["support"] for region in merged.posterior["regions"]] == [len(values)] * 2
    assert merged.confidence == pytest.approx(1.0)
    assert kind.score(asked, value(circle(60, 60, 50), circle(560, 400, 70)), merged.value) > 0.85


def test_a_merge_with_too_many_points_is_the_nearest_of_those_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qistas.ontology.kinds.polygon.MOST_POINTS", 9)
    kind, asked = KINDS["polygon"], question()
    middle, square = circle(100, 100, 50, 9), [[300, 300], [340, 300], [340, 340], [300, 340]]
    given = (circle(88, 100, 50, 9), middle, circle(112, 100, 50, 9))
    drawn = [found for found, _ in (taken(value(shape, square)) for shape in given) if found is not None]
    merged = kind.combine(asked, drawn)
    assert merged.value == drawn[1]


def test_many_outlines_are_scored_as_few_are() -> None:
    kind, asked = KINDS["polygon"], question()
    places = [(40 + 50 * x, 40 + 50 * y) for x in range(11) for y in range(8)]
    one = value(*(circle(x, y, 18, 12, 0.5, x + y) for x, y in places))
    other = value(*(circle(x, y, 18, 12, 0.5, 7 * x + y) for x, y in places[3:]))
    each = [
        kind.score(
            asked, value(circle(x, y, 18, 12, 0.5, x + y)), value(circle(x, y, 18, 12, 0.5, 7 * x + y))
        )
        for x, y in places[3:]
    ]
    assert kind.score(asked, one, other) == pytest.approx(2 * sum(each) / (2 * len(places) - 3))


def test_the_less_trusted_shape_does_not_count() -> None:
    kind, asked = KINDS["polygon"], question()
    one, other = value(circle(100, 100, 50)), value(circle(100, 100, 50), circle(400, 300, 40))
    answers = Answers([0, 0, 0], [0, 1, 2], [one, one, other], 1, 3)
    (found,) = kind.judge(asked, answers, NOTHING_LEARNT, [0, 0, 0])
    assert found is not None
    assert len(found.value["polygons"]) == 1
    assert (found.support, found.answers) == (2, 3)


def test_scores_follow_the_overlap_and_the_label() -> None:
    kind, asked = KINDS["polygon"], question()
    square, half = [[0, 0], [40, 0], [40, 40], [0, 40]], [[0, 0], [20, 0], [20, 40], [0, 40]]
    assert kind.score(asked, value(square), value(half)) == pytest.approx(0.5)
    assert kind.score(asked, value(square), value(square, label="b")) == 0.0
    assert kind.score(asked, value(square), value(square, half)) == pytest.approx(2 / 3)
    assert kind.same(asked, value(square), value([[0, 0], [20, 0], [40, 0], [40, 40], [0, 40]]))
