"""By what a list is ordered, and the pages of one with several orders."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from zhike.platform.objects.errors import TooManyOrders, Unsortable
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic.conditions import Where
from zhike.platform.objects.logic.questions import Question
from zhike.platform.objects.logic.sources import Sources, is_own, shape_of
from zhike.platform.objects.logic.statements import ALIAS
from zhike.platform.objects.types import FieldType, ObjectType, Order, RecordQuery
from zhike.platform.permissions.types import Principal

#: An own figure, set by no rule: nobody reads a fourth order, and each makes the page's condition longer.
MAX_ORDERS = 3
#: The order by the inner id, that every object has: the order in which records were made.
_ID = "id"
#: What a statement calls the values of all records, and those of a page.
_EVERY, _FOUND = "every", "found"


@dataclass(frozen=True, slots=True)
class Orders:
    """Fields with the way of each ("asc", "desc"), then the inner id, which ends every tie, its `way`."""

    keys: tuple[tuple[FieldType, str], ...]
    way: str

    @property
    def shape(self) -> tuple[Order, ...]:
        """The orders by key: what the text of a statement depends on, and a cursor, beside what computed columns are."""
        return (*((field.key, way) for field, way in self.keys), (_ID, self.way))

    @property
    def fields(self) -> tuple[FieldType, ...]:
        """The fields that rows must have."""
        return tuple(field for field, _direction in self.keys)

    @property
    def single(self) -> bool:
        """Whether an index may give the rows in their order: one own field at most, and the id the same way."""
        return not self.keys or (len(self.keys) == 1 and self.keys[0][1] == self.way and is_own(self.keys[0][0]))


def orders_of(question: Question, query: RecordQuery) -> Orders:
    """Return by what a list is ordered. Raises UnknownField, TooManySteps, Refused, Unsortable, TooManyOrders."""
    owner, principal = question.owner, question.principal
    given = query.sort or (default_sort(owner, principal),)
    if len(given) > MAX_ORDERS:
        raise TooManyOrders(most=MAX_ORDERS, given=len(given))
    keys: list[tuple[FieldType, str]] = []
    for key, direction in given:
        if key == _ID:  # no two records have one, so nothing after it orders them
            return Orders(tuple(keys), direction)
        keys.append((_sortable(question, key), direction))
    return Orders(tuple(keys), keys[-1][1])


def default_sort(owner: ObjectType, principal: Principal) -> Order:
    """Return the list's own order, newest first where it has none or one that the viewer may not ask for."""
    sort = owner.definition.list.sort if owner.definition.list else None
    if sort is not None and sort.field in owner.fields and asking.may_ask(owner, sort.field, principal):
        return sort.field, sort.direction
    return _ID, "desc"


def _sortable(question: Question, key: str) -> FieldType:
    owner, principal = question.owner, question.principal
    found = question.askable(key)
    if not found.sortable:
        has = [field.key for field in owner.fields.values() if field.sortable]
        raise Unsortable(
            object=owner.key, field=key, has=sorted(name for name in has if asking.may_ask(owner, name, principal))
        )
    return found


@dataclass(frozen=True, slots=True)
class Sorted:
    """A page of a list with several orders: rows with a value before those without one, for each of them.

    `missing` says of which orders the cursor's row has no value; None from the first row on.
    """

    question: Question
    fields: tuple[FieldType, ...]
    orders: Orders
    missing: tuple[bool, ...] | None
    backwards: bool

    @property
    def about(self) -> Hashable:
        """What the text of its statement depends on beside the question."""
        columns = shape_of((*self.fields, *self.orders.fields))
        return ("sorted", columns, self.orders.shape, self.missing, self.backwards)

    def select(self, where: Where) -> exp.Select:
        """Return the statement: `rows` rows, after the one whose id is `after` and whose values are `after_0` and so on."""
        if any(field.formula is not None for field in self.orders.fields):
            return self._of_values(where)
        sources = Sources(where, self.question.owner, self.question.principal)
        columns = [*(sources.value(field) for field in self.orders.fields), exp.column("id", table=ALIAS)]
        return self._page(self._records(sources), columns)

    def _of_values(self, where: Where) -> exp.Select:
        """The page of the values by which records are ordered, then its records: an expression is worked out once for each."""
        owner, principal, ordering = self.question.owner, self.question.principal, self.orders.fields
        sources = Sources(where, owner, principal)
        names = [f"by{number}" for number in range(len(ordering))]
        values = [exp.alias_(sources.value(field), name) for field, name in zip(ordering, names, strict=True)]
        # `offset 0` keeps the database from working a value out wherever it is named.
        every = sources.records_from(exp.select(exp.column("id", table=ALIAS), *values)).offset(0)
        columns = [exp.column(name, table=_EVERY) for name in (*names, _ID)]
        found = self._page(exp.select(*columns).from_(every.subquery(_EVERY)), columns).subquery(_FOUND)
        # What is asked of the records has been asked on the way.
        shown = Sources(replace(where, parts=[]), owner, principal)
        columns = [exp.column(name, table=_FOUND) for name in (*names, _ID)]
        for field, column in zip(ordering, columns, strict=False):
            if field.formula is not None:
                shown.known(field, column)
        of_page = exp.column("id", table=ALIAS).eq(columns[-1])
        return self._records(shown).join(found, on=of_page).order_by(*self._ordered(columns))

    def _records(self, sources: Sources) -> exp.Select:
        return sources.records_from(exp.select(*sources.selected((*self.fields, *self.orders.fields))))

    def _page(self, select: exp.Select, columns: Sequence[exp.Expr]) -> exp.Select:
        """`rows` rows of a statement in the order of columns, from behind the cursor's row on."""
        if self.missing is not None:
            select = select.where(self._after(columns, self._ways))
        return select.order_by(*self._ordered(columns)).limit(exp.Placeholder(this="rows"))

    def _ordered(self, columns: Sequence[exp.Expr]) -> list[exp.Ordered]:
        return [
            exp.Ordered(this=column.copy(), desc=self._falls(way), nulls_first=self.backwards)
            for column, way in zip(columns, self._ways, strict=True)
        ]

    @property
    def _ways(self) -> list[str]:
        return [direction for _key, direction in self.orders.shape]

    def given(self, values: Sequence[object], record_id: int) -> dict[str, object]:
        """Return what the statement binds of the cursor's row."""
        return {"after": record_id, **{f"after_{number}": value for number, value in enumerate(values)}}

    def _falls(self, way: str) -> bool:
        return (way == "desc") != self.backwards

    def _after(self, columns: Sequence[exp.Expr], ways: Sequence[str]) -> exp.Expr:
        """Behind the cursor's row: equal in the first orders and behind it in the next one, or in all and by the id."""
        behind: list[exp.Expr] = []
        equal: list[exp.Expr] = []
        for number, (field, column, way) in enumerate(zip(self.orders.fields, columns, ways, strict=False)):
            value = exp.cast(exp.Placeholder(this=f"after_{number}"), field.values.column)
            empty = bool(self.missing and self.missing[number])
            follows = self._follows(column, value, way, empty)
            if follows is not None:
                behind.append(exp.and_(*equal, follows))
            equal.append(column.copy().is_(exp.null()) if empty else column.copy().eq(value))
        last = _beyond(columns[-1], exp.Placeholder(this="after"), falls=self._falls(ways[-1]))
        return exp.or_(*behind, exp.and_(*equal, last))

    def _follows(self, column: exp.Expr, value: exp.Expr, way: str, empty: bool) -> exp.Expr | None:
        """Behind a value of one order, in which no value is the last; None where nothing is."""
        if empty:
            return exp.not_(column.copy().is_(exp.null())) if self.backwards else None
        beyond = _beyond(column, value, falls=self._falls(way))
        return beyond if self.backwards else exp.or_(beyond, column.copy().is_(exp.null()))


def _beyond(column: exp.Expr, value: exp.Expr, *, falls: bool) -> exp.Expr:
    kind = exp.LT if falls else exp.GT
    return kind(this=column.copy(), expression=value.copy())
