"""What a field points at, by the words that people know it by: employee numbers, codes of units, keys of records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from django.db import connection
from psycopg import sql
from sqlglot import exp

from zhike.expressions.types import Type
from zhike.platform.objects.types import FieldType, ObjectType

#: Which records of an object, known by an alias, may be reached.
Visible = Callable[[ObjectType, str], list[exp.Expr]]

#: An id that nothing has: an empty list would say "no" of a field that points nowhere, where nothing is known.
_NOTHING = 0


def called_by(target: ObjectType) -> list[FieldType]:
    """Return the fields by which people tell records of an object apart, beside the key of the source: unique texts."""
    return [
        field
        for field in target.fields.values()
        if field.stored and field.unique and field.values.expression is Type.TEXT
    ]


def ids_called(objects: Mapping[str, ObjectType], field: FieldType, words: Collection[str]) -> dict[str, list[int]]:
    """Return the ids of what `field` may point at by each of `words` that it goes by, as `named` finds them."""
    source = _source(objects, field)
    found: dict[str, list[int]] = {}
    if source is None or not words:
        return found
    table, keys, live = source
    where = sql.SQL(" and deleted_at is null") if live else sql.SQL("")
    each = sql.SQL(" union ").join(
        sql.SQL("select {key}, id from {table} where {key} = any(%(words)s){where}").format(
            key=sql.Identifier(key), table=sql.Identifier(table), where=where
        )
        for key in keys
    )
    with connection.cursor() as cursor:
        cursor.execute(each, {"words": list(words)})
        for word, id in cursor.fetchall():
            found.setdefault(word, []).append(id)
    return found


def _source(objects: Mapping[str, ObjectType], field: FieldType) -> tuple[str, list[str], bool] | None:
    """The table of what a field points at, the columns of its keys, and whether its rows may be deleted ones; None without one."""
    pointer, target = field.values.pointer, objects.get(field.target)
    if pointer is None or not (pointer.table or target):  # the object has no table yet, so it has no records
        return None
    if target is None:
        return pointer.table, [pointer.key], False
    return target.table, [pointer.key, *(one.column for one in called_by(target))], True


def named(
    objects: Mapping[str, ObjectType],
    field: FieldType,
    words: Sequence[exp.Expr],
    alias: str,
    visible: Visible | None = None,
) -> exp.Expr:
    """Return a list of the ids of what `field` may point at and what goes by one of `words`; never an empty one.

    Within it they are known as `alias`. Records are those that `visible` lets through; all, without it.
    """
    nothing = exp.select(exp.cast(exp.Literal.number(_NOTHING), "bigint"))
    place = _source(objects, field)
    if place is None:
        return exp.Array(expressions=[nothing])
    table, keys, live = place
    conditions: list[exp.Expr] = [exp.column("deleted_at", table=alias).is_(exp.null())] if live else []
    if live and visible:
        conditions += visible(objects[field.target], alias)
    by_words = exp.or_(
        *(
            exp.In(this=exp.column(key, table=alias, quoted=True), expressions=[word.copy() for word in words])
            for key in keys
        )
    )
    source = exp.alias_(exp.to_table(table, quoted=True), alias, table=True)
    found = exp.select(exp.column("id", table=alias)).from_(source).where(by_words, *conditions)
    return exp.Array(expressions=[exp.union(found, nothing, distinct=False)])
