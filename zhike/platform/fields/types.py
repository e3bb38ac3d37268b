"""What values of fields are made of, as other rooms see it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from zhike.kernel.block_data import Format
from zhike.kernel.definition_parts import Code, Labels

#: Masks for personal values; see `logic.masks`.
Mask = Literal["name", "mobile", "certificate", "number", "email", "card", "birthday"]
#: Ways in which a value is found by a few characters; see `search_tokens`.
Search = Literal["name", "digits", "number", "whole", "certificate"]
#: How a value is colored; of a tier the highest level is the top.
Status = Literal["done", "attention", "late", "refused", "plain", "top", "middle", ""]
#: How a condition builder asks about a value; "" asks nothing.
Asked = Literal["text", "integer", "decimal", "boolean", "date", "choice", ""]
#: A value as JSON carries it.
Wire = str | int | bool | list[str] | dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a choice field, in the order of the definition."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    key: Annotated[Code, Field(description="how the value is stored, and how conditions name it")]
    labels: Labels
    status: Annotated[Status, Field(description="its color where it is shown")] = ""


@dataclass(frozen=True, slots=True)
class Companion:
    """A column beside the one that holds the value: its suffix and type, and whether it is looked up by."""

    suffix: str
    column: str
    indexed: bool = False


@dataclass(frozen=True, slots=True)
class Pointer:
    """What values of a type point at: rows of `table`, found by `key`, shown by `display`, only those that are `live`.

    Without a table it is the object that the field names as its target. `name` is what the place is called. Of what
    `within` is SQL that says which rows belong to one of `units` today: people are offered to who reaches their units. Of what
    `waits` a load may name one that is yet to come: the record does without until a later load finds it.
    """

    name: str = ""
    table: str = ""
    key: str = "source_key"
    display: str = ""
    live: bool = True
    waits: bool = False
    within: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a spreadsheet, and the number format it is shown in."""

    value: object
    number_format: str = "General"


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a feed or a person writes values: what is written otherwise is refused, never guessed at.

    `date` and `datetime` are made of the directives %Y %y %m %d %H %M %S; %-m is a month without its leading zero.
    Moments are wall times of `zone`. `grouping` may be "", then digits are never grouped. Words are small letters.
    """

    decimal: str = "."
    grouping: str = ","
    date: str = "%Y-%m-%d"
    datetime: str = "%Y-%m-%d %H:%M:%S"
    zone: str = "Asia/Shanghai"
    true: tuple[str, ...] = ("1", "true", "y", "yes", "是", "t")
    false: tuple[str, ...] = ("0", "false", "n", "no", "否", "f")
    separator: str = ";"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money as a record holds it."""

    amount: Decimal
    currency: str


__all__ = [
    "Amount",
    "Asked",
    "Cell",
    "Companion",
    "Format",
    "Grammar",
    "Mask",
    "Option",
    "Pointer",
    "Search",
    "Status",
    "Wire",
]
