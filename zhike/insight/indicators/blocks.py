"""What indicators show on the page of one party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhike.expressions import trees
from zhike.expressions.trees import Tree
from zhike.insight.warehouse import api as warehouse
from zhike.insight.warehouse.port import Session
from zhike.insight.warehouse.types import PublicationInfo
from zhike.kernel import block_data
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings, Subject
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

_DAYS = 250
_PINS = 6
_WAN, _THOUSAND = Decimal(10_000), Decimal(1_000)
_ASSET, _FLOW = "core.counter_daily_asset", "core.counter_cash_flow"


def assets_over_time(principal: Principal, subject: Subject, _settings: BlockSettings) -> BlockData:
    """Return the party's total assets in CNY over the last 250 trading days, large flows pinned."""
    party = records.get(subject.object, subject.uid, principal=principal, log_view=False)
    publication = warehouse.publication()
    if publication is None or _ASSET not in publication.versions:
        return block_data.series({"unit": "元", "format": "money", "points": [], "pins": []}, None)
    last = publication.business_date
    first = trading_calendar().last(last, _DAYS)[0]
    with warehouse.session(pins=publication, lookup=True) as session:
        accounts = session.rows(
            trees.sql(
                "select account_id from _accounts where party_id = _party",
                accounts=session.table("identity.account_party"),
                party=trees.value(party.id),
            )
        )
        # Written out, not joined: row groups that hold none of them are skipped.
        of = _Asked([trees.value(account) for (account,) in accounts], first, last)
        points = _points(session, of) if accounts else []
        pins = _pins(session, publication, of, principal.language) if points else []
    data: block_data.SeriesData = {
        "unit": "元",
        "format": "money",
        "points": [{"x": day, "y": str(total)} for day, total in points],
        "pins": pins,
    }
    return block_data.series(data, AsOf("day_end", last))


@dataclass(frozen=True, slots=True)
class _Asked:
    """The accounts and the days of a question."""

    accounts: list[Tree]
    first: date
    last: date

    def of(self, session: Session, dataset: str) -> dict[str, Any]:
        days = {"first": trees.value(self.first), "last": trees.value(self.last)}
        return {"rows": session.table(dataset, first=self.first, last=self.last), "accounts": self.accounts, **days}


def _points(session: Session, asked: _Asked) -> list[tuple[Any, ...]]:
    total = (
        "select business_date, sum(total_cny) from _rows where account_id in (_accounts)"
        " and business_date between _first and _last group by 1 order by 1"
    )
    return session.rows(trees.sql(total, **asked.of(session, _ASSET)))


def _pins(session: Session, publication: PublicationInfo, asked: _Asked, language: str) -> list[block_data.SeriesPin]:
    if _FLOW not in publication.versions:
        return []
    net = (
        "select business_date, sum(case when direction = 'in' then amount_cny else -amount_cny end) as net from _rows"
        " where account_id in (_accounts) and business_date between _first and _last"
        " group by 1 order by abs(net) desc, 1 limit _most"
    )
    rows = session.rows(trees.sql(net, most=trees.value(_PINS), **asked.of(session, _FLOW)))
    return [{"x": day, "label": _flow(net, language)} for day, net in sorted(rows)]


def _flow(net: Decimal, language: str) -> str:
    if language == "en":
        return f"{'In' if net >= 0 else 'Out'} {abs(net) / _THOUSAND:,.1f} k"
    return f"{'转入' if net >= 0 else '转出'} {abs(net) / _WAN:,.2f} 万"


ASSETS_OVER_TIME = Block(
    "assets_over_time", "资产走势", "Assets over time", assets_over_time, of_record=True, role="party"
)
