"""What callers hand to the expression language and get back from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sqlglot import exp

Row = Mapping[str, object]
Parameters = Mapping[str, object]
Evaluate = Callable[[Row, Parameters], object]


class Type(StrEnum):
    """The types of values; money is a decimal in CNY, a duration a whole number of days."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    DURATION = "duration"
    RECORD = "record"
    LIST = "list"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a schema: `key` is frozen at birth, `labels` may change, `options` are a choice's keys.

    `target` is what the records are that its values are the ids of.
    """

    key: str
    type: Type
    labels: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A way to another schema; `target` is called late, so that schemas may refer to each other."""

    key: str
    labels: Mapping[str, str]
    target: Callable[[], Schema]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """What a name in an expression can mean."""

    key: str
    labels: Mapping[str, str]
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def describe(self, lang: str = "zh") -> str:
        """Return every name with its label, for "it has: …"."""
        return "; ".join(part for part in (_listed(self.fields, lang), _listed(self.relations, lang)) if part)


def _listed(named: Mapping[str, Field] | Mapping[str, Relation], lang: str) -> str:
    return ", ".join(f"{key} ({item.labels[lang]})" if item.labels.get(lang) else key for key, item in named.items())


#: From words to a list, never an empty one, of the ids of the records that go by one of them.
Named = Callable[[Sequence[exp.Expr]], exp.Expr]


class Binding(Protocol):
    """Where the names of one schema live in a query; objects and warehouse implement it."""

    def column(self, path: tuple[str, ...]) -> exp.Expr:
        """Return the column of a field; all parts before the last are to-one relations."""

    def relation(self, path: tuple[str, ...]) -> RelationSource:
        """Return the records of a to-many relation; all parts before the last are to-one relations."""

    def named(self, path: tuple[str, ...]) -> Named | None:
        """Return how the records that a field may point at are found by words; None where they go by ids alone."""


@dataclass(frozen=True, slots=True)
class RelationSource:
    """Related records: the FROM item, the condition tying it to the outer row, the names inside."""

    source: exp.Expr
    join: exp.Expr
    inner: Binding


@dataclass(frozen=True, slots=True)
class SqlFragment:
    """A compiled expression: `tree` holds placeholders only; `values` fills those of the literals.

    The caller adds the values of `parameters`, whose placeholders bear the parameters' own names, so
    that fragments with different prefixes combine into one statement.
    """

    tree: exp.Expr
    values: Mapping[str, object]
    parameters: frozenset[str]
