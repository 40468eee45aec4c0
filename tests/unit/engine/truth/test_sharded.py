"""Shards make the whole: the same labels, skills and likelihood, wherever the items lie."""

from typing import Any

import numpy as np
import pytest

from qistas.engine import Responses, truth
from qistas.engine.truth import LocalShards, Shard, fit_shards


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
