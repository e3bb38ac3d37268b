"""Measures in the trading days after a start day of each party: how effects of campaigns are read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from zhike.expressions import trees
from zhike.expressions.api import Expression
from zhike.expressions.trees import Tree
from zhike.insight.indicators.errors import NoCurve
from zhike.insight.indicators.logic import definitions
from zhike.insight.indicators.logic.computing import compiled, divided, subject
from zhike.insight.indicators.types import GroupCounts, Measure, Outcomes
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel.trading_days import trading_calendar


def per_party(members: pa.Table, days: int, keys: Sequence[str], goal: Expression | None) -> pa.Table:
    """Return party_id, grp, whether the goal is met, and one column per measure; see `api.window_measures`."""
    publication = warehouse.published()
    with warehouse.session(pins=publication) as session:
        _outcomes(session, publication, members, days, keys, goal)
        measures = [trees.column(key) for key in keys]
        return session.arrow(
            trees.sql("select party_id, grp, met, _measures from outcome order by party_id", measures=measures)
        )


def outcomes(members: pa.Table, days: int, keys: Sequence[str], goal: Expression, told: str | None) -> Outcomes:
    """Return the counts of each group and unit, who met the goal, and what is not 0; see `api.window_outcomes`."""
    grouped = "select grp, unit, count(*), count(*) filter (where met) from outcome group by 1, 2 order by 1, 2"
    publication = warehouse.published()
    with warehouse.session(pins=publication) as session:
        _outcomes(session, publication, members, days, keys, goal)
        counts = [GroupCounts(*row) for row in session.rows(trees.sql(grouped))]
        met = session.arrow(trees.sql("select party_id from outcome where met"))["party_id"]
        amounts, unknown = _amounts(session, told) if told else ({}, {})
    return Outcomes(counts, BitMap(array("I", met.to_numpy().astype(numpy.uint32).tobytes())), amounts, unknown)


def _amounts(session: Session, key: str) -> tuple[dict[str, NDArray[numpy.float64]], dict[str, int]]:
    """The values of a measure that are not 0, and how many members have none, by group."""
    column = trees.column(key)
    moved = session.arrow(
        trees.sql(
            "select grp, cast(_column as double) as amount from outcome where _column <> 0 order by party_id",
            column=column,
        )
    )
    lacking = trees.sql("select grp, count(*) from outcome where _column is null group by 1 order by 1", column=column)
    groups, amounts = moved["grp"].to_numpy(), moved["amount"].to_numpy()
    return {group: amounts[groups == group] for group in set(groups)}, dict(session.rows(lacking))


def _outcomes(
    session: Session,
    publication: PublicationInfo,
    members: pa.Table,
    days: int,
    keys: Sequence[str],
    goal: Expression | None,
) -> None:
    """Keep as `outcome` what the members are given with, one column per measure, and whether the goal is met."""
    found = [definitions.measure(key) for key in keys]
    for measure in found:
        if measure.across not in (None, "sum"):
            raise NoCurve(measure=measure.key)
    _prepare(session, members, days, publication.business_date)
    selected = []
    outcome = trees.sql("select m.* from member m")
    for number, measure in enumerate(found):
        total = trees.name(f"total{number}")
        session.keep(f"value{number}", _events(session, measure))
        summed = trees.sql(
            "select v.party_id, v.start_date, _combined as total from _value v join passed p using (start_date)"
            " group by v.party_id, v.start_date",
            combined=_combined(measure),
            value=trees.name(f"value{number}"),
        )
        same = trees.sql("_t.party_id = m.party_id and _t.start_date = m.start_date", t=total)
        outcome = trees.left_join(outcome, summed, f"total{number}", same)
        counted = trees.cast(trees.column("total", f"total{number}"), measure.value_type.warehouse)
        filled = trees.sql("coalesce(_counted, 0)", counted=counted) if measure.zero else counted
        selected.append(trees.named(filled, measure.key))
    met = trees.value(False) if goal is None else trees.formula(goal, datasets.ColumnBinding("o"))
    session.keep(
        "outcome",
        trees.sql(
            "select o.*, coalesce(_met, false) as met from _outcome o",
            met=met,
            outcome=trees.with_columns(outcome, selected),
        ),
    )


def curve(members: pa.Table, days: int, key: str) -> list[tuple[str, int, int, Decimal | float]]:
    """Return (grp, day_index, n, sum) of the measure cumulated per party; see `api.window_curve`."""
    measure = definitions.measure(key)
    if measure.joined != "sum":
        raise NoCurve(measure=key)
    publication = warehouse.published()
    with warehouse.session(pins=publication) as session:
        _prepare(session, members, days, publication.business_date)
        events = _events(session, measure)
        if measure.aggregate == "count_distinct":
            # A value counts once, on the day on which it came first.
            events = trees.sql(
                "select party_id, start_date, min(day_index) as day_index, 1 as value from _events e"
                " where value is not null group by party_id, start_date, e.value",
                events=events,
            )
        session.keep("value", events)
        rows = session.rows(trees.sql(_CUMULATED, so_far=_so_far(measure)))
    return [(row[0], int(row[1]), int(row[2]), row[3]) for row in rows]


#: Each party on each day of its window, its measure so far; then over all of them.
_CUMULATED = """
with grid as (
  select distinct m.party_id, m.grp, m.start_date, d.day_index from member m join member_day d using (start_date)
  union all select party_id, grp, start_date, 0 from member),
daily as (
  select party_id, start_date, day_index, sum(value) as total, count(value) as number from value
  group by party_id, start_date, day_index),
cumulated as (
  select g.grp, g.day_index, coalesce(cast(_so_far as decimal(20, 2)), 0) as total from grid g
  left join daily v on v.party_id = g.party_id and v.start_date = g.start_date
    and v.day_index = g.day_index and g.day_index > 0)
select grp, cast(day_index as bigint), count(*), cast(sum(total) as decimal(38, 2))
from cumulated group by 1, 2 order by 1, 2
"""
_RUNNING = "over (partition by g.party_id, g.start_date, g.grp order by g.day_index)"


def _so_far(measure: Measure) -> Tree:
    total = trees.sql(f"coalesce(sum(v.total) {_RUNNING}, 0)")
    if measure.aggregate == "avg":
        return divided(measure, total, trees.sql(f"sum(v.number) {_RUNNING}"))
    return divided(measure, total, trees.sql("g.day_index")) if measure.aggregate == "daily_avg" else total


def _prepare(session: Session, members: pa.Table, days: int, last: date) -> None:
    """Give `member`, the days of each start in `member_day`, and how many of its trading days have `passed`.

    A day on which the market is closed belongs to the trading day after it: what happened on a Saturday counts on Monday.
    """
    session.give("given_member", members)
    session.keep("member", trees.sql("select * from given_member"))
    calendar = trading_calendar()
    rows, passed = [], []
    for start in sorted(set(members["start_date"].to_pylist())):
        following = calendar.between(calendar.add(start, 1), calendar.add(start, days))
        before = start
        for index, day in enumerate(following, 1):
            if day > last:
                break
            rows += [(start, index, before + timedelta(days=n)) for n in range(1, (day - before).days + 1)]
            before = day
        passed.append((start, sum(day <= last for day in following)))
    session.give("member_day", _columns(rows, start_date=pa.date32(), day_index=pa.int32(), day=pa.date32()))
    session.give("passed", _columns(passed, start_date=pa.date32(), days=pa.int32()))


def _columns(rows: Sequence[tuple[object, ...]], **types: pa.DataType) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[] for _ in types]
    return pa.table({key: pa.array(list(c), kind) for (key, kind), c in zip(types.items(), columns, strict=True)})


def _events(session: Session, measure: Measure) -> Tree:
    """The facts that count for each member: those of the days after the start day, which is left out."""
    source = datasets.source_of(measure.dataset)
    assert source is not None
    key, mapping = subject(session, source)
    return trees.sql(
        "select m.party_id, m.start_date, y.day_index, s.subject, _value as value from _facts d"
        " join _mapping s on s.subject = d._key join member m on m.party_id = s.party_id"
        " join member_day y on y.start_date = m.start_date and y.day = d.business_date where _where",
        value=compiled(measure.value, source) if measure.value else trees.value(1),
        facts=session.table(measure.dataset),
        mapping=mapping,
        key=trees.name(key),
        where=compiled(measure.where, source) if measure.where else trees.value(True),
    )


def _combined(measure: Measure) -> Tree:
    """The measure of one member over the facts `v` of all its accounts; a goal adds up over them."""
    if measure.aggregate == "count_distinct":
        return trees.sql("count(distinct v.value)")
    total = trees.sql("sum(v.value)")
    if measure.aggregate == "avg":
        return divided(measure, total, trees.sql("count(v.value)"))
    if measure.aggregate == "daily_avg":
        return divided(measure, total, trees.sql("any_known(p.days)"))
    return trees.sql(f"{measure.aggregate}(v.value)") if measure.aggregate in ("min", "max") else total
