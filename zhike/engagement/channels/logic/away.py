"""A channel whose server is away: no message fails for it. They wait, one tries now and then, and all go on by themselves.

Only what has waited longer than the firm's patience fails: nobody wants Monday's message on Thursday.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from zhike.engagement.channels.models import ChannelAway
from zhike.engagement.channels.types import Away
from zhike.kernel import clock
from zhike.kernel.definition_parts import Words, both, kept
from zhike.kernel.isolation import rest

_log = logging.getLogger("zhike.channels")
#: When a channel is tried again after its first fault; twice as long after each further one.
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=15), timedelta(minutes=10)


def away(channel: str) -> Away | None:
    """Return since when and why a channel's server is away and when it is tried next; None while it answers."""
    row = ChannelAway.objects.filter(pk=channel).first()
    return Away(row.since, row.retry_at, both(row.error, row.error_en)) if row else None


def put_aside(channel: str, error: Words) -> None:
    """Note that the server is away, in a transaction of its own, and put off the next try."""
    now, (text, english) = clock.now(), kept(error)
    with transaction.atomic():
        row = ChannelAway.objects.select_for_update().filter(pk=channel).first()
        row = row or ChannelAway(channel=channel, since=now, attempts=0)
        row.attempts, row.error, row.error_en = row.attempts + 1, text[:300], english[:300]
        row.retry_at = now + rest(FIRST_RETRY, LONGEST_RETRY, row.attempts)
        row.save()
    _log.warning("a channel's server is away", extra={"channel": channel, "error": text})


def resume(channel: str) -> None:
    """Note that the server answers."""
    if ChannelAway.objects.filter(pk=channel).delete()[0]:
        _log.info("a channel's server answers again", extra={"channel": channel})
