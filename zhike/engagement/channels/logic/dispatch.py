"""The dispatcher: claims due messages, sends them at most once, and never loses one.

Every state change carries the claim's token: a dispatcher whose lease ran out cannot overwrite what the next one did.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F

from zhike.engagement.channels.errors import MailRejected
from zhike.engagement.channels.logic import content
from zhike.engagement.channels.logic.smtp import Mailbox, OutcomeUnknown, TryLater, compose
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock, events
from zhike.kernel.errors import ZhikeError
from zhike.kernel.pumps import Stopping, never

_log = logging.getLogger("zhike.channels")
LEASE = timedelta(minutes=2)
RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    later: int = 0


class Fenced(Exception):
    """The claim is no longer ours, or the origin was stopped: nothing may leave."""


def recover() -> int:
    """Settle leases that ran out: claimed rows wait again, sending rows are unknown. Returns how many there were."""
    expired = Delivery.objects.filter(lease_until__lt=clock.now())
    again = expired.filter(state=Delivery.State.CLAIMED).update(state=Delivery.State.WAITING, lease_until=None)
    lost = expired.filter(state=Delivery.State.SENDING).update(
        state=Delivery.State.UNKNOWN, lease_until=None, error="发送过程中断，结果未知"
    )
    return again + lost


def dispatch(settings: Mapping[str, Any], limit: int = 50, stopping: Stopping = never) -> Dispatched:
    """Send up to `limit` due messages and return what became of them; once `stopping`, the rest waits again."""
    claimed = _claim(limit)
    mailbox = Mailbox(settings)
    outcome = {"sent": 0, "failed": 0, "unknown": 0, "later": 0}
    try:
        for row in claimed:
            outcome[_give_back(row) if stopping() else _isolated(row, mailbox, settings)] += 1
    finally:
        mailbox.close()
    return Dispatched(**outcome)


def _claim(limit: int) -> list[Delivery]:
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update channels_delivery set state = 'claimed', lease_until = %s, token = token + 1, attempts = attempts + 1"
            " where id in (select id from channels_delivery where state = 'waiting' and not held and not_before <= %s"
            " order by not_before, id limit %s for update skip locked) returning id",
            [now + LEASE, now, limit],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=ids).order_by("pk"))


def _isolated(row: Delivery, mailbox: Mailbox, settings: Mapping[str, Any]) -> str:
    """Send one message; whatever nobody expected of it is put down to that message alone, and the rest goes on."""
    try:
        return _send(row, mailbox, settings)
    except DatabaseError:
        raise
    except Exception as error:
        mailbox.close()
        _log.exception("a message could not be sent", extra={"delivery": str(row.uid)})
        left = Delivery.objects.filter(pk=row.pk, token=row.token, state=Delivery.State.SENDING).exists()
        reason = error.message("zh") if isinstance(error, ZhikeError) else f"{type(error).__name__}: {error}"
        return _settle(row, Delivery.State.UNKNOWN if left else Delivery.State.FAILED, reason)


def _send(row: Delivery, mailbox: Mailbox, settings: Mapping[str, Any]) -> str:
    template = content.template(row.template)
    message = content.messages(template, [row.party_id]).get(row.party_id)
    if message is None or message.missing:
        missing = "、".join(message.missing) if message else "客户"
        return _settle(row, Delivery.State.FAILED, f"缺少资料：{missing}")
    mail = compose(settings["sender"], message.address, message.subject, message.text, str(row.uid))
    try:
        mailbox.send(mail, message.address, lambda: _mark_sending(row))
    except Fenced:
        return "later"
    except TryLater as error:
        return _try_later(row, str(error))
    except MailRejected as error:
        return _settle(row, Delivery.State.FAILED, str(error.facts["answer"]))
    except OutcomeUnknown as error:
        return _settle(row, Delivery.State.UNKNOWN, f"结果未知：{error}"[:300])
    return _settle(row, Delivery.State.SENT, "")


def _mark_sending(row: Delivery) -> None:
    """Commit that the message is about to leave; from here on a crash means unknown, never a second send."""
    ours = Delivery.objects.filter(pk=row.pk, token=row.token, state=Delivery.State.CLAIMED, held=False)
    if not ours.update(state=Delivery.State.SENDING, lease_until=clock.now() + LEASE):
        _give_back(row)
        raise Fenced()


def _give_back(row: Delivery) -> str:
    Delivery.objects.filter(pk=row.pk, token=row.token, state=Delivery.State.CLAIMED).update(
        state=Delivery.State.WAITING, lease_until=None, attempts=F("attempts") - 1
    )
    return "later"


def _settle(row: Delivery, state: str, error: str) -> str:
    with transaction.atomic():
        ours = Delivery.objects.filter(pk=row.pk, token=row.token).exclude(state=Delivery.State.SENT)
        sent_at = clock.now() if state == Delivery.State.SENT else None
        if ours.update(state=state, error=error[:300], sent_at=sent_at, lease_until=None):
            events.publish(
                f"delivery.{state}", "delivery", row.pk, {"origin": str(row.origin_uid), "party": row.party_id}
            )
    return {"sent": "sent", "failed": "failed"}.get(state, "unknown")


def _try_later(row: Delivery, error: str) -> str:
    if row.attempts >= MOST_ATTEMPTS:
        return _settle(row, Delivery.State.FAILED, f"多次未能投递：{error}")
    Delivery.objects.filter(pk=row.pk, token=row.token).update(
        state=Delivery.State.WAITING, lease_until=None, error=error[:300], not_before=clock.now() + RETRY
    )
    return "later"
