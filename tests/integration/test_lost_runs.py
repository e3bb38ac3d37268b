"""A run that waits has an entry in its queue, or is given another one, once; a schedule knows which of its runs goes on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection

from tests.factories.records import signed_in
from zhike.kernel import clock, heartbeats, jobs, schedules
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run
from zhike.kernel.schedules import Schedule, When

FOUR = clock.at(date(2026, 3, 17), 4)
TEA = Labels("沏茶", "Making tea")


@pytest.fixture
def tea(db, monkeypatch):
    """A kind of job, and the cups that were made of it."""
    made = []
    monkeypatch.setattr(schedules, "_schedules", {})
    monkeypatch.setitem(jobs._handlers, "tea", (lambda handle: made.append(handle.uid), "interactive"))
    return made


def entries(uid):
    with connection.cursor() as cursor:
        cursor.execute("select status::text from procrastinate_jobs where args->>'run' = %s order by id", [str(uid)])
        return [row[0] for row in cursor]


def lose(uid, to):
    """What becomes of an entry whose worker could not even begin the run, or that somebody deleted."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing' where args->>'run' = %s", [str(uid)])
        if to == "gone":
            cursor.execute("delete from procrastinate_jobs where args->>'run' = %s", [str(uid)])
        else:
            cursor.execute("update procrastinate_jobs set status = %s where args->>'run' = %s", [to, str(uid)])


def a_minute_later():
    with clock.travel(clock.now() + heartbeats.SILENCE + timedelta(seconds=1)):
        return jobs.mend()


def state(uid):
    run = Run.objects.get(uid=uid)
    return run.state, run.attempts, (run.error or {}).get("code")


@pytest.mark.parametrize("to", ["failed", "gone"])
def test_a_run_that_lost_its_entry_is_queued_again_once_and_ends_with_a_reason_when_it_loses_that_too(tea, to):
    uid = jobs.submit("tea", "tea")
    lose(uid, to)
    assert jobs.mend() == 0, "it may be on its way"
    assert a_minute_later() == 1
    assert (state(uid), entries(uid)[-1]) == (("waiting", 1, None), "todo")
    assert a_minute_later() == 0

    lose(uid, to)
    assert a_minute_later() == 1
    assert (state(uid), "todo" in entries(uid)) == (("interrupted", 1, "run.lost"), False)
    assert (a_minute_later(), tea) == (0, [])


def test_a_run_that_was_queued_again_is_done(tea):
    uid = jobs.submit("tea", "tea")
    lose(uid, "failed")
    a_minute_later()
    jobs.execute(run=str(uid))
    assert (state(uid), tea) == (("done", 2, None), [uid])


def test_what_waits_in_its_queue_is_left_alone(tea):
    uids = [jobs.submit("tea", "tea") for _number in range(2)]
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing' where args->>'run' = %s", [str(uids[1])])
    assert a_minute_later() == 0
    assert [entries(uid) for uid in uids] == [["todo"], ["doing"]]


def test_a_run_of_a_kind_that_is_no_more_says_that_it_is_over(tea, monkeypatch):
    uid = jobs.submit("tea", "tea")
    lose(uid, "gone")
    monkeypatch.delitem(jobs._handlers, "tea")
    assert (a_minute_later(), state(uid)) == (1, ("interrupted", 0, "run.lost"))


def test_each_minute_lost_runs_are_mended(tea):
    uid = jobs.submit("tea", "tea")
    lose(uid, "failed")
    with clock.travel(clock.now() + timedelta(minutes=2)):
        async_to_sync(jobs.resume.func)(0)
    assert entries(uid) == ["failed", "todo"]


def scheduled(begin_at=FOUR):
    """A schedule of each hour whose first run has begun; return that run."""
    schedules.register(Schedule("tea", TEA, "tea", When(0)))
    with clock.travel(begin_at - timedelta(minutes=1)):
        schedules.begin()
    assert begun(begin_at) == 1
    return Run.objects.get(kind="tea")


def begun(instant):
    with clock.travel(instant):
        return schedules.begin()


def test_a_schedule_waits_for_its_interrupted_run_as_long_as_that_is_taken_up_again(tea):
    run = scheduled()
    Run.objects.filter(pk=run.pk).update(state="interrupted", attempts=1, finished_at=FOUR)
    assert begun(FOUR + timedelta(hours=1)) == 0, "it would be done twice"
    jobs.execute(run=str(run.uid))
    assert (state(run.uid)[0], begun(FOUR + timedelta(hours=1))) == ("done", 1)


def test_a_schedule_goes_on_after_a_run_that_nobody_takes_up(tea):
    run = scheduled()
    Run.objects.filter(pk=run.pk).update(state="interrupted", attempts=heartbeats.LIVES, finished_at=FOUR)
    lose(run.uid, "failed")
    assert begun(FOUR + timedelta(hours=1)) == 1


def test_a_schedule_goes_on_after_its_run_lost_its_entry_for_good(tea):
    run = scheduled()
    lose(run.uid, "gone")
    Run.objects.filter(pk=run.pk).update(attempts=1, created_at=FOUR)
    assert begun(FOUR + timedelta(hours=1)) == 0
    with clock.travel(FOUR + timedelta(hours=1)):
        assert jobs.mend() == 1
    assert begun(FOUR + timedelta(hours=1)) == 1


def test_a_schedule_of_a_kind_that_nobody_does_keeps_no_other_from_beginning_and_says_so(tea):
    clients = signed_in({"E3001": "operator"})
    for key, kind in (("a", "coffee"), ("b", "tea")):
        schedules.register(Schedule(key, TEA, kind, When(0, hour=4)))
    begun(FOUR - timedelta(hours=1))
    assert begun(FOUR) == 1
    assert list(Run.objects.values_list("kind", flat=True)) == ["tea"]

    shown = clients["operator"].get("/api/v1/jobs").json()["schedules"]
    assert [(one["key"], one["last_state"]) for one in shown] == [("a", None), ("b", "waiting")]
    assert "coffee" in shown[0]["error"] and "tea" in shown[0]["error"]
    assert shown[1]["error"] == ""
