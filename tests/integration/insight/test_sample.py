"""The sample broker holds what it promises: shares, money to the cent, planted duplicates, reactions."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest

from zhike.cli.sample import broker
from zhike.kernel.trading_days import trading_calendar

END = date(2026, 3, 17)
CUSTOMERS, DAYS = 3_000, 130


@pytest.fixture(scope="module")
def firm(installation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    broker.generate(folder, calendar=trading_calendar(), end=END, customers=CUSTOMERS, days=DAYS)
    return folder


@pytest.fixture(scope="module")
def state(firm):
    connection = duckdb.connect()
    for name in ("customer", "account", "position", "account_role", "truth_link"):
        connection.execute(f"create view {name} as select * from read_parquet('{firm}/.state/{name}.parquet')")
    for name in ("daily_asset", "trade", "cash_flow"):
        files = [str(path) for path in firm.glob(f"counter_{name}_*.parquet")]
        texts = []
        for path in sorted(firm.glob(f"counter_{name}_*.csv")):
            utf8 = path.with_suffix(".txt")
            utf8.write_text(path.read_text(encoding="gb18030"), encoding="utf-8")
            texts.append(str(utf8))
        connection.execute(f"create table {name} as select * from read_parquet({files})")
        connection.execute(
            f"insert into {name} by name select * replace (strptime(业务日期, '%Y%m%d') as 业务日期)"
            f" from read_csv({texts}, all_varchar = true)"
        )
    return connection


def one(connection, sql):
    return connection.execute(sql).fetchone()[0]


def test_the_top_fifth_owns_about_four_fifths(state):
    share = one(
        state,
        f"""
        with owned as (select customer_no, sum(总资产人民币) as total from daily_asset d join account a on a.account_id = d.资金账户编号
          where 业务日期 = date '{END}' group by 1), ranked as (select total, ntile(5) over (order by total desc) as fifth from owned)
        select sum(total) filter (fifth = 1) / sum(total) from ranked""",
    )
    assert 0.75 <= share <= 0.85


def test_most_customers_did_not_trade_in_180_days(state):
    share = one(
        state,
        f"""
        select 1 - count(distinct customer_no) / (select count(*) from customer) from trade t
        join account a on a.account_id = t.资金账户编号 where 业务日期 > date '{END}' - 180""",
    )
    assert 0.50 <= share <= 0.70


def test_cash_moves_only_by_flows_and_trades(state):
    wrong = one(
        state,
        """
        with d as (select 资金账户编号 as a, 业务日期 as day, 可用资金 - lag(可用资金) over (partition by 资金账户编号 order by 业务日期) as moved
            from daily_asset),
          f as (select 资金账户编号 as a, 业务日期 as day, sum(case when 资金方向 = '转入' then 发生金额 else -发生金额 end) as net
            from cash_flow group by all),
          t as (select 资金账户编号 as a, 业务日期 as day, sum(case when 买卖方向 = '买入' then -成交金额 else 成交金额 end - 佣金) as net
            from trade group by all)
        select count(*) from d left join f using (a, day) left join t using (a, day)
        where moved is not null and moved <> coalesce(f.net, 0) + coalesce(t.net, 0)""",
    )
    assert wrong == 0


def test_assets_are_cash_and_holdings(state, firm):
    texts = []
    for path in sorted(firm.glob("counter_holding_*.csv")):
        utf8 = path.with_suffix(".txt")
        utf8.write_text(path.read_text(encoding="gb18030"), encoding="utf-8")
        texts.append(str(utf8))
    wrong = one(
        state,
        f"""
        with held as (select cast(资金账户编号 as bigint) as 资金账户编号, cast(strptime(业务日期, '%Y%m%d') as date) as 业务日期,
          sum(cast(市值 as decimal(18, 2))) as value from read_csv({texts}, all_varchar = true) group by all)
        select count(*) from daily_asset d left join held h using (资金账户编号, 业务日期)
        where 业务日期 >= date '2026-03-02' and 证券市值 <> coalesce(h.value, 0)""",
    )
    assert wrong == 0


def test_the_firm_has_joint_accounts_foreign_accounts_and_customers_without_manager(state):
    assert one(state, "select count(*) from account where currency = 'HKD'") > CUSTOMERS * 0.03
    assert one(state, "select count(*) from account_role where role = '联名持有人'") > CUSTOMERS * 0.01
    assert 0.10 < one(state, "select avg(cast(manager_no is null as integer)) from customer") < 0.20


def test_three_percent_are_planted_duplicates(firm):
    truth = json.loads((firm / "truth.json").read_text(encoding="utf-8"))

    assert 0.02 < len(truth["duplicates"]) / CUSTOMERS < 0.04
    assert truth["uplift"]["expected_net_inflow_per_reached"] == 6000


def test_certificates_have_a_valid_check_digit(state):
    weights, digits = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    numbers = state.execute(
        "select certificate from customer where kind = '个人' and first_no is null limit 200"
    ).fetchall()
    for (number,) in numbers:
        total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
        assert number[17] == digits[total % 11] and number.startswith("99")


def test_the_same_seed_gives_the_same_files(firm, installation, tmp_path):
    broker.generate(tmp_path / "a", calendar=trading_calendar(), end=END, customers=200, days=22)
    broker.generate(tmp_path / "b", calendar=trading_calendar(), end=END, customers=200, days=22)

    names = sorted(path.name for path in (tmp_path / "a").glob("*.csv"))
    assert names and all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)


def test_customers_reached_react_as_truth_says(installation, tmp_path):
    calendar = trading_calendar()
    broker.generate(tmp_path / "a", calendar=calendar, end=END, customers=400, days=22)
    broker.generate(tmp_path / "b", calendar=calendar, end=END, customers=400, days=22)
    reached = {f"{100_000 + number:09d}": END for number in range(400)}

    broker.advance(tmp_path / "a", calendar=calendar, days=20)
    broker.advance(tmp_path / "b", calendar=calendar, days=8, reached=reached)
    manifest = broker.advance(tmp_path / "b", calendar=calendar, days=12, reached=reached)

    def net(folder):
        total = 0.0
        for path in folder.glob("counter_cash_flow_*.csv"):
            if path.stem.rsplit("_", 1)[1] > "20260317":
                lines = path.read_text(encoding="gb18030").splitlines()[1:]
                total += sum(float(line.split(",")[4]) for line in lines if ",转入," in line)
        return total

    assert manifest["end"] == calendar.add(END, 20).isoformat()
    assert 4_000 < (net(tmp_path / "b") - net(tmp_path / "a")) / 400 < 8_000


class _Killed(Exception):
    """As a process ends in the middle of a day."""


@pytest.mark.parametrize(("stopped_at", "first_again"), [(3, 1), (40, 39), (49, 49)])
def test_a_broker_whose_writing_was_interrupted_goes_on_after_the_last_whole_month(
    installation, tmp_path, stopped_at, first_again
):
    told = []

    def write(folder, listener=None):
        asked = {"customers": 200, "days": 50, "nights": 2}
        return broker.generate(folder, calendar=trading_calendar(), end=END, listener=listener, **asked)

    def stop(_day, number, _total):
        if number == stopped_at:
            raise _Killed

    whole = write(tmp_path / "whole")
    with pytest.raises(_Killed):
        write(tmp_path / "part", stop)
    assert write(tmp_path / "part", lambda _day, number, _total: told.append(number)) == whole

    assert told == list(range(first_again, 51))
    files = sorted(path.name for path in (tmp_path / "whole").rglob("*") if path.is_file())
    assert sorted(path.name for path in (tmp_path / "part").rglob("*") if path.is_file()) == files
    for name in whole["files"]:
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
