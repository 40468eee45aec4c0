"""Shards make the whole: the same labels, skills and likelihood, wherever the items lie."""

from typing import Any

import numpy as np
import pytest

from qistas.engine import Responses, truth
from qistas.engine.truth import LocalShards, Shard, fit_shards
from qistas.engine.truth.results import tally_labels
from qistas.engine.truth.sharded import label_tallies


def made(seed: int = 0, n_items: int = 300, n_annotators: int = 20, k: int = 3) -> Responses:
    """Answers of annotators of different skill, some of whom never answered."""
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, k, n_items)
    item = np.repeat(np.arange(n_items), 4)
    who = rng.integers(0, n_annotators - 2, len(item))
    skill = rng.uniform(0.5, 0.95, n_annotators)
    said = np.where(rng.random(len(item)) < skill[who], actual[item], rng.integers(0, k, len(item)))
    return Responses.from_arrays(item, who, said, n_items=n_items, n_annotators=n_annotators, n_labels=k)


def cut(
    whole: Responses, shard_of: np.ndarray, known: np.ndarray | None = None
) -> list[tuple[Shard, np.ndarray]]:
    """The items of each shard, with their codes in the whole."""
    parts: list[tuple[Shard, np.ndarray]] = []
    for number in range(int(shard_of.max()) + 1):
        items = np.flatnonzero(shard_of == number)
        place = np.full(whole.n_items, -1)
        place[items] = np.arange(len(items))
        rows = place[whole.item] >= 0
        part = Responses.from_arrays(
            place[whole.item[rows]],
            whole.annotator[rows],
            whole.label[rows],
            n_items=len(items),
            n_annotators=whole.n_annotators,
            n_labels=whole.n_labels,
        )
        parts.append((Shard(part, None if known is None else known[items]), items))
    return parts


@pytest.mark.parametrize("method", ["dawid_skene", "fast_dawid_skene", "ibcc"])
@pytest.mark.parametrize("with_gold", [False, True])
def test_shards_give_what_one_machine_gives(method: str, with_gold: bool) -> None:
    whole = made()
    rng = np.random.default_rng(1)
    known = np.where(rng.random(300) < 0.1, rng.integers(0, 3, 300), -1) if with_gold else None
    parts = cut(whole, rng.integers(0, 5, 300), known)
    sharded = fit_shards(LocalShards([shard for shard, _ in parts]), method, n_annotators=20, n_labels=3)
    more: dict[str, Any] = {"fast": True} if method == "fast_dawid_skene" else {}
    one = getattr(truth, method.removeprefix("fast_"))(whole, gold=known, **more)
    posterior = np.zeros((300, 3))
    for shard, items in parts:
        posterior[items] = shard.posterior()
    np.testing.assert_allclose(posterior, one.posterior, atol=1e-5)
    assert sharded.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-8)
    assert (sharded.iterations, sharded.converged) == (one.iterations, one.converged)
    np.testing.assert_allclose(sharded.annotators.accuracy, one.annotators.accuracy, atol=1e-5)
    np.testing.assert_allclose(sharded.annotators.low, one.annotators.low, atol=1e-5)
    assert one.annotators.confusion is not None
    assert sharded.annotators.confusion is not None
    np.testing.assert_allclose(sharded.annotators.confusion, one.annotators.confusion, atol=1e-5)
    np.testing.assert_allclose(sharded.prior, one.prior, atol=1e-5)
    assert (sharded.items, sharded.answers) == (300, len(whole))


def crowd_of(k: int, n_items: int, per_item: int, *, together: bool = False) -> tuple[Responses, np.ndarray]:
    """Answers of fifty people, who err on the hard items alike where `together`; and gold of a twentieth."""
    rng = np.random.default_rng(k)
    actual = rng.integers(0, k, n_items)
    item = np.repeat(np.arange(n_items), per_item)
    who = rng.integers(0, 50, item.size)
    skill = rng.uniform(0.5, 0.95, 50)[who]
    if together:
        skill = np.where(rng.random(n_items) < 0.3, 0.45, 0.97)[item]
    wrong = (actual[item] + rng.integers(1, k, item.size)) % k
    said = np.where(rng.random(item.size) < skill, actual[item], wrong)
    responses = Responses.from_arrays(item, who, said, n_items=n_items, n_annotators=52, n_labels=k)
    return responses, np.where(rng.random(n_items) < 0.05, actual, -1)


def in_ranges(n_items: int, n_shards: int = 4) -> np.ndarray:
    """Items cut into ranges of uneven size, the last but one of them empty."""
    at = np.minimum(np.arange(n_items) * (n_shards - 1) ** 2 // n_items, n_shards - 1)
    return np.where(at == n_shards - 2, n_shards - 1, at)


def same_as_auto(whole: Responses, known: np.ndarray | None) -> tuple[Any, Any]:
    parts = cut(whole, in_ranges(whole.n_items), known)
    shards = LocalShards([shard for shard, _ in parts])
    assert 0 in [size.items for size in shards.sizes()]
    sharded = fit_shards(shards, "auto", n_annotators=52, n_labels=whole.n_labels)
    one = truth.auto(whole, gold=known)
    posterior = np.zeros(one.posterior.shape)
    for shard, items in parts:
        posterior[items] = shard.posterior()
    np.testing.assert_array_equal(posterior.argmax(axis=1), one.label)
    np.testing.assert_allclose(posterior, one.posterior, atol=1e-5)
    assert sharded.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
    assert (sharded.iterations, sharded.converged) == (one.iterations, one.converged)
    for name in ("count", "accuracy", "low", "high", "confusion"):
        np.testing.assert_allclose(
            getattr(sharded.annotators, name), getattr(one.annotators, name), atol=1e-5
        )
    np.testing.assert_allclose(sharded.prior, one.prior, atol=1e-5)
    assert sharded.fit is not None
    assert one.fit is not None
    np.testing.assert_allclose(sharded.fit.table, one.fit.table, atol=1e-5)
    np.testing.assert_allclose(sharded.fit.prior, one.fit.prior, atol=1e-5)
    assert (sharded.fit.vote_share, sharded.fit.correlation) == (one.fit.vote_share, one.fit.correlation)
    tallies, alone = label_tallies(shards, 52, whole.n_labels), tally_labels(whole, one.posterior)
    for name in ("said", "true", "hit", "true_doubt", "doubt"):
        np.testing.assert_allclose(getattr(tallies, name), getattr(alone, name), atol=1e-2, rtol=1e-5)
    return sharded, one


@pytest.mark.parametrize("k", [2, 3, 4, 5])
@pytest.mark.parametrize("with_gold", [False, True])
def test_auto_over_shards_is_auto(k: int, with_gold: bool) -> None:
    for n_items, per_item, together in ((400, 5, True), (40_000, 3, False)):
        whole, gold = crowd_of(k, n_items, per_item, together=together)
        sharded, one = same_as_auto(whole, gold if with_gold else None)
        brought = one.explanation if n_items == 400 else "99,999 answers were brought together"
        assert brought in sharded.explanation


def test_auto_goes_on_with_subtypes_over_shards() -> None:
    whole, gold = crowd_of(2, 15_000, 8, together=True)
    assert len(whole) > 100_000
    sharded, one = same_as_auto(whole, gold)
    assert one.details["weight"][:2].sum() < 0.05, "subtypes explain it"
    assert sharded.travelled < 2 * 16 * 100_000 + 60 * sharded.iterations * 52 * 2 * 20 * 8


def test_auto_draws_the_sample_of_the_whole_where_most_items_have_no_answer() -> None:
    rng = np.random.default_rng(0)
    item = np.sort(rng.choice(300_000, 60_000, replace=False)).repeat(2)
    who, said = rng.integers(0, 50, item.size), (item + (rng.random(item.size) < 0.2)) % 2
    whole = Responses.from_arrays(item, who, said, n_items=300_000, n_annotators=52, n_labels=2)
    parts = cut(whole, in_ranges(300_000))
    shards = LocalShards([shard for shard, _ in parts])
    sharded = fit_shards(shards, "auto", n_annotators=52, n_labels=2)
    one = truth.auto(whole)
    for shard, items in parts:
        np.testing.assert_allclose(shard.posterior(), one.posterior[items], atol=1e-5)
    assert sharded.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)


def test_auto_over_shards_where_tables_would_be_too_large() -> None:
    rng = np.random.default_rng(0)
    n_items, n_annotators, k = 26_000, 2_000, 400
    actual = rng.integers(0, k, n_items)
    item = np.repeat(np.arange(n_items), 4)
    who = rng.integers(0, n_annotators, item.size)
    said = np.where(rng.random(item.size) < 0.6, actual[item], rng.integers(0, k, item.size))
    whole = Responses.from_arrays(item, who, said, n_items=n_items, n_annotators=n_annotators, n_labels=k)
    known = np.where(rng.random(n_items) < 0.05, actual, -1)
    parts = cut(whole, in_ranges(n_items), known)
    shards = LocalShards([shard for shard, _ in parts])
    sharded = fit_shards(shards, "auto", n_annotators=n_annotators, n_labels=k)
    one = truth.auto(whole, gold=known)
    assert "weigh alike" in one.explanation
    assert one.explanation in sharded.explanation
    for shard, items in parts:
        np.testing.assert_array_equal(shard.posterior().argmax(axis=1), one.label[items])
        np.testing.assert_allclose(shard.posterior(), one.posterior[items], atol=1e-5)
    np.testing.assert_allclose(sharded.annotators.accuracy, one.annotators.accuracy, atol=1e-5)
    assert (sharded.fit, sharded.log_likelihood, one.fit) == (None, None, None)
    assert sharded.travelled < 16 * 3 * n_annotators * 400


def test_the_majority_over_shards() -> None:
    whole, gold = crowd_of(3, 500, 4)
    parts = cut(whole, in_ranges(500), gold)
    shards = LocalShards([shard for shard, _ in parts])
    sharded, one = (
        fit_shards(shards, "majority", n_annotators=52, n_labels=3),
        truth.majority(whole, gold=gold),
    )
    for shard, items in parts:
        np.testing.assert_allclose(shard.posterior(), one.posterior[items], atol=1e-6)
    np.testing.assert_allclose(sharded.annotators.accuracy, one.annotators.accuracy, atol=1e-6)
    np.testing.assert_allclose(sharded.prior, one.prior, atol=1e-6)
    assert (sharded.fit, sharded.log_likelihood) == (None, None)
    counts = sum(shards.ask("confusion"))
    np.testing.assert_array_equal(
        counts,
        np.array(
            [[((one.label[whole.item] == t) & (whole.label == s)).sum() for s in range(3)] for t in range(3)]
        ),
    )


def test_annotators_who_meet_one_shard_travel_to_it_alone() -> None:
    whole = Responses.from_arrays(np.arange(100), np.arange(100) // 10, np.arange(100) % 2)
    parts = cut(whole, np.arange(100) // 50)
    sharded = fit_shards(LocalShards([s for s, _ in parts]), "dawid_skene", n_annotators=10, n_labels=2)
    assert [s.size.seen.tolist() for s, _ in parts] == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert sharded.travelled == 10 * 4 * 8 * (2 * sharded.iterations + 2)


def test_an_empty_shard_and_what_is_refused() -> None:
    whole = made(n_items=40)
    shards = LocalShards([s for s, _ in cut(whole, np.r_[np.zeros(39, int), 2])])
    assert fit_shards(shards, "dawid_skene", n_annotators=20, n_labels=3).items == 40
    with pytest.raises(ValueError, match="over shards"):
        fit_shards(shards, "glad", n_annotators=20, n_labels=3)
    with pytest.raises(ValueError, match="8 GiB"):
        fit_shards(shards, "ibcc", n_annotators=10**7, n_labels=100)
