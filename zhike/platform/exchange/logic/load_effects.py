"""What a load would do to records, counted without doing it: by kind, by org unit, with some examples.

The same staging and the same comparison as of the load decide what is new and what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from zhike.platform.exchange.logic import load_endings, loading
from zhike.platform.exchange.logic import load_staging as staging
from zhike.platform.exchange.logic.load_staging import STAGING, Incoming
from zhike.platform.exchange.types import LoadColumn, LoadEffect, LoadEnding
from zhike.platform.objects import catalogue
from zhike.platform.objects.types import ObjectType

_GONE = "zhike_gone"
#: Examples that are kept of each kind in each unit, and of each kind.
_EXAMPLES = 5


def effects(
    owner: ObjectType,
    columns: Sequence[LoadColumn],
    rows: Iterable[Sequence[object]],
    gone: Iterable[tuple[int | None, str]],
    *,
    by_id: bool,
    ends: LoadEnding | None,
) -> list[LoadEffect]:
    """Return what a load of `rows` that names the records `gone` (id, source key) no longer would do; write nothing.

    Only rows that are new or changed need to be given. Rows that the load would reject are counted as if it did not.
    """
    incoming = Incoming(owner, tuple(columns), by_id)
    with transaction.atomic(), connection.cursor() as cursor:
        staging.stage(cursor, incoming, rows, whole=False)
        found = [*_written(cursor, incoming), _gone(cursor, incoming, gone, ends)]
        staging.forget(cursor)
        cursor.execute(f"drop table {_GONE}")
    return [effect for effect in found if effect.count]


def _written(cursor: CursorWrapper, incoming: Incoming) -> list[LoadEffect]:
    """Count the new records and the changed ones."""
    joins, selected = incoming.resolved
    kept, values = loading.not_of_erased(incoming)
    own = [name for f, c in incoming.pairs if f.owner == "source" for name in staging.staged(f, c)]
    stable = [name for f, c in incoming.pairs for name in staging.staged(f, c) if staging.is_stable(f, name)]
    compared = [name for name in stable if name in own]
    parent, unit = _unit(incoming)
    statement = sql.SQL(
        "select t.id is null, {unit}, {shown}, s.source_key from {staging} s{joins}"
        " left join lateral (select * from {target} where {key} limit 1) t on true{parent}"
        " where {kept} (t.id is null or (t.erased_at is null and {changed}))"
    ).format(
        unit=unit,
        shown=_shown(incoming.owner),
        staging=sql.Identifier(STAGING),
        joins=joins,
        target=sql.Identifier(incoming.owner.table),
        key=incoming.key,
        parent=parent,
        kept=sql.SQL("").join(condition + sql.SQL(" and ") for condition in kept),
        changed=staging.changed(compared, [selected[name] for name in compared]),
    )
    known = _count(cursor, incoming.owner, sql.SQL("t.erased_at is null"), {})
    grouped = _grouped(cursor, statement, values)
    return [
        _effect(kind, incoming.owner, grouped.get(fresh, []), known)
        for kind, fresh in (("create", True), ("change", False))
    ]


def _gone(
    cursor: CursorWrapper, incoming: Incoming, gone: Iterable[tuple[int | None, str]], ends: LoadEnding | None
) -> LoadEffect:
    """Count the records that would end, or of which the source would say nothing any more."""
    owner = incoming.owner
    cursor.execute(f"create temporary table {_GONE} (id bigint, source_key text) on commit drop")
    with cursor.copy(f"copy {_GONE} from stdin") as copy:
        for row in gone:
            copy.write_row(row)
    alive = load_endings.is_open(owner, ends) if ends else sql.SQL("t.deleted_at is null and t.erased_at is null")
    values: dict[str, Any] = {"keys": ends.keys} if ends else {}
    parent, unit = _unit(incoming, known=True)
    statement = sql.SQL(
        "select true, {unit}, {shown}, s.source_key from {gone} s join {target} t on t.{key} = s.{key}{parent} where {alive}"
    ).format(
        unit=unit,
        shown=_shown(owner),
        gone=sql.Identifier(_GONE),
        target=sql.Identifier(owner.table),
        key=sql.Identifier("id" if incoming.by_id else "source_key"),
        parent=parent,
        alive=alive,
    )
    grouped = _grouped(cursor, statement, values).get(True, [])
    return _effect("end" if ends else "leave", owner, grouped, _count(cursor, owner, alive, values))


_Group = tuple[int | None, int, list[int | None], list[str | None]]


def _grouped(cursor: CursorWrapper, statement: sql.Composable, values: dict[str, Any]) -> dict[bool, list[_Group]]:
    """Group rows (whether new, unit, record, source key) by the first two: how many, and the first ones."""
    grouped = sql.SQL(
        "select fresh, unit, count(*), (array_agg(record order by key))[1:{most}], (array_agg(key order by key))[1:{most}]"
        " from ({rows}) found (fresh, unit, record, key) group by 1, 2 order by 3 desc, 2"
    ).format(most=sql.Literal(_EXAMPLES), rows=statement)
    cursor.execute(grouped, values)
    found: dict[bool, list[_Group]] = {}
    for fresh, *group in cursor.fetchall():
        found.setdefault(fresh, []).append((group[0], group[1], group[2], group[3]))
    return found


def _effect(kind: str, owner: ObjectType, groups: Sequence[_Group], of: int) -> LoadEffect:
    records = [record for _unit, _count, found, _keys in groups for record in found if record is not None]
    keys = [key for _unit, _count, _records, found in groups for key in found if key is not None]
    return LoadEffect(
        kind=kind,
        object=owner.key,
        count=sum(count for _unit, count, _records, _keys in groups),
        of=of,
        units={unit: count for unit, count, _records, _keys in groups},
        records=tuple(dict.fromkeys(records))[:_EXAMPLES],
        records_of=catalogue.field_of(owner.key, owner.through).target if owner.through else owner.key,
        keys=tuple(keys[:_EXAMPLES]) if kind == "create" else (),
    )


def _shown(owner: ObjectType) -> sql.SQL:
    """The record that is an example: the one that a record belongs to, where it belongs to one."""
    return sql.SQL("p.id" if owner.through else "t.id")


def _count(cursor: CursorWrapper, owner: ObjectType, alive: sql.Composable, values: dict[str, Any]) -> int:
    statement = sql.SQL("select count(*) from {} t where t.deleted_at is null and {}").format(
        sql.Identifier(owner.table), alive
    )
    cursor.execute(statement, values)
    return int(cursor.fetchone()[0])


def _unit(incoming: Incoming, *, known: bool = False) -> tuple[sql.Composable, sql.Composable]:
    """Return the join of the record that a record belongs to, and the org unit: its own, what its row says, or that one's.

    With `known` there are records `t` only, and nothing that their rows say.
    """
    owner, selected = incoming.owner, {} if known else incoming.resolved[1]
    places: list[sql.Composable] = [sql.SQL("t.unit_id")]
    branch = owner.field_with_role("branch")
    if branch and branch.column in selected:
        places.append(selected[branch.column])
    if not owner.through:
        return sql.SQL(""), sql.SQL("coalesce({}, null)").format(sql.SQL(", ").join(places))
    column = catalogue.field_of(owner.key, owner.through).column
    pointer: sql.Composable = sql.SQL("t.{}").format(sql.Identifier(column))
    if column in selected:
        pointer = sql.SQL("coalesce({}, {})").format(pointer, selected[column])
    parent = sql.SQL(" left join {} p on p.id = {}").format(
        sql.Identifier(catalogue.pointed_at(catalogue.field_of(owner.key, owner.through)).table), pointer
    )
    places.append(sql.SQL("p.unit_id"))
    return parent, sql.SQL("coalesce({})").format(sql.SQL(", ").join(places))
