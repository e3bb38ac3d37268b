"""New figures are published: the effects of campaigns that are still observed are computed again, once for all readers."""

from __future__ import annotations

from zhike.engagement.campaigns.logic import effects, runs
from zhike.engagement.campaigns.models import Campaign
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Event, Subscriber
from zhike.platform.permissions import api as permissions


def _compute(_event: Event) -> None:
    """Start a run for each campaign whose observation is not complete in its stored effect; no other is locked."""
    launched = Campaign.objects.filter(deleted_at=None).exclude(reach_date=None).order_by("pk")
    principal = permissions.system_principal("publication")
    for campaign in launched:
        found = runs.stored_result(campaign, runs.EFFECT)
        complete = found is not None and found["observed_days"] >= campaign.goal_days
        if effects.observed_days(campaign) and not complete:
            runs.start(launched.select_for_update(no_key=True).get(pk=campaign.pk), runs.EFFECT, principal)


SUBSCRIBER = Subscriber(
    "campaigns.effects", Labels("活动效果", "Effects of campaigns"), ("warehouse.published",), _compute
)
