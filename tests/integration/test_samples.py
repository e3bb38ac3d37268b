"""How background work stood: counted once a minute whatever workers there are, as it was, and cleared after a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from tests.factories.records import signed_in
from zhike.kernel import clock, event_delivery, events, housekeeping, jobs, pumps, samples, standing
from zhike.kernel.definition_parts import Labels
from zhike.kernel.events import Subscriber
from zhike.kernel.models import Event, HeldEvent, Sample, Subscription
from zhike.kernel.pumps import Pump, Rounds
from zhike.kernel.queues import Backlog
from zhike.kernel.samples import Step

START = datetime(2026, 3, 17, 2, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Waiting:
    """A pump of which a test says what waits."""

    def __init__(self):
        self.waiting = 0
        pumps.register(Pump("tea", Labels("茶", "Tea"), lambda _stopping: 0, self.backlog))

    def backlog(self):
        if self.waiting is None:
            raise RuntimeError("数不清")
        return Backlog(self.waiting, None)


@pytest.fixture
def tea(monkeypatch):
    monkeypatch.setattr(pumps, "_pumps", {})
    Sample.objects.all().delete()
    return Waiting()


def minutes(tea, *seen, start=START):
    """Take samples minute by minute: (what waits, what was moved since the last one)."""
    for number, (waiting, moved) in enumerate(seen):
        tea.waiting = waiting
        with clock.travel(start + number * MINUTE):
            samples.take({"tea": moved})
    return start + (len(seen) - 1) * MINUTE


def steps(at, key="tea"):
    with clock.travel(at):
        return samples.steps().get(key, ())


@pytest.mark.django_db
def test_what_came_is_what_left_and_what_waits_more(tea):
    """0, then 600 wait and none left: 10 a second came; then 600 left and 300 are fewer: 5 a second came."""
    at = minutes(tea, (0, 0), (600, 0), (300, 600))
    found = steps(at)
    assert len(found) == 12
    assert found[:-1] == tuple(Step(at - n * samples.STEP, None, None, None) for n in range(11, 0, -1))
    assert found[-1] == Step(at, 600, 900 / 120, 600 / 120)


@pytest.mark.django_db
def test_steps_are_of_five_minutes_and_show_the_most_that_waited(tea):
    at = minutes(tea, *[(number * 60, 0) for number in range(11)])
    *_earlier, before, latest = steps(at)
    assert (before.waiting, before.came, before.left) == (300, 1.0, 0.0)
    assert (latest.waiting, latest.came, latest.left) == (600, 1.0, 0.0)


@pytest.mark.django_db
def test_of_a_pause_nothing_is_known(tea):
    """No worker wrote anything for ten minutes: what came and left meanwhile is not made up."""
    minutes(tea, (0, 0), (60, 0))
    later = minutes(tea, (900, 5000), (840, 60), start=START + 11 * MINUTE)
    latest = steps(later)[-1]
    assert (latest.waiting, latest.came, latest.left) == (900, 0.0, 1.0)
    assert steps(later + timedelta(hours=2)) == ()


@pytest.mark.django_db
def test_what_cannot_be_counted_keeps_nothing_else_from_being(tea):
    at = minutes(tea, (None, 0))
    assert not Sample.objects.filter(key="tea").exists()
    assert set(Sample.objects.values_list("key", flat=True)) == {"interactive", "load", "stage", "send"}
    assert steps(at) == ()


@pytest.mark.django_db
def test_runs_that_finished_since_have_left_their_queue(tea, monkeypatch):
    monkeypatch.setattr(jobs, "_handlers", {"cup": (lambda _handle: {}, "load")})
    with clock.travel(START):
        samples.take({})
        for _number in range(6):
            uid = jobs.submit("cup", "杯")
            jobs.execute(run=str(uid))
        jobs.submit("cup", "杯")
    at = START + MINUTE
    with clock.travel(at):
        samples.take({})
    latest = steps(at, "load")[-1]
    assert (latest.waiting, latest.came, latest.left) == (1, 7 / 60, 6 / 60)


@pytest.mark.django_db
def test_events_have_left_when_the_slowest_has_heard_of_them(tea, monkeypatch):
    monkeypatch.setattr(events, "_subscribers", {})
    for model in (HeldEvent, Subscription, Event):
        model.objects.all().delete()
    pumps.register(event_delivery.PUMP)
    for key in ("one", "two"):
        events.subscribe(Subscriber(key, Labels("耳", "Ear"), ("thing.moved",), lambda _event: None))
    event_delivery.deliver()
    with clock.travel(START):
        samples.take({})
        for record in range(30):
            events.publish("thing.moved", "thing", record)
    with clock.travel(START + MINUTE):
        samples.take({"events": 0})
    event_delivery.deliver_all()
    with clock.travel(START + 2 * MINUTE):
        samples.take({"events": 60})  # each of them was told twice
    event_delivery.replay("two", after=0)
    with clock.travel(START + 3 * MINUTE):
        samples.take({"events": 0})
    seen = [(0, None), (30, 0), (0, 30), (30, 0)]
    assert list(Sample.objects.filter(key="events").order_by("at").values_list("waiting", "left")) == seen
    latest = steps(START + 3 * MINUTE, "events")[-1]
    assert (latest.came, latest.left) == (60 / 180, 30 / 180)


@pytest.mark.django_db
def test_how_long_it_takes_follows_what_comes_in_meanwhile(tea):
    line = next(line for line in standing.lines() if line.key == "tea")
    line = standing.Line(line.key, line.labels, line.queue, Backlog(1200, None, done=3600))
    rising, falling = Step(START, 1200, 5.0, 4.0), Step(START, 1200, 3.0, 5.0)
    assert samples.catch_up(line, falling) == timedelta(seconds=600)
    assert samples.catch_up(line, rising) is None
    assert (
        samples.catch_up(line, None) is samples.catch_up(line, Step(START, 0, None, None)) is None
    )  # nobody knows yet


def test_workers_that_meet_in_a_minute_count_once_and_each_adds_what_it_moved(own_database, monkeypatch):
    monkeypatch.setattr(pumps, "_pumps", {})
    tea, counted, together = Waiting(), [], Barrier(3, timeout=30)
    tea.backlog = lambda: counted.append(1) or Backlog(7, None)
    pumps.register(Pump("tea", Labels("茶", "Tea"), lambda _stopping: 0, lambda: tea.backlog()))
    Sample.objects.all().delete()

    def work(moved):
        together.wait()
        samples.take({"tea": moved})
        connection.close()

    with clock.travel(START):
        workers = [Thread(target=work, args=(moved,)) for moved in (1, 20, 300)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
    assert list(Sample.objects.filter(key="tea").values_list("waiting", "left")) == [(7, 321)]
    assert len(counted) == 1


@pytest.mark.django_db
def test_what_a_pump_moved_is_taken_once(tea):
    pumps.register(Pump("cup", Labels("杯", "Cup"), lambda _stopping: 4, lambda: Backlog(0, None)))
    rounds = Rounds()
    assert [rounds.turn(), rounds.turn()] == [4, 4]
    assert dict(rounds.taken()) == {"tea": 0, "cup": 8}
    assert dict(rounds.taken()) == {}


@pytest.mark.django_db
def test_samples_go_after_a_day(tea, monkeypatch):
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    minutes(tea, (1, 0), (2, 0), start=START - timedelta(hours=25))
    minutes(tea, (3, 0), start=START - timedelta(hours=23))
    with clock.travel(START):
        assert jobs.run_now(housekeeping.KIND, "x").result["samples"] == 10
    assert [row.waiting for row in Sample.objects.filter(key="tea")] == [3]


@pytest.mark.django_db
def test_the_page_shows_the_last_hour_of_each_line_and_its_pace(tea):
    with clock.travel(START):
        operator = signed_in({"E3001": "operator", "E1001": "account_manager"})
    at = minutes(tea, (0, 0), (1200, 0), (1140, 180))
    with clock.travel(at):
        [line] = [row for row in operator["operator"].get("/api/v1/jobs").json()["queues"] if row["key"] == "tea"]
        assert operator["account_manager"].get("/api/v1/jobs").status_code == 403
    assert [step["waiting"] for step in line["steps"]] == [None] * 11 + [1200]
    assert (line["steps"][-1]["came"], line["steps"][-1]["left"], line["catch_up"]) == (11.0, 1.5, None)


@pytest.mark.django_db
def test_every_pump_of_the_house_says_what_waits():
    keys = [line.key for line in standing.lines()]
    assert keys == ["interactive", "load", "stage", "send", *(pump.key for pump in pumps.registered())]
    assert {"events", "timers", "schedules", "dispatch", "campaigns"} <= set(keys)
