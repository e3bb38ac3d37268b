"""SQL as trees: a statement is read once, and its places are filled with trees, never with text.

A place is a name that begins with an underscore: `sql("select _key from _rows", key=name("account id"), rows=session.table(…))`.
Statements are read in the words that all engines share, which are DuckDB's; where engines differ, a statement calls a
function of the table below, and what people have defined stands in it as a formula. So one tree is printed for every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlglot import exp

from zhike.expressions.ast import Expression
from zhike.expressions.dialects import DIALECTS, enclosed, fill
from zhike.expressions.sql import DialectName, compile_sql, written_in
from zhike.expressions.types import Binding

__all__ = [
    "Statement",
    "Tree",
    "all_of",
    "any_of",
    "cases",
    "cast",
    "column",
    "descending",
    "formula",
    "joined",
    "kept",
    "left_join",
    "name",
    "named",
    "nothing",
    "printed",
    "read_from",
    "record",
    "sql",
    "star",
    "union_all",
    "value",
    "with_columns",
]

Tree = exp.Expr
Place = exp.Expr | Sequence[exp.Expr]
_FORMULA = "formula"
_WRITTEN = "duckdb"

#: What statements call that engines write differently; arguments are _a, _b, _c.
_FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    "distinct_values": {"duckdb": "LIST_DISTINCT(LIST(_a))", "spark": "COLLECT_SET(_a)"},
    "distinct_in_all": {
        "duckdb": "LEN(LIST_DISTINCT(FLATTEN(LIST(_a))))",
        "spark": "SIZE(ARRAY_DISTINCT(FLATTEN(COLLECT_LIST(_a))))",
    },
    "any_known": {"duckdb": "ANY_VALUE(_a)", "spark": "ANY_VALUE(_a, TRUE)"},
    "replaced_by": {"duckdb": "REGEXP_REPLACE(_a, _b, _c, 'g')", "spark": "REGEXP_REPLACE(_a, _b, _c)"},
    "month_of": {"duckdb": "STRFTIME(_a, '%Y-%m')", "spark": "DATE_FORMAT(_a, 'yyyy-MM')"},
    "zhike_digest": {"duckdb": "ZHIKE_DIGEST(_a)", "spark": "ZHIKE_DIGEST(_a)"},
    "zhike_folded_text": {"duckdb": "ZHIKE_FOLDED_TEXT(_a)", "spark": "ZHIKE_FOLDED_TEXT(_a)"},
    "zhike_folded_name": {"duckdb": "ZHIKE_FOLDED_NAME(_a)", "spark": "ZHIKE_FOLDED_NAME(_a)"},
    "zhike_folded_phone": {"duckdb": "ZHIKE_FOLDED_PHONE(_a)", "spark": "ZHIKE_FOLDED_PHONE(_a)"},
    "zhike_folded_certificate": {
        "duckdb": "ZHIKE_FOLDED_CERTIFICATE(_a)",
        "spark": "ZHIKE_FOLDED_CERTIFICATE(_a)",
    },
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A tree that is asked again and again, printed once for each engine; it reads no dataset of a session."""

    tree: Tree
    _texts: dict[DialectName, str] = field(default_factory=dict)

    def text(self, dialect: DialectName) -> str:
        """Return its SQL for an engine."""
        if dialect not in self._texts:
            self._texts[dialect] = printed(self.tree, dialect)
        return self._texts[dialect]


@dataclass(frozen=True, slots=True)
class _Formula:
    """A checked expression in a statement: it is compiled when it is known for which engine."""

    expression: Expression
    binding: Binding
    parameters: Mapping[str, object]

    def __deepcopy__(self, _memo: dict[int, Any]) -> _Formula:
        return self

    def compiled(self, dialect: DialectName) -> Tree:
        fragment = compile_sql(self.expression, dialect, self.binding)
        values = {**fragment.values, **self.parameters}
        return written_in(fragment.tree, {key: value(found) for key, found in values.items()})


def sql(text: str, /, **places: Place) -> Tree:
    """Return a statement, or a part of one, with each `_place` replaced by what is given for it.

    A list takes the place of a column in a list of such. Raise ValueError for what has no place.
    """
    return _filled(_read(text).copy(), {f"_{key}": place for key, place in places.items()})


@lru_cache(maxsize=2048)
def _read(text: str) -> Tree:
    return sqlglot.parse_one(text, read=_WRITTEN)


def _filled(tree: Tree, places: Mapping[str, Place]) -> Tree:
    used = set()
    for found in list(tree.find_all(exp.Identifier)):
        if found.name not in places or found.args.get("quoted"):
            continue
        used.add(found.name)
        tree = _replaced(tree, found, places[found.name])
    if used != set(places):
        raise ValueError(f"no place for {sorted(set(places) - used)} in {tree.sql(_WRITTEN)[:200]}")
    return tree


def _replaced(tree: Tree, found: exp.Identifier, place: Place) -> Tree:
    holder = found.parent
    whole = isinstance(holder, exp.Column) and not holder.table
    if not isinstance(place, exp.Expr):
        _spread(holder if whole else found, list(place))
        return tree
    filled = place.copy()
    if isinstance(holder, exp.Table) and not isinstance(filled, exp.Identifier):
        return read_from(tree, holder, filled)
    if not whole or holder is None:
        found.replace(filled)
        return tree
    if isinstance(filled, exp.Identifier):
        filled = exp.Column(this=filled)
    inside = holder.parent is not None and not isinstance(holder.parent, exp.Alias | exp.Select | exp.Paren)
    filled = enclosed(filled) if inside else filled
    if holder is tree:
        return filled
    holder.replace(filled)
    return tree


def read_from(tree: Tree, table: exp.Table, source: Tree) -> Tree:
    """Return the tree reading from another table or a query in place of one of its tables, under the same name."""
    found = source.copy()
    found = found if isinstance(found, exp.Table | exp.Subquery) else exp.Subquery(this=found)
    for kept in ("alias", "joins"):
        if table.args.get(kept):
            found.set(kept, table.args[kept])
    if table is tree:
        return found
    table.replace(found)
    return tree


def _spread(holder: Tree | None, places: list[Tree]) -> None:
    """Put several trees where one stands in a list; order and aliases around it are kept for each."""
    assert holder is not None and holder.parent is not None
    item = holder
    if isinstance(holder.parent, exp.Ordered):
        item = holder.parent
        ordered = item
        places = [_in_order(ordered, place) for place in places]
    parent, key = item.parent, item.arg_key
    assert parent is not None and key is not None
    listed = parent.args[key]
    if not isinstance(listed, list):
        raise ValueError(f"{item.sql(_WRITTEN)} does not stand in a list")
    at = next(index for index, one in enumerate(listed) if one is item)
    columns = [exp.Column(this=one) if isinstance(one, exp.Identifier) and item is holder else one for one in places]
    parent.set(key, [*listed[:at], *(one.copy() for one in columns), *listed[at + 1 :]])


def _in_order(ordered: Tree, place: Tree) -> Tree:
    if isinstance(place, exp.Ordered):
        return place.copy()
    found = ordered.copy()
    found.set("this", exp.Column(this=place.copy()) if isinstance(place, exp.Identifier) else place.copy())
    return found


def name(text: str) -> exp.Identifier:
    """Return a name of a column or a table, as it is written."""
    return exp.to_identifier(text, quoted=True)


def column(key: str, table: str = "") -> exp.Column:
    """Return a column, of the relation `table` of a statement where it is named."""
    return exp.column(key, table=table or None, quoted=True)


def kept(text: str) -> exp.Table:
    """Return a table that a session keeps or was given."""
    return exp.Table(this=name(text))


def left_join(select: Tree, other: Tree, alias: str, on: Tree) -> Tree:
    """Return a query joined with another, or with a table, under a name of its own."""
    assert isinstance(select, exp.Select)
    source = other if isinstance(other, exp.Table) else exp.Subquery(this=other.copy())
    return select.join(source, on=on, join_type="left", join_alias=name(alias))


def with_columns(select: Tree, columns: Sequence[Tree]) -> Tree:
    """Return a query with these columns beside its own."""
    assert isinstance(select, exp.Select)
    return select.select(*columns)


def star(table: str) -> Tree:
    """Return all columns of a relation."""
    return exp.Column(this=exp.Star(), table=exp.to_identifier(table))


def value(found: object) -> Tree:
    """Return a value written out: a text is quoted, a day is a day."""
    if isinstance(found, datetime):
        return exp.cast(exp.Literal.string(found.isoformat()), "timestamptz")
    if isinstance(found, date):
        return exp.cast(exp.Literal.string(found.isoformat()), "date")
    if isinstance(found, Decimal):
        return _number(format(found, "f"))
    if isinstance(found, str):
        return exp.Literal.string(found)
    return exp.convert(found)


def _number(written: str) -> Tree:
    negative = written.startswith("-")
    number = exp.Literal.number(written.removeprefix("-"))
    return exp.Neg(this=number) if negative else number


def descending(tree: Tree) -> Tree:
    """Return a value by which rows are ordered from the greatest down, unknown ones last."""
    return exp.Ordered(this=tree.copy(), desc=True, nulls_first=False)


def cast(tree: Tree, kind: str, *, or_null: bool = False) -> Tree:
    """Return a tree as a value of an SQL type, written as DuckDB does ("decimal(18, 2)"); `or_null` where it is none."""
    made = exp.TryCast if or_null else exp.Cast
    return made(this=tree.copy(), to=exp.DataType.build(kind, dialect=_WRITTEN))


def joined(texts: Sequence[Tree], between: str) -> Tree:
    """Return texts as one, with a sign between them; null where one is."""
    found = texts[0].copy()
    for text in texts[1:]:
        found = exp.DPipe(this=exp.DPipe(this=found, expression=value(between)), expression=enclosed(text.copy()))
    return found


def nothing(kind: str) -> Tree:
    """Return null as a value of an SQL type."""
    return cast(exp.Null(), kind)


def named(tree: Tree, key: str) -> Tree:
    """Return a tree under the name of a column."""
    return exp.alias_(tree.copy(), key, quoted=True)


def cases(found: Iterable[tuple[Tree, Tree]], *, of: Tree | None = None) -> Tree:
    """Return what goes with the first condition that holds, or with the value that `of` has; null without one."""
    ifs = [exp.If(this=condition.copy(), true=then.copy()) for condition, then in found]
    return exp.Case(this=of.copy() if of is not None else None, ifs=ifs)


def record(parts: Mapping[str, Tree]) -> Tree:
    """Return a value made of named parts."""
    pairs = [exp.PropertyEQ(this=exp.Literal.string(key), expression=part.copy()) for key, part in parts.items()]
    return exp.Struct(expressions=pairs)


def union_all(queries: Sequence[Tree]) -> Tree:
    """Return the rows of several queries of the same columns in the same order."""
    found = queries[0].copy()
    for query in queries[1:]:
        found = exp.Union(this=found, expression=query.copy(), distinct=False)
    return found


def all_of(conditions: Iterable[Tree]) -> Tree:
    """Return the condition that all hold; true of none."""
    found = [enclosed(condition.copy()) for condition in conditions]
    return exp.and_(*found, wrap=False) if found else exp.true()


def any_of(conditions: Iterable[Tree]) -> Tree:
    """Return the condition that one holds at least; false of none."""
    found = [enclosed(condition.copy()) for condition in conditions]
    return exp.or_(*found, wrap=False) if found else exp.false()


def formula(expression: Expression, binding: Binding, parameters: Mapping[str, object] | None = None) -> Tree:
    """Return a checked expression as a part of a statement, its names bound and its parameters given."""
    place = exp.Placeholder(this=_FORMULA)
    place.meta[_FORMULA] = _Formula(expression, binding, dict(parameters or {}))
    return exp.Paren(this=place)


def printed(tree: Tree, dialect: DialectName, *, tables: Mapping[str, Tree] = MappingProxyType({})) -> str:
    """Return the SQL of a tree for an engine, reading from other trees in place of the `tables` of those names.

    Raise LookupError for a function that no table has a form for.
    """
    found = tree.copy()
    for table in list(found.find_all(exp.Table)) if tables else ():
        if table.name in tables:
            found = read_from(found, table, tables[table.name])
    for place in list(found.find_all(exp.Placeholder)):
        if _FORMULA in place.meta:
            compiled = place.meta[_FORMULA].compiled(dialect)
            found = compiled if place is found else place.replace(compiled).root()
    # Inner calls first: what a template takes is printed already.
    for call in reversed(list(found.find_all(exp.Anonymous))):
        forms = _FUNCTIONS.get(call.name.lower())
        if forms is not None:
            written = fill(DIALECTS[dialect], forms[dialect], *call.expressions)
            found = written if call is found else call.replace(written).root()
    return found.sql(dialect)
