"""The campaigns that the search of everything finds by their names."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.engagement.campaigns.logic import reaching
from zhike.kernel.definition_parts import Labels
from zhike.kernel.providers import SearchGroup, search_by_name
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

LABELS = Labels("营销", "Campaigns")


def search(principal: Principal, text: str) -> Sequence[SearchGroup]:
    """Return the campaigns that somebody may read and whose names have the text in them, the last changed first."""
    if not permissions.allowed(principal, "campaign.read"):
        return []
    rows = reaching.within(principal, "campaign.read").order_by("-updated_at", "-id")
    named = rows.values_list("name", "owner_name", "uid")
    return search_by_name("campaign", LABELS, text, ((name, owner, f"/campaigns/{uid}") for name, owner, uid in named))
