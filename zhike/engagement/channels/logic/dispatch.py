"""The dispatcher of mail: claims due messages, sends them at most once, and never loses one.

Every state change carries the claim's token: a dispatcher whose lease ran out cannot overwrite what the next one did.
What has ended stays as it ended: a message that was stopped before it left is no failure, whatever its dispatcher finds.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from zhike.engagement.channels.errors import MailRejected
from zhike.engagement.channels.logic import asking, away, content, refusals
from zhike.engagement.channels.logic.smtp import Mailbox, OutcomeUnknown, ServerAway, TryLater, compose
from zhike.engagement.channels.models import Delivery
from zhike.engagement.channels.types import Message
from zhike.engagement.compliance import api as compliance
from zhike.kernel import clock, definitions, events, isolation
from zhike.kernel.definition_parts import Labels, Words, kept
from zhike.kernel.pumps import Stopping, never
from zhike.kernel.written import Written, written
from zhike.platform.objects import catalogue

_log = logging.getLogger("zhike.channels")
LEASE = timedelta(minutes=2)
#: Where the installation says nothing else: how long a message waits for a server that is away or does not take it now,
#: after how long it is tried again (twice as long after each further try, up to the longest), and after how many
#: messages in a row that the server does not take now it is as good as away.
PATIENCE_HOURS, RETRY_MINUTES, LONGEST_RETRY_MINUTES, BUSY_AFTER = 24, 5, 60, 5
_NO_SETTINGS: Mapping[str, Any] = {}
#: Messages given up at once.
BATCH = 1_000
#: The one channel whose messages this dispatcher sends.
CHANNEL = "email"
NOT_LEFT = (Delivery.State.WAITING, Delivery.State.CLAIMED, Delivery.State.SENDING)
_ENDED = (Delivery.State.SENT, Delivery.State.REFUSED, Delivery.State.FAILED, Delivery.State.STOPPED)
#: Why a message is unknown whose dispatcher died as it was leaving.
_CUT_OFF = Labels("发送过程中断，结果未知", "interrupted while it was being sent; the outcome is unknown")
#: How a message ends that has certainly reached nobody.
_NOWHERE = (Delivery.State.FAILED, Delivery.State.STOPPED)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    later: int = 0
    refused: int = 0


#: A message that has certainly reached nobody takes no place of a frequency cap.
_BACK = written(", back as ({back})", back=compliance.giving_back("ours"))


class Fenced(Exception):
    """The claim is no longer ours, or the origin was stopped: nothing may leave."""


def recover() -> int:
    """Settle leases that ran out: claimed rows wait again, sending rows are unknown. Returns how many there were."""
    expired = Delivery.objects.filter(lease_until__lt=clock.now())
    again = expired.filter(state=Delivery.State.CLAIMED).update(
        state=Delivery.State.WAITING, lease_until=None, attempts=F("attempts") - 1
    )
    event, values = events.told_of("ours", "delivery.unknown", "delivery")
    with connection.cursor() as cursor:
        cursor.execute(
            written(
                "with ours as (update channels_delivery set state = 'unknown', lease_until = null,"
                " error = %(error)s, error_en = %(error_en)s"
                " where state = 'sending' and lease_until < %(now)s returning id, {told}) {event}",
                told=asking.TOLD,
                event=event,
            ),
            values | {"now": clock.now(), **_columns(_CUT_OFF)},
        )
        lost: int = cursor.rowcount
    return again + lost


def stop(origin_uid: uuid.UUID) -> int:
    """Stop the messages of an origin that have not left, claimed ones too; return how many there were.

    One that is leaving at this moment either arrives or is stopped, too: it is not tried again. What is stopped has
    reached nobody and takes no place of a frequency cap any more.
    """
    event, values = events.told_of("ours", "delivery.stopped", "delivery")
    with connection.cursor() as cursor:
        # One statement: between two of them a message could begin to leave, or come back to be tried again.
        cursor.execute(
            written(
                "with changed as (update channels_delivery set recalled = recalled or state = 'sending',"
                " state = case when state = 'sending' then state else 'stopped' end,"
                " lease_until = case when state = 'sending' then lease_until end"
                " where origin_uid = %(origin)s and state = any(%(not_left)s) returning id, decision_id, state, {told}),"
                " ours as (select id, decision_id, told from changed where state = 'stopped'),"
                " back as ({back}), written as ({event}) select count(*) from changed",
                told=asking.TOLD,
                back=compliance.giving_back("ours"),
                event=event,
            ),
            values | {"origin": origin_uid, "not_left": list(NOT_LEFT)},
        )
        found: int = cursor.fetchone()[0]
    return found


def dispatch(settings: Mapping[str, Any], limit: int = 50, stopping: Stopping = never) -> Dispatched:
    """Send up to `limit` due messages and return what became of them; once `stopping`, the rest waits again.

    The gate is asked again about them first. What has not begun to leave when the claim runs out waits and is asked about anew.
    While the server is away nothing is claimed until its next try, which one message makes. One that takes message after
    message not now is as good as away.
    """
    found = away.away(CHANNEL)
    if found is not None:
        patience = patience_of(settings)
        if found.since <= clock.now() - patience:
            _give_up(patience)
        if found.retry_at > clock.now():
            return Dispatched()
        limit = 1
    until = clock.now() + LEASE
    claimed = _claim(limit)
    mailbox = Mailbox(settings)
    try:
        with definitions.pinned():  # else each message asks for their version
            filled = _filled(claimed)
            answers = asking.ask(claimed, filled)
        outcome = {"sent": 0, "failed": 0, "unknown": 0, "later": answers.later, "refused": answers.refused}
        for row in answers.lost:
            outcome[_give_back(row)] += 1
        for row, fault in answers.faults:
            outcome[_settle(row, Delivery.State.FAILED, isolation.reason(fault))] += 1
        gone = False
        for row in answers.leave:
            waits = gone or stopping() or clock.now() > until
            try:
                outcome[_give_back(row) if waits else _isolated(row, filled, mailbox, settings)] += 1
            except ServerAway as error:
                away.put_aside(CHANNEL, error.said)
                outcome[_give_back(row)] += 1
                gone = True
            if not gone and len(mailbox.not_now) >= (1 if found else settings.get("busy_after", BUSY_AFTER)):
                away.put_aside(
                    CHANNEL, _told("邮件服务器暂不收信：", "the mail server takes no mail now: ", mailbox.not_now[-1])
                )
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
    hours = _hours(patience)
    said = Labels(f"邮件服务器中断，超过 {hours} 小时未能发出", f"the mail server was away; not sent for {hours} hours")
    for row in waiting.filter(not_before__lt=clock.now() - patience).order_by("pk")[:BATCH]:
        _settle(row, Delivery.State.FAILED, said)


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
        return _settle(row, Delivery.State.FAILED, _missing(message))
    mail = compose(settings["sender"], message.address, message.subject, message.text, str(row.uid))
    try:
        mailbox.send(mail, message.address, lambda: _mark_sending(row))
    except Fenced:
        return "later"
    except TryLater as error:
        mailbox.not_now.append(error.said)
        return _try_later(row, error.said, settings)
    except MailRejected as error:
        mailbox.not_now.clear()
        return _settle(row, Delivery.State.FAILED, error.kept)
    except OutcomeUnknown as error:
        return _settle(row, Delivery.State.UNKNOWN, _told("结果未知：", "outcome unknown: ", error.said))
    mailbox.not_now.clear()
    return _settle(row, Delivery.State.SENT, "")


def _missing(message: Message | None) -> Labels:
    """What keeps a message from being sent: facts that it needs, or whom it is for is gone."""
    if message is None:
        party = catalogue.object_with_role("party").labels
        return Labels(f"缺少资料：{party['zh']}", f"not known: {party['en']}")
    zh, en = ("、".join(name.zh for name in message.missing), ", ".join(name.en for name in message.missing))
    return Labels(f"缺少资料：{zh}", f"not known: {en}")


def _mark_sending(row: Delivery) -> None:
    """Commit that the message is about to leave; from here on a crash means unknown, never a second send."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "update channels_delivery set state = 'sending', lease_until = %(until)s"
            " where id = %(id)s and token = %(token)s and state = 'claimed' and not held and lease_until >= %(now)s",
            {"until": now + LEASE, "id": row.pk, "token": row.token, "now": now},
        )
        ours = cursor.rowcount > 0
    if not ours:
        _give_back(row)
        raise Fenced()


def _give_back(row: Delivery) -> str:
    Delivery.objects.filter(pk=row.pk, token=row.token, state=Delivery.State.CLAIMED).update(
        state=Delivery.State.WAITING, lease_until=None, attempts=F("attempts") - 1
    )
    return "later"


def _settle(row: Delivery, state: str, error: Words, *, recalled: bool = False) -> str:
    """Write an outcome and its event, where the claim is still ours and the message has not ended: both or neither.

    One that has certainly reached nobody gives its place of a frequency cap back. With `recalled` only where its origin was stopped as it was leaving. Returns what is counted: the outcome, or "later" where nothing was written.
    """
    event, values = events.told_of("ours", f"delivery.{state}", "delivery")
    sent_at = clock.now() if state == Delivery.State.SENT else None
    outcome = {"state": str(state), "sent_at": sent_at, "id": row.pk, "token": row.token, **_columns(error)}
    back = _BACK if state in _NOWHERE else Written("")
    with connection.cursor() as cursor:
        cursor.execute(
            written(
                "with ours as (update channels_delivery set state = %(state)s, sent_at = %(sent_at)s,"
                " error = %(error)s, error_en = %(error_en)s, lease_until = null"
                " where id = %(id)s and token = %(token)s and state <> all(%(ended)s)"
                " and (recalled or not %(recalled)s) returning id, decision_id, {told}){back} {event}",
                told=asking.TOLD,
                back=back,
                event=event,
            ),
            values | outcome | {"ended": list(_ENDED), "recalled": recalled},
        )
        settled = cursor.rowcount > 0
    return str(state) if settled else "later"


def patience_of(settings: Mapping[str, Any]) -> timedelta:
    """Return how long the firm wants a message to wait for the server."""
    return timedelta(hours=float(settings.get("patience_hours", PATIENCE_HOURS)))


def _try_later(row: Delivery, error: Words, settings: Mapping[str, Any] = _NO_SETTINGS) -> str:
    """Have a message wait, longer after each try; one that the firm has lost patience with has failed."""
    now, patience = clock.now(), patience_of(settings)
    first = timedelta(minutes=settings.get("retry_minutes", RETRY_MINUTES))
    longest = timedelta(minutes=settings.get("longest_retry_minutes", LONGEST_RETRY_MINUTES))
    since = row.tried_since or now
    ours = Delivery.objects.filter(pk=row.pk, token=row.token).exclude(state__in=_ENDED)
    again = {"state": Delivery.State.WAITING, "tried_since": since}
    again["not_before"] = now + isolation.rest(first, longest, row.attempts)
    last = now - since >= patience
    if not last and ours.filter(recalled=False).update(**again, lease_until=None, **_columns(error)):
        return "later"
    if _settle(row, Delivery.State.STOPPED, error, recalled=True) != "later" or not last:
        return "later"
    hours = _hours(patience)
    words = refusals.said(error) if isinstance(error, str) else error
    said = Labels(f"超过 {hours} 小时未能投递：{words.zh}", f"not taken for {hours} hours: {words.en}")
    return _settle(row, Delivery.State.FAILED, said)


def _hours(patience: timedelta) -> int:
    return round(patience.total_seconds() / 3600)


def _told(zh: str, en: str, answer: Words) -> Labels:
    """Words of ours before what the server or the system said."""
    words = refusals.status(answer)
    return Labels(f"{zh}{words.zh}", f"{en}{words.en}")


def _columns(error: Words) -> dict[str, str]:
    """Why a message has not arrived, as its row keeps it."""
    text, english = kept(error)
    return {"error": text[:300], "error_en": english[:300]}
