"""The Python back end: one closure per node, built once, called per row."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from zhike.expressions import numbers
from zhike.expressions.ast import (
    Aggregate,
    Between,
    Binary,
    Call,
    Compare,
    Expression,
    In,
    IsEmpty,
    Literal,
    Logic,
    Negate,
    Not,
    Param,
    Path,
)
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.functions import ADD_DAYS, DAYS_BETWEEN, FUNCTIONS, NUMBERS
from zhike.expressions.type_rules import fitted, type_of
from zhike.expressions.types import Evaluate, Parameters, Row, Type

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def compile_python(expression: Expression) -> Evaluate:
    """Return a function of (row, parameters) that answers a checked expression.

    A row is a mapping of field keys; a to-one relation is a nested mapping or None, a to-many relation a
    sequence of mappings. Decimals are `Decimal`, moments carry an offset.
    """
    return _COMPILERS[type(expression)](expression)


def _literal(node: Literal) -> Evaluate:
    value = node.value
    return lambda row, parameters: value


def _param(node: Param) -> Evaluate:
    name = node.name
    return lambda row, parameters: parameters[name]


def _path(node: Path) -> Evaluate:
    if len(node.parts) == 1:
        key = node.parts[0]
        return lambda row, parameters: row[key]
    relations, last = node.parts[:-1], node.parts[-1]

    def follow(row: Row, parameters: Parameters) -> object:
        record = _related(row, relations)
        return None if record is None else record[last]

    return follow


def _related(row: Any, relations: tuple[str, ...]) -> Any:
    for key in relations:
        row = row[key]
        if row is None:
            return None
    return row


def _fitted(node: Expression, type: Type) -> Evaluate:
    """Return the closure of a number as arithmetic takes it: 18 + 10 digits, null when wider."""
    evaluate = compile_python(node)
    if fitted(node):
        return evaluate
    fit: Callable[[Any], object] = numbers.fit_decimal if type is Type.DECIMAL else numbers.fit_integer

    def take(row: Row, parameters: Parameters) -> object:
        value = evaluate(row, parameters)
        return None if value is None else fit(value)

    return take


def _strict(function: Callable[..., object], *args: Evaluate) -> Evaluate:
    if len(args) == 1:
        only = args[0]

        def one(row: Row, parameters: Parameters) -> object:
            value = only(row, parameters)
            return None if value is None else function(value)

        return one

    def many(row: Row, parameters: Parameters) -> object:
        values = [arg(row, parameters) for arg in args]
        return None if None in values else function(*values)

    return many


def _negate(node: Negate) -> Evaluate:
    # Decimal's own minus would round to the thread's context.
    def minus(value: Any) -> object:
        return value.copy_negate() if isinstance(value, Decimal) else -value

    return _strict(minus, _fitted(node.operand, type_of(node.operand)))


def _binary(node: Binary) -> Evaluate:
    left, right = type_of(node.left), type_of(node.right)
    if left is Type.DATE:
        if right is Type.DATE:
            return _strict(_python_of(DAYS_BETWEEN.name), compile_python(node.right), compile_python(node.left))
        step = node.right if node.operator == "+" else Negate(node.right)
        return _strict(_python_of(ADD_DAYS.name), compile_python(node.left), _fitted(step, Type.INTEGER))
    symbol, whole = node.operator, type_of(node) is Type.INTEGER
    return _strict(
        lambda a, b: numbers.calculate(symbol, a, b, whole),
        _fitted(node.left, left),
        _fitted(node.right, right),
    )


def _not(node: Not) -> Evaluate:
    return _strict(operators.not_, compile_python(node.operand))


def _logic(node: Logic) -> Evaluate:
    operands = [compile_python(operand) for operand in node.operands]
    decisive = node.operator == "or"

    def logic(row: Row, parameters: Parameters) -> object:
        unknown = False
        for operand in operands:
            value = operand(row, parameters)
            if value is decisive:
                return decisive
            unknown = unknown or value is None
        return None if unknown else not decisive

    return logic


def _compare(node: Compare) -> Evaluate:
    compare = _comparison(node.operator, node.left, node.right)
    return _strict(compare, compile_python(node.left), compile_python(node.right))


def _comparison(symbol: str, left: Expression, right: Expression) -> Callable[[Any, Any], bool]:
    compare = _COMPARE[symbol]
    if Type.RECORD in (type_of(left), type_of(right)):
        return lambda a, b: compare(str(a), str(b))
    return compare


def _in(node: In) -> Evaluate:
    operand = compile_python(node.operand)
    if node.listed:
        return _listed(operand, compile_python(node.items[0]), type_of(node.operand) is Type.RECORD)
    items = [(compile_python(item), _comparison("=", node.operand, item)) for item in node.items]

    def member(row: Row, parameters: Parameters) -> object:
        value = operand(row, parameters)
        if value is None:
            return None
        unknown = False
        for item, same in items:
            other = item(row, parameters)
            if other is None:
                unknown = True
            elif same(value, other):
                return True
        return None if unknown else False

    return member


def _listed(operand: Evaluate, items: Evaluate, records: bool) -> Evaluate:
    def member(row: Row, parameters: Parameters) -> object:
        listed: Any = items(row, parameters)
        if not listed:
            return None if listed is None else False
        value = operand(row, parameters)
        if value is None:
            return None
        return str(value) in map(str, listed) if records else value in listed

    return member


def _between(node: Between) -> Evaluate:
    return _logic(Logic("and", (Compare(">=", node.operand, node.low), Compare("<=", node.operand, node.high))))


def _is_empty(node: IsEmpty) -> Evaluate:
    operand = compile_python(node.operand)
    if type_of(node.operand) is Type.TEXT:
        return lambda row, parameters: operand(row, parameters) in (None, "")
    if type_of(node.operand) is Type.LIST:
        return lambda row, parameters: not operand(row, parameters)
    return lambda row, parameters: operand(row, parameters) is None


def _python_of(name: str) -> Callable[..., object]:
    python = FUNCTIONS[name].python
    if python is None:
        raise ExpressionInvalid([Finding("no_back_end", None, {"name": name, "back_end": "python"})])
    return python


def _call(node: Call) -> Evaluate:
    function, implementation = FUNCTIONS[node.function], _python_of(node.function)
    fits = function.fits
    args = [
        _fitted(arg, type_of(arg)) if fits and type_of(arg) in NUMBERS else compile_python(arg) for arg in node.args
    ]
    if node.function == "contains" and type_of(node.args[0]) is Type.LIST:
        return _listed(args[1], args[0], records=False)
    if function.strict:
        return _strict(implementation, *args)
    to_decimal = type_of(node) is Type.DECIMAL

    def call(row: Row, parameters: Parameters) -> object:
        value = implementation(*[arg(row, parameters) for arg in args])
        return Decimal(value) if to_decimal and isinstance(value, int) else value

    return call


def _aggregate(node: Aggregate) -> Evaluate:
    relations, last = node.over[:-1], node.over[-1]
    where = compile_python(node.where) if node.where is not None else None
    value = compile_python(node.value) if node.value is not None else lambda row, parameters: True
    answer = _answer(node.function, type_of(node))

    def aggregate(row: Row, parameters: Parameters) -> object:
        record = _related(row, relations)
        records: Sequence[Row] = () if record is None else record[last]
        if where is not None:
            records = [item for item in records if where(item, parameters) is True]
        values = [value(item, parameters) for item in records]
        return answer([item for item in values if item is not None])

    return aggregate


def _answer(function: str, type: Type) -> Callable[[list[Any]], object]:
    match function:
        case "exists":
            return bool
        case "count":
            return len
        case "min":
            return lambda values: min(values, default=None)
        case "max":
            return lambda values: max(values, default=None)
        case "sum":
            return lambda values: numbers.total(values, type is Type.INTEGER)
    return _average


def _average(values: list[Any]) -> object:
    total = numbers.total(values, whole=False)
    return None if total is None else numbers.calculate("/", total, len(values), whole=False)


_COMPILERS: Mapping[type, Callable[[Any], Evaluate]] = {
    Literal: _literal,
    Param: _param,
    Path: _path,
    Negate: _negate,
    Binary: _binary,
    Not: _not,
    Logic: _logic,
    Compare: _compare,
    In: _in,
    Between: _between,
    IsEmpty: _is_empty,
    Call: _call,
    Aggregate: _aggregate,
}
