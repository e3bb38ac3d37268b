"""Waiting until those who are writing now have ended, so that what they wrote can be read; nobody waits for the one who waits."""

from __future__ import annotations

import time
from collections.abc import Collection

from django.db import connection

#: Longer than a load of a night's largest file.
_PATIENCE_SECONDS = 600
_PAUSE_SECONDS = 0.2


def ended(tables: Collection[str]) -> bool:
    """Wait for the transactions of others that have written to the tables; return whether all ended in time.

    A lock on the tables would wait for the same, and every writer after it would wait for the lock.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    writing = _writing(tables)
    while writing:
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE_SECONDS)
        writing &= _writing(tables)
    return True


def _writing(tables: Collection[str]) -> set[str]:
    """The transactions that hold what a statement that writes takes until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select l.virtualtransaction from pg_locks l join pg_class c on c.oid = l.relation"
            " where c.relname = any(%s) and pg_table_is_visible(c.oid) and l.mode = 'RowExclusiveLock'"
            " and l.pid is distinct from pg_backend_pid()"
            " and l.database = (select oid from pg_database where datname = current_database())",
            [list(tables)],
        )
        return {row[0] for row in cursor.fetchall()}
