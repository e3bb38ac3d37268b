"""What a campaign brought about: everybody assigned, treated against control, over the same days.

People are counted as assigned, whether the gate let them be reached or not (intention to treat); the control group
uses the same day as the treated. Measures come from the warehouse's published facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa

from zhike.engagement.campaigns.logic.plans import parse_goal
from zhike.engagement.campaigns.logic.welch import Sample, interval, sample_of
from zhike.engagement.campaigns.models import Campaign, Member
from zhike.engagement.campaigns.types import Difference, Effect, UnitEffect
from zhike.expressions import api as expressions
from zhike.insight.indicators import api as indicators
from zhike.insight.warehouse import api as warehouse
from zhike.kernel.block_data import Format
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.objects import bulk, catalogue

NET_INFLOW = "net_inflow"
_SMALL_GROUP = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """One person's outcome: group, unit, whether the goal was met, the measures."""

    party_id: int
    group: str
    converted: bool
    measures: Mapping[str, Any]


def outcomes(campaign: Campaign, party_ids: Sequence[int] | None = None) -> list[Outcome]:
    """Return the outcome of the given assigned people, or of all, over the campaign's days as far as published."""
    goal = parse_goal(campaign.goal)
    met = expressions.compile_python(goal)
    wanted = sorted({n.parts[-1] for n, _d in expressions.walk(goal) if isinstance(n, expressions.Path)} | {NET_INFLOW})
    table = indicators.window_measures(members_table(campaign, party_ids), days=campaign.goal_days, measures=wanted)
    columns = {name: table.column(name).to_pylist() for name in ("party_id", "grp", *wanted)}
    return [
        Outcome(
            party_id, group, met(dict(zip(wanted, row, strict=True)), {}) is True, dict(zip(wanted, row, strict=True))
        )
        for party_id, group, *row in zip(
            columns["party_id"], columns["grp"], *(columns[n] for n in wanted), strict=True
        )
    ]


def effect(campaign: Campaign) -> Effect:
    """Return the campaign's effect; empty measures before anybody was reached or any day after it is published."""
    days = observed_days(campaign)
    if not days:
        return Effect(warehouse.business_date(), campaign.goal_days, 0, (), {})
    found = outcomes(campaign)
    return Effect(
        business_date=warehouse.business_date(),
        days=campaign.goal_days,
        observed_days=days,
        measures=(_conversion(found), _inflow(found)),
        curve=_curve(campaign, days),
        units=tuple(_units(found)),
    )


def observed_days(campaign: Campaign) -> int:
    """Return how many of the campaign's trading days after reach are published."""
    published = warehouse.business_date()
    if campaign.reach_date is None or published is None:
        return 0
    days = trading_calendar().between(campaign.reach_date, published)
    return min(sum(day > campaign.reach_date for day in days), campaign.goal_days)


def members_table(campaign: Campaign, party_ids: Sequence[int] | None = None) -> pa.Table:
    """Return the given people of the campaign, or all, as (party_id, start_date, grp) for the warehouse."""
    chosen = Member.objects.filter(campaign=campaign).order_by("party_id")
    if party_ids is not None:
        chosen = chosen.filter(party_id__in=list(party_ids))
    rows = list(chosen.values_list("party_id", "group"))
    return pa.table(
        {
            "party_id": pa.array([row[0] for row in rows], pa.int64()),
            "start_date": pa.array([campaign.reach_date] * len(rows), pa.date32()),
            "grp": pa.array([row[1] for row in rows], pa.string()),
        }
    )


def _conversion(found: Sequence[Outcome]) -> Difference:
    groups = {g: sample_of(float(o.converted) for o in found if o.group == g) for g in ("treated", "control")}
    return difference(
        groups, "conversion", {"zh": "转化率", "en": "Conversion"}, "percent", "%", scale=100, primary=True
    )


def _inflow(found: Sequence[Outcome]) -> Difference:
    groups = {
        g: sample_of(float(o.measures[NET_INFLOW]) for o in found if o.group == g) for g in ("treated", "control")
    }
    labels = {"zh": "户均净流入", "en": "Net inflow per customer"}
    return difference(groups, NET_INFLOW, labels, "money", "元")


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


def _curve(campaign: Campaign, days: int) -> dict[str, list[Decimal | None]]:
    rows = indicators.window_curve(members_table(campaign), days=days, measure=NET_INFLOW)
    lines: dict[str, list[Decimal | None]] = {g: [Decimal(0)] + [None] * days for g in ("treated", "control")}
    for group, index, n, total, _squares in rows:
        if n and 0 < index <= days:
            lines[group][index] = _decimal(float(total) / n)
    return lines


def parties_of_unit(campaign: Campaign, unit_id: int) -> list[int]:
    """Return the campaign's people who belong to a unit."""
    party = catalogue.object_with_role("party")
    branch = party.field_with_role("branch")
    if branch is None:
        return []
    ids = list(Member.objects.filter(campaign=campaign).values_list("party_id", flat=True))
    return [i for i, row in bulk.facts(party.key, ids, [branch.key]).items() if row[branch.key] == unit_id]


def _units(found: Sequence[Outcome]) -> list[UnitEffect]:
    party = catalogue.object_with_role("party")
    branch = party.field_with_role("branch")
    if branch is None:
        return []
    facts = bulk.facts(party.key, [outcome.party_id for outcome in found], [branch.key])
    by_unit: dict[int, list[Outcome]] = {}
    for outcome in found:
        unit = facts.get(outcome.party_id, {}).get(branch.key)
        if unit is not None:
            by_unit.setdefault(unit, []).append(outcome)
    return [_unit(unit, rows) for unit, rows in sorted(by_unit.items())]


def _unit(unit: int, rows: Sequence[Outcome]) -> UnitEffect:
    """One unit's conversion; with few people an interval would claim what it does not know, so there is none."""
    small = min(sum(o.group == g for o in rows) for g in ("treated", "control")) < _SMALL_GROUP
    found = _conversion(rows)
    shown = replace(found, low=None, high=None) if small else found
    return {"unit_id": unit, "parties": [o.party_id for o in rows], "difference": shown, "small": small}


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 4)))
