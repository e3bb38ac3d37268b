"""What the ledgers of ended campaigns say, counted once, and again only where something has changed after all.

Nobody is taken through the gate, sent to again or given work once a campaign has ended. What was leaving at that moment
settles, and until then nothing is kept; then every message has ended, but for those of unknown outcome, of which a slow
dispatcher may still bring news, and open work may still be done or withdrawn. Both numbers can only become smaller. As
long as such a number is what it was, so is all the rest.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from zhike.engagement.campaigns.models import KeptCounts
from zhike.engagement.campaigns.types import Campaign

_ENDED = ("stopped", "finished")
Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that is counted: the column that keeps its numbers, and which of them may still become smaller.

    `left` counts only that one, by campaign's uid; `whole` counts all of them, by campaign's inner id.
    """

    column: str
    falling: str
    left: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, int]]
    whole: Callable[[Sequence[Campaign]], Mapping[int, Numbers]]


def counted(ledger: Ledger, campaigns: Sequence[Campaign]) -> dict[int, Numbers]:
    """Return the numbers of campaigns by inner id, exactly what the ledger says now, and keep those of ended ones."""
    kept = _kept(ledger, [campaign for campaign in campaigns if campaign.state in _ENDED])
    others = [campaign for campaign in campaigns if campaign.id not in kept]
    found = ledger.whole(others) if others else {}
    _keep(ledger, {one.id: found[one.id] for one in others if one.state in _ENDED and not found[one.id].get("waiting")})
    return {**kept, **found}


def _kept(ledger: Ledger, ended: Sequence[Campaign]) -> dict[int, Numbers]:
    if not ended:
        return {}
    rows = KeptCounts.objects.filter(
        campaign_id__in=[campaign.id for campaign in ended], **{f"{ledger.column}__isnull": False}
    )
    kept: dict[int, Numbers] = dict(rows.values_list("pk", ledger.column))
    uids = {campaign.id: campaign.uid for campaign in ended if campaign.id in kept}
    left = ledger.left(list(uids.values())) if uids else {}
    return {pk: kept[pk] for pk, uid in uids.items() if kept[pk][ledger.falling] == left[uid]}


def _keep(ledger: Ledger, found: Mapping[int, Numbers]) -> None:
    # In one order, so that of two who look at once neither waits for the other for good.
    if found:
        KeptCounts.objects.bulk_create(
            [KeptCounts(pk=pk, **{ledger.column: dict(numbers)}) for pk, numbers in sorted(found.items())],
            update_conflicts=True,
            unique_fields=["campaign"],
            update_fields=[ledger.column],
        )
