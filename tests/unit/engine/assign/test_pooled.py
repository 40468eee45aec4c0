# pyright: basic, reportArgumentType=false
import numpy as np
import pytest
from scipy.special import digamma as reference

from qistas.engine import Responses
from qistas.engine.assign import pooled
from qistas.engine.assign.pooled import digamma


def crowd(seed, n=400, people=30, per_item=1, labels=3):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, labels, n)
    skill = rng.uniform(0.55, 0.95, people)
    item = np.repeat(np.arange(n), per_item)
    who = np.concatenate([rng.choice(people, per_item, replace=False) for _ in range(n)])
    right = rng.random(len(item)) < skill[who]
    answer = np.where(right, truth[item], (truth[item] + rng.integers(1, labels, len(item))) % labels)
    return (
        truth,
        skill,
        Responses.from_arrays(item, who, answer, n_items=n, n_annotators=people, n_labels=labels),
    )


def test_digamma():
    x = np.linspace(0.05, 60, 400)
    assert digamma(x) == pytest.approx(reference(x), abs=1e-9)


def test_one_answer_an_item_does_not_make_it_sure():
    truth, skill, data = crowd(0)
    got = pooled(data)
    assert (got.posterior.argmax(axis=1) == truth).mean() == pytest.approx(skill.mean(), abs=0.06)
    assert got.posterior.max(axis=1).mean() < 0.85
    assert np.bincount(got.posterior.argmax(axis=1)).min() > 80


def test_skills_come_back_with_many_answers():
    truth, skill, data = crowd(1, per_item=8)
    got = pooled(data)
    assert np.abs(got.annotators.accuracy - skill).mean() < 0.06
    assert (got.posterior.argmax(axis=1) == truth).mean() > 0.95
    assert got.annotators.confusion.sum(axis=2) == pytest.approx(1.0)
    assert got.converged


def test_confidence_is_calibrated_in_simulation():
    gaps = []
    for seed in range(10):
        truth, _, data = crowd(seed, per_item=3)
        got = pooled(data)
        gaps.append(got.posterior.max(axis=1).mean() - (got.posterior.argmax(axis=1) == truth).mean())
    assert abs(np.mean(gaps)) < 0.05


def test_gold_is_clamped_and_helps():
    truth, _, data = crowd(2)
    gold = np.where(np.arange(400) < 200, truth, -1)
    got = pooled(data, gold=gold)
    assert (got.posterior.argmax(axis=1)[:200] == truth[:200]).all()
    assert got.posterior[:200].max(axis=1) == pytest.approx(1.0)


def test_degenerate():
    empty = pooled(Responses.from_arrays([], [], [], n_items=3, n_annotators=2, n_labels=2))
    assert empty.posterior == pytest.approx(0.5)
    assert empty.annotators.accuracy == pytest.approx(0.75)
    assert pooled(Responses.from_arrays([], [], [])).posterior.shape == (0, 0)
    one = pooled(Responses.from_arrays([0, 1], [0, 0], [0, 0]))
    assert one.posterior.tolist() == [[1.0], [1.0]]
    twice = pooled(Responses.from_arrays([0, 0], [0, 0], [1, 1], n_labels=2))
    assert np.isfinite(twice.posterior).all()
    with pytest.raises(ValueError, match="accuracy"):
        pooled(Responses.from_arrays([0], [0], [0]), accuracy=1.0)


def test_names_of_labels_do_not_matter():
    _, _, data = crowd(3, per_item=2)
    turned = Responses.from_arrays(
        data.item, data.annotator, (data.label + 1) % 3, n_items=400, n_annotators=30, n_labels=3
    )
    a, b = pooled(data).posterior, pooled(turned).posterior
    assert a == pytest.approx(b[:, [1, 2, 0]], abs=1e-4)
