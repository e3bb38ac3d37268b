"""What happens to a campaign's people when one is erased: why that one failed is told no more."""

from __future__ import annotations

from zhike.engagement.campaigns.models import Member
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Event, Subscriber
from zhike.platform.objects import catalogue


def _forget(event: Event) -> None:
    if event.subject == catalogue.object_with_role("party").key:
        Member.objects.filter(party_id=event.subject_id).exclude(error="").update(error="", error_en="")


SUBSCRIBER = Subscriber(
    "campaigns.erased", Labels("活动随信息删除", "Campaigns forget who is erased"), ("record.erased",), _forget
)
