"""The installation's trading calendar, read from its definition (kind `calendar`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from zhike.kernel import definitions
from zhike.kernel.calendar import TradingCalendar, calendar_days, calendar_from
from zhike.kernel.definitions import Body, Finding, Kind, Snapshot
from zhike.kernel.errors import Unavailable


def check_calendar(body: Body, _everything: Snapshot) -> list[Finding]:
    """Return what is wrong with a calendar definition."""
    try:
        days = calendar_days(cast(Iterable[object], body.get("closed", [])))
    except ValueError as error:
        return [Finding("calendar.broken_date", f"{error}; write 2026-01-01 or 2026-02-15..2026-02-23", "closed")]
    years = set(cast(Iterable[int], body.get("years", [])))
    outside = sorted({day.year for day in days} - years)
    return (
        [Finding("calendar.outside", f"closed days lie in {outside}, which `years` does not list", "years")]
        if outside
        else []
    )


CALENDAR = Kind(name="calendar", order=0, check=check_calendar)


def trading_calendar(key: str = "cn") -> TradingCalendar:
    """Return the trading calendar called `key`; raises Unavailable when no pack defines it."""
    return definitions.derive(f"calendar:{key}", lambda found: _build(found, key))


def _build(found: Snapshot, key: str) -> TradingCalendar:
    body = found.of("calendar").get(key)
    if body is None:
        raise Unavailable(what=f"calendar {key}", remedy="zhike pack apply")
    closed = calendar_days(cast(Iterable[object], body["closed"]))
    return calendar_from(cast(Iterable[int], body["years"]), closed)
