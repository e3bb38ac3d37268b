"""What is to happen at an instant. A row is the truth; a sweeper finds what is due, so that none is lost.

A room registers a handler for a kind of timer and sets one by a key of its own, in the transaction that makes it due.
Setting it again moves it. A paused timer keeps the open time it had left and goes on with it when resumed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from django.db import transaction
from django.db.models import Count, Min, QuerySet

from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.isolation import fault_of, rest, told
from zhike.kernel.models import TimerRow
from zhike.kernel.open_time import Counting, OpenTime, open_time
from zhike.kernel.pumps import Pump, Stopping, never
from zhike.kernel.queues import Backlog

_log = logging.getLogger("zhike.timers")
#: Timers taken at once.
BATCH = 500
#: A timer whose handler fails is tried again after the first time, then twice as long, and this many times.
FIRST_RETRY, LONGEST_RETRY, TRIES = timedelta(seconds=10), timedelta(hours=1), 10


@dataclass(frozen=True, slots=True)
class Timer:
    """What a handler is told: the key it was set by, and when it was due."""

    kind: str
    key: str
    due_at: datetime


#: Does what is due, in the transaction that ends the timer; may be called twice.
Handler = Callable[[Timer], None]
_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler) -> None:
    """Have `handler` called when a timer of a kind is due; called by the owning room when the application starts."""
    _handlers[kind] = handler


def set_timer(kind: str, key: str, due_at: datetime, *, counting: Counting = "natural") -> None:
    """Set the timer of a kind and key, or move it; in the caller's transaction. `counting` is how a pause keeps time."""
    set_timers(kind, {key: due_at}, counting=counting)


def set_timers(kind: str, due: Mapping[str, datetime], *, counting: Counting = "natural") -> None:
    """Set the timers of many keys of a kind, or move them, as `set_timer` does one."""
    if kind not in _handlers:
        raise LookupError(f"no handler for timers of kind {kind!r}; there are: {', '.join(sorted(_handlers))}")
    TimerRow.objects.bulk_create(
        [TimerRow(kind=kind, key=key, due_at=due_at, counting=counting) for key, due_at in due.items()],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["due_at", "counting", "left", "not_before", "attempts", "error", "dead"],
    )


def cancel(kind: str, keys: Sequence[str] | QuerySet[Any, str]) -> int:
    """Drop the timers of keys, or of those that a query gives, in the caller's transaction; return how many there were."""
    return TimerRow.objects.filter(kind=kind, key__in=keys).delete()[0]


def pause(kind: str, key: str) -> timedelta:
    """Stop the clock of a timer; return the open time it has left. A second pause changes nothing. Raises NotFound."""
    row = _locked(kind, key)
    if row.left is None and row.due_at is not None:
        row.left = _time(row).between(clock.now(), row.due_at)
        row.due_at, row.not_before = None, row.due_at
        row.save(update_fields=["left", "due_at", "not_before"])
    return row.left or timedelta()


def resume(kind: str, key: str) -> datetime:
    """Let the clock of a timer go on; return when it is due now: never earlier than before. Raises NotFound.

    What was due on a day off had its time left at the end of the day before.
    """
    row = _locked(kind, key)
    if row.due_at is None:
        due = _time(row).add(clock.now(), row.left or timedelta())
        row.due_at = max(due, row.not_before or due)
        row.left = row.not_before = None
        row.save(update_fields=["left", "due_at", "not_before"])
    return row.due_at


def sweep(stopping: Stopping = never) -> int:
    """Do what is due, a batch after the other; return how many timers were looked at."""
    moved = 0
    while not stopping():
        found = _sweep_batch()
        moved += found
        if found < BATCH:
            break
    return moved


def _backlog() -> Backlog:
    due = TimerRow.objects.filter(dead=False, due_at__lte=clock.now())
    found = due.aggregate(n=Count("pk"), oldest=Min("due_at"))
    return Backlog(found["n"], found["oldest"])


PUMP = Pump("timers", Labels("到期处理", "What is due"), sweep, backlog=_backlog)


def _locked(kind: str, key: str) -> TimerRow:
    row = TimerRow.objects.select_for_update().filter(kind=kind, key=key).first()
    if row is None:
        raise NotFound(kind="timer", id=f"{kind} {key}")
    return row


def _time(row: TimerRow) -> OpenTime:
    return open_time(cast(Counting, row.counting))


def _sweep_batch() -> int:
    """Do a batch together; if one fails, each for itself. Several workers take different rows."""
    with transaction.atomic():
        due = TimerRow.objects.select_for_update(skip_locked=True).filter(dead=False, due_at__lte=clock.now())
        rows = list(due.filter(kind__in=_handlers).order_by("due_at", "pk")[:BATCH])
        if rows and fault_of(lambda: _fire(rows)) is not None:
            for row in rows:
                error = fault_of(partial(_fire, [row]))
                if error is not None:
                    _put_off(row, error)
    return len(rows)


def _fire(rows: Sequence[TimerRow]) -> None:
    """Call the handlers and end the timers; a handler may set its timer anew."""
    TimerRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        assert row.due_at is not None
        _handlers[row.kind](Timer(row.kind, row.key, row.due_at))


def _put_off(row: TimerRow, error: Exception) -> None:
    _log.error("a timer's handler failed", exc_info=error, extra={"timer": f"{row.kind} {row.key}"})
    attempts = row.attempts + 1
    TimerRow.objects.filter(pk=row.pk).update(
        attempts=attempts,
        error=told(error),
        dead=attempts >= TRIES,
        due_at=clock.now() + rest(FIRST_RETRY, LONGEST_RETRY, attempts),
    )
