"""Facts that happened, published in the transaction that made them true, delivered after it by `event_delivery`.

Whoever wants to hear of them subscribes: at least once, in order per record, with a position of its own. Nobody is
called inside the publishing transaction.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from zhike.kernel import clock, context
from zhike.kernel.definition_parts import Labels
from zhike.kernel.ids import uuid7
from zhike.kernel.triggers import Trigger, TriggerIndex
from zhike.kernel.written import Written, written
from zhike.kernel.written import name as quoted

#: `ids.uuid7` as SQL, for statements of which nobody knows how many rows they change.
_UID = Written(
    "encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing"
    " substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),"
    " 52, 1), 53, 1), 'hex')::uuid"
)
_INSERT = Written("insert into kernel_event (uid, name, subject, subject_id, at, actor, payload)")


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one record: `subject` is the kind of record, `subject_id` its inner id, 0 for many of a kind."""

    position: int
    uid: uuid.UUID
    name: str
    subject: str
    subject_id: int
    at: datetime
    actor: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who hears of events of some names. `handle` may be called twice for one event, and has its own transaction."""

    key: str
    labels: Labels
    names: tuple[str, ...]
    handle: Callable[[Event], None]


_subscribers: dict[str, Subscriber] = {}


def subscribe(subscriber: Subscriber) -> None:
    """Have a subscriber told of every event of its names from now on; called when the application starts."""
    _subscribers[subscriber.key] = subscriber


def subscribers() -> Iterable[Subscriber]:
    """Return who hears of events, by key."""
    return [found for _key, found in sorted(_subscribers.items())]


def wanted_by() -> TriggerIndex[str]:
    """Return which subscribers, by key, want which events."""
    return _index(tuple((subscriber.key, subscriber.names) for subscriber in subscribers()))


@lru_cache(maxsize=1)
def _index(named: tuple[tuple[str, tuple[str, ...]], ...]) -> TriggerIndex[str]:
    return TriggerIndex.build((Trigger(name), key) for key, names in named for name in names)


def publish(name: str, subject: str, subject_id: int, payload: Mapping[str, object] | None = None) -> None:
    """Write the event `name` ("record.created") about one record into the outbox.

    Arguments: `subject` is the object type, `subject_id` the record's inner id, `payload` plain JSON values
    without personal data. It shares the fate of the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_INSERT} values (%s, %s, %s, %s, %s, %s, %s)",
            [uuid7(), name, subject, subject_id, clock.now(), context.current().actor, json.dumps(payload or {})],
        )


def about(made: str, name: str, subject: str) -> tuple[Written, dict[str, Any]]:
    """Return SQL that writes the event `name` about the new record that is the one row of the CTE `made`, and its values.

    For the statement that makes a record: a part of it, so that the event costs no round trip.
    """
    sql = written(
        "{insert} select %(event_uid)s, %(event)s, %(subject)s, id, created_at, created_by, '{{}}' from {made}",
        insert=_INSERT,
        made=quoted(made),
    )
    return sql, {"event_uid": uuid7(), "event": name, "subject": subject}


def told_of(changed: str, name: str, subject: str) -> tuple[Written, dict[str, Any]]:
    """Return SQL that writes the event `name` about each row of the CTE `changed`, and its values; `told` is its payload.

    For the statement that changes rows only under a condition: changes and their events are one round trip.
    """
    sql = written(
        "{insert} select {uid}, %(event)s, %(subject)s, id, %(event_at)s, %(event_by)s, told from {changed}",
        insert=_INSERT,
        uid=_UID,
        changed=quoted(changed),
    )
    return sql, {
        "event": name,
        "subject": subject,
        "event_at": clock.now(),
        "event_by": context.current().actor,
    }
