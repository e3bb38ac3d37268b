"""A worker: its queues do not hold each other up, it says that it lives, and a thread that fails ends it."""

from __future__ import annotations

import signal
from argparse import Namespace
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import OperationalError

from zhike.cli.output import Output
from zhike.cli.working import Process, UnknownQueue, worker
from zhike.kernel import clock, jobs, pumps, samples, workers
from zhike.kernel.definition_parts import Labels
from zhike.kernel.models import Run, WorkerRow
from zhike.kernel.pumps import Pump
from zhike.kernel.queues import QUEUES, Backlog
from zhike.kernel.workers import Presence

EVERY = tuple(QUEUES)


@pytest.fixture(autouse=True)
def only_those_of_the_test(monkeypatch):
    monkeypatch.setattr(pumps, "_pumps", {})
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def pump(queue, turn):
    pumps.register(Pump(queue, Labels("泵", "Pump"), turn, lambda: Backlog(0, None), queue=queue))


def once(queues):
    return worker(Namespace(once=True, queues=queues), Output(as_json=True))


def test_messages_leave_while_loads_stages_and_what_somebody_awaits_are_busy_and_the_reverse(own_database, monkeypatch):
    """Everybody is in the middle of work at the same moment: who had to wait for another would break the barrier."""
    process = Process(EVERY)
    together, met = Barrier(6, action=process.stop, timeout=30), []

    def meet(name):
        try:
            together.wait()
            met.append(name)
        except BrokenBarrierError:
            process.stop()
        return 0

    for queue in EVERY:
        monkeypatch.setitem(jobs._handlers, f"{queue}_job", (lambda run: {"n": meet(run.params["queue"])}, queue))
    for queue in ("interactive", "send"):
        pump(queue, lambda _stopping, queue=queue: 0 if process._stopping.is_set() else meet(f"{queue} pump"))
    for queue in EVERY:
        jobs.submit(f"{queue}_job", queue, {"queue": queue})

    assert process.run() == 0
    assert sorted(met) == ["interactive", "interactive pump", "load", "send", "send pump", "stage"]


def test_a_worker_of_some_queues_leaves_the_others_alone(db):
    turned = []
    for queue in ("interactive", "send"):
        pump(queue, lambda _stopping, queue=queue: turned.append(queue) or 0)
    assert once("send, load") == 0
    assert turned == ["send"]
    assert once("") == 0
    assert turned == ["send", "interactive", "send"]


def test_a_queue_that_there_is_not_is_refused():
    with pytest.raises(UnknownQueue) as refused:
        once("send, mail")
    assert refused.value.facts == {"queue": "mail", "has": ["interactive", "load", "stage", "send"]}


def test_a_worker_says_that_it_lives_which_pumps_rest_and_that_it_ends(own_database):
    process, seen = Process(("interactive",)), []

    def fail(_stopping):
        raise RuntimeError("打不开")

    pump("interactive", fail)
    beat = Presence.beat

    def beaten(presence, resting):
        beat(presence, {"interactive": clock.now()})
        seen.extend(workers.workers())
        process.stop()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Presence, "beat", beaten)
        assert process.run() == 0
    [found] = seen
    assert (found.queues, found.silent, list(found.resting)) == (("interactive",), False, ["interactive"])
    assert not WorkerRow.objects.exists()


def test_one_that_is_silent_is_known_and_after_a_day_forgotten(db):
    now = clock.now()
    with clock.travel(now):
        Presence(("load",), name="old:1").beat({})
    for later, silent in ((60, False), (61, True)):
        with clock.travel(now + timedelta(seconds=later)):
            assert [found.silent for found in workers.workers()] == [silent]
    with clock.travel(now + workers.FORGOTTEN + timedelta(minutes=1)):
        Presence(("load",), name="new:2").beat({})
        assert [found.name for found in workers.workers()] == ["new:2"]


def test_a_thread_that_fails_where_nothing_is_expected_to_ends_the_process(own_database, monkeypatch):
    pump("send", lambda _stopping: 0)
    monkeypatch.setattr(pumps.Rounds, "turn", lambda *_given: (_ for _ in ()).throw(RuntimeError("the clock is away")))
    assert Process(("send",)).run() == 1
    assert not Run.objects.exists()


def test_a_worker_writes_down_what_its_pumps_moved_and_keeps_what_could_not_be_written(own_database, monkeypatch):
    """The database is away at the first try: what was moved by then is in the second one, too, and is written once."""
    process, seen = Process(("interactive", "send")), []
    left = iter([5, 2])

    def take(moved):
        if not sum(moved.values()) and not seen:
            return  # nothing has been turned yet
        seen.append(dict(moved))
        if len(seen) == 1:
            raise OperationalError("the database is away")
        if len(seen) == 3:
            process.stop()

    pump("send", lambda _stopping: next(left, 0))
    monkeypatch.setattr(samples, "EVERY", timedelta(milliseconds=1))
    monkeypatch.setattr(samples, "take", take)
    assert process.run() == 0
    first, second, third = (one.get("send", 0) for one in seen)
    assert 0 < first <= second <= 7
    assert second + third <= 7
