"""The golden day as received files: tests/golden/inputs.yaml written the way three systems export it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from zhike.kernel.calendar import TradingCalendar, calendar_days, calendar_from

_FOLDER = Path(__file__).parents[1] / "golden"
_CENT = Decimal("0.01")
#: The day on which customers of the golden day took a consent back.
_WITHDRAWN = date(2026, 1, 5)
#: The head lines of the exports.
_HEADERS = {
    "counter_branch": "机构代码,机构名称,机构类型,上级机构代码",
    "counter_employee": "工号,姓名,所属机构代码,岗位,状态",
    "counter_customer": "客户号,客户类别,客户姓名,证件类型,证件号码,手机号码,电子邮箱,性别,出生日期,营业部代码,开户日期,客户状态,"
    "风险等级,测评日期,测评有效期,最低风险类别,投资者类别,客户经理工号,服务开始日期",
    "counter_consent": "授权编号,客户号,用途,渠道,意思表示,生效日期,失效日期,凭证",
    "counter_account": "资金账户编号,资金账号,客户号,账户类型,币种,开户日期,状态",
    "counter_account_role": "资金账户编号,客户号,角色,开始日期",
    "counter_instrument": "证券代码,证券名称,证券类别,风险等级,币种,最新价格",
    "app_user": "用户编号,手机号,姓名,证件号码,资金账号,注册日期",
    "call_center_caller": "来电人编号,姓名,电话,客户号",
    "counter_daily_asset": "资金账户编号,业务日期,币种,可用资金,证券市值,总资产,净流入,汇率,总资产人民币,可用资金人民币",
    "counter_cash_flow": "流水号,业务日期,资金账户编号,资金方向,发生金额,币种,汇率,发生金额人民币",
    "counter_trade": "成交编号,业务日期,资金账户编号,证券代码,买卖方向,成交数量,成交价格,成交金额,佣金,币种,汇率,成交金额人民币,佣金人民币",
    "counter_holding": "资金账户编号,业务日期,证券代码,持仓数量,收盘价,市值,持仓成本,币种,汇率,市值人民币,持仓成本人民币",
    "app_event": "事件编号,业务日期,用户编号,事件类型,发生时间",
    "call_center_contact": "服务编号,业务日期,来电人编号,坐席工号,主题,结果,发生时间",
}
Rates = dict[int, tuple[str, Decimal]]
Rows = list[list[object]]


@cache
def inputs() -> dict[str, Any]:
    """Return the golden day's inputs."""
    return YAML(typ="safe", pure=True).load((_FOLDER / "inputs.yaml").read_text(encoding="utf-8"))


@cache
def expected() -> dict[str, Any]:
    """Return what the golden day must give."""
    return YAML(typ="safe", pure=True).load((_FOLDER / "expected.yaml").read_text(encoding="utf-8"))


def calendar() -> TradingCalendar:
    """Return the trading calendar of the packs, for tests outside an installation."""
    found = YAML(typ="safe", pure=True).load(
        (_FOLDER.parents[1] / "packs/core/calendars/cn.yaml").read_text(encoding="utf-8")
    )
    return calendar_from(found["years"], calendar_days(found["closed"]))


def write(into: Path, calendar: TradingCalendar) -> date:
    """Write the golden day's files into a folder and return its business date."""
    found = inputs()
    last: date = found["business_date"]
    days = calendar.between(found["first_day"], last)
    into.mkdir(parents=True, exist_ok=True)
    _masters(into, found, last)
    for day in days:
        _facts(into, found, day, _rates(found), whole=day in days[-2:])
    return last


def write_customers(into: Path, day: date, managers: dict[str, tuple[str, date | str]]) -> None:
    """Write the counter's customers of a later day, some with another manager: {customer number: (manager, since)}."""
    rows = [_customer(*row) for row in inputs()["customers"]]
    into.mkdir(parents=True, exist_ok=True)
    _written(into, "counter_customer", day, [[*row[:-2], *managers.get(str(row[0]), row[-2:])] for row in rows])


def write_later(into: Path, calendar: TradingCalendar) -> date:
    """Write the facts of the days after the golden day, in which its campaign works; return the last of them."""
    found = inputs()
    last: date = found["last_day"]
    into.mkdir(parents=True, exist_ok=True)
    for day in calendar.between(calendar.add(found["business_date"], 1), last):
        _facts(into, found, day, _rates(found), whole=True)
    return last


def _rates(found: dict[str, Any]) -> Rates:
    """Return currency and rate of each account."""
    return {
        row[0]: (row[3], Decimal(found["rate_hkd"]) if row[3] == "HKD" else Decimal(1)) for row in found["accounts"]
    }


def _masters(into: Path, found: dict[str, Any], day: date) -> None:
    _written(into, "counter_branch", day, found["branches"])
    _written(into, "counter_employee", day, [[*row, "在职"] for row in found["employees"]])
    _written(into, "counter_customer", day, [_customer(*row) for row in found["customers"]])
    _written(into, "counter_consent", day, [line for row in found["customers"] for line in _consents(*row)])
    accounts = [[*row[:3], "普通资金账户", *row[3:]] for row in found["accounts"]]
    _written(into, "counter_account", day, accounts)
    _written(into, "counter_account_role", day, [[*row, date(2020, 1, 2)] for row in found["account_roles"]])
    _written(into, "counter_instrument", day, found["instruments"])
    _written(into, "app_user", day, found["app_users"])
    _written(into, "call_center_caller", day, found["callers"])


def _customer(number: str, kind: str, name: str, certificate: str, mobile: str, *rest: Any) -> list[object]:
    sex, birth, branch, opened, status, risk, tested, _mail, _calls, manager = rest
    certificate_type = "统一社会信用代码" if kind == "机构" else "居民身份证"
    person = [number, kind, name, certificate_type, certificate, mobile, f"c{number}@example.com", sex, birth]
    suitability = [risk, tested, tested.replace(year=tested.year + 2), "否", "普通"]
    served = [manager, opened if manager else ""]
    return [*person, branch, opened, status, *suitability, *served]


def _consents(number: str, *rest: Any) -> Rows:
    """The declarations of a customer: consent since the account was opened, withdrawn on a day if it was."""
    opened, mail, calls = rest[7], rest[-3], rest[-2]
    lines: Rows = []
    for channel, letter, state in (("邮件", "E", mail), ("电话", "T", calls)):
        if state == "否":
            continue
        withdrawn = _WITHDRAWN if state == "撤回" else ""
        lines.append([f"{number}{letter}1", number, "营销", channel, "同意", opened, withdrawn, "开户协议"])
        if withdrawn:
            lines.append([f"{number}{letter}2", number, "营销", channel, "撤回", withdrawn, "", "客服来电"])
    return lines


def _facts(into: Path, found: dict[str, Any], day: date, rates: Rates, *, whole: bool) -> None:
    """Write the day's facts; only the last two days have files without rows."""
    events = [(n, *row) for n, row in enumerate(found["app_events"]) if row[0] == day]
    contacts = [(n, *row) for n, row in enumerate(found["contacts"]) if row[0] == day]
    files: dict[str, Rows] = {
        "counter_daily_asset": _assets(found, day, rates),
        "counter_cash_flow": [_flow(*row, rates=rates) for row in found["cash_flows"] if row[0] == day],
        "counter_trade": [_trade(*row, rates=rates) for row in found["trades"] if row[0] == day],
        "counter_holding": [_holding(*row, rates=rates) for row in found["holdings"] if row[0] == day],
        "app_event": [[f"V{n}", on, user, event, f"{day} 10:00:00"] for n, on, user, event in events],
        "call_center_contact": [[f"N{n}", on, *rest, f"{on} 14:30:00"] for n, on, *rest in contacts],
    }
    for key, rows in files.items():
        if rows or whole:
            _written(into, key, day, rows)


def _assets(found: dict[str, Any], day: date, rates: Rates) -> Rows:
    rows: Rows = []
    for account, states in found["assets"].items():
        state = max((start for start in states if start <= day), default=None)
        if state is not None:
            total, cash = (Decimal(value) for value in states[state])
            currency, rate = rates[account]
            yuan = [_cents(total * rate), _cents(cash * rate)]
            rows.append([account, day, currency, cash, total - cash, total, 0, rate, *yuan])
    return rows


def _flow(day: date, account: int, direction: str, amount: int, *, rates: Rates) -> list[object]:
    currency, rate = rates[account]
    return [f"F{day:%Y%m%d}{account}", day, account, direction, amount, currency, rate, _cents(Decimal(amount) * rate)]


def _trade(
    day: date, account: int, instrument: str, side: str, quantity: int, price: str, commission: str, *, rates: Rates
) -> list[object]:
    amount, (currency, rate) = _cents(Decimal(price) * quantity), rates[account]
    done = [f"T{day:%Y%m%d}{account}", day, account, instrument, side, quantity, price, amount, commission]
    return [*done, currency, rate, _cents(amount * rate), _cents(Decimal(commission) * rate)]


def _holding(
    day: date, account: int, instrument: str, quantity: int, price: str, cost: str, *, rates: Rates
) -> list[object]:
    value, (currency, rate) = _cents(Decimal(price) * quantity), rates[account]
    yuan = [_cents(value * rate), _cents(Decimal(cost) * rate)]
    return [account, day, instrument, quantity, price, value, cost, currency, rate, *yuan]


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT)


def _written(into: Path, key: str, day: date, rows: Sequence[Sequence[object]]) -> None:
    lines = [_HEADERS[key]]
    lines += [",".join(f"{value:%Y%m%d}" if isinstance(value, date) else str(value) for value in row) for row in rows]
    (into / f"{key}_{day:%Y%m%d}.csv").write_text("\n".join(lines) + "\n", encoding="gb18030")
