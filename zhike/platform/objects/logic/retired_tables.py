"""Tables that were replaced: dropped once nobody who began before can still name them.

What a table is called is read with the definitions, in the state in which a request reads everything; the name of a
dropped table is an error in any state. So a table goes later than it is replaced: when it is known to have been, and
every transaction that began before is over.
"""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from zhike.kernel import database
from zhike.platform.objects.models import RetiredTable

#: Longer than any request: one that changes something reads the definitions before its transaction begins.
_GRACE = "10 minutes"


def retire(table: str) -> None:
    """Have a table dropped later than the caller's transaction."""
    RetiredTable.objects.get_or_create(table=table)


def drop() -> int:
    """Drop the tables that nobody can read any more; return how many."""
    with connection.cursor() as cursor:
        # That a table is retired is committed: whoever begins from now on sees the one in its place.
        cursor.execute("update objects_retiredtable set noticed_at = clock_timestamp() where noticed_at is null")
        cursor.execute(
            'select "table" from objects_retiredtable where noticed_at < clock_timestamp() - %s::interval'
            " and not exists (select from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid() and xact_start < noticed_at) order by id",
            [_GRACE],
        )
        tables = [row[0] for row in cursor.fetchall()]
    for table in tables:
        with database.writing(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(table)))
            RetiredTable.objects.filter(table=table).delete()
    return len(tables)
