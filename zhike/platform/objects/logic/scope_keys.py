"""By which keys records are in somebody's scope, kept beside their served figures so that a scope has its own order.

A key is what a condition of a role compares with who asks: the unit of a record, the number of an employee who has one of
the rows that point at it. A row per record and key, with the figures that lists order by, makes the first page of a
scope one walk along an index. Keys are only ever added: what a record was known by stays until the next publication, so
whoever asks looks at the record itself as well. A trigger of the tables that keys come from adds what changes, in the
transaction that changes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from zhike.expressions import api as expressions
from zhike.expressions.api import Aggregate, Compare, Expression, In, Logic, Param, Path
from zhike.expressions.types import Type
from zhike.kernel import definitions
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.logic import retired_tables
from zhike.platform.objects.logic.catalogue import Catalogue, expression_schema
from zhike.platform.objects.models import ScopeKeys, SideTable
from zhike.platform.objects.types import PARAMS, ObjectType
from zhike.platform.permissions import api as permissions

_TRIGGERS = (
    "create trigger objects_keys_made after insert on {} referencing new table as changed"
    " for each statement execute function objects_keys_changed()",
    "create trigger objects_keys_changed after update on {} referencing old table as previous new table as changed"
    " for each statement execute function objects_keys_changed()",
)


class ScopeKey(NamedTuple):
    """Where a key stands: a `column` of the table `source`, whose `record` is the id of the record that has the key.

    `param` is what it is compared with; with `several` it is one of a list.
    """

    source: str
    column: str
    record: str
    param: str
    several: bool


def watch(table: str) -> None:
    """Have every statement that writes rows of `table` add the keys that they bring."""
    with connection.cursor() as cursor:
        for statement in _TRIGGERS:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(table)))


def of_condition(objects: Catalogue, owner: ObjectType, text: str) -> ScopeKey | None:
    """Return the key without which no record of `owner` meets a condition of its definition; None where there is none."""
    return definitions.derive(
        f"objects.scope_key:{owner.key}:{text}",
        lambda _all: _needed(objects, owner, expressions.parse(text, expression_schema(objects, owner.key), PARAMS)),
    )


def fill(owner: ObjectType, side: SideTable, figures: Sequence[str]) -> None:
    """Store the keys by which roles read records of `owner`, beside the `figures` of a side table that nobody reads yet."""
    objects = catalogues.catalogue()
    found = (of_condition(objects, owner, text) for text in permissions.reading_conditions(owner.key))
    wanted = sorted((key for key in found if key is not None and figures), key=lambda key: key.several)
    for number, key in enumerate({key[:3]: key for key in wanted}.values()):
        kept = ScopeKeys(
            side=side,
            table=f"k{number}_{side.table}",
            source=key.source,
            column=key.column,
            record=key.record,
            figures=list(figures),
        )
        _make(kept, several=key.several)
        kept.save()


def complete(side: SideTable) -> None:
    """Add the keys that came while those beside a prepared side table were made, and let lists ask by them.

    Whoever wrote before the keys were there for the trigger has ended.
    """
    for keys in side.keys.all():
        _execute(
            "insert into {keys} (key, id, {figures}) select * from ({rows}) r where not exists"
            " (select from {keys} k where k.id = r.id and k.key = r.key) on conflict do nothing",
            keys,
        )
        keys.whole = True
        keys.save()


def forget(side: SideTable, record_id: int) -> None:
    """Remove the keys of one record beside a side table."""
    for keys in side.keys.all():
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("delete from {} where id = %s").format(sql.Identifier(keys.table)), [record_id])


def retire(side: SideTable) -> None:
    """Have the keys beside a side table dropped when it is."""
    for keys in side.keys.all():
        retired_tables.retire(keys.table)


def _needed(objects: Catalogue, owner: ObjectType, node: Expression) -> ScopeKey | None:
    for one in _joined(node):
        found = _own_key(owner, one, "id")
        if found is None and isinstance(one, Aggregate) and one.function == "exists" and len(one.over) == 1:
            relation = owner.relations[one.over[0]]
            target = objects[relation.object]
            record = target.fields[relation.through].column
            inside = (_own_key(target, each, record) for each in _joined(one.where) if one.where)
            # One of several keys could lead to a record twice.
            found = next((key for key in inside if key is not None and not key.several), None)
        if found is not None:
            return found
    return None


def _joined(node: Expression | None) -> Iterator[Expression]:
    """The conditions that all hold where `node` does."""
    if isinstance(node, Logic) and node.operator == "and":
        for one in node.operands:
            yield from _joined(one)
    elif node is not None:
        yield node


def _own_key(owner: ObjectType, node: Expression, record: str) -> ScopeKey | None:
    """The key that a comparison of a record's own field with a parameter is."""
    several = isinstance(node, In) and node.listed
    if isinstance(node, In) and several:
        left, right, wanted = node.operand, node.items[0], Type.RECORD
    elif isinstance(node, Compare) and node.operator == "=":
        left, right, wanted = node.left, node.right, Type.TEXT
    else:
        return None
    if not (isinstance(left, Path) and len(left.parts) == 1 and left.type is wanted and isinstance(right, Param)):
        return None
    field = owner.fields[left.parts[0]]
    if not field.stored or field.values.companions:  # kept encrypted, its column is not what is compared
        return None
    return ScopeKey(owner.table, field.column, record, right.name, several)


def _make(keys: ScopeKeys, *, several: bool) -> None:
    _execute("create table {keys} as {rows} order by 1, 2", keys)
    _execute("alter table {keys} add primary key (id, key)", keys)
    for figure in keys.figures:
        _execute("create index on {keys} (key, {figure}, id)", keys, figure)
        if several:  # many units at once: the order of all, with the key to pass over those of others
            _execute("create index on {keys} ({figure}, id) include (key)", keys, figure)
    _execute("analyze {keys}", keys)


def _execute(template: str, keys: ScopeKeys, figure: str = "") -> None:
    figures = sql.SQL(", ").join(map(sql.Identifier, keys.figures))
    # Deleted rows, too: one that is brought back has the keys that it had.
    rows = sql.SQL(
        "select c.key, id, {figures} from (select distinct {column} as key, {record} as id from {source}"
        " where {column} is not null) c join {side} using (id)"
    ).format(
        figures=figures,
        column=sql.Identifier(keys.column),
        record=sql.Identifier(keys.record),
        source=sql.Identifier(keys.source),
        side=sql.Identifier(keys.side.table),
    )
    statement = sql.SQL(template).format(
        keys=sql.Identifier(keys.table), figures=figures, rows=rows, figure=sql.Identifier(figure or "id")
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
