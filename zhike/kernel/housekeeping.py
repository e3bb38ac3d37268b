"""What nobody needs any more goes each night: events that every subscriber heard long ago, entries of finished queues,
answers of actions that nobody asks for again, and what rooms register of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from zhike.kernel import clock, events
from zhike.kernel.definition_parts import Labels
from zhike.kernel.jobs import RunHandle
from zhike.kernel.schedules import Schedule, When
from zhike.kernel.written import Written, name, written

KIND = "housekeeping"
SCHEDULE = Schedule("housekeeping", Labels("清理过期数据", "Clearing what is past"), KIND, When(30, hour=3))
#: Rows deleted by one statement, and for how many days a queue keeps what it did: a run has its own row; and samples.
BATCH, ENTRY_DAYS, SAMPLE_DAYS = 10_000, 7, 1
#: Told the run, deletes what is past of one thing and returns how much went.
Clearing = Callable[[RunHandle], int]
#: What SQL is given.
Given = int | datetime | list[str]
_ENDED = ("succeeded", "failed", "cancelled", "aborted")


_clearings: dict[str, Clearing] = {}


def register(key: str, clearing: Clearing) -> None:
    """Have a room's own past cleared, too; called by the room when the application starts."""
    _clearings[key] = clearing


def clear(handle: RunHandle) -> Mapping[str, object]:
    """Delete what is past, in batches; return how much went of each."""
    return {key: clearing(handle) for key, clearing in _clearings.items()}


#: What else must hold, where nothing must.
_ALL = Written("true")


def clear_older(
    handle: RunHandle, step: Labels, table: str, before: datetime, also: Written = _ALL, values: Sequence[Given] = ()
) -> int:
    """Delete the rows of a table, numbered as time goes (`id`, `at`), that are older than an instant; return how many.

    `also` is what else must hold of the row `t`, as SQL. Window after window of ids, so that none is looked at twice; it
    ends with the first window in which nothing is old.
    """
    last, gone = 0, 0
    while True:
        handle.progress(step, gone)
        with connection.cursor() as cursor:
            cursor.execute(
                written(
                    "select max(id), min(at) from (select id, at from {table} where id > %s order by id limit %s) w",
                    table=name(table),
                ),
                [last, BATCH],
            )
            end, oldest = cursor.fetchone()
            if end is None or oldest >= before:
                return gone
            cursor.execute(
                written(
                    "delete from {table} t where id > %s and id <= %s and at < %s and {also}",
                    table=name(table),
                    also=also,
                ),
                [last, end, before, *values],
            )
            gone += cursor.rowcount
        last = end


def _clear_events(handle: RunHandle) -> int:
    """Delete events older than the installation keeps that every subscriber has passed and nobody holds.

    The last numbered one stays: the next position is found from it.
    """
    return clear_older(
        handle,
        Labels("清理事件", "Clearing events"),
        "kernel_event",
        clock.now() - timedelta(days=settings.KEPT_EVENT_DAYS),
        Written(
            "position < least((select min(position) + 1 from kernel_subscription where key = any(%s)),"
            " (select max(position) from kernel_event))"
            " and not exists (select from kernel_heldevent h where h.position = t.position)"
        ),
        [[subscriber.key for subscriber in events.subscribers()]],
    )


def _clear_answers(handle: RunHandle) -> int:
    """Delete what actions with an idempotency key answered, once nobody asks again: then the same key does it anew."""
    step = Labels("清理操作的答复", "Clearing answers of actions")
    return clear_older(handle, step, "kernel_doneaction", clock.now() - timedelta(days=settings.KEPT_ANSWER_DAYS))


def _clear_samples(handle: RunHandle) -> int:
    """Delete how background work stood more than a day ago."""
    step = Labels("清理后台任务的统计", "Clearing figures of background work")
    return clear_older(handle, step, "kernel_sample", clock.now() - timedelta(days=SAMPLE_DAYS))


def _clear_entries(handle: RunHandle) -> int:
    """Delete entries of the queues that ended a week ago; the machine's clock wrote when."""
    gone = 0
    while True:
        handle.progress(Labels("清理队列记录", "Clearing entries of queues"), gone)
        with connection.cursor() as cursor:
            cursor.execute(
                "delete from procrastinate_jobs where id in (select j.id from procrastinate_jobs j"
                " where j.status::text = any(%s) and not exists (select from procrastinate_events e"
                " where e.job_id = j.id and e.at > now() - make_interval(days => %s)) limit %s)",
                [list(_ENDED), ENTRY_DAYS, BATCH],
            )
            found = int(cursor.rowcount)
        gone += found
        if found < BATCH:
            return gone


register("events", _clear_events)
register("entries", _clear_entries)
register("answers", _clear_answers)
register("samples", _clear_samples)
