"""Inner ids set aside for records that are loaded with theirs."""

from __future__ import annotations

from django.db import connection, transaction
from psycopg import sql

from zhike.platform.objects.types import ObjectType


def reserve(owner: ObjectType, count: int, above: int) -> int:
    """Return the first of `count` consecutive ids above `above` that no record has or will be given.

    The lock keeps inserts, and so the sequence, still between reading and moving it.
    """
    table = sql.Identifier(owner.table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("lock table {} in share row exclusive mode").format(table))
        cursor.execute("select pg_get_serial_sequence(%s, 'id')", [owner.table])
        sequence = cursor.fetchone()[0]
        cursor.execute(
            sql.SQL(
                "select case when s.is_called then s.last_value else s.last_value - 1 end,"
                " (select coalesce(max(id), 0) from {}) from {} s"
            ).format(table, sql.SQL(sequence))
        )
        first = max(*cursor.fetchone(), above) + 1
        if count:
            cursor.execute("select setval(%s, %s)", [sequence, first + count - 1])
    return int(first)
