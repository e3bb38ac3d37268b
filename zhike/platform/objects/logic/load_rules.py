"""Which rows of a load may become records: one statement finds every row that breaks a check or a rule of its object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg import sql
from sqlglot import exp

from zhike.kernel import clock
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import faults
from zhike.platform.objects.logic.conditions import Where, compiled_rules
from zhike.platform.objects.logic.load_checks import NEW, Check, checks, defaults, numbered, own_references
from zhike.platform.objects.logic.load_staging import STAGING, Incoming
from zhike.platform.objects.types import RejectedRecord

BROKEN = "zhike_broken"
#: What the statement calls a record as the load would leave it.
_AFTER = "after_load"
#: Rejected rows that are told one by one; all are counted.
_TOLD = 10_000


def reject(
    cursor: CursorWrapper, incoming: Incoming, kept: Sequence[sql.Composable], values: Mapping[str, object]
) -> tuple[int, tuple[RejectedRecord, ...]]:
    """Put the staged rows that may not become records into `BROKEN`; return their number and the first ones.

    Rules see the record as the load would leave it: fields that the row does not have, or that belong to the desk, as
    they are now. Nothing is said of rows that are not `kept`, a condition with `values`, or of erased records.
    """
    owner = incoming.owner
    where = Where(catalogues.catalogue())
    rules = compiled_rules(where, owner, _AFTER)
    asked = list(checks(incoming))
    joins, given = incoming.resolved
    named = {column.name for rule in rules for column in rule.find_all(exp.Column) if column.table == _AFTER}
    broken = [*(check.broken for check in asked), *(sql.SQL(rule.sql(dialect="postgres")) for rule in rules)]
    statement = sql.SQL(
        "create temporary table {broken} on commit drop as"
        " select s.uid, s.source_key, s.unfit, array_remove(array[{said}]::integer[], null) as broken"
        " from {staged} s{joins} left join lateral (select * from {target} where {key} limit 1) t on true"
        " cross join lateral (select {after}) {alias}"
        " where {kept} and (s.unfit is not null or {any})"
    ).format(
        broken=sql.Identifier(BROKEN),
        said=sql.SQL(", ").join(
            sql.SQL("case when {} then {} end").format(one, sql.Literal(number)) for number, one in enumerate(broken)
        ),
        staged=numbered(incoming),
        joins=joins,
        target=sql.Identifier(owner.table),
        key=incoming.key,
        after=sql.SQL(", ").join(_after(incoming, given, named)),
        alias=sql.Identifier(_AFTER),
        kept=sql.SQL(" and ").join([sql.SQL("t.erased_at is null"), *kept]),
        any=sql.SQL(" or ").join(sql.SQL("({})").format(one) for one in broken),
    )
    given_values: dict[str, Any] = {"me": None, "my_units": [], "today": clock.today(), **where.values, **values}
    cursor.execute(statement, given_values)
    _reject_followers(cursor, incoming, asked)
    cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(BROKEN)))
    count = int(cursor.fetchone()[0])
    told = sql.SQL("select source_key, unfit, broken from {} order by source_key limit %s").format(
        sql.Identifier(BROKEN)
    )
    cursor.execute(told, [_TOLD])
    return count, tuple(_told(incoming, asked, *row) for row in cursor.fetchall())


def _reject_followers(cursor: CursorWrapper, incoming: Incoming, asked: Sequence[Check]) -> None:
    """Put rows into `BROKEN`, too, that refer to a record which only a rejected row of the same load would make."""
    own = own_references(incoming)
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
