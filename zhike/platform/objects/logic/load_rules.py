"""Rules of an object over the rows of a load: one statement finds every row after which its record would break one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg import sql
from sqlglot import exp

from zhike.kernel import clock
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.catalogue import SIDE
from zhike.platform.objects.logic.conditions import Where, compiled_rules, uses_side_table
from zhike.platform.objects.types import FieldType, ObjectType, RejectedRecord

BROKEN = "zhike_broken"
#: What the statement calls a record as the load would leave it.
_AFTER = "after_load"
#: Rejected rows that are told one by one; all are counted.
_TOLD = 10_000


def reject(
    cursor: CursorWrapper,
    owner: ObjectType,
    fields: Iterable[FieldType],
    resolved: tuple[sql.Composable, Mapping[str, sql.Composable]],
    staging: str,
    key: sql.Composable,
) -> tuple[int, tuple[RejectedRecord, ...]]:
    """Put the rows of `staging` (known as `s`) that break a rule into `BROKEN`; return their number and the first ones.

    `resolved` are the joins that resolve their references and what stands for each column, `key` says which record
    `t` a row is about. Rules see the record as the load would leave it: fields that the row does not have, or that
    belong to the desk, as they are now.
    """
    if not owner.rules:
        return 0, ()
    where = Where(catalogues.catalogue())
    rules = compiled_rules(where, owner, _AFTER)
    joins, given = resolved
    named = {column.name for rule in rules for column in rule.find_all(exp.Column) if column.table == _AFTER}
    after = _after(fields, given, named)
    statement = sql.SQL(
        "create temporary table {broken} on commit drop as select uid, source_key, broken from"
        " (select s.uid, s.source_key, array_remove(array[{rules}], null) as broken from {staging} s{joins}"
        " left join lateral (select * from {target} where {key} limit 1) t on true"
        " cross join lateral (select {after}) {alias}{side}) found where cardinality(broken) > 0"
    ).format(
        broken=sql.Identifier(BROKEN),
        rules=sql.SQL(", ").join(_said(key, rule) for key, rule in zip(owner.rules, rules, strict=True)),
        staging=sql.Identifier(staging),
        joins=joins,
        target=sql.Identifier(owner.table),
        key=key,
        after=sql.SQL(", ").join(after),
        alias=sql.Identifier(_AFTER),
        side=_side(owner, rules),
    )
    values: dict[str, Any] = {"me": None, "my_units": [], "today": clock.today(), **where.values}
    cursor.execute(statement, values)
    cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(BROKEN)))
    count = int(cursor.fetchone()[0])
    told = sql.SQL("select source_key, broken from {} order by source_key limit %s").format(sql.Identifier(BROKEN))
    cursor.execute(told, [_TOLD])
    return count, tuple(RejectedRecord(key, tuple(broken)) for key, broken in cursor.fetchall())


def _said(key: str, rule: exp.Expr) -> sql.Composable:
    """The key of a rule that the record breaks, else null."""
    broken = sql.SQL(rule.sql(dialect="postgres"))
    return sql.SQL("case when {} then {} end").format(broken, sql.Literal(key))


def _after(
    fields: Iterable[FieldType], given: Mapping[str, sql.Composable], named: Iterable[str]
) -> Sequence[sql.Composable]:
    desk = {f"{field.column}{suffix}" for field in fields if field.owner != "source" for suffix in field.values.columns}
    columns = []
    for name in sorted({"id", *named}):
        stored = sql.SQL("t.{}").format(sql.Identifier(name))
        value = given.get(name, stored)
        if name in given and name in desk:
            value = sql.SQL("case when t.id is null then {} else {} end").format(given[name], stored)
        columns.append(sql.SQL("{} as {}").format(value, sql.Identifier(name)))
    return columns


def _side(owner: ObjectType, rules: Sequence[exp.Expr]) -> sql.Composable:
    table = catalogues.side_table(owner.key) if uses_side_table(owner, rules) else None
    if table is None:
        return sql.SQL("")
    return sql.SQL(" left join {} {} on {}.id = t.id").format(
        sql.Identifier(table.table), sql.Identifier(SIDE), sql.Identifier(SIDE)
    )
