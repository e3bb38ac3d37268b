"""Which campaigns use a definition: a plan that changes or removes it names them, and a running one keeps it from going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zhike.engagement.campaigns.models import Campaign
from zhike.kernel.definition_parts import Labels
from zhike.kernel.definitions import User

_LIVE = (Campaign.State.CONFIRMED, Campaign.State.RUNNING, Campaign.State.PAUSED)


def users_of(field: str, keys: Sequence[str]) -> Mapping[str, Sequence[User]]:
    """Return the campaigns whose `field` names one of the definitions, by the definition's key."""
    found: dict[str, list[User]] = {}
    for campaign in Campaign.objects.filter(**{f"{field}__in": list(keys)}, deleted_at=None).order_by("id"):
        labels = Labels(zh=campaign.name, en=campaign.name)
        user = User("campaign", str(campaign.uid), labels, holds=campaign.state in _LIVE)
        found.setdefault(getattr(campaign, field), []).append(user)
    return found
