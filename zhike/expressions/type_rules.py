"""Which types go together, and what comes out: asked by the checker and by both compilers."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.expressions.ast import (
    Aggregate,
    Binary,
    Call,
    Expression,
    Literal,
    Negate,
    Param,
    Path,
)
from zhike.expressions.functions import FUNCTIONS, NUMBERS, ORDERED
from zhike.expressions.types import Type


def type_of(node: Expression) -> Type:
    """Return the type of a checked expression."""
    match node:
        case Literal() | Param() | Path():
            return node.type
        case Negate():
            return number_type((type_of(node.operand),)) or Type.NULL
        case Binary():
            return arithmetic_type(node.operator, type_of(node.left), type_of(node.right)) or Type.NULL
        case Call():
            function = FUNCTIONS[node.function]
            if function.returns is not None:
                return function.returns
            return common_type(type_of(arg) for arg in node.args[function.common_from :]) or Type.NULL
        case Aggregate():
            return aggregate_type(node.function, type_of(node.value) if node.value else Type.NULL) or Type.NULL
    return Type.BOOLEAN


def number_type(types: Iterable[Type]) -> Type | None:
    """Return INTEGER or DECIMAL for numbers taken together, None when one is no number."""
    seen = set(types) - {Type.NULL}
    if not seen <= NUMBERS:
        return None
    return Type.INTEGER if seen and Type.DECIMAL not in seen else Type.DECIMAL


def arithmetic_type(operator: str, left: Type, right: Type) -> Type | None:
    """Return the type of left `operator` right, None when it has no meaning."""
    if left is Type.DATE and operator in "+-":
        if operator == "-" and right is Type.DATE:
            return Type.DURATION
        return Type.DATE if right in (Type.INTEGER, Type.DURATION, Type.NULL) else None
    number = number_type((left, right))
    return Type.DECIMAL if number and operator == "/" else number


def common_type(types: Iterable[Type]) -> Type | None:
    """Return the one type that all have or turn into (numbers only), None when there is none."""
    seen = set(types) - {Type.NULL}
    if len(seen) < 2:
        return next(iter(seen), Type.NULL)
    return number_type(seen)


def comparable(left: Type, right: Type, ordered: bool) -> bool:
    """Return whether the two can be compared; `ordered` for anything but = and !=."""
    seen = {left, right} - {Type.NULL}
    if Type.LIST in seen or (ordered and not seen <= ORDERED):
        return False
    # A record is compared with a record, with the key that people know it by, or with its id.
    return Type.RECORD in seen and seen <= {Type.RECORD, Type.TEXT, Type.INTEGER} or common_type(seen) is not None


def aggregate_type(function: str, value: Type) -> Type | None:
    """Return the type of an aggregate over values of the given type, None when it has no meaning."""
    if function == "exists":
        return Type.BOOLEAN
    if function == "count":
        return Type.INTEGER
    if function in ("min", "max"):
        return value if value in ORDERED | {Type.NULL} else None
    number = number_type((value,))
    return Type.DECIMAL if number and function == "avg" else number


def fitted(node: Expression) -> bool:
    """Return whether a number is known to have at most 18 + 10 digits."""
    match node:
        case Path() | Param():
            return False
        case Call() if FUNCTIONS[node.function].returns is None and not FUNCTIONS[node.function].fits:
            return all(fitted(arg) for arg in node.args)
        case Aggregate():
            return node.function not in ("min", "max")
    return True
