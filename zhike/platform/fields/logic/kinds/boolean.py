from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Flag, Labels
from zhike.platform.fields.logic.value_type import GRAMMARS, Settings, ValueType
from zhike.platform.fields.types import Asked, Cell, Grammar, Wire


class BooleanSettings(Settings):
    """What a field of yes and no may say."""

    default: Flag | None = Field(None, description="what a new record has")


class Boolean(ValueType):
    """Yes or no."""

    key = "boolean"
    labels = Labels("是/否", "Yes or no")
    expected = Labels("是/否", "yes or no")
    web = "boolean"
    column = "boolean"
    analytical = True
    sortable = False
    expression: ClassVar[Type | None] = Type.BOOLEAN
    given: ClassVar[Type | None] = Type.BOOLEAN
    asked: ClassVar[Asked] = "boolean"
    settings_model: ClassVar[type[Settings]] = BooleanSettings

    @property
    def warehouse(self) -> str:
        return "boolean"

    def accept(self, value: object) -> object:
        if not isinstance(value, bool):
            raise self.refusal()
        return value

    def read(self, text: str, grammar: Grammar) -> object:
        word = text.lower()
        if word not in (*grammar.true, *grammar.false):
            raise self.refusal()
        return word in grammar.true

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return trees.sql(
            "case when lower(_text) in (_yes) then true when lower(_text) in (_no) then false end",
            text=text,
            yes=[trees.value(word) for word in grammar.true],
            no=[trees.value(word) for word in grammar.false],
        )

    def text(self, value: object, grammar: Grammar) -> str:
        return (grammar.true if value else grammar.false)[0]

    def excel(self, wire: Wire, language: str) -> Cell:
        return Cell(None if wire is None else self.text(wire, GRAMMARS[language]))
