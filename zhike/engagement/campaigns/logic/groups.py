"""Who is left alone for comparison: a hash of campaign and party, nothing else decides."""

from __future__ import annotations

from zhike.engagement.campaigns.models import Campaign
from zhike.kernel.written import Written, written


def in_control(campaign: Campaign, party: Written) -> Written:
    """Return the SQL of whether a party is in the control group, over the SQL of its inner id.

    The estimate, the freezing and anybody who checks afterwards get the same groups: the first 32 bits of the MD5 of
    "campaign uid:party id", of 10,000 as many as the control group has hundredths of a percent.
    """
    return written(
        "(('x' || substr(md5('{uid}:' || {party}), 1, 8))::bit(32)::bigint %% 10000 < {of})",
        uid=Written(campaign.uid),
        party=party,
        of=Written(int(campaign.control_percent * 100)),
    )
