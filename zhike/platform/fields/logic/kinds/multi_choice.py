from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.expressions.types import Type
from zhike.kernel.definition_parts import Code, Labels
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.kinds.choice import OptionsSettings
from zhike.platform.fields.logic.numbers import quoted
from zhike.platform.fields.logic.value_type import Settings, ValueType
from zhike.platform.fields.types import Asked, Cell, Format, Grammar, Wire


class ChoicesSettings(OptionsSettings):
    """What a field with several listed values says."""

    default: tuple[Code, ...] | None = Field(None, description="the values of a new record")


class MultiChoice(ValueType):
    """Several of some listed values."""

    key = "multi_choice"
    labels = Labels("多选", "Several choices")
    expected = Labels("列表", "a list")
    web = "choices"
    column = "text[]"
    sortable = False
    given: ClassVar[Type | None] = None
    drawn: ClassVar[Format] = "tag"
    expression: ClassVar[Type | None] = Type.LIST
    asked: ClassVar[Asked] = ""
    settings_model: ClassVar[type[Settings]] = ChoicesSettings
    settings: ChoicesSettings

    @property
    def warehouse(self) -> str:
        return "varchar[]"

    def accept(self, value: object) -> object:
        if not isinstance(value, list | tuple):
            raise BadValue("value.not_a_list", "列表", "a list")
        known = [option.key for option in self.options]
        if any(item not in known for item in value):
            raise self.refusal()
        return list(value)

    def refusal(self) -> BadValue:
        known = [option.key for option in self.options]
        return BadValue("value.not_an_option", f"以下之一：{'、'.join(known)}", f"one of: {', '.join(known)}")

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        known = ", ".join(quoted(option.key) for option in self.options)
        yield self.refusal(), f"not {stored['']} <@ array[{known}]::text[]"

    def read(self, text: str, grammar: Grammar) -> object:
        return self.accept(text.split(grammar.separator))

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return trees.sql(
            "case when list_has_all([_known], _parts) then _parts end",
            known=[trees.value(option.key) for option in self.options],
            parts=trees.sql("string_split(_text, _sign)", text=text, sign=trees.value(grammar.separator)),
        )

    def sent_tree(self, value: Tree) -> Tree:
        parts = trees.sql("string_split(_value, _sign)", value=value, sign=trees.value(Grammar().separator))
        quoted = """list_transform(_parts, lambda part: replace(replace(trim(part), '\\', '\\\\'), '"', '\\"'))"""
        return trees.sql(f"""'{{"' || array_to_string({quoted}, '","') || '"}}'""", parts=parts)

    def text(self, value: object, grammar: Grammar) -> str:
        return grammar.separator.join(str(item) for item in value) if isinstance(value, list) else str(value)

    def excel(self, wire: Wire, language: str) -> Cell:
        labels = {option.key: option.labels[language] for option in self.options}
        items = wire if isinstance(wire, list) else []
        return Cell("、".join(labels.get(item, item) for item in items) if items else None)
