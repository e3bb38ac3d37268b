"""What nobody needs any more goes each night: events that every subscriber heard long ago, entries of finished queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from zhike.kernel import clock, events
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.schedules import Schedule, When

KIND = "housekeeping"
SCHEDULE = Schedule("housekeeping", Labels("清理过期数据", "Clearing what is past"), KIND, When(30, hour=3))
#: Rows deleted by one statement, and for how many days a queue keeps what it did: a run has its own row; and samples.
BATCH, ENTRY_DAYS, SAMPLE_DAYS = 10_000, 7, 1
_ENDED = ("succeeded", "failed", "cancelled", "aborted")


def clear(handle: RunHandle) -> Mapping[str, object]:
    """Delete what is past, in batches; return how much went."""
    return {"events": _clear_events(handle), "entries": _clear_entries(handle), "samples": _clear_samples(handle)}


def _clear_events(handle: RunHandle) -> int:
    """Delete events older than the installation keeps that every subscriber has passed and nobody holds.

    The last numbered one stays: the next position is found from it.
    """
    before = clock.now() - timedelta(days=settings.KEPT_EVENT_DAYS)
    return _in_batches(
        handle,
        "events",
        "delete from kernel_event where id in (select id from kernel_event e where e.at < %s and e.position < least("
        " (select min(position) + 1 from kernel_subscription where key = any(%s)),"
        " (select max(position) from kernel_event))"
        " and not exists (select from kernel_heldevent h where h.position = e.position) limit %s)",
        [before, [subscriber.key for subscriber in events.subscribers()]],
    )


def _clear_entries(handle: RunHandle) -> int:
    """Delete entries of the queues that ended a week ago; the machine's clock wrote when."""
    return _in_batches(
        handle,
        "entries",
        "delete from procrastinate_jobs where id in (select j.id from procrastinate_jobs j"
        " where j.status::text = any(%s) and not exists (select from procrastinate_events e"
        " where e.job_id = j.id and e.at > now() - make_interval(days => %s)) limit %s)",
        [list(_ENDED), ENTRY_DAYS],
    )


def _clear_samples(handle: RunHandle) -> int:
    """Delete how background work stood more than a day ago."""
    return _in_batches(
        handle,
        "samples",
        "delete from kernel_sample where id in (select id from kernel_sample where at < %s limit %s)",
        [clock.now() - timedelta(days=SAMPLE_DAYS)],
    )


def _in_batches(handle: RunHandle, step: str, sql: str, values: Sequence[datetime | int | list[str]]) -> int:
    gone = 0
    while True:
        handle.progress(step, gone)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, BATCH])
            found = int(cursor.rowcount)
        gone += found
        if found < BATCH:
            return gone
