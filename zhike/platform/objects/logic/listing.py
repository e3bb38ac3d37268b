"""Lists and their numbers: pages by keyset, counts up to a cap."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from zhike.kernel import clock, cursors
from zhike.platform.objects.errors import TooManyColumns
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import paths, searching, served_scopes
from zhike.platform.objects.logic.catalogue import SIDE
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.orders import Orders, Sorted, orders_of
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.logic.questions import Question, asked
from zhike.platform.objects.logic.searching import Reason
from zhike.platform.objects.logic.served_scopes import Way
from zhike.platform.objects.logic.sources import Sources, shape_of
from zhike.platform.objects.logic.statements import ALIAS, field_sql, records_from
from zhike.platform.objects.types import (
    Computed,
    FieldType,
    FoundBy,
    Hit,
    ObjectType,
    Record,
    RecordCount,
    RecordPage,
    RecordQuery,
)
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

COUNT_CAP = 10_000
MAX_LIMIT = 200
#: An own figure, set by no rule: a screen shows a dozen; what a spreadsheet is made for has more.
MAX_COLUMNS = 50


def page(query: RecordQuery, principal: Principal, *, operation: str = "read") -> RecordPage:
    """Return one page of records by keyset: rows after (or, for a previous page, before) the cursor's row.

    They are records that `principal` may read and do `operation` on.
    """
    owner = catalogues.object_type(query.object)
    question = asked(query, principal, owner, operation)
    fields = fields_of(question, query)
    orders = orders_of(question, query)
    listed = _listed(query, orders, principal)
    cursor = _read_cursor(listed, query.cursor)
    limit = max(1, min(query.limit, MAX_LIMIT))
    rows = _rows(question, fields, orders, cursor, limit)
    backwards = bool(cursor and cursor["back"])
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    first = _first(cursor, len(rows), more=more)
    has_next, has_previous = (bool(cursor), more) if backwards else (more, bool(cursor))
    side = catalogues.side_table(owner.key)
    return RecordPage(
        rows=present(owner, fields, rows, principal),
        first=first,
        next_cursor=_cursor(listed, rows[-1], orders, first + len(rows), back=False) if rows and has_next else None,
        previous_cursor=_cursor(listed, rows[0], orders, first, back=True) if rows and has_previous else None,
        records_at=clock.now(),
        warehouse_date=side.business_date if side else None,
    )


def best(query: RecordQuery, principal: Principal) -> list[Hit]:
    """Return the first answers to the text of a query, those that it means most likely before the others, with why."""
    owner = catalogues.object_type(query.object)
    question = asked(query, principal, owner)
    fields, orders = fields_of(question, query), orders_of(question, query)
    answers = question.answers
    if answers is None:
        return []
    told = searching.reasons(answers, answers.ids or ())
    rows: list[dict[str, Any]] = []
    for part in [answers] if answers.ids is None else searching.ranked(answers, told):
        if len(rows) < query.limit:
            rows += _rows(replace(question, answers=part), fields, orders, None, query.limit - len(rows))
    rows = rows[: query.limit]
    if answers.ids is None:
        told = searching.reasons(answers, [row["id"] for row in rows])
    return [Hit(record, _found_by(record, told.get(record.id))) for record in present(owner, fields, rows, principal)]


def _found_by(record: Record, why: Reason | None) -> FoundBy | None:
    if why is None:
        return None
    return FoundBy(why.field.labels, why.value or record.values.get(why.field.key), tail=why.tail)


def _rows(
    question: Question, fields: list[FieldType], orders: Orders, cursor: dict[str, Any] | None, limit: int
) -> list[dict[str, Any]]:
    """The rows of a page and one more, where there is one."""
    return (_keyset_rows if orders.single else _sorted_rows)(question, fields, orders, cursor, limit)


def count(query: RecordQuery, principal: Principal, *, exact: bool = False, operation: str = "read") -> RecordCount:
    """Return how many records the query has: exact up to 10,000, above that the planner's estimate."""
    owner = catalogues.object_type(query.object)
    question = asked(query, principal, owner, operation)

    def each(where: Where) -> exp.Select:
        return records_from(exp.select(exp.Literal.number(1)), owner, where)

    def counted(where: Where) -> exp.Select:
        inside = each(where) if exact else each(where).limit(COUNT_CAP + 1)
        return exp.select(exp.Count(this=exp.Star())).from_(inside.subquery("found"))

    found = question.rows(question.statement(("count", exact), counted))[0][0]
    if exact or found <= COUNT_CAP:
        return RecordCount(found, approximate=False)
    plan = question.rows(question.statement("each", each), explain=True)[0][0]
    estimate = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]["Plan Rows"]
    return RecordCount(max(int(estimate), found), approximate=True)


def fields_of(question: Question, query: RecordQuery) -> list[FieldType]:
    """Return the columns of a list: those asked for, else those that it shows.

    Raises UnknownField, TooManySteps, TooManyColumns.
    """
    owner, principal = question.owner, question.principal
    if len(query.columns) > MAX_COLUMNS:
        raise TooManyColumns(most=MAX_COLUMNS, given=len(query.columns))
    return [
        question.computed[column.key] if isinstance(column, Computed) else paths.field_of(owner, column, principal)
        for column in query.columns or listed_columns(owner, principal)
    ]


def listed_columns(owner: ObjectType, principal: Principal) -> list[str]:
    """Return the columns of the object's list, without those not published yet or not in use where the viewer is."""
    layout = owner.definition.list
    chosen = [key for key in layout.columns if key in owner.fields] if layout else []
    chosen = chosen or list(owner.fields)[:8]
    return [key for key in chosen if not permissions.limited(principal, owner.key, key)]


def _keyset_rows(
    question: Question,
    fields: list[FieldType],
    orders: Orders,
    cursor: dict[str, Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows with a sort value come first, rows without one after them: two index-friendly queries, not one."""
    order, direction = orders.keys[0] if orders.keys else (None, orders.way)
    after = cursor["values"][0] if cursor and order is not None else None
    backwards = bool(cursor and cursor["back"])
    phases = [False] if order is None else [True, False] if backwards else [False, True]
    if cursor and order is not None:
        phases = phases[phases.index(after is None) :]
    rows: list[dict[str, Any]] = []
    for position, nulls in enumerate(phases):
        if len(rows) > limit:
            break
        starts = cursor is not None and position == 0
        served = order is not None and not order.stored and not nulls
        ways = served_scopes.ways(question, order.column) if served and order else ()
        phase = _Phase(question, tuple(fields), order, direction, starts, backwards, nulls, ways)
        statement = question.statement(phase.about, phase.select)
        given = {"after": cursor["id"], "after_value": after} if cursor and starts else {}
        rows += question.dict_rows(statement, **given, rows=limit + 1 - len(rows))
    return rows


def _sorted_rows(
    question: Question,
    fields: list[FieldType],
    orders: Orders,
    cursor: dict[str, Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows in several orders: one statement, that no index serves."""
    missing = tuple(value is None for value in cursor["values"]) if cursor else None
    page = Sorted(question, tuple(fields), orders, missing, bool(cursor and cursor["back"]))
    statement = question.statement(page.about, page.select)
    given = page.given(cursor["values"], cursor["id"]) if cursor else {}
    return question.dict_rows(statement, **given, rows=limit + 1)


@dataclass(frozen=True, slots=True)
class _Phase:
    """A part of a page: rows with a value of the order, or those without; from the first, or from a cursor on (`starts`).

    With `ways` they are read along the keys of a scope.
    """

    question: Question
    fields: tuple[FieldType, ...]
    order: FieldType | None
    direction: str
    starts: bool
    backwards: bool
    nulls: bool
    ways: tuple[Way, ...] = ()

    @property
    def about(self) -> Hashable:
        """What the text of its statement depends on beside the question."""
        columns = shape_of(self.fields)
        order = self.order.key if self.order else ""
        return ("page", columns, order, self.direction, self.starts, self.backwards, self.nulls, self.ways)

    def select(self, where: Where) -> exp.Select:
        """Return the statement: `rows` rows, after the one whose id is `after` and whose value is `after_value`."""
        order, nulls = self.order, self.nulls
        if self.ways:
            return self._along_keys(where)
        served = order is not None and not order.stored and not nulls
        key = exp.column("id", table=SIDE if served else ALIAS)
        ascending = (self.direction == "asc") != self.backwards
        sorted_by: list[exp.Expr] = []
        if order is not None:
            column = field_sql(order)
            where.add(column.is_(exp.null()) if nulls else exp.not_(column.is_(exp.null())))
            if not nulls:
                sorted_by.append(column)
        if self.starts:
            where.add(self._after(sorted_by, key, ascending))
        # Descending indexes are made NULLS LAST; here nulls are excluded, so either order of nulls is the same.
        ordered = [exp.Ordered(this=c, desc=not ascending, nulls_first=not ascending) for c in [*sorted_by, key]]
        wanted = self.fields if order is None else (*self.fields, order)
        sources = Sources(where, self.question.owner, self.question.principal)
        select = sources.records_from(exp.select(*sources.selected(wanted)))
        return select.order_by(*ordered).limit(exp.Placeholder(this="rows"))

    def _along_keys(self, where: Where) -> exp.Select:
        assert self.order is not None
        ascending = (self.direction == "asc") != self.backwards
        after = self._pair() if self.starts else None
        owner, principal = self.question.owner, self.question.principal
        found = served_scopes.found(owner, self.ways, where, self.order.column, after, ascending=ascending)
        # What is asked of the records has been asked on the way.
        sources = Sources(replace(where, parts=[]), owner, principal)
        select = sources.records_from(exp.select(*sources.selected((*self.fields, self.order))))
        value, key = (exp.column(name, table=served_scopes.FOUND) for name in ("value", "id"))
        select = select.join(found, on=exp.column("id", table=ALIAS).eq(key))
        return served_scopes.in_order(select, value, key, ascending)

    def _pair(self) -> exp.Tuple:
        """The value and the id of the row that the page comes after."""
        assert self.order is not None
        value = exp.cast(exp.Placeholder(this="after_value"), self.order.values.column)
        return exp.Tuple(expressions=[value, exp.Placeholder(this="after")])

    def _after(self, sorted_by: list[exp.Expr], key: exp.Expr, ascending: bool) -> exp.Expr:
        left: exp.Expr = key.copy()
        right: exp.Expr = exp.Placeholder(this="after")
        if sorted_by and self.order is not None:
            left = exp.Tuple(expressions=[*(column.copy() for column in sorted_by), left])
            right = self._pair()
        return exp.GT(this=left, expression=right) if ascending else exp.LT(this=left, expression=right)


def _listed(query: RecordQuery, orders: Orders, principal: Principal) -> str:
    """What a cursor belongs to: who asks, everything that narrows the list, and its order.

    In any other list, and for anybody else, the row that it names stands elsewhere.
    """
    narrowed = [
        "" if query.refinement == "all" else query.refinement,
        query.condition,
        query.text.strip(),
        query.of and [query.of.through, query.of.uid],
        query.uids,
        query.unit and [query.unit.code, query.unit.below],
        query.served_by,
    ]
    ordering = {field.key for field in orders.fields}
    # Another expression may stand under the same key, of another order or even another type.
    made = [one.expression for one in query.columns if isinstance(one, Computed) and one.key in ordering]
    told = [principal.actor, query.object, narrowed, orders.shape, made]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _first(cursor: dict[str, Any] | None, rows: int, *, more: bool) -> int:
    """The number of a page's first row. Before the first of all stands none, however many there were meanwhile."""
    if not cursor:
        return 1
    if not cursor["back"]:
        return int(cursor["at"])
    return max(2, cursor["at"] - rows) if more else 1


def _cursor(listed: str, row: Mapping[str, Any], orders: Orders, at: int, *, back: bool) -> str:
    """The cursor behind a row, or before it (`back`); `at` is the number of the row that follows there."""
    values = (row[f"f:{field.key}"] for field in orders.fields)
    return cursors.seal(listed, [row["id"], back, at, *(None if value is None else str(value) for value in values)])


def _read_cursor(listed: str, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    record_id, back, at, *values = cursors.unseal(listed, text)
    return {"values": values, "id": record_id, "back": back, "at": at}
