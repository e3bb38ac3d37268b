from __future__ import annotations

import datetime
from typing import ClassVar, Literal

from pydantic import Field

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Day, Labels
from zhike.platform.fields.logic import moments
from zhike.platform.fields.logic.value_type import Settings, ValueType
from zhike.platform.fields.logic.words import WrittenSettings
from zhike.platform.fields.types import Asked, Cell, Format, Grammar, Wire


class DateSettings(WrittenSettings):
    """What a field of a day may say."""

    default: Day | None = Field(None, description="what a new record has")
    mask: Literal["birthday"] | None = Field(None, description="birthday: people without the right see the year only")


class Date(ValueType):
    """A day."""

    key = "date"
    labels = Labels("日期", "Date")
    expected = Labels("日期，例如 2026-03-17", "a date such as 2026-03-17")
    web = "date"
    column = "date"
    analytical = True
    drawn: ClassVar[Format] = "date"
    expression: ClassVar[Type | None] = Type.DATE
    given: ClassVar[Type | None] = Type.DATE
    asked: ClassVar[Asked] = "date"
    settings_model: ClassVar[type[Settings]] = DateSettings

    @property
    def warehouse(self) -> str:
        return "date"

    def read(self, text: str, grammar: Grammar) -> object:
        found = moments.read_day(text, grammar)
        if found is None:
            raise self.refusal()
        return found

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return moments.day_tree(text, grammar)

    def text(self, value: object, grammar: Grammar) -> str:
        return moments.day_text(value, grammar) if isinstance(value, datetime.date) else str(value)

    def expects(self, grammar: Grammar) -> Labels:
        written = moments.readable(grammar.date)
        return Labels(f"日期（应为 {written}）", f"a date (expected {written})")

    def excel(self, wire: Wire, language: str) -> Cell:
        try:
            return Cell(datetime.date.fromisoformat(str(wire)), "yyyy-mm-dd") if wire else Cell(None)
        except ValueError:
            return Cell(wire)
