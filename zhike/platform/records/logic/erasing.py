"""Erasing a record (PIPL art. 47): personal values go, keyed digests, source key and the fact that it existed stay.

Packs decide what is personal (`personal: true` on a field). The record and those that belong to it (`access: through`)
are wiped and marked deleted; records that only mention it are wiped. `erased_at` keeps loads from bringing values back.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import sql

from zhike.kernel import clock, context, events
from zhike.kernel.errors import NotFound
from zhike.platform.audit import api as audit
from zhike.platform.fields import api as fields
from zhike.platform.objects import bulk, catalogue, statements
from zhike.platform.objects.types import FieldType, ObjectType
from zhike.platform.records.types import Erasure


def erase(owner: ObjectType, record_id: int, uid: uuid.UUID) -> Erasure:
    """Wipe a record and what belongs to it in the open transaction, and say so in the journal.

    A second time only what has come since is wiped, and nothing is said when there is nothing.
    """
    before, now = _erased_at(owner, record_id), clock.now()
    _auditing(False)
    wiped = _wipe(owner, "id", record_id, now, mark="deleted_at, erased_at")
    lines = audit.wipe_values(subject=owner.key, subject_ids=[record_id])
    related: dict[str, int] = {}
    for other, field in _referring(owner):
        ids = _wipe(other, field.column, record_id, now, mark="deleted_at" if field.key == other.through else "")
        lines += audit.wipe_values(subject=other.key, subject_ids=_ids(other, field, record_id))
        if ids:
            related[other.key] = related.get(other.key, 0) + len(ids)
        for wiped_id in ids:
            events.publish("record.erased", other.key, wiped_id)
    _auditing(True)
    bulk.forget_figures(owner.key, record_id)
    personal = tuple(field.key for field in owner.fields.values() if field.personal)
    if wiped or related or lines:
        details = {"fields": list(personal), "related": related, "journal": lines}
        audit.note(operation="erase", subject=owner.key, subject_id=record_id, details=details)
        events.publish("record.erased", owner.key, record_id)
    return Erasure(uid, before or now, before is not None, personal, related, lines)


def erased(owner: ObjectType, column: str) -> list[object]:
    """Return `column` ("id", "source_key") of the erased records of an object that have it."""
    statement = sql.SQL("select {column} from {table} where erased_at is not null and {column} is not null order by id")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(column=sql.Identifier(column), table=sql.Identifier(owner.table)))
        return [row[0] for row in cursor.fetchall()]


def _erased_at(owner: ObjectType, record_id: int) -> datetime | None:
    with connection.cursor() as cursor:
        table = sql.Identifier(owner.table)
        cursor.execute(sql.SQL("select erased_at from {} where id = %s for update").format(table), [record_id])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(kind=owner.key, id=record_id)
    found: datetime | None = row[0]
    return found


def _referring(owner: ObjectType) -> list[tuple[ObjectType, FieldType]]:
    """The references by which records with personal values point at records of `owner`."""
    return [
        (other, field)
        for other in catalogue.known().values()
        if _personal_columns(other)
        for field in other.fields.values()
        if field.stored and field.target == owner.key
    ]


def _wipe(owner: ObjectType, key: str, value: int, now: datetime, *, mark: str) -> list[int]:
    """Set the personal columns of the records whose `key` is `value` to null; return the ids of those that had any."""
    wiped = [sql.Identifier(name) for name in [*_personal_columns(owner), "grams"]]
    marks = [sql.Identifier(name) for name in mark.split(", ") if name]
    changes = [sql.SQL("{} = null").format(name) for name in wiped]
    changes += [sql.SQL("{0} = coalesce({0}, %(now)s)").format(name) for name in marks]
    due = [sql.SQL("num_nonnulls({}) > 0").format(sql.SQL(", ").join(wiped))]
    due += [sql.SQL("{} is null").format(name) for name in marks]
    statement = sql.SQL(
        "update {} set revision = revision + 1, updated_at = %(now)s, updated_by = %(actor)s, {}"
        " where {} = %(value)s and ({}) returning id"
    ).format(sql.Identifier(owner.table), sql.SQL(", ").join(changes), sql.Identifier(key), sql.SQL(" or ").join(due))
    given: dict[str, Any] = {"now": now, "actor": context.current().actor, "value": value}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]


def _personal_columns(owner: ObjectType) -> list[str]:
    """The columns that hold personal values; the digests of an identity number are not among them.

    Columns of fields that are no longer defined, or are looked up by now, count: nobody knows any more what lies there.
    """
    live = [(f.column, f.values.wiped) for f in owner.fields.values() if f.holds_personal]
    retired = statements.retired_columns(owner.key)
    gone = [(column, fields.value_type(type_key).wiped) for column, type_key in retired]
    return [f"{column}{suffix}" for column, suffixes in live + gone for suffix in suffixes]


def _ids(owner: ObjectType, field: FieldType, record_id: int) -> list[int]:
    with connection.cursor() as cursor:
        statement = sql.SQL("select id from {} where {} = %s")
        cursor.execute(statement.format(sql.Identifier(owner.table), sql.Identifier(field.column)), [record_id])
        return [row[0] for row in cursor.fetchall()]


def _auditing(on: bool) -> None:
    """The trigger would write the very values that are being wiped; one line of our own says what happened."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('zhike.load', %s, true)", ["" if on else "on"])
