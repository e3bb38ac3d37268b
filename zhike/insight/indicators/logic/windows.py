"""Measures in the trading days after a start day of each party: how effects of campaigns are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from zhike.insight.indicators.logic import definitions
from zhike.insight.indicators.logic.computing import compiled, subject
from zhike.insight.indicators.types import Measure
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import PublicationInfo, Session
from zhike.kernel.trading_days import trading_calendar


def per_party(members: pa.Table, days: int, keys: Sequence[str]) -> pa.Table:
    """Return party_id, grp and one column per measure; see `api.window_measures`."""
    found = [definitions.measure(key) for key in keys]
    with warehouse.session() as connection:
        publication = warehouse.published()
        _prepare(connection, members, days, publication.business_date)
        joins, selected = [], []
        for number, measure in enumerate(found):
            connection.execute(f"create temp table value{number} as {_events(measure, publication)}")
            joins.append(
                f" left join (select v.party_id, v.start_date, {_combined(measure, 'v.value')} as total from value{number} v"
                f" group by 1, 2) t{number} on t{number}.party_id = m.party_id and t{number}.start_date = m.start_date"
            )
            kind = definitions.VALUE_TYPES[measure.type][1]
            selected.append(f'coalesce(cast(t{number}.total as {kind}), 0) as "{measure.key}"')
        return connection.execute(
            f"select m.party_id, m.grp, {', '.join(selected)} from member m{''.join(joins)} order by m.party_id"
        ).to_arrow_table()


def curve(members: pa.Table, days: int, key: str) -> list[tuple[str, int, int, object, object]]:
    """Return (grp, day_index, n, sum, sum_of_squares) of the measure cumulated per party; see `api.window_curve`."""
    measure = definitions.measure(key)
    with warehouse.session() as connection:
        publication = warehouse.published()
        _prepare(connection, members, days, publication.business_date)
        connection.execute(f"create temp table value as {_events(measure, publication)}")
        rows = connection.execute(
            """with grid as (
                 select m.party_id, m.grp, m.start_date, d.day_index, d.day from member m join member_day d using (start_date)
                 union all select party_id, grp, start_date, 0, start_date from member),
               daily as (select party_id, start_date, business_date, sum(value) as value from value group by all),
               cumulated as (
                 select g.grp, g.day_index, sum(coalesce(cast(v.value as decimal(20, 2)), 0)) over (
                   partition by g.party_id, g.start_date, g.grp order by g.day_index) as total
                 from grid g left join daily v on v.party_id = g.party_id and v.start_date = g.start_date
                   and v.business_date = g.day and g.day_index > 0)
               select grp, cast(day_index as bigint), count(*), cast(sum(total) as decimal(38, 2)),
                 sum(cast(total as double) * cast(total as double))
               from cumulated group by 1, 2 order by 1, 2"""
        ).fetchall()
    return [(row[0], int(row[1]), int(row[2]), row[3], row[4]) for row in rows]


def _prepare(connection: Session, members: pa.Table, days: int, last: date) -> None:
    connection.register("given_members", members)
    connection.execute("create temp table member as select party_id, start_date, grp from given_members")
    calendar = trading_calendar()
    starts = [row[0] for row in connection.execute("select distinct start_date from member order by 1").fetchall()]
    rows = []
    for start in starts:
        following = calendar.between(calendar.add(start, 1), calendar.add(start, days))
        rows += [(start, index, day) for index, day in enumerate(following, 1) if day <= last]
    connection.execute("create temp table member_day (start_date date, day_index integer, day date)")
    if rows:
        connection.executemany("insert into member_day values (?, ?, ?)", rows)


def _events(measure: Measure, publication: PublicationInfo) -> str:
    """The facts that count for each member: those on the trading days after the start day, which is left out."""
    source = warehouse.source_of(measure.dataset)
    assert source is not None
    key, mapping = subject(source, publication)
    value = "1" if measure.aggregate == "count" else compiled(measure.value, source)
    where = f" where {compiled(measure.where, source)}" if measure.where else ""
    return (
        f"select m.party_id, m.start_date, d.business_date, {value} as value from {warehouse.relation(measure.dataset, publication=publication)} d"
        f' join {mapping} s on s.subject = d."{key}" join member m on m.party_id = s.party_id'
        f" join member_day y on y.start_date = m.start_date and y.day = d.business_date{where}"
    )


def _combined(measure: Measure, value: str) -> str:
    return f"{'sum' if measure.aggregate in ('count', 'sum', 'avg') else measure.aggregate}({value})"
