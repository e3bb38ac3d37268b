"""The nightly indicators: every query the product generates against the same questions written by hand."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from benchmarks import installation
from benchmarks.measure import CUSTOMERS, Result, interleaved

ALLOWED = 1.3
DAYS = 250
_ASSETS = "core.counter_daily_asset"


def run(scale: str) -> Result:
    """Compute the indicators of the seed, or of a sample broker generated and loaded here, both ways."""
    if scale == "seed":
        with installation.at(installation.built_seed()):
            try:
                return measure(scale)
            finally:
                remove_replaced()
    with installation.opened("stage_run") as home:
        prepare(home, CUSTOMERS[scale])
        return measure(scale)


def prepare(home: Path, customers: int) -> None:
    """Load a sample broker of that many customers and 250 days, and match its parties."""
    from zhike.cli.sample import broker
    from zhike.insight.identity import api as identity
    from zhike.insight.warehouse import api as warehouse
    from zhike.insight.warehouse import received
    from zhike.kernel.trading_days import trading_calendar

    if warehouse.state(_ASSETS):
        return
    broker.generate(home / "sample", calendar=trading_calendar(), end=installation.DAY, customers=customers, days=DAYS)
    received.load_folder(home / "sample")
    identity.run(business_date=installation.DAY)


def measure(scale: str) -> Result:
    """Measure the newest day of an installation that has its data; the results of both are compared first."""
    from zhike.expressions import trees
    from zhike.insight.indicators import api as indicators
    from zhike.insight.indicators.logic import computing
    from zhike.insight.warehouse import api as warehouse

    with warehouse.session() as session:
        (day,) = session.row(trees.sql("select max(business_date) from _rows", rows=session.table(_ASSETS)))
    indicators.compute(day)
    by_hand = _by_hand(day)
    with installation.engine() as connection:
        product = installation.files(indicators.INDICATOR, first=day, last=day)
        keys = "total_asset, avg_asset_30d, net_inflow_30d, trades_90d, commission_30d, last_login_date, idle_cash_days"
        different = connection.execute(
            f"select count(*) from ((select party_id, {keys} from {product}) except (select party_id, {keys} from ({by_hand})))"
        ).fetchone()
        assert different == (0,), f"{different} parties differ"

    def baseline() -> None:
        with installation.engine() as connection:
            target = Path(os.environ["ZHIKE_HOME"]) / "by_hand.parquet"
            connection.execute(f"copy ({by_hand} order by party_id) to '{target}' (format parquet)")

    def generated() -> None:
        with warehouse.session() as session:
            computing.indicators_of(session, day)

    value, base = interleaved(generated, baseline, rounds=5)
    passed = value <= base * ALLOWED
    return Result("stage_run", scale, value, base, f"<= {ALLOWED} x the SQL by hand", passed)


def remove_replaced() -> None:
    """Delete the files of the same rows that each round wrote anew, so that the seed does not grow."""
    from zhike.insight.warehouse.logic import vacuuming

    vacuuming.GRACE_HOURS = 0  # nobody else reads the seed
    vacuuming.vacuum()
    (Path(os.environ["ZHIKE_HOME"]) / "by_hand.parquet").unlink(missing_ok=True)


def _by_hand(end: date) -> str:
    """Return one query that gives what the indicators of a day give, as somebody who knows the tables writes it."""
    joins = "".join(f" left join ({sql}) {name} on {name}.party_id = p.id" for name, sql in _parts(end).items())
    money = ["total_asset", "avg_asset_20d", "avg_asset_30d", "net_inflow_1d", "net_inflow_30d", "commission_30d"]
    numbers = ["trades_30d", "trades_90d", "idle_cash_days"]
    columns = [f"coalesce(cast({key} as decimal(20, 2)), 0) as {key}" for key in money]
    columns += [f"coalesce(cast({key} as bigint), 0) as {key}" for key in numbers]
    columns += [
        "last_trade_date",
        "last_login_date",
        f"date_diff('day', p.open_date, date '{end}') as days_since_open",
        "coalesce(total_asset, 0) - coalesce(asset_before, 0) as asset_change_1d",
        "coalesce(total_asset, 0) - coalesce(asset_month, 0) as asset_change_30d",
        "case when asset_month > 0 then round((coalesce(total_asset, 0) - asset_month) * 100 / asset_month, 2) end as asset_growth_30d",
    ]
    return f"select p.id as party_id, {', '.join(columns)} from {installation.files('mart.party', first=end, last=end)} p{joins}"


def _average(days: int) -> str:
    """Return sum(s) over the days, half a cent rounded up, in whole numbers."""
    return f"((2 * cast(sum(s) * 100 as hugeint) + {days}) // {2 * days}) * 0.01::decimal(3, 2)"


def _parts(end: date) -> dict[str, str]:
    """Return a query by party for each fact and window."""
    from zhike.kernel.trading_days import trading_calendar

    calendar = trading_calendar()
    since = {days: calendar.last(end, days)[0] for days in (20, 30, 90)}
    before, month = calendar.add(end, -1), calendar.add(end, -30)
    accounts = installation.files("identity.account_party")
    links = installation.files("identity.link")
    asset, flow, trade, event = "counter_daily_asset", "counter_cash_flow", "counter_trade", "app_event"

    def facts(name: str, first: date | None = None, last: date | None = end) -> str:
        return installation.files(f"core.{name}", first=first, last=last)

    def of_parties(inner: str, outer: str) -> str:
        return f"select party_id, {outer} from ({inner}) join {accounts} using (account_id) group by 1"

    def day(on: date, name: str) -> str:
        return of_parties(
            f"select account_id, sum(total_cny) as t from {facts(asset, on, on)} where business_date = date '{on}' group by 1",
            f"sum(t) as {name}",
        )

    def window(days: int, dataset: str, inner: str, outer: str) -> str:
        return of_parties(
            f"select account_id, {inner} from {facts(dataset, since[days])} where business_date >= date '{since[days]}'"
            f" and business_date <= date '{end}' group by 1",
            outer,
        )

    net = "sum(case when direction = 'in' then amount_cny else -amount_cny end) as n"
    return {
        "a": day(end, "total_asset"),
        "b": day(before, "asset_before"),
        "c": day(month, "asset_month"),
        "d": window(20, asset, "sum(total_cny) as s", f"{_average(20)} as avg_asset_20d"),
        "e": window(
            30,
            asset,
            "sum(total_cny) as s, count(*) filter (cash_cny >= 50000) as i",
            f"{_average(30)} as avg_asset_30d, max(i) as idle_cash_days",
        ),
        "f": window(30, flow, net, "sum(n) as net_inflow_30d"),
        "g": of_parties(
            f"select account_id, {net} from {facts(flow, end)} where business_date = date '{end}' group by 1",
            "sum(n) as net_inflow_1d",
        ),
        "h": window(
            30, trade, "count(*) as n, sum(commission_cny) as c", "sum(n) as trades_30d, sum(c) as commission_30d"
        ),
        "i": window(90, trade, "count(*) as n", "sum(n) as trades_90d"),
        "j": of_parties(
            f"select account_id, max(business_date) as d from {facts(trade)} where business_date <= date '{end}' group by 1",
            "max(d) as last_trade_date",
        ),
        "k": f"select party_id, max(d) as last_login_date from (select user_id, max(business_date) as d from {facts(event)}"
        f" where event = 'login' and business_date <= date '{end}' group by 1) join"
        f" (select source_key as user_id, party_id from {links} where system = 'app') using (user_id) group by 1",
    }
