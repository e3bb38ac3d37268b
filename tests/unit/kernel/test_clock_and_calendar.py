"""The clock travels; the trading calendar counts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from zhike.kernel import clock
from zhike.kernel.calendar import OutsideCalendar, calendar_days, calendar_from

SPRING = calendar_from(
    [2025, 2026], calendar_days(["2026-01-01..2026-01-03", "2026-02-15..2026-02-23", "2026-04-04..2026-04-06"])
)


@pytest.fixture(autouse=True)
def _no_offset(monkeypatch):
    """A unit test has no database to ask for the installation's offset."""
    monkeypatch.setattr(clock, "_read_offset", None)


def test_travel_stands_still_and_comes_back():
    with clock.travel(datetime(2026, 3, 17, 16, 30, tzinfo=UTC)):
        assert clock.now() == datetime(2026, 3, 17, 16, 30, tzinfo=UTC)
        assert clock.today() == date(2026, 3, 18)
    assert clock.now().year >= 2026
    assert clock.now() != datetime(2026, 3, 17, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 24)),
        (date(2026, 2, 24), -1, date(2026, 2, 13)),
        (date(2026, 3, 16), 3, date(2026, 3, 19)),
        (date(2026, 3, 14), 0, date(2026, 3, 16)),
        (date(2026, 3, 17), 0, date(2026, 3, 17)),
        (date(2026, 4, 3), 1, date(2026, 4, 7)),
    ],
)
def test_adding_trading_days_skips_weekends_and_holidays(start, days, expected):
    assert SPRING.add(start, days) == expected


def test_the_last_trading_days_are_counted_backwards():
    assert SPRING.last(date(2026, 2, 24), 3) == [date(2026, 2, 12), date(2026, 2, 13), date(2026, 2, 24)]


def test_what_looks_back_or_ahead_is_told_as_far_as_the_calendar_knows():
    assert (SPRING.near(date(2026, 3, 16), 1), SPRING.near(date(2026, 12, 31), 1)) == (date(2026, 3, 17), None)
    assert SPRING.near(date(2025, 1, 1), -1) is None
    assert SPRING.known(date(2025, 1, 3), 20) == [date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)]
    assert SPRING.known(date(2026, 2, 21), 1) == [date(2026, 2, 13)], "a closed day itself is none of them"
    assert SPRING.known(date(2031, 1, 2), 1) == [date(2026, 12, 31)]
    assert SPRING.known(date(2024, 12, 31), 1) == []
    assert [SPRING.open_on(date(year, 3, 16)) for year in (2026, 2031)] == [True, None]


def test_an_unknown_year_is_refused_not_guessed():
    with pytest.raises(OutsideCalendar) as outside:
        SPRING.is_trading_day(date(2031, 1, 2))
    assert outside.value.facts == {"year": 2031, "has": [2025, 2026]}
