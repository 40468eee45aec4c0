# pyright: basic
"""The kind `ranking`: what its settings may be, what its answers break, and what several orders come to."""

from typing import Any

import numpy as np
import pytest

from qistas.core.errors import Fault, OntologyInvalid
from qistas.ontology import NOTHING_LEARNT, Answers, Learnt, Question, parse_ontology

ABC = ["a", "b", "c"]


def question(labels: Any = ABC, **settings: Any) -> Question:
    asked = {"name": "q", "kind": "ranking", "labels": labels, **settings}
    return parse_ontology({"format": 1, "fields": [{"name": "text"}], "questions": [asked]}).questions[0]


def order(line: str) -> dict[str, Any]:
    """`a>bc`: a, then b and c together."""
    return {"order": [list(group) for group in line.split(">")]}


def places(faults: tuple[Fault, ...] | list[Fault]) -> list[str]:
    return [fault.where for fault in faults]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"labels": ["a"]}, "questions[0].labels"),
        ({"labels": [f"x{n}" for n in range(21)]}, "questions[0].labels"),
        ({"labels": ["a", {"name": "b", "parent": "a"}]}, "questions[0].labels[1].parent"),
        ({"top": 3}, "questions[0].top"),
        ({"top": 0}, "questions[0].top"),
        ({"top": 1, "ties": True}, "questions[0].top"),
        ({"ties": "yes"}, "questions[0].ties"),
        ({"options": ["a", "b"]}, "questions[0].options"),
    ],
)
def test_settings_that_make_no_sense_are_told_with_their_place(given: dict[str, Any], place: str) -> None:
    with pytest.raises(OntologyInvalid) as told:
        question(**{"labels": ABC, **given})
    assert place in places(told.value.faults)
    assert all(fault.remedy for fault in told.value.faults)


def test_what_is_left_out_is_named() -> None:
    asked, faults = question(), list[Fault]()
    assert asked.kind.validate(asked, order("b"), None, "answer.q", faults) is None
    assert "leaves out 2 of 3" in faults[0].message
    assert "a, c" in faults[0].remedy


def test_ties_are_stored_in_the_order_of_the_ontology() -> None:
    asked = question(ties=True)
    assert asked.kind.validate(asked, order("cb>a"), None, "", []) == order("bc>a")


def test_what_a_new_version_takes_away() -> None:
    old = question(ties=True)
    kind = old.kind

    def broken(new: Question, line: str, was: Question = old) -> list[str]:
        return [one.where for one in kind.breaks(was, new) if one.hits({"q": order(line)})]

    assert broken(question(), "a>bc") == ["questions.q.ties"]
    assert broken(question(), "a>b>c") == []
    assert broken(question(["a", "b"], ties=True), "a>bc") == ["questions.q.labels.c"]
    assert broken(question([*ABC, "d"], ties=True), "a>bc") == ["questions.q.labels.d"]
    whole, best = question(), question(top=2)
    assert broken(best, "a>b>c", whole) == ["questions.q.top"]
    assert broken(whole, "a>b", best) == ["questions.q.top"]
    assert broken(old, "a>b>c", whole) == [], "ties allowed from now on break nothing"
    assert broken(question(["c", "b", "a"]), "a>b>c", whole) == [], (
        "another order of the labels breaks nothing"
    )


def test_scores_go_from_the_same_to_the_reverse() -> None:
    asked, best, tied = (
        question(["a", "b", "c", "d"]),
        question(["a", "b", "c", "d"], top=1),
        question(ties=True),
    )
    score = asked.kind.score
    assert score(asked, order("a>b>c>d"), order("a>b>c>d")) == 1.0
    assert score(asked, order("a>b>c>d"), order("b>a>c>d")) == pytest.approx(5 / 6)
    assert score(asked, order("a>b>c>d"), order("d>c>b>a")) == 0.0
    assert score(best, order("a"), order("b")) == 0.0
    assert score(tied, order("a>b>c"), order("abc")) == 0.5


def test_the_trusted_weigh_more_and_doubt_follows_the_distance() -> None:
    asked = question()
    values = [order("a>b>c"), order("c>b>a"), order("a>c>b")]
    answers = Answers([0, 0, 0], [0, 1, 2], values, 1, 3)
    (plain,) = asked.kind.judge(asked, answers, NOTHING_LEARNT, [0, 0, 0])
    assert plain is not None
    assert plain.value == order("a>c>b")
    assert (plain.support, plain.answers) == (1, 3)
    assert set(plain.posterior) == {"a", "c"}
    assert plain.posterior["a"] == pytest.approx(2 / 3, abs=1e-4)
    learnt = Learnt(np.array([0.99, 0.2, 0.3, 0.7]))
    (trusting,) = asked.kind.judge(asked, answers, learnt, [0, 1, 2])
    assert trusting is not None
    assert trusting.value == order("a>b>c")
    agreed = Answers([0] * 3, [0, 1, 2], [order("a>b>c")] * 3, 1, 3)
    (sure,) = asked.kind.judge(asked, agreed, NOTHING_LEARNT, [0, 0, 0])
    assert sure is not None
    assert sure.doubt < plain.doubt


def test_who_ranks_at_random_is_found_out_and_outvoted() -> None:
    rng = np.random.default_rng(8)
    asked = question(["a", "b", "c", "d", "e"])
    names = asked.labels.names
    truth = [rng.permutation(5) for _ in range(60)]
    item, who, value = [], [], []
    for at, right in enumerate(truth):
        for person in range(4):
            codes = list(rng.permutation(5)) if person == 3 else list(right)
            if person < 3 and rng.random() < 0.4:
                spot = int(rng.integers(4))
                codes[spot], codes[spot + 1] = codes[spot + 1], codes[spot]
            item.append(at)
            who.append(person)
            value.append({"order": [[names[code]] for code in codes]})
    found = asked.kind.infer(asked, Answers(item, who, value, 60, 4))
    skills = [one.value for one in found.skills if one]
    assert min(skills[:3]) > skills[3] + 0.2
    right = sum(
        one is not None and one.value["order"] == [[names[c]] for c in codes]
        for one, codes in zip(found.items, truth, strict=True)
    )
    assert right >= 50
    agreement = asked.kind.agree(asked, Answers(item, who, value, 60, 4), rng=rng, n_bootstrap=100)
    assert 0.2 < agreement.value < 0.9
    assert agreement.low < agreement.value < agreement.high


def test_tables_and_words() -> None:
    asked = question(["a", {"name": "b", "title": {"en": "Bee", "ar": "باء"}}, "c"], ties=True)
    kind, value = asked.kind, order("c>ab")
    assert [column.name for column in kind.columns(asked)] == ["q", "q.order"]
    assert kind.to_flat(asked, value) == (["c", "a", "b"], "c > a = b")
    assert kind.to_flat(question(), order("c>a>b")) == (["c", "a", "b"],)
    assert kind.describe(asked, value, "en") == "c > a = Bee"
    assert kind.describe(asked, value, "ar") == "c > a = باء"
    assert kind.labels_of(asked, value) == ("c",)


def test_a_tie_written_the_other_way_round_is_the_same() -> None:
    """As it stands in answers given before the labels changed their order."""
    asked = question(ties=True)
    found = asked.kind.combine(asked, [order("ab>c"), order("ba>c"), order("c>ab")])
    assert asked.kind.same(asked, found.value, order("ab>c"))
    assert found.support == 2
    assert asked.kind.same(asked, order("ab>c"), order("ba>c"))
    assert not asked.kind.same(asked, order("ab>c"), order("a>b>c"))
