"""Rows of a load on their way: sent to a staging table by COPY, without those that their records say already.

No encryption, hash or search token is made for rows that change nothing, and no value is trusted to be writable: a row
with one that is not is staged without its values and with what is wrong with it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from zhike.kernel.ids import uuid7
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.fields import api as values
from zhike.platform.fields import search_tokens
from zhike.platform.fields.errors import BadValue
from zhike.platform.objects import catalogue, faults
from zhike.platform.objects.types import Fault, FieldType, ObjectType
from zhike.platform.organization.types import FileActor

#: A record that somebody made gets its source from the first row that is about it.
NAMED_FIRST = "(t.source_key is null and {}.source_key is not null)"
STAGING, _GIVEN = "zhike_load", "zhike_given"
#: Rows are compared with their records this many at a time, and sent this many lines at once.
_BATCH, _LINES = 20_000, 500
_NULL = "\x01"
_SPECIAL = re.compile(r"[\\\n\r\x00\ud800-\udfff]")
_Row = Sequence[object]
_Pick = Callable[[list[_Row]], Iterable[_Row]]


class _Unwritable(ValueError):
    """A line that no table of the database holds."""


@dataclasses.dataclass(frozen=True)
class Incoming:
    """What a load is about: the object, its fields and how each is given, and by what a row finds its record.

    `files` are those that rows come from, by how their source keys begin. `unfit` collects what is wrong with rows that could not be staged as they came, by the mark they got.
    """

    owner: ObjectType
    columns: tuple[LoadColumn, ...]
    by_id: bool
    unfit: dict[str, Fault] = dataclasses.field(default_factory=dict)
    files: Mapping[str, FileActor] = dataclasses.field(default_factory=dict)

    @cached_property
    def fields(self) -> tuple[FieldType, ...]:
        """The fields, one for each column."""
        return tuple(catalogue.field_of(self.owner.key, column.key) for column in self.columns)

    @property
    def pairs(self) -> list[tuple[FieldType, LoadColumn]]:
        """The fields, each with its column."""
        return list(zip(self.fields, self.columns, strict=True))

    @property
    def key(self) -> sql.SQL:
        """The condition under which a record is the one that a row `s` is about."""
        return sql.SQL("id = s.id" if self.by_id else "source_key = s.source_key and deleted_at is null")

    @cached_property
    def resolved(self) -> tuple[sql.Composable, dict[str, sql.Composable]]:
        """The joins that resolve the references of rows `s`, and what stands for each column that they fill."""
        return _resolved(self.pairs)

    def mark(self, fault: Fault) -> str:
        """Return the mark of a fault in the staging table."""
        name = f"{fault.code}:{fault.field}"
        self.unfit.setdefault(name, fault)
        return name


def stage(cursor: CursorWrapper, incoming: Incoming, rows: Iterable[_Row], *, whole: bool) -> int:
    """Copy rows to the staging table, all or only those that may change something; return how many there were."""
    fields = incoming.fields
    pick = list if whole else _picker(cursor, incoming)
    kinds = {name: kind for pair in incoming.pairs for name, kind in staged(*pair).items()}
    own = {"id": "bigint", "uid": "uuid", "source_key": "text", "grams": "text[]", "unfit": "text"}
    names = _create(cursor, STAGING, own | kinds)
    special = [(place, field.values.store) for place, field in _of_several_columns(fields)]
    searchable = [(i, field.searchable) for i, field in enumerate(fields) if field.searchable]

    def line(row: _Row) -> str:
        found = row[2:]
        try:
            tokens = None
            if searchable:
                items = [search_tokens.array_items(kind, str(found[i])) for i, kind in searchable if found[i]]
                tokens = "{" + ",".join(items) + "}"
            cells = _expanded(special, found) if special else found
            return _copy_line((row[0], uuid7(), row[1], tokens, None, *cells))
        except (BadValue, _Unwritable, UnicodeEncodeError) as error:
            key = None if row[1] is None else values.UNWRITABLE.sub("", str(row[1]))
            fault = incoming.mark(_fault_of(incoming, row, error))
            return _copy_line((row[0], uuid7(), key, None, fault, *[None] * len(kinds)))

    read = 0
    stream = iter(rows)
    while batch := list(islice(stream, _BATCH)):
        read += len(batch)
        _copy(cursor, STAGING, names, (line(row) for row in pick(batch)))
    _analyze(cursor, fields)
    return read


def forget(cursor: CursorWrapper) -> None:
    """Drop what staging made."""
    cursor.execute(f"drop table if exists {STAGING}, {_GIVEN}")


def staged(field: FieldType, column: LoadColumn) -> dict[str, str]:
    """Return the columns in which a field is staged, and their types."""
    if field.values.pointer is not None:
        return {field.column: "bigint" if column.by == "id" else "text"}
    return {f"{field.column}{suffix}": kind for suffix, kind in field.values.columns.items()}


def is_stable(field: FieldType, name: str) -> bool:
    """Return whether a staged column tells a change: encrypted, the same number is another text each time."""
    return name.removeprefix(field.column) in field.values.telling


def changed(stable: Sequence[str], given: Sequence[sql.Composable]) -> sql.Composable:
    """Return when a known record `t` is touched at all: a source-owned column differs from `given`."""
    if not stable:
        return sql.SQL("false")
    return sql.SQL("({}) is distinct from ({})").format(
        sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(name)) for name in stable), sql.SQL(", ").join(given)
    )


def _fault_of(incoming: Incoming, row: _Row, error: Exception) -> Fault:
    """What is wrong with a row that cannot be staged, and in which field."""
    for field, value in zip(incoming.fields, row[2:], strict=True):
        if value is None:
            continue
        if values.UNWRITABLE.search(str(value)):
            return faults.misfit(field, values.bad_character())
        if isinstance(error, BadValue):
            try:
                field.values.store(value)
            except BadValue as found:
                return faults.misfit(field, found)
    return faults.bad_key()


def _picker(cursor: CursorWrapper, incoming: Incoming) -> _Pick:
    """Return what leaves out of a batch the rows that the upsert would find unchanged; it still has the last word."""
    pairs = [(i, *pair) for i, pair in enumerate(incoming.pairs) if pair[0].owner == "source"]
    owned = [field for _i, field, _c in pairs]
    special = [(place, field.values.compared) for place, field in _of_several_columns(owned)]
    kinds = {name: kind for _i, f, c in pairs for name, kind in staged(f, c).items() if is_stable(f, name)}
    names = _create(cursor, _GIVEN, {"place": "integer", "id": "bigint", "source_key": "text"} | kinds)
    target = sql.Identifier(incoming.owner.table)
    cursor.execute(sql.SQL("select not exists (select from {})").format(target))
    if cursor.fetchone()[0]:
        return lambda batch: batch
    joins, selected = _resolved((field, column) for _i, field, column in pairs)
    stable = [name for name in selected if name in kinds]
    differs = changed(stable, [selected[name] for name in stable])
    if incoming.by_id:
        differs = sql.SQL("({} or {})").format(differs, sql.SQL(NAMED_FIRST).format(sql.SQL("s")))
    # One look into the index for each row, as in `_resolved`, or each batch would read the whole table.
    statement = sql.SQL(
        "select s.place from {given} s left join lateral (select * from {target} where {key} limit 1) t on true{joins}"
        " where t.id is null or (t.erased_at is null and {changed}) order by s.place"
    ).format(
        given=sql.Identifier(_GIVEN),
        target=target,
        key=incoming.key,
        joins=joins,
        changed=differs,
    )

    def line(place: int, row: _Row) -> str:
        found = [row[2 + i] for i, _field, _column in pairs]
        try:
            cells = _expanded(special, found) if special else found
            return _copy_line((place, row[0], row[1], *cells))
        except (BadValue, _Unwritable, UnicodeEncodeError):
            # Compared with no record, it is picked; staging says what is wrong with it.
            return _copy_line((place, None, None, *[None] * len(kinds)))

    def pick(batch: list[_Row]) -> Iterator[_Row]:
        cursor.execute(f"truncate {_GIVEN}")
        _copy(cursor, _GIVEN, names, (line(place, row) for place, row in enumerate(batch)))
        cursor.execute(statement)
        return (batch[place] for (place,) in cursor.fetchall())

    return pick


def _create(cursor: CursorWrapper, table: str, kinds: dict[str, str]) -> list[str]:
    definitions = ", ".join(f'"{name}" {kind}' for name, kind in kinds.items())
    cursor.execute(f"create temporary table {table} ({definitions}) on commit drop")
    return list(kinds)


def _analyze(cursor: CursorWrapper, fields: Sequence[FieldType]) -> None:
    """Tell the planner what rows are joined by; it asks nothing of the rest, and search tokens took a sixth of a load."""
    joined = ["id", "source_key", *(field.column for field in fields if field.values.pointer is not None)]
    statement = sql.SQL("analyze {} ({})").format(
        sql.Identifier(STAGING), sql.SQL(", ").join(map(sql.Identifier, joined))
    )
    cursor.execute(statement)


def _copy(cursor: CursorWrapper, table: str, names: list[str], lines: Iterator[str]) -> None:
    copy = sql.SQL("copy {} ({}) from stdin with (null {})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names)), sql.Literal(_NULL)
    )
    with cursor.copy(copy) as stream:
        while some := list(islice(lines, _LINES)):
            stream.write("".join(some))


def _copy_line(cells: Sequence[object]) -> str:
    """Return one line of COPY's text format, nulls as `_NULL`; several times as fast as adapting each value."""
    line = "\t".join([_NULL if cell is None else str(cell) for cell in cells])
    if line.count("\t") == len(cells) - 1 and not _SPECIAL.search(line):
        return line + "\n"
    if values.UNWRITABLE.search(line):
        raise _Unwritable
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


def _resolved(pairs: Iterable[tuple[FieldType, LoadColumn]]) -> tuple[sql.Composable, dict[str, sql.Composable]]:
    """Return the joins that resolve the references of staged rows `s`, and what stands for each staged column.

    Units are few and joined as a whole; LIMIT has a record looked up by index, however many rows its table has.
    """
    joins: list[sql.Composable] = []
    selected: dict[str, sql.Composable] = {}
    for index, (field, column) in enumerate(pairs):
        for name in staged(field, column):
            selected[name] = sql.SQL("s.{}").format(sql.Identifier(name))
        if field.values.pointer is None:
            selected[field.column] = sql.SQL(field.values.loaded(f's."{field.column}"'))
        elif column.by != "id":
            pointer = catalogue.pointed_at(field)
            join = " left join {table} {alias} on {alias}.{key} = {given}"
            if pointer.live:
                join = (
                    " left join lateral (select id from {table} where {key} = {given} and deleted_at is null limit 1)"
                    " {alias} on true"
                )
            alias, given = sql.Identifier(f"j{index}"), selected[field.column]
            names = {"table": sql.Identifier(pointer.table), "key": sql.Identifier(pointer.key)}
            joins.append(sql.SQL(join).format(**names, alias=alias, given=given))
            selected[field.column] = sql.SQL("{}.id").format(alias)
    return sql.SQL("").join(joins), selected
