"""Facts that happened, published in the transaction that made them true, read in order by id."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection

from zhike.kernel import clock, context
from zhike.kernel.ids import uuid7

Subscriber = Callable[[str, int], None]
_subscribers: dict[str, list[Subscriber]] = {}
_INSERT = "insert into kernel_event (uid, name, subject, subject_id, at, actor, payload)"


def subscribe(name: str, subscriber: Subscriber) -> None:
    """Call `subscriber(subject, subject id)` for every event `name`, in the transaction that publishes it.

    For what must be true together with the event; called by a room above the publisher when the application starts.
    """
    _subscribers.setdefault(name, []).append(subscriber)


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
    tell(name, subject, subject_id)


def about(made: str, name: str, subject: str) -> tuple[str, dict[str, Any]]:
    """Return SQL that writes the event `name` about the new record that is the one row of the CTE `made`, and its values.

    For the statement that makes a record: a part of it, so that the event costs no round trip. Whoever runs it calls
    `tell` when it knows the record's id.
    """
    sql = f"{_INSERT} select %(event_uid)s, %(event)s, %(subject)s, id, created_at, created_by, '{{}}' from {made}"
    return sql, {"event_uid": uuid7(), "event": name, "subject": subject}


def tell(name: str, subject: str, subject_id: int) -> None:
    """Call the subscribers of an event that was written."""
    for subscriber in _subscribers.get(name, ()):
        subscriber(subject, subject_id)
