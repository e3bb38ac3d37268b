"""The dispatcher against a real SMTP server, and killed at every point: at most one message a decision."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.records import build_firm, customer
from tests.factories.waiting import waiting_for_nobody
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.errors import NotResendable
from zhike.engagement.channels.logic import dispatch, smtp
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock
from zhike.kernel.models import Event

ORIGIN = uuid.UUID(int=77)


def enqueue(count):
    build_firm()
    ids = [customer(f"客户{n}", email=f"c{n}@example.com").id for n in range(count)]
    channels.enqueue(
        [(n + 1, party_id) for n, party_id in enumerate(ids)],
        origin_kind="campaign",
        origin_uid=ORIGIN,
        channel="email",
        template="service_checkup",
    )
    return ids


@pytest.mark.django_db
def test_every_message_leaves_once_and_is_marked_sent(mailbox):
    enqueue(3)
    assert channels.dispatch(mailbox.settings).sent == 3
    assert channels.dispatch(mailbox.settings).sent == 0
    assert sorted(mailbox.messages.values()) == [1, 1, 1]
    assert channels.counts(ORIGIN) == {"sent": 3}


@pytest.mark.django_db
def test_a_refused_recipient_failed_and_a_busy_server_is_asked_again(mailbox):
    enqueue(1)
    mailbox.rcpt_answer = "450 busy"
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"waiting": 1}

    with clock.travel(clock.now() + timedelta(minutes=6)):
        mailbox.rcpt_answer = "550 no such user"
        channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"failed": 1}
    assert not mailbox.messages


@pytest.mark.django_db
def test_stop_in_mid_send_stops(mailbox):
    enqueue(5)
    channels.dispatch(mailbox.settings, limit=2)
    assert channels.stop(ORIGIN) == 3
    assert channels.dispatch(mailbox.settings).sent == 0
    assert channels.counts(ORIGIN) == {"sent": 2, "stopped": 3}
    assert sum(mailbox.messages.values()) == 2


@pytest.mark.django_db
def test_only_an_unknown_message_is_resent_and_only_by_a_person(mailbox):
    ids = enqueue(2)
    Delivery.objects.filter(party_id=ids[0]).update(state="unknown")
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"sent": 1, "unknown": 1}

    with pytest.raises(NotResendable, match="outcome is unknown"):
        channels.undelivered(ORIGIN, ids[1])
    channels.resend(channels.undelivered(ORIGIN, ids[0]), decision_id=900)
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"sent": 2}


KILLER = """
    import os, django
    django.setup()
    from zhike.engagement.channels.logic import dispatch, smtp
    import smtplib
    point = {point!r}
    getreply = smtplib.SMTP.getreply
    def before(self, command): os._exit(9)
    def after(self):
        code, answer = getreply(self)
        if answer == b"kept": os._exit(9)
        return code, answer
    if point == "after claim":
        dispatch._send = lambda *a: os._exit(9)
    elif point == "before DATA":
        smtplib.SMTP.docmd = before
    elif point == "after DATA":
        smtplib.SMTP.getreply = after
    elif point == "before marking":
        dispatch._settle = lambda *a: os._exit(9)
    dispatch.dispatch({settings!r}, 1)
"""


@pytest.mark.parametrize(
    ("point", "after_kill", "messages"),
    [
        ("after claim", "sent", 1),
        ("before DATA", "unknown", 0),
        ("after DATA", "unknown", 1),
        ("before marking", "unknown", 1),
    ],
)
def test_a_killed_worker_never_sends_twice(own_database, mailbox, point, after_kill, messages):
    enqueue(1)
    script = textwrap.dedent(KILLER.format(point=point, settings=mailbox.settings))
    killed = subprocess.run([sys.executable, "-c", script], env=os.environ, capture_output=True, text=True, timeout=120)
    assert killed.returncode == 9, killed.stderr

    channels.dispatch(mailbox.settings)  # the lease still holds: nobody touches the row
    with clock.travel(clock.now() + timedelta(minutes=3)):
        channels.dispatch(mailbox.settings)

    assert channels.counts(ORIGIN) == {after_kill: 1}
    assert sum(mailbox.messages.values()) == messages


def test_two_workers_at_once_share_the_messages_and_send_each_once(own_database, mailbox):
    enqueue(12)
    script = (
        "import django; django.setup()\n"
        "from zhike.engagement.channels import api as channels\n"
        f"while channels.dispatch({mailbox.settings!r}, limit=2).sent: pass"
    )
    workers = [subprocess.Popen([sys.executable, "-c", script], env=os.environ) for _n in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]

    assert channels.counts(ORIGIN) == {"sent": 12}
    assert sorted(mailbox.messages.values()) == [1] * 12


def test_a_worker_takes_no_message_that_another_one_is_about_to_take(own_database):
    enqueue(3)
    first, second, third = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    with psycopg.connect(own_database) as other, waiting_for_nobody():
        other.execute("select from channels_delivery where id = %s for update", [first])
        assert [row.pk for row in dispatch._claim(1)] == [second]
    assert [row.pk for row in dispatch._claim(3)] == [first, third]


@pytest.mark.django_db
def test_what_is_held_takes_no_place_of_what_is_not(mailbox):
    enqueue(3)
    held = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=held.pk).update(held=True)
    assert channels.dispatch(mailbox.settings, limit=2).sent == 2
    assert list(Delivery.objects.order_by("pk").values_list("state", "attempts")) == [
        ("waiting", 0),
        ("sent", 1),
        ("sent", 1),
    ]


def claimed_again():
    """The claim of a worker whose lease ran out, and the one by which another worker has the message now."""
    [old] = dispatch._claim(1)
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert dispatch.recover() == 1
    [new] = dispatch._claim(1)
    assert (old.pk, old.token + 1) == (new.pk, new.token)
    return old, new


@pytest.mark.django_db
def test_whose_lease_ran_out_sends_nothing(mailbox):
    enqueue(1)
    old, new = claimed_again()
    box = smtp.Mailbox(mailbox.settings)
    assert dispatch._isolated(old, {}, box, mailbox.settings) == "later"
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"claimed": 1}, 0)
    assert dispatch._isolated(new, {}, box, mailbox.settings) == "sent"
    box.close()
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"sent": 1}, 1)


@pytest.mark.django_db
def test_whose_lease_ran_out_says_nothing_of_what_became_of_the_message(mailbox):
    enqueue(1)
    old, new = claimed_again()
    for state in (Delivery.State.FAILED, Delivery.State.SENT):
        dispatch._settle(old, state, "太迟了")
        assert channels.counts(ORIGIN) == {"claimed": 1}
    dispatch._settle(new, Delivery.State.FAILED, "没有此人")
    assert list(Delivery.objects.values_list("state", "error")) == [("failed", "没有此人")]


@pytest.mark.django_db
def test_what_is_held_after_its_claim_does_not_leave(mailbox):
    enqueue(1)
    [row] = dispatch._claim(1)
    assert channels.hold(ORIGIN, held=True) == 1
    box = smtp.Mailbox(mailbox.settings)
    assert dispatch._isolated(row, {}, box, mailbox.settings) == "later"
    box.close()
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"waiting": 1}, 0)


@pytest.mark.django_db
def test_an_outcome_and_its_event_are_written_by_whoever_holds_the_claim_and_once():
    [party_id] = enqueue(1)
    old, new = claimed_again()
    dispatch._settle(old, Delivery.State.FAILED, "太迟了")
    assert told() == []
    for _twice in range(2):
        dispatch._settle(new, Delivery.State.SENT, "")
    assert Delivery.objects.get().sent_at is not None
    assert told() == [("delivery.sent", new.pk, {"origin": str(ORIGIN), "party": party_id})]


def told():
    """The events about messages."""
    return list(Event.objects.filter(subject="delivery").values_list("name", "subject_id", "payload"))


@pytest.mark.django_db
def test_what_nobody_knows_the_outcome_of_is_told_of():
    [party_id] = enqueue(1)
    [row] = dispatch._claim(1)
    dispatch._mark_sending(row)
    with clock.travel(clock.now() + dispatch.LEASE + timedelta(seconds=1)):
        assert [dispatch.recover(), dispatch.recover()] == [1, 0]
    said = ("发送过程中断，结果未知", "interrupted while it was being sent; the outcome is unknown")
    assert list(Delivery.objects.values_list("state", "error", "error_en")) == [("unknown", *said)]
    assert told() == [("delivery.unknown", row.pk, {"origin": str(ORIGIN), "party": party_id})]


@pytest.mark.django_db
def test_each_message_that_is_stopped_is_told_of_once_and_no_other(mailbox):
    enqueue(4)
    channels.dispatch(mailbox.settings, limit=1)
    sent, *rest = Delivery.objects.order_by("pk")
    leaving, claimed, waiting = rest
    assert [row.pk for row in dispatch._claim(2)] == [leaving.pk, claimed.pk]
    Delivery.objects.filter(pk=leaving.pk).update(state="sending")
    Event.objects.all().delete()
    assert [channels.stop(ORIGIN), channels.stop(ORIGIN)] == [3, 1]
    mine = {"origin": str(ORIGIN)}
    assert sorted(told(), key=lambda one: one[1]) == [
        ("delivery.stopped", row.pk, mine | {"party": row.party_id}) for row in (claimed, waiting)
    ]
    uids = list(Event.objects.values_list("uid", flat=True))
    assert {uid.version for uid in uids} == {7} and len(set(uids)) == 2
    before = Delivery.objects.get(pk=leaving.pk)
    assert (before.state, before.recalled, before.lease_until is None) == ("sending", True, False)
    assert dispatch._try_later(before, "450 busy") == "later"
    assert channels.counts(ORIGIN) == {"sent": 1, "stopped": 3}
    assert [name for name, pk, _payload in told() if pk == leaving.pk] == ["delivery.stopped"]


@pytest.mark.django_db
def test_a_round_asks_for_the_version_of_the_definitions_as_often_for_many_messages_as_for_one(mailbox):
    def asked(count):
        with CaptureQueriesContext(connection) as queries:
            assert channels.dispatch(mailbox.settings, limit=count).sent == count
        return sum("kernel_definitionversion" in query["sql"] for query in queries)

    enqueue(12)
    assert asked(1) == asked(11)
