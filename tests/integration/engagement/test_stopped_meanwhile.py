"""A message whose origin is stopped while a dispatcher has it: it stays stopped where it did not leave, and what did
happen is kept. Whoever had it before it was sent again says nothing of it any more."""

from __future__ import annotations

import smtplib
import uuid
from datetime import timedelta

import pytest

from tests.factories.records import build_firm, customer
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import dispatch, smtp
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock
from zhike.kernel.models import Event

ORIGIN = uuid.UUID(int=79)
pytestmark = pytest.mark.django_db


def enqueue(*, email="a@example.com", channel="email", decision=1, party=None):
    """One message that is due, and the claim of the dispatcher that has it."""
    if party is None:
        build_firm()
        party = customer("客户", email=email).id
    channels.enqueue(
        [(decision, party)], origin_kind="campaign", origin_uid=ORIGIN, channel=channel, template="service_checkup"
    )
    return party


def sent_by(row, mailbox):
    """What a dispatcher says of the message that it claimed."""
    box = smtp.Mailbox(mailbox.settings)
    try:
        return dispatch._isolated(row, {}, box, mailbox.settings)
    finally:
        box.close()


def told():
    return list(Event.objects.filter(subject="delivery").values_list("name", flat=True))


def stop_at(monkeypatch, command):
    """Stop the origin at the moment at which the server is asked."""
    ask = getattr(smtplib.SMTP, command)

    def stopped_meanwhile(self, *given):
        channels.stop(ORIGIN)
        return ask(self, *given)

    monkeypatch.setattr(smtplib.SMTP, command, stopped_meanwhile)


@pytest.mark.parametrize("answer", ["550 no such user", "450 busy"])
def test_whom_the_server_refuses_after_the_stop_stays_stopped(mailbox, monkeypatch, answer):
    enqueue()
    mailbox.rcpt_answer = answer
    stop_at(monkeypatch, "rcpt")
    done = channels.dispatch(mailbox.settings)
    assert (done.failed, done.later) == (0, 1)
    assert channels.counts(ORIGIN) == {"stopped": 1}
    assert told() == ["delivery.stopped"]
    mailbox.rcpt_answer = "250 ok"
    with clock.travel(clock.now() + timedelta(minutes=6)):
        channels.dispatch(mailbox.settings)
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"stopped": 1}, 0)


def test_what_could_not_be_filled_after_the_stop_stays_stopped(mailbox):
    enqueue(email="")
    [row] = dispatch._claim(1)
    channels.stop(ORIGIN)
    assert sent_by(row, mailbox) == "later"
    assert (channels.counts(ORIGIN), told()) == ({"stopped": 1}, ["delivery.stopped"])


def test_what_nobody_expected_after_the_stop_leaves_it_stopped(mailbox, monkeypatch):
    enqueue()
    [row] = dispatch._claim(1)
    channels.stop(ORIGIN)
    monkeypatch.setattr(dispatch, "compose", lambda *given: 1 / 0)
    assert sent_by(row, mailbox) == "later"
    assert channels.counts(ORIGIN) == {"stopped": 1}


def test_one_that_was_tried_for_the_last_time_when_its_origin_stopped_is_stopped(mailbox, monkeypatch):
    enqueue()
    Delivery.objects.update(tried_since=clock.now() - timedelta(hours=25))
    mailbox.data_answer = "450 busy"
    stop_at(monkeypatch, "docmd")
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"stopped": 1}


def test_what_the_firm_lost_patience_with_when_it_was_stopped_is_stopped():
    enqueue()
    [row] = Delivery.objects.all()
    channels.stop(ORIGIN)
    assert dispatch._settle(row, Delivery.State.FAILED, "邮件服务器中断") == "later"
    assert channels.counts(ORIGIN) == {"stopped": 1}


@pytest.mark.parametrize(("answer", "state"), [("250 kept", "sent"), ("554 not wanted", "failed")])
def test_what_happened_to_a_message_that_had_left_is_kept(mailbox, monkeypatch, answer, state):
    enqueue()
    mailbox.data_answer = answer
    stop_at(monkeypatch, "docmd")
    channels.dispatch(mailbox.settings)
    assert (channels.counts(ORIGIN), told()) == ({state: 1}, [f"delivery.{state}"])


def test_an_answer_that_came_after_the_lease_had_run_out_is_kept(mailbox):
    enqueue()
    [row] = dispatch._claim(1)
    dispatch._mark_sending(row)
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    dispatch.recover()
    assert channels.counts(ORIGIN) == {"unknown": 1}
    assert dispatch._settle(row, Delivery.State.SENT, "") == "sent"
    assert channels.counts(ORIGIN) == {"sent": 1}


def test_who_had_the_message_before_it_was_sent_again_says_nothing_of_it(mailbox):
    party = enqueue()
    [old] = dispatch._claim(1)
    dispatch._mark_sending(old)
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    dispatch.recover()
    channels.resend(channels.undelivered(ORIGIN, party), decision_id=900)

    assert dispatch._settle(old, Delivery.State.FAILED, "太迟了") == "later"
    assert dispatch._try_later(old, "太迟了") == "later"

    found = Delivery.objects.get()
    assert (found.state, found.error, found.token) == ("waiting", "", old.token + 1)
    assert channels.dispatch(mailbox.settings).sent == 1


def test_a_channel_that_nobody_sends_takes_no_place_of_mail(mailbox):
    party = enqueue(channel="sms")
    enqueue(decision=2, party=party)
    assert channels.dispatch(mailbox.settings, limit=1).sent == 1
    rows = Delivery.objects.order_by("pk").values_list("channel", "state", "attempts")
    assert list(rows) == [("sms", "waiting", 0), ("email", "sent", 1)]
