"""Which campaigns somebody may see, and which act on which of them they may do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import fields

from django.db.models import QuerySet

from zhike.engagement.campaigns import models
from zhike.engagement.campaigns.logic import plans
from zhike.engagement.campaigns.types import Campaign
from zhike.kernel.errors import NotFound
from zhike.platform.permissions import parts
from zhike.platform.permissions.types import Principal

_RIGHTS = {"edit": "campaign.update", "delete": "campaign.delete"}


def right_to(act: str) -> str:
    """Return the operation that an act asks for."""
    return _RIGHTS.get(act, "campaign.launch")


def within(principal: Principal, operation: str) -> QuerySet[models.Campaign]:
    """Return the campaigns that `principal` may do `operation` on; raises Refused where there cannot be any."""
    return models.Campaign.objects.filter(parts.within(principal, operation), deleted_at=None)


def one(uid: uuid.UUID, principal: Principal, operation: str, *, lock: bool = False) -> models.Campaign:
    """Return one of them, locked for change if asked; raises NotFound, Refused."""
    return parts.one(within(principal, operation), uid, kind="campaign", lock=lock)


def as_type(row: models.Campaign) -> Campaign:
    """Return a campaign as it stands."""
    known = {field.name: getattr(row, field.name) for field in fields(Campaign)}
    return Campaign(**{**known, "state": str(row.state)})


def require(principal: Principal, operation: str, campaigns: Iterable[Campaign]) -> None:
    """Raise NotFound for the first of some campaigns that the principal may not do `operation` on; asks no database."""
    for campaign in campaigns:
        if not reaches(principal, operation, campaign):
            raise NotFound(kind="campaign", id=str(campaign.uid))


def reaches(principal: Principal, operation: str, campaign: Campaign) -> bool:
    """Return whether the principal may do `operation` on a campaign."""
    return parts.reaches(principal, operation, mine=campaign.owner, unit=campaign.unit_id)


def permitted_acts(campaign: Campaign, principal: Principal) -> list[str]:
    """Return what `principal` may do with a campaign in its state."""
    return [act for act in plans.possible_acts(campaign.state) if reaches(principal, right_to(act), campaign)]
