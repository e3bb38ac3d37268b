"""Bulk loads of master records: COPY to a staging table, then one upsert by key, field by field.

Source-owned fields follow the source; desk-owned fields are set when a record is new and never again. The load
writes one audit line instead of one per row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

from zhike.kernel import clock, context, events
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import values
from zhike.platform.objects.logic.erasing import erased
from zhike.platform.objects.logic.search_tokens import array_items
from zhike.platform.objects.types import FieldType, LoadColumn, LoadCounts, LoadEnding, ObjectType

_STAGING = "zhike_load"
_BATCH = 500
_NULL = "\x01"
_SPECIAL = re.compile(r"[\\\n\r]")


def load(
    owner: ObjectType,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    *,
    by_id: bool,
    ends: LoadEnding | None,
    details: dict[str, object],
) -> LoadCounts:
    """Upsert a stream of rows and return what happened.

    Each row holds the record's inner id (or None) first, its source key second, then one value per column, typed or
    as text PostgreSQL can cast. With `by_id` records are matched by id (parties: the id is the dense id of bitmaps),
    else by source key. Every row is copied as it comes; nothing is collected. What `ends` describes and the rows do
    not name is ended. Publishes "records.loaded" when anything changed.
    """
    fields = [catalogues.field_of(owner, column.key) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('zhike.load', 'on', true)")
        read = _stage(cursor, owner, fields, columns, rows)
        cursor.execute(f"analyze {_STAGING}")
        created, updated = _upsert(cursor, owner, fields, columns, by_id)
        ended = _end(cursor, owner, ends) if ends and read else 0
        cursor.execute(f"drop table {_STAGING}")
        cursor.execute("select set_config('zhike.load', '', true)")
        if by_id:
            cursor.execute(
                sql.SQL(
                    "select setval(pg_get_serial_sequence(%s, 'id'), greatest((select max(id) from {}), 1))"
                ).format(sql.Identifier(owner.table)),
                [owner.table],
            )
    numbers = {"read": read, "created": created, "updated": updated, "ended": ended}
    audit.note(operation="load", subject=owner.key, details={**details, **numbers})
    if created or updated or ended:
        events.publish("records.loaded", owner.key, 0, numbers)
    return LoadCounts(**numbers)


def _stage(cursor, owner: ObjectType, fields: list[FieldType], columns: Sequence[LoadColumn], rows) -> int:  # type: ignore[no-untyped-def]
    definitions = ["id bigint", "uid uuid", "source_key text", "grams text[]"]
    names = ["id", "uid", "source_key", "grams"]
    for field, column in zip(fields, columns, strict=True):
        for name, kind in _staged(field, column).items():
            definitions.append(f'"{name}" {kind}')
            names.append(name)
    cursor.execute(f"create temporary table {_STAGING} ({', '.join(definitions)}) on commit drop")
    copy = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(_STAGING), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    special = any(field.type in ("identity_number", "money") for field in fields)
    searchable = [(i, field.searchable) for i, field in enumerate(fields) if field.searchable]
    read = 0
    lines: list[str] = []
    with cursor.copy(copy + sql.SQL(" with (null {})").format(sql.Literal(_NULL))) as stream:
        for row in rows:
            read += 1
            found: Sequence[object] = row[2:]
            tokens = None
            if searchable:
                tokens = "{" + ",".join([array_items(kind, str(found[i])) for i, kind in searchable if found[i]]) + "}"
            cells = _expanded(fields, found) if special else found
            lines.append(copy_line((row[0], uuid7(), row[1], tokens, *cells)))
            if len(lines) >= _BATCH:
                stream.write("".join(lines))
                lines.clear()
        stream.write("".join(lines))
    return read


def copy_line(cells: Sequence[object]) -> str:
    """Return one line of COPY's text format, nulls as `_NULL`; several times as fast as adapting each value."""
    line = "\t".join([_NULL if cell is None else str(cell) for cell in cells])
    if line.count("\t") == len(cells) - 1 and not _SPECIAL.search(line):
        return line + "\n"
    return "\t".join([_NULL if cell is None else _escaped(str(cell)) for cell in cells]) + "\n"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r").replace(_NULL, "")


def _expanded(fields: list[FieldType], found: Sequence[object]) -> list[object]:
    cells: list[object] = []
    for field, value in zip(fields, found, strict=True):
        cells.extend(values.columns_of(field, None if value == "" else value).values())
    return cells


def _staged(field: FieldType, column: LoadColumn) -> dict[str, str]:
    if field.type in ("reference", "unit"):
        return {field.column: "bigint" if column.by == "id" else "text"}
    kind = catalogues.FIELD_TYPES[field.type][0]
    if field.type == "identity_number":
        return {field.column: "text", f"{field.column}_digest": "text", f"{field.column}_tail": "text"}
    if field.type == "money":
        return {field.column: kind, f"{field.column}_currency": "text"}
    return {field.column: kind}


def _upsert(
    cursor, owner: ObjectType, fields: list[FieldType], columns: Sequence[LoadColumn], by_id: bool
) -> tuple[int, int]:  # type: ignore[no-untyped-def]
    selected, owned, stable, inserted, joins = [], [], [], [], []
    for index, (field, column) in enumerate(zip(fields, columns, strict=True)):
        for name in _staged(field, column):
            identifier = sql.Identifier(name)
            inserted.append(identifier)
            if field.type in ("reference", "unit") and column.by != "id":
                alias = sql.Identifier(f"j{index}")
                table, key = _target(field)
                joins.append(
                    sql.SQL(" left join {} {} on {}.{} = s.{}{}").format(
                        sql.Identifier(table),
                        alias,
                        alias,
                        sql.Identifier(key),
                        identifier,
                        sql.SQL("") if field.type == "unit" else sql.SQL(" and {}.deleted_at is null").format(alias),
                    )
                )
                selected.append(sql.SQL("{}.id").format(alias))
            else:
                selected.append(sql.SQL("s.{}").format(identifier))
            if field.owner == "source":
                owned.append(identifier)
                if field.type != "identity_number" or name.endswith("_digest"):
                    stable.append(identifier)
    if any(field.searchable for field in fields):
        owned.append(sql.Identifier("grams"))
    target = sql.Identifier(owner.table)
    key = sql.SQL("(id)") if by_id else sql.SQL("(source_key) where deleted_at is null")
    changed = sql.SQL("t.erased_at is null and {}").format(_changed(stable))
    kept, gone = _not_of_erased(owner, fields, columns)
    assignments = [sql.SQL("{0} = excluded.{0}").format(c) for c in owned]
    statement = sql.SQL(
        "with done as (insert into {target} as t ({ids} uid, source_key, grams, created_at, created_by, updated_at, updated_by, {columns})"
        " select {idvalues} s.uid, s.source_key, s.grams, %(now)s, %(actor)s, %(now)s, %(actor)s, {selected} from {staging} s{joins}{kept}"
        " on conflict {key} do update set {assignments} revision = t.revision + 1, updated_at = excluded.updated_at,"
        " updated_by = excluded.updated_by where {changed} returning (xmax = 0) as fresh)"
        " select count(*) filter (where fresh), count(*) filter (where not fresh) from done"
    ).format(
        target=target,
        staging=sql.Identifier(_STAGING),
        key=key,
        changed=changed,
        ids=sql.SQL("id," if by_id else ""),
        idvalues=sql.SQL("s.id," if by_id else ""),
        columns=sql.SQL(", ").join(inserted),
        selected=sql.SQL(", ").join(selected),
        joins=sql.SQL("").join(joins),
        kept=kept,
        assignments=sql.SQL("").join(a + sql.SQL(", ") for a in assignments),
    )
    cursor.execute(statement, {"now": clock.now(), "actor": context.current().actor, "gone": gone})
    created, updated = cursor.fetchone()
    return created, updated


def _end(cursor, owner: ObjectType, ends: LoadEnding) -> int:  # type: ignore[no-untyped-def]
    column = sql.Identifier(catalogues.field_of(owner, ends.field).column)
    statement = sql.SQL(
        "update {target} t set {column} = %(day)s, revision = t.revision + 1, updated_at = %(now)s, updated_by = %(actor)s"
        " where t.{column} is null and t.deleted_at is null and starts_with(t.source_key, %(keys)s)"
        " and not exists (select from {staging} s where s.source_key = t.source_key)"
    ).format(target=sql.Identifier(owner.table), staging=sql.Identifier(_STAGING), column=column)
    given = {"day": ends.day, "now": clock.now(), "actor": context.current().actor, "keys": ends.keys}
    cursor.execute(statement, given)
    return int(cursor.rowcount)


def _not_of_erased(
    owner: ObjectType, fields: list[FieldType], columns: Sequence[LoadColumn]
) -> tuple[sql.Composable, list[object]]:
    """The condition that leaves out personal records of erased ones, and which those are; none costs nothing."""
    for field, column in zip(fields, columns, strict=True):
        if field.key == owner.through and any(found.personal for found in owner.fields.values()):
            gone = erased(catalogues.object_type(field.target), "id" if column.by == "id" else "source_key")
            if gone:
                return sql.SQL(" where (s.{} = any(%(gone)s)) is not true").format(sql.Identifier(field.column)), gone
    return sql.SQL(""), []


def _changed(stable: list[sql.Identifier]) -> sql.Composable:
    """The condition under which a known record is touched at all: a source-owned column differs."""
    if not stable:
        return sql.SQL("false")
    return sql.SQL("({}) is distinct from ({})").format(
        sql.SQL(", ").join(sql.SQL("t.{}").format(column) for column in stable),
        sql.SQL(", ").join(sql.SQL("excluded.{}").format(column) for column in stable),
    )


def _target(field: FieldType) -> tuple[str, str]:
    if field.type == "unit":
        return "organization_unit", "code"
    return catalogues.object_type(field.target).table, "source_key"
