"""One writer at a time: loads and stages never change the warehouse side by side, whatever process they run in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle

#: The advisory lock of the writer; a process that dies gives it back with its database session.
LOCK = (7_302, 1)
WAITING = Labels("等待另一个导入或跑批结束", "Waiting for another load or stage to end")


@contextmanager
def only_writer(handle: RunHandle | None) -> Iterator[None]:
    """Be the only writer of the installation's warehouse; wait for another one. May be nested. Raises Cancelled."""
    with connection.cursor() as cursor:
        while not _taken(cursor):
            if handle is not None:
                handle.progress(WAITING)
            cursor.execute("select pg_sleep(0.5)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", LOCK)


def _taken(cursor) -> bool:  # type: ignore[no-untyped-def]
    cursor.execute("select pg_try_advisory_lock(%s, %s)", LOCK)
    return bool(cursor.fetchone()[0])
