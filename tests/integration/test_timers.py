"""Timers: what is due is done once, what fails is tried again, a paused clock keeps what it had left."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from tests.factories.waiting import waiting_for_nobody
from zhike.kernel import clock, timers
from zhike.kernel.errors import NotFound
from zhike.kernel.models import TimerRow

NOON = clock.at(date(2026, 3, 17), 12)


@pytest.fixture
def fired(db, monkeypatch):
    """What the handler of "tea" was told; it fails at keys that begin with "bad"."""
    found = []

    def handle(timer):
        found.append((timer.key, timer.due_at))
        if timer.key.startswith("bad"):
            raise ValueError("no tea")

    monkeypatch.setattr(timers, "_handlers", {"tea": handle})
    return found


def sweep(instant):
    with clock.travel(instant):
        return timers.sweep()


def test_what_is_due_is_done_once(fired):
    timers.set_timer("tea", "one", NOON)
    timers.set_timer("tea", "two", NOON + timedelta(minutes=1))
    assert sweep(NOON - timedelta(seconds=1)) == 0
    assert sweep(NOON) == 1
    assert sweep(NOON + timedelta(hours=1)) == 1
    assert sweep(NOON + timedelta(hours=2)) == 0
    assert fired == [("one", NOON), ("two", NOON + timedelta(minutes=1))]


def test_setting_a_timer_again_moves_it_and_cancelling_drops_it(fired):
    timers.set_timer("tea", "one", NOON)
    timers.set_timer("tea", "one", NOON + timedelta(hours=1))
    timers.set_timer("tea", "two", NOON)
    assert timers.cancel("tea", ["two", "three"]) == 1
    assert sweep(NOON) == 0
    assert sweep(NOON + timedelta(hours=1)) == 1
    assert [key for key, _at in fired] == ["one"]


def test_a_handler_that_fails_holds_only_its_own_timer_and_ends_after_all_tries(fired):
    for key in ("a", "bad", "c"):
        timers.set_timer("tea", key, NOON)
    assert sweep(NOON) == 3
    row = TimerRow.objects.get()
    assert (row.key, row.attempts, row.error, row.due_at) == (
        "bad",
        1,
        "ValueError: no tea",
        NOON + timers.FIRST_RETRY,
    )
    for hour in range(1, 30):
        sweep(NOON + timedelta(hours=hour))
    row.refresh_from_db()
    assert (row.attempts, row.dead) == (timers.TRIES, True)


def test_a_handler_may_set_its_timer_anew(db, monkeypatch):
    def again(timer):
        timers.set_timer("tea", timer.key, timer.due_at + timedelta(days=1))

    monkeypatch.setattr(timers, "_handlers", {"tea": again})
    timers.set_timer("tea", "daily", NOON)
    assert sweep(NOON) == 1
    assert TimerRow.objects.get().due_at == NOON + timedelta(days=1)


def test_a_paused_clock_keeps_the_open_time_it_had_left(fired):
    friday = clock.at(date(2026, 3, 20), 15)
    timers.set_timer("tea", "one", clock.at(date(2026, 3, 23), 11), counting="working")
    with clock.travel(friday):
        assert timers.pause("tea", "one") == timedelta(hours=4)
    assert sweep(friday + timedelta(days=30)) == 0
    with clock.travel(clock.at(date(2026, 3, 24), 16)):
        assert timers.pause("tea", "one") == timedelta(hours=4)
        assert timers.resume("tea", "one") == clock.at(date(2026, 3, 25), 12)
        assert timers.resume("tea", "one") == clock.at(date(2026, 3, 25), 12)
    assert sweep(clock.at(date(2026, 3, 25), 12)) == 1


def test_what_is_due_on_a_day_off_is_not_due_earlier_for_having_rested(fired):
    friday, saturday = clock.at(date(2026, 3, 20), 15), clock.at(date(2026, 3, 21), 17)
    timers.set_timer("tea", "one", saturday, counting="working")
    with clock.travel(friday):
        assert timers.pause("tea", "one") == timedelta(hours=2)
        assert timers.resume("tea", "one") == saturday
        timers.pause("tea", "one")
    with clock.travel(clock.at(date(2026, 3, 23), 9)):
        assert timers.resume("tea", "one") == clock.at(date(2026, 3, 23), 11)


def test_an_unknown_timer_and_an_unknown_kind_are_named(fired):
    with pytest.raises(NotFound):
        timers.pause("tea", "none")
    with pytest.raises(LookupError, match="tea"):
        timers.set_timer("coffee", "one", NOON)


def test_two_sweepers_take_different_timers(own_database, monkeypatch):
    found = []
    monkeypatch.setattr(timers, "_handlers", {"tea": lambda timer: found.append(timer.key)})
    for key in ("one", "two"):
        timers.set_timer("tea", key, NOON)
    with psycopg.connect(own_database) as other, waiting_for_nobody():
        other.execute("select from kernel_timerrow where key = 'one' for update")
        assert sweep(NOON) == 1
    assert sweep(NOON) == 1
    assert found == ["two", "one"]
