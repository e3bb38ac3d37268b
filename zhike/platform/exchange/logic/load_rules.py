"""Which rows of a load may become records: one statement finds every row that breaks a check or a rule of its object.

A rule that asks about other records of the same object sees those that come with the same load only once they are
there: it is asked after the upsert, which is taken back where a row breaks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from psycopg import sql
from sqlglot import exp

from zhike.kernel import clock
from zhike.platform.exchange.logic.load_checks import NEW, Check, checks, defaults, numbered, own_references
from zhike.platform.exchange.logic.load_staging import STAGING, Incoming
from zhike.platform.exchange.types import Awaited, RejectedRecord
from zhike.platform.objects import catalogue, faults
from zhike.platform.objects.statements import Where, compiled_rules

BROKEN = "zhike_broken"
#: What the statement calls a record as the load would leave it.
_AFTER = "after_load"
#: Rejected rows that are told one by one; all are counted.
_TOLD = 10_000
#: Values of a field that are told as not there yet.
_AWAITED = 20


def reject(
    cursor: CursorWrapper, incoming: Incoming, kept: Sequence[sql.Composable], values: Mapping[str, object]
) -> None:
    """Put the staged rows that may not become records into `BROKEN`, with the numbers of what they break.

    Rules see the record as the load would leave it: fields that the row does not have, or that belong to the desk, as
    they are now. Nothing is said of rows that are not `kept`, a condition with `values`, or of erased records.
    """
    owner = incoming.owner
    where = Where(catalogue.known())
    asked = list(checks(incoming))
    rules = {number: rule for number, rule in _rules(incoming, where) if not _is_about_others(incoming, rule)}
    joins, given = incoming.resolved
    named = {column.name for rule in rules.values() for column in rule.find_all(exp.Column) if column.table == _AFTER}
    broken = {number: check.broken for number, check in enumerate(asked)}
    broken |= {len(asked) + number: sql.SQL(rule.sql(dialect="postgres")) for number, rule in rules.items()}
    statement = sql.SQL(
        "create temporary table {broken} on commit drop as"
        " select s.uid, s.source_key, s.unfit, {said} as broken"
        " from {staged} s{joins} left join lateral (select * from {target} where {key} limit 1) t on true"
        " cross join lateral (select {after}) {alias}"
        " where {kept} and (s.unfit is not null or {any})"
    ).format(
        broken=sql.Identifier(BROKEN),
        said=_numbers(broken),
        staged=numbered(incoming),
        joins=joins,
        target=sql.Identifier(owner.table),
        key=incoming.key,
        after=sql.SQL(", ").join(_after(incoming, given, named)),
        alias=sql.Identifier(_AFTER),
        kept=sql.SQL(" and ").join([sql.SQL("t.erased_at is null"), *kept]),
        any=_any(broken.values()),
    )
    cursor.execute(statement, _params(where, values))
    _reject_followers(cursor, incoming)


def broken_among(
    cursor: CursorWrapper, incoming: Incoming, kept: Sequence[sql.Composable], values: Mapping[str, object]
) -> list[tuple[UUID, list[int]]]:
    """Return the rows whose records, now that all are there, break rules about others of their object, and which."""
    where = Where(catalogue.known())
    first = sum(1 for _check in checks(incoming))
    rules = {
        first + number: sql.SQL(rule.sql(dialect="postgres"))
        for number, rule in _rules(incoming, where)
        if _is_about_others(incoming, rule)
    }
    if not rules:
        return []
    statement = sql.SQL(
        "select s.uid, {said} from {staged} s cross join lateral (select * from {target} where {key} limit 1) {alias}"
        " where {kept} and ({any})"
    ).format(
        said=_numbers(rules),
        staged=sql.Identifier(STAGING),
        target=sql.Identifier(incoming.owner.table),
        key=incoming.key,
        alias=sql.Identifier(_AFTER),
        kept=sql.SQL(" and ").join([sql.SQL("{}.erased_at is null").format(sql.Identifier(_AFTER)), *kept]),
        any=_any(rules.values()),
    )
    cursor.execute(statement, _params(where, values))
    return [(uid, numbers) for uid, numbers in cursor.fetchall()]


def reject_also(cursor: CursorWrapper, incoming: Incoming, found: Sequence[tuple[UUID, list[int]]]) -> None:
    """Put further rows into `BROKEN`, with the numbers of what they break, and those that cannot be without them."""
    cursor.execute("create temporary table zhike_found (uid uuid, broken integer[]) on commit drop")
    with cursor.copy("copy zhike_found from stdin") as copy:
        for row in found:
            copy.write_row(row)
    cursor.execute(
        sql.SQL(
            "insert into {} select s.uid, s.source_key, null, f.broken from zhike_found f join {} s using (uid)"
        ).format(sql.Identifier(BROKEN), sql.Identifier(STAGING))
    )
    cursor.execute("drop table zhike_found")
    _reject_followers(cursor, incoming)


def rejections(cursor: CursorWrapper, incoming: Incoming) -> tuple[int, tuple[RejectedRecord, ...]]:
    """Return how many rows stand in `BROKEN`, and what is wrong with the first ones."""
    cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(BROKEN)))
    count = int(cursor.fetchone()[0])
    told = sql.SQL("select source_key, unfit, broken from {} order by source_key limit %s").format(
        sql.Identifier(BROKEN)
    )
    cursor.execute(told, [_TOLD])
    asked = list(checks(incoming))
    return count, tuple(_told(incoming, asked, *row) for row in cursor.fetchall())


def awaited(cursor: CursorWrapper, incoming: Incoming) -> tuple[Awaited, ...]:
    """Return what kept rows name and is not there yet, field by field, the most frequent first."""
    found: list[Awaited] = []
    joins, given = incoming.resolved
    for field, column in incoming.pairs:
        if field.values.pointer is None or not field.values.pointer.waits or field.required or column.by == "id":
            continue
        statement = sql.SQL(
            "select s.{name}, count(*), min(s.source_key) from {staging} s{joins} where s.{name} is not null and {found} is null"
            " and not exists (select from {broken} b where b.uid = s.uid) group by 1 order by 2 desc, 1 limit {most}"
        ).format(
            name=sql.Identifier(field.column),
            staging=sql.Identifier(STAGING),
            joins=joins,
            found=given[field.column],
            broken=sql.Identifier(BROKEN),
            most=sql.Literal(_AWAITED),
        )
        cursor.execute(statement)
        found += [Awaited(field.key, value, rows, key or "") for value, rows, key in cursor.fetchall()]
    return tuple(found)


def _rules(incoming: Incoming, where: Where) -> Iterable[tuple[int, exp.Expr]]:
    return enumerate(compiled_rules(where, incoming.owner, _AFTER))


def _is_about_others(incoming: Incoming, rule: exp.Expr) -> bool:
    own = {field.column for field in own_references(incoming)}
    return any(table.name == incoming.owner.table for table in rule.find_all(exp.Table)) or any(
        column.table == _AFTER and column.name in own for column in rule.find_all(exp.Column)
    )


def _numbers(broken: Mapping[int, sql.Composable]) -> sql.Composable:
    cases = [sql.SQL("case when {} then {} end").format(one, sql.Literal(number)) for number, one in broken.items()]
    return sql.SQL("array_remove(array[{}]::integer[], null)").format(sql.SQL(", ").join(cases))


def _any(broken: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL(" or ").join(sql.SQL("({})").format(one) for one in broken)


def _params(where: Where, values: Mapping[str, object]) -> dict[str, Any]:
    return {"me": None, "my_units": [], "today": clock.today(), **where.values, **values}


def _reject_followers(cursor: CursorWrapper, incoming: Incoming) -> None:
    """Put rows into `BROKEN`, too, that refer to a record which only a rejected row of the same load would make."""
    own, asked = own_references(incoming), list(checks(incoming))
    found = bool(own)
    while found:
        found = False
        for field in own:
            fault = faults.no_target(field)
            number = next((number for number, check in enumerate(asked) if check.fault == fault), None)
            if number is None:
                continue
            statement = sql.SQL(
                "insert into {broken} select s.uid, s.source_key, null, array[{number}] from {staging} s"
                " where s.{column} in (select source_key from {broken})"
                " and not exists (select from {broken} b where b.uid = s.uid)"
                " and not exists (select from {target} o where o.source_key = s.{column} and o.deleted_at is null)"
                " and not exists (select from {staging} g where g.source_key = s.{column}"
                " and not exists (select from {broken} b where b.uid = g.uid))"
            ).format(
                broken=sql.Identifier(BROKEN),
                number=sql.Literal(number),
                staging=sql.Identifier(STAGING),
                target=sql.Identifier(incoming.owner.table),
                column=sql.Identifier(field.column),
            )
            cursor.execute(statement)
            found = found or cursor.rowcount > 0


def _told(
    incoming: Incoming, asked: Sequence[Check], key: str | None, unfit: str | None, broken: Sequence[int]
) -> RejectedRecord:
    if unfit:
        return RejectedRecord(key or "", faults=(incoming.unfit[unfit],))
    rules = tuple(incoming.owner.rules)
    return RejectedRecord(
        key or "",
        tuple(rules[number - len(asked)] for number in broken if number >= len(asked)),
        tuple(asked[number].fault for number in broken if number < len(asked)),
    )


def _after(incoming: Incoming, given: Mapping[str, sql.Composable], named: set[str]) -> Sequence[sql.Composable]:
    desk = {
        f"{field.column}{suffix}"
        for field in incoming.fields
        if field.owner != "source"
        for suffix in field.values.columns
    }
    new = defaults(incoming) if named else {}
    columns = []
    for name in sorted({"id", *named}):
        stored = sql.SQL("t.{}").format(sql.Identifier(name))
        value = given.get(name, stored)
        if name in new or (name in given and name in desk):
            fresh = new[name] if name in new else given[name]
            value = sql.SQL("case when {} then {} else {} end").format(NEW, fresh, stored)
        columns.append(sql.SQL("{} as {}").format(value, sql.Identifier(name)))
    return columns
