"""Events reach their subscribers: after commit, at least once, in order per record, each with its own position.

An event is numbered when its transaction has committed: ids are given in the order in which transactions insert, and
one that is still open would be overtaken by a position. Two changes of one record never overtake each other, because
the second waits for the first to commit before it publishes.

An event that a subscriber fails at is held, and with it whatever comes later about the same record; the others go on.
One about many records has no order among them, and holds nothing but itself.
It is tried again, later and later, and is a dead letter in the end: a person has it tried again or passes it over.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, QuerySet, Value, When

from zhike.kernel import clock, context, standing
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.events import Event, Subscriber, subscribers, wanted_by
from zhike.kernel.isolation import fault_of, rest, told
from zhike.kernel.models import HeldEvent, Subscription
from zhike.kernel.pumps import Pump, Stopping, never
from zhike.kernel.written import Written, written

_log = logging.getLogger("zhike.events")
#: Events taken at once: by the numbering, and by a subscriber.
NUMBERED, BATCH = 5_000, 1_000
#: A held event is tried again after the first time, twice as long after each further fault, and this many times.
FIRST_RETRY, LONGEST_RETRY, TRIES = timedelta(seconds=10), timedelta(hours=1), 10
#: The lock of whoever numbers events; any number that nothing else in this database uses.
_NUMBERING = 7_413_001
_COLUMNS = Written("position, uid, name, subject, subject_id, at, actor, payload")

_Record = tuple[str, int]


def deliver(stopping: Stopping = never) -> int:
    """Tell every subscriber what is new, and try again what is due; return how many events were looked at."""
    number()
    idle, moved = _pass_by()
    for subscriber in subscribers():
        if stopping():
            break
        moved += (0 if subscriber.key in idle else _deliver(subscriber)) + _retry(subscriber)
    return moved


def deliver_all() -> None:
    """Deliver until nothing is left to deliver now; for commands and tests."""
    while deliver():
        pass


PUMP = Pump("events", Labels("事件投递", "Delivering events"), deliver, backlog=standing.events_backlog)


def number() -> int:
    """Give the committed events without a position theirs, in order; return how many. One process at a time does it.

    Whoever subscribes has a place in the order before that, so that nothing is numbered past a new subscriber.
    """
    _begin()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_NUMBERING])
        if not cursor.fetchone()[0]:
            return 0
        # A statement of its own: what is read here was committed after the last one who held the lock.
        cursor.execute(
            "update kernel_event e set position = n.position from ("
            " select id, (select coalesce(max(position), 0) from kernel_event) + row_number() over (order by id) as position"
            " from (select id from kernel_event where position is null order by id limit %s) fresh) n where n.id = e.id",
            [NUMBERED],
        )
        return int(cursor.rowcount)


def since(key: str, instant: datetime, *, lock: bool = False) -> tuple[int, int]:
    """Return the position before the first event since an instant, and how many of a subscriber's names it has come past.

    These it would be told again. `lock` keeps it from going on meanwhile. Raises NotFound.
    """
    rows = Subscription.objects.select_for_update() if lock else Subscription.objects.all()
    row = rows.filter(key=key).first()
    subscriber = next((one for one in subscribers() if one.key == key), None)
    if row is None or subscriber is None:
        raise NotFound(kind="subscriber", id=key)
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(min(position), %s + 1) - 1, count(*) filter (where name = any(%s))"
            " from kernel_event where at >= %s and position <= %s",
            [row.position, list(subscriber.names), instant, row.position],
        )
        position, events = cursor.fetchone()
    return int(position), int(events)


def replay(key: str, after: int) -> None:
    """Have a subscriber told again of everything after a position. Raises NotFound."""
    if not Subscription.objects.filter(key=key).update(position=after):
        raise NotFound(kind="subscriber", id=key)


@transaction.atomic
def retry(chosen: QuerySet[HeldEvent]) -> int:
    """Have held events tried again now, dead letters too; return how many."""
    _stop(chosen)
    now = Case(When(due_at__isnull=False, then=Value(clock.now())))  # what waits behind another one goes on waiting
    return chosen.update(due_at=now, dead=False, attempts=0)


@transaction.atomic
def pass_over(chosen: QuerySet[HeldEvent]) -> int:
    """Give up held events, so that what waits behind them goes on; return how many."""
    _stop(chosen)
    rows = list(chosen)
    HeldEvent.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for key in {row.subscriber for row in rows}:
        _let_next(key, {(row.subject, row.subject_id) for row in rows if row.subscriber == key})
    return len(rows)


def _stop(chosen: QuerySet[HeldEvent]) -> None:
    """Keep the subscribers of held events from going on until this transaction ends."""
    keys = chosen.values("subscriber")
    list(Subscription.objects.select_for_update().filter(key__in=keys).order_by("key"))


def _begin() -> None:
    """Let new subscribers begin with the first event that nobody has been told of yet."""
    keys = [subscriber.key for subscriber in subscribers()]
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_subscription (key, position)"
            " select key, (select coalesce(max(position), 0) from kernel_event) from unnest(%s::text[]) key"
            " where key not in (select key from kernel_subscription) on conflict do nothing",
            [keys],
        )


def _pass_by() -> tuple[set[str], int]:
    """Move those on who want none of the next events, by one statement; return them and those who have heard of all.

    The next events are those after the slowest: what one who is further on comes to is not known here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select key, position, (select coalesce(max(position), 0) from kernel_event) from kernel_subscription"
            " where key = any(%s)",
            [[subscriber.key for subscriber in subscribers()]],
        )
        found = cursor.fetchall()
        behind = {key: position for key, position, top in found if position < top}
        done = {key for key, _position, _top in found} - set(behind)
        if not behind:
            return done, 0
        start = min(behind.values())
        end = min(start + BATCH, found[0][2])
        cursor.execute(
            "select distinct name, subject from kernel_event where position > %s and position <= %s", [start, end]
        )
        wanting = {key for name, subject in cursor for key in wanted_by().of(name, subject)}
        idle = {key for key, position in behind.items() if position < end} - wanting
        if idle:
            cursor.execute(
                "update kernel_subscription set position = %s where key in (select key from kernel_subscription"
                " where key = any(%s) and position >= %s and position < %s for update skip locked)",
                [end, list(idle), start, end],
            )
        return done | idle, sum(end - behind[key] for key in idle)


def _deliver(subscriber: Subscriber) -> int:
    """Tell a subscriber of the next batch, unless another worker is about it; return how many events there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select position from kernel_subscription where key = %s for update skip locked", [subscriber.key]
        )
        row = cursor.fetchone()
        if row is None:
            return 0
        cursor.execute("select coalesce(max(position), 0) from kernel_event")
        top = cursor.fetchone()[0]
        if top <= row[0]:
            return 0
        cursor.execute(
            written(
                "select {columns} from kernel_event where position > %s and position <= %s and name = any(%s)"
                " order by position limit %s",
                columns=_COLUMNS,
            ),
            [row[0], top, list(subscriber.names), BATCH],
        )
        events = [_event(found) for found in cursor]
        _tell_all(subscriber, events)
        reached = events[-1].position if len(events) == BATCH else top
        cursor.execute("update kernel_subscription set position = %s where key = %s", [reached, subscriber.key])
    return len(events)


def _tell_all(subscriber: Subscriber, events: Sequence[Event]) -> None:
    """Tell of all events together; if one fails, of each for itself, and hold those that fail."""
    held = _held(subscriber, events)
    free = [event for event in events if (event.subject, event.subject_id) not in held]
    if len(free) == len(events) and fault_of(lambda: _tell(subscriber, events)) is None:
        return
    for event in events:
        record = (event.subject, event.subject_id)
        error = None if record in held else fault_of(partial(_tell, subscriber, [event]))
        if error is not None:
            _hold(subscriber, event, error)
            held |= {record} if event.subject_id else set()
        elif record in held:
            _hold(subscriber, event, None)
    _let_next(subscriber.key, held)


def _held(subscriber: Subscriber, events: Sequence[Event]) -> set[_Record]:
    """The records of which a subscriber holds an event, among those of some events."""
    records = {(event.subject, event.subject_id) for event in events if event.subject_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct h.subject, h.subject_id from kernel_heldevent h"
            " join unnest(%s::text[], %s::bigint[]) r(subject, subject_id) using (subject, subject_id)"
            " where h.subscriber = %s",
            [[subject for subject, _id in records], [found for _subject, found in records], subscriber.key],
        )
        return set(cursor.fetchall())


def _tell(subscriber: Subscriber, events: Iterable[Event]) -> None:
    for event in events:
        with context.acting(actor=event.actor, request_id=f"event-{event.uid}"):
            subscriber.handle(event)


def _hold(subscriber: Subscriber, event: Event, error: Exception | None) -> None:
    """Keep an event that failed, or that waits behind one of the same record (also one that is told again: in front)."""
    if error is None:
        behind = HeldEvent.objects.filter(subscriber=subscriber.key, subject=event.subject, subject_id=event.subject_id)
        behind.filter(position__gt=event.position, due_at__isnull=False).update(due_at=None)
    HeldEvent.objects.get_or_create(
        subscriber=subscriber.key,
        position=event.position,
        defaults={
            "name": event.name,
            "subject": event.subject,
            "subject_id": event.subject_id,
            "attempts": 0 if error is None else 1,
            "error": "" if error is None else _said(subscriber, event, error),
            "due_at": None if error is None else clock.now() + FIRST_RETRY,
        },
    )


def _let_next(key: str, records: Collection[_Record]) -> None:
    """Let the first of what a subscriber holds of each record be due, if it waited behind another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_heldevent h set due_at = %s from unnest(%s::text[], %s::bigint[]) r(subject, subject_id)"
            " where h.subscriber = %s and h.due_at is null and h.subject = r.subject and h.subject_id = r.subject_id"
            " and h.position = (select min(o.position) from kernel_heldevent o where o.subscriber = h.subscriber"
            " and o.subject = r.subject and o.subject_id = r.subject_id)",
            [clock.now(), [subject for subject, _id in records], [found for _subject, found in records], key],
        )


def _said(subscriber: Subscriber, event: Event, error: Exception) -> str:
    facts = {"subscriber": subscriber.key, "event": str(event.uid)}
    _log.error("a subscriber failed at an event", exc_info=error, extra=facts)
    return told(error)


def _retry(subscriber: Subscriber) -> int:
    """Try the held events that are due, unless another worker is about the subscriber; return how many were tried."""
    due = HeldEvent.objects.filter(subscriber=subscriber.key, dead=False, due_at__lte=clock.now()).order_by("position")
    with transaction.atomic():
        if Subscription.objects.select_for_update(skip_locked=True).filter(key=subscriber.key).first() is None:
            return 0
        rows = list(due[:BATCH])
        done = {(row.subject, row.subject_id) for row in rows if _retry_one(subscriber, row)}
        _let_next(subscriber.key, done)
    return len(rows)


def _retry_one(subscriber: Subscriber, row: HeldEvent) -> bool:
    """Try one; return whether it is done with."""
    event = _event_at(row.position)
    error = fault_of(lambda: _tell(subscriber, [event])) if event is not None else None
    if error is None:
        row.delete()
        return True
    row.attempts += 1
    row.error = _said(subscriber, event, error) if event is not None else ""
    row.dead = row.attempts >= TRIES
    row.due_at = clock.now() + rest(FIRST_RETRY, LONGEST_RETRY, row.attempts)
    row.save()
    return False


def _event_at(position: int) -> Event | None:
    with connection.cursor() as cursor:
        cursor.execute(written("select {columns} from kernel_event where position = %s", columns=_COLUMNS), [position])
        row = cursor.fetchone()
    return _event(row) if row else None


def _event(row: Sequence[Any]) -> Event:
    position, uid, name, subject, subject_id, at, actor, payload = row
    return Event(position, uid, name, subject, subject_id, at, actor, json.loads(payload))  # the connection leaves text
