"""Time as offices count it: what is added is what lies between, whatever is closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel import clock, trading_days
from zhike.kernel.calendar import OutsideCalendar, calendar_days, calendar_from
from zhike.kernel.open_time import NaturalTime, OpenTime

CALENDAR = calendar_from([2026], calendar_days(["2026-02-15..2026-02-23"]), calendar_days(["2026-02-14", "2026-02-28"]))
TRADING = OpenTime(CALENDAR.is_trading_day, time(9), time(17))
WORKING = OpenTime(CALENDAR.is_working_day, time(9), time(17))
INSTANTS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 9, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(days=20))


def instant(day: int, hour: int, minute: int = 0) -> datetime:
    return clock.at(date(2026, 2, day), hour, minute)


@pytest.mark.parametrize(
    ("counted", "start", "hours", "end"),
    [
        (TRADING, instant(12, 15), 1, instant(12, 16)),
        (TRADING, instant(12, 15), 2, instant(12, 17)),
        (TRADING, instant(12, 15), 3, instant(13, 10)),
        (TRADING, instant(13, 16), 2, instant(24, 10)),  # the Spring Festival
        (WORKING, instant(13, 16), 2, instant(14, 10)),  # a Saturday that is worked for it
        (WORKING, instant(12, 20), 1, instant(13, 10)),
        (WORKING, instant(12, 6), 1, instant(12, 10)),
        (NaturalTime(), instant(13, 16), 2, instant(13, 18)),
    ],
)
def test_hours_count_when_offices_are_open(counted, start, hours, end):
    assert counted.add(start, timedelta(hours=hours)) == end


@pytest.mark.parametrize(
    ("counted", "start", "days", "end"),
    [
        (TRADING, instant(12, 10), 0, instant(12, 17)),
        (TRADING, instant(12, 17), 0, instant(13, 17)),
        (TRADING, instant(13, 20), 0, instant(24, 17)),
        (TRADING, instant(13, 10), 1, instant(24, 17)),
        (WORKING, instant(13, 10), 1, instant(14, 17)),
        (WORKING, instant(14, 10), 1, instant(24, 17)),
        (NaturalTime(), instant(13, 10), 1, instant(15, 0)),
    ],
)
def test_a_day_is_due_when_offices_close(counted, start, days, end):
    assert counted.end_of(start, days) == end


@given(st.sampled_from([TRADING, WORKING, NaturalTime()]), INSTANTS, SPANS)
def test_what_is_added_lies_between(counted, start, span):
    assert counted.between(start, counted.add(start, span)) == span


@given(st.sampled_from([TRADING, WORKING]), INSTANTS, INSTANTS, INSTANTS)
def test_parts_make_the_whole(counted, one, two, three):
    assert counted.between(one, two) + counted.between(two, three) == counted.between(one, three)


def test_an_unknown_year_is_refused():
    with pytest.raises(OutsideCalendar):
        TRADING.add(clock.at(date(2026, 12, 31), 16), timedelta(hours=2))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (instant(12, 8, 59), 10),  # a Thursday before the market opens: Tuesday's were due on Wednesday morning
        (instant(12, 9), 11),
        (instant(13, 23), 12),
        (instant(14, 12), 12),  # a Saturday, and a holiday of more than a week: nothing more is due
        (instant(23, 12), 12),
        (instant(24, 9), 13),
    ],
)
def test_the_data_of_a_day_are_due_when_the_next_trading_day_opens(monkeypatch, now, due):
    monkeypatch.setattr(trading_days, "trading_calendar", lambda _key: CALENDAR)
    monkeypatch.setattr(trading_days, "office_hours", lambda _key: (time(9), time(17)))
    assert trading_days.data_due(now) == date(2026, 2, due)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2031, 5, 6)])
def test_outside_the_calendar_no_data_are_due(monkeypatch, day):
    monkeypatch.setattr(trading_days, "trading_calendar", lambda _key: CALENDAR)
    monkeypatch.setattr(trading_days, "office_hours", lambda _key: (time(9), time(17)))
    assert trading_days.data_due(clock.at(day, 12)) is None
