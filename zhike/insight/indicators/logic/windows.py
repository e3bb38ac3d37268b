"""Measures in the trading days after a start day of each party: how effects of campaigns are read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

import numpy
import pyarrow as pa
from pyroaring import BitMap

from zhike.expressions import api as expressions
from zhike.expressions.api import Expression
from zhike.expressions.types import Binding
from zhike.insight.indicators.errors import NoCurve
from zhike.insight.indicators.logic import definitions
from zhike.insight.indicators.logic.computing import compiled, divided, subject
from zhike.insight.indicators.types import GroupTotals, Measure
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse import datasets
from zhike.insight.warehouse.api import name
from zhike.insight.warehouse.types import PublicationInfo, Session
from zhike.kernel.trading_days import trading_calendar


def per_party(members: pa.Table, days: int, keys: Sequence[str], goal: Expression | None) -> pa.Table:
    """Return party_id, grp, whether the goal is met, and one column per measure; see `api.window_measures`."""
    with warehouse.session() as connection:
        _outcomes(connection, members, days, keys, goal)
        listed = ", ".join(["party_id", "grp", "met", *map(name, keys)])
        return connection.execute(f"select {listed} from outcome order by party_id").to_arrow_table()


def totals(members: pa.Table, days: int, keys: Sequence[str], goal: Expression) -> tuple[list[GroupTotals], BitMap]:
    """Return the sums of each group and unit, and who met the goal; see `api.window_totals`."""
    summed = [
        f"cast(sum({column}) as double), fsum(cast({column} as double) * cast({column} as double))"
        for column in map(name, keys)
    ]
    with warehouse.session() as connection:
        _outcomes(connection, members, days, keys, goal)
        rows = connection.execute(
            f"select grp, unit, count(*), count(*) filter (met), {', '.join(summed)} from outcome group by 1, 2 order by 1, 2"
        ).fetchall()
        met = connection.execute("select party_id from outcome where met").fetchnumpy()["party_id"]
    found = [
        GroupTotals(group, unit, n, reached, dict(zip(keys, zip(sums[::2], sums[1::2], strict=True), strict=True)))
        for group, unit, n, reached, *sums in rows
    ]
    return found, BitMap(array("I", numpy.asarray(met, dtype=numpy.uint32).tobytes()))


def _outcomes(connection: Session, members: pa.Table, days: int, keys: Sequence[str], goal: Expression | None) -> None:
    """Make `outcome`: what the members are given with, one column per measure, and whether the goal is met."""
    found = [definitions.measure(key) for key in keys]
    for measure in found:
        if measure.across not in (None, "sum"):
            raise NoCurve(measure=measure.key)
    publication = warehouse.published()
    _prepare(connection, members, days, publication.business_date)
    joins, selected = [], []
    for number, measure in enumerate(found):
        connection.execute(f"create temp table value{number} as {_events(measure, publication)}")
        joins.append(
            f" left join (select v.party_id, v.start_date, {_combined(measure)} as total from value{number} v"
            " join passed p using (start_date) group by all)"
            f" t{number} on t{number}.party_id = m.party_id and t{number}.start_date = m.start_date"
        )
        total = f"cast(t{number}.total as {measure.value_type.warehouse})"
        selected.append(f"{f'coalesce({total}, 0)' if measure.zero else total} as {name(measure.key)}")
    binding = cast(Binding, datasets.ColumnBinding("o"))
    met = "false" if goal is None else warehouse.inline(expressions.compile_sql(goal, "duckdb", binding))
    connection.execute(
        f"create temp table outcome as select o.*, coalesce({met}, false) as met"
        f" from (select m.*, {', '.join(selected)} from member m{''.join(joins)}) o"
    )


def curve(members: pa.Table, days: int, key: str) -> list[tuple[str, int, int, Decimal | float, Decimal | float]]:
    """Return (grp, day_index, n, sum, sum_of_squares) of the measure cumulated per party; see `api.window_curve`."""
    measure = definitions.measure(key)
    if measure.joined != "sum":
        raise NoCurve(measure=key)
    with warehouse.session() as connection:
        publication = warehouse.published()
        _prepare(connection, members, days, publication.business_date)
        connection.execute(f"create temp table value as {_events(measure, publication)}")
        if measure.aggregate == "count_distinct":
            # A value counts once, on the day on which it came first.
            connection.execute(
                """create or replace temp table value as
                select party_id, start_date, min(day_index) as day_index, 1 as value from value
                where value is not null group by party_id, start_date, value"""
            )
        so_far = "over (partition by g.party_id, g.start_date, g.grp order by g.day_index)"
        total = f"coalesce(sum(v.total) {so_far}, 0)"
        if measure.aggregate == "avg":
            total = divided(measure, total, f"sum(v.number) {so_far}")
        elif measure.aggregate == "daily_avg":
            total = divided(measure, total, "g.day_index")
        rows = connection.execute(
            f"""with grid as (
                 select distinct m.party_id, m.grp, m.start_date, d.day_index
                 from member m join member_day d using (start_date)
                 union all select party_id, grp, start_date, 0 from member),
               daily as (
                 select party_id, start_date, day_index, sum(value) as total, count(value) as number from value group by all),
               cumulated as (
                 select g.grp, g.day_index, coalesce(cast({total} as decimal(20, 2)), 0) as total from grid g
                 left join daily v on v.party_id = g.party_id and v.start_date = g.start_date
                   and v.day_index = g.day_index and g.day_index > 0)
               select grp, cast(day_index as bigint), count(*), cast(sum(total) as decimal(38, 2)),
                 sum(cast(total as double) * cast(total as double))
               from cumulated group by 1, 2 order by 1, 2"""
        ).fetchall()
    return [(row[0], int(row[1]), int(row[2]), row[3], row[4]) for row in rows]


def _prepare(connection: Session, members: pa.Table, days: int, last: date) -> None:
    """Make `member`, the days of each start in `member_day`, and how many of its trading days have `passed`.

    A day on which the market is closed belongs to the trading day after it: what happened on a Saturday counts on Monday.
    """
    connection.register("given_members", members)
    connection.execute("create temp table member as select * from given_members")
    calendar = trading_calendar()
    starts = [row[0] for row in connection.execute("select distinct start_date from member order by 1").fetchall()]
    rows, passed = [], []
    for start in starts:
        following = calendar.between(calendar.add(start, 1), calendar.add(start, days))
        before = start
        for index, day in enumerate(following, 1):
            if day > last:
                break
            rows += [(start, index, before + timedelta(days=n)) for n in range(1, (day - before).days + 1)]
            before = day
        passed.append((start, sum(day <= last for day in following)))
    connection.execute("create temp table member_day (start_date date, day_index integer, day date)")
    connection.execute("create temp table passed (start_date date, days integer)")
    if rows:
        connection.executemany("insert into member_day values (?, ?, ?)", rows)
    if passed:
        connection.executemany("insert into passed values (?, ?)", passed)


def _events(measure: Measure, publication: PublicationInfo) -> str:
    """The facts that count for each member: those of the days after the start day, which is left out."""
    source = datasets.source_of(measure.dataset)
    assert source is not None
    key, mapping = subject(source, publication)
    value = compiled(measure.value, source) if measure.value else "1"
    where = f" where {compiled(measure.where, source)}" if measure.where else ""
    return (
        f"select m.party_id, m.start_date, y.day_index, s.subject, {value} as value"
        f" from {warehouse.relation(measure.dataset, publication=publication)} d"
        f" join {mapping} s on s.subject = d.{name(key)} join member m on m.party_id = s.party_id"
        f" join member_day y on y.start_date = m.start_date and y.day = d.business_date{where}"
    )


def _combined(measure: Measure) -> str:
    """The measure of one member over the facts `v` of all its accounts; a goal adds up over them."""
    if measure.aggregate == "count_distinct":
        return "count(distinct v.value)"
    if measure.aggregate == "avg":
        return divided(measure, "sum(v.value)", "count(v.value)")
    if measure.aggregate == "daily_avg":
        return divided(measure, "sum(v.value)", "any_value(p.days)")
    return f"{measure.aggregate if measure.aggregate in ('min', 'max') else 'sum'}(v.value)"
