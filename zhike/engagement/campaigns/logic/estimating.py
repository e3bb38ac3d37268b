"""What confirming a campaign would freeze, and what the gate would say to its people today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from zhike.engagement.campaigns.logic import running
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import Estimate, Refusals
from zhike.engagement.channels import api as channels
from zhike.engagement.compliance import api as compliance
from zhike.engagement.compliance.types import Verdict

_BATCH = 5_000


class _Tally:
    """Refusals by the code of their first reason."""

    def __init__(self) -> None:
        self._labels: dict[str, Mapping[str, str]] = {}
        self._numbers: Counter[str] = Counter()

    def add(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            if verdict.reasons:
                first = verdict.reasons[0]
                self._labels[first.code] = compliance.total_labels(first.code, first.labels)
                self._numbers[first.code] += 1

    @property
    def refused(self) -> int:
        return self._numbers.total()

    @property
    def rows(self) -> Refusals:
        return [(code, self._labels[code], n) for code, n in self._numbers.most_common()]


def estimate(campaign: Campaign, party_ids: list[int], business_date: date) -> Estimate:
    """Return the groups these parties would fall into; coverage, reach and refusals are those of the treated."""
    treated = [party_id for party_id in party_ids if not running.in_control(campaign, party_id)]
    template = channels.template(campaign.template)
    campaign.content_digest = campaign.content_digest or template.digest
    message, work = running.touch_of(campaign, template.channel), running.touch_of(campaign, running.STAFF)
    messages, tasks, covered = _Tally(), _Tally(), 0
    for start in range(0, len(treated), _BATCH):
        batch = treated[start : start + _BATCH]
        missing = {i: m.missing for i, m in channels.messages(template.key, batch).items() if m.missing}
        messages.add(compliance.judge(message, batch, missing=missing))
        served = list(running.covering(batch))
        tasks.add(compliance.judge(work, served))
        covered += len(served)
    return Estimate(
        count=len(party_ids),
        business_date=business_date,
        control=len(party_ids) - len(treated),
        reachable=len(treated) - messages.refused,
        refusals=messages.rows,
        covered=covered,
        followed=covered - tasks.refused,
        work_refusals=tasks.rows,
    )
