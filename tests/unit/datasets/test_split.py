"""Parts by hash: the shares asked for, steady, and never a group torn apart."""

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from qistas.datasets.split import Splitter
from qistas.datasets.types import Selection, Splits

SHARES = {"train": 0.8, "dev": 0.1, "test": 0.1}


def items(count: int) -> list[bytes]:
    return [hashlib.sha256(str(n).encode()).digest() for n in range(count)]


def test_parts_have_their_shares_and_another_seed_deals_anew() -> None:
    parts = [Splitter(Splits(SHARES, seed)).part_of for seed in (1, 2)]
    dealt = [[part(item, None, {}) for item in items(20_000)] for part in parts]
    for one in dealt:
        counts = Counter(one)
        assert all(abs(counts[name] / 20_000 - share) < 0.01 for name, share in SHARES.items())
    assert dealt[0] != dealt[1]


@given(st.binary(min_size=32, max_size=32), st.text(), st.integers(-(2**53), 2**53))
def test_a_group_stays_together_and_an_own_split_is_kept(item: bytes, group: str, seed: int) -> None:
    together = Splitter(Splits(SHARES, seed, group_by="who"))
    assert len({together.part_of(other, None, {"who": group}) for other in (item, *items(20))}) == 1
    kept = Splitter(Splits(SHARES, seed, keep=True))
    assert kept.part_of(item, "mine", {}) == "mine"
    assert kept.part_of(item, None, {}) in SHARES
    assert Splitter(Splits()).part_of(item, None, {}) == "train"
    assert Splitter(Splits()).part_of(item, "own", {}) == "own"


def test_a_group_of_a_number_of_64_bits_stays_together() -> None:
    together = Splitter(Splits(SHARES, 3, group_by="who"))
    for group in (2**53, -(2**63), {"ids": [2**62]}):
        assert len({together.part_of(item, None, {"who": group}) for item in items(20)}) == 1


def test_a_bound_of_nought_is_kept_with_the_version() -> None:
    asked = Selection(max_doubt=0.0, min_confidence=0.0, min_answers=0)
    assert Selection.from_json(asked.as_json()) == asked
    assert asked.as_json()["max_doubt"] == 0.0
    assert Selection(exclude_gold=False).as_json() == {}
