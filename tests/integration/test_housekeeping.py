"""What is past goes each night: delivered events, finished queue entries, expired sessions; nothing that is still needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.kernel import actions, clock, event_delivery, events, housekeeping, jobs
from zhike.kernel.actions import Action
from zhike.kernel.definition_parts import Labels, Part
from zhike.kernel.events import Subscriber
from zhike.kernel.models import DoneAction, Event, Run, Subscription
from zhike.platform.permissions import api as permissions

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox(monkeypatch):
    """Two subscribers that have heard of five events; return the positions of these."""
    monkeypatch.setattr(events, "_subscribers", {})
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    Event.objects.all().delete()
    Subscription.objects.all().delete()
    for key in ("one", "two"):
        events.subscribe(Subscriber(key, Labels("试", "Test"), ("thing.moved",), lambda _event: None))
    event_delivery.deliver()
    for record in range(5):
        events.publish("thing.moved", "thing", record)
    event_delivery.deliver_all()
    return positions()


def positions():
    return list(Event.objects.order_by("position").values_list("position", flat=True))


def clear(days):
    with clock.travel(clock.now() + timedelta(days=days)):
        return jobs.run_now(housekeeping.KIND, "x").result["events"]


def test_events_go_when_all_have_heard_of_them_and_the_days_are_over_but_the_last_one(outbox, settings):
    assert (clear(settings.KEPT_EVENT_DAYS - 1), positions()) == (0, outbox)
    assert (clear(settings.KEPT_EVENT_DAYS + 1), positions()) == (4, outbox[-1:])
    events.publish("thing.moved", "thing", 1)
    event_delivery.deliver_all()
    assert positions() == [outbox[-1], outbox[-1] + 1]


def test_what_a_subscriber_has_not_heard_stays(outbox):
    Subscription.objects.filter(key="two").update(position=outbox[1])
    assert (clear(365), positions()) == (2, outbox[2:])


def test_what_is_held_stays_until_it_is_told_or_passed_over(outbox):
    event = Event.objects.get(position=outbox[0])
    held = events.Event(outbox[0], event.uid, event.name, event.subject, event.subject_id, event.at, "", {})
    event_delivery._hold(next(iter(events.subscribers())), held, ValueError("cannot take it"))
    assert (clear(365), positions()) == (3, [outbox[0], outbox[-1]])
    with clock.travel(clock.now() + timedelta(days=365)):
        event_delivery.deliver_all()
    assert (clear(365), positions()) == (1, outbox[-1:])


def test_one_who_is_told_again_after_the_clearing_begins_with_what_is_left(outbox):
    clear(365)
    event_delivery.replay("one", after=0)
    event_delivery.deliver_all()
    assert Subscription.objects.get(key="one").position == outbox[-1]


def test_entries_of_finished_queues_go_after_a_week_and_waiting_ones_stay(monkeypatch):
    monkeypatch.setitem(jobs._handlers, "tea", (lambda _handle: {}, "interactive"))
    old, fresh, waiting = (str(jobs.submit("tea", "tea")) for _number in range(3))
    with connection.cursor() as cursor:
        for run in (old, fresh):
            cursor.execute("update procrastinate_jobs set status = 'doing' where args->>'run' = %s", [run])
            cursor.execute("update procrastinate_jobs set status = 'succeeded' where args->>'run' = %s", [run])
        for run in (old, waiting):
            cursor.execute(
                "update procrastinate_events set at = at - interval '8 days' where job_id in"
                " (select id from procrastinate_jobs where args->>'run' = %s)",
                [run],
            )
    assert jobs.run_now(housekeeping.KIND, "x").result["entries"] == 1
    with connection.cursor() as cursor:
        cursor.execute("select args->>'run' from procrastinate_jobs order by id")
        left = [row[0] for row in cursor]
    assert (left[-2:], old in left, Run.objects.filter(uid=old).exists()) == ([fresh, waiting], False, True)


def test_sessions_that_ran_out_go():
    Session.objects.all().delete()
    for key, hours in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(hours=hours))
    assert jobs.run_now("sessions", "x").result == {"sessions": 1}
    assert Session.objects.get().session_key == "new"


class Wish(Part):
    """What the action of these tests takes."""

    what: str


@pytest.fixture
def wish(monkeypatch):
    """Ask for something with a key; return how often it was done by then."""
    done = []
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    asked = Action(
        "wish.grant", Labels("试", "Test"), Wish, lambda _wish: "any", lambda one, _by: done.append(one.what)
    )
    monkeypatch.setitem(actions._actions, "wish.grant", asked)
    monkeypatch.setattr(actions, "_guards", [])
    DoneAction.objects.all().delete()

    def grant(key):
        actions.run("wish.grant", Wish(what="tea"), asker=permissions.system_principal("test"), once=key)
        return len(done)

    return grant


def cleared(step, days):
    with clock.travel(clock.now() + timedelta(days=days)):
        return jobs.run_now(housekeeping.KIND, "x").result[step]


def test_what_an_action_answered_is_kept_for_its_days_and_no_longer(wish, settings):
    assert [wish(f"{number}") for number in range(5)] == [1, 2, 3, 4, 5]
    assert (cleared("answers", settings.KEPT_ANSWER_DAYS - 1), wish("0")) == (0, 5)
    assert (cleared("answers", settings.KEPT_ANSWER_DAYS + 1), DoneAction.objects.count()) == (5, 0)
    assert wish("0") == 6


def test_no_row_is_looked_at_twice_and_fresh_ones_are_not_looked_at(wish, settings):
    for number in range(5):
        wish(f"old {number}")
    with clock.travel(clock.now() + timedelta(days=settings.KEPT_ANSWER_DAYS)):
        for number in range(5):
            wish(f"fresh {number}")
    first = DoneAction.objects.order_by("pk")[0].pk
    with CaptureQueriesContext(connection) as queries:
        assert cleared("answers", settings.KEPT_ANSWER_DAYS + 1) == 5
    said = [query["sql"] for query in queries if 'from "kernel_doneaction" where id >' in query["sql"]]
    begun = [int(sql.partition("id > ")[2].split()[0]) for sql in said]
    # The window of the last old one holds a fresh one, too; the next has fresh ones only, and is the last.
    assert begun == [0, first + 1, first + 3, first + 5]
    assert list(DoneAction.objects.order_by("pk").values_list("once", flat=True)) == [f"fresh {n}" for n in range(5)]
