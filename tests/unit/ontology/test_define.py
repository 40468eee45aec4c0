"""From a document to an ontology: each thing that can be wrong has its place and its remedy."""

import copy
import time
from typing import Any

import pytest

from qistas.core.errors import OntologyInvalid
from qistas.ontology import Label, Labels, LocalText, parse_ontology, parse_yaml

GOOD: dict[str, Any] = {
    "format": 1,
    "languages": ["en", "ar"],
    "fields": [{"name": "text"}, {"name": "other"}, {"name": "image", "type": "image"}],
    "questions": [
        {
            "name": "topic",
            "kind": "choice",
            "labels": [{"name": "a", "hotkey": "1"}, {"name": "b", "parent": "a"}, {"name": "c"}],
        },
        {"name": "mark", "kind": "rating", "when": {"question": "topic", "is": ["a"]}},
        {"name": "names", "kind": "span", "field": "text", "labels": [{"name": "PER", "hotkey": "2"}]},
    ],
}


def places(document: Any) -> dict[str, str]:
    """The faults of a document, by place."""
    with pytest.raises(OntologyInvalid) as caught:
        parse_ontology(document)
    assert all(fault.remedy for fault in caught.value.faults), caught.value
    return {fault.where: f"{fault.message} {fault.remedy}" for fault in caught.value.faults}


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with the value at `path` (`questions.0.labels.1.name`) replaced; `...` takes it away."""
    document = copy.deepcopy(GOOD)
    at: Any = document
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        at = at[part]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return document


def test_the_good_one_is_good() -> None:
    ontology = parse_ontology(GOOD)
    assert [question.name for question in ontology.questions] == ["topic", "mark", "names"]
    assert ontology.question_named["topic"].labels.implied(["b"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("path", "value", "place", "words"),
    [
        ("format", ..., "format", "format: 1"),
        ("format", 2, "format", "format 1"),
        ("format", True, "format", ""),
        ("fields", [], "fields", "at least 1"),
        ("fields", "text", "fields", "not a list"),
        ("fields", [{"name": f"f{n}"} for n in range(51)], "fields", "at most 50"),
        ("questions", ..., "questions", "missing"),
        ("languages", ["english!"], "languages[0]", "en, ar"),
        ("languages", ["en", "en"], "languages[1]", "twice"),
        ("guideline", {"fr": "Bonjour"}, "guideline.fr", "Add fr to `languages`"),
        ("guideline", "", "guideline", "empty"),
        ("guideline", {}, "guideline", "one per language"),
        ("guideline", "a\0b", "guideline", "NUL"),
        ("guideline", "\ud800", "guideline", "surrogate"),
        ("name", 5, "name", "the number 5"),
        ("nmae", "x", "nmae", "Did you mean `name`?"),
        ("fields.0.type", "txet", "fields[0].type", "Did you mean `text`?"),
        ("fields.0.required", "yes", "fields[0].required", "true or false"),
        ("fields.0.direction", "up", "fields[0].direction", "auto, ltr, rtl"),
        ("fields.1.name", "text", "fields[1].name", "there already"),
        ("fields.0.name", "1st", "fields[0].name", "a letter first"),
        ("fields.0.name", "a b", "fields[0].name", "a letter first"),
        ("fields.0.name", "x" * 65, "fields[0].name", "64"),
        ("fields.0.name", "", "fields[0].name", "a letter first"),
        ("fields.0.name", "cafe\u0301", "fields[0].name", "NFC"),
        ("fields.0.name", "zero\u200bwidth", "fields[0].name", "a letter first"),
        ("questions.0.kind", "chioce", "questions[0].kind", "Did you mean `choice`?"),
        ("questions.0.kind", ["choice"], "questions[0].kind", "choice, rating"),
        ("questions.0.kind", ..., "questions[0].kind", "missing"),
        ("questions.1.name", "topic", "questions[1].name", "there already"),
        ("questions.0.labels", ["a"], "questions[0].labels", "at least 2"),
        ("questions.0.labels", [f"l{n}" for n in range(5_001)], "questions[0].labels", "5,000"),
        ("questions.0.labels.2.name", "a", "questions[0].labels[2].name", "there already"),
        ("questions.0.labels.1.parent", "z", "questions[0].labels[1].parent", "no label"),
        ("questions.0.labels.0.parent", "b", "questions[0].labels[0].parent", "its own ancestor"),
        ("questions.0.labels.2.parent", "c", "questions[0].labels[2].parent", "its own ancestor"),
        ("questions.0.labels.0.colour", "blue", "questions[0].labels[0].colour", "#0072B2"),
        ("questions.0.labels.0.hotkey", "Enter", "questions[0].labels[0].hotkey", "one letter or digit"),
        ("questions.0.labels.0.hotkey", "?", "questions[0].labels[0].hotkey", "one letter or digit"),
        ("questions.0.labels.0.hotkey", 12, "questions[0].labels[0].hotkey", "one letter or digit"),
        ("questions.0.labels.1.hotkey", "1", "questions[0].labels[1].hotkey", "also the key"),
        ("questions.2.labels.0.hotkey", "1", "questions[2].labels[0].hotkey", "also the key"),
        ("questions.0.many", 1, "questions[0].many", "true or false"),
        ("questions.0.max", 2, "questions[0].max", "many: true"),
        ("questions.0.tie", True, "questions[0].tie", "means nothing here"),
        ("questions.1.when.question", "nope", "questions[1].when.question", "no question"),
        ("questions.1.when.question", "names", "questions[1].when.question", "cannot look at"),
        ("questions.1.when.is", ["z"], "questions[1].when.is[0]", "never holds"),
        ("questions.1.when.is", [], "questions[1].when.is", "at least 1"),
        ("questions.1.when.is", [True], "questions[1].when.is[0]", "label"),
        ("questions.1.when", "topic", "questions[1].when", "mapping"),
        ("questions.1.min", 5, "questions[1].max", "not above"),
        ("questions.1.step", 3, "questions[1].step", "does not lead"),
        ("questions.1.step", 0, "questions[1].step", "number from"),
        ("questions.1.step", 0.0001, "questions[1].step", "10,000"),
        ("questions.1.min", float("nan"), "questions[1].min", "number from"),
        ("questions.1.max", float("inf"), "questions[1].max", "number from"),
        ("questions.1.max", 10**400, "questions[1].max", "far too large"),
        ("questions.2.field", "image", "questions[2].field", "of type image"),
        ("questions.2.field", "txet", "questions[2].field", "Did you mean `text`?"),
        ("questions.2.field", ..., "questions[2].field", "missing"),
        ("questions.2.min", -1, "questions[2].min", "whole number"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: Any, place: str, words: str) -> None:
    found = places(changed(path, value))
    assert place in found, found
    assert words in found[place], found


def test_everything_is_told_at_once() -> None:
    found = places({"fields": [{"name": 1}], "questions": [{"kind": "rating", "min": "x"}, 5], "x": 1})
    assert set(found) == {
        "format",
        "fields[0].name",
        "questions[0].name",
        "questions[0].min",
        "questions[1]",
        "questions[1].name",
        "questions[1].kind",
        "x",
    }


@pytest.mark.parametrize("junk", [None, 5, "x", [], [1]])
def test_a_document_is_a_mapping(junk: Any) -> None:
    assert "document" in places(junk)


def test_conditions_do_not_run_in_rings() -> None:
    questions: list[dict[str, Any]] = [
        {"name": "a", "kind": "choice", "labels": ["x", "y"], "when": {"question": "b", "is": ["x"]}},
        {"name": "b", "kind": "choice", "labels": ["x", "y"], "when": {"question": "c", "is": ["x"]}},
        {"name": "c", "kind": "choice", "labels": ["x", "y"], "when": {"question": "a", "is": ["x"]}},
        {"name": "d", "kind": "choice", "labels": ["x", "y"], "when": {"question": "a", "is": ["x"]}},
    ]
    document = GOOD | {"questions": questions}
    assert set(places(document)) == {f"questions[{at}].when" for at in range(3)}
    questions[2]["when"] = {"question": "c", "is": ["x"]}
    assert "questions[2].when" in places(document)


def keyed(name: str, when: dict[str, Any] | None = None) -> dict[str, Any]:
    question = {"name": name, "kind": "choice", "labels": [{"name": "x", "hotkey": "K"}, {"name": "y"}]}
    return question | ({"when": when} if when else {})


def test_one_key_may_serve_questions_that_never_meet() -> None:
    base = {"format": 1, "fields": [{"name": "text"}]}
    first = {"name": "t", "kind": "choice", "labels": ["a", {"name": "b", "parent": "a"}, "c"]}
    on_a, on_b, on_c = ({"question": "t", "is": [name]} for name in "abc")
    parse_ontology({**base, "questions": [first, keyed("p", on_a), keyed("q", on_c)]})
    for left, right in ((on_a, on_b), (None, on_a), (on_a, on_a)):
        assert "questions[2].labels[0].hotkey" in places(
            {**base, "questions": [first, keyed("p", left), keyed("q", right)]}
        )
    many = {**first, "many": True}
    assert "questions[2].labels[0].hotkey" in places(
        {**base, "questions": [many, keyed("p", on_a), keyed("q", on_c)]}
    )
    deeper = [
        first,
        keyed("p", on_a),
        keyed("q", on_c),
        {
            "name": "r",
            "kind": "choice",
            "labels": [{"name": "m", "hotkey": "k"}, "n"],
            "when": {"question": "q", "is": ["y"]},
        },
    ]
    assert set(places({**base, "questions": deeper})) == {"questions[3].labels[0].hotkey"}


def test_small_forms_are_written_out() -> None:
    ontology = parse_yaml(
        "format: 1\nfields: [{name: نص}]\n"
        "questions:\n- {name: سؤال, kind: choice, labels: [no, {name: yes, colour: '#abc', hotkey: Q}, off]}\n"
        "- {name: mark, kind: rating, min: 0.0, max: 1.0, step: 0.5, title: {fr: Note}}\n"
    )
    document = ontology.to_document()
    assert document["languages"] == ["fr"]
    assert document["fields"] == [{"name": "نص", "type": "text", "direction": "auto", "required": True}]
    assert document["questions"][0]["labels"] == [
        {"name": "no"},
        {"name": "yes", "colour": "#AABBCC", "hotkey": "q"},
        {"name": "off"},
    ]
    assert (document["questions"][1]["min"], document["questions"][1]["max"]) == (0, 1)


def test_texts_fall_back_from_language_to_language() -> None:
    text = LocalText((("en", "Sport"), ("ar", "رياضة")))
    assert text.within("ar-EG") == "رياضة"
    assert text.within("fr", "ar") == "رياضة"
    assert text.within("fr") == "Sport"
    assert LocalText((("", "Sport"),)).within("ar") == "Sport"


def test_an_ontology_does_not_change() -> None:
    ontology = parse_ontology(GOOD)
    with pytest.raises(AttributeError):
        ontology.questions = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        ontology.question_named["x"] = ontology.questions[0]  # type: ignore[index]
    ontology.to_document()["fields"].clear()
    assert len(ontology.to_document()["fields"]) == 3


def chain(n: int) -> dict[str, Any]:
    """An ontology whose labels hang below one another, `n` levels deep."""
    labels: list[dict[str, Any]] = [
        {"name": f"l{at}"} | ({"parent": f"l{at - 1}"} if at else {}) for at in range(n)
    ]
    return {
        "format": 1,
        "fields": [{"name": "text"}],
        "questions": [{"name": "q", "kind": "choice", "labels": labels}],
    }


def test_a_tree_of_labels_is_as_deep_as_it_may_be_and_no_deeper() -> None:
    labels = parse_ontology(chain(32)).questions[0].labels
    assert labels.closure["l31"] == set(labels.names)
    assert labels.closure["l0"] == {"l0"}
    with pytest.raises(OntologyInvalid) as caught:
        parse_ontology(chain(34))
    (fault,) = caught.value.faults
    assert (fault.where, fault.code, fault.params["name"]) == (
        "questions[0].labels[32].parent",
        "label_depth",
        "l32",
    )


@pytest.mark.parametrize("turned", [False, True])
def test_labels_that_hang_in_one_chain_or_ring_are_refused_at_once(turned: bool) -> None:
    document = chain(5_000)
    if turned:
        document["questions"][0]["labels"][0]["parent"] = "l4999"
    document["questions"][0]["labels"].reverse()
    began = time.perf_counter()
    with pytest.raises(OntologyInvalid):
        parse_ontology(document)
    assert time.perf_counter() - began < 2


def test_labels_imply_the_same_whatever_their_order() -> None:
    tree = (
        Label("c", parent="b"),
        Label("d", parent="b"),
        Label("a"),
        Label("b", parent="a"),
        Label("x", parent="gone"),
    )
    labels = Labels(tree)
    assert dict(labels.closure) == {
        "a": {"a"}, "b": {"a", "b"}, "c": {"a", "b", "c"}, "d": {"a", "b", "d"}, "x": {"x"}
    }  # fmt: skip


def test_a_condition_with_many_values_is_read_at_once() -> None:
    document = chain(1)
    document["questions"][0]["labels"] = [f"l{at}" for at in range(5_000)]
    when = {"question": "q", "is": [f"l{at}" for at in range(5_000)]}
    document["questions"] += [{"name": f"r{n}", "kind": "rating", "when": when} for n in range(10)]
    began = time.perf_counter()
    assert len(parse_ontology(document).questions) == 11
    assert time.perf_counter() - began < 2
