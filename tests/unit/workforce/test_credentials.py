"""The form of API tokens, and the one form of passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qistas.core.errors import Fault, Invalid
from qistas.workforce.credentials import ALPHABET, checksum, digest, is_token, new_secret, new_token
from qistas.workforce.passwords import check_password, normal
from qistas.workforce.sign_in import normal_email

tokens = st.text(ALPHABET, min_size=30, max_size=30).map(lambda body: f"qst_{body}{checksum(f'qst_{body}')}")


def test_new_tokens() -> None:
    made = [new_token() for _ in range(200)]
    assert len(set(made)) == 200
    for token in made:
        assert is_token(token)
        assert len(token) == 40
        assert token.startswith("qst_")
    assert len({c for token in made for c in token[4:34]}) == 62  # the whole alphabet is used
    assert len(new_secret()) >= 43
    assert len(digest("x")) == 32


def test_the_checksum_is_known() -> None:
    # CRC-32 of "123456789" is 0xCBF43926 = 3421780262, the check value of every description of it.
    assert checksum("123456789") == "3jZRME"
    assert checksum("") == "000000"


@given(tokens, st.integers(0, 39), st.characters())
def test_one_changed_character_is_noticed(token: str, at: int, other: str) -> None:
    changed = token[:at] + other + token[at + 1 :]
    assert is_token(changed) == (changed == token)


@given(tokens, st.integers(4, 38))
def test_two_swapped_characters_are_noticed(token: str, at: int) -> None:
    swapped = token[:at] + token[at + 1] + token[at] + token[at + 2 :]
    assert is_token(swapped) == (swapped == token)


@given(st.text(), st.binary())
def test_nothing_else_is_a_token(text: str, raw: bytes) -> None:
    assert not is_token(text)
    assert not is_token("qst_" + raw.decode("latin-1"))
    digest(text + "\ud800")  # whatever comes in a header can be looked up


@pytest.mark.parametrize(
    "bad", ["", "brief", "a" * 20, "ababababababab", "x" * 1001, "Layla Haddad!", "layla@example.org"]
)
def test_passwords_that_are_refused(bad: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_password(bad, "Layla Haddad!", "layla@example.org", None, where="new")
    assert [type(f) for f in caught.value.faults] == [Fault]
    assert caught.value.faults[0].where == "new"
    assert not bad or bad not in str(caught.value)


def test_passwords_look_the_same_however_they_are_typed() -> None:
    assert normal("cafe\u0301") == normal("caf\u00e9")
    assert normal("\u0627\u0653") == normal("\u0622")  # alef and madda, one key or two
    assert check_password("سرّ طويل لا يُعرف") == normal("سرّ طويل لا يُعرف")
    assert normal("\ud800abc")


@pytest.mark.parametrize(
    "good", [" Layla@Example.ORG ", "a@localhost", "ليلى@مثال.إختبار", "o'hara+x@example.org"]
)
def test_addresses(good: str) -> None:
    assert normal_email(good) == good.strip().lower()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a",
        "@b",
        "a@",
        "a@@b",
        "a@b@c",
        "a b@c",
        "a@b..c",
        "<a@b.c>",
        "a@b\n",
        "a\x00@b.c",
        "a\u200f@b.c",
        "x" * 320 + "@b.c",
    ],
)
def test_what_is_no_address(bad: str) -> None:
    if bad == "a@b\n":
        assert normal_email(bad) == "a@b"  # blanks around it are not part of it
        return
    with pytest.raises(Invalid):
        normal_email(bad)
