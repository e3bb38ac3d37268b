"""Messages about sets of parties of any size, as SQL."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from zhike.engagement.channels.logic import content
from zhike.engagement.channels.models import Delivery
from zhike.kernel.definition_parts import Labels
from zhike.platform.objects.sets import Ask, Rows

__all__ = ["missing", "sent"]


def missing(key: str) -> Sequence[tuple[Labels, Ask]]:
    """Return what filling a template for one party may miss, as it is called, and of whom it is missing."""
    return content.missing(content.template(key))


def sent(origin_uid: uuid.UUID) -> Rows:
    """Return the parties whose message of an origin was sent, as `id`."""
    values = {"sent_of": origin_uid, "sent": Delivery.State.SENT.value}
    return Rows(
        "select party_id as id from channels_delivery where origin_uid = %(sent_of)s and state = %(sent)s", values
    )
