import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qistas.core.errors import Invalid
from qistas.core.page import decode_key, encode_key, page_of

SCALARS = st.none() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(SCALARS, max_size=5))
def test_a_key_comes_back_as_it_was(key: list[object]) -> None:
    token = encode_key(key)
    assert decode_key(token, len(key)) == key
    assert token.isascii()
    assert not set(token) & set("+/=&? ")


@given(st.text(max_size=60))
def test_a_key_of_somebody_elses_is_refused_and_never_a_crash(token: str) -> None:
    try:
        key = decode_key(token, 2)
    except Invalid:
        return
    assert key is None or len(key) == 2


@pytest.mark.parametrize("text", [b'{"a": 1}', b"[[1], 2]", b"[1]", b"[" * 100_000, b"\xff"])
def test_a_key_of_another_shape_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid) as found:
        decode_key(base64.urlsafe_b64encode(text).decode(), 2)
    assert found.value.faults[0].where == "after"


def test_a_page_ends_where_the_rows_do() -> None:
    assert page_of([1, 2, 3], 2, [2]).rows == [1, 2]
    assert decode_key(page_of([1, 2, 3], 2, [2]).next, 1) == [2]
    assert page_of([1, 2], 2, [2]).next is None
    assert page_of([], 2, None).next is None
    assert decode_key(None, 2) is None
