"""What is asked of each row of a load beside the object's rules: all that is asked of a record written at the desk.

A check is a condition over a staged row `s`, the record `t` it is about (null, where it makes one) and what stands for
its columns; `load_rules` runs all of them in one statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from psycopg import sql

from zhike.platform.exchange.logic.load_staging import STAGING, Incoming
from zhike.platform.exchange.types import LoadColumn
from zhike.platform.objects import catalogue, faults
from zhike.platform.objects.types import Fault, FieldType

#: The number of a row among those with its key, and among those with its value of a field.
_NTH_KEY, _NTH = "nth_key", "nth_"
#: Fields that a new record is not without, though its row says nothing of them.
NEW = sql.SQL("t.id is null")


class Check(NamedTuple):
    """What would be wrong with a row, and when it is."""

    fault: Fault
    broken: sql.Composable


def checks(incoming: Incoming) -> Iterator[Check]:
    """Yield every check of a load, the ones about the row as a whole first."""
    yield from _keys(incoming)
    given = incoming.resolved[1]
    for field, column in incoming.pairs:
        for check in (*_filled(field), *_pointing(incoming, field, column), *_fitting(field, given)):
            # What belongs to the desk is set when a record is new and never again.
            yield check if field.owner == "source" else Check(check.fault, _both(NEW, check.broken))
        if field.unique:
            yield _once(incoming, field, given[field.column])
    known = {field.key for field in incoming.fields}
    for field in incoming.owner.fields.values():
        if field.required and field.stored and not field.stamp and field.default is None and field.key not in known:
            yield Check(faults.required(field), NEW)


def numbered(incoming: Incoming) -> sql.Composable:
    """Return the staged rows with what the checks ask of their order: which row of its key, of its value each is."""
    key = "id" if incoming.by_id else "source_key"
    over = [(_NTH_KEY, key), *((_NTH + f.column, f.column) for f in incoming.fields if f.unique)]
    nth = [
        sql.SQL("row_number() over (partition by {} order by ctid) as {}").format(
            sql.Identifier(column), sql.Identifier(name)
        )
        for name, column in over
    ]
    return sql.SQL("(select *, {} from {})").format(sql.SQL(", ").join(nth), sql.Identifier(STAGING))


def defaults(incoming: Incoming) -> dict[str, sql.Composable]:
    """Return what a new record has in columns of fields that the load does not fill, as constants."""
    known = {field.key for field in incoming.fields}
    found: dict[str, sql.Composable] = {}
    for field in incoming.owner.fields.values():
        if field.stored and field.default is not None and field.key not in known:
            stored = field.values.store(field.values.parse(field.default))
            for suffix, kind in field.values.columns.items():
                literal = sql.Literal(stored[suffix]).as_string(None).replace("%", "%%")
                found[f"{field.column}{suffix}"] = sql.SQL(f"cast({literal} as {kind})")
    return found


def _both(one: sql.Composable, other: sql.Composable) -> sql.Composable:
    return sql.SQL("({} and ({}))").format(one, other)


def _keys(incoming: Incoming) -> Iterator[Check]:
    missing = "s.id is null" if incoming.by_id else "coalesce(btrim(s.source_key), '') = ''"
    yield Check(faults.no_key(), sql.SQL(missing))
    yield Check(faults.doubled_key(), sql.SQL(f"s.{_NTH_KEY} > 1 and not ({missing})"))


def _filled(field: FieldType) -> Iterator[Check]:
    if field.required:
        column = sql.SQL("s.{}").format(sql.Identifier(field.column))
        text = field.values.column == "text" or field.values.pointer is not None
        blank = "coalesce(btrim({}::text), '') = ''" if text else "{} is null"
        yield Check(faults.required(field), sql.SQL(blank).format(column))


def _pointing(incoming: Incoming, field: FieldType, column: LoadColumn) -> Iterator[Check]:
    """A key that nothing has ever had; that of a deleted record points at nothing, and nobody can help it."""
    if field.values.pointer is None or (field.values.pointer.waits and not field.required):
        return
    pointer = catalogue.pointed_at(field)
    names = {
        "given": sql.SQL("s.{}").format(sql.Identifier(field.column)),
        "table": sql.Identifier(pointer.table),
        "key": sql.Identifier(pointer.key),
        "found": incoming.resolved[1][field.column],
        "staging": sql.Identifier(STAGING),
    }
    missing = "{given} is not null and {found} is null"
    if column.by == "id":
        missing = "{given} is not null and not exists (select from {table} o where o.id = {given})"
    elif pointer.live:
        missing += " and {given} not in (select {key} from {table} where deleted_at is not null and {key} is not null)"
    if _is_own(incoming, field, column):
        missing += " and {given} not in (select source_key from {staging} where source_key is not null)"
    yield Check(faults.no_target(field), sql.SQL(missing).format(**names))


def own_references(incoming: Incoming) -> list[FieldType]:
    """Return the fields by which rows refer to records of the same object, some of which the load may make."""
    return [field for field, column in incoming.pairs if _is_own(incoming, field, column)]


def _is_own(incoming: Incoming, field: FieldType, column: LoadColumn) -> bool:
    return field.target == incoming.owner.key and field.values.pointer is not None and column.by != "id"


def _fitting(field: FieldType, given: Mapping[str, sql.Composable]) -> Iterator[Check]:
    if field.values.pointer is None:
        stored = {suffix: given[f"{field.column}{suffix}"].as_string(None) for suffix in field.values.columns}
        for error, broken in field.values.misfits(stored):
            yield Check(faults.misfit(field, error), sql.SQL(broken.replace("%", "%%")))


def _once(incoming: Incoming, field: FieldType, value: sql.Composable) -> Check:
    broken = sql.SQL(
        "{value} is not null and (s.{nth} > 1 or exists (select from {table} o where o.{column} = {value}"
        " and o.deleted_at is null and o.id is distinct from t.id))"
    ).format(
        value=value,
        nth=sql.Identifier(_NTH + field.column),
        table=sql.Identifier(incoming.owner.table),
        column=sql.Identifier(field.column),
    )
    return Check(faults.duplicate(field), broken)
