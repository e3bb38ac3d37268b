"""How background work stands now: what waits in which queue since when, and how far subscribers of events have come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection
from django.db.models import Count, Min, Q

from zhike.kernel import clock, events, jobs, pumps
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import HeldEvent, Run, Subscription
from zhike.kernel.pumps import Pump
from zhike.kernel.queues import LABELS, QUEUES, Backlog, Queue

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that works off what waits: the jobs of a queue, or a pump turned in it; None is not counted."""

    key: str
    labels: Labels
    queue: Queue
    backlog: Backlog
    running: int | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """How far a subscriber of events has come: the events after its position, the oldest of them, and what it holds."""

    key: str
    labels: Labels
    position: int
    lag: int
    oldest_at: datetime | None
    held: int
    dead: int


def lines() -> list[Line]:
    """Return the queues of jobs and the pumps, each with what waits for it."""
    return [count() for _key, count in counting()]


def counting() -> list[tuple[str, Callable[[], Line]]]:
    """Return how the line of each queue of jobs and each pump is counted, by key."""
    found: list[tuple[str, Callable[[], Line]]] = [(queue, partial(_of_jobs, queue)) for queue in QUEUES]
    return found + [(pump.key, partial(_of_pump, pump)) for pump in pumps.registered()]


def listeners() -> list[Listener]:
    """Return the subscribers of events, in order of key."""
    top, fresh = _numbered()
    positions = dict(Subscription.objects.values_list("key", "position"))
    kept = HeldEvent.objects.values("subscriber").annotate(n=Count("pk"), dead_n=Count("pk", filter=Q(dead=True)))
    counts = {row["subscriber"]: (row["n"] - row["dead_n"], row["dead_n"]) for row in kept}
    return [
        _listener(one, positions.get(one.key, top), top + fresh, counts.get(one.key, (0, 0)))
        for one in events.subscribers()
    ]


def events_backlog() -> Backlog:
    """Return the events that the slowest subscriber has not been told of, and those of the last hour that all were."""
    top, fresh = _numbered()
    keys = [subscriber.key for subscriber in events.subscribers()]
    slowest = Subscription.objects.filter(key__in=keys).aggregate(least=Min("position"))["least"]
    slowest = top if slowest is None else slowest
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from kernel_event where at > %s and position <= %s", [clock.now() - HOUR, slowest]
        )
        done = int(cursor.fetchone()[0])
    return Backlog(top - slowest + fresh, _oldest_after(slowest), done, passed=slowest)


def counted(names: Mapping[str, str]) -> dict[str, int]:
    """Return how many events of each name there were in the last hour, by what `names` calls it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select name, count(*) from kernel_event where at > %s and name = any(%s) group by name",
            [clock.now() - HOUR, list(names)],
        )
        found = dict(cursor.fetchall())
    return {called: int(found.get(name, 0)) for name, called in names.items()}


def _of_pump(pump: Pump) -> Line:
    return Line(pump.key, pump.labels, pump.queue, pump.backlog())


def _of_jobs(queue: Queue) -> Line:
    since = clock.now() - HOUR
    runs = Run.objects.filter(kind__in=jobs.kinds(queue))
    found = runs.aggregate(
        waiting=Count("pk", filter=Q(state=Run.State.WAITING)),
        oldest=Min("created_at", filter=Q(state=Run.State.WAITING)),
        running=Count("pk", filter=Q(state=Run.State.RUNNING)),
        done=Count("pk", filter=Q(state=Run.State.DONE, finished_at__gt=since)),
        failed=Count("pk", filter=Q(state__in=[Run.State.FAILED, Run.State.INTERRUPTED], finished_at__gt=since)),
    )
    backlog = Backlog(found["waiting"], found["oldest"], found["done"], found["failed"])
    return Line(queue, LABELS[queue], queue, backlog, found["running"])


def _listener(subscriber: events.Subscriber, position: int, last: int, kept: tuple[int, int]) -> Listener:
    oldest = _oldest_after(position) if last > position else None
    return Listener(subscriber.key, subscriber.labels, position, last - position, oldest, *kept)


def _numbered() -> tuple[int, int]:
    """The last position, and how many events wait for theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(position), 0), (select count(*) from kernel_event where position is null) from kernel_event"
        )
        top, fresh = cursor.fetchone()
    return int(top), int(fresh)


def _oldest_after(position: int) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce((select at from kernel_event where position > %s order by position limit 1),"
            " (select at from kernel_event where position is null order by id limit 1))",
            [position],
        )
        found: datetime | None = cursor.fetchone()[0]
    return found
