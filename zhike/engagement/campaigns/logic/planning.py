"""What a campaign of given groups could find out, before anybody is reached."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from zhike.engagement.campaigns.logic import effects, shares
from zhike.engagement.campaigns.logic.plans import parse_goal
from zhike.engagement.campaigns.models import Campaign
from zhike.engagement.campaigns.types import Outlook
from zhike.insight.audiences.types import Members
from zhike.insight.indicators import api as indicators
from zhike.kernel.calendar import OutsideCalendar
from zhike.kernel.trading_days import trading_calendar

#: Percent of the people that a control group can be proposed to have.
_PROPOSED = (20, 30, 50)


def outlook(campaign: Campaign, members: Members) -> Outlook | None:
    """Return what the campaign could find out about these people; None of nobody, or where nothing is known of before."""
    if not members.parties or not 0 < campaign.control_percent < 100:
        return None
    try:
        start = trading_calendar().add(members.basis.business_date, -campaign.goal_days)
    except OutsideCalendar:
        return None
    ids = members.parties.to_array()
    given = pa.table(
        {
            "party_id": pa.array(np.frombuffer(ids, np.uint32).astype(np.int64)),
            "start_date": pa.repeat(pa.scalar(start, pa.date32()), len(ids)),
            "grp": pa.repeat("before", len(ids)),
            "unit": pa.nulls(len(ids), pa.int64()),
        }
    )
    goal = parse_goal(campaign.goal)
    keys = effects.measures_of(goal)
    found = indicators.window_outcomes(given, days=campaign.goal_days, measures=keys, goal=goal, told=None)
    return seen(len(found.met), len(ids), campaign.control_percent, campaign.goal_days)


def seen(met: int, people: int, control_percent: int, days: int) -> Outlook:
    """Return what a control group of some percent of the people would see, were `met` of them to meet the goal anyway.

    A larger one is proposed where nothing would ever be judged, or where the smallest difference that is seen exceeds
    half the rate: the smallest of 20, 30 and 50 % that mends it, else 50 % where that is at least judged.
    """
    rate = met / people
    smallest = _smallest(met, people, control_percent)
    better, better_seen = None, None
    if not _fine(smallest, rate):
        tried = [(percent, _smallest(met, people, percent)) for percent in _PROPOSED if percent > control_percent]
        mending = [one for one in tried if _fine(one[1], rate)] or [one for one in tried[-1:] if one[1] is not None]
        better, better_seen = mending[0] if mending else (None, None)
    return Outlook(
        rate=rate,
        days=days,
        expected=shares.expected(met, *_groups(people, control_percent)),
        floor=shares.FLOOR,
        judged=smallest is not None,
        seen=smallest,
        better=better,
        better_seen=better_seen,
    )


def _groups(people: int, control_percent: int) -> tuple[int, int]:
    control = people * control_percent // 100
    return people - control, control


def _smallest(met: int, people: int, control_percent: int) -> float | None:
    """The smallest difference that is seen; None where nothing would be judged."""
    groups = _groups(people, control_percent)
    return shares.smallest_seen(met / people, *groups) if shares.enough(met, *groups) else None


def _fine(smallest: float | None, rate: float) -> bool:
    return smallest is not None and smallest <= rate / 2
