"""Facts that happened, published in the transaction that made them true, read in order by id."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from django.db import connection

from zhike.kernel import clock, context
from zhike.kernel.ids import uuid7

Subscriber = Callable[[str, int], None]
_subscribers: dict[str, list[Subscriber]] = {}


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
            "insert into kernel_event (uid, name, subject, subject_id, at, actor, payload)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [uuid7(), name, subject, subject_id, clock.now(), context.current().actor, json.dumps(payload or {})],
        )
    for subscriber in _subscribers.get(name, ()):
        subscriber(subject, subject_id)
