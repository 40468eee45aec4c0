# pyright: basic
"""Ontologies and answers drawn at random: the parser returns what it wrote, and the schema and the door agree."""

import random
from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

from qistas.core.canonical import canonical_json
from qistas.core.errors import AnswerInvalid, OntologyInvalid
from qistas.ontology import (
    Ontology,
    answer_schema,
    asked_questions,
    check_answer,
    parse_ontology,
    parse_yaml,
    validate_answer,
    validate_item,
)
from qistas.ontology.compare import compare
from qistas.ontology.kinds.text import edit_distance, similarity
from qistas.ontology.publish import _is_hit

TEXT = "a text with a few words, وكلمات عربية 🙂"
DATA = {"text": TEXT, "image": {"blob": "a" * 64, "width": 100, "height": 50, "media_type": "image/png"}}
FIELDS = [
    {"name": "text"},
    {"name": "more", "required": False},
    {"name": "image", "type": "image", "required": False},
]
NAMES = ["sport", "football", "فن", "law-2", "x_1"]
titles = st.one_of(
    st.text("abc ش", min_size=1).filter(str.strip),
    st.dictionaries(st.sampled_from(["en", "ar"]), st.just("عنوان"), min_size=1),
)


@st.composite
def labels(draw: st.DrawFn, least: int) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=least, unique=True))
    found: list[dict[str, Any]] = []
    for at, name in enumerate(names):
        label: dict[str, Any] = {"name": name}
        if at and draw(st.booleans()):
            label["parent"] = draw(st.sampled_from(names[:at]))
        if draw(st.booleans()):
            label["title"] = draw(titles)
        found.append(label)
    return found


@st.composite
def settings_of(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    flag = st.booleans()
    if kind == "choice":
        many = draw(flag)
        limits = (
            draw(st.fixed_dictionaries({"min": st.integers(0, 2)}, optional={"max": st.integers(2, 4)}))
            if many
            else {}
        )
        return {"labels": draw(labels(2)), "many": many, **limits}
    if kind == "rating":
        return draw(st.sampled_from([{}, {"min": 0, "max": 1, "step": 0.25}, {"min": -3, "max": 3}]))
    if kind == "text":
        return {
            "multiline": draw(flag),
            "min_length": draw(st.integers(0, 2)),
            "max_length": draw(st.integers(2, 9)),
        }
    if kind == "span":
        return {
            "field": "text",
            "labels": draw(labels(1)),
            "overlap": draw(flag),
            "min": draw(st.integers(0, 1)),
        }
    if kind == "box":
        return {
            "field": "image",
            "labels": draw(labels(1)),
            "rotate": draw(flag),
            "min_size": draw(st.integers(1, 3)),
        }
    if kind == "polygon":
        return {"field": "image", "labels": draw(labels(1)), "min": draw(st.integers(0, 1))}
    if kind == "ranking":
        names = draw(st.lists(st.sampled_from(NAMES), min_size=2, unique=True))
        return {"labels": names, **draw(st.sampled_from([{}, {"ties": True}, {"top": 1}]))}
    return {"left": "text", "right": "more", "tie": draw(flag), "strength": draw(st.integers(1, 3))}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    questions: list[dict[str, Any]] = []
    for at in range(draw(st.integers(1, 4))):
        kind = draw(
            st.sampled_from(
                ["choice", "choice", "rating", "text", "span", "box", "polygon", "pairwise", "ranking"]
            )
        )
        question: dict[str, Any] = {
            "name": f"q{at}",
            "kind": kind,
            "required": draw(st.booleans()),
            **draw(settings_of(kind)),
        }
        above = [q for q in questions if q["kind"] in ("choice", "pairwise")]
        if above and draw(st.booleans()):
            chosen = draw(st.sampled_from(above))
            words = (
                [label["name"] for label in chosen["labels"]]
                if chosen["kind"] == "choice"
                else ["left", "right"]
            )
            question["when"] = {
                "question": chosen["name"],
                "is": draw(st.lists(st.sampled_from(words), min_size=1, unique=True)),
            }
        questions.append(question)
    if draw(st.booleans()):
        questions.reverse()
    return {"format": 1, "fields": FIELDS, "questions": questions, "guideline": draw(titles)}


def faults_of(action: Any, *given: Any) -> tuple[Any, ...] | None:
    """The faults that `action` raises; None where it raises nothing. Any other error is one of ours."""
    try:
        action(*given)
    except (OntologyInvalid, AnswerInvalid) as error:
        return error.faults
    return None


ontologies = documents().map(parse_ontology)


@st.composite
def values(draw: st.DrawFn, question: dict[str, Any]) -> dict[str, Any]:
    """A value that mostly fits."""
    names = [label["name"] for label in question.get("labels", [])] + ["nothing-known"] * draw(st.booleans())
    label = st.sampled_from(names or ["x"])
    if question["kind"] == "choice":
        return {"labels": draw(st.lists(label, max_size=3 if question["many"] else 1))}
    if question["kind"] == "rating":
        return {
            "value": draw(
                st.sampled_from(
                    [question["min"], question["max"], question["min"] + question["step"], 99, 0.3]
                )
            )
        }
    if question["kind"] == "text":
        return {"text": draw(st.text("ab \nش🙂", max_size=10))}
    if question["kind"] == "span":
        one = st.tuples(st.integers(-1, 20), st.integers(0, len(TEXT) + 1), label)
        return {"spans": [{"start": s, "end": e, "label": n} for s, e, n in draw(st.lists(one, max_size=3))]}
    if question["kind"] == "box":
        number = st.one_of(st.integers(-2, 60), st.floats(-2, 60, allow_nan=False))
        one = st.fixed_dictionaries(
            {"x": number, "y": number, "width": number, "height": number, "label": label},
            optional={"rotation": st.sampled_from([0, 30, 360, -45.5])},
        )
        return {"boxes": draw(st.lists(one, max_size=3))}
    if question["kind"] == "polygon":
        number = st.one_of(st.integers(-2, 60), st.floats(-2, 60, allow_nan=False))
        points = st.lists(st.lists(number, min_size=2, max_size=2), min_size=2, max_size=5)
        one = st.fixed_dictionaries({"points": points, "label": label})
        return {"polygons": draw(st.lists(one, max_size=3))}
    if question["kind"] == "ranking":
        if draw(st.booleans()):
            return {"order": draw(st.lists(st.lists(label, max_size=2), max_size=4))}
        ranked = draw(st.permutations([label["name"] for label in question["labels"]]))
        return {"order": [[name] for name in ranked[: question.get("top")]]}
    choice = draw(st.sampled_from(["left", "right", "tie"]))
    return (
        {"choice": choice} if draw(st.booleans()) else {"choice": choice, "strength": draw(st.integers(0, 4))}
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Ontology, dict[str, Any]]:
    ontology = draw(ontologies)
    answer = {
        q["name"]: draw(values(q)) for q in ontology.to_document()["questions"] if draw(st.integers(0, 4))
    }
    return ontology, answer


@settings(max_examples=120)
@given(documents())
def test_a_parsed_document_returns_as_itself(document):
    ontology = parse_ontology(document)
    written = ontology.to_document()
    again = parse_ontology(written)
    assert again == ontology
    assert again.to_document() == written
    assert again.hash == ontology.hash
    assert parse_yaml(canonical_json(written)).hash == ontology.hash
    assert not compare(ontology, again).changes
    assert not compare(ontology, again).breaks
    jsonschema_rs.meta.validate(answer_schema(ontology))


@settings(max_examples=200)
@given(pairs())
def test_the_normal_form_of_an_answer_is_stable_and_ordered(pair):
    ontology, answer = pair
    if (faults := faults_of(validate_answer, ontology, answer, DATA)) is not None:
        assert faults
        assert all(fault.where.startswith("answer") for fault in faults)
        return
    found = validate_answer(ontology, answer, DATA)
    assert validate_answer(ontology, found, DATA) == found
    assert list(found) == [q.name for q in ontology.questions if q.name in found]
    shuffled = list(answer.items())
    random.Random(1).shuffle(shuffled)
    assert canonical_json(validate_answer(ontology, dict(shuffled), DATA)) == canonical_json(found)
    asked = {q.name for q in asked_questions(ontology, found)}
    assert set(found) <= asked
    assert {q.name for q in ontology.questions if q.required and q.name in asked} <= set(found)


@settings(max_examples=300)
@given(pairs())
def test_the_schema_takes_what_the_door_takes(pair):
    ontology, answer = pair
    faults = []
    check_answer(ontology, answer, DATA, faults)
    needs_item = ("runs from", "but `text` has", "outside of", "twice", "overlaps the span")
    valid = jsonschema_rs.is_valid(answer_schema(ontology), answer)
    if not faults:
        assert valid
    elif valid:
        # Where a fault needs the item, the value falls away, and with it what hangs on it.
        assert any(word in fault.message for word in needs_item for fault in faults), faults


@settings(max_examples=150)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda c: (
            st.lists(c, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["format", "fields", "questions", "labels", "name", "kind", "when", "x", "text"]
                ),
                c,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_no_document_answer_or_item_whatever_raises_anything_else(junk):
    for document in (
        junk,
        {"format": 1, "fields": [{"name": "text"}], "questions": [junk]},
        {"format": 1, "fields": junk, "questions": junk},
    ):
        assert faults_of(parse_ontology, document) != ()
    ontology = parse_ontology(
        {
            "format": 1,
            "fields": [*FIELDS, {"name": "j", "type": "json"}, {"name": "c", "type": "chat"}],
            "questions": [{"name": "text", "kind": "text"}],
        }
    )
    for answer in (junk, {"text": junk}, {"text": {"text": junk}}):
        assert faults_of(lambda a: canonical_json(validate_answer(ontology, a, DATA)), answer) != ()
    for data in (
        junk,
        {"text": junk, "c": junk, "image": junk, "j": junk},
        {"text": "x", "c": [{"role": "user", "content": "x"}], "j": junk},
    ):
        if not validate_item(ontology, data):
            canonical_json(data)


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_no_text_whatever_crashes_the_reader(text):
    assert faults_of(parse_yaml, text) != ()


@settings(max_examples=300)
@given(st.text("abcش🙂", max_size=12), st.text("abcش🙂", max_size=12))
def test_edit_distance_is_what_the_table_says(one, other):
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        above, row = row, [i]
        for j, right in enumerate(other, 1):
            row.append(min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right)))
    assert edit_distance(one, other) == row[-1]
    assert 0.0 <= similarity(one, other) <= 1.0


@st.composite
def changes(draw: st.DrawFn) -> tuple[Ontology, Ontology, dict[str, Any]]:
    """An ontology, another made from it by changing some questions, and an answer to the first."""
    old = draw(documents())
    questions: list[dict[str, Any]] = []
    for question in old["questions"]:
        fate = draw(
            st.sampled_from(["keep", "keep", "redraw", "redraw", "require", "another", "free", "drop"])
        )
        new = dict(question)
        if fate in ("redraw", "another"):
            kind = (
                question["kind"] if fate == "redraw" else draw(st.sampled_from(["rating", "text", "choice"]))
            )
            new = {key: value for key, value in question.items() if key in ("name", "required", "when")}
            new |= {"kind": kind, **draw(settings_of(kind))}
        elif fate == "require":
            new["required"] = True
        elif fate == "free":
            new.pop("when", None)
        if fate != "drop" or not questions:
            questions.append(new)
    if draw(st.booleans()):
        questions.append({"name": "added", "kind": "rating", "required": draw(st.booleans())})
    try:
        after = parse_ontology(old | {"questions": questions})
    except OntologyInvalid:  # a condition lost what it looks at
        reject()
    before = parse_ontology(old)
    answer = {
        q["name"]: draw(values(q)) for q in before.to_document()["questions"] if draw(st.integers(0, 4))
    }
    faults: list[Any] = []
    right = check_answer(before, answer, DATA, faults)
    if faults:  # keep what is right, as far as it is a whole answer
        faults.clear()
        right = check_answer(before, right, DATA, faults)
    assume(not faults)
    return before, after, right


@settings(max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(changes())
def test_an_answer_survives_a_change_exactly_when_no_break_hits_it(drawn):
    before, after, answer = drawn
    hits = [one.where for one in compare(before, after).breaks if _is_hit(one, answer)]
    faults = []
    check_answer(after, answer, DATA, faults)
    assert bool(hits) == bool(faults), (hits, faults)
