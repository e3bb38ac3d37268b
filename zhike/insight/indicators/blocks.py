"""What indicators show on the page of one party."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from zhike.insight.indicators.logic import days, definitions
from zhike.insight.indicators.types import Measure
from zhike.insight.warehouse import api as warehouse
from zhike.kernel import block_data
from zhike.kernel.definition_parts import Key, Refers
from zhike.kernel.providers import AsOf, Block, BlockData, BlockSettings, Subject
from zhike.kernel.trading_days import trading_calendar
from zhike.platform.permissions.types import Principal
from zhike.platform.records import api as records

_DAYS = 250
_PINS = 6
_WAN, _THOUSAND = Decimal(10_000), Decimal(1_000)


class OverTime(BlockSettings):
    """A measure of the record day by day."""

    line: Annotated[Key, Refers("measure")] = Field(description="the measure whose days are drawn")
    pins: Annotated[Key, Refers("measure")] | None = Field(
        None, description="the measure whose largest days are marked on the line; none is, when absent"
    )


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
    first = trading_calendar().last(last, _DAYS)[0]
    with warehouse.session(pins=publication, lookup=True) as session:
        points = days.of_party(session, line, party.id, first, last)
        data["points"] = [{"x": day, "y": str(total)} for day, total in points]
        if points and pinned is not None and pinned.dataset in publication.versions:
            found = days.largest(session, pinned, party.id, first, last, _PINS)
            data["pins"] = [{"x": day, "label": _said(pinned, total, principal.language)} for day, total in found]
    return block_data.series(data, AsOf("day_end", last))


def _said(measure: Measure, total: Decimal, language: str) -> str:
    """A day's total in few signs: what it is and how much."""
    words = measure.labels[language]
    if not measure.value_type.currency:
        return f"{words} {total:+,}"
    return f"{words} {total / _THOUSAND:+,.1f} k" if language == "en" else f"{words} {total / _WAN:+,.2f} 万"


OVER_TIME = Block("measure_over_time", "走势", "Over time", measure_over_time, OverTime, of_record=True, role="party")
