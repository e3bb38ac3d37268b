"""One trading day of the sample broker: deposits, trades, withdrawals, then assets at the day's closing prices.

Assets follow from what happened, to the cent: total = cash + quantity × price, and cash moves only by deposits,
withdrawals, trades and their commission. What a position cost is what was paid for it; a sale takes its part with it.
"""

from __future__ import annotations

from datetime import date

import duckdb

from zhike.cli.sample import parameters as p


def open_positions(connection: duckdb.DuckDBPyConnection, calendar_days: list[date]) -> None:
    """Fill the table position as it was before the first day; later accounts open with their first deposit."""
    first = calendar_days[0]
    cny = [n for n, entry in enumerate(p.INSTRUMENTS) if entry[3] == "CNY"]
    hkd = [n for n, entry in enumerate(p.INSTRUMENTS) if entry[3] == "HKD"]
    listed = f"case when currency = 'CNY' then {cny} else {hkd} end"
    connection.execute(
        f"""create table position as
        with chosen as (
          select account_id, i, currency, wealth, trade_rate, flow_rate,
            case when open_date < date '{first}' then date '{first}' else open_date end as opens_on,
            open_date < date '{first}' as opened,
            ({listed})[1 + cast(floor(chance(account_id, 71) * len({listed})) as integer)] as a,
            ({listed})[1 + cast(floor(chance(account_id, 72) * len({listed})) as integer)] as b,
            0.06 + 0.5 * power(chance(account_id, 73), 3) + case when chance(account_id, 74) < 0.08 then 0.4 else 0 end as idle
          from account),
        held as (
        select c.*, case when opened then cast(floor(wealth * (1 - idle) * 0.7 / pa.price / 100) * 100 as bigint) else 0 end as qa,
          case when opened then cast(floor(wealth * (1 - idle) * 0.3 / pb.price / 100) * 100 as bigint) else 0 end as qb,
          cast(0 as decimal(18, 2)) as cash, pa.price as price_a, pb.price as price_b
        from chosen c join price pa on pa.n = c.a join price pb on pb.n = c.b)
        select * exclude (price_a, price_b),
          cast(round(qa * price_a * (0.8 + 0.4 * chance(account_id, 75)), 2) as decimal(18, 2)) as ca,
          cast(round(qb * price_b * (0.8 + 0.4 * chance(account_id, 76)), 2) as decimal(18, 2)) as cb
        from held order by account_id"""
    )
    connection.execute("""update position set cash = case when opened then round(wealth * idle, 2) else 0 end""")


def run_day(connection: duckdb.DuckDBPyConnection, day: date, number: int) -> None:
    """Move the table position through one day; `acting` then holds what happened to the accounts that moved."""
    _act(connection, day, number)
    # A new table of all accounts each day took two thirds of the time; few accounts move.
    connection.execute(
        """update position set opened = true, qa = x.new_qa, qb = x.new_qb, cash = x.closing_cash,
          ca = x.new_ca, cb = x.new_cb
        from acting x where x.account_id = position.account_id"""
    )


def _act(connection: duckdb.DuckDBPyConnection, day: date, number: int) -> None:
    """Fill the table acting with the few accounts on which something happens: opening, flow, trade, reaction."""
    connection.execute(
        f"""create or replace temp table acting as
        with drawn as (
          select p.*, va.price as pa, vb.price as pb,
            chance_on(p.account_id, {number}, 1) as c1, chance_on(p.account_id, {number}, 2) as c2,
            chance_on(p.account_id, {number}, 3) as c3, coalesce(e.amount, 0) as extra
          from position p join price va on va.n = p.a join price vb on vb.n = p.b
          left join extra_deposit e on e.account_id = p.account_id and e.day = date '{day}'
          where opens_on <= date '{day}' and (not opened or e.amount is not null
            or chance_on(p.account_id, {number}, 1) < flow_rate or chance_on(p.account_id, {number}, 2) < trade_rate)),
        flowing as (
          select *, cast(extra + case when not opened then greatest(wealth, 1000)
              when c1 < flow_rate * 0.52 then greatest(100, round(wealth * 0.04 * exp(3 * c3 - 1.5) / 100) * 100)
              else 0 end as decimal(18, 2)) as deposit,
            case when opened and c1 >= flow_rate * 0.52 and c1 < flow_rate
              then greatest(100, round(wealth * 0.04 * exp(3 * c3 - 1.5) / 100) * 100) else 0 end as wanted,
            c2 < trade_rate as trades, c1 < 0.55 as buys, c3 < 0.65 as first_slot,
            case when c3 < 0.65 then pa else pb end as price from drawn),
        sized as (
          select *, case when not trades then 0
              when buys then greatest(0, cast(floor((cash + deposit - 5) * (0.2 + 0.6 * c3) / price / 100) * 100 as bigint))
              else cast(ceil((case when first_slot then qa else qb end) / 100 * (0.1 + 0.8 * c1)) * 100 as bigint) end as quantity
          from flowing),
        priced as (
          select *, cast(quantity * price as decimal(18, 2)) as amount,
            case when quantity > 0 then greatest(5, cast(round(quantity * price * 0.00025, 2) as decimal(18, 2))) else 0 end
              as commission from sized),
        traded as (
          select *, cast(cash + deposit + case when buys then -amount else amount end - commission as decimal(18, 2)) as held
          from priced),
        closed as (
          select *, cast(least(wanted, floor(held)) as decimal(18, 2)) as withdrawal,
            qa + case when first_slot then case when buys then quantity else -quantity end else 0 end as new_qa,
            qb + case when first_slot then 0 else case when buys then quantity else -quantity end end as new_qb,
            case when first_slot then {_cost("ca", "qa")} else ca end as new_ca,
            case when first_slot then cb else {_cost("cb", "qb")} end as new_cb
          from traded)
        select *, cast(held - withdrawal as decimal(18, 2)) as closing_cash from closed"""
    )


def _cost(cost: str, held: str) -> str:
    """What the slot cost after the trade: a sale takes the average cost of what is sold away."""
    sold = f"case when quantity = {held} then {cost} else round(cast({cost} as double) * quantity / {held}, 2) end"
    return (
        f"case when quantity = 0 then {cost} when buys then cast({cost} + amount + commission as decimal(18, 2))"
        f" else cast({cost} - {sold} as decimal(18, 2)) end"
    )


def facts_of(day: date, number: int, rate: str, holdings: bool) -> dict[str, str]:
    """Return the SELECT of each fact of the day, with the headers the systems export."""
    found = {
        "counter_daily_asset": f"""
            select account_id as 资金账户编号, date '{day}' as 业务日期, currency as 币种, cash as 可用资金,
              cast(total - cash as decimal(18, 2)) as 证券市值, total as 总资产,
              cast(deposit - withdrawal as decimal(18, 2)) as 净流入,
              cast(case when currency = 'CNY' then 1 else {rate} end as decimal(12, 6)) as 汇率,
              cast(case when currency = 'CNY' then total else round(total * {rate}, 2) end as decimal(18, 2)) as 总资产人民币,
              cast(case when currency = 'CNY' then cash else round(cash * {rate}, 2) end as decimal(18, 2)) as 可用资金人民币
            from (
              select p.account_id, p.currency, p.cash, coalesce(x.deposit, 0) as deposit, coalesce(x.withdrawal, 0) as withdrawal,
                cast((cast(round(cast(p.cash as double) * 100) as bigint) + p.qa // 100 * va.units + p.qb // 100 * vb.units)
                  / 100.0 as decimal(18, 2)) as total
              from position p join price va on va.n = p.a join price vb on vb.n = p.b
              left join acting x on x.account_id = p.account_id where p.opens_on <= date '{day}')""",
        "counter_trade": f"""
            select printf('T%s%08d', strftime(date '{day}', '%Y%m%d'), account_id % 100000000) as 成交编号,
              date '{day}' as 业务日期, account_id as 资金账户编号, i.code as 证券代码,
              case when buys then '买入' else '卖出' end as 买卖方向, quantity as 成交数量, m.price as 成交价格,
              amount as 成交金额, cast(commission as decimal(18, 2)) as 佣金, m.currency as 币种,
              cast(case when m.currency = 'CNY' then 1 else {rate} end as decimal(12, 6)) as 汇率,
              cast(round(amount * case when m.currency = 'CNY' then 1 else {rate} end, 2) as decimal(18, 2)) as 成交金额人民币,
              cast(round(commission * case when m.currency = 'CNY' then 1 else {rate} end, 2) as decimal(18, 2)) as 佣金人民币
            from acting m join instrument i on i.n = case when first_slot then m.a else m.b end
            where quantity > 0 order by account_id""",
        "counter_cash_flow": f"""
            select printf('%s%s%08d', case when deposit > 0 then 'D' else 'W' end, strftime(date '{day}', '%Y%m%d'),
                account_id % 100000000) as 流水号, date '{day}' as 业务日期, account_id as 资金账户编号,
              case when deposit > 0 then '转入' else '转出' end as 资金方向,
              cast(case when deposit > 0 then deposit else withdrawal end as decimal(18, 2)) as 发生金额, currency as 币种,
              cast(case when currency = 'CNY' then 1 else {rate} end as decimal(12, 6)) as 汇率,
              cast(round(case when deposit > 0 then deposit else withdrawal end * case when currency = 'CNY' then 1 else {rate} end, 2)
                as decimal(18, 2)) as 发生金额人民币
            from (select * replace (0 as withdrawal) from acting where deposit > 0
                  union all select * replace (0 as deposit) from acting where withdrawal > 0) order by account_id, 流水号""",
        "app_event": f"""
            select printf('V%s%08d%s', strftime(date '{day}', '%Y%m%d'), i, substring(kind, 1, 1)) as 事件编号,
              date '{day}' as 业务日期, user_id as 用户编号, kind as 事件类型,
              strftime(timestamp '{day} 08:30:00' + to_seconds(cast(floor(45000 * chance_on(i, {number}, 12)) as integer)),
                '%Y-%m-%d %H:%M:%S') as 发生时间
            from (select u.i, user_id, unnest(case when chance_on(u.i, {number}, 13) < 0.4 then ['login', 'view_product']
                else ['login'] end) as kind from app_user u where registered_on <= date '{day}'
                and chance_on(u.i, {number}, 11) < login_rate) order by i, kind""",
        "call_center_contact": f"""
            select printf('N%s%08d', strftime(date '{day}', '%Y%m%d'), i) as 服务编号, date '{day}' as 业务日期,
              caller_id as 来电人编号, coalesce(manager_no, 'E90001') as 坐席工号,
              (['账户咨询', '密码重置', '业务办理', '产品咨询', '意见建议'])[1 + cast(floor(chance_on(i, {number}, 15) * 5) as integer)] as 主题,
              (['已沟通', '未接通', '客户拒绝'])[1 + cast(floor(power(chance_on(i, {number}, 16), 4) * 3) as integer)] as 结果,
              strftime(timestamp '{day} 09:00:00' + to_seconds(cast(floor(28800 * chance_on(i, {number}, 17)) as integer)),
                '%Y-%m-%d %H:%M:%S') as 发生时间
            from caller where chance_on(i, {number}, 14) < 0.012 order by i""",
    }
    return found | ({"counter_holding": _holdings(day, rate)} if holdings else {})


def _holdings(day: date, rate: str) -> str:
    """Return the SELECT of what every account holds at the end of the day."""
    return f"""
            select 资金账户编号, date '{day}' as 业务日期, 证券代码, 持仓数量, 收盘价, 市值, 持仓成本, 币种,
              cast(case when 币种 = 'CNY' then 1 else {rate} end as decimal(12, 6)) as 汇率,
              cast(case when 币种 = 'CNY' then 市值 else round(市值 * {rate}, 2) end as decimal(18, 2)) as 市值人民币,
              cast(case when 币种 = 'CNY' then 持仓成本 else round(持仓成本 * {rate}, 2) end as decimal(18, 2)) as 持仓成本人民币
            from (
              select p.account_id as 资金账户编号, i.code as 证券代码, cast(sum(quantity) as bigint) as 持仓数量,
                any_value(c.price) as 收盘价, cast(sum(quantity * c.price) as decimal(18, 2)) as 市值,
                cast(sum(cost) as decimal(18, 2)) as 持仓成本, any_value(p.currency) as 币种
              from (select account_id, currency, a as n, qa as quantity, ca as cost from position where opens_on <= date '{day}'
                    union all select account_id, currency, b, qb, cb from position where opens_on <= date '{day}') p
              join instrument i on i.n = p.n join price c on c.n = p.n where quantity > 0
              group by p.account_id, i.code) order by 1, 3"""
