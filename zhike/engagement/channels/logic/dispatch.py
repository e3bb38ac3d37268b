"""The dispatcher of mail: claims due messages, sends them at most once, and never loses one.

Every state change carries the claim's token: a dispatcher whose lease ran out cannot overwrite what the next one did.
What has ended stays as it ended: a message that was stopped before it left is no failure, whatever its dispatcher finds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from zhike.engagement.channels.errors import MailRejected
from zhike.engagement.channels.logic import away, content
from zhike.engagement.channels.logic.smtp import Mailbox, OutcomeUnknown, ServerAway, TryLater, compose
from zhike.engagement.channels.models import Delivery
from zhike.engagement.channels.types import Message
from zhike.kernel import clock, definitions, events, isolation
from zhike.kernel.pumps import Stopping, never

_log = logging.getLogger("zhike.channels")
LEASE = timedelta(minutes=2)
RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 5
#: How long a message waits for a server that is away, where the installation says nothing else.
PATIENCE_HOURS = 24
#: Messages given up at once.
BATCH = 1_000
#: The one channel whose messages this dispatcher sends.
CHANNEL = "email"
_ENDED = (Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.STOPPED)


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
    again = expired.filter(state=Delivery.State.CLAIMED).update(
        state=Delivery.State.WAITING, lease_until=None, attempts=F("attempts") - 1
    )
    lost = expired.filter(state=Delivery.State.SENDING).update(
        state=Delivery.State.UNKNOWN, lease_until=None, error="发送过程中断，结果未知"
    )
    return again + lost


def dispatch(settings: Mapping[str, Any], limit: int = 50, stopping: Stopping = never) -> Dispatched:
    """Send up to `limit` due messages and return what became of them; once `stopping`, the rest waits again.

    While the server is away nothing is claimed until its next try, which one message makes.
    """
    found = away.away(CHANNEL)
    if found is not None:
        patience = timedelta(hours=settings.get("patience_hours", PATIENCE_HOURS))
        if found.since <= clock.now() - patience:
            _give_up(patience)
        if found.retry_at > clock.now():
            return Dispatched()
        limit = 1
    claimed = _claim(limit)
    mailbox = Mailbox(settings)
    outcome = {"sent": 0, "failed": 0, "unknown": 0, "later": 0}
    try:
        with definitions.pinned():  # else each message asks for their version
            filled = _filled(claimed)
        gone = False
        for row in claimed:
            try:
                outcome[_give_back(row) if gone or stopping() else _isolated(row, filled, mailbox, settings)] += 1
            except ServerAway as error:
                away.put_aside(CHANNEL, str(error))
                outcome[_give_back(row)] += 1
                gone = True
        if mailbox.answered and not gone:
            away.resume(CHANNEL)
    finally:
        mailbox.close()
    return Dispatched(**outcome)


def _filled(claimed: Sequence[Delivery]) -> dict[int, Message]:
    """Return the messages of claimed rows, read by one query a template.

    Where a template fails, its rows are left out: each is filled, and fails, for itself.
    """
    filled: dict[int, Message] = {}
    for key in dict.fromkeys(row.template for row in claimed):
        rows = [row for row in claimed if row.template == key]
        try:
            messages = content.messages(content.template(key), [row.party_id for row in rows])
        except Exception as error:
            if isolation.is_nobodys(error):
                raise
            _log.exception("the messages of a template could not be filled together", extra={"template": key})
            continue
        filled |= {row.pk: messages[row.party_id] for row in rows if row.party_id in messages}
    return filled


def _give_up(patience: timedelta) -> None:
    """Fail what has waited for the server longer than the firm's patience."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, held=False, channel=CHANNEL)
    hours = round(patience.total_seconds() / 3600)
    for row in waiting.filter(not_before__lt=clock.now() - patience).order_by("pk")[:BATCH]:
        _settle(row, Delivery.State.FAILED, f"邮件服务器中断，超过 {hours} 小时未能发出")


def _claim(limit: int) -> list[Delivery]:
    now = clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update channels_delivery set state = 'claimed', lease_until = %s, token = token + 1, attempts = attempts + 1"
            " where id in (select id from channels_delivery where state = 'waiting' and not held and not_before <= %s"
            " and channel = %s order by not_before, id limit %s for update skip locked) returning id",
            [now + LEASE, now, CHANNEL, limit],
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=ids).order_by("pk"))


def _isolated(row: Delivery, filled: Mapping[int, Message], mailbox: Mailbox, settings: Mapping[str, Any]) -> str:
    """Send one message; whatever nobody expected of it is put down to that message alone, and the rest goes on."""
    try:
        return _send(row, filled.get(row.pk), mailbox, settings)
    except ServerAway:
        raise
    except Exception as error:
        if isolation.is_nobodys(error):
            raise
        mailbox.close()
        _log.exception("a message could not be sent", extra={"delivery": str(row.uid)})
        left = Delivery.objects.filter(pk=row.pk, token=row.token, state=Delivery.State.SENDING).exists()
        return _settle(row, Delivery.State.UNKNOWN if left else Delivery.State.FAILED, isolation.reason(error))


def _send(row: Delivery, message: Message | None, mailbox: Mailbox, settings: Mapping[str, Any]) -> str:
    message = message or content.messages(content.template(row.template), [row.party_id]).get(row.party_id)
    if message is None or message.missing:
        missing = "、".join(name.zh for name in message.missing) if message else "客户"
        return _settle(row, Delivery.State.FAILED, f"缺少资料：{missing}")
    mail = compose(settings["sender"], message.address, message.subject, message.text, str(row.uid))
    try:
        mailbox.send(mail, message.address, lambda: _mark_sending(row))
    except Fenced:
        return "later"
    except TryLater as error:
        return _try_later(row, str(error))
    except MailRejected as error:
        return _settle(row, Delivery.State.FAILED, error.kept)
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
    """Write an outcome and its event, where the claim is still ours and the message has not ended: both or neither.

    Returns what is counted: the outcome, or "later" where nothing was written.
    """
    told = {"origin": str(row.origin_uid), "party": row.party_id}
    event, values = events.told_of("ours", f"delivery.{state}", "delivery", told)
    sent_at = clock.now() if state == Delivery.State.SENT else None
    outcome = {"state": str(state), "error": error[:300], "sent_at": sent_at, "id": row.pk, "token": row.token}
    with connection.cursor() as cursor:
        cursor.execute(
            "with ours as (update channels_delivery set state = %(state)s, error = %(error)s, sent_at = %(sent_at)s,"
            " lease_until = null where id = %(id)s and token = %(token)s and state <> all(%(ended)s)"
            f" returning id) {event}",
            values | outcome | {"ended": list(_ENDED)},
        )
        written = cursor.rowcount > 0
    return str(state) if written else "later"


def _try_later(row: Delivery, error: str) -> str:
    ours = Delivery.objects.filter(pk=row.pk, token=row.token).exclude(state__in=_ENDED)
    again = {"state": Delivery.State.WAITING, "not_before": clock.now() + RETRY}
    last = row.attempts >= MOST_ATTEMPTS
    if not last and ours.filter(recalled=False).update(**again, lease_until=None, error=error[:300]):
        return "later"
    if ours.filter(recalled=True).update(state=Delivery.State.STOPPED, lease_until=None, error=error[:300]) or not last:
        return "later"
    return _settle(row, Delivery.State.FAILED, f"多次未能投递：{error}")
