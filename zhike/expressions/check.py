"""Resolves the names of a tree and checks its types; finds every fault, not only the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from zhike.expressions.ast import (
    AGGREGATES,
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
from zhike.expressions.functions import FUNCTIONS, Function
from zhike.expressions.limits import refuse_large
from zhike.expressions.names import Names, Place, listed_types
from zhike.expressions.type_rules import (
    aggregate_type,
    arithmetic_type,
    common_type,
    comparable,
    number_type,
    type_of,
)
from zhike.expressions.types import Field, Schema, Type


def resolve(tree: Expression, schema: Schema, parameters: Mapping[str, Type] | None, *, keys_only: bool) -> Expression:
    """Return the tree with keys for names and types on every path; raise ExpressionInvalid with all faults.

    Without `parameters`, those in the tree keep the types they were saved with.
    """
    refuse_large(tree)
    checker = _Checker(schema, parameters, keys_only)
    resolved = checker.visit(tree)
    if checker.found:
        # Positions in order; JSON paths stay in the order of the visit, because sorting is stable.
        raise ExpressionInvalid(sorted(checker.found, key=_position))
    return resolved


def _position(finding: Finding) -> int:
    return finding.at if isinstance(finding.at, int) else 0


def check(expression: Expression, schema: Schema, parameters: Mapping[str, Type] | None = None) -> Type:
    """Return the type of a stored expression after checking it against the schema as it is now."""
    return type_of(resolve(expression, schema, parameters, keys_only=True))


class _Checker:
    """Visits each node once; a node at fault has type NULL, which goes with anything, so no echoes."""

    def __init__(self, schema: Schema, parameters: Mapping[str, Type] | None, keys_only: bool) -> None:
        self.found: list[Finding] = []
        self._schema = schema
        self._parameters = parameters
        self._names = Names(self.found.append, keys_only)
        self._fields: dict[int, tuple[Expression, Field]] = {}  # keeps the node, so that its id stays its own
        self._visits: Mapping[type, Callable[..., Expression]] = {
            Literal: lambda node: node,
            Param: self._param,
            Path: self._path,
            Negate: self._negate,
            Binary: self._binary,
            Not: self._not,
            Logic: self._logic,
            Compare: self._compare,
            In: self._in,
            Between: self._between,
            IsEmpty: self._is_empty,
            Call: self._call,
            Aggregate: self._aggregate,
        }

    def visit(self, node: Expression) -> Expression:
        return self._visits[type(node)](node)

    def _report(self, code: str, at: Place, **facts: object) -> Literal:
        self.found.append(Finding(code, at, facts))
        return Literal(None, Type.NULL, at=at)

    def _param(self, node: Param) -> Expression:
        if self._parameters is None:
            return node
        if node.name not in self._parameters:
            has = ", ".join(f":{name}" for name in self._parameters) or "–"
            return self._report("unknown_parameter", node.at, name=node.name, has=has)
        return replace(node, type=self._parameters[node.name])

    def _path(self, node: Path) -> Expression:
        found = self._names.field(self._schema, node.parts, node.at)
        if found is None:
            return Literal(None, Type.NULL, at=node.at)
        parts, field = found
        if node.type not in (Type.NULL, field.type):
            return self._report(
                "stale_type", node.at, name=".".join(parts), stored=node.type.value, found=field.type.value
            )
        resolved = replace(node, parts=parts, type=field.type)
        self._fields[id(resolved)] = (resolved, field)
        return resolved

    def _negate(self, node: Negate) -> Expression:
        operand = self.visit(node.operand)
        if number_type((type_of(operand),)) is None:
            return self._report("operand_type", node.at, operator="-", found=type_of(operand).value)
        return replace(node, operand=operand)

    def _binary(self, node: Binary) -> Expression:
        left, right = self.visit(node.left), self.visit(node.right)
        if arithmetic_type(node.operator, type_of(left), type_of(right)) is None:
            return self._mismatch(node.operator, node.at, left, right)
        return replace(node, left=left, right=right)

    def _mismatch(self, operator: str, at: Place, *operands: Expression) -> Literal:
        found = ", ".join(type_of(operand).value for operand in operands)
        return self._report("operand_type", at, operator=operator, found=found)

    def _condition(self, node: Expression) -> Expression:
        resolved = self.visit(node)
        if type_of(resolved) not in (Type.BOOLEAN, Type.NULL):
            return self._report("condition_type", node.at, found=type_of(resolved).value)
        return resolved

    def _not(self, node: Not) -> Expression:
        return replace(node, operand=self._condition(node.operand))

    def _logic(self, node: Logic) -> Expression:
        return replace(node, operands=tuple(self._condition(operand) for operand in node.operands))

    def _compare(self, node: Compare) -> Expression:
        left, right = self.visit(node.left), self.visit(node.right)
        if not comparable(type_of(left), type_of(right), node.operator not in ("=", "!=")):
            self._mismatch(node.operator, node.at, left, right)
        self._option(left, right)
        self._option(right, left)
        self._pointing(node.operator, node.at, left, right)
        return replace(node, left=left, right=right)

    def _pointing(self, operator: str, at: Place, left: Expression, right: Expression) -> None:
        """A field that points at a record is compared with what names one, or with one that points at the same kind."""
        if {type_of(left), type_of(right)} == {Type.RECORD, Type.TEXT}:
            record, words = (left, right) if type_of(left) is Type.RECORD else (right, left)
            if not isinstance(record, Path) or not isinstance(words, Literal | Param):
                found = ", ".join(type_of(operand).value for operand in (left, right))
                self._report("words_of_record", at, operator=operator, found=found)
            return
        fields = [self._fields[id(side)][1] for side in (left, right) if id(side) in self._fields]
        if len(fields) == 2 and all(field.target for field in fields) and fields[0].target != fields[1].target:
            one, other = fields
            facts = {"left": one.key, "left_target": one.target, "right": other.key, "right_target": other.target}
            self._report("other_target", at, **facts)

    def _option(self, chosen: Expression, value: Expression) -> None:
        _, field = self._fields.get(id(chosen), (None, None))
        if field is None or not field.options or not isinstance(value, Literal):
            return
        if isinstance(value.value, str) and value.value not in field.options:
            has = ", ".join(field.options)
            names = {"label": field.labels.get("zh") or field.key, "label_en": field.labels.get("en") or field.key}
            self._report("unknown_option", value.at, field=field.key, name=value.value, has=has, **names)

    def _in(self, node: In) -> Expression:
        operand = self.visit(node.operand)
        items = tuple(self.visit(item) for item in node.items)
        if not items:
            self._report("empty_list", node.at)
        elif node.listed:
            reported = isinstance(node.items[0], Path | Param) and isinstance(items[0], Literal)
            listed = isinstance(items[0], Path | Param) and type_of(items[0]) is Type.LIST
            if not listed and not reported:
                self._report("list_operand", node.items[0].at)
            if type_of(operand) not in (Type.TEXT, Type.RECORD, Type.NULL):
                self._mismatch("in", node.at, operand)
            elif type_of(operand) is Type.RECORD and isinstance(items[0], Path):
                self._report("words_of_record", node.at, operator="in", found=Type.LIST.value)
            self._option(items[0], operand)
        else:
            for item in items:
                if not comparable(type_of(operand), type_of(item), False):
                    self._mismatch("in", item.at, operand, item)
                self._option(operand, item)
                if (type_of(operand), type_of(item)) == (Type.TEXT, Type.RECORD):
                    self._report("words_of_record", item.at, operator="in", found=Type.TEXT.value)
                else:
                    self._pointing("in", item.at, operand, item)
        return replace(node, operand=operand, items=items)

    def _between(self, node: Between) -> Expression:
        operand, low, high = self.visit(node.operand), self.visit(node.low), self.visit(node.high)
        if not all(comparable(type_of(operand), type_of(limit), True) for limit in (low, high)):
            self._mismatch("between", node.at, operand, low, high)
        return replace(node, operand=operand, low=low, high=high)

    def _is_empty(self, node: IsEmpty) -> Expression:
        return replace(node, operand=self.visit(node.operand))

    def _call(self, node: Call) -> Expression:
        args = tuple(self.visit(arg) for arg in node.args)
        function = FUNCTIONS.get(node.function)
        if function is None:
            has = ", ".join((*FUNCTIONS, *AGGREGATES))
            return self._report("unknown_function", node.at, name=node.function, has=has)
        most = None if function.variadic else len(function.accepts)
        if len(args) < function.fewest or (most is not None and len(args) > most):
            expected = f"{function.fewest}–{'…' if most is None else most}"
            expected = expected if most != function.fewest else str(most)
            return self._report("argument_count", node.at, function=function.name, expected=expected, found=len(args))
        fit = [self._argument(function, index, arg) for index, arg in enumerate(args)]
        if not all(fit):
            return Literal(None, Type.NULL, at=node.at)
        if function.returns is None:
            types = [type_of(arg) for arg in args[function.common_from :]]
            if common_type(types) is None:
                return self._report("mixed_types", node.at, found=", ".join(type.value for type in types))
        if function.name == "contains":
            self._option(args[0], args[1])
        return replace(node, args=args)

    def _argument(self, function: Function, index: int, arg: Expression) -> bool:
        position, count = index + 1, len(self.found)
        accepted = function.accepted(index)
        if type_of(arg) not in accepted | {Type.NULL}:
            self._report(
                "argument_type",
                arg.at,
                function=function.name,
                position=position,
                expected=listed_types(accepted),
                found=type_of(arg).value,
            )
        elif index in function.literals:
            low, high = function.literals[index]
            written = arg.value if isinstance(arg, Literal) and arg.type is Type.INTEGER else None
            if written is None or not low <= cast(int, written) <= high:
                facts = {"function": function.name, "position": position, "low": low, "high": high}
                self._report("argument_literal", arg.at, **facts)
        return len(self.found) == count

    def _aggregate(self, node: Aggregate) -> Expression:
        whole = () if node.over else node.value.parts if isinstance(node.value, Path) else ()
        found = self._names.many(self._schema, node.over or whole, node.at)
        if found is None:
            return Literal(None, Type.NULL, at=node.at)
        over, target, rest = found
        if node.over and rest:
            return self._report("not_many", node.at, name=".".join(node.over), has="–")
        value = node.value if node.over else Path(rest, at=node.at) if rest else None
        if (value is None) != (node.function == "exists") and node.function != "count":
            found_value = "–" if value is None else "a value"
            return self._report("aggregate_value", node.at, function=node.function, found=found_value)
        outside, self._schema = self._schema, target
        value = self.visit(value) if value is not None else None
        where = self._condition(node.where) if node.where is not None else None
        self._schema = outside
        if value is not None and aggregate_type(node.function, type_of(value)) is None:
            return self._report("aggregate_value", node.at, function=node.function, found=type_of(value).value)
        return replace(node, over=over, value=value, where=where)
