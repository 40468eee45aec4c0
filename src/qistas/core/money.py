"""Money is an integer count of a currency's minor unit (ISO 4217); floats never hold it."""

from dataclasses import dataclass

_EXPONENT = {
    "JPY": 0,
    "KRW": 0,
    "VND": 0,
    "CLP": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
}


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`, e.g. Money(1250, "USD") is 12.50 dollars."""

    minor: int
    currency: str = "USD"

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __str__(self) -> str:
        places = _EXPONENT.get(self.currency, 2)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**places)
        return (
            f"{sign}{whole}.{part:0{places}d} {self.currency}" if places else f"{sign}{whole} {self.currency}"
        )
