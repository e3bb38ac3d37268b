"""What should be known before work that a campaign gave is done."""

from __future__ import annotations

from zhike.engagement.campaigns.logic import running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.compliance import api as compliance
from zhike.kernel.definition_parts import Labels
from zhike.platform.work.types import Work


def of_work(item: Work) -> list[Labels]:
    """Return why the gate would refuse now the contact that a piece of a campaign's work asks for; nothing else.

    The work was given when the gate allowed it; consent may be withdrawn since.
    """
    campaign = Campaign.objects.filter(uid=item.origin_uid).first()
    if campaign is None:
        return []
    verdict = compliance.judge(running.touch_of(campaign, running.STAFF), [item.record_id or 0])[0]
    if not verdict.reasons:
        return []
    zh, en = (
        "；".join(reason.labels["zh"] for reason in verdict.reasons),
        "; ".join(reason.labels["en"] for reason in verdict.reasons),
    )
    return [Labels(f"现在不宜联系：{zh}", f"Do not contact now: {en}")]
