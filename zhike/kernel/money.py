"""Amounts of money: a decimal and its currency, never one without the other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

#: The currency of the house: what amounts are in that name none.
HOME = "CNY"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str = HOME

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"money needs a Decimal, not {type(self.amount).__name__}")

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def to_cny(self, rate: Decimal) -> Money:
        """Return the CNY value at `rate` (CNY for one unit), rounded half up to the cent."""
        cents = (self.amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        return Money(cents, HOME)
