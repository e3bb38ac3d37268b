"""The installation's trading calendar, read from its definition (kind `calendar`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from zhike.kernel import definitions
from zhike.kernel.calendar import TradingCalendar, calendar_days, calendar_from
from zhike.kernel.definition_parts import Sourced, Text
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.kernel.errors import Unavailable


def _span(text: str) -> str:
    try:
        days = calendar_days([text])
    except ValueError as error:
        raise ValueError(f"{error}; write 2026-01-01 or 2026-02-15..2026-02-23") from error
    if not days:
        raise ValueError("the last day lies before the first")
    return text


#: A day, or the first and the last of several: "2026-02-15..2026-02-23".
DaySpan = Annotated[Text, AfterValidator(_span)]


class Calendar(Sourced):
    """The days a market is open: every weekday of the listed years but the closed ones."""

    kind: Literal["calendar"]
    years: tuple[Annotated[int, Field(ge=1900, le=2200, strict=True)], ...] = Field(
        min_length=1, description="the years this calendar knows; a day outside them is refused, not guessed"
    )
    closed: tuple[DaySpan, ...] = Field((), description="days, or spans of days, on which the market is closed")


def check_calendar(calendar: Calendar, _everything: Snapshot) -> Iterator[Finding]:
    """Yield the closed days that lie in no listed year."""
    for number, span in enumerate(calendar.closed):
        outside = sorted({day.year for day in calendar_days([span])} - set(calendar.years))
        if outside:
            message = f"{span} lies in {outside[0]}, which `years` does not list"
            yield Finding("calendar.outside", message, ("closed", number))


CALENDAR = Kind(Calendar, order=0, check=check_calendar)


def trading_calendar(key: str = "cn") -> TradingCalendar:
    """Return the trading calendar called `key`; raises Unavailable when no pack defines it."""
    return definitions.derive(f"calendar:{key}", lambda found: _build(found, key))


def _build(found: Snapshot, key: str) -> TradingCalendar:
    calendar = found.of(Calendar).get(key)
    if calendar is None:
        raise Unavailable(what=f"calendar {key}", remedy="zhike pack apply")
    return calendar_from(calendar.years, calendar_days(calendar.closed))
