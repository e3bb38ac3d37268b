"""What a field points at, by the words that people know it by: employee numbers, codes of units, keys of records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

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
    pointer, target = field.values.pointer, objects.get(field.target)
    if pointer is None or not (pointer.table or target):  # the object has no table yet, so it has no records
        return exp.Array(expressions=[nothing])
    keys, table, conditions = [pointer.key], pointer.table, []
    if target is not None:
        keys, table = [pointer.key, *(one.column for one in called_by(target))], target.table
        conditions = [
            exp.column("deleted_at", table=alias).is_(exp.null()),
            *(visible(target, alias) if visible else ()),
        ]
    by_words = exp.or_(
        *(
            exp.In(this=exp.column(key, table=alias, quoted=True), expressions=[word.copy() for word in words])
            for key in keys
        )
    )
    source = exp.alias_(exp.to_table(table, quoted=True), alias, table=True)
    found = exp.select(exp.column("id", table=alias)).from_(source).where(by_words, *conditions)
    return exp.Array(expressions=[exp.union(found, nothing, distinct=False)])
