"""Schedules begin their runs once, however many workers look, and once after an outage; the calendar says on which days."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from zhike.kernel import clock, jobs, schedules
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run, ScheduleRow
from zhike.kernel.schedules import Schedule, When

FRIDAY = date(2026, 2, 13)  # the Spring Festival closes the market until 24 February; offices work on the 14th
TEA = Labels("沏茶", "Making tea")


@pytest.fixture(autouse=True)
def only_those_of_the_test(monkeypatch):
    monkeypatch.setattr(schedules, "_schedules", {})
    monkeypatch.setitem(jobs._handlers, "tea", (lambda _handle: {}, "interactive"))


def keep(key="tea", when=None, **params):
    when = When(0, hour=4) if when is None else when
    schedules.register(Schedule(key, TEA, "tea", when, params))


def begin(instant):
    with clock.travel(instant):
        return schedules.begin()


def runs():
    return list(Run.objects.filter(kind="tea").order_by("pk").values_list("created_at", flat=True))


def finish():
    Run.objects.filter(kind="tea").update(state="done")


@pytest.mark.django_db
def test_a_schedule_begins_its_run_when_it_is_due_and_not_before():
    keep(cups=2)
    first = clock.at(date(2026, 3, 17), 4)
    assert [begin(first - timedelta(hours=1)), begin(first - timedelta(seconds=1))] == [0, 0]
    assert [begin(first), begin(first), begin(first + timedelta(hours=3))] == [1, 0, 0]
    [run] = Run.objects.filter(kind="tea")
    assert (run.title, run.params, run.actor, run.state) == ("沏茶", {"cups": 2}, "system:schedule", "waiting")
    [standing] = schedules.standing()
    assert (standing.due_at, standing.last_at, standing.last_run) == (first + timedelta(days=1), first, run.uid)


@pytest.mark.django_db
def test_what_an_outage_missed_is_begun_once_after_it():
    keep()
    first = clock.at(date(2026, 3, 17), 4)
    begin(first - timedelta(hours=1))
    after = first + timedelta(days=5, hours=2)
    assert [begin(after), begin(after)] == [1, 0]
    assert runs() == [after]
    finish()
    assert begin(clock.at(date(2026, 3, 23), 4)) == 1


@pytest.mark.django_db
def test_the_next_run_waits_for_the_last_one():
    keep(when=When(0))
    noon = clock.at(date(2026, 3, 17), 12)
    begin(noon - timedelta(minutes=1))
    assert begin(noon) == 1
    assert begin(noon + timedelta(hours=1, minutes=5)) == 0
    finish()
    assert begin(noon + timedelta(hours=1, minutes=6)) == 1
    assert schedules.standing()[0].due_at == noon + timedelta(hours=2)


@pytest.mark.django_db
def test_a_schedule_whose_rule_changed_goes_by_the_new_one():
    keep()
    day = date(2026, 3, 17)
    begin(clock.at(day, 1))
    keep(when=When(30, hour=2))
    begin(clock.at(day, 1, 1))
    assert schedules.standing()[0].due_at == clock.at(day, 2, 30)


@pytest.mark.django_db
def test_without_a_calendar_it_is_looked_at_again_and_says_why():
    keep(when=When(0, hour=4, days="trading"))
    unknown = clock.at(date(2199, 3, 17), 12)
    assert begin(unknown) == 0
    [standing] = schedules.standing()
    assert (standing.due_at, standing.last_run) == (unknown + schedules.AGAIN, None)
    assert "2199" in standing.error or "calendar" in standing.error
    assert begin(unknown + schedules.AGAIN) == 1
    assert runs() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("when", "moments"),
    [
        (When(0, hour=4), [(2026, 2, 14, 4), (2026, 2, 15, 4)]),
        (When(0, hour=4, days="working"), [(2026, 2, 14, 4), (2026, 2, 24, 4)]),
        (When(0, hour=4, days="trading"), [(2026, 2, 24, 4), (2026, 2, 25, 4)]),
        (When(15), [(2026, 2, 13, 13, 15), (2026, 2, 13, 14, 15)]),
        (When(15, days="trading"), [(2026, 2, 13, 13, 15), (2026, 2, 13, 14, 15)]),
    ],
)
def test_the_next_moments_by_the_calendar(when, moments):
    first = when.after(clock.at(FRIDAY, 12, 30))
    found = [clock.local(moment) for moment in (first, when.after(first))]
    assert [(m.year, m.month, m.day, m.hour, *([m.minute] if m.minute else [])) for m in found] == moments


def test_workers_that_look_at_once_begin_one_run(own_database):
    keep()
    due = clock.at(date(2026, 3, 17), 4)
    begin(due - timedelta(hours=1))
    barrier, looked = Barrier(4), []

    def worker():
        try:
            barrier.wait(10)
            looked.append(schedules.begin())
        finally:
            connection.close()

    with clock.travel(due):
        workers = [Thread(target=worker) for _number in range(4)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()

    assert (sorted(looked), runs()) == ([0, 0, 0, 1], [due])
    assert ScheduleRow.objects.get().due_at == due + timedelta(days=1)


def test_every_schedule_of_the_rooms_has_a_handler(monkeypatch):
    monkeypatch.undo()
    kinds = {one.kind for one in schedules._schedules.values()}
    assert kinds == {"housekeeping", "sessions", "stage_late", "night", "records.export_expiry"}
    assert kinds <= set(jobs._handlers)
