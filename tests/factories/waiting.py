"""Two who want the same at the same moment: who waits is seen, and who should not wait fails at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
from django.db import connection


@contextmanager
def waiting_for_nobody() -> Iterator[None]:
    """Fail where a statement would wait for a lock of somebody else's: it is expected to pass over what is locked."""
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '1s'")
        yield
        cursor.execute("reset lock_timeout")


def until_it_waits(other: Thread, watcher: psycopg.Connection) -> None:
    """Return when the other thread waits for a lock, or has ended without waiting."""
    while other.is_alive() and not _somebody_waits(watcher):
        pass


def _somebody_waits(watcher: psycopg.Connection) -> bool:
    found = watcher.execute("select exists (select from pg_locks where not granted)").fetchone()
    return bool(found and found[0])
