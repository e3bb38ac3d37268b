"""Messages about sets of parties of any size, as SQL."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from zhike.engagement.channels.logic import content
from zhike.engagement.channels.models import Delivery
from zhike.kernel.definition_parts import Labels
from zhike.kernel.written import placeholder, written
from zhike.platform.objects.sets import Ask, Rows

__all__ = ["elsewhere", "missing", "refused", "sent"]


def missing(key: str) -> Sequence[tuple[Labels, Ask]]:
    """Return what filling a template for one party may miss, as it is called, and of whom it is missing."""
    return content.missing(content.template(key))


def sent(origin_uid: uuid.UUID) -> Rows:
    """Return the parties whose message of an origin was sent, as `id`."""
    return _in_state(origin_uid, Delivery.State.SENT)


def refused(origin_uid: uuid.UUID) -> Rows:
    """Return the parties whose message of an origin the gate refused as it was about to leave, as `id`."""
    return _in_state(origin_uid, Delivery.State.REFUSED)


def elsewhere(origin_uid: uuid.UUID, first: datetime, last: datetime) -> Rows:
    """Return the parties to whom a message of another origin was sent from `first` to before `last`, as `id`."""
    return Rows(
        written(
            "select distinct party_id as id from channels_delivery"
            " where origin_uid <> {but} and state = 'sent' and sent_at >= {first} and sent_at < {last}",
            but=placeholder("but"),
            first=placeholder("sent_first"),
            last=placeholder("sent_last"),
        ),
        {"but": origin_uid, "sent_first": first, "sent_last": last},
    )


def _in_state(origin_uid: uuid.UUID, state: Delivery.State) -> Rows:
    of, found = f"{state.value}_of", state.value
    return Rows(
        written(
            "select party_id as id from channels_delivery where origin_uid = {of} and state = {found}",
            of=placeholder(of),
            found=placeholder(found),
        ),
        {of: origin_uid, found: state.value},
    )
