"""The bridge "serve": one wide row per record and business date, loaded by COPY, shown with the day that is published."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from django.db import connection
from psycopg import sql

from zhike.kernel import database, definitions
from zhike.kernel.ids import uuid7
from zhike.platform.fields import api as fields
from zhike.platform.objects.logic import other_writers, retired_tables, scope_keys
from zhike.platform.objects.models import SideTable
from zhike.platform.objects.types import ObjectType, SideColumn


def prepare(
    owner: ObjectType, business_date: date, columns: Sequence[SideColumn], csv: Path, indexed: Sequence[str]
) -> int:
    """Store the rows of `csv` (header; id first, then `columns`) beside `owner`; return how many there are.

    The table is new and unaudited; nobody reads it before `publish`. `indexed` columns get an index in list order.
    """
    table = f"s_{owner.key}_{business_date:%Y%m%d}_{uuid7().hex[-8:]}"
    rows = _filled(table, owner, columns, csv, indexed)
    for before in SideTable.objects.filter(object=owner.key, current=False):  # of a stage that did not publish
        _retire(before)
    side = SideTable.objects.create(
        object=owner.key,
        table=table,
        business_date=business_date,
        columns=[_as_json(column) for column in columns],
        current=False,
    )
    scope_keys.fill(owner, side, indexed)
    return rows


def complete(owner: ObjectType) -> None:
    """Let what is prepared hold what others changed meanwhile: keys that came, and records that were erased.

    Called outside a transaction: those who are writing have to end first. Where somebody does not for ten minutes, lists
    of this day are asked without the keys.
    """
    side = SideTable.objects.filter(object=owner.key, current=False).first()
    if side is None:
        return
    ended = other_writers.ended({owner.table, *(keys.source for keys in side.keys.all())})
    with database.writing():
        for record_id in _erased(owner, side):
            _forget(side, record_id)
        if ended:
            scope_keys.complete(side)


def publish(object: str, business_date: date) -> None:
    """Let lists read, from the commit of the caller's transaction on, the rows that were prepared for a day.

    Rows of a day before the one that is shown stay unseen.
    """
    prepared = SideTable.objects.filter(object=object, current=False, business_date=business_date).first()
    if prepared is None:
        return
    shown = SideTable.objects.filter(object=object, current=True).first()
    older = shown if shown is None or shown.business_date <= business_date else prepared
    if older is not None:
        _retire(older)
    if older is not prepared:
        prepared.current = True
        prepared.save()
        definitions.renew()


def forget(owner: ObjectType, record_id: int) -> None:
    """Remove the rows of one record, of what is published and of what is prepared."""
    for side in SideTable.objects.filter(object=owner.key):
        _forget(side, record_id)


def stop(owner: ObjectType, keys: Collection[str]) -> None:
    """Leave columns out of the published ones; the caller's transaction makes a new version of the definitions."""
    for side in SideTable.objects.filter(object=owner.key):
        side.columns = [column for column in side.columns if column["key"] not in keys]
        side.save()


def _forget(side: SideTable, record_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("delete from {} where id = %s").format(sql.Identifier(side.table)), [record_id])
    scope_keys.forget(side, record_id)


def _erased(owner: ObjectType, side: SideTable) -> list[int]:
    statement = sql.SQL("select id from {} join {} using (id) where erased_at is not null")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(owner.table), sql.Identifier(side.table)))
        return [row[0] for row in cursor.fetchall()]


def _retire(side: SideTable) -> None:
    scope_keys.retire(side)
    retired_tables.retire(side.table)
    side.delete()


def _filled(table: str, owner: ObjectType, columns: Sequence[SideColumn], csv: Path, indexed: Sequence[str]) -> int:
    kinds = {column.key: fields.value_type(column.type).column for column in columns}
    listed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(key), sql.SQL(kind)) for key, kind in kinds.items()
    )
    name = sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("create table {} (id bigint not null, {})").format(name, listed))
        with (
            csv.open("rb") as file,
            cursor.copy(sql.SQL("copy {} from stdin (format csv, header)").format(name)) as stream,
        ):
            while chunk := file.read(1 << 20):
                stream.write(chunk)
        cursor.execute(sql.SQL("alter table {} add primary key (id)").format(name))
        for key in indexed:
            cursor.execute(sql.SQL("create index on {} ({}, id)").format(name, sql.Identifier(key)))
        # Lists join both tables; after the night's loads the planner must know their sizes at once.
        cursor.execute(sql.SQL("analyze {}, {}").format(name, sql.Identifier(owner.table)))
        cursor.execute(sql.SQL("select count(*) from {}").format(name))
        rows: int = cursor.fetchone()[0]
    return rows


def _as_json(column: SideColumn) -> dict[str, object]:
    return {
        "key": column.key,
        "labels": dict(column.labels),
        "type": column.type,
        "kind": column.kind,
        "unit": column.unit,
        "format": column.format,
        "options": [{"key": o.key, "labels": dict(o.labels), "status": o.status} for o in column.options],
    }
