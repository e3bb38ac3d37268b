from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.kernel.definition_parts import Labels
from zhike.platform.fields.errors import BadValue
from zhike.platform.fields.logic.numbers import quoted
from zhike.platform.fields.logic.value_type import Settings
from zhike.platform.fields.logic.words import Words, WordsSettings
from zhike.platform.fields.types import Cell, Grammar, Wire

#: Parts of an address, the largest place first; each is a line of the stored text.
PARTS = ("province", "city", "district", "street", "postcode")


def _not_postcode() -> BadValue:
    return BadValue("value.not_postcode", "6 位邮政编码", "a postcode of 6 digits")


class Address(Words):
    """A postal address: province, city, district, street and postcode, one line each.

    A condition asks for a part by what the address holds: `contains(delivery, '杭州市')`.
    """

    key = "address"
    labels = Labels("地址", "Address")
    expected = Labels("地址：省、市、区县、街道、邮编", "an address: province, city, district, street, postcode")
    web = "address"
    longest = 500
    sortable = False
    of_digits: ClassVar[bool] = False
    parts: ClassVar[tuple[str, ...]] = PARTS
    settings_model: ClassVar[type[Settings]] = WordsSettings

    def accept(self, value: object) -> object:
        if isinstance(value, str) and "\n" not in value:
            value = self.read(value.strip(), Grammar())
        if not isinstance(value, str) or value.count("\n") != len(PARTS) - 1 or not value.strip():
            raise self.refusal()
        lines = [line.strip() for line in value.split("\n")]
        if lines[-1] and not (len(lines[-1]) == 6 and lines[-1].isascii() and lines[-1].isdigit()):
            raise _not_postcode()
        return self.bounded("\n".join(lines))

    def joined_tree(self, parts: Mapping[str, Tree]) -> Tree:
        lines = [
            trees.sql("coalesce(trim(cast(_part as varchar)), '')", part=parts[part])
            if part in parts
            else trees.value("")
            for part in PARTS
        ]
        joined, empty = trees.joined(lines, "\n"), trees.value("\n" * (len(PARTS) - 1))
        return trees.sql("nullif(_joined, _empty)", joined=joined, empty=empty)

    def loaded(self, column: str) -> str:
        street = f"repeat(chr(10), 3) || {column} || chr(10)"
        return f"case when strpos({column}, chr(10)) = 0 then {street} else {column} end"

    def misfits(self, stored: Mapping[str, str]) -> Iterator[tuple[BadValue, str]]:
        yield from super().misfits(stored)
        text, parts = stored[""], f"^[^\\n]*(?:\\n[^\\n]*){{{len(PARTS) - 1}}}$"
        yield self.refusal(), f"({text} !~ {quoted(parts)} or {text} !~ '[^[:space:]]')"
        yield _not_postcode(), f"{text} ~ {quoted(parts)} and {text} !~ {quoted(chr(92) + 'n(?:[0-9]{6})?$')}"

    def read(self, text: str, grammar: Grammar) -> object:
        """An address received in one line is a street with everything in it."""
        return f"\n\n\n{text}\n"

    def read_tree(self, text: Tree, grammar: Grammar) -> Tree:
        return trees.sql("_before || _text || _after", before=trees.value("\n\n\n"), text=text, after=trees.value("\n"))

    def text(self, value: object, grammar: Grammar) -> str:
        return " ".join(line for line in str(value).split("\n") if line)

    def excel(self, wire: Wire, language: str) -> Cell:
        return Cell(None if wire is None else self.text(wire, Grammar()))
