from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.kernel.definition_parts import Code, Labels, rule
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.numbers import quoted
from zhike.platform.fields.logic.value_type import Settings, ValueType
from zhike.platform.fields.types import Asked, Cell, Format, Grammar, Option, Status, Wire


class OptionsSettings(Settings):
    """What a field with listed values says."""

    options: tuple[Option, ...] = Field(min_length=1, description="the values it may have, in their order")

    @rule("options")
    def _once(self) -> Labels | None:
        keys = [option.key for option in self.options]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if not doubled:
            return None
        return Labels(f"选项列了两次：{'、'.join(doubled)}", f"options are listed twice: {', '.join(doubled)}")

    @rule("options")
    def _told_apart(self) -> Labels | None:
        words = [option.labels.zh for option in self.options]
        doubled = sorted({word for word in words if words.count(word) > 1})
        if not doubled:
            return None
        return Labels(
            f"选项的名称相同，分不清：{'、'.join(doubled)}", f"options are called alike: {', '.join(doubled)}"
        )

    @property
    def keys(self) -> list[str]:
        """The values it may have."""
        return [option.key for option in self.options]


class ChoiceSettings(OptionsSettings):
    """What a field with one of some listed values says."""

    default: Code | None = Field(None, description="the value of a new record")
    format: Literal["tag", "tier"] = Field("tag", description="tier: levels of worth, the highest in gold")


def _rank(place: int, count: int) -> Status:
    return "top" if place == 0 else "plain" if place == count - 1 else "middle"


class Choice(ValueType):
    """One of some listed values."""

    key = "choice"
    labels = Labels("单选", "Choice")
    expected = Labels("选项之一", "one of the options")
    web = "choice"
    analytical = True
    drawn: ClassVar[Format] = "tag"
    asked: ClassVar[Asked] = "choice"
    settings_model: ClassVar[type[Settings]] = ChoiceSettings
    settings: ChoiceSettings

    @property
    def options(self) -> tuple[Option, ...]:
        """The values it may have; the levels of a tier are colored by their rank where they do not say otherwise."""
        found: tuple[Option, ...] = getattr(self.settings, "options", ())
        if self.format != "tier":
            return found
        return tuple(
            replace(option, status=option.status or _rank(place, len(found))) for place, option in enumerate(found)
        )

    def accept(self, value: object) -> object:
        if not isinstance(value, str) or value not in self._keys():
            raise self.refusal()
        return value

    def read(self, text: str, grammar: Grammar) -> object:
        return self.accept(text)

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        keys = [trees.value(key) for key in self._keys()]
        return trees.sql("case when _text in (_keys) then _text end", text=text, keys=keys)

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield self.refusal(), f"{stored['']} not in ({', '.join(map(quoted, self._keys()))})"

    def refusal(self) -> BadValue:
        keys = self._keys()
        return BadValue("value.not_an_option", f"以下之一：{'、'.join(keys)}", f"one of: {', '.join(keys)}")

    def excel(self, wire: Wire, language: str) -> Cell:
        return Cell(next((option.labels[language] for option in self.options if option.key == wire), wire))

    def _keys(self) -> list[str]:
        return [option.key for option in self.options]
