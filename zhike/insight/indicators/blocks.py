"""What indicators show on the page of one party."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from zhike.insight.indicators import fact_columns
from zhike.insight.indicators.block_parts import OverTime, Periods
from zhike.insight.indicators.logic import days, definitions
from zhike.insight.indicators.types import Measure
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import block_data
from zhike.kernel.block_data import TableRow
from zhike.kernel.providers import AsOf, Block, BlockData, Subject
from zhike.kernel.trading_days import trading_calendar
from zhike.kernel.wire import Labels, labels
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

_DAYS = 250
_PINS = 6
#: From which amount on one is said in which unit, with so many decimals.
_STEPS = {
    "zh": ((Decimal(100_000_000), 2, "亿"), (Decimal(10_000), 2, "万"), (Decimal(1), 2, "元")),
    "en": (
        (Decimal(1_000_000_000), 2, "bn"),
        (Decimal(1_000_000), 2, "m"),
        (Decimal(1_000), 1, "k"),
        (Decimal(1), 2, "CNY"),
    ),
}


def measure_over_time(principal: Principal, subject: Subject, settings: OverTime) -> BlockData:
    """Return a measure of the party over the last 250 trading days, the largest days of another one pinned to it."""
    party = records.get(subject.object, subject.uid, principal=principal, log_view=False)
    line = definitions.measure(settings.line)
    pinned = definitions.measure(settings.pins) if settings.pins else None
    data: block_data.SeriesData = {
        "unit": line.unit or "",
        "format": line.value_type.format,
        "points": [],
        "pins": [],
    }
    publication = warehouse.publication()
    if publication is None or line.dataset not in publication.versions:
        return block_data.series(data, None)
    last = publication.business_date
    first = trading_calendar().known(last, _DAYS)[0]
    with warehouse.session(pins=publication, lookup=True) as session:
        points = days.of_party(session, line, party.id, first, last)
        data["points"] = [{"x": day, "y": str(total)} for day, total in points]
        if points and pinned is not None and pinned.dataset in publication.versions:
            found = days.largest(session, pinned, party.id, first, last, _PINS)
            data["pins"] = [{"x": day, "label": told(pinned, total, principal.language)} for day, total in found]
    return block_data.series(data, AsOf("day_end", last))


def told(measure: Measure, total: Decimal, language: str) -> str:
    """A day's total in few signs: what it is and how much."""
    words = measure.labels[language]
    if not measure.value_type.currency:
        return f"{words} {_signed(total, '')}"
    scale, places, unit = next(step for step in _STEPS[language] if abs(total) >= step[0] or step[0] == 1)
    return f"{words} {_signed(total / scale, f'.{places}f')} {unit}"


def _signed(number: Decimal, places: str) -> str:
    return f"{number:+,{places}}".replace("-", "\N{MINUS SIGN}")


Points = Sequence[tuple[date, Decimal]]
#: Further back than this nothing is looked for that a month begins with: no market is closed so long.
_BEFORE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Month:
    """What became of a level in a month: `start` + `flow` + `gain` = `end`; `since` where the record came within it."""

    first: date
    start: Decimal
    flow: Decimal
    end: Decimal
    since: date | None

    @property
    def gain(self) -> Decimal:
        """What neither was there nor was added."""
        return self.end - self.start - self.flow


def measure_by_month(principal: Principal, subject: Subject, settings: Periods) -> BlockData:
    """Return a measure of the party month by month, the newest first: what was added to it, what it gained."""
    party = records.get(subject.object, subject.uid, principal=principal, log_view=False)
    level, flow = definitions.measure(settings.level), definitions.measure(settings.flow)
    publication = warehouse.publication()
    if publication is None or not {level.dataset, flow.dataset} <= set(publication.versions):
        return block_data.table([], [], None)
    last = publication.business_date
    first = _month(last, settings.months - 1)
    with warehouse.session(pins=publication, lookup=True) as session:
        levels = days.of_party(session, level, party.id, first - _BEFORE, last)
        flows = days.of_party(session, flow, party.id, first - _BEFORE, last)
    months = by_month(levels, flows, first)
    rows: list[TableRow] = [
        {
            "key": f"{month.first:%Y-%m}",
            "path": None,
            "cells": {"month": _named(month, principal.language), **_amounts(month)},
        }
        for month in reversed(months)
    ]
    columns = [
        block_data.column("month", _MONTH, "text"),
        block_data.column("gain", labels(settings.gain), "change", unit=level.unit),
        block_data.column("flow", labels(flow.labels), "change", unit=flow.unit),
        block_data.column("start", _START, level.value_type.format, unit=level.unit),
        block_data.column("end", _END, level.value_type.format, unit=level.unit),
    ]
    total = {"month": _TOTAL[principal.language], **_amounts(_together(months))} if len(months) > 1 else None
    return block_data.table(columns, rows, AsOf("day_end", last), total=total)


_MONTH: Labels = {"zh": "月份", "en": "Month"}
_START: Labels = {"zh": "期初", "en": "Start"}
_END: Labels = {"zh": "期末", "en": "End"}
_TOTAL: Mapping[str, str] = {"zh": "合计", "en": "Total"}


def by_month(levels: Points, flows: Points, first: date) -> list[Month]:
    """Return the months from that of the day `first` on, each beginning with what the last one ended with."""
    found: list[Month] = []
    base = max((point for point in levels if point[0] < first), default=None)
    for start in dict.fromkeys(day.replace(day=1) for day, _level in levels if day >= first):
        within = [point for point in levels if point[0].replace(day=1) == start]
        (since, begun), (until, ended) = base or within[0], within[-1]
        added = sum((amount for day, amount in flows if since < day <= until), Decimal(0))
        found.append(Month(start, begun, added, ended, since if base is None else None))
        base = within[-1]
    return found


def _together(months: Sequence[Month]) -> Month:
    flow = sum((month.flow for month in months), Decimal(0))
    return Month(months[0].first, months[0].start, flow, months[-1].end, None)


def _amounts(month: Month) -> dict[str, str]:
    amounts = {"start": month.start, "flow": month.flow, "gain": month.gain, "end": month.end}
    return {key: fact_columns.plain(amount) for key, amount in amounts.items()}


def _named(month: Month, language: str) -> str:
    name = f"{month.first:%Y-%m}"
    if month.since is None:
        return name
    return f"{name} (from {month.since:%m-%d})" if language == "en" else f"{name}（自 {month.since:%m-%d} 起）"


def _month(day: date, back: int) -> date:
    """The first day of the month so many months before that of a day."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


BY_MONTH = Block("measure_by_month", "逐月变动", "By month", measure_by_month, Periods, by="record", role="party")
OVER_TIME = Block("measure_over_time", "走势", "Over time", measure_over_time, OverTime, by="record", role="party")
