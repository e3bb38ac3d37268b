"""The SQL back end: a tree with placeholders only, for PostgreSQL, DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from typing import Literal as OneOf

from sqlglot import exp

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
    Value,
)
from zhike.expressions.dialects import DIALECTS, Dialect, enclosed, fill
from zhike.expressions.errors import ExpressionInvalid, Finding
from zhike.expressions.functions import ADD_DAYS, DAYS_BETWEEN, FUNCTIONS, NUMBERS, Function
from zhike.expressions.type_rules import common_type, fitted, type_of
from zhike.expressions.types import Binding, SqlFragment, Type

DialectName = OneOf["postgres", "duckdb", "spark"]

_COMPARE: Mapping[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def compile_sql(expression: Expression, dialect: DialectName, binding: Binding, *, prefix: str = "x") -> SqlFragment:
    """Return a checked expression as SQL; every value in it is a placeholder.

    Literals are named `<prefix>__1`, `<prefix>__2`, …; give each fragment of one statement its own prefix.
    Raise ExpressionInvalid when a function lacks this back end.
    """
    compiler = _Compiler(DIALECTS[dialect], binding, prefix)
    tree = compiler.compile(expression)
    return SqlFragment(tree, compiler.values, frozenset(compiler.parameters))


def written_in(tree: exp.Expr, literals: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return a tree with literals in place of the placeholders of those names: for SQL that takes no values."""
    found = tree.copy()
    for place in list(found.find_all(exp.Placeholder)):
        if place.name in literals:
            literal = literals[place.name].copy()
            found = literal if place is found else place.replace(literal).root()
    return found


def sql_text(tree: exp.Expr, dialect: DialectName) -> str:
    """Return the SQL of a tree: `%(name)s` placeholders for PostgreSQL, `$name` for DuckDB."""
    return tree.sql(dialect)


def bound(value: Value) -> object:
    """Return a literal's value as a statement binds it."""
    # DuckDB binds a moment with an offset only where pytz is installed; both engines read ISO text.
    return value.isoformat() if isinstance(value, datetime) else value


class _Compiler:
    def __init__(self, dialect: Dialect, binding: Binding, prefix: str) -> None:
        self.values: dict[str, object] = {}
        self.parameters: set[str] = set()
        self._dialect = dialect
        self._binding = binding
        self._prefix = prefix
        self._compilers: Mapping[type, Callable[[Any], exp.Expr]] = {
            Literal: self._literal,
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

    def compile(self, node: Expression) -> exp.Expr:
        return self._compilers[type(node)](node)

    def _fill(self, template: str, *args: exp.Expr) -> exp.Expr:
        return fill(self._dialect, template, *args)

    def _cast(self, tree: exp.Expr, type: Type) -> exp.Expr:
        # A record's id has the type of its column, which only the database knows.
        if type not in self._dialect.types:
            return tree
        to = exp.DataType.build(self._dialect.types[type], dialect=self._dialect.name)
        return exp.Cast(this=tree, to=to)

    def _literal(self, node: Literal) -> exp.Expr:
        return exp.Null() if node.value is None else self._cast(self._bound(node), node.type)

    def _bound(self, node: Literal) -> exp.Expr:
        name = f"{self._prefix}__{len(self.values) + 1}"
        self.values[name] = bound(node.value)
        return exp.Placeholder(this=name)

    def _param(self, node: Param) -> exp.Expr:
        if node.name.startswith(f"{self._prefix}__"):
            raise ValueError(f"parameter {node.name!r} begins with the prefix of the literals")
        self.parameters.add(node.name)
        return self._cast(exp.Placeholder(this=node.name), node.type)

    def _path(self, node: Path) -> exp.Expr:
        return self._binding.column(node.parts)

    def _typed(self, node: Expression, type: Type) -> exp.Expr:
        """Compile a value among others of `type`: a bare null gets it, an integer becomes a decimal."""
        tree = self.compile(node)
        own = type_of(node)
        if own is Type.NULL or (type is Type.DECIMAL and own is not Type.DECIMAL):
            return self._cast(tree, type)
        return tree

    def _number(self, node: Expression, type: Type) -> exp.Expr:
        """Compile a number as arithmetic takes it: 18 + 10 digits, null when wider."""
        template = self._dialect.decimal if type is Type.DECIMAL else self._dialect.whole
        if fitted(node):
            template = self._dialect.known_decimal if type is Type.DECIMAL else self._dialect.known_whole
        return self._fill(template, self.compile(node))

    def _result(self, tree: exp.Expr, type: Type) -> exp.Expr:
        """Bring the outcome of arithmetic to its type; wider than 18 digits is null."""
        if type is Type.DECIMAL:
            return self._fill(self._dialect.decimal, tree)
        return self._cast(self._fill(self._dialect.whole, tree), Type.INTEGER)

    def _negate(self, node: Negate) -> exp.Expr:
        type = Type.DECIMAL if type_of(node) is Type.DECIMAL else Type.INTEGER
        return self._result(exp.Neg(this=enclosed(self._number(node.operand, type))), type)

    def _binary(self, node: Binary) -> exp.Expr:
        if type_of(node.left) is Type.DATE:
            if type_of(node.right) is Type.DATE:
                return self._function(DAYS_BETWEEN, (node.right, node.left))
            step = node.right if node.operator == "+" else Negate(node.right)
            return self._function(ADD_DAYS, (node.left, step))
        type = type_of(node)
        operand = Type.DECIMAL if type is Type.DECIMAL else Type.INTEGER
        left, right = self._number(node.left, operand), self._number(node.right, operand)
        templates = {
            "*": self._dialect.multiply,
            "/": self._dialect.divide,
            "%": self._dialect.remainder,
        }
        template = templates.get(node.operator, f"_a {node.operator} _b")
        return self._result(self._fill(template, left, right), type)

    def _not(self, node: Not) -> exp.Expr:
        return exp.Not(this=enclosed(self.compile(node.operand)))

    def _logic(self, node: Logic) -> exp.Expr:
        operands = [enclosed(self.compile(operand)) for operand in node.operands]
        return exp.and_(*operands, wrap=False) if node.operator == "and" else exp.or_(*operands, wrap=False)

    def _alike(self, *nodes: Expression, ordered: bool = True) -> list[exp.Expr]:
        """Compile values to be compared: text by code point, a bare null with the others' type."""
        common = common_type(type_of(node) for node in nodes)
        if common is None:  # a record and its id, which must take the type of the record's column
            return [self._bound(node) if isinstance(node, Literal) else self.compile(node) for node in nodes]
        trees = [self._typed(node, common) if type_of(node) is Type.NULL else self.compile(node) for node in nodes]
        if ordered and common is Type.TEXT:
            trees[0] = self._fill(self._dialect.ordered_text, trees[0])
        return [enclosed(tree) for tree in trees]

    def _compare(self, node: Compare) -> exp.Expr:
        record, other = (node.left, node.right) if type_of(node.left) is Type.RECORD else (node.right, node.left)
        if node.operator in ("=", "!=") and (found := self._called(record, (other,))) is not None:
            return found if node.operator == "=" else exp.Not(this=enclosed(found))
        # Equality needs no collation, and with one it could not use the column's index.
        left, right = self._alike(node.left, node.right, ordered=node.operator not in ("=", "!="))
        return _COMPARE[node.operator](this=left, expression=right)

    def _in(self, node: In) -> exp.Expr:
        if node.listed:
            return self._member(node.operand, node.items[0])
        words = tuple(item for item in node.items if type_of(item) is Type.TEXT)
        called = self._called(node.operand, words)
        others = [item for item in node.items if called is None or item not in words]
        if called is not None and not others:
            return called
        operand, *items = self._alike(node.operand, *others, ordered=False)
        found = exp.In(this=operand, expressions=items)
        return found if called is None else exp.or_(found, called, wrap=False)

    def _called(self, record: Expression, words: tuple[Expression, ...]) -> exp.Expr | None:
        """Compile whether a field points at a record that goes by one of the words; None where it is about ids."""
        if not isinstance(record, Path) or record.type is not Type.RECORD or not words:
            return None
        if any(type_of(word) is not Type.TEXT for word in words):
            return None
        named = self._binding.named(record.parts)
        if named is None:
            return None
        ids = exp.Anonymous(this="any", expressions=[named([self.compile(word) for word in words])])
        return exp.EQ(this=self.compile(record), expression=ids)

    def _member(self, value: Expression, listed: Expression) -> exp.Expr:
        if type_of(value) is Type.RECORD and isinstance(listed, Param):
            self.parameters.add(listed.name)
            items: exp.Expr = exp.Placeholder(this=listed.name)
        else:
            items = self.compile(listed)
        return self._fill(self._dialect.member, self._typed(value, Type.TEXT), items)

    def _between(self, node: Between) -> exp.Expr:
        operand, low, high = self._alike(node.operand, node.low, node.high)
        return exp.Between(this=operand, low=low, high=high)

    def _is_empty(self, node: IsEmpty) -> exp.Expr:
        type, operand = type_of(node.operand), self.compile(node.operand)
        if type is Type.TEXT:
            return self._fill("COALESCE(_a, '') = ''", operand)
        if type is Type.LIST:
            return self._fill(f"COALESCE({self._dialect.length}, 0) = 0", operand)
        return self._fill("_a IS NULL", operand)

    def _call(self, node: Call) -> exp.Expr:
        return self._function(FUNCTIONS[node.function], node.args)

    def _function(self, function: Function, args: tuple[Expression, ...]) -> exp.Expr:
        if self._dialect.name not in function.sql:
            facts = {"name": function.name, "back_end": self._dialect.name}
            raise ExpressionInvalid([Finding("no_back_end", None, facts)])
        if function.name == "contains" and type_of(args[0]) is Type.LIST:
            return self._member(args[1], args[0])
        type = type_of(Call(function.name, args))
        trees = [self._argument(function, index, arg, type) for index, arg in enumerate(args)]
        template = function.sql[self._dialect.name]
        if function.name == "to_text":
            template = self._dialect.text_of.get(type_of(args[0]), template)
        if function.name == "round" and len(args) == 1:
            template = "ROUND(_a, 0)"
        if function.name in ("least", "greatest") and type is Type.TEXT:
            trees[0] = self._fill(self._dialect.ordered_text, trees[0])
        tree = self._fill(template, *trees)
        return self._result(tree, type) if function.fits and type in NUMBERS else tree

    def _argument(self, function: Function, index: int, arg: Expression, type: Type) -> exp.Expr:
        accepted, own = function.accepted(index), type_of(arg)
        if function.fits and own in NUMBERS and index not in function.literals:
            # DuckDB rounds, floors and ceils an integer as a double.
            exact = own is Type.DECIMAL or function.returns in NUMBERS
            return self._number(arg, Type.DECIMAL if exact else Type.INTEGER)
        if index in function.literals:
            return self._cast(self.compile(arg), Type.INTEGER)
        if function.returns is None and index >= function.common_from:
            return self._typed(arg, Type.TEXT if type is Type.NULL else type)
        if own is not Type.NULL:
            return self.compile(arg)
        preferred = (Type.TEXT, Type.DECIMAL, Type.INTEGER, Type.DATE, Type.BOOLEAN)
        return self._cast(self.compile(arg), next(kind for kind in preferred if kind in accepted))

    def _aggregate(self, node: Aggregate) -> exp.Expr:
        related = self._binding.relation(node.over)
        outside, self._binding = self._binding, related.inner
        value = self._value(node)
        conditions = [enclosed(related.join)]
        if node.where is not None:
            conditions.append(enclosed(self.compile(node.where)))
        self._binding = outside
        named = exp.alias_(value, "value", quoted=True)
        rows = exp.select(named).from_(related.source).where(*conditions)
        if node.function == "exists":
            return exp.Exists(this=rows)
        answer = self._answer(node)
        return exp.Subquery(this=exp.select(answer).from_(rows.subquery("related")))

    def _value(self, node: Aggregate) -> exp.Expr:
        if node.value is None:
            return exp.Literal.number(1)
        return self._typed(node.value, type_of(node) if node.function != "count" else Type.TEXT)

    def _answer(self, node: Aggregate) -> exp.Expr:
        value = exp.column("value", table="related", quoted=True)
        type = type_of(node)
        if node.function == "count":
            return self._fill("COUNT(_a)", value)
        if node.function in ("min", "max"):
            ordered = self._fill(self._dialect.ordered_text, value) if type is Type.TEXT else value
            return self._fill(f"{node.function.upper()}(_a)", ordered)
        fit = self._dialect.decimal if type is Type.DECIMAL else self._dialect.whole
        total = self._result(self._fill("SUM(_a)", self._fill(fit, value)), type)
        if node.function == "avg":
            count = self._fill(self._dialect.known_decimal, self._fill("COUNT(_a)", value))
            total = self._result(self._fill(self._dialect.divide, total, count), type)
        # One value wider than arithmetic takes makes the sum unknown, not smaller.
        within = "CASE WHEN MAX(ABS(_a)) < 1000000000000000000 THEN _b END"
        return self._fill(within, value, total)
