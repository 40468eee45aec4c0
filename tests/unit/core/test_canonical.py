"""Canonical JSON: equal values have equal bytes (RFC 8785)."""

import pytest

from qistas.core.canonical import canonical_json, content_hash

NUMBERS = [
    (0.0, "0"),
    (-0.0, "0"),
    (1.0, "1"),
    (1e16, "10000000000000000"),
    (1e20, "100000000000000000000"),
    (1e21, "1e+21"),
    (1e-6, "0.000001"),
    (1e-7, "1e-7"),
    (0.00001, "0.00001"),
    (5e-324, "5e-324"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (-1.5e-9, "-1.5e-9"),
    (123456.789, "123456.789"),
]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_numbers_are_written_as_ecmascript_writes_them(value: float, text: str) -> None:
    assert canonical_json(value).decode() == text


def test_keys_are_ordered_and_text_is_kept() -> None:
    assert (
        canonical_json({"b": 1.5, "a": ['ش\n\x01"', None, True]})
        == '{"a":["ش\\n\\u0001\\"",null,true],"b":1.5}'.encode()
    )


def test_equal_values_hash_equal_whatever_their_order_or_number_type() -> None:
    assert content_hash({"a": 1, "b": [2.0]}) == content_hash({"b": [2], "a": 1.0})


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, -(2**53), [2**70, 1.5], "\ud800", {1: 2}, {1: 2.5}, {2}, b"x"],
)
def test_what_has_no_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)
