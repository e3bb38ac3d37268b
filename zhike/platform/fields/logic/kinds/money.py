from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.currencies import CURRENCIES, Currency
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.numbers import quoted
from zhike.platform.fields.logic.numeric import DecimalSettings, Number
from zhike.platform.fields.logic.value_type import Settings, plain
from zhike.platform.fields.types import Amount, Cell, Companion, Format, Wire


class MoneySettings(DecimalSettings):
    """What a field of an amount may say."""

    scale: int = Field(2, ge=1, le=18, strict=True, description="how many of its digits are decimals; more are refused")
    currency: Currency = Field("CNY", description="the currency of amounts that come without one")
    format: Literal["money", "change"] = Field("money", description="change: drawn with its sign and colour")


def _not_currency() -> BadValue:
    return BadValue("value.not_currency", "ISO 4217 币种代码，例如 CNY", "an ISO 4217 currency code such as CNY")


class Money(Number):
    """An amount and its currency, never one without the other."""

    key = "money"
    labels = Labels("金额", "Amount of money")
    expected = Labels("数字", "a number")
    web = "money"
    companions: ClassVar[tuple[Companion, ...]] = (Companion("_currency", "text", indexed=True),)
    shown: ClassVar[tuple[str, ...]] = ("_currency",)
    telling: ClassVar[tuple[str, ...]] = ("", "_currency")
    wiped: ClassVar[tuple[str, ...]] = ("", "_currency")
    drawn: ClassVar[Format] = "money"
    settings_model: ClassVar[type[Settings]] = MoneySettings
    settings: MoneySettings

    @property
    def currency(self) -> str:
        return self.settings.currency

    def accept(self, value: object) -> object:
        currency = self.settings.currency
        if isinstance(value, Mapping):
            currency = str(value.get("currency") or currency)
            if currency not in CURRENCIES:
                raise _not_currency()
            value = value.get("amount")
        amount = super().accept(value)
        assert isinstance(amount, Decimal)
        return Amount(amount, currency)

    def store(self, value: object) -> dict[str, object]:
        amount, currency = value, self.settings.currency
        if isinstance(value, Amount):
            amount, currency = value.amount, value.currency
        elif isinstance(value, Mapping):
            amount, currency = value["amount"], str(value["currency"] or currency)
        return {"": amount, "_currency": currency if amount is not None else None}

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield from super().misfits(stored)
        yield _not_currency(), f"{stored['_currency']} not in ({', '.join(map(quoted, sorted(CURRENCIES)))})"

    def present(self, cells: Sequence[object], *, masked: bool = False) -> Wire:
        """Return amount and currency; without a currency read along (a figure has its field's) the amount alone."""
        amount = plain(cells[0])
        if amount is None or len(cells) == 1:
            return amount
        return {"amount": str(amount), "currency": str(cells[1] or self.settings.currency)}

    def excel(self, wire: Wire, language: str) -> Cell:
        if isinstance(wire, dict):
            return Cell(Decimal(wire["amount"]), f'#,##0.00" {wire["currency"]}"')
        return super().excel(wire, language)

    @property
    def number_format(self) -> str:
        return f'#,##0.00" {self.settings.currency}"'
