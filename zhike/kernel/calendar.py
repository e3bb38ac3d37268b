"""Trading calendars: which days a market is open. The days themselves are pack data (kind `calendar`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from zhike.kernel.errors import ZhikeError


class OutsideCalendar(ZhikeError):
    """A date lies outside the years the calendar knows."""

    code = "calendar.outside"
    status = 422
    zh = "交易日历没有 {year} 年的数据。已有：{has}"
    en = "The trading calendar does not know {year}. It has: {has}"


@dataclass(frozen=True, slots=True)
class TradingCalendar:
    """Days but the weekends and the closed ones, for the listed years only; offices work on `worked` weekends, too.

    `weekend` holds days of the week, Monday 0.
    """

    years: frozenset[int]
    closed: frozenset[date]
    worked: frozenset[date] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})

    def is_trading_day(self, day: date) -> bool:
        """Return whether the market is open on `day`; raises OutsideCalendar for an unknown year."""
        if day.year not in self.years:
            raise OutsideCalendar(year=day.year, has=sorted(self.years))
        return day.weekday() not in self.weekend and day not in self.closed

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work on `day`, though the market may be closed; raises OutsideCalendar."""
        return self.is_trading_day(day) or day in self.worked

    def add(self, day: date, trading_days: int) -> date:
        """Return the trading day `trading_days` after `day` (negative: before it).

        Zero gives `day` itself, or the next trading day when the market is closed on it.
        """
        if trading_days == 0:
            return day if self.is_trading_day(day) else self.add(day, 1)
        step = timedelta(days=1 if trading_days > 0 else -1)
        left = abs(trading_days)
        while left:
            day += step
            left -= self.is_trading_day(day)
        return day

    def open_on(self, day: date) -> bool | None:
        """Return whether the market is open on `day`; None for a day of an unknown year."""
        return self.is_trading_day(day) if day.year in self.years else None

    @property
    def begins(self) -> date:
        """The first day that the calendar knows."""
        return date(min(self.years), 1, 1)

    def near(self, day: date, trading_days: int) -> date | None:
        """Return what `add` does; None where that day is not known, for what can be said without it."""
        try:
            return self.add(day, trading_days)
        except OutsideCalendar:
            return None

    def known(self, until: date, count: int) -> list[date]:
        """Return the last trading days up to `until`, oldest first: `count` of them, or as many as the calendar knows.

        For what looks back from a day: of days before the calendar nothing was ever received.
        """
        days: list[date] = []
        day = min(until, date(max(self.years), 12, 31))
        while len(days) < count and day.year in self.years:
            if self.is_trading_day(day):
                days.append(day)
            day -= timedelta(days=1)
        return days[::-1]

    def last(self, until: date, count: int) -> list[date]:
        """Return the last `count` trading days up to and including `until`, oldest first."""
        days: list[date] = []
        day = until
        while len(days) < count:
            if self.is_trading_day(day):
                days.append(day)
            day -= timedelta(days=1)
        return days[::-1]

    def between(self, first: date, last: date) -> list[date]:
        """Return the trading days from `first` to `last`, both included."""
        span = (last - first).days + 1
        days = (first + timedelta(days=n) for n in range(max(span, 0)))
        return [day for day in days if self.is_trading_day(day)]


def calendar_from(
    years: Iterable[int], closed: Iterable[date], worked: Iterable[date] = (), weekend: Iterable[int] = (5, 6)
) -> TradingCalendar:
    """Return the calendar of a pack definition."""
    return TradingCalendar(frozenset(years), frozenset(closed), frozenset(worked), frozenset(weekend))


def calendar_days(closed: Iterable[object]) -> list[date]:
    """Return the days that a definition lists as ISO texts, or as ranges "first..last"."""
    days: list[date] = []
    for entry in closed:
        first, _, last = str(entry).partition("..")
        start = date.fromisoformat(first)
        end = date.fromisoformat(last or first)
        days += [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return days
