from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic import numbers
from zhike.platform.fields.logic.numeric import Number, NumberSettings
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Asked, Format, Grammar

_DIGITS = 18


class IntegerSettings(NumberSettings):
    """What a field of a whole number may say."""

    default: int | None = Field(None, strict=True, description="what a new record has")
    format: Literal["count", "change", "number"] = Field(
        "count", description="change: drawn with its sign and colour; number: a code, its digits not grouped"
    )


class Integer(Number):
    """A whole number."""

    key = "integer"
    labels = Labels("整数", "Whole number")
    expected = Labels("整数", "a whole number")
    web = "integer"
    column: ClassVar[str] = "bigint"
    drawn: ClassVar[Format] = "count"
    expression: ClassVar[Type | None] = Type.INTEGER
    given: ClassVar[Type | None] = Type.INTEGER
    asked: ClassVar[Asked] = "integer"
    settings_model: ClassVar[type[Settings]] = IntegerSettings
    settings: IntegerSettings  # type: ignore[assignment]

    @property
    def warehouse(self) -> str:
        return "bigint"

    @property
    def adds_up(self) -> bool:
        return self.format != "number"

    def read(self, text: str, grammar: Grammar) -> object:
        found = numbers.read(text, grammar, _DIGITS, 0)
        if found is None:
            raise self.refusal()
        return int(found)

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return numbers.read_tree(text, grammar, self.warehouse, _DIGITS, 0)

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield self.refusal(), f"abs({stored['']}) >= 1e{_DIGITS}"

    def refusal(self) -> BadValue:
        return BadValue("value.not_integer", self.expected.zh, self.expected.en)

    @property
    def number_format(self) -> str:
        return "0"
