"""What confirming a campaign would freeze, and what the gate would say to its people today."""

from __future__ import annotations

from datetime import date

from pyroaring import BitMap

from zhike.engagement.campaigns.logic import groups, running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import Estimate
from zhike.engagement.channels import api as channels
from zhike.engagement.channels import sets as messages
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Planned
from zhike.platform.objects import sets
from zhike.platform.objects.sets import Rows


def estimate(campaign: Campaign, parties: BitMap, business_date: date) -> Estimate:
    """Return the groups these parties would fall into; coverage, reach and refusals are those of the treated."""
    template = channels.template(campaign.template)
    campaign.content_digest = campaign.content_digest or template.digest
    message = Planned(running.touch_of(campaign, template.channel), messages.missing(template.key))
    work = Planned(running.touch_of(campaign, running.STAFF), among=lambda sight: sight.served())
    with sets.gathered(parties) as table:
        treated = Rows(f"select id from {table} where not {groups.in_control(campaign, 'id')}")
        reached, followed = compliance.tally(treated, [message, work])
    return Estimate(
        count=len(parties),
        business_date=business_date,
        control=len(parties) - reached.asked,
        reachable=reached.asked - reached.refused,
        refusals=reached.refusals,
        covered=followed.asked,
        followed=followed.asked - followed.refused,
        work_refusals=followed.refusals,
    )
