"""Numbers of all kinds: how many digits they have, what they count, how they are read and added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Labels, rule
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic import numbers
from zhike.platform.fields.logic.value_type import DESK, Settings, ValueType
from zhike.platform.fields.types import Asked, Cell, Grammar, Wire


class NumberSettings(Settings):
    """What a field of a number may say."""

    unit: str | None = Field(None, description="what it counts: 天, 笔, %")


class DecimalSettings(NumberSettings):
    """What a field of a number with decimals may say."""

    digits: int = Field(20, ge=1, le=38, strict=True, description="how many digits it has in all")
    scale: int = Field(4, ge=1, le=18, strict=True, description="how many of them are decimals; more are refused")
    default: Decimal | None = Field(None, description="what a new record has")

    @rule("scale")
    def _room_for_decimals(self) -> Labels | None:
        if self.scale > self.digits:
            return Labels(
                f"`scale` 不大于 `digits`：总共 {self.digits} 位，小数不能有 {self.scale} 位",
                f"`scale` is at most `digits`: {self.scale} of {self.digits} digits cannot be decimals",
            )
        return None


class Number(ValueType):
    """A number with decimals; types of numbers extend it."""

    column: ClassVar[str] = "numeric"
    expression: ClassVar[Type | None] = Type.DECIMAL
    given: ClassVar[Type | None] = Type.DECIMAL
    asked: ClassVar[Asked] = "decimal"
    analytical: ClassVar[bool] = True
    is_number: ClassVar[bool] = True
    settings_model: ClassVar[type[Settings]] = DecimalSettings
    settings: DecimalSettings

    @property
    def warehouse(self) -> str:
        return f"decimal({self.settings.digits}, {self.settings.scale})"

    @property
    def adds_up(self) -> bool:
        return self.format != "percent"

    def accept(self, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise self.refusal()
        text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
        return self.read(text, DESK)

    def read(self, text: str, grammar: Grammar) -> object:
        digits, scale = self.settings.digits, self.settings.scale
        found = numbers.read(text, grammar, digits, scale)
        if found is None:
            raise self.refusal() if numbers.read(text, grammar, 38, 18) is None else self.too_many_digits()
        return found

    def too_many_digits(self) -> BadValue:
        """Return the error of a number that has more digits or decimals than the field."""
        digits, scale = self.settings.digits, self.settings.scale
        said = f"最多 {digits - scale} 位整数、{scale} 位小数的数字"
        return BadValue(
            "value.too_many_digits", said, f"a number of at most {digits - scale} digits and {scale} decimals"
        )

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        number, digits, scale = stored[""], self.settings.digits, self.settings.scale
        endless = f"{number} in ('NaN', 'Infinity', '-Infinity')"
        yield self.refusal(), endless
        many = f"abs({number}) >= 1e{digits - scale} or {number} <> round({number}, {scale})"
        yield self.too_many_digits(), f"not {endless} and ({many})"

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return numbers.read_tree(text, grammar, self.warehouse, self.settings.digits, self.settings.scale)

    def text(self, value: object, grammar: Grammar) -> str:
        return numbers.text(Decimal(str(value)), grammar)

    def in_sentence(self, value: object) -> str | None:
        """In groups of three, a share with its sign; a code has no groups."""
        if self.format == "number" or not isinstance(value, int | Decimal):
            return None
        text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
        plain = text.rstrip("0").rstrip(".") if "." in text else text
        return plain.replace("-", "−") + ("%" if self.format == "percent" else "")

    def refusal(self) -> BadValue:
        return BadValue("value.not_number", self.expected.zh, self.expected.en)

    def excel(self, wire: Wire, language: str) -> Cell:
        if wire is None:
            return Cell(None)
        return Cell(Decimal(str(wire)), self.number_format)

    @property
    def number_format(self) -> str:
        """How a spreadsheet shows the number."""
        return "#,##0." + "0" * min(self.settings.scale, 2)
