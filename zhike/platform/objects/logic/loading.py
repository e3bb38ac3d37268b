"""Bulk loads of master records: COPY to a staging table, then one upsert by key, field by field.

Source-owned fields follow the source; desk-owned fields are set when a record is new and never again. The load
writes one audit line instead of one per row. Rows that say what their record says already are left out first: no
encryption, hash or search token is made for them, and PostgreSQL neither locks nor writes their records.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from zhike.kernel import clock, context, events
from zhike.kernel.ids import uuid7
from zhike.platform.audit import api as audit
from zhike.platform.fields.api import array_items
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic.erasing import erased
from zhike.platform.objects.logic.load_rules import BROKEN, reject
from zhike.platform.objects.types import FieldType, LoadColumn, LoadCounts, LoadEnding, ObjectType

_STAGING, _GIVEN = "zhike_load", "zhike_given"
#: Rows are compared with their records this many at a time, and sent this many lines at once.
_BATCH, _LINES = 20_000, 500
_NULL = "\x01"
_SPECIAL = re.compile(r"[\\\n\r]")
_Pick = Callable[[list[Sequence[object]]], Iterable[Sequence[object]]]


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
    else by source key. Never more than a batch of rows is held. What `ends` describes and the rows do not name is
    ended. A row after which its record would break a rule of the object is left out and told. Publishes
    "records.loaded" when anything changed.
    """
    fields = [catalogues.field_of(owner, column.key) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute("select set_config('zhike.load', 'on', true)")
        # What `ends` asks is which records no row names, so then the unchanged rows are staged, too.
        pick = _picker(cursor, owner, fields, columns, by_id) if ends is None else list
        read = _stage(cursor, fields, columns, rows, pick)
        _analyze(cursor, fields)
        resolved = _resolved(list(zip(fields, columns, strict=True)))
        rejected, rejections = reject(cursor, owner, fields, resolved, _STAGING, _key(by_id))
        created, updated = _upsert(cursor, owner, fields, columns, by_id, resolved, leave_out=bool(rejected))
        ended = _end(cursor, owner, ends) if ends and read else 0
        if by_id:
            _pass_ids(cursor, owner)
        cursor.execute(f"drop table if exists {_STAGING}, {_GIVEN}, {BROKEN}")
        cursor.execute("select set_config('zhike.load', '', true)")
    numbers = {"read": read, "created": created, "updated": updated, "ended": ended, "rejected": rejected}
    audit.note(operation="load", subject=owner.key, details={**details, **numbers})
    if created or updated or ended:
        events.publish("records.loaded", owner.key, 0, numbers)
    return LoadCounts(**numbers, rejections=rejections)


def _pass_ids(cursor: CursorWrapper, owner: ObjectType) -> None:
    """Let new records have ids above those that rows came with; never lower ones: an id may be set aside for somebody."""
    cursor.execute("select pg_get_serial_sequence(%s, 'id')", [owner.table])
    sequence = cursor.fetchone()[0]
    cursor.execute(
        f"select setval(%s, given.highest) from (select max(id) as highest from {_STAGING}) given, {sequence} s"
        " where given.highest > s.last_value",
        [sequence],
    )


def _stage(
    cursor: CursorWrapper,
    fields: list[FieldType],
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    pick: _Pick,
) -> int:
    """Copy the rows that `pick` keeps of each batch to the staging table; return how many rows there were in all."""
    staged = {name: kind for pair in zip(fields, columns, strict=True) for name, kind in _staged(*pair).items()}
    names = _create(cursor, _STAGING, {"id": "bigint", "uid": "uuid", "source_key": "text", "grams": "text[]"} | staged)
    special = [(place, field.values.store) for place, field in _of_several_columns(fields)]
    searchable = [(i, field.searchable) for i, field in enumerate(fields) if field.searchable]

    def line(row: Sequence[object]) -> str:
        found = row[2:]
        tokens = None
        if searchable:
            tokens = "{" + ",".join([array_items(kind, str(found[i])) for i, kind in searchable if found[i]]) + "}"
        cells = _expanded(special, found) if special else found
        return copy_line((row[0], uuid7(), row[1], tokens, *cells))

    read = 0
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        read += len(batch)
        _copy(cursor, _STAGING, names, (line(row) for row in pick(batch)))
    return read


def _picker(
    cursor: CursorWrapper, owner: ObjectType, fields: list[FieldType], columns: Sequence[LoadColumn], by_id: bool
) -> _Pick:
    """Return what leaves out of a batch the rows that the upsert would find unchanged; it still has the last word."""
    pairs = [(i, field, columns[i]) for i, field in enumerate(fields) if field.owner == "source"]
    owned = [field for _i, field, _c in pairs]
    special = [(place, field.values.compared) for place, field in _of_several_columns(owned)]
    kinds = {name: kind for _i, f, c in pairs for name, kind in _staged(f, c).items() if _is_stable(f, name)}
    names = _create(cursor, _GIVEN, {"place": "integer", "id": "bigint", "source_key": "text"} | kinds)
    target = sql.Identifier(owner.table)
    cursor.execute(sql.SQL("select not exists (select from {})").format(target))
    if cursor.fetchone()[0]:
        return lambda batch: batch
    joins, selected = _resolved((field, column) for _i, field, column in pairs)
    stable = [name for name in selected if name in kinds]
    # One look into the index for each row, as in `_resolved`, or each batch would read the whole table.
    statement = sql.SQL(
        "select s.place from {given} s left join lateral (select * from {target} where {key} limit 1) t on true{joins}"
        " where t.id is null or (t.erased_at is null and {changed}) order by s.place"
    ).format(
        given=sql.Identifier(_GIVEN),
        target=target,
        key=_key(by_id),
        joins=joins,
        changed=_changed(stable, [selected[name] for name in stable]),
    )

    def line(place: int, row: Sequence[object]) -> str:
        found = [row[2 + i] for i, _field, _column in pairs]
        cells = _expanded(special, found) if special else found
        return copy_line((place, row[0], row[1], *cells))

    def pick(batch: list[Sequence[object]]) -> Iterator[Sequence[object]]:
        cursor.execute(f"truncate {_GIVEN}")
        _copy(cursor, _GIVEN, names, (line(place, row) for place, row in enumerate(batch)))
        cursor.execute(statement)
        return (batch[place] for (place,) in cursor.fetchall())

    return pick


def _key(by_id: bool) -> sql.SQL:
    """The condition under which a record is the one that a row `s` is about."""
    return sql.SQL("id = s.id" if by_id else "source_key = s.source_key and deleted_at is null")


def _create(cursor: CursorWrapper, table: str, kinds: dict[str, str]) -> list[str]:
    definitions = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    cursor.execute(f"create temporary table {table} ({definitions}) on commit drop")
    return list(kinds)


def _analyze(cursor: CursorWrapper, fields: Sequence[FieldType]) -> None:
    """Tell the planner what rows are joined by; it asks nothing of the rest, and search tokens took a sixth of a load."""
    joined = ["id", "source_key", *(field.column for field in fields if field.values.pointer is not None)]
    statement = sql.SQL("analyze {} ({})").format(
        sql.Identifier(_STAGING), sql.SQL(", ").join(map(sql.Identifier, joined))
    )
    cursor.execute(statement)


def _copy(cursor: CursorWrapper, table: str, names: list[str], lines: Iterator[str]) -> None:
    copy = sql.SQL("copy {} ({}) from stdin with (null {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)), sql.Literal(_NULL)
    )
    with cursor.copy(copy) as stream:
        while some := list(islice(lines, _LINES)):
            stream.write("".join(some))


def copy_line(cells: Sequence[object]) -> str:
    """Return one line of COPY's text format, nulls as `_NULL`; several times as fast as adapting each value."""
    line = "\t".join([_NULL if cell is None else str(cell) for cell in cells])
    if line.count("\t") == len(cells) - 1 and not _SPECIAL.search(line):
        return line + "\n"
    return "\t".join([_NULL if cell is None else _escaped(str(cell)) for cell in cells]) + "\n"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r").replace(_NULL, "")


def _of_several_columns(fields: Sequence[FieldType]) -> list[tuple[int, FieldType]]:
    """The places of fields whose values lie in more than one column, the last one first."""
    return [(place, field) for place, field in enumerate(fields) if field.values.companions][::-1]


def _expanded(
    special: Sequence[tuple[int, Callable[[object], Mapping[str, object]]]], found: Sequence[object]
) -> list[object]:
    cells = [None if value == "" else value for value in found]
    for place, columns_of in special:
        cells[place : place + 1] = columns_of(cells[place]).values()
    return cells


def _staged(field: FieldType, column: LoadColumn) -> dict[str, str]:
    if field.values.pointer is not None:
        return {field.column: "bigint" if column.by == "id" else "text"}
    return {f"{field.column}{suffix}": kind for suffix, kind in field.values.columns.items()}


def _upsert(
    cursor: CursorWrapper,
    owner: ObjectType,
    fields: list[FieldType],
    columns: Sequence[LoadColumn],
    by_id: bool,
    resolved: tuple[sql.Composable, Mapping[str, sql.Composable]],
    leave_out: bool,
) -> tuple[int, int]:
    pairs = list(zip(fields, columns, strict=True))
    joins, selected = resolved[0], dict(resolved[1])
    branch = next((field for field in fields if field.role == "branch"), None)
    if branch:
        selected["unit_id"] = selected[branch.column]
    inserted = [sql.Identifier(name) for name in selected]
    names = [(field, name) for field, column in pairs for name in _staged(field, column) if field.owner == "source"]
    owned = [sql.Identifier(name) for _field, name in names]
    stable = [name for field, name in names if _is_stable(field, name)]
    if any(field.searchable for field in fields):
        owned.append(sql.Identifier("grams"))
    if branch and branch.owner == "source":
        owned.append(sql.Identifier("unit_id"))
    target = sql.Identifier(owner.table)
    key = sql.SQL("(id)") if by_id else sql.SQL("(source_key) where deleted_at is null")
    changed = sql.SQL("t.erased_at is null and {}").format(
        _changed(stable, [sql.SQL("excluded.{}").format(sql.Identifier(name)) for name in stable])
    )
    kept, gone = _not_of_erased(owner, fields, columns)
    if leave_out:
        joins = sql.SQL("{} left join {} broken on broken.uid = s.uid").format(joins, sql.Identifier(BROKEN))
        kept.append(sql.SQL("broken.uid is null"))
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
        selected=sql.SQL(", ").join(selected.values()),
        joins=joins,
        kept=sql.SQL(" where ") + sql.SQL(" and ").join(kept) if kept else sql.SQL(""),
        assignments=sql.SQL("").join(a + sql.SQL(", ") for a in assignments),
    )
    cursor.execute(statement, {"now": clock.now(), "actor": context.current().actor, "gone": gone})
    created, updated = cursor.fetchone()
    return created, updated


def _end(cursor: CursorWrapper, owner: ObjectType, ends: LoadEnding) -> int:
    column = sql.Identifier(catalogues.field_of(owner, ends.field).column)
    statement = sql.SQL(
        "update {target} t set {column} = %(day)s, revision = t.revision + 1, updated_at = %(now)s, updated_by = %(actor)s"
        " where t.{column} is null and t.deleted_at is null and starts_with(t.source_key, %(keys)s)"
        " and not exists (select from {staging} s where s.source_key = t.source_key)"
    ).format(target=sql.Identifier(owner.table), staging=sql.Identifier(_STAGING), column=column)
    given: dict[str, Any] = {"day": ends.day, "now": clock.now(), "actor": context.current().actor, "keys": ends.keys}
    cursor.execute(statement, given)
    return int(cursor.rowcount)


def _not_of_erased(
    owner: ObjectType, fields: list[FieldType], columns: Sequence[LoadColumn]
) -> tuple[list[sql.Composable], list[object]]:
    """The conditions that leave out personal records of erased ones, and which those are; none costs nothing."""
    for field, column in zip(fields, columns, strict=True):
        if field.key == owner.through and any(found.holds_personal for found in owner.fields.values()):
            gone = erased(catalogues.object_type(field.target), "id" if column.by == "id" else "source_key")
            if gone:
                return [sql.SQL("(s.{} = any(%(gone)s)) is not true").format(sql.Identifier(field.column))], gone
    return [], []


def _resolved(pairs: Iterable[tuple[FieldType, LoadColumn]]) -> tuple[sql.Composable, dict[str, sql.Composable]]:
    """Return the joins that resolve the references of staged rows `s`, and what stands for each staged column.

    Units are few and joined as a whole; LIMIT has a record looked up by index, however many rows its table has.
    """
    joins: list[sql.Composable] = []
    selected: dict[str, sql.Composable] = {}
    for index, (field, column) in enumerate(pairs):
        for name in _staged(field, column):
            selected[name] = sql.SQL("s.{}").format(sql.Identifier(name))
            if field.values.pointer is not None and column.by != "id":
                pointer = catalogues.pointed_at(field)
                join = " left join {table} {alias} on {alias}.{key} = {given}"
                if pointer.live:
                    join = (
                        " left join lateral (select id from {table} where {key} = {given} and deleted_at is null limit 1)"
                        " {alias} on true"
                    )
                alias, given = sql.Identifier(f"j{index}"), selected[name]
                names = {"table": sql.Identifier(pointer.table), "key": sql.Identifier(pointer.key)}
                joins.append(sql.SQL(join).format(**names, alias=alias, given=given))
                selected[name] = sql.SQL("{}.id").format(alias)
    return sql.SQL("").join(joins), selected


def _is_stable(field: FieldType, name: str) -> bool:
    """Whether a staged column tells a change: encrypted, the same number is another text each time."""
    return name.removeprefix(field.column) in field.values.telling


def _changed(stable: Sequence[str], given: Sequence[sql.Composable]) -> sql.Composable:
    """The condition under which a known record `t` is touched at all: a source-owned column differs from `given`."""
    if not stable:
        return sql.SQL("false")
    return sql.SQL("({}) is distinct from ({})").format(
        sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in stable), sql.SQL(", ").join(given)
    )
