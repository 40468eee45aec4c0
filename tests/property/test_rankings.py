# pyright: basic
"""Rankings: what options are called, and which stands first in the ontology, changes nothing but the names in the result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qistas.ontology import NOTHING_LEARNT, Answers, Question, parse_ontology

NAMES = ["a", "b", "c", "d", "e"]


def asked(names: list[str], **more: object) -> Question:
    question = {"name": "q", "kind": "ranking", "labels": names, **more}
    document = {"format": 1, "fields": [{"name": "text"}], "questions": [question]}
    return parse_ontology(document).questions[0]


@st.composite
def orders(draw: st.DrawFn, *, ties: bool) -> list[list[str]]:
    names = draw(st.permutations(NAMES))
    groups: list[list[str]] = [[names[0]]]
    for name in names[1:]:
        if ties and draw(st.booleans()):
            groups[-1].append(name)
        else:
            groups.append([name])
    return [sorted(group) for group in groups]


def renamed(question: Question, order: list[list[str]], names: dict[str, str]) -> dict[str, list[list[str]]]:
    return {
        "order": [sorted((names[n] for n in group), key=question.labels.order.__getitem__) for group in order]
    }


many = st.lists(orders(ties=False), min_size=1, max_size=6)
tied = st.lists(orders(ties=True), min_size=1, max_size=6)


@settings(max_examples=60)
@given(many, st.permutations(NAMES))
def test_other_names_are_the_only_difference(given_orders, others):
    """The k-th label under another name: the same result under that name."""
    names = dict(zip(NAMES, others, strict=True))
    one, other = asked(NAMES), asked(list(others))
    found = one.kind.combine(one, [{"order": order} for order in given_orders])
    again = other.kind.combine(other, [renamed(other, order, names) for order in given_orders])
    assert again.value == renamed(other, found.value["order"], names)
    assert again.confidence == pytest.approx(found.confidence)
    assert again.posterior == pytest.approx({names[name]: share for name, share in found.posterior.items()})


@settings(max_examples=60)
@given(tied, st.permutations(NAMES), st.booleans())
def test_the_place_in_the_ontology_favours_nobody(given_orders, others, ties):
    """Options exchanged in the answers: a result as near to them; the same one where a single order is nearest."""
    if not ties:
        given_orders = [[[name] for group in order for name in group] for order in given_orders]
    names = dict(zip(NAMES, others, strict=True))
    back = {new: old for old, new in names.items()}
    question = asked(NAMES, ties=ties)
    kind = question.kind
    values = [{"order": order} for order in given_orders]
    moved = [renamed(question, order, names) for order in given_orders]
    one, other = kind.combine(question, values), kind.combine(question, moved)
    returned = renamed(question, other.value["order"], back)
    near = np.mean([kind.score(question, returned, value) for value in values])
    assert other.confidence == pytest.approx(near)
    if not ties:
        assert near == pytest.approx(one.confidence)
    for a, b in zip(values, moved, strict=True):
        assert kind.score(question, values[0], a) == pytest.approx(kind.score(question, moved[0], b))
    item = [at // 2 for at in range(len(values))]
    rng = np.random.default_rng(1)
    table = Answers(item, [at % 2 for at in range(len(values))], values, len(values), 2)
    turned = Answers(item, [at % 2 for at in range(len(values))], moved, len(values), 2)
    agreed = kind.agree(question, table, rng=rng, n_bootstrap=0).value
    assert kind.agree(question, turned, rng=rng, n_bootstrap=0).value == pytest.approx(agreed, nan_ok=True)


@settings(max_examples=60)
@given(tied, st.booleans(), st.randoms(use_true_random=False))
def test_a_result_is_an_answer_and_not_a_matter_of_who_spoke_first(given_orders, ties, random):
    if not ties:
        given_orders = [[[name] for group in order for name in group] for order in given_orders]
    question = asked(NAMES, ties=ties)
    kind = question.kind
    values = [{"order": order} for order in given_orders]
    found = kind.combine(question, values)
    assert kind.validate(question, found.value, None, "", []) == found.value
    assert 0.0 <= found.confidence <= 1.0
    assert sum(found.posterior.values()) == pytest.approx(1.0, abs=1e-4)
    random.shuffle(values)
    assert kind.combine(question, values).value == found.value
    answers = Answers([0] * len(values), list(range(len(values))), values, 1, len(values))
    (judged,) = kind.judge(question, answers, NOTHING_LEARNT, [0] * len(values))
    assert judged is not None
    assert judged.value == found.value
