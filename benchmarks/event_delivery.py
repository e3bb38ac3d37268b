"""Delivering events to three subscribers against three bare loops over the same rows in the same batches."""

from __future__ import annotations

import json
import statistics
import time

from django.db import connection, transaction

from benchmarks import installation
from benchmarks.measure import Result

EVENTS = {"small": 20_000, "seed": 200_000}
ROUNDS = 5
SUBSCRIBERS = 3


def run(scale: str) -> Result:
    """Measure events a second."""
    with installation.opened("event_delivery"):
        return _measure(scale)


def _measure(scale: str) -> Result:
    from zhike.kernel import event_delivery, events
    from zhike.kernel.definition_parts import Labels

    heard = [0] * SUBSCRIBERS
    events._subscribers.clear()
    for number in range(SUBSCRIBERS):

        def handle(_event: events.Event, number: int = number) -> None:
            heard[number] += 1

        events.subscribe(events.Subscriber(f"bench{number}", Labels("试", "Test"), ("thing.moved",), handle))
    event_delivery.deliver_all()
    handlers = [subscriber.handle for subscriber in events.subscribers()]
    count, times = EVENTS[scale], ([], [])  # type: tuple[int, tuple[list[float], list[float]]]
    for round_number in range(ROUNDS + 1):
        _publish(count)
        event_delivery.number()
        for task, found in (
            (event_delivery.deliver_all, times[0]),
            (lambda: _bare(handlers, event_delivery.BATCH), times[1]),
        ):
            if task is event_delivery.deliver_all:
                _unnumbered(count)
            started = time.perf_counter()
            task()
            if round_number:
                found.append(count / (time.perf_counter() - started))
    assert heard == [2 * count * (ROUNDS + 1)] * SUBSCRIBERS, heard
    value, base = statistics.median(times[0]), statistics.median(times[1])
    return Result(
        "event_delivery", scale, value, base, ">= 0.5 x three bare loops", value >= 0.5 * base, unit="events/s"
    )


def _publish(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_event")
        cursor.execute("update kernel_subscription set position = 0")
        cursor.execute("drop table if exists bare_position")
        cursor.execute("create table bare_position (key int primary key, position bigint)")
        cursor.execute("insert into bare_position select n, 0 from generate_series(0, 2) n")
        cursor.execute(
            "insert into kernel_event (uid, name, subject, subject_id, at, actor, payload)"
            " select gen_random_uuid(), 'thing.moved', 'thing', 1 + n %% 5000, now(), 'system', '{\"fields\": [\"name\"]}'"
            " from generate_series(1, %s) n",
            [count],
        )
    _tidy()


def _unnumbered(count: int) -> None:
    """As the outbox is before delivery: nothing has a position."""
    with connection.cursor() as cursor:
        cursor.execute("update kernel_event set position = null")
        cursor.execute("select count(*) from kernel_event where position is null")
        assert cursor.fetchone() == (count,)
    _tidy()


def _tidy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze kernel_event")


def _bare(handlers: list, batch: int) -> None:  # type: ignore[type-arg]
    """What a loop by hand does for each subscriber: read a batch, call, commit the position."""
    from zhike.kernel.events import Event

    for key, handle in enumerate(handlers):
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("select position from bare_position where key = %s for update", [key])
                position = cursor.fetchone()[0]
                cursor.execute(
                    "select position, uid, name, subject, subject_id, at, actor, payload from kernel_event"
                    " where position > %s order by position limit %s",
                    [position, batch],
                )
                found = [Event(*row[:-1], json.loads(row[-1])) for row in cursor]
                if not found:
                    break
                for event in found:
                    handle(event)
                cursor.execute("update bare_position set position = %s where key = %s", [found[-1].position, key])
