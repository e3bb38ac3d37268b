"""The page of a scope in the order of a served figure, read along the keys that are kept beside the figures.

Each way by which a record is in the scope (a unit, somebody's coverage, a share) is read in order and ends after a page;
the page of all is the first of these together. The keys lose no record but may have too many: the record itself is asked
everything that the question asks, the whole scope included, before it counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from sqlglot import exp

from zhike.kernel import definitions
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import scope_keys
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.questions import Question
from zhike.platform.objects.logic.scope_keys import ScopeKey
from zhike.platform.objects.logic.statements import ALIAS, records_from
from zhike.platform.objects.models import ScopeKeys
from zhike.platform.objects.types import ObjectType
from zhike.platform.permissions import api as permissions

#: What statements call the rows that are found here; in them, the keys, and one of a list of keys.
FOUND = "found"
_KEYS, _EACH_KEY = "k", "given"
_BIGINTS = exp.DataType.build("bigint[]", dialect="postgres")
#: Of so many keys each is read in order; more are read in the order of all, passing over what has none of them.
_EACH = 8


@dataclass(frozen=True, slots=True)
class Way:
    """How records of a scope are reached: a `table` with figures, whose `key` is `one` value or `each` or `any` of a list.

    `given` is the parameter with the value or the list. `own` is the column of the record that has the key, "" where it is
    another row's.
    """

    how: Literal["one", "each", "any"]
    table: str
    key: str
    given: str
    own: str = ""


def ways(question: Question, figure: str) -> tuple[Way, ...]:
    """Return the ways to what the question asks for in the order of a figure; none where the plain way is to be taken.

    That is where the scope has no keys beside the figure, and where something narrower is asked than the scope: the
    database knows better where to begin.
    """
    owner, principal = question.owner, question.principal
    scope = permissions.scope(principal, "read", owner.key)
    asked = (question.condition, question.answers, question.chosen, question.units, question.served_by)
    if scope.everything or scope.nothing or any(one is not None for one in asked):
        return ()
    if question.refinement and owner.refinements[question.refinement].condition not in {
        one.text for one in scope.conditions
    }:
        return ()
    found: list[Way] = []
    kept = _kept(owner)
    for one in scope.conditions:
        key = scope_keys.of_condition(catalogues.catalogue(), owner, one.text)
        keys = kept.get(key[:3]) if key else None
        if key is None or keys is None or figure not in keys.figures:
            return ()
        given = one.units if key.param == "my_units" else key.param
        found.append(_way(key, keys.table, given, scope.params[given]))
    side = catalogues.side_table(owner.key) if scope.shared else None
    if side is not None:
        found.append(Way("any", side.table, "id", scope.shared))
    return tuple(found)


def found(
    owner: ObjectType, ways: Sequence[Way], where: Where, figure: str, after: exp.Expr | None, *, ascending: bool
) -> exp.Subquery:
    """Return the rows `found`: `id` and `value` of the first `rows` records that meet `where`, in the order of a figure.

    With `after` they are those behind this pair of value and id.
    """
    pages: list[exp.Query] = [_page(owner, way, where, figure, after, ascending) for way in ways]
    # What is reached by two ways is there once.
    together = pages[0] if len(pages) == 1 else reduce(_union, pages)
    return _first(exp.select("id", "value").from_(together.subquery("reached")), "reached", ascending).subquery(FOUND)


def in_order(select: exp.Select, value: exp.Expr, id: exp.Expr, ascending: bool) -> exp.Select:
    """Return a statement with its rows in the order of a value that all of them have."""
    # Descending indexes are made NULLS LAST; here nulls are excluded, so either order of nulls is the same.
    return select.order_by(*(exp.Ordered(this=c, desc=not ascending, nulls_first=not ascending) for c in (value, id)))


def _kept(owner: ObjectType) -> Mapping[tuple[str, str, str], ScopeKeys]:
    """The keys that are published beside the object, by where they stand; a publication renews the definitions."""

    def build(_all: object) -> Mapping[tuple[str, str, str], ScopeKeys]:
        rows = ScopeKeys.objects.filter(side__object=owner.key, side__current=True, whole=True)
        return {(row.source, row.column, row.record): row for row in rows}

    return definitions.derive(f"objects.scope_keys:{owner.key}", build)


def _way(key: ScopeKey, table: str, given: str, value: object) -> Way:
    own = key.column if key.record == "id" else ""
    if not key.several:
        return Way("one", table, "key", given, own)
    assert isinstance(value, Sized)
    return Way("each" if len(value) <= _EACH else "any", table, "key", given, own)


def _union(one: exp.Query, other: exp.Query) -> exp.Query:
    return exp.union(one.subquery(), other.subquery())


def _page(
    owner: ObjectType, way: Way, where: Where, figure: str, after: exp.Expr | None, ascending: bool
) -> exp.Select:
    value, key = exp.column(figure, table=_KEYS, quoted=True), exp.column(way.key, table=_KEYS)
    given = exp.Placeholder(this=way.given)
    is_wanted = {
        "one": lambda: key.eq(given),
        "each": lambda: key.eq(exp.column("key", table=_EACH_KEY)),
        "any": lambda: key.eq(exp.Any(this=exp.paren(exp.cast(given, _BIGINTS)))),
    }[way.how]()
    select = exp.select(exp.column("id", table=_KEYS), exp.alias_(value, "value"))
    select = select.from_(exp.alias_(exp.to_table(way.table, quoted=True), _KEYS, table=True))
    select = _lateral(select, _holds(owner, way, where, key), "held")
    select = select.where(is_wanted, exp.not_(value.is_(exp.null())))
    if after is not None:
        pair = exp.Tuple(expressions=[value.copy(), exp.column("id", table=_KEYS)])
        select = select.where((exp.GT if ascending else exp.LT)(this=pair, expression=after.copy()))
    page = _first(select, _KEYS, ascending, value)
    if way.how != "each":
        return page
    each = exp.Unnest(
        expressions=[exp.cast(given, _BIGINTS)],
        alias=exp.TableAlias(this=exp.to_identifier(_EACH_KEY), columns=[exp.to_identifier("key")]),
    )
    return _lateral(exp.select("reached.id", "reached.value").from_(each), page, "reached")


def _holds(owner: ObjectType, way: Way, where: Where, key: exp.Expr) -> exp.Select:
    """Whether the record of a key meets everything that is asked, and has the key still."""
    asked = Where(where.objects, [part.copy() for part in where.parts])
    if way.own:
        asked.add(exp.column(way.own, table=ALIAS, quoted=True).eq(key.copy()))
    # `offset 0` keeps the database from looking for records by what is asked of them, which it takes to be rarer than it
    # is: all records of a branch for each one. One record after the other is found by its id, and then asked.
    one = exp.select("*").from_(exp.to_table(owner.table, quoted=True)).offset(0)
    one = one.where(exp.column("id", table=owner.table, quoted=True).eq(exp.column("id", table=_KEYS)))
    return records_from(exp.select(exp.Literal.number(1)), owner, asked).from_(one.subquery(ALIAS)).offset(0)


def _lateral(select: exp.Select, inner: exp.Select, name: str) -> exp.Select:
    alias = exp.TableAlias(this=exp.to_identifier(name))
    return select.join(exp.Lateral(this=inner.subquery(), alias=alias), join_type="cross")


def _first(select: exp.Select, table: str, ascending: bool, value: exp.Expr | None = None) -> exp.Select:
    by = value.copy() if value is not None else exp.column("value", table=table)
    return in_order(select, by, exp.column("id", table=table), ascending).limit(exp.Placeholder(this="rows"))
