"""Time as an office counts it: every hour (natural), office hours of working days, or of trading days.

Deadlines are set, paused and taken up again in it. The days and hours are those of the installation's calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from zhike.kernel import clock
from zhike.kernel.trading_days import office_hours, trading_calendar

#: Which time counts.
Counting: TypeAlias = Literal["natural", "working", "trading"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenTime:
    """The hours from `opens` to `closes` (Shanghai) of the days that count."""

    counts: Callable[[date], bool]
    opens: time
    closes: time

    def end_of(self, start: datetime, days: int) -> datetime:
        """Return the close of the day that many days that count after that of `start`; 0 is the next close."""
        day = clock.local(start).date()
        if days == 0 and (not self.counts(day) or start >= self._at(day, self.closes)):
            days = 1
        while days:
            day += _DAY
            days -= self.counts(day)
        return self._at(day, self.closes)

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Return when `span` of open time will have passed since `start`; less than nothing is `start` itself."""
        day, now, left = clock.local(start).date(), start, span
        while left > timedelta():
            if self.counts(day):
                begin, end = max(now, self._at(day, self.opens)), self._at(day, self.closes)
                if begin + left <= end:
                    return begin + left
                left -= max(end - begin, timedelta())
            day += _DAY
        return now

    def between(self, first: datetime, last: datetime) -> timedelta:
        """Return the open time from `first` to `last`; negative when `last` comes before."""
        if last < first:
            return -self.between(last, first)
        passed, day = timedelta(), clock.local(first).date()
        while day <= clock.local(last).date():
            if self.counts(day):
                begin, end = max(first, self._at(day, self.opens)), min(last, self._at(day, self.closes))
                passed += max(end - begin, timedelta())
            day += _DAY
        return passed

    @staticmethod
    def _at(day: date, hour: time) -> datetime:
        return clock.at(day, hour.hour, hour.minute)


class NaturalTime(OpenTime):
    """Every hour of every day; a day ends at midnight."""

    def __init__(self) -> None:
        super().__init__(lambda _day: True, time(), time())

    def end_of(self, start: datetime, days: int) -> datetime:
        """Return the midnight that ends the day that many days after that of `start`."""
        return clock.at(clock.local(start).date() + (days + 1) * _DAY)

    def add(self, start: datetime, span: timedelta) -> datetime:
        """Return `span` later; less than nothing is `start` itself."""
        return start + max(span, timedelta())

    def between(self, first: datetime, last: datetime) -> timedelta:
        """Return what lies between."""
        return last - first


def open_time(counting: Counting, calendar: str = "cn") -> OpenTime:
    """Return the time that counts. Raises Unavailable without that calendar, OutsideCalendar for days it does not know."""
    if counting == "natural":
        return NaturalTime()
    days, (opens, closes) = trading_calendar(calendar), office_hours(calendar)
    return OpenTime(days.is_working_day if counting == "working" else days.is_trading_day, opens, closes)
