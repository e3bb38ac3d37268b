"""What confirming a campaign would freeze, and what the gate would say to its people today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from zhike.engagement.campaigns.logic import running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import Estimate
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance

_BATCH = 5_000


def estimate(campaign: Campaign, party_ids: list[int], business_date: date) -> Estimate:
    """Return the groups these parties would fall into; coverage, reach and refusals are those of the treated."""
    treated = [party_id for party_id in party_ids if not running.in_control(campaign, party_id)]
    template = channels.template(campaign.template)
    campaign.content_digest = campaign.content_digest or template.digest
    touch = running.touch_of(campaign, template.channel)
    tally: dict[str, tuple[Mapping[str, str], int]] = {}
    covered = 0
    for start in range(0, len(treated), _BATCH):
        batch = treated[start : start + _BATCH]
        covered += len(running.covering(batch))
        missing = {i: m.missing for i, m in channels.messages(template.key, batch).items() if m.missing}
        for verdict in compliance.judge(touch, batch, missing=missing):
            if verdict.reasons:
                first = verdict.reasons[0]
                labels = compliance.total_labels(first.code, first.labels)
                tally[first.code] = (labels, tally.get(first.code, ({}, 0))[1] + 1)
    return Estimate(
        count=len(party_ids),
        business_date=business_date,
        control=len(party_ids) - len(treated),
        covered=covered,
        reachable=len(treated) - sum(n for _labels, n in tally.values()),
        refusals=sorted(((code, labels, n) for code, (labels, n) in tally.items()), key=lambda row: -row[2]),
    )
