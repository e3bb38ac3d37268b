"""Events reach every subscriber: in order per record, none missing, whatever is open, fails or dies meanwhile."""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.depth import examples
from tests.factories.waiting import waiting_for_nobody
from zhike.kernel import clock, event_delivery, events
from zhike.kernel.definition_parts import Labels
from zhike.kernel.errors import NotFound
from zhike.kernel.events import Subscriber
from zhike.kernel.models import Event, HeldEvent, Subscription

#: 0 stands for many records: what happens to them has no order.
RECORDS = st.integers(0, 4)
NOBODY = Labels("试", "Test")


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@pytest.fixture
def nobody_else(monkeypatch):
    """No subscribers but those of the test."""
    monkeypatch.setattr(events, "_subscribers", {})


class Ear:
    """A subscriber that notes what it hears in the database; it fails at some records, and dies at some call."""

    def __init__(self, key: str, names: tuple[str, ...] = ("thing.moved",)) -> None:
        self.key = key
        self.failing: dict[int, int] = defaultdict(int)
        self.dies_in = 0
        events.subscribe(Subscriber(key, NOBODY, names, self.hear))

    def hear(self, event: events.Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute("insert into heard values (%s, %s, %s)", [self.key, event.subject_id, event.position])
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                raise Killed()
        if self.failing[event.subject_id]:
            self.failing[event.subject_id] -= 1
            raise ValueError(f"cannot take {event.subject_id}")

    def heard(self) -> dict[int, list[int]]:
        with connection.cursor() as cursor:
            cursor.execute("select record, position from heard where key = %s order by number", [self.key])
            found = defaultdict(list)
            for record, position in cursor:
                found[record].append(position)
            return dict(found)


def prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate kernel_event, kernel_subscription, kernel_heldevent")
        cursor.execute("drop table if exists heard")
        cursor.execute(
            "create table heard (key text, record bigint, position bigint, number bigint generated always as identity)"
        )


def deliver_until(together: Barrier, death: int | None) -> None:
    """Deliver with a connection of its own, and die instead of the statement of that number."""
    done = itertools.count()

    def execute(run, sql, params, many, context):
        if next(done) == death:
            raise Killed()
        return run(sql, params, many, context)

    try:
        together.wait(10)
        with suppress(Killed), connection.execute_wrapper(execute):
            event_delivery.deliver()
    finally:
        connection.close()


class Delivery(RuleBasedStateMachine):
    """Writers with open transactions, three deliverers that may die, three subscribers: one fails, one hears little."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        prepare()
        self.ears = [Ear("one"), Ear("two")]
        self.seldom = Ear("seldom", ("thing.ended",))
        self.open: dict[int, tuple[psycopg.Connection, list[uuid.UUID]]] = {}
        self.committed: dict[int, list[uuid.UUID]] = defaultdict(list)
        self.now = clock.now()

    @rule(record=RECORDS)
    def publish(self, record):
        """A transaction changes a record, which no other one can until it ends."""
        if record not in self.open:
            self.open[record] = (psycopg.connect(self.url), [])
        writer, uids = self.open[record]
        uids.append(uuid.uuid4())
        values = [uids[-1], "thing.moved", "thing", record, self.now, "system", "{}"]
        writer.execute(f"{events._INSERT} values (%s, %s, %s, %s, %s, %s, %s)", values)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), kept=st.sampled_from([True, True, True, False]))
    def end(self, data, kept):
        record = data.draw(st.sampled_from(sorted(self.open)))
        writer, uids = self.open.pop(record)
        if kept:
            writer.commit()
            self.committed[record] += uids
        writer.close()

    @rule()
    def deliver(self):
        event_delivery.deliver()

    @rule(data=st.data(), calls=st.integers(1, 4))
    def die(self, data, calls):
        """A deliverer dies in the middle: its transaction is gone."""
        ear = data.draw(st.sampled_from(self.ears))
        ear.dies_in = calls
        with suppress(Killed):
            event_delivery.deliver()
        ear.dies_in = 0

    @rule(deaths=st.lists(st.none() | st.integers(0, 25), min_size=3, max_size=3))
    def three_at_once(self, deaths):
        """Three deliverers at the same moment; each may die before any of its statements."""
        together = Barrier(len(deaths))
        deliverers = [Thread(target=deliver_until, args=(together, death)) for death in deaths]
        for deliverer in deliverers:
            deliverer.start()
        for deliverer in deliverers:
            deliverer.join()

    @rule(record=RECORDS, times=st.integers(1, 5))
    def fail(self, record, times):
        self.ears[1].failing[record] += times

    @rule()
    def wait(self):
        self.now += timedelta(seconds=45)

    @rule()
    def number_alone(self):
        event_delivery.number()

    def teardown(self):
        for record in list(self.open):
            writer, uids = self.open.pop(record)
            writer.commit()
            self.committed[record] += uids
            writer.close()
        for _round in range(40):
            with clock.travel(self.now):
                event_delivery.deliver_all()
            self.now += timedelta(hours=1)
            event_delivery.retry(HeldEvent.objects.filter(dead=True))
        order = {row.uid: row.position for row in Event.objects.all()}
        wanted = {record: [order[uid] for uid in uids] for record, uids in self.committed.items() if uids}
        assert all(positions == sorted(positions) for positions in wanted.values())
        for ear in self.ears:
            heard = ear.heard()
            assert heard | {0: sorted(heard.get(0, []))} == wanted | {0: wanted.get(0, [])}
        assert self.seldom.heard() == {}
        assert {row.position for row in Subscription.objects.all()} <= {max(order.values(), default=0)}
        assert not HeldEvent.objects.exists()


def test_every_subscriber_hears_of_every_event_in_order(own_database, nobody_else):
    Delivery.url = own_database
    checks = settings(
        max_examples=examples(25), stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Delivery, settings=checks)


@pytest.fixture
def things(own_database, nobody_else):
    """An outbox with nothing in it; publishes a change of a record in a transaction of its own."""
    prepare()

    def change(*records: int, name: str = "thing.moved") -> list[int]:
        for record in records:
            events.publish(name, "thing", record)
        event_delivery.number()
        return list(Event.objects.order_by("position").values_list("position", flat=True))[-len(records) :]

    return change


def test_what_is_not_committed_is_not_overtaken(own_database, nobody_else):
    prepare()
    ear = Ear("one")
    values = [uuid.uuid4(), "thing.moved", "thing", 1, clock.now(), "system", "{}"]
    with psycopg.connect(own_database) as slow:
        slow.execute(f"{events._INSERT} values (%s, %s, %s, %s, %s, %s, %s)", values)
        events.publish("thing.moved", "thing", 2)
        event_delivery.deliver_all()
        assert ear.heard() == {2: [1]}
        slow.commit()
    event_delivery.deliver_all()
    assert ear.heard() == {2: [1], 1: [2]}


def test_a_record_that_fails_holds_only_itself_and_ends_as_a_dead_letter(things):
    ear = Ear("one")
    ear.failing[1] = 1_000
    event_delivery.deliver()
    positions = things(1, 2, 1, 3, 1)
    now = clock.now()
    for _ in range(event_delivery.TRIES):
        with clock.travel(now):
            event_delivery.deliver_all()
        now += event_delivery.LONGEST_RETRY
    assert ear.heard() == {2: [positions[1]], 3: [positions[3]]}
    first, *behind = HeldEvent.objects.order_by("position")
    assert (first.dead, first.attempts, first.error) == (True, event_delivery.TRIES, "ValueError: cannot take 1")
    assert [(row.position, row.dead, row.attempts) for row in behind] == [
        (positions[2], False, 0),
        (positions[4], False, 0),
    ]

    ear.failing[1] = 0
    event_delivery.retry(HeldEvent.objects.filter(pk=first.pk))
    event_delivery.deliver_all()
    assert ear.heard()[1] == [positions[0], positions[2], positions[4]]
    assert not HeldEvent.objects.exists()


def test_a_dead_letter_is_passed_over_and_what_waits_behind_it_goes_on(things):
    ear = Ear("one")
    ear.failing[1] = 2  # with the batch, and alone
    event_delivery.deliver()
    positions = things(1, 1)
    event_delivery.deliver_all()
    assert ear.heard() == {}
    event_delivery.pass_over(HeldEvent.objects.filter(position=positions[0]))
    event_delivery.deliver_all()
    assert ear.heard() == {1: [positions[1]]}


def test_what_an_event_says_of_itself_is_heard(things):
    heard = []
    events.subscribe(Subscriber("one", NOBODY, ("thing.moved",), lambda event: heard.append(event.payload["into"])))
    event_delivery.deliver()
    events.publish("thing.moved", "thing", 1, {"into": 7})
    event_delivery.deliver_all()
    assert heard == [7]


def test_an_event_about_many_records_holds_nothing_but_itself(things):
    ear = Ear("one")
    ear.failing[0] = 2  # with the batch, and alone
    event_delivery.deliver()
    positions = things(0, 0, 1)
    event_delivery.deliver_all()
    assert ear.heard() == {0: [positions[1]], 1: [positions[2]]}
    [held] = HeldEvent.objects.all()
    assert (held.position, held.attempts) == (positions[0], 1)


def test_what_waits_behind_a_dead_letter_is_not_looked_at_again(things):
    ear = Ear("one")
    ear.failing[1] = 1_000
    event_delivery.deliver()
    positions = things(1, 1, 1)
    event_delivery.deliver_all()
    assert [row.due_at is None for row in HeldEvent.objects.order_by("position")] == [False, True, True]
    HeldEvent.objects.filter(position=positions[0]).update(dead=True)
    assert event_delivery.deliver() == 0


def test_what_is_told_again_goes_before_what_is_held_of_its_record(things):
    ear = Ear("one")
    event_delivery.deliver()
    first, second = things(1)[0], things(1)[0]
    event_delivery.deliver_all()
    ear.failing[1] = 2
    [third] = things(1)
    event_delivery.deliver_all()
    event_delivery.replay("one", 0)
    event_delivery.deliver_all()
    assert ear.heard() == {1: [first, second, first, second, third]}
    assert not HeldEvent.objects.exists()


def test_each_hears_only_its_names_and_its_position_goes_on_all_the_same(things):
    moved, ended = Ear("moved"), Ear("ended", ("thing.ended",))
    event_delivery.deliver()
    things(1, 2)
    [last] = things(1, name="thing.ended")
    event_delivery.deliver_all()
    assert (moved.heard(), ended.heard()) == ({1: [1], 2: [2]}, {1: [last]})
    assert set(Subscription.objects.values_list("position", flat=True)) == {last}


def test_those_who_want_none_of_the_next_events_are_moved_on_by_one_statement(things):
    Ear("moved")
    event_delivery.deliver()
    things(1)
    event_delivery.deliver_all()
    counts = []
    for few in (1, 9):
        for number in range(few):
            Ear(f"idle{few}{number}", ("thing.ended",))
        event_delivery.deliver()
        [last] = things(1)
        with CaptureQueriesContext(connection) as asked:
            event_delivery._pass_by()
        counts.append(len(asked))
        idle = Subscription.objects.filter(key__startswith="idle")
        assert set(idle.values_list("position", flat=True)) == {last}
    assert counts[0] == counts[1]


def test_a_new_subscriber_begins_with_what_nobody_was_told_yet(things):
    events.publish("thing.moved", "thing", 1)
    ear = Ear("first")
    event_delivery.deliver_all()
    later = Ear("later")
    event_delivery.deliver_all()
    assert (ear.heard(), later.heard()) == ({1: [1]}, {})
    event_delivery.replay("later", after=0)
    event_delivery.deliver_all()
    assert later.heard() == {1: [1]}
    with pytest.raises(NotFound):
        event_delivery.replay("nobody", after=0)


def test_two_deliverers_do_not_tell_the_same_subscriber_at_once(things, own_database):
    ear = Ear("one")
    event_delivery.deliver()
    things(1)
    with psycopg.connect(own_database) as other, waiting_for_nobody():
        other.execute("select from kernel_subscription where key = 'one' for update")
        assert event_delivery.deliver() == 0
    assert event_delivery.deliver() == 1
    assert ear.heard() == {1: [1]}


def test_only_one_process_numbers(things, own_database):
    with psycopg.connect(own_database) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [event_delivery._NUMBERING])
        events.publish("thing.moved", "thing", 1)
        assert event_delivery.number() == 0
    assert event_delivery.number() == 1
