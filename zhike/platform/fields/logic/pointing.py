"""Values that point at something else: a record, an org unit, a user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from zhike.expressions.types import Type
from zhike.kernel.ids import parse_uid
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.value_type import ValueType
from zhike.platform.fields.types import Asked, Cell, Wire


class Pointing(ValueType):
    """The inner id of what the value points at; JSON gives and takes its uid, files its key."""

    web = "reference"
    column = "bigint"
    indexed = True
    sortable = False
    expression: ClassVar[Type | None] = Type.RECORD
    asked: ClassVar[Asked] = ""

    @property
    def warehouse(self) -> str:
        return "bigint"

    @property
    def received(self) -> str:
        return "varchar"

    def accept(self, value: object) -> object:
        found = parse_uid(str(value.get("uid") if isinstance(value, Mapping) else value))
        if found is None:
            raise self.refusal()
        return found

    def refusal(self) -> BadValue:
        return BadValue("value.not_a_uid", self.expected.zh, self.expected.en)

    def excel(self, wire: Wire, language: str) -> Cell:
        return Cell(wire["display"] if isinstance(wire, dict) else wire)
