"""Channels: approved content, and messages that leave at most once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from zhike.engagement.channels.errors import NoAddress, NotResendable
from zhike.engagement.channels.logic import away as server
from zhike.engagement.channels.logic import content, refusals
from zhike.engagement.channels.logic import dispatch as dispatching
from zhike.engagement.channels.logic.dispatch import Dispatched
from zhike.engagement.channels.logic.smtp import Mailbox, compose
from zhike.engagement.channels.models import Delivery
from zhike.engagement.channels.types import RESENDABLE, DeliveryState, Message, Template
from zhike.kernel import clock
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import uuid7
from zhike.kernel.pumps import Stopping, never
from zhike.platform.permissions.types import Principal

__all__ = [
    "away",
    "counts",
    "counts_of",
    "dispatch",
    "enqueue",
    "fields_used",
    "first_sent",
    "hold",
    "masked_preview",
    "messages",
    "parties",
    "put_off",
    "resend",
    "send_test",
    "states",
    "states_of_party",
    "stop",
    "template",
    "templates",
    "undelivered",
]

template = content.template
away = server.away
stop = dispatching.stop


def templates() -> list[Template]:
    """Return every template, in order of key."""
    return [found for _key, found in sorted(content.templates().items())]


def messages(key: str, party_ids: Sequence[int]) -> dict[int, Message]:
    """Return the filled messages of a template by party; parties that no longer exist are left out."""
    return content.messages(content.template(key), party_ids)


def masked_preview(key: str, facts: Mapping[str, Any], *, principal: Principal) -> Message:
    """Return the template filled with one party's facts as `principal` may see them, the address masked."""
    return content.fill(content.template(key), facts, principal)


def fields_used(key: str) -> list[str]:
    """Return the party fields that filling the template reads."""
    return content.fields_used(content.template(key))


def enqueue(
    decisions: Iterable[tuple[int, int]], *, origin_kind: str, origin_uid: uuid.UUID, channel: str, template: str
) -> None:
    """Put a message on its way for each (decision id, party id), in the caller's transaction."""
    now = clock.now()
    Delivery.objects.bulk_create(
        Delivery(
            uid=uuid7(),
            decision_id=decision_id,
            origin_kind=origin_kind,
            origin_uid=origin_uid,
            party_id=party_id,
            channel=channel,
            template=template,
            not_before=now,
            created_at=now,
        )
        for decision_id, party_id in decisions
    )


def dispatch(settings: Mapping[str, Any], *, limit: int = 50, stopping: Stopping = never) -> Dispatched:
    """Settle expired leases, then send up to `limit` due messages. Any number of workers may do this at once.

    Once `stopping` says so, what has not begun to leave waits again.
    """
    dispatching.recover()
    return dispatching.dispatch(settings, limit, stopping)


def hold(origin_uid: uuid.UUID, *, held: bool) -> int:
    """Hold back the messages of an origin that have not left, or let them go again; return how many there are."""
    return Delivery.objects.filter(origin_uid=origin_uid, state__in=dispatching.NOT_LEFT).update(
        held=held, tried_since=None
    )


def counts(origin_uid: uuid.UUID) -> dict[str, int]:
    """Return how many messages of an origin are in each state."""
    return counts_of([origin_uid])[origin_uid]


def counts_of(origin_uids: Sequence[uuid.UUID], states: Sequence[str] = ()) -> dict[uuid.UUID, dict[str, int]]:
    """Return the same by origin, of several at once; with `states` only of those in one of them."""
    found: dict[uuid.UUID, dict[str, int]] = {uid: {} for uid in origin_uids}
    rows = Delivery.objects.filter(origin_uid__in=origin_uids)
    if states:
        rows = rows.filter(state__in=states)
    for row in rows.values("origin_uid", "state").annotate(n=Count("*")):  # by the index alone
        found[row["origin_uid"]][row["state"]] = row["n"]
    return found


def put_off(origin_uid: uuid.UUID) -> tuple[int, datetime | None]:
    """Return how many messages of an origin the gate has told to wait as they were about to leave, and until when.

    Until when the first of them waits; None where there is none. One that the server did not take waits for the server.
    """
    rows = Delivery.objects.filter(origin_uid=origin_uid, state=Delivery.State.WAITING, held=False, attempts=0)
    found = rows.filter(not_before__gt=clock.now()).aggregate(n=Count("pk"), until=Min("not_before"))
    return found["n"], found["until"]


def states(origin_uid: uuid.UUID, *, party_ids: Sequence[int]) -> dict[int, DeliveryState]:
    """Return where the messages of an origin to these parties stand."""
    rows = Delivery.objects.filter(origin_uid=origin_uid, party_id__in=party_ids)
    return {row.party_id: _state_of(row) for row in rows}


def states_of_party(party_id: int) -> dict[uuid.UUID, DeliveryState]:
    """Return where the messages to one party stand, by origin."""
    rows = Delivery.objects.filter(party_id=party_id).order_by("pk")
    return {row.origin_uid: _state_of(row) for row in rows}


def _state_of(row: Delivery) -> DeliveryState:
    return DeliveryState(row.uid, row.party_id, row.state, refusals.said(row.error, row.error_en), row.sent_at)


def parties(origin_uid: uuid.UUID, in_states: Sequence[str]) -> QuerySet[Any]:
    """Return the parties whose message of this origin is in one of the states; for a condition."""
    return Delivery.objects.filter(origin_uid=origin_uid, state__in=in_states).values("party_id")


def first_sent(origin_kind: str) -> Iterator[tuple[int, datetime]]:
    """Yield each party to whom a message of a kind of origin was sent, with the instant of the first one."""
    rows = Delivery.objects.filter(origin_kind=origin_kind, state=Delivery.State.SENT, sent_at__isnull=False)
    first = rows.values("party_id").annotate(at=Min("sent_at")).order_by("party_id")
    yield from first.values_list("party_id", "at").iterator(chunk_size=10_000)


def undelivered(origin_uid: uuid.UUID, party_id: int) -> int:
    """Lock the message of an origin to a party that may be sent again (failed, or of unknown outcome) and return its id.

    Raises NotFound, NotResendable.
    """
    row = Delivery.objects.select_for_update().filter(origin_uid=origin_uid, party_id=party_id).first()
    if row is None:
        raise NotFound(kind="delivery", id=party_id)
    if row.state not in RESENDABLE:
        raise NotResendable(state=row.state)
    return row.pk


def resend(delivery_id: int, *, decision_id: int) -> None:
    """Put an undelivered message on its way again, for the decision that allows it, in the caller's transaction.

    Whoever sent it before says nothing of it any more.
    """
    row = Delivery.objects.get(pk=delivery_id)
    row.token += 1
    row.state, row.decision_id, row.not_before = Delivery.State.WAITING, decision_id, clock.now()
    row.attempts, row.tried_since, row.recalled, row.held = 0, None, False, False
    row.error = row.error_en = ""
    row.save()


def send_test(
    key: str, facts: Mapping[str, Any], *, to: str, settings: Mapping[str, Any], principal: Principal
) -> None:
    """Send a principal's preview to a colleague's own address; it is no delivery and takes no place of a cap."""
    if not to:
        raise NoAddress()
    message = masked_preview(key, facts, principal=principal)
    mail = compose(settings["sender"], to, f"[测试] {message.subject}", message.text, f"test-{uuid7()}")
    mailbox = Mailbox(settings)
    try:
        mailbox.send(mail, to, lambda: None)
    finally:
        mailbox.close()
