"""Lists, counts and single records: SQL from one query value, under one scope."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import sql as sql_
from sqlglot import exp

from zhike.kernel import clock, cursors, definitions
from zhike.kernel.errors import NotFound
from zhike.platform.fields.api import plain
from zhike.platform.objects.errors import UnknownObject, Unsortable
from zhike.platform.objects.logic import asking
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.catalogue import SIDE
from zhike.platform.objects.logic.conditions import (
    Where,
    any_id,
    compiled_rules,
    narrow_to_query,
    narrow_to_scope,
    narrow_to_text,
    uses_side_table,
)
from zhike.platform.objects.logic.lookups import column_of, joined
from zhike.platform.objects.logic.presenting import present
from zhike.platform.objects.types import FieldType, ObjectType, RecordCount, RecordPage, RecordQuery
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

COUNT_CAP = 10_000
MAX_LIMIT = 200
_ALIAS = "t"
#: The name of the record that a statement inserts and reads at once.
FRESH = "fresh"
#: Answers to a search that are resolved to ids before anything else.
_FEW = 2_000
#: Org units or users that are offered at once.
_PLACES = 50


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL with the literals it binds and the names of what it selects."""

    sql: str
    values: Mapping[str, object]
    names: Sequence[str]


def page(query: RecordQuery, principal: Principal) -> RecordPage:
    """Return one page of records by keyset: rows after (or, for a previous page, before) the cursor's row."""
    owner = catalogues.object_type(query.object)
    fields = [asking.field_of(owner, key, principal) for key in query.columns or listed_columns(owner, principal)]
    sort_key, direction, order = order_of(query, owner, principal)
    listed = f"{owner.key} {sort_key} {direction}"
    cursor = _read_cursor(listed, query.cursor)
    limit = max(1, min(query.limit, MAX_LIMIT))
    rows = _keyset_rows(query, principal, owner, fields, order, direction, cursor, limit)
    backwards = bool(cursor and cursor["back"])
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(cursor), more) if backwards else (more, bool(cursor))
    side = catalogues.side_table(owner.key)
    return RecordPage(
        rows=present(owner, fields, rows, principal),
        next_cursor=_cursor(listed, rows[-1], sort_key, back=False) if rows and has_next else None,
        previous_cursor=_cursor(listed, rows[0], sort_key, back=True) if rows and has_previous else None,
        records_at=clock.now(),
        warehouse_date=side.business_date if side else None,
    )


def count(query: RecordQuery, principal: Principal, *, exact: bool = False) -> RecordCount:
    """Return how many records the query has: exact up to 10,000, above that the planner's estimate."""
    owner = catalogues.object_type(query.object)
    where = _where(query, principal, owner)
    inside = _from(exp.select(exp.Literal.number(1)), owner, where)
    if not exact:
        inside = inside.limit(COUNT_CAP + 1)
    found = _rows(exp.select(exp.Count(this=exp.Star())).from_(inside.subquery("found")), where.values)[0][0]
    if exact or found <= COUNT_CAP:
        return RecordCount(found, approximate=False)
    plan = _rows(_from(exp.select(exp.Literal.number(1)), owner, where), where.values, explain=True)[0][0]
    estimate = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]["Plan Rows"]
    return RecordCount(max(int(estimate), found), approximate=True)


def row_by_uid(
    owner: ObjectType,
    uid: uuid.UUID,
    principal: Principal,
    operation: str,
    *,
    lock: bool = False,
    deleted: bool = False,
) -> dict[str, Any]:
    """Return all columns of one record in the principal's scope, of a deleted one only if `deleted`.

    Raises NotFound when it is not in it.
    """
    return _single(owner, "uid", uid, principal, operation, lock, deleted)


def row_by_id(owner: ObjectType, record_id: int, principal: Principal, operation: str) -> dict[str, Any]:
    """Return all columns of the record with this inner id, as `row_by_uid` does."""
    return _single(owner, "id", record_id, principal, operation, False, False)


def broken_rules(owner: ObjectType, record_id: int, principal: Principal) -> list[str]:
    """Return the keys of the rules that a record breaks, in their order."""
    where = Where(catalogues.catalogue())
    broken = compiled_rules(where, owner, _ALIAS)
    where.values.update(permissions.scope(principal, "read", owner.key).params)
    where.add(exp.column("id", table=_ALIAS).eq(where.bind(record_id)))
    row = _rows(_from(exp.select(*broken), owner, where), where.values)[0]
    return [key for key, is_broken in zip(owner.rules, row, strict=True) if is_broken]


def in_scope(owner: ObjectType, record_id: int, principal: Principal, operation: str) -> bool:
    """Return whether the record is among those on which the principal may do `operation`."""
    try:
        row_by_id(owner, record_id, principal, operation)
    except NotFound:
        return False
    return True


def inserted_row(
    owner: ObjectType, insert: str, beside: str, given: Mapping[str, object], principal: Principal
) -> dict[str, Any]:
    """Run `insert` (… returning *) and return the new record as `row_by_id` would, in one statement.

    `beside` is SQL of the same statement that reads the new record from `FRESH`. Raises NotFound when the record is not
    in the principal's creating scope; the caller's transaction then undoes it.
    """
    read = definitions.derive(
        f"objects.inserted:{owner.key}:{principal.kind}:{principal.roles}",
        lambda _all: _single_statement(owner, "", principal, "create", False, False),
    )
    scope = permissions.scope(principal, "create", owner.key)
    statement = f"with {FRESH} as ({insert}), beside as ({beside}) {read.sql}"
    rows = _fetch(statement, {**read.values, **scope.params, **given}, read.names)
    if not rows:
        raise NotFound(kind=owner.key, id="")
    return rows[0]


def _single(
    owner: ObjectType, key: str, value: object, principal: Principal, operation: str, lock: bool, deleted: bool
) -> dict[str, Any]:
    read = definitions.derive(
        f"objects.single:{owner.key}:{key}:{principal.kind}:{principal.roles}:{operation}:{lock}:{deleted}",
        lambda _all: _single_statement(owner, key, principal, operation, lock, deleted),
    )
    scope = permissions.scope(principal, operation, owner.key)
    rows = _fetch(read.sql, {**read.values, **scope.params, "key": value}, read.names)
    if not rows:
        raise NotFound(kind=owner.key, id=str(value))
    return rows[0]


def _single_statement(
    owner: ObjectType, key: str, principal: Principal, operation: str, lock: bool, deleted: bool
) -> _Statement:
    """Return the SQL that reads one record in a scope; the text depends on roles, not on people.

    The record is the one whose column `key` has the value `key`, or without a column the one being inserted.
    """
    where = Where(catalogues.catalogue())
    if key:
        where.add(exp.column(key, table=_ALIAS).eq(exp.Placeholder(this="key")))
    if not deleted:
        where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    narrow_to_scope(where, owner, _ALIAS, principal, operation)
    select = _from(
        exp.select(*_selected(owner, [*owner.fields.values()]), *_belonging()),
        owner,
        where,
        side=True,
        source="" if key else FRESH,
    )
    if lock:
        select = select.lock()
        select.args["locks"][0].set("expressions", [exp.to_table(_ALIAS)])
    return _Statement(select.sql(dialect="postgres"), where.values, _names(select))


def scope_ids(owner: ObjectType, principal: Principal, operation: str) -> list[int] | None:
    """Return the ids in the principal's scope, or None when the scope is everything."""
    where = Where(catalogues.catalogue())
    narrow_to_scope(where, owner, _ALIAS, principal, operation)
    if not where.parts:
        return None
    where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    select = _from(exp.select(exp.column("id", table=_ALIAS)), owner, where)
    return [row[0] for row in _rows(select, where.values)]


def visible_rows(
    owner: ObjectType, ids: Sequence[int], principal: Principal, columns: Sequence[FieldType]
) -> list[dict[str, Any]]:
    """Return the given columns of those of `ids` that are in the principal's reading scope."""
    if not ids:
        return []
    where = Where(catalogues.catalogue())
    any_of = any_id(where.bind(list(ids)))
    where.add(exp.column("id", table=_ALIAS).eq(any_of))
    where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    narrow_to_scope(where, owner, _ALIAS, principal, "read")
    select = _from(exp.select(*_selected(owner, columns)), owner, where, side=True)
    return _dict_rows(select, where.values)


def listed_columns(owner: ObjectType, principal: Principal) -> list[str]:
    """Return the columns of the object's list, without those not published yet or not in use where the viewer is."""
    layout = owner.definition.list
    chosen = [key for key in layout.columns if key in owner.fields] if layout else []
    chosen = chosen or list(owner.fields)[:8]
    return [key for key in chosen if not permissions.limited(principal, owner.key, key)]


def order_of(query: RecordQuery, owner: ObjectType, principal: Principal) -> tuple[str, str, FieldType | None]:
    """Return by what a list is ordered, which way, and the field, if it is one.

    Raises UnknownField, Refused, Unsortable.
    """
    key, direction = query.sort or default_sort(owner, principal)
    if key == "id":
        return key, direction, None
    [order] = asking.askable(owner, [key], principal)
    if not order.sortable:
        has = [field.key for field in owner.fields.values() if field.sortable]
        raise Unsortable(
            object=owner.key, field=key, has=sorted(name for name in has if asking.may_ask(owner, name, principal))
        )
    return key, direction, order


def default_sort(owner: ObjectType, principal: Principal) -> tuple[str, str]:
    """Return the list's own order, newest first where it has none or one that the viewer may not ask for."""
    sort = owner.definition.list.sort if owner.definition.list else None
    if sort is not None and sort.field in owner.fields and asking.may_ask(owner, sort.field, principal):
        return sort.field, sort.direction
    return "id", "desc"


def _where(query: RecordQuery, principal: Principal, owner: ObjectType) -> Where:
    where = Where(catalogues.catalogue())
    narrow_to_query(where, owner, _ALIAS, query, principal)
    if query.text.strip():
        _narrow_to_found(where, owner, query.text)
    narrow_to_scope(where, owner, _ALIAS, principal, "read")
    return where


def _narrow_to_found(where: Where, owner: ObjectType, text: str) -> None:
    """Narrow to the records that answer `text`: to their ids where they are few, else by their search tokens.

    PostgreSQL expects rare tokens to be ten times as frequent and would walk an order's index for them: of 2,000,000
    customers the 400 with the initials zsf took 4 s, by id 5 ms. Of frequent ones the index soon has a page.
    """
    found = Where(where.objects)
    narrow_to_text(found, owner, _ALIAS, text)
    found.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    select = _from(exp.select(exp.column("id", table=_ALIAS)), owner, found).limit(_FEW + 1)
    ids = [row[0] for row in _rows(select, found.values)]
    if len(ids) > _FEW:
        narrow_to_text(where, owner, _ALIAS, text)
    else:
        where.add(exp.column("id", table=_ALIAS).eq(any_id(where.bind(ids))))


def _keyset_rows(
    query: RecordQuery,
    principal: Principal,
    owner: ObjectType,
    fields: list[FieldType],
    order: FieldType | None,
    direction: str,
    cursor: dict[str, Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Rows with a sort value come first, rows without one after them: two index-friendly queries, not one."""
    backwards = bool(cursor and cursor["back"])
    phases = [False] if order is None else [True, False] if backwards else [False, True]
    if cursor and order is not None:
        phases = phases[phases.index(cursor["value"] is None) :]
    rows: list[dict[str, Any]] = []
    for position, nulls in enumerate(phases):
        if len(rows) > limit:
            break
        where = _where(query, principal, owner)
        start = cursor if position == 0 else None
        select = _phase(where, owner, fields, order, direction, start, backwards, nulls)
        rows += _dict_rows(select.limit(limit + 1 - len(rows)), where.values)
    return rows


def _phase(
    where: Where,
    owner: ObjectType,
    fields: list[FieldType],
    order: FieldType | None,
    direction: str,
    cursor: dict[str, Any] | None,
    backwards: bool,
    nulls: bool,
) -> exp.Select:
    served = order is not None and not order.stored and not nulls
    key = exp.column("id", table=SIDE if served else _ALIAS)
    ascending = (direction == "asc") != backwards
    sorted_by: list[exp.Expr] = []
    if order is not None:
        column = _column(order)
        where.add(column.is_(exp.null()) if nulls else exp.not_(column.is_(exp.null())))
        if not nulls:
            sorted_by.append(column)
    if cursor:
        left = exp.Tuple(expressions=[*(c.copy() for c in sorted_by), key.copy()]) if sorted_by else key.copy()
        bound_key = where.bind(cursor["id"])
        value = where.bind(cursor["value"])
        typed = exp.cast(value, order.values.column) if order else value
        right: exp.Expr = exp.Tuple(expressions=[typed, bound_key]) if sorted_by else bound_key
        where.add(exp.GT(this=left, expression=right) if ascending else exp.LT(this=left, expression=right))
    # Descending indexes are made NULLS LAST; here nulls are excluded, so either order of nulls is the same.
    ordered = [exp.Ordered(this=c, desc=not ascending, nulls_first=not ascending) for c in [*sorted_by, key]]
    return _from(exp.select(*_selected(owner, fields, order)), owner, where, side=True).order_by(*ordered)


def _selected(owner: ObjectType, fields: Iterable[FieldType], order: FieldType | None = None) -> list[exp.Expr]:
    system = ["id", "uid", "source_key", "revision", "created_at", "updated_at", "updated_by"]
    chosen: list[exp.Expr] = [exp.column(name, table=_ALIAS) for name in system]
    wanted = {field.key: field for field in fields}
    display = owner.fields.get(owner.display)
    for field in (display, order):
        if field is not None:
            wanted.setdefault(field.key, field)
    for field in wanted.values():
        chosen.append(exp.alias_(_column(field), f"f:{field.key}", quoted=True))
        for suffix in field.values.shown if field.stored else ():
            beside = exp.column(f"{field.column}{suffix}", table=_ALIAS, quoted=True)
            chosen.append(exp.alias_(beside, f"f:{field.key}{suffix}", quoted=True))
    return chosen


def _belonging() -> list[exp.Expr]:
    """What a single record tells of itself beyond its fields: its org unit, its owner, its level."""
    return [exp.column(name, table=_ALIAS) for name in ("unit_id", "owner", "security_level")]


def _column(field: FieldType) -> exp.Expr:
    return column_of(field, _ALIAS, SIDE)


def _from(select: exp.Select, owner: ObjectType, where: Where, *, side: bool = False, source: str = "") -> exp.Select:
    statement = select.from_(exp.alias_(exp.to_table(source or owner.table, quoted=True), _ALIAS, table=True))
    names_side = uses_side_table(owner, [*where.parts, *select.expressions])
    if names_side:
        table = catalogues.side_table(owner.key)
        if table is not None:
            statement = statement.join(
                exp.alias_(exp.to_table(table.table, quoted=True), SIDE, table=True),
                on=exp.column("id", table=SIDE).eq(exp.column("id", table=_ALIAS)),
                join_type="left",
            )
    return statement.where(*where.parts) if where.parts else statement


def _rows(select: exp.Expr, values: Mapping[str, Any], *, explain: bool = False) -> list[tuple[Any, ...]]:
    sql = select.sql(dialect="postgres")
    with connection.cursor() as cursor:
        cursor.execute(f"explain (format json) {sql}" if explain else sql, _dated(sql, values))
        return cursor.fetchall()  # type: ignore[no-any-return]


def _dict_rows(select: exp.Select, values: Mapping[str, object]) -> list[dict[str, Any]]:
    return _fetch(select.sql(dialect="postgres"), values, _names(select))


def _names(select: exp.Select) -> list[str]:
    return [column.alias_or_name for column in select.expressions]


def _fetch(sql: str, values: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _dated(sql, values))
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _dated(sql: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the values of a statement; what looks something up asks for the day."""
    return {"today": clock.today(), **values} if "%(today)s" in sql else values


def _cursor(listed: str, row: Mapping[str, Any], sort_key: str, *, back: bool) -> str:
    value = row.get(f"f:{sort_key}")
    return cursors.seal(listed, [None if value is None else str(value), row["id"], back])


def _read_cursor(listed: str, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    value, record_id, back = cursors.unseal(listed, text)
    return {"value": value, "id": record_id, "back": back}


def copy_out(owner: ObjectType, keys: Sequence[str], into: Path) -> int:
    """Write id, uid and the given fields of all live records as CSV with a header; return the rows."""
    where = Where(catalogues.catalogue())
    where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    select = _from(exp.select(*(exp.column(name, table=_ALIAS) for name in ("id", "uid", "source_key"))), owner, where)
    for field in (catalogues.field_of(owner, key) for key in keys):
        if field.lookup is None:
            column: exp.Expr = exp.column(f"{field.column}{field.values.leaving}", table=_ALIAS, quoted=True)
        else:
            select, column = joined(select, field, _ALIAS)
        select = select.select(exp.alias_(column, field.key, quoted=True))
    select = select.order_by(exp.column("id", table=_ALIAS))
    statement = f"copy ({select.sql(dialect='postgres')}) to stdout (format csv, header)"
    with connection.cursor() as cursor, into.open("wb") as file:
        with cursor.copy(statement, _dated(statement, {})) as stream:
            for chunk in stream:
                file.write(chunk)
        return int(cursor.rowcount)


def clear_rows(owner: ObjectType, ids: Sequence[int], keys: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Return fields of live records by id, in clear; a figure that is not published is None."""
    if not ids:
        return {}
    fields = [owner.fields[key] for key in keys if key in owner.fields]
    where = Where(catalogues.catalogue())
    any_of = any_id(where.bind(list(ids)))
    where.add(exp.column("id", table=_ALIAS).eq(any_of))
    where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    rows = _dict_rows(_from(exp.select(*_selected(owner, fields)), owner, where, side=True), where.values)
    nothing: dict[str, Any] = dict.fromkeys(keys)
    return {
        row["id"]: nothing | {field.key: field.values.clear(row[f"f:{field.key}"]) for field in fields} for row in rows
    }


def related_rows(
    owner: ObjectType, through: str, parent_ids: Sequence[int], keys: Sequence[str]
) -> list[dict[str, Any]]:
    """Return fields of the live records whose reference `through` points at one of `parent_ids`, in clear."""
    if not parent_ids:
        return []
    fields = [catalogues.field_of(owner, key) for key in {through: None, **dict.fromkeys(keys)}]
    where = Where(catalogues.catalogue())
    any_of = any_id(where.bind(list(parent_ids)))
    where.add(_column(catalogues.field_of(owner, through)).eq(any_of))
    where.add(exp.column("deleted_at", table=_ALIAS).is_(exp.null()))
    select = _from(exp.select(*_selected(owner, fields)), owner, where).order_by(exp.column("id", table=_ALIAS))
    rows = _dict_rows(select, where.values)
    return [
        {"id": row["id"], **{field.key: field.values.clear(row[f"f:{field.key}"]) for field in fields}} for row in rows
    ]


def places(place: str, text: str) -> list[tuple[uuid.UUID, str, str]]:
    """Return (uid, key, display) of rows that fields of some types point at and that are no records."""
    pointers = catalogues.pointers()
    if place not in pointers:
        raise UnknownObject(object=place, has=sorted(pointers))
    found = pointers[place]
    statement = sql_.SQL(
        "select uid, {key}, {display} from {table} where strpos(lower({display}), %(text)s) > 0"
        " or strpos(lower({key}), %(text)s) > 0 order by {key} limit %(most)s"
    ).format(key=sql_.Identifier(found.key), display=sql_.Identifier(found.display), table=sql_.Identifier(found.table))
    with connection.cursor() as cursor:
        cursor.execute(statement, {"text": text.strip().lower(), "most": _PLACES})
        return [(row[0], str(row[1]), str(row[2])) for row in cursor.fetchall()]


def summary(
    query: RecordQuery, principal: Principal, sums: Sequence[str], group_by: str | None, by_currency: bool
) -> list[tuple[Any, int, list[Any]]]:
    """Return (group value, number of records, sums) for the query's records in the principal's scope.

    With `by_currency` a group has a row for each currency its amounts are in, and their sums are (total, currency).
    Raises NotSummable, NotGroupable, and Refused for a field that the principal may not ask about: its groups would say what its
    mask hides.
    """
    owner = catalogues.object_type(query.object)
    where = _where(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    totals = [exp.Sum(this=_column(field)) for field in summed]
    group = _column(asking.groupable(owner, group_by, principal)) if group_by else None
    currencies: dict[int, exp.Expr] = {
        n: column for n, field in enumerate(summed) if by_currency and (column := _currency(field))
    }
    select = _from(
        exp.select(group or exp.null(), exp.Count(this=exp.Star()), *totals, *currencies.values()), owner, where
    )
    for grouped in ([group] if group else []) + [*currencies.values()]:
        select = select.group_by(grouped.copy())
    found = []
    for value, count, *rest in _rows(select, where.values):
        amounts: list[Any] = rest[: len(summed)]
        for place, currency in zip(currencies, rest[len(summed) :], strict=True):
            amounts[place] = (amounts[place], currency)
        found.append((value, count, amounts))
    return found


def _currency(field: FieldType) -> exp.Column | None:
    """The column that says in which currency a field's amount is; a figure has that of its definition."""
    if not field.stored or not field.values.currency:
        return None
    return exp.column(f"{field.column}{field.values.shown[0]}", table=_ALIAS, quoted=True)


def coverage_summary(
    query: RecordQuery, principal: Principal, sums: Sequence[str]
) -> list[tuple[str, str, int, list[Any]]]:
    """Return (employee number, name, records, sums) by the employee whose coverage of the record holds today.

    Raises Refused for what the principal may not ask about, also of the coverage and of the employee.
    """
    owner, coverage = catalogues.object_with_role("party"), catalogues.object_with_role("coverage")
    employee = catalogues.object_with_role("employee")
    where = _where(query, principal, owner)
    summed = asking.summable(owner, sums, principal)
    asking.require(coverage, ("party", "employee", "employee_no", "valid_from", "valid_to"), principal)
    asking.require(employee, ("name",), principal)

    def column(of: ObjectType, key: str, alias: str) -> exp.Column:
        return exp.column(of.fields[key].column, table=alias, quoted=True)

    today = where.bind(clock.today())
    valid_to = column(coverage, "valid_to", "c")
    joined = exp.and_(
        column(coverage, "party", "c").eq(exp.column("id", table=_ALIAS)),
        exp.column("deleted_at", table="c").is_(exp.null()),
        column(coverage, "valid_from", "c") <= today,
        exp.or_(valid_to.is_(exp.null()), valid_to.copy() > today.copy()),
    )
    number, name = column(coverage, "employee_no", "c"), column(employee, "name", "e")
    totals = [exp.Sum(this=_column(field)) for field in summed]
    chosen = [number, exp.Max(this=name), exp.Count(this=exp.Star()), *totals]
    select = _from(exp.select(*chosen), owner, where)
    select = select.join(exp.alias_(exp.to_table(coverage.table, quoted=True), "c", table=True), on=joined)
    select = select.join(
        exp.alias_(exp.to_table(employee.table, quoted=True), "e", table=True),
        on=exp.column("id", table="e").eq(column(coverage, "employee", "c")),
        join_type="left",
    )
    order = exp.Ordered(this=totals[0].copy() if totals else number.copy(), desc=bool(totals), nulls_first=False)
    rows = _rows(select.group_by(number.copy()).order_by(order).limit(200), where.values)
    return [(row[0], row[1] or "", row[2], [plain(value) for value in row[3:]]) for row in rows]
