"""Which campaigns somebody may see, and which act on which of them they may do."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from zhike.engagement.campaigns.logic import plans
from zhike.engagement.campaigns.models import Campaign
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

_RIGHTS = {"edit": "campaign.update", "delete": "campaign.delete"}


def right_to(act: str) -> str:
    """Return the operation that an act asks for."""
    return _RIGHTS.get(act, "campaign.launch")


def within(principal: Principal, operation: str) -> QuerySet[Campaign]:
    """Return the campaigns that `principal` may do `operation` on; raises Refused where there cannot be any."""
    return Campaign.objects.filter(parts.within(principal, operation), deleted_at=None)


def one(uid: uuid.UUID, principal: Principal, operation: str, *, lock: bool = False) -> Campaign:
    """Return one of them, locked for change if asked; raises NotFound, Refused."""
    return parts.one(within(principal, operation), uid, kind="campaign", lock=lock)


def permitted_acts(campaign: Campaign, principal: Principal) -> list[str]:
    """Return what `principal` may do with a campaign in its state."""
    return [
        act
        for act in plans.possible_acts(campaign)
        if parts.reaches(principal, right_to(act), mine=campaign.owner, unit=campaign.unit_id)
    ]
