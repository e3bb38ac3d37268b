"""What lies beside values of records, made by an earlier fold: search tokens and hashes, made anew once, by night.

Records are told apart by it, not changed: nothing of it is in the journal, and nobody's revision counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from psycopg import sql

from zhike.kernel import database, folding
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.platform.fields import search_tokens
from zhike.platform.objects.logic import catalogue as catalogues
from zhike.platform.objects.models import PhysicalObject
from zhike.platform.objects.types import FieldType, ObjectType

_BATCH = 2_000
_STEP = Labels("更新检索词", "search tokens made anew")


def refold(handle: RunHandle) -> int:
    """Make anew what an earlier fold made of the records of every object; return how many records changed."""
    changed = 0
    for physical in PhysicalObject.objects.filter(folds__lt=folding.VERSION):
        owner = catalogues.catalogue().get(physical.key)
        fields = [field for field in owner.fields.values() if field.stored and _folded(field)] if owner else []
        if owner and fields:
            changed += _refold(owner, fields, handle)
        PhysicalObject.objects.filter(pk=physical.pk).update(folds=folding.VERSION)
    return changed


def _folded(field: FieldType) -> bool:
    return bool(field.searchable or field.values.telling == ("_digest",))


def _refold(owner: ObjectType, fields: Sequence[FieldType], handle: RunHandle) -> int:
    last: int | None = 0
    changed = 0
    while last is not None:
        handle.progress(_STEP, changed)
        with database.writing():
            last, more = _batch(owner, fields, last)
        changed += more
    return changed


def _batch(owner: ObjectType, fields: Sequence[FieldType], after: int) -> tuple[int | None, int]:
    """Go over the next records; return the last of them, None where there is none, and how many changed."""
    kept = ["grams", *(f"{field.column}{suffix}" for field in fields for suffix in field.values.telling if suffix)]
    names = ["id", *kept, *(field.column for field in fields)]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select {} from {} where id > %s and erased_at is null order by id limit %s for update").format(
                sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(owner.table)
            ),
            [after, _BATCH],
        )
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("select set_config('zhike.load', 'on', true)")
        changed = sum(_renew(owner, row, _made(fields, row)) for row in rows)
        cursor.execute("select set_config('zhike.load', '', true)")
    return (rows[-1]["id"] if rows else None), changed


def _made(fields: Sequence[FieldType], row: Mapping[str, Any]) -> dict[str, object]:
    """What lies beside the values of a row, by column."""
    found: dict[str, object] = {}
    tokens: set[str] = set()
    for field in fields:
        value = row[field.column] and field.values.clear(row[field.column])
        if field.searchable and value:
            tokens |= search_tokens.tokens_of(field.searchable, str(value))
        if value and any(field.values.telling):
            found |= {f"{field.column}{suffix}": made for suffix, made in field.values.compared(value).items()}
    return {**found, "grams": tokens}


def _renew(owner: ObjectType, row: Mapping[str, Any], made: Mapping[str, object]) -> bool:
    stored = {**row, "grams": set(row["grams"] or ())}
    changed = {column: value for column, value in made.items() if stored[column] != value}
    if not changed:
        return False
    assigned = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in changed)
    statement = sql.SQL("update {} set {} where id = %s").format(sql.Identifier(owner.table), assigned)
    values: list[Any] = [sorted(value) if isinstance(value, set) else value for value in changed.values()]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [*values, row["id"]])
    except IntegrityError:
        # Two records have by now one number that must be unique: that of the second one stays as it was found.
        return False
    return True
