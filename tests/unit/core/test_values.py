from datetime import UTC, datetime, timedelta, timezone

import pytest

from qistas.core.clock import rfc3339, utc_now
from qistas.core.ids import MemberId, TenantId, uuid7
from qistas.core.money import Money
from qistas.core.principal import Principal, Role


def test_time_is_in_utc_with_its_zone() -> None:
    assert utc_now().tzinfo is UTC
    moment = datetime(2026, 3, 1, 3, 30, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    assert rfc3339(moment) == "2026-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(1250), "12.50 USD"),
        (Money(-5), "-0.05 USD"),
        (Money(7, "JPY"), "7 JPY"),
        (Money(1234, "KWD"), "1.234 KWD"),
        (Money(0), "0.00 USD"),
    ],
)
def test_money_is_written_in_its_currency(money: Money, text: str) -> None:
    assert str(money) == text


def test_money_of_two_currencies_does_not_add_up() -> None:
    assert Money(1) + Money(2) == Money(3)
    with pytest.raises(ValueError, match="cannot add EUR to USD"):
        _ = Money(1) + Money(1, "EUR")


@pytest.mark.parametrize("purpose", ["", "Work", "a b", "x|y", "'; --", "a" * 80, "é"])
def test_a_purpose_is_a_short_plain_name(purpose: str) -> None:
    with pytest.raises(ValueError, match="short lower-case name"):
        Principal(TenantId(uuid7()), MemberId(uuid7()), Role.OWNER, purpose=purpose)
