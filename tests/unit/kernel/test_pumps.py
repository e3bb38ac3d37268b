"""Pumps are turned one by one: one that raises rests, longer each time, and the others go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zhike.kernel import clock, pumps
from zhike.kernel.definition_parts import Labels
from zhike.kernel.isolation import rest
from zhike.kernel.models import Run
from zhike.kernel.pumps import Pump, Rounds
from zhike.kernel.queues import Backlog

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 17, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def only_those_of_the_test(monkeypatch):
    monkeypatch.setattr(pumps, "_pumps", {})


def pump(key, turn):
    pumps.register(Pump(key, Labels("泵", "Pump"), turn, lambda: Backlog(0, None)))


def broken(_stopping):
    raise RuntimeError("打不开")


def test_one_that_raises_does_not_stop_the_others():
    pump("bad", broken)
    pump("good", lambda _stopping: 7)

    assert Rounds().turn() == 7


def test_it_rests_twice_as_long_after_each_fault_and_at_most_five_minutes():
    turns = []

    def turn(_stopping):
        turns.append(clock.now() - START)
        raise RuntimeError("打不开")

    pump("bad", turn)
    rounds = Rounds()
    for second in range(700):
        with clock.travel(START + timedelta(seconds=second)):
            rounds.turn()

    assert [turned.seconds for turned in turns] == [0, 5, 15, 35, 75, 155, 315, 615]


def test_it_is_turned_as_before_once_it_works_again():
    answers = iter([RuntimeError("打不开"), 3, RuntimeError("打不开"), 4])
    moments = []

    def turn(_stopping):
        moments.append((clock.now() - START).seconds)
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    pump("shaky", turn)
    rounds = Rounds()
    for second in (0, 5, 6, 11):
        with clock.travel(START + timedelta(seconds=second)):
            rounds.turn()

    assert moments == [0, 5, 6, 11]


def test_its_fault_is_a_failed_run_and_the_same_again_is_counted_there():
    pump("bad", broken)
    for second in (0, 5):
        with clock.travel(START + timedelta(seconds=second)):
            Rounds().turn()

    [run] = Run.objects.filter(kind="bad")
    assert (run.state, run.title, run.done) == ("failed", "泵", 2)
    assert run.error == {"code": "internal", "message": "RuntimeError: 打不开"}
    assert (run.finished_at - run.started_at).seconds == 5


def test_a_worker_that_ends_turns_no_further_pump():
    ending = []
    pump("first", lambda stopping: ending.append(True) or 1)
    pump("second", lambda stopping: 1)

    assert Rounds().turn(lambda: bool(ending)) == 1


def test_a_rest_is_never_longer_than_the_longest():
    first, longest = timedelta(seconds=5), timedelta(minutes=5)
    assert [rest(first, longest, faults).total_seconds() for faults in (0, 1, 2, 3, 7, 8, 10_000)] == [
        5,
        5,
        10,
        20,
        300,
        300,
        300,
    ]
