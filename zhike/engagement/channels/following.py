"""What happens to messages when a person is erased: why one did not arrive says who it was for."""

from __future__ import annotations

from zhike.engagement.channels.models import Delivery
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Event, Subscriber
from zhike.platform.objects import catalogue


def _forget(event: Event) -> None:
    if event.subject == catalogue.object_with_role("party").key:
        Delivery.objects.filter(party_id=event.subject_id).exclude(error="").update(error="", error_en="")


SUBSCRIBER = Subscriber(
    "channels.erased", Labels("消息随信息删除", "Messages forget who is erased"), ("record.erased",), _forget
)
