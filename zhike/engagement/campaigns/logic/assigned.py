"""Everybody assigned to a campaign as columns, who of them is lost to the analysis, and why nobody is counted twice.

Somebody who was merged stays in the group first assigned; two of different groups who turn out to be one are lost in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.channels import sets as messages
from zhike.insight.identity import api as identity
from zhike.kernel import clock
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.written import written
from zhike.platform.objects import catalogue, sets
from zhike.platform.objects.sets import Rows

_COLUMNS = {
    "party_id": pa.int64(),
    "grp": pa.string(),
    "unit": pa.int64(),
    "sent": pa.int64(),
    "refused": pa.int64(),
    "elsewhere": pa.int64(),
    "live": pa.int64(),
}


@dataclass(frozen=True, slots=True)
class People:
    """The people of a campaign: `everybody` with unit and where they are, and those of them who are `analysed`.

    By group how many were `assigned`, how many are `lost`, and how many another campaign has `reached` in these days.
    """

    everybody: pa.Table
    analysed: pa.Table
    assigned: Mapping[str, int]
    lost: Mapping[str, int]
    reached: Mapping[str, int]


def people(campaign: Campaign) -> People:
    """Return the people of a launched campaign, each under the id of who they are now."""
    everybody = _everybody(campaign)
    analysed = everybody.filter(_analysed(everybody))
    start = pa.array([campaign.reach_date], pa.date32())[0]
    analysed = analysed.append_column("start_date", pa.repeat(start, analysed.num_rows))
    assigned, left = _by_group(everybody), _by_group(analysed)
    reached = _by_group(everybody.filter(pc.equal(everybody["elsewhere"], 1)))
    return People(everybody, analysed, assigned, {g: assigned[g] - left[g] for g in assigned}, reached)


def _by_group(rows: pa.Table) -> dict[str, int]:
    return {group: int(pc.sum(pc.equal(rows["grp"], group)).as_py() or 0) for group in ("treated", "control")}


def _analysed(rows: pa.Table) -> pa.Array:
    """Who is counted: a live record, once, and not if it was assigned to both groups."""
    seen: dict[int, tuple[int, str]] = {}
    counted = rows["live"].to_numpy(zero_copy_only=False) == 1
    ids = rows["party_id"].to_numpy()
    if len(set(ids.tolist())) == len(ids):
        return pa.array(counted)
    groups = rows["grp"].to_pylist()
    for at, party in enumerate(ids.tolist()):
        if party not in seen:
            seen[party] = at, groups[at]
            continue
        first, group = seen[party]
        counted[at] = False
        counted[first] &= group == groups[at]
    return pa.array(counted)


def _everybody(campaign: Campaign) -> pa.Table:
    """Return a row for each assignment: who it is now, group, unit, live or not, and where they are."""
    party = catalogue.object_with_role("party")
    branch = party.field_with_role("branch")
    merged = identity.survivors(party.key)
    now = {"campaign": campaign.id, "merged": list(merged), "into": list(merged.values())}
    members = (
        'select m.party_id as assigned, coalesce(r.survivor, m.party_id) as id, m."group" as grp, m.state'
        " from campaigns_member m left join unnest(%(merged)s::bigint[], %(into)s::bigint[]) r (old, survivor)"
        " on r.old = m.party_id where m.campaign_id = %(campaign)s"
    )
    chosen = Rows(written("select distinct id from ({members}) who", members=written(members)), now)
    facts = sets.facts(party.key, chosen, {"unit": lambda sight: sight.field(branch.key) if branch else sets.NULL})
    sent, refused = messages.sent(campaign.uid), messages.refused(campaign.uid)
    elsewhere = _elsewhere(campaign)
    rows = Rows(
        written(
            "select m.id as party_id, m.grp, f.unit, (s.id is not null)::int as sent,"
            " (m.state = 'refused' or r.id is not null)::int as refused, (e.id is not null)::int as elsewhere,"
            " f.live::int as live"
            " from ({members}) m join ({facts}) f on f.id = m.id left join ({sent}) s on s.id = m.assigned"
            " left join ({refused}) r on r.id = m.assigned left join ({elsewhere}) e on e.id = m.id"
            " order by m.id, m.assigned",
            members=written(members),
            facts=facts.sql,
            sent=sent.sql,
            refused=refused.sql,
            elsewhere=elsewhere.sql,
        ),
        {**now, **facts.values, **sent.values, **refused.values, **elsewhere.values},
    )
    return sets.columns(rows, _COLUMNS)


def _elsewhere(campaign: Campaign) -> Rows:
    """Those to whom another campaign sent a message in the campaign's days."""
    assert campaign.reach_date is not None
    last = trading_calendar().add(campaign.reach_date, campaign.goal_days)
    return messages.elsewhere(campaign.uid, clock.at(campaign.reach_date, 0), clock.at(last + timedelta(days=1), 0))
