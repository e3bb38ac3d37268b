"""What confirming a campaign would freeze, and what the gate would say to its people today."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.engagement.campaigns.logic import groups, planning, running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import Estimate
from zhike.engagement.channels import api as channels
from zhike.engagement.channels import sets as messages
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Planned
from zhike.insight.audiences import api as audiences
from zhike.insight.audiences.types import Basis
from zhike.kernel.errors import ZhikeError
from zhike.kernel.written import Written, written
from zhike.platform.objects import sets
from zhike.platform.objects.sets import Rows
from zhike.platform.permissions.types import Principal


def estimate(campaign: Campaign, principal: Principal) -> tuple[Mapping[str, object], Estimate]:
    """Return the groups that the audience's people would fall into now, and what that was computed of.

    Coverage, reach and refusals are those of the treated.
    """
    members = audiences.members_now(campaign.audience_uid, principal=principal)
    template = channels.template(campaign.template)
    campaign.content_digest = campaign.content_digest or template.digest
    message = Planned(running.touch_of(campaign, template.channel), messages.missing(template.key))
    work = Planned(running.touch_of(campaign, running.STAFF), among=lambda sight: sight.served())
    with sets.gathered(members.parties) as table:
        control = groups.in_control(campaign, Written("id"))
        treated = Rows(written("select id from {table} where not {control}", table=table, control=control))
        reached, followed = compliance.tally(treated, [message, work])
    return _inputs(campaign, members.basis, principal), Estimate(
        count=len(members.parties),
        business_date=members.basis.business_date,
        control=len(members.parties) - reached.asked,
        reachable=reached.asked - reached.refused,
        refusals=reached.refusals,
        covered=followed.asked,
        followed=followed.asked - followed.refused,
        work_refusals=followed.refusals,
        outlook=planning.outlook(campaign, members),
    )


def inputs_now(campaign: Campaign, principal: Principal) -> Mapping[str, object] | None:
    """Return what an estimate would be computed of now; None where there could be none."""
    try:
        return _inputs(campaign, audiences.basis_now(campaign.audience_uid, principal=principal), principal)
    except ZhikeError:
        return None


def _inputs(campaign: Campaign, basis: Basis, principal: Principal) -> Mapping[str, object]:
    return {
        "condition": basis.condition,
        "publication": basis.publication,
        "content": channels.template(campaign.template).digest,
        "revision": campaign.revision,
        "by": principal.actor,
    }
