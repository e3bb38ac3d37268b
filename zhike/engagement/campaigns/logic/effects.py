"""What a campaign brought about: everybody assigned, treated against control, over the same days.

People are counted as assigned, whether the gate let them be reached or not (intention to treat); the control group
uses the same day as the treated. Measures come from the warehouse's published facts; people stay there as columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
from pyroaring import BitMap

from zhike.engagement.campaigns.logic import assigned, comparing
from zhike.engagement.campaigns.logic.amounts import Group
from zhike.engagement.campaigns.logic.comparing import Named, Stage
from zhike.engagement.campaigns.logic.plans import parse_goal
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import Balance, Difference, Effect, UnitEffect
from zhike.expressions import api as expressions
from zhike.insight.indicators import api as indicators
from zhike.insight.indicators.types import GroupCounts, Measure, Outcomes
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import ReceivedFile
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.objects import catalogue

GROUPS = ("treated", "control")
_CONVERSION = Named("conversion", {"zh": "转化率", "en": "Conversion"}, "percent", "%")


def compute(campaign: Campaign) -> tuple[Mapping[str, object], Effect, BitMap]:
    """Return what the effect follows from, the effect, and who met the goal."""
    published = warehouse.published()
    days, goal = observed_days(campaign), parse_goal(campaign.goal)
    inputs = inputs_now(campaign)
    assert inputs is not None
    people = assigned.people(campaign)
    told = indicators.effect_measure()
    outcomes = indicators.window_outcomes(
        people.analysed, days=campaign.goal_days, measures=measures_of(goal), goal=goal, told=told.key if told else None
    )
    balance = _balance(campaign, people, outcomes)
    stage = Stage(last=days >= campaign.goal_days, holds=balance.holds)
    found = Effect(
        business_date=published.business_date,
        days=campaign.goal_days,
        observed_days=days,
        measures=(
            _conversion(outcomes.counts, stage, primary=True),
            *([_amount(campaign, outcomes, told, stage)] if told else []),
        ),
        curve=_curve(people.analysed, days, told) if told else {},
        units=tuple(_units(people, outcomes.counts, stage)),
        balance=balance,
    )
    return inputs, found, outcomes.met


def inputs_now(campaign: Campaign) -> Mapping[str, object] | None:
    """Return what an effect would be computed of now; None before anything is published.

    Once the end day is observed, that is the last file with facts of the campaign's days: later days change nothing.
    """
    published = warehouse.publication()
    if published is None:
        return None
    if observed_days(campaign) < campaign.goal_days:
        return {"publication": published.id}
    return {"file": max((file.load for file in files_about(campaign) if file.counted), default=0)}


def files_about(campaign: Campaign, *, after: int = 0) -> list[ReceivedFile]:
    """Return the files with facts of a launched campaign's days that the effect reads, loaded after a load."""
    assert campaign.reach_date is not None
    calendar, known = trading_calendar(), indicators.measures()
    datasets = {known[key].dataset for key in measures_of(parse_goal(campaign.goal))}
    # What happens while the market is closed counts on the trading day after.
    first, last = campaign.reach_date + timedelta(days=1), calendar.add(campaign.reach_date, campaign.goal_days)
    return warehouse.files_about(sorted(datasets), first, last, after=after)


def nothing_yet(campaign: Campaign) -> Effect:
    """Return the effect before anything was computed."""
    return Effect(warehouse.business_date(), campaign.goal_days, observed_days(campaign), (), {})


def outcomes(campaign: Campaign, members: Sequence[Member]) -> dict[int, tuple[bool, Decimal | None]]:
    """Return whether each of a page of people met the goal, and how much of the measure that the effect tells.

    Nobody is among them before a day is observed.
    """
    if not members or not observed_days(campaign):
        return {}
    goal = parse_goal(campaign.goal)
    given = pa.table(
        {
            "party_id": pa.array([member.party_id for member in members], pa.int64()),
            "start_date": pa.array([campaign.reach_date] * len(members), pa.date32()),
            "grp": pa.array([member.group for member in members], pa.string()),
        }
    )
    found = indicators.window_measures(given, days=campaign.goal_days, measures=measures_of(goal), goal=goal)
    told = indicators.effect_measure()
    ids, met = (found.column(name).to_pylist() for name in ("party_id", "met"))
    much = found.column(told.key).to_pylist() if told else [None] * len(ids)
    return {party_id: (reached, value) for party_id, reached, value in zip(ids, met, much, strict=True)}


def observed_days(campaign: Campaign) -> int:
    """Return how many of the campaign's trading days after reach are published."""
    published = warehouse.business_date()
    if campaign.reach_date is None or published is None:
        return 0
    days = trading_calendar().between(campaign.reach_date, published)
    return min(sum(day > campaign.reach_date for day in days), campaign.goal_days)


def measures_of(goal: expressions.Expression) -> list[str]:
    """Return the keys of the measures that an effect with this goal reads."""
    told = indicators.effect_measure()
    named = {n.parts[-1] for n, _d in expressions.walk(goal) if isinstance(n, expressions.Path)}
    return sorted(named | ({told.key} if told else set()))


def _balance(campaign: Campaign, people: assigned.People, outcomes: Outcomes) -> Balance:
    lost = [people.lost[group] + outcomes.unknown.get(group, 0) for group in GROUPS]
    return comparing.balance(
        campaign.control_percent / 100,
        (people.assigned["treated"], people.assigned["control"]),
        (lost[0], lost[1]),
        (people.reached["treated"], people.reached["control"]),
    )


def _conversion(counts: Sequence[GroupCounts], stage: Stage, *, primary: bool) -> Difference:
    met = [sum(one.met for one in counts if one.group == group) for group in GROUPS]
    people = [sum(one.n for one in counts if one.group == group) for group in GROUPS]
    return comparing.share(_CONVERSION, (met[0], met[1]), (people[0], people[1]), stage, primary=primary)


def _amount(campaign: Campaign, outcomes: Outcomes, told: Measure, stage: Stage) -> Difference:
    """How much of a measure one of them has on average, by group; who has no value at all is not among them."""
    one = catalogue.object_with_role("party").labels["en"].lower()
    words = {"zh": f"户均{told.labels['zh']}", "en": f"{told.labels['en']} per {one}"}
    groups = [
        Group(
            sum(one.n for one in outcomes.counts if one.group == group) - outcomes.unknown.get(group, 0),
            outcomes.amounts.get(group, np.array([])),
        )
        for group in GROUPS
    ]
    name = Named(told.key, words, told.value_type.format, told.unit or "")
    seed = comparing.seed_of(campaign.uid, told.key)
    return comparing.amount(name, groups[0], groups[1], stage, seed=seed, primary=False)


def _curve(members: pa.Table, days: int, told: Measure) -> dict[str, list[Decimal | None]]:
    lines: dict[str, list[Decimal | None]] = {g: [Decimal(0)] + [None] * days for g in GROUPS}
    for group, index, n, total in indicators.window_curve(members, days=days, measure=told.key):
        if n and 0 < index <= days:
            lines[group][index] = Decimal(str(round(float(total) / n, 4)))
    return lines


def _units(people: assigned.People, counts: Sequence[GroupCounts], stage: Stage) -> list[UnitEffect]:
    """Each unit's conversion, never judged: among many units the best and the worst are so by accident."""
    counted = people.everybody.group_by("unit").aggregate([([], "count_all"), ("sent", "sum"), ("refused", "sum")])
    rows = sorted((row for row in counted.to_pylist() if row["unit"] is not None), key=lambda row: int(row["unit"]))
    return [_unit(row, [one for one in counts if one.unit == row["unit"]], stage) for row in rows]


def _unit(counted: Mapping[str, int], counts: Sequence[GroupCounts], stage: Stage) -> UnitEffect:
    found = _conversion(counts, stage, primary=False)
    return {
        "unit_id": counted["unit"],
        "chosen": counted["count_all"],
        "control": found.n_control,
        "sent": counted["sent_sum"],
        "refused": counted["refused_sum"],
        "difference": found,
        "small": found.state == "few",
    }
