"""Records that a load names no longer end; what a load ended, a later one that names it again opens."""

from __future__ import annotations

from typing import Any

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from zhike.kernel import clock, context
from zhike.platform.exchange.logic.load_rules import BROKEN
from zhike.platform.exchange.logic.load_staging import STAGING
from zhike.platform.exchange.models import Ending
from zhike.platform.exchange.types import LoadEnding
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType

_ENDINGS = sql.Identifier(Ending._meta.db_table)
#: A record `t` that has not ended and is among those that the load is about.
_OPEN = sql.SQL("t.{column} is null and t.deleted_at is null and starts_with(t.source_key, %(keys)s)")
_CHANGED = sql.SQL("revision = t.revision + 1, updated_at = %(now)s, updated_by = %(actor)s")


def is_open(owner: ObjectType, ends: LoadEnding) -> sql.Composed:
    """Return the condition, with the value `keys`, under which a record `t` is one that may end."""
    return _OPEN.format(column=_column(owner, ends))


def end(cursor: CursorWrapper, owner: ObjectType, ends: LoadEnding) -> int:
    """End the open records that no staged row names, none before it began; return how many."""
    column = _column(owner, ends)
    day: sql.Composable = sql.SQL("%(day)s::date")
    if ends.start:
        start = sql.Identifier(catalogue.field_of(owner.key, ends.start).column)
        day = sql.SQL("greatest({}, t.{})").format(day, start)
    statement = sql.SQL(
        "with ended as (update {target} t set {column} = {day}, {changed} where {open}"
        " and not exists (select from {staging} s where s.source_key = t.source_key) returning t.id, t.{column} as day)"
        " insert into {endings} (object, record, day) select %(object)s, id, day from ended"
        " on conflict (object, record) do update set day = excluded.day"
    ).format(
        target=sql.Identifier(owner.table),
        column=column,
        day=day,
        changed=_CHANGED,
        open=is_open(owner, ends),
        staging=sql.Identifier(STAGING),
        endings=_ENDINGS,
    )
    cursor.execute(statement, _given(owner, ends))
    return int(cursor.rowcount)


def reopen(cursor: CursorWrapper, owner: ObjectType, ends: LoadEnding) -> int:
    """Take back the ends that loads gave to records which a staged row names again; return how many.

    One that the desk has put otherwise since stays.
    """
    statement = sql.SQL(
        "with back as (update {target} t set {column} = null, {changed} from {endings} e, {staging} s"
        " where e.object = %(object)s and e.record = t.id and t.{column} = e.day and t.deleted_at is null"
        " and s.source_key = t.source_key and not exists (select from {broken} b where b.uid = s.uid) returning t.id)"
        " delete from {endings} where object = %(object)s and record in (select id from back)"
    ).format(
        target=sql.Identifier(owner.table),
        column=_column(owner, ends),
        changed=_CHANGED,
        endings=_ENDINGS,
        staging=sql.Identifier(STAGING),
        broken=sql.Identifier(BROKEN),
    )
    cursor.execute(statement, _given(owner, ends))
    return int(cursor.rowcount)


def _column(owner: ObjectType, ends: LoadEnding) -> sql.Identifier:
    return sql.Identifier(catalogue.field_of(owner.key, ends.field).column)


def _given(owner: ObjectType, ends: LoadEnding) -> dict[str, Any]:
    return {
        "object": owner.key,
        "day": ends.day,
        "keys": ends.keys,
        "now": clock.now(),
        "actor": context.current().actor,
    }
