"""Customers, their accounts and the staff who serve them; who in the three systems is one person."""

from __future__ import annotations

from datetime import date

import duckdb

from zhike.cli.sample import parameters as p


def make(connection: duckdb.DuckDBPyConnection, customers: int, first_day: date, end: date) -> None:
    """Fill the tables unit, employee, customer, consent, account, account_role, app_user, caller and truth_link."""
    _units(connection, customers)
    _customers(connection, customers, end)
    _accounts(connection, first_day)
    _second_openings(connection, customers)
    _consents(connection, end)
    _app_users(connection)
    _callers(connection)
    _truth(connection)


def _units(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    branches = max(2, customers // p.CUSTOMERS_PER_BRANCH)
    regions = max(1, min(len(p.REGIONS), branches // 8))
    managers = max(1, round(customers * (1 - p.WITHOUT_MANAGER) / p.CUSTOMERS_PER_MANAGER / branches))
    connection.execute(
        f"create table size as select {branches} as branches, {regions} as regions, {managers} as managers"
    )
    connection.execute(
        f"""create table unit as
        select 'HQ' as code, '知客证券' as name, '总部' as kind, null::varchar as parent, 0 as rank
        union all select printf('R%02d', r + 1), ({list(p.REGIONS)})[r + 1] || '分公司', '分公司', 'HQ', 1
          from range({regions}) t(r)
        union all select printf('B%03d', b + 1),
          ({list(p.CITIES)})[1 + b % {len(p.CITIES)}] || ({list(p.STREETS)})[1 + (b // {len(p.CITIES)}) % {len(p.STREETS)}]
          || case when b >= {len(p.CITIES) * len(p.STREETS)} then '第' || (b // {len(p.CITIES) * len(p.STREETS)} + 1) else '' end
          || '营业部', '营业部', printf('R%02d', b % {regions} + 1), 2 from range({branches}) t(b)
        order by rank, code"""
    )
    connection.execute(
        f"""create table employee as
        select {staff_number("b + 1", "m")} as employee_no, {_name("b * 100 + m + 700000000")} as name,
          printf('B%03d', b + 1) as branch, case when m = 0 then '营业部负责人' else '客户经理' end as position
        from range({branches}) t(b), range({managers} + 1) s(m)
        union all select printf('E9%04d', o + 1), {_name("o + 800000000")}, 'HQ', '运营' from range(3) t(o)
        order by 1"""
    )


def staff_number(branch: str, place: str) -> str:
    """Return the expression for the employee number of a place in a branch, which no operator's (E9nnnn) is."""
    return f"printf('E%03d%02d', {branch} + case when {branch} >= 900 then 100 else 0 end, {place})"


def _name(who: str) -> str:
    characters = f"case when chance({who}, 21) < 0.5 then '{p.FEMALE_CHARACTERS}' else '{p.MALE_CHARACTERS}' end"
    return (
        f"(case when chance({who}, 22) < 0.012 then ({list(p.DOUBLE_SURNAMES)})[1 + cast(floor(chance({who}, 23) * "
        f"{len(p.DOUBLE_SURNAMES)}) as integer)] else pick('{p.SURNAMES}', power(chance({who}, 23), 1.7)) end"
        f" || pick({characters}, chance({who}, 24))"
        f" || case when chance({who}, 25) < 0.78 then pick({characters}, chance({who}, 26)) else '' end)"
    )


def _customers(connection: duckdb.DuckDBPyConnection, customers: int, end: date) -> None:
    first = date(*p.HISTORY_START)
    span = (end - first).days
    firms = f"({list(p.FIRMS)})[1 + cast(floor(chance(i, 27) * {len(p.FIRMS)}) as integer)]"
    trades = f"({list(p.TRADES)})[1 + cast(floor(chance(i, 28) * {len(p.TRADES)}) as integer)]"
    connection.execute(
        f"""create table customer as
        with base as (
          select i, printf('%09d', 100000 + i) as customer_no, chance(i, 1) < 0.02 as firm, chance(i, 21) < 0.5 as female,
            date '{end}' - cast(7300 + floor(21000 * power(chance(i, 2), 0.9)) as integer) as birth_date,
            case when chance(i, 3) < 0.03 then date '{end}' - cast(floor(90 * chance(i, 4)) as integer)
              else date '{first}' + cast(floor({span - 90} * power(chance(i, 4), 0.8)) as integer) end as open_date,
            1 + cast(floor(size.branches * power(chance(i, 5), 1.25)) as integer) as branch,
            1 + cast(floor(size.managers * chance(i, 6)) as integer) as manager,
            round({p.ASSET_MEDIAN} * exp({p.ASSET_SPREAD} * normal(i, 7)), 2) as wealth,
            chance(i, 8) as activity, chance(i, 9) as standing, chance(i, 10) as risk
          from range({customers}) t(i), size),
        numbered as (
          select *, case when firm then '91990000MA' || printf('%08d', i) else
            '99' || printf('%04d', 101 + i % 899) || strftime(birth_date, '%Y%m%d')
            || printf('%03d', (i // 899) % 500 * 2 + case when female then 0 else 1 end) end as digits from base),
        written as (
          select *, case when firm then '示例' || {firms} || {trades} || '有限公司' else {_name("i")} end as name,
            case when standing < 0.025 then '销户' when standing < 0.03 then '冻结' when standing < 0.10 then '休眠'
              else '正常' end as status,
            case when firm then digits else digits || substring('10X98765432', 1 + cast(list_sum(list_transform(
              range(1, 18), lambda k : cast(substring(digits, k, 1) as integer) * ([7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2])[k]
            )) % 11 as integer), 1) end as certificate from numbered)
        select i, customer_no, case when firm then '机构' else '个人' end as kind, name,
          case when firm then '统一社会信用代码' else '居民身份证' end as certificate_type, certificate,
          '101' || printf('%08d', case when chance(i, 11) < 0.01 then i // 2 else i end) as mobile,
          'c' || customer_no || '@example.com' as email,
          case when firm then null when female then '女' else '男' end as sex,
          case when firm then null else birth_date end as birth_date, printf('B%03d', branch) as branch, open_date, status,
          'C' || case when risk < 0.12 then 1 when risk < 0.35 then 2 when risk < 0.70 then 3 when risk < 0.90 then 4 else 5 end
            as risk_level,
          greatest(open_date, date '{end}' - cast(floor(820 * chance(i, 12)) as integer)) as risk_tested_on,
          risk < 0.01 as lowest_class,
          case when firm and chance(i, 13) < 0.3 then '专业B' when wealth > 3000000 and chance(i, 13) < 0.3 then '专业C'
            else '普通' end as professional,
          case when chance(i, 17) < {p.WITHOUT_MANAGER} then null else {staff_number("branch", "manager")} end as manager_no,
          case when status = '销户' then 0 else wealth end as wealth,
          case when status <> '正常' then 0 when activity < 0.08 then 0.15 when activity < 0.23 then 0.03
            when activity < 0.55 then 0.010 else 0 end as trade_rate,
          case when status <> '正常' then 0 when activity < 0.23 then 0.014 when activity < 0.45 then 0.005
            else 0.0015 end as flow_rate
        from written order by i"""
    )
    connection.execute("alter table customer add column first_no varchar")


def _accounts(connection: duckdb.DuckDBPyConnection, first_day: date) -> None:
    connection.execute(
        f"""create table account as
        select 10000000 + i as account_id, printf('31%08d', i) as account_no, i, customer_no, '普通资金账户' as kind,
          'CNY' as currency, open_date, status, wealth, trade_rate, flow_rate from customer
        union all
        select 50000000 + i, printf('32%08d', i), i, customer_no, '普通资金账户', 'HKD', greatest(open_date, date '2015-01-05'),
          status, round(wealth * 0.2, 2), trade_rate * 0.3, flow_rate * 0.3
        from customer where chance(i, 31) < {p.HKD_SHARE} and open_date < date '{first_day}'
        order by account_id"""
    )
    # A number, not a subquery: the join would become a loop over all pairs.
    (customers,) = connection.execute("select count(*) from customer").fetchone() or (0,)
    connection.execute(
        f"""create table account_role as
        select account_id, customer_no, '持有人' as role, open_date as valid_from from account
        union all
        select a.account_id, o.customer_no, case when chance(a.i, 32) < {p.JOINT_SHARE} then '联名持有人' else '代理人' end,
          greatest(a.open_date, o.open_date)
        from account a join customer o on o.i = (a.i + 1) % {customers}
        where a.currency = 'CNY' and chance(a.i, 32) < {p.JOINT_SHARE + p.AGENT_SHARE} and o.i <> a.i
        order by 1, 3"""
    )


def _second_openings(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Some persons were opened twice at the counter: another customer number, the certificate typed differently."""
    connection.execute(
        "create table planted as select i, cast(floor(chance(i, 41) / ? * 6) as integer) as sort from customer"
        " where chance(i, 41) < ? and kind = '个人'",
        [p.PLANTED_SHARE, p.PLANTED_SHARE],
    )
    connection.execute(
        f"""insert into customer
        select i + {customers} + 50000000, printf('9%08d', i), kind, name, certificate_type,
          case when i % 2 = 0 then lower(certificate) else '　' || certificate end, mobile, null, sex, birth_date, branch,
          open_date, '休眠', risk_level, risk_tested_on, lowest_class, professional,
          null, 0, 0, 0, customer_no
        from customer semi join (select i from planted where sort = 3) using (i)"""
    )


def _consents(connection: duckdb.DuckDBPyConnection, end: date) -> None:
    """The register of consents: a declaration ends when the next one on its channel begins; most say nothing ever."""
    connection.execute(
        f"""create table consent as
        with channel as (from (values ('邮件', 'E', 14, 0.62, 0.68, '开户协议签署 '), ('短信', 'S', 15, 0.55, 0.60, '手机勾选 '),
            ('电话', 'T', 16, 0.40, 0.47, '电话录音 ')) t(channel, letter, stream, granted, known, proof)),
        declared as (
          select customer_no, channel, letter, proof || printf('%08d', i * 7 + stream) as proof, chance(i, stream) >= granted as withdrawn, open_date as granted_on,
            greatest(open_date + 1, date '{end}' - cast(floor(700 * chance(i, stream + 40)) as integer)) as withdrawn_on
          from customer, channel where chance(i, stream) < known)
        select customer_no || letter || '1' as consent_no, customer_no, channel, '同意' as state, granted_on as valid_from,
          case when withdrawn then withdrawn_on end as valid_to, proof as evidence from declared
        union all
        select customer_no || letter || '2', customer_no, channel, '撤回', withdrawn_on, null, replace(proof, split_part(proof, ' ', 1), '客服来电登记')
        from declared where withdrawn"""
    )


def _app_users(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"""create table app_user as
        select c.i, 'U' || printf('%09d', c.i * 3 + 17) as user_id,
          case when x.sort = 2 then substring(c.name, 1, 1) || '某' when x.sort = 5 then '王伟' else c.name end as name,
          case when x.sort = 5 then '{p.SHARED_PHONE}' when x.sort = 1 then '102' || printf('%08d', c.i) else c.mobile end as mobile,
          case when x.sort is null and chance(c.i, 52) < 0.7 then c.certificate end as certificate,
          case when x.sort is null and (chance(c.i, 52) >= 0.7 or chance(c.i, 53) < 0.5) or x.sort = 1
            then printf('31%08d', c.i) end as account_no,
          c.open_date as registered_on, case when c.trade_rate >= 0.1 then 0.45 when c.trade_rate > 0 then 0.18 else 0.03 end
            as login_rate
        from customer c left join planted x on x.i = c.i
        where c.first_no is null and (x.sort in (0, 1, 2, 5) or (x.sort is null and chance(c.i, 51) < {p.APP_SHARE}))
        order by c.i"""
    )


def _callers(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """create table caller as
        select c.i, 'K' || printf('%08d', c.i * 2 + 5) as caller_id, c.name, c.mobile,
          case when x.sort = 4 then null else c.customer_no end as customer_no, c.manager_no
        from customer c left join planted x on x.i = c.i
        where c.first_no is null and (x.sort = 4 or (x.sort is null and chance(c.i, 61) < 0.12))
        order by c.i"""
    )


def _truth(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """create table truth_link as
        select 'counter' as system, customer_no as source_key, coalesce(first_no, customer_no) as person from customer
        union all select 'app', user_id, customer_no from app_user u join customer c on c.i = u.i
        union all select 'call_center', caller_id, c.customer_no from caller k join customer c on c.i = k.i
        order by 3, 1, 2"""
    )
