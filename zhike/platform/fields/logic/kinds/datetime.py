from __future__ import annotations

import datetime
from typing import ClassVar

from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic import moments
from zhike.platform.fields.logic.value_type import ValueType
from zhike.platform.fields.types import Asked, Cell, Format, Grammar, Wire

_FIRST = datetime.datetime(1, 1, 3, tzinfo=datetime.UTC)
_LAST = datetime.datetime(9999, 12, 29, tzinfo=datetime.UTC)


class Datetime(ValueType):
    """A moment: JSON carries it with its zone, files as the wall time of theirs."""

    key = "datetime"
    labels = Labels("时间", "Moment")
    expected = Labels("时间，例如 2026-03-17T02:42:00Z", "an instant such as 2026-03-17T02:42:00Z")
    web = "datetime"
    column = "timestamptz"
    drawn: ClassVar[Format] = "datetime"
    expression: ClassVar[Type | None] = Type.DATETIME
    given: ClassVar[Type | None] = Type.DATETIME
    asked: ClassVar[Asked] = ""

    @property
    def warehouse(self) -> str:
        return "timestamptz"

    def accept(self, value: object) -> object:
        try:
            found = datetime.datetime.fromisoformat(str(value))
        except ValueError as error:
            raise self.refusal() from error
        if found.tzinfo is None:
            raise BadValue(
                "value.no_zone",
                "带时区的时间，例如 2026-03-17T02:42:00Z",
                "an instant with its zone, such as 2026-03-17T02:42:00Z",
            )
        if not _FIRST <= found <= _LAST:  # no zone carries a moment over an end of the calendar
            raise self.refusal()
        return found

    def read(self, text: str, grammar: Grammar) -> object:
        found = moments.read_moment(text, grammar)
        if found is None:
            raise self.refusal()
        return found

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return moments.moment_tree(text, grammar)

    def text(self, value: object, grammar: Grammar) -> str:
        return moments.moment_text(value, grammar) if isinstance(value, datetime.datetime) else str(value)

    def expects(self, grammar: Grammar) -> Labels:
        written = moments.readable(grammar.datetime)
        return Labels(f"时间（应为 {written}）", f"a moment (expected {written})")

    def refusal(self) -> BadValue:
        return BadValue("value.not_instant", self.expected.zh, self.expected.en)

    def excel(self, wire: Wire, language: str) -> Cell:
        if not wire:
            return Cell(None)
        local = clock.local(datetime.datetime.fromisoformat(str(wire)))
        return Cell(local.replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss")
