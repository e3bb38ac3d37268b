from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.kinds.integer import Integer
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.types import Cell, Format, Grammar, Wire

Span = Literal["day", "hour", "minute", "second"]
_UNITS: dict[str, Labels] = {
    "day": Labels("天", "days"),
    "hour": Labels("小时", "h"),
    "minute": Labels("分钟", "min"),
    "second": Labels("秒", "s"),
}


class DurationSettings(Settings):
    """What a field of a length of time may say."""

    span: Span = Field("day", description="what the whole number counts")
    low: int = Field(0, strict=True, description="the smallest length; less, as a negative one, is refused")
    default: int | None = Field(None, strict=True, description="what a new record has")


class Duration(Integer):
    """A length of time: a whole number of days, hours, minutes or seconds."""

    key = "duration"
    labels = Labels("时长", "Length of time")
    expected = Labels("整数", "a whole number")
    web = "duration"
    drawn: ClassVar[Format] = "duration"
    settings_model: ClassVar[type[Settings]] = DurationSettings
    settings: DurationSettings  # type: ignore[assignment]

    def expects(self, grammar: Grammar) -> Labels:
        low = self.settings.low
        return Labels(f"不小于 {low} 的整数", f"a whole number of at least {low}")

    def read(self, text: str, grammar: Grammar) -> object:
        found = super().read(text, grammar)
        if isinstance(found, int) and found < self.settings.low:
            wanted = self.expects(grammar)
            raise BadValue("value.too_short", wanted.zh, wanted.en)
        return found

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        number, low = super().read_tree(text, grammar), trees.value(self.settings.low)
        return trees.sql("case when _number >= _low then _number end", number=number, low=low)

    def excel(self, wire: Wire, language: str) -> Cell:
        cell, unit = super().excel(wire, language), _UNITS[self.settings.span][language]
        return cell if cell.value is None else Cell(cell.value, f'0" {unit}"')

    @property
    def unit(self) -> str:
        return _UNITS[self.settings.span].zh
