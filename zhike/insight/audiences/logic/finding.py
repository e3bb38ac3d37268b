"""The audiences that the search of everything finds by their names."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.insight.audiences.logic import storing
from zhike.kernel.definition_parts import Labels
from zhike.kernel.providers import SearchGroup, search_by_name
from zhike.platform.permissions import api as permissions
from zhike.platform.permissions.types import Principal

LABELS = Labels("客群", "Audiences")


def search(principal: Principal, text: str) -> Sequence[SearchGroup]:
    """Return the audiences that somebody may read and whose names have the text in them, the last changed first."""
    if not permissions.allowed(principal, "audience.read"):
        return []
    rows = storing.within(principal, "audience.read").order_by("-updated_at", "-id")
    named = rows.values_list("name", "owner_name", "uid")
    return search_by_name("audience", LABELS, text, ((name, owner, f"/audiences/{uid}") for name, owner, uid in named))
