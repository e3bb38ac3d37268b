"""Which state a table of records is in: a number that no other state of it has, for what is kept of its rows.

A trigger of each table counts, so nothing bypasses it. A statement takes a row of the table's that nobody is about to
write, so that writers never wait for each other here; the numbers come from a sequence, so that one of unfinished work
that is taken back is never the number of another state.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from psycopg import sql


def watch(table: str) -> None:
    """Have every statement that changes rows of `table` give it a new state."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "create trigger objects_changed after insert or update or delete on {}"
                " for each statement execute function objects_changed()"
            ).format(sql.Identifier(table))
        )


def state_of(tables: Sequence[str]) -> tuple[int, ...]:
    """Return what the state of watched tables is called, as the caller's transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            'select array_agg(change order by change) from objects_tablechange where "table" = any(%s)', [list(tables)]
        )
        found = cursor.fetchone()[0]
    return tuple(found or ())
