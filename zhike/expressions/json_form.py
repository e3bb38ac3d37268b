"""The stored form, which the condition builder in the browser edits: keys only, decimals as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from zhike.expressions.ast import (
    AGGREGATES,
    ARITHMETIC,
    COMPARISONS,
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
from zhike.expressions.limits import MAX_NODES, refuse_deep, refuse_large
from zhike.expressions.literals import literal, written
from zhike.expressions.types import Type

Json = dict[str, object]
_SAFE_INTEGER = 2**53 - 1
_KEYS: Mapping[str, frozenset[str]] = {
    "aggregate": frozenset(["aggregate", "over", "value", "where"]),
    "value": frozenset(["value", "type"]),
    "op": frozenset(["op", "left", "right"]),
    "call": frozenset(["call", "args"]),
}
_LITERALS = (Type.TEXT, Type.INTEGER, Type.DECIMAL, Type.BOOLEAN, Type.DATE, Type.DATETIME, Type.NULL)
#: How values are written in JSON that are no texts there.
_WRITTEN_AS = {Type.BOOLEAN: "true | false", Type.NULL: "null", Type.INTEGER: "integer"}
_OPPOSITES = {"not_in": "in", "not_between": "between", "is_not_empty": "is_empty"}


def to_json(expression: Expression) -> Json:
    """Return the stored form of an expression."""
    match expression:
        case Literal():
            return _literal_json(expression)
        case Param():
            return {"param": expression.name}
        case Path():
            return {"field": ".".join(expression.parts)}
        case Negate():
            return {"negate": to_json(expression.operand)}
        case Logic():
            return {expression.operator: [to_json(operand) for operand in expression.operands]}
        case Not(operand=In() | Between() | IsEmpty() as inside):
            positive = to_json(inside)
            opposite = next(name for name, of in _OPPOSITES.items() if of == positive["op"])
            return {**positive, "op": opposite}
        case Not():
            return {"not": to_json(expression.operand)}
        case Binary() | Compare():
            left, right = to_json(expression.left), to_json(expression.right)
            return {"op": expression.operator, "left": left, "right": right}
        case In():
            items: list[Json] | Json = [to_json(item) for item in expression.items]
            if expression.listed:
                items = to_json(expression.items[0])
            return {"op": "in", "left": to_json(expression.operand), "right": items}
        case Between():
            limits = [to_json(expression.low), to_json(expression.high)]
            return {"op": "between", "left": to_json(expression.operand), "right": limits}
        case IsEmpty():
            return {"op": "is_empty", "left": to_json(expression.operand)}
        case Call():
            return {"call": expression.function, "args": [to_json(arg) for arg in expression.args]}
        case Aggregate():
            return _aggregate_json(expression)


def _literal_json(node: Literal) -> Json:
    value: object = node.value
    if node.type in (Type.DECIMAL, Type.DATE, Type.DATETIME):
        value = written(value)
    if isinstance(value, int) and abs(value) > _SAFE_INTEGER:
        value = str(value)  # JavaScript would round it
    return {"value": value, "type": node.type.value}


def _aggregate_json(node: Aggregate) -> Json:
    form: Json = {"aggregate": node.function, "over": ".".join(node.over)}
    if node.value is not None:
        form["value"] = to_json(node.value)
    if node.where is not None:
        form["where"] = to_json(node.where)
    return form


def json_tree(data: object) -> Expression:
    """Return the tree of a stored form, names unresolved; raise ExpressionInvalid where it is malformed."""
    tree = _Reader().read(data, "$", 1)
    refuse_large(tree)
    return tree


class _Reader:
    def __init__(self) -> None:
        self._count = 0
        self._forms: Mapping[str, Callable[[Json, str, int], Expression]] = {
            "aggregate": self._aggregate,  # first: it holds a "value" too
            "value": self._value,
            "field": self._field,
            "param": self._param,
            "and": self._logic,
            "or": self._logic,
            "not": self._not,
            "negate": self._negate,
            "op": self._operation,
            "call": self._call,
        }

    def read(self, data: object, at: str, depth: int) -> Expression:
        refuse_deep(depth, at)
        self._count += 1
        if self._count > MAX_NODES:
            raise ExpressionInvalid([Finding("too_many_nodes", at, {"limit": MAX_NODES})])
        if not isinstance(data, dict):
            return self._value({"value": data}, at, depth)
        form = next((name for name in self._forms if name in data), None)
        if form is None:
            _malformed(at, " | ".join(self._forms))
        known = _KEYS.get(form, frozenset([form]))
        if not known.issuperset(data):
            _malformed(f"{at}.{min(map(str, data.keys() - known))}", " | ".join(sorted(known)))
        return self._forms[form](data, at, depth)

    def _value(self, data: Json, at: str, depth: int) -> Literal:
        value = data["value"]
        wanted = data.get("type", _inferred(value).value)
        if wanted not in _LITERALS:
            _malformed(f"{at}.type", " | ".join(_LITERALS))
        if value is None:  # of every type there may be no value
            return Literal(None, Type.NULL, at=at)
        if wanted == Type.NULL or isinstance(value, bool) != (wanted == Type.BOOLEAN):
            _malformed(f"{at}.value", _WRITTEN_AS.get(Type(str(wanted)), "text"))
        if isinstance(value, bool):
            return Literal(value, Type.BOOLEAN, at=at)
        if not isinstance(value, str | int) or (isinstance(value, int) and wanted != Type.INTEGER):
            _malformed(f"{at}.value", "text")
        return literal(str(value), Type(str(wanted)), at)

    def _field(self, data: Json, at: str, depth: int) -> Path:
        return Path(tuple(_name(data, "field", at).split(".")), at=at)

    def _param(self, data: Json, at: str, depth: int) -> Param:
        return Param(_name(data, "param", at), at=at)

    def _logic(self, data: Json, at: str, depth: int) -> Expression:
        operator = "and" if "and" in data else "or"
        operands = self._all(data, operator, at, depth)
        if not operands:
            _malformed(f"{at}.{operator}", "[…]")
        return operands[0] if len(operands) == 1 else Logic(operator, operands, at=at)

    def _not(self, data: Json, at: str, depth: int) -> Not:
        return Not(self._one(data, "not", at, depth), at=at)

    def _negate(self, data: Json, at: str, depth: int) -> Negate:
        return Negate(self._one(data, "negate", at, depth), at=at)

    def _operation(self, data: Json, at: str, depth: int) -> Expression:
        operator = data["op"]
        if operator in ARITHMETIC or operator in COMPARISONS:
            left, right = self._one(data, "left", at, depth), self._one(data, "right", at, depth)
            kind = Compare if operator in COMPARISONS else Binary
            return kind(str(operator), left, right, at=at)
        positive = _OPPOSITES.get(str(operator), operator)
        operand = self._one(data, "left", at, depth)
        if positive == "in":
            listed = isinstance(data.get("right"), dict)
            items = (self._one(data, "right", at, depth),) if listed else self._all(data, "right", at, depth)
            tree: Expression = In(operand, items, listed, at=at)
        elif positive == "between":
            limits = self._all(data, "right", at, depth)
            if len(limits) != 2:
                _malformed(f"{at}.right", "[low, high]")
            tree = Between(operand, *limits, at=at)
        elif positive == "is_empty":
            tree = IsEmpty(operand, at=at)
        else:
            _malformed(f"{at}.op", " | ".join((*COMPARISONS, *ARITHMETIC, "in", "between", "is_empty", *_OPPOSITES)))
        return Not(tree, at=at) if operator in _OPPOSITES else tree

    def _call(self, data: Json, at: str, depth: int) -> Call:
        return Call(_name(data, "call", at), self._all(data, "args", at, depth), at=at)

    def _aggregate(self, data: Json, at: str, depth: int) -> Aggregate:
        function = data["aggregate"]
        if function not in AGGREGATES:
            _malformed(f"{at}.aggregate", " | ".join(AGGREGATES))
        value = self._one(data, "value", at, depth) if "value" in data else None
        where = self._one(data, "where", at, depth) if "where" in data else None
        over = tuple(_name(data, "over", at).split("."))
        return Aggregate(str(function), over, value, where, at=at)

    def _one(self, data: Json, key: str, at: str, depth: int) -> Expression:
        if key not in data:
            _malformed(f"{at}.{key}", "{…}")
        return self.read(data[key], f"{at}.{key}", depth + 1)

    def _all(self, data: Json, key: str, at: str, depth: int) -> tuple[Expression, ...]:
        items = data.get(key)
        if not isinstance(items, list):
            _malformed(f"{at}.{key}", "[…]")
        return tuple(self.read(item, f"{at}.{key}[{index}]", depth + 1) for index, item in enumerate(items))


def _inferred(value: object) -> Type:
    """The type of a value that is given without one."""
    if value is None or isinstance(value, bool):
        return Type.NULL if value is None else Type.BOOLEAN
    return Type.INTEGER if isinstance(value, int) else Type.TEXT


def _name(data: Json, key: str, at: str) -> str:
    name = data.get(key)
    if not isinstance(name, str) or not name:
        _malformed(f"{at}.{key}", "a name")
    return name


def _malformed(at: str, expected: str) -> NoReturn:
    raise ExpressionInvalid([Finding("malformed", at, {"expected": expected})])
