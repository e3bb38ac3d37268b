"""The bridge "serve": one wide row per record and business date, loaded by COPY, shown with the day that is published."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from django.db import connection
from psycopg import sql

from zhike.kernel import definitions
from zhike.kernel.ids import uuid7
from zhike.platform.fields import api as fields
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import retired_tables
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
        retired_tables.retire(before.table)
        before.delete()
    SideTable.objects.create(
        object=owner.key,
        table=table,
        business_date=business_date,
        columns=[_as_json(column) for column in columns],
        current=False,
    )
    return rows


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
        retired_tables.retire(older.table)
        older.delete()
    if older is not prepared:
        prepared.current = True
        prepared.save()
        definitions.renew()


def forget(owner: ObjectType, record_id: int) -> None:
    """Remove the row of one record."""
    side = catalogues.side_table(owner.key)
    if side is not None:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("delete from {} where id = %s").format(sql.Identifier(side.table)), [record_id])


def stop(owner: ObjectType, keys: Collection[str]) -> None:
    """Leave columns out of the published ones; the caller's transaction makes a new version of the definitions."""
    for side in SideTable.objects.filter(object=owner.key):
        side.columns = [column for column in side.columns if column["key"] not in keys]
        side.save()


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
