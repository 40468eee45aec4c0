"""Answers and items against an ontology: conditions, places, and the cost."""

import time
from typing import Any

import pytest

from qistas.core.errors import AnswerInvalid
from qistas.ontology import asked_questions, fits, parse_ontology, validate_answer, validate_item

ONTOLOGY = parse_ontology(
    {
        "format": 1,
        "fields": [
            {"name": "text"},
            {"name": "note", "type": "markdown", "required": False},
            {"name": "image", "type": "image", "required": False},
            {"name": "talk", "type": "chat", "required": False},
            {"name": "extra", "type": "json", "required": False},
        ],
        "questions": [
            {"name": "why", "kind": "text", "when": {"question": "sure", "is": [1, 2]}},
            {
                "name": "topic",
                "kind": "choice",
                "labels": ["sport", {"name": "football", "parent": "sport"}, "art"],
            },
            {"name": "sure", "kind": "rating", "when": {"question": "topic", "is": ["sport"]}},
            {"name": "names", "kind": "span", "field": "text", "labels": ["PER"], "required": False},
        ],
    }
)
DATA = {"text": "علي met 🙂 Bo"}


def faults(answer: Any, data: Any = DATA) -> dict[str, str]:
    with pytest.raises(AnswerInvalid) as caught:
        validate_answer(ONTOLOGY, answer, data)
    return {fault.where: f"{fault.message} {fault.remedy}" for fault in caught.value.faults}


def test_conditions_follow_the_chain_and_the_tree() -> None:
    full = {"topic": {"labels": ["football"]}, "sure": {"value": 2}, "why": {"text": "x"}}
    assert validate_answer(ONTOLOGY, full, DATA) == full
    assert list(validate_answer(ONTOLOGY, full, DATA)) == ["why", "topic", "sure"]
    assert validate_answer(ONTOLOGY, {"topic": {"labels": ["art"]}}, DATA)
    assert [q.name for q in asked_questions(ONTOLOGY, full)] == ["why", "topic", "sure", "names"]
    assert [q.name for q in asked_questions(ONTOLOGY, {"topic": {"labels": ["art"]}})] == ["topic", "names"]
    assert faults({"topic": {"labels": ["sport"]}}) == {
        "answer.sure": "is missing Answer this question; it is required."
    }
    assert set(faults({"topic": {"labels": ["sport"]}, "sure": {"value": 1}})) == {"answer.why"}
    found = faults({"topic": {"labels": ["art"]}, "sure": {"value": 1}, "why": {"text": "x"}})
    assert set(found) == {"answer.sure", "answer.why"}
    assert "was not asked, since `topic` is not sport" in found["answer.sure"]


def test_faults_name_question_and_place() -> None:
    found = faults(
        {
            "topic": {"labels": ["spot"]},
            "names": {"spans": [{"start": 0, "end": 99, "label": "PER"}]},
            "tpoic": 1,
            "\ud800": 2,
        }
    )
    assert "Did you mean `sport`?" in found["answer.topic.labels[0]"]
    assert "has 12 characters" in found["answer.names.spans[0].end"]
    assert "Did you mean `topic`?" in found["answer.tpoic"]
    assert len(found) == 4


@pytest.mark.parametrize("junk", [None, 5, "x", [], [{}], True, float("nan")])
def test_an_answer_is_an_object(junk: Any) -> None:
    assert set(faults(junk)) == {"answer"}


def test_offsets_count_code_points_of_the_item() -> None:
    def answer(start: int, end: int) -> dict[str, Any]:
        return {
            "topic": {"labels": ["art"]},
            "names": {"spans": [{"start": start, "end": end, "label": "PER"}]},
        }

    assert DATA["text"][10:12] == "Bo"
    assert validate_answer(ONTOLOGY, answer(10, 12), DATA)
    assert set(faults(answer(10, 13))) == {"answer.names.spans[0].end"}
    assert validate_answer(ONTOLOGY, answer(10, 13), None)
    assert set(faults(answer(0, 1), {})) == {"answer.names.spans[0].end"}
    assert set(faults(answer(0, 1), {"text": 5})) == {"answer.names.spans[0].end"}


def test_stored_values_of_an_older_version_may_not_fit() -> None:
    topic = ONTOLOGY.question_named["topic"]
    assert fits(topic, {"labels": ["art"]})
    assert not fits(topic, {"labels": ["law"]})
    assert not fits(topic, {"value": 3})


IMAGE = {"blob": "0a" * 32, "width": 10, "height": 20, "media_type": "image/svg+xml"}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": 5}, "text"),
        ({"text": "a\0"}, "text"),
        ({"text": "\udc00"}, "text"),
        ({"text": "x", "colour": 1}, "colour"),
        ({"text": "x", "image": "blob:abc"}, "image"),
        ({"text": "x", "image": {**IMAGE, "blob": "0A" * 32}}, "image.blob"),
        ({"text": "x", "image": {**IMAGE, "width": 0}}, "image.width"),
        ({"text": "x", "image": {**IMAGE, "height": 2.5}}, "image.height"),
        ({"text": "x", "image": {**IMAGE, "height": True}}, "image.height"),
        ({"text": "x", "image": {**IMAGE, "media_type": "text/html"}}, "image.media_type"),
        ({"text": "x", "image": {**IMAGE, "url": "x"}}, "image"),
        ({"text": "x", "talk": "hello"}, "talk"),
        ({"text": "x", "talk": [{"role": "robot", "content": "x"}]}, "talk[0].role"),
        ({"text": "x", "talk": [{"role": "user", "content": None}]}, "talk[0].content"),
        ({"text": "x", "talk": [{"role": "user", "content": "a\0"}]}, "talk[0].content"),
        ({"text": "x", "talk": [{"role": "user", "content": "x", "name": "y"}]}, "talk[0]"),
        ({"text": "x", "talk": [["user", "x"]]}, "talk[0]"),
        ({"text": "x", "extra": {"a": ["\0"]}}, "extra"),
        ({"text": "x", "extra": {"a\0": 1}}, "extra"),
        ({"text": "x", "extra": [float("nan")]}, "extra"),
        ({"text": "x", "extra": 2**53}, "extra"),
        ({"text": "x", "extra": {1: 2}}, "extra"),
        ({"text": "x", "extra": b"x"}, "extra"),
        ("text", "item"),
        ([], "item"),
    ],
)
def test_an_item_that_does_not_fit(data: Any, place: str) -> None:
    found = validate_item(ONTOLOGY, data)
    assert [fault.where for fault in found] == [place]
    assert all(fault.message and fault.remedy for fault in found)


def test_an_item_that_fits() -> None:
    data = {
        "text": "x",
        "note": "",
        "image": IMAGE,
        "talk": [{"role": "system", "content": ""}, {"role": "user", "content": "سلام"}],
        "extra": {"a": [1, 2.5, None, True, "x"]},
    }
    assert validate_item(ONTOLOGY, data) == []
    assert validate_item(ONTOLOGY, {"text": "x", "note": None, "extra": []}) == []


def test_depth_costs_no_recursion() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "deeper" in validate_item(ONTOLOGY, {"text": "x", "extra": deep})[0].message
    while deep:
        deep = deep.pop()  # taken apart by hand: the interpreter would do it by recursion


def test_small_answers_and_items_are_checked_in_microseconds() -> None:
    answer = {"topic": {"labels": ["football"]}, "sure": {"value": 2}, "why": {"text": "لأنه عن مباراة"}}

    def best(action: Any) -> float:
        rounds: list[float] = []
        for _ in range(20):
            began = time.perf_counter()
            for _ in range(200):
                action()
            rounds.append((time.perf_counter() - began) / 200)
        return min(rounds)

    assert best(lambda: validate_answer(ONTOLOGY, answer, DATA)) < 60e-6  # about 12 on a quiet machine
    assert best(lambda: validate_item(ONTOLOGY, DATA)) < 15e-6  # about 2


def test_answers_made_to_be_slow_are_refused_soon() -> None:
    many = parse_ontology(
        {
            "format": 1,
            "fields": [{"name": "text"}],
            "questions": [
                {"name": "q", "kind": "choice", "many": True, "labels": [f"label{n}" for n in range(290)]}
            ],
        }
    )
    began = time.perf_counter()
    for answer in (
        {"q": {"labels": [f"lable{n}" for n in range(290)]}},
        {f"x{n}": 1 for n in range(100_000)},
    ):
        with pytest.raises(AnswerInvalid) as caught:
            validate_answer(many, answer, DATA)
        assert len(caught.value.faults) < 50
    assert time.perf_counter() - began < 3.0


def test_a_place_is_marked_by_so_many_spans_and_no_more() -> None:
    data = {"text": "x" * 1000}
    deep = [{"start": n, "end": 1000 - n, "label": "PER"} for n in range(64)]
    flat = [{"start": 2 * n, "end": 2 * n + 3, "label": "PER"} for n in range(450)]
    for spans in (deep, flat):
        assert validate_answer(ONTOLOGY, {"topic": {"labels": ["art"]}, "names": {"spans": spans}}, data)
    with pytest.raises(AnswerInvalid) as caught:
        validate_answer(
            ONTOLOGY,
            {
                "topic": {"labels": ["art"]},
                "names": {"spans": [*deep, {"start": 100, "end": 101, "label": "PER"}]},
            },
            data,
        )
    (fault,) = caught.value.faults
    assert (fault.code, dict(fault.params)) == ("spans_deep", {"at": 100, "most": 64})


def test_spans_that_may_not_overlap_are_set_apart_at_once() -> None:
    question = parse_ontology(
        {
            "format": 1,
            "fields": [{"name": "text"}],
            "questions": [
                {"name": "q", "kind": "span", "field": "text", "labels": ["A", "B"], "overlap": False}
            ],
        }
    ).questions[0]
    long = [{"start": 3 * n, "end": 3 * n + 2, "label": "A"} for n in range(10_000)]
    began = time.perf_counter()
    both = {"spans": [*long, {"start": 50_000, "end": 50_001, "label": "B"}]}
    found = question.kind.combine(question, [{"spans": long}, both, {"spans": long[:5]}])
    assert found.value == {"spans": long}
    clash = question.kind.combine(
        question, [{"spans": long[:9]}, {"spans": [*long[:8], {"start": 25, "end": 29, "label": "B"}]}]
    )
    assert [span["start"] for span in clash.value["spans"]] == [*range(0, 24, 3), 24]
    assert time.perf_counter() - began < 4
