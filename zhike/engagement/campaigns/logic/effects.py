"""What a campaign brought about: everybody assigned, treated against control, over the same days.

People are counted as assigned, whether the gate let them be reached or not (intention to treat); the control group
uses the same day as the treated. Measures come from the warehouse's published facts; people stay there as columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
from pyroaring import BitMap

from zhike.engagement.campaigns.logic.plans import parse_goal
from zhike.engagement.campaigns.logic.welch import Sample, interval
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import Difference, Effect, UnitEffect
from zhike.engagement.channels import sets as messages
from zhike.expressions import api as expressions
from zhike.insight.indicators import api as indicators
from zhike.insight.indicators.types import GroupTotals, Measure
from zhike.insight.warehouse import api as warehouse
from zhike.kernel.block_data import Format
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.written import Written, written
from zhike.platform.objects import catalogue, sets
from zhike.platform.objects.sets import Rows

GROUPS = ("treated", "control")
_SMALL_GROUP = 30
_COLUMNS = {"party_id": pa.int64(), "grp": pa.string(), "unit": pa.int64(), "sent": pa.int64(), "refused": pa.int64()}


def compute(campaign: Campaign) -> tuple[Mapping[str, object], Effect, BitMap]:
    """Return what the effect follows from, the effect, and who met the goal."""
    published = warehouse.published()
    days, goal = observed_days(campaign), parse_goal(campaign.goal)
    members = _members(campaign)
    told = indicators.effect_measure()
    totals, met = indicators.window_totals(members, days=campaign.goal_days, measures=_measures(goal), goal=goal)
    found = Effect(
        business_date=published.business_date,
        days=campaign.goal_days,
        observed_days=days,
        measures=(_conversion(totals), *([_mean(totals, told)] if told else [])),
        curve=_curve(members, days, told) if told else {},
        units=tuple(_units(members, totals)),
    )
    return {"publication": published.id}, found, met


def inputs_now() -> Mapping[str, object] | None:
    """Return what an effect would be computed of now; None before anything is published."""
    published = warehouse.publication()
    return None if published is None else {"publication": published.id}


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
    found = indicators.window_measures(given, days=campaign.goal_days, measures=_measures(goal), goal=goal)
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


def _measures(goal: expressions.Expression) -> list[str]:
    told = indicators.effect_measure()
    named = {n.parts[-1] for n, _d in expressions.walk(goal) if isinstance(n, expressions.Path)}
    return sorted(named | ({told.key} if told else set()))


def _members(campaign: Campaign) -> pa.Table:
    """Return the people of the campaign as columns for the warehouse: group, start, unit, and where they are."""
    party = catalogue.object_with_role("party")
    branch = party.field_with_role("branch")
    chosen = Rows(
        Written("select party_id as id from campaigns_member where campaign_id = %(campaign)s"),
        {"campaign": campaign.id},
    )
    facts = sets.facts(party.key, chosen, {"unit": lambda sight: sight.field(branch.key) if branch else sets.NULL})
    sent, refused = messages.sent(campaign.uid), messages.refused(campaign.uid)
    rows = Rows(
        written(
            'select m.party_id, m."group" as grp, f.unit, (s.id is not null)::int as sent,'
            " (m.state = 'refused' or r.id is not null)::int as refused"
            " from campaigns_member m join ({facts}) f on f.id = m.party_id left join ({sent}) s on s.id = m.party_id"
            " left join ({refused}) r on r.id = m.party_id"
            " where m.campaign_id = %(campaign)s order by m.party_id",
            facts=facts.sql,
            sent=sent.sql,
            refused=refused.sql,
        ),
        {**facts.values, **sent.values, **refused.values},
    )
    found = sets.columns(rows, _COLUMNS)
    start = pa.array([campaign.reach_date], pa.date32())[0]
    return found.append_column("start_date", pa.repeat(start, found.num_rows))


def _conversion(found: Sequence[GroupTotals]) -> Difference:
    groups = {g: _sample(found, g, lambda one: (float(one.met), float(one.met))) for g in GROUPS}
    return difference(
        groups, "conversion", {"zh": "转化率", "en": "Conversion"}, "percent", "%", scale=100, primary=True
    )


def _mean(found: Sequence[GroupTotals], told: Measure) -> Difference:
    """How much of a measure one of them has on average, by group."""
    groups = {g: _sample(found, g, lambda one: one.sums[told.key]) for g in GROUPS}
    one = catalogue.object_with_role("party").labels["en"].lower()
    words = {"zh": f"户均{told.labels['zh']}", "en": f"{told.labels['en']} per {one}"}
    return difference(groups, told.key, words, told.value_type.format, told.unit or "")


def _sample(found: Sequence[GroupTotals], group: str, sums: Any) -> Sample:
    rows = [one for one in found if one.group == group]
    return Sample(sum(one.n for one in rows), sum(sums(one)[0] for one in rows), sum(sums(one)[1] for one in rows))


def difference(
    groups: Mapping[str, Sample],
    key: str,
    labels: Mapping[str, str],
    shown_as: Format,
    unit: str,
    *,
    scale: int = 1,
    primary: bool = False,
) -> Difference:
    """Return treated minus control of one measure, in its shown unit, to four decimals."""
    treated, control = groups["treated"], groups["control"]
    found = interval(treated, control)
    low_high = [_decimal(value * scale) for value in found] if found else [None, None, None]
    return Difference(
        key=key,
        labels=labels,
        format=shown_as,
        unit=unit,
        n_treated=treated.n,
        n_control=control.n,
        primary=primary,
        treated=_decimal(treated.mean * scale) if treated.n else None,
        control=_decimal(control.mean * scale) if control.n else None,
        difference=low_high[0],
        low=low_high[1],
        high=low_high[2],
    )


def _curve(members: pa.Table, days: int, told: Measure) -> dict[str, list[Decimal | None]]:
    rows = indicators.window_curve(members, days=days, measure=told.key)
    lines: dict[str, list[Decimal | None]] = {g: [Decimal(0)] + [None] * days for g in GROUPS}
    for group, index, n, total, _squares in rows:
        if n and 0 < index <= days:
            lines[group][index] = _decimal(float(total) / n)
    return lines


def _units(members: pa.Table, totals: Sequence[GroupTotals]) -> list[UnitEffect]:
    counted = members.group_by("unit").aggregate([([], "count_all"), ("sent", "sum"), ("refused", "sum")])
    rows = sorted((row for row in counted.to_pylist() if row["unit"] is not None), key=lambda row: int(row["unit"]))
    return [_unit(row, [one for one in totals if one.unit == row["unit"]]) for row in rows]


def _unit(counted: Mapping[str, int], totals: Sequence[GroupTotals]) -> UnitEffect:
    """One unit's conversion; with few people an interval would claim what it does not know, so there is none."""
    found = _conversion(totals)
    small = min(found.n_treated, found.n_control) < _SMALL_GROUP
    return {
        "unit_id": counted["unit"],
        "chosen": counted["count_all"],
        "control": found.n_control,
        "sent": counted["sent_sum"],
        "refused": counted["refused_sum"],
        "difference": replace(found, low=None, high=None) if small else found,
        "small": small,
    }


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 4)))
