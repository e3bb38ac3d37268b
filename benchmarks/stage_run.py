"""The nightly indicators: every query the product generates against the same questions written by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks import installation
from benchmarks.measure import CUSTOMERS, Result, interleaved

ALLOWED = 1.3
DAYS = 250
END = date(2026, 3, 17)


def run(scale: str) -> Result:
    """Generate and load the sample broker, then compute its indicators both ways."""
    with installation.opened("stage_run") as home:
        prepare(home, CUSTOMERS[scale])
        return measure(scale)


def prepare(home: Path, customers: int) -> None:
    """Load a sample broker of that many customers and 250 days, and match its parties."""
    from zhike.cli.sample import broker
    from zhike.insight.identity import api as identity
    from zhike.insight.warehouse import api as warehouse
    from zhike.kernel.trading_days import trading_calendar

    if warehouse.state("core.counter_daily_asset"):
        return
    broker.generate(home / "sample", calendar=trading_calendar(), end=END, customers=customers, days=DAYS)
    warehouse.load_folder(home / "sample")
    identity.run(business_date=END)


def measure(scale: str) -> Result:
    """Measure on an installation that has its data; the results of both are compared first."""
    from zhike.insight.indicators import api as indicators
    from zhike.insight.warehouse import api as warehouse

    indicators.compute(END)
    with warehouse.session() as connection:
        by_hand = _by_hand()
        product = warehouse.relation(indicators.INDICATOR, first=END, last=END)
        keys = "total_asset, avg_asset_30d, net_inflow_30d, trades_90d, commission_30d, last_login_date, idle_cash_days"
        different = connection.execute(
            f"select count(*) from ((select party_id, {keys} from {product}) except (select party_id, {keys} from ({by_hand})))"
        ).fetchone()
        assert different == (0,), f"{different} parties differ"

    def baseline() -> None:
        with warehouse.session() as connection:
            target = Path(__import__("os").environ["ZHIKE_HOME"]) / "by_hand.parquet"
            connection.execute(f"copy ({_by_hand()} order by party_id) to '{target}' (format parquet)")

    def generated() -> None:
        from zhike.insight.indicators.logic import computing

        with warehouse.session() as connection:
            computing.indicators_of(connection, END)

    value, base = interleaved(generated, baseline, rounds=3)
    passed = value <= base * ALLOWED
    return Result("stage_run", scale, value, base, f"<= {ALLOWED} x the SQL by hand", passed)


def _by_hand() -> str:
    from zhike.insight.warehouse import api as warehouse
    from zhike.kernel.trading_days import trading_calendar

    calendar = trading_calendar()
    since = {days: calendar.last(END, days)[0] for days in (20, 30, 90)}
    before, month = calendar.add(END, -1), calendar.add(END, -30)

    def facts(name: str, first: date | None = None, last: date | None = END) -> str:
        return warehouse.relation(f"core.{name}", first=first, last=last)

    asset, flow, trade, event = "counter_daily_asset", "counter_cash_flow", "counter_trade", "app_event"
    accounts = warehouse.relation("identity.account_party")
    links = warehouse.relation("identity.link")

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
            f" and business_date <= date '{END}' group by 1",
            outer,
        )

    net = "sum(case when direction = 'in' then amount_cny else -amount_cny end) as n"
    parts = {
        "a": day(END, "total_asset"),
        "b": day(before, "asset_before"),
        "c": day(month, "asset_month"),
        "d": window(20, asset, "sum(total_cny) / 20 as s", "sum(s) as avg_asset_20d"),
        "e": window(
            30,
            asset,
            "sum(total_cny) / 30 as s, count(*) filter (cash_cny >= 50000) as i",
            "sum(s) as avg_asset_30d, max(i) as idle_cash_days",
        ),
        "f": window(30, flow, net, "sum(n) as net_inflow_30d"),
        "g": of_parties(
            f"select account_id, {net} from {facts(flow, END)} where business_date = date '{END}' group by 1",
            "sum(n) as net_inflow_1d",
        ),
        "h": window(
            30, trade, "count(*) as n, sum(commission_cny) as c", "sum(n) as trades_30d, sum(c) as commission_30d"
        ),
        "i": window(90, trade, "count(*) as n", "sum(n) as trades_90d"),
        "j": of_parties(
            f"select account_id, max(business_date) as d from {facts(trade)} where business_date <= date '{END}' group by 1",
            "max(d) as last_trade_date",
        ),
        "k": f"select party_id, max(d) as last_login_date from (select user_id, max(business_date) as d from {facts(event)}"
        f" where event = 'login' and business_date <= date '{END}' group by 1) join"
        f" (select source_key as user_id, party_id from {links} where system = 'app') using (user_id) group by 1",
    }
    joins = "".join(f" left join ({sql}) {name} on {name}.party_id = p.id" for name, sql in parts.items())
    money = ["total_asset", "avg_asset_20d", "avg_asset_30d", "net_inflow_1d", "net_inflow_30d", "commission_30d"]
    numbers = ["trades_30d", "trades_90d", "idle_cash_days"]
    columns = [f"coalesce(cast({key} as decimal(20, 2)), 0) as {key}" for key in money]
    columns += [f"coalesce(cast({key} as bigint), 0) as {key}" for key in numbers]
    columns += [
        "last_trade_date",
        "last_login_date",
        f"date_diff('day', p.open_date, date '{END}') as days_since_open",
        "coalesce(total_asset, 0) - coalesce(asset_before, 0) as asset_change_1d",
        "case when asset_month > 0 then round((coalesce(total_asset, 0) - asset_month) * 100 / asset_month, 2) end as asset_growth_30d",
    ]
    return f"select p.id as party_id, {', '.join(columns)} from {warehouse.relation('mart.party', first=END, last=END)} p{joins}"
