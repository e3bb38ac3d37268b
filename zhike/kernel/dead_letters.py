"""What was put aside because it failed: events that a subscriber holds, and timers, together by whose and why.

What waits behind a bad event of the same record has no reason of its own: it goes on with that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Count, Max, Min, Q, QuerySet

from zhike.kernel import clock, event_delivery, events, timers
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import HeldEvent, TimerRow

Source = Literal["event", "timer"]


@dataclass(frozen=True, slots=True)
class Letters:
    """What one subscriber, or the handler of one kind of timer, failed at for one reason; `dead` of `count` after all tries.

    `up_to` is the last of them, so that an act is about what was seen and nothing that came after.
    """

    source: Source
    key: str
    labels: Labels
    reason: str
    count: int
    dead: int
    attempts: int
    next_at: datetime | None
    up_to: int
    example: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of them, as they were seen."""

    source: Source
    key: str
    reason: str
    up_to: int


def letters() -> list[Letters]:
    """Return what is put aside, dead letters first."""
    found = [*_of_events(), *_of_timers()]
    return sorted(found, key=lambda one: (-one.dead, -one.count, one.source, one.key, one.reason))


def retry(chosen: Chosen) -> int:
    """Have them tried again now, with all their tries; return how many there were."""
    if chosen.source == "event":
        return event_delivery.retry(_events(chosen))
    return _timers(chosen).update(due_at=clock.now(), dead=False, attempts=0)


def pass_over(chosen: Chosen) -> int:
    """Give them up for good, so that what waits behind them goes on; return how many there were."""
    if chosen.source == "event":
        return event_delivery.pass_over(_events(chosen))
    return _timers(chosen).delete()[0]


def _events(chosen: Chosen) -> QuerySet[HeldEvent]:
    rows = HeldEvent.objects.filter(subscriber=chosen.key, error=chosen.reason, position__lte=chosen.up_to)
    return rows.exclude(error="")


def _timers(chosen: Chosen) -> QuerySet[TimerRow]:
    return TimerRow.objects.filter(kind=chosen.key, error=chosen.reason, pk__lte=chosen.up_to).exclude(error="")


def _of_events() -> list[Letters]:
    labels = {subscriber.key: subscriber.labels for subscriber in events.subscribers()}
    rows = HeldEvent.objects.values("subscriber", "error").annotate(
        n=Count("pk"),
        dead_n=Count("pk", filter=Q(dead=True)),
        most=Max("attempts"),
        next_at=Min("due_at", filter=Q(dead=False)),
        first=Min("position"),
        last=Max("position"),
    )
    examples = {
        (row.subscriber, row.position): f"{row.name} · {row.subject} {row.subject_id}"
        for row in HeldEvent.objects.filter(position__in=[row["first"] for row in rows])
    }
    return [
        Letters(
            "event",
            row["subscriber"],
            labels.get(row["subscriber"], Labels(row["subscriber"], row["subscriber"])),
            row["error"],
            row["n"],
            row["dead_n"],
            row["most"],
            row["next_at"],
            row["last"],
            examples.get((row["subscriber"], row["first"]), ""),
        )
        for row in rows
    ]


def _of_timers() -> list[Letters]:
    rows = (
        TimerRow.objects.exclude(error="")
        .values("kind", "error")
        .annotate(
            n=Count("pk"),
            dead_n=Count("pk", filter=Q(dead=True)),
            most=Max("attempts"),
            next_at=Min("due_at", filter=Q(dead=False)),
            last=Max("pk"),
            example=Min("key"),
        )
    )
    return [
        Letters(
            "timer",
            row["kind"],
            timers.PUMP.labels,
            row["error"],
            row["n"],
            row["dead_n"],
            row["most"],
            row["next_at"],
            row["last"],
            f"{row['kind']} {row['example']}",
        )
        for row in rows
    ]
