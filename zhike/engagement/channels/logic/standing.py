"""How messages on their way stand: for the operator, who sees waiting, tried again and failed apart."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.db.models import Count, Min, Q

from zhike.engagement.channels.logic.dispatch import CHANNEL, patience_of
from zhike.engagement.channels.models import ChannelAway, Delivery
from zhike.kernel import clock
from zhike.kernel import standing as kernel
from zhike.kernel.definition_parts import Labels, both
from zhike.kernel.providers import Channel
from zhike.kernel.queues import Backlog

_UNSENT = (Delivery.State.WAITING, Delivery.State.CLAIMED, Delivery.State.SENDING)
_ENDS = {"delivery.sent": "sent", "delivery.failed": "failed"}


def backlog() -> Backlog:
    """Return the messages that may leave now and have not."""
    due = Q(state=Delivery.State.WAITING, held=False, not_before__lte=clock.now())
    found = Delivery.objects.filter(due | Q(state__in=_UNSENT[1:])).aggregate(n=Count("pk"), oldest=Min("not_before"))
    ended = kernel.counted(_ENDS)
    return Backlog(found["n"], found["oldest"], ended["sent"], ended["failed"])


def channels() -> list[Channel]:
    """Return the one channel there is, with what waits for it; it is away from its server's first fault until it answers."""
    away = ChannelAway.objects.filter(pk=CHANNEL).first()
    rows = Delivery.objects.filter(channel=CHANNEL, state__in=_UNSENT, held=False)
    found = rows.aggregate(n=Count("pk"), oldest=Min("not_before"))
    patience = patience_of(settings.SMTP)
    ended = kernel.counted(_ENDS)
    mail = Channel(CHANNEL, Labels("邮件", "Mail"), found["n"], ended["sent"], ended["failed"])
    if away is None:
        return [mail]
    expires = found["oldest"] + patience if found["oldest"] else None
    return [
        replace(
            mail,
            away_since=away.since,
            retry_at=away.retry_at,
            tried=away.attempts,
            error=both(away.error, away.error_en),
            expires_at=expires,
        )
    ]
