"""The one way a door opens its transaction, a condition of the ORM as SQL, and the clock offset the database keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, transaction
from django.db.models import Model, Q

from zhike.kernel import clock, context, definitions


@contextmanager
def writing() -> Iterator[None]:
    """Run the block as one transaction on one snapshot; its audit lines know the actor, request, reason and clock."""
    with transaction.atomic(), definitions.pinned():
        _tell_actor()
        yield


def in_turn(what: str) -> None:
    """Wait until nobody else is at `what`, a name that those who meet there agree on; until the caller's transaction ends.

    For what is read before it is written, where there is no row to lock yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def condition(model: type[Model], q: Q) -> tuple[str, list[Any]]:
    """Return a condition on a model's own columns as SQL and its values, for a statement written by hand.

    The ORM takes longer to compile a statement of many columns or counts than the database to answer it.
    """
    query = model._default_manager.filter(q).query
    try:
        sql, values = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return "false", []
    except FullResultSet:
        return "true", []
    return (sql, list(values)) if sql else ("true", [])


def _tell_actor() -> None:
    """Set, for the rest of the open transaction, what the audit trigger writes beside each change.

    The same statement reads the version of the definitions: whoever writes asks for them next.
    """
    now = context.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('zhike.actor', %s, true), set_config('zhike.request', %s, true),"
            " set_config('zhike.reason', %s, true), set_config('zhike.now', %s, true),"
            " (select max(version) from kernel_definitionversion)",
            [now.actor, now.request_id, now.reason, clock.now().isoformat()],
        )
        definitions.pin(cursor.fetchone()[-1] or 0)


def read_clock_offset() -> timedelta:
    """Return the offset of the installation's clock; none before the tables exist."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('kernel_clocksetting') is not null")
        if not cursor.fetchone()[0]:
            return timedelta()
        cursor.execute('select "offset" from kernel_clocksetting limit 1')
        row = cursor.fetchone()
    return row[0] if row else timedelta()


def set_clock_offset(offset: timedelta) -> None:
    """Move the installation's clock; every process follows within a second. For trial installations."""
    with writing(), connection.cursor() as cursor:
        cursor.execute("delete from kernel_clocksetting")
        cursor.execute('insert into kernel_clocksetting ("offset") values (%s)', [offset])  # type: ignore[list-item]
    clock.read_offset_with(read_clock_offset)
