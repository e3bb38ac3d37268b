"""The one way a door opens its transaction, a condition of the ORM as SQL, and the clock offset the database keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Q
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader

from zhike.kernel import clock, context, definitions


class _Instant(TimestamptzLoader):
    """An instant as the database writes it, read by the standard library: the driver's own way in Python takes six times as long."""

    timezone = UTC  # Django compares it with the connection's

    def load(self, data: Buffer) -> datetime:
        """Return the instant in UTC; what has no year of four digits is left to the driver."""
        try:
            return datetime.fromisoformat(bytes(data).decode())
        except ValueError:
            return super().load(data)


def read_instants(connection: BaseDatabaseWrapper, **_sent: object) -> None:
    """Have a new connection read instants quickly. A receiver of the signal that there is one."""
    connection.connection.adapters.register_loader("timestamptz", _Instant)


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


@lru_cache(maxsize=2_000)
def condition(model: type[Model], q: Q) -> tuple[str, tuple[Any, ...]]:
    """Return a condition on a model's own columns as SQL and its values, for a statement written by hand.

    The ORM takes longer to compile a statement of many columns or counts than the database to answer it. Whoever asks
    asks the same again soon, so what was compiled last is kept.
    """
    query = model._default_manager.filter(q).query
    try:
        sql, values = query.where.as_sql(query.get_compiler(connection=connection), connection)
    except EmptyResultSet:
        return "false", ()
    except FullResultSet:
        return "true", ()
    return (sql, tuple(values)) if sql else ("true", ())


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
