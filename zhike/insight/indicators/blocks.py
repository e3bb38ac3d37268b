"""What indicators show on the page of one party."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.types import PublicationInfo, Session
from zhike.kernel import block_data
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings, Subject
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.objects import api as objects
from zhike.platform.permissions.types import Principal

_DAYS = 250
_PINS = 6
_WAN, _THOUSAND = Decimal(10_000), Decimal(1_000)
_ASSET, _FLOW = "core.counter_daily_asset", "core.counter_cash_flow"


def assets_over_time(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    """Return the party's total assets in CNY over the last 250 trading days, large flows pinned."""
    party = objects.get(subject.object, subject.uid, principal=principal, log_view=False)
    publication = warehouse.publication()
    if publication is None or _ASSET not in publication.versions:
        return block_data.series({"unit": "元", "format": "money", "points": [], "pins": []}, None)
    last = publication.business_date
    first = trading_calendar().last(last, _DAYS)[0]
    with warehouse.session(lookup=True) as connection:
        accounts = [
            row[0]
            for row in connection.execute(
                f"select account_id from {warehouse.relation('identity.account_party', publication=publication)} where party_id = ?",
                [party.id],
            ).fetchall()
        ]
        points = _points(connection, publication, accounts, first, last) if accounts else []
        pins = _pins(connection, publication, accounts, first, last, principal.language) if points else []
    data: block_data.SeriesData = {
        "unit": "元",
        "format": "money",
        "points": [{"x": day, "y": str(total)} for day, total in points],
        "pins": pins,
    }
    return block_data.series(data, AsOf("day_end", last))


def _points(
    connection: Session, publication: PublicationInfo, accounts: list[int], first: date, last: date
) -> list[tuple[date, Decimal]]:
    relation = warehouse.relation(_ASSET, publication=publication, first=first, last=last)
    return connection.execute(
        f"select business_date, sum(total_cny) from {relation} where account_id in ({_listed(accounts)})"
        f" and business_date between date '{first}' and date '{last}' group by 1 order by 1"
    ).fetchall()


def _pins(
    connection: Session, publication: PublicationInfo, accounts: list[int], first: date, last: date, language: str
) -> list[block_data.SeriesPin]:
    if _FLOW not in publication.versions:
        return []
    relation = warehouse.relation(_FLOW, publication=publication, first=first, last=last)
    rows = connection.execute(
        f"select business_date, sum(case when direction = 'in' then amount_cny else -amount_cny end) as net from {relation}"
        f" where account_id in ({_listed(accounts)}) and business_date between date '{first}' and date '{last}'"
        f" group by 1 order by abs(net) desc, 1 limit {_PINS}"
    ).fetchall()
    return [{"x": day, "label": _flow(net, language)} for day, net in sorted(rows)]


def _flow(net: Decimal, language: str) -> str:
    if language == "en":
        return f"{'In' if net >= 0 else 'Out'} {abs(net) / _THOUSAND:,.1f} k"
    return f"{'转入' if net >= 0 else '转出'} {abs(net) / _WAN:,.2f} 万"


def _listed(accounts: list[int]) -> str:
    # Literal numbers, not a join: row groups that hold none of them are skipped.
    return ", ".join(str(int(account)) for account in accounts)


ASSETS_OVER_TIME = Block(
    "assets_over_time", "资产走势", "Assets over time", assets_over_time, of_record=True, role="party"
)
