"""The installation's trading calendar, read from its definition (kind `calendar`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from zhike.kernel import clock, definitions
from zhike.kernel.calendar import TradingCalendar, calendar_days, calendar_from
from zhike.kernel.definition_parts import ClockTime, Labels, Sourced, Text, Unfit
from zhike.kernel.definitions import Finding, Kind, Snapshot
from zhike.kernel.errors import Unavailable


def _span(text: str) -> str:
    try:
        days = calendar_days([text])
    except ValueError as error:
        raise Unfit(
            f"“{text}”不是日期；写作 2026-01-01 或 2026-02-15..2026-02-23",
            f"{error}; write 2026-01-01 or 2026-02-15..2026-02-23",
        ) from error
    if not days:
        raise Unfit("最后一天早于第一天", "the last day lies before the first")
    return text


#: A day, or the first and the last of several: "2026-02-15..2026-02-23".
DaySpan = Annotated[Text, AfterValidator(_span)]


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)


class Calendar(Sourced):
    """The days a market is open: those of the listed years but weekends and closed ones."""

    kind: Literal["calendar"]
    years: tuple[Annotated[int, Field(ge=1900, le=2200, strict=True)], ...] = Field(
        min_length=1, description="the years this calendar knows; a day outside them is refused, not guessed"
    )
    weekend: tuple[Weekday, ...] = Field(
        ("sat", "sun"), max_length=6, description="the days of the week on which the market is closed"
    )
    closed: tuple[DaySpan, ...] = Field((), description="days, or spans of days, on which the market is closed")
    worked: tuple[DaySpan, ...] = Field((), description="weekend days on which offices work and the market is closed")
    opens: ClockTime = Field("09:00", description="when offices open; deadlines in working time count from here")
    closes: ClockTime = Field("17:00", description="when offices close; what is due on a day is due then")


def check_calendar(calendar: Calendar, _everything: Snapshot) -> Iterator[Finding]:
    """Yield days that lie in no listed year, worked days that are none, and hours the wrong way round."""
    for name, spans in (("closed", calendar.closed), ("worked", calendar.worked)):
        for number, span in enumerate(spans):
            outside = sorted({day.year for day in calendar_days([span])} - set(calendar.years))
            if outside:
                said = Labels(
                    f"{span} 属于 {outside[0]} 年，`years` 未列出",
                    f"{span} lies in {outside[0]}, which `years` does not list",
                )
                yield Finding("calendar.outside", said, (name, number))
    for number, span in enumerate(calendar.worked):
        if any(WEEK[day.weekday()] not in calendar.weekend for day in calendar_days([span])):
            said = Labels(f"{span} 不是周末", f"{span} is not a weekend day")
            yield Finding("calendar.not_a_weekend", said, ("worked", number))
    if time.fromisoformat(calendar.closes) <= time.fromisoformat(calendar.opens):
        said = Labels(
            f"下班时间 {calendar.closes} 不晚于上班时间", f"offices close at {calendar.closes}, not after they open"
        )
        yield Finding("calendar.hours", said, ("closes",))


CALENDAR = Kind(Calendar, order=0, check=check_calendar)


def trading_calendar(key: str = "cn") -> TradingCalendar:
    """Return the trading calendar called `key`; raises Unavailable when no pack defines it."""
    return definitions.derive(f"calendar:{key}", lambda found: _build(found, key))


def _build(found: Snapshot, key: str) -> TradingCalendar:
    calendar = found.of(Calendar).get(key)
    if calendar is None:
        raise _missing(key)
    weekend = [WEEK.index(day) for day in calendar.weekend]
    return calendar_from(calendar.years, calendar_days(calendar.closed), calendar_days(calendar.worked), weekend)


def office_hours(key: str = "cn") -> tuple[time, time]:
    """Return when offices open and close; raises Unavailable when no pack defines the calendar."""
    found = definitions.all_of(Calendar).get(key)
    if found is None:
        raise _missing(key)
    return time.fromisoformat(found.opens), time.fromisoformat(found.closes)


def data_due(now: datetime, key: str = "cn") -> date | None:
    """Return the business day whose data should be there at an instant: they are due when the next trading day opens.

    None where the calendar does not know it. Raises Unavailable when no pack defines the calendar.
    """
    calendar, here = trading_calendar(key), clock.local(now)
    open_today = calendar.open_on(here.date()) and here.time() >= office_hours(key)[0]
    return calendar.near(here.date(), -1 if open_today else -2)


def _missing(key: str) -> Unavailable:
    return Unavailable(what=f"calendar {key}", remedy="zhike pack apply")
