"""The tree of an expression: frozen nodes that compare by meaning, not by where they were written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from zhike.expressions.types import Type


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value stood in an expression of which only the shape is left: the first, the second, …"""

    number: int


Value = str | int | Decimal | bool | date | Slot | None


@dataclass(frozen=True, slots=True)
class Node:
    """Any node; `at` is its position in the text or its path in the JSON."""

    at: int | str | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value written out."""

    value: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Param(Node):
    """A value bound when the expression is used; NULL until its type is known."""

    name: str
    type: Type = Type.NULL


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A field, reached over to-one relations; NULL until its type is known."""

    parts: tuple[str, ...]
    type: Type = Type.NULL


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Unary minus."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic: + - * / %."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition; null stays null."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Two or more conditions joined by "and" or by "or"."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """A comparison: = != < <= > >=."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In(Node):
    """Membership in values written out, or in one list field or list parameter (`listed`)."""

    operand: Expression
    items: tuple[Expression, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Between(Node):
    """low <= operand and operand <= high."""

    operand: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class IsEmpty(Node):
    """Null, the empty text or the empty list."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function of the table in functions.py."""

    function: str
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """exists, count, sum, min, max or avg over the records of a to-many relation.

    `value` and `where` speak about the relation's target. Until names are resolved, `over` may be empty
    and `value` hold the whole dotted path.
    """

    function: str
    over: tuple[str, ...]
    value: Expression | None = None
    where: Expression | None = None


Expression = (
    Literal | Param | Path | Negate | Binary | Not | Logic | Compare | In | Between | IsEmpty | Call | Aggregate
)

AGGREGATES = ("exists", "count", "sum", "min", "max", "avg")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%")


_CHILDREN: Mapping[type, tuple[str, ...]] = {
    kind: tuple(item.name for item in fields(kind) if "Expression" in str(item.type)) for kind in get_args(Expression)
}


def children(node: Expression) -> Iterator[Expression]:
    """Yield the expressions directly inside `node`, in the order they are written."""
    for name in _CHILDREN[type(node)]:
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def with_children(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return `node` with each expression directly inside it changed."""
    changed: dict[str, Any] = {}
    for name in _CHILDREN[type(node)]:
        value = getattr(node, name)
        if isinstance(value, tuple):
            changed[name] = tuple(change(child) for child in value)
        elif value is not None:
            changed[name] = change(value)
    return replace(node, **changed)


def walk(node: Expression) -> Iterator[tuple[Expression, int]]:
    """Yield every node with its depth (from 1), without recursion, however deep the tree is."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((child, depth + 1) for child in children(current))
