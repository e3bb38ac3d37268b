"""A mail server that is away, busy or slow is nobody's fault: messages wait for it and go on by themselves."""

from __future__ import annotations

import smtplib
import uuid
from datetime import timedelta

import pytest

from tests.factories.records import build_firm, customer
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import content, dispatch, smtp
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels

ORIGIN = uuid.UUID(int=78)


@pytest.fixture
def waiting(db):
    """Three messages that are due."""
    build_firm()
    ids = [customer(f"客户{n}", email=f"c{n}@example.com").id for n in range(3)]
    channels.enqueue(
        [(n + 1, party_id) for n, party_id in enumerate(ids)],
        origin_kind="campaign",
        origin_uid=ORIGIN,
        channel="email",
        template="service_checkup",
    )
    return ids


def gone(mailbox):
    """The same settings, but of a port at which nobody listens."""
    return {**mailbox.settings, "port": 1}


def test_a_server_that_is_away_is_the_channels_state_and_no_messages_failure(waiting, mailbox):
    at = clock.now()
    with clock.travel(at):
        done = channels.dispatch(gone(mailbox))
        assert (done.sent, done.failed, done.later) == (0, 0, 3)
        assert set(Delivery.objects.values_list("state", "attempts", "lease_until")) == {("waiting", 0, None)}
        found = channels.away("email")
        assert (found.since, found.retry_at) == (at, at + timedelta(seconds=15))
        assert "refused" in found.error.zh
        assert "Errno" not in found.error.zh  # the system's words, not its number

    with clock.travel(at + timedelta(seconds=14)):
        assert channels.dispatch(mailbox.settings).sent == 0  # nobody asks before the time
    with clock.travel(at + timedelta(seconds=16)):
        assert channels.dispatch(mailbox.settings).sent == 1  # one message tries
        assert channels.away("email") is None
        assert channels.dispatch(mailbox.settings).sent == 2


def test_the_next_try_is_later_and_later_and_the_first_fault_is_kept(waiting, mailbox):
    at = clock.now()
    waits = []
    moment = at
    for _n in range(8):
        with clock.travel(moment):
            channels.dispatch(gone(mailbox))
            found = channels.away("email")
            assert found.since == at
            waits.append((found.retry_at - clock.now()).total_seconds())
            moment = found.retry_at
    assert waits == [15, 30, 60, 120, 240, 480, 600, 600]


def test_what_has_waited_longer_than_the_firms_patience_fails(waiting, mailbox):
    at = clock.now()
    with clock.travel(at):
        channels.dispatch(gone(mailbox))
    settings = {**gone(mailbox), "patience_hours": 2}
    with clock.travel(at + timedelta(hours=1, minutes=59)):
        channels.dispatch(settings)
        assert channels.counts(ORIGIN) == {"waiting": 3}
    with clock.travel(at + timedelta(hours=2, minutes=1)):
        channels.dispatch(settings)
    assert channels.counts(ORIGIN) == {"failed": 3}
    assert {state.error for state in channels.states(ORIGIN, party_ids=waiting).values()} == {
        Labels("邮件服务器中断，超过 2 小时未能发出", "the mail server was away; not sent for 2 hours")
    }


def test_a_message_that_was_held_is_not_failed_by_an_outage_that_begins_now(waiting, mailbox):
    at = clock.now()
    with clock.travel(at + timedelta(days=3)):
        channels.dispatch(gone(mailbox))
        channels.dispatch(gone(mailbox))
    with clock.travel(at + timedelta(days=3, hours=23)):
        channels.dispatch(gone(mailbox))
        assert channels.counts(ORIGIN) == {"waiting": 3}
    with clock.travel(at + timedelta(days=4, minutes=1)):
        channels.dispatch(gone(mailbox))
    assert channels.counts(ORIGIN) == {"failed": 3}


def test_an_outage_may_last_for_ever(waiting, mailbox):
    from zhike.engagement.channels.models import ChannelAway

    channels.dispatch(gone(mailbox))
    ChannelAway.objects.update(attempts=5_000, retry_at=clock.now())
    channels.dispatch(gone(mailbox))
    assert channels.away("email").retry_at <= clock.now() + timedelta(minutes=10)


@pytest.mark.parametrize("answer", ["421 not this one", "450 busy"])
def test_a_recipient_at_whom_the_server_closes_holds_only_their_own_message(waiting, mailbox, monkeypatch, answer):
    rcpt = smtplib.SMTP.rcpt

    def closing(self, recipient):
        if recipient.startswith("c0@"):
            self.sock.close()
            return int(answer[:3]), answer[4:].encode()
        return rcpt(self, recipient)

    monkeypatch.setattr(smtplib.SMTP, "rcpt", closing)
    assert channels.dispatch(mailbox.settings).sent == 2
    assert channels.counts(ORIGIN) == {"sent": 2, "waiting": 1}
    assert channels.away("email") is None


def test_a_lease_that_ran_out_is_no_try(waiting, mailbox):
    for _n in range(6):
        dispatch._claim(1)
        Delivery.objects.filter(state="claimed").update(lease_until=clock.now() - timedelta(seconds=1))
        dispatch.recover()
    assert set(Delivery.objects.values_list("state", "attempts")) == {("waiting", 0)}


def test_a_held_message_does_not_run_out_of_patience(waiting, mailbox):
    at = clock.now()
    channels.hold(ORIGIN, held=True)
    Delivery.objects.filter(party_id=waiting[0]).update(held=False)
    with clock.travel(at):
        channels.dispatch(gone(mailbox))
    with clock.travel(at + timedelta(days=3)):
        channels.dispatch(gone(mailbox))
    assert channels.counts(ORIGIN) == {"failed": 1, "waiting": 2}


def test_a_server_that_takes_us_for_no_sender_fails_nobody(waiting, mailbox, monkeypatch):
    monkeypatch.setattr(smtplib.SMTP, "mail", lambda self, sender: (550, b"who are you"))
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"waiting": 3}
    assert channels.away("email").error == Labels("550 who are you", "550 who are you")


def test_a_connection_that_the_server_dropped_meanwhile_is_opened_again(waiting, mailbox, monkeypatch):
    send = smtp.Mailbox.send

    def dropping(self, message, recipient, before_data):
        send(self, message, recipient, before_data)
        self._connection.sock.close()

    monkeypatch.setattr(smtp.Mailbox, "send", dropping)
    assert channels.dispatch(mailbox.settings).sent == 3
    assert channels.away("email") is None


@pytest.mark.parametrize("answer", ["450 busy", "421 closing"])
def test_a_message_that_the_server_does_not_take_now_is_tried_again(waiting, mailbox, answer):
    mailbox.data_answer = answer
    at = clock.now()
    with clock.travel(at):
        assert channels.dispatch(mailbox.settings).sent == 0
    assert channels.counts(ORIGIN) == {"waiting": 3}
    mailbox.data_answer = "250 kept"
    with clock.travel(at + timedelta(minutes=6)):
        for _n in range(2):
            channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"sent": 3}


def test_a_message_that_the_server_refuses_in_the_end_failed(waiting, mailbox):
    mailbox.data_answer = "554 not wanted"
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"failed": 3}


def test_stopping_reaches_what_a_dispatcher_has_claimed_and_nothing_stays_waiting(waiting, mailbox):
    rows = dispatch._claim(2)
    assert channels.stop(ORIGIN) == 3
    box = smtp.Mailbox(mailbox.settings)
    assert [dispatch._isolated(row, {}, box, mailbox.settings) for row in rows] == ["later", "later"]
    box.close()
    assert channels.counts(ORIGIN) == {"stopped": 3}
    assert not mailbox.messages


def test_a_message_that_was_leaving_when_its_origin_stopped_is_not_tried_again(waiting, mailbox, monkeypatch):
    mailbox.data_answer = "450 busy"
    docmd = smtplib.SMTP.docmd

    def stopped_meanwhile(self, command):
        channels.stop(ORIGIN)
        return docmd(self, command)

    monkeypatch.setattr(smtplib.SMTP, "docmd", stopped_meanwhile)
    channels.dispatch(mailbox.settings)
    assert channels.counts(ORIGIN) == {"stopped": 3}


def test_a_message_that_was_leaving_when_its_origin_paused_waits_for_it(waiting, mailbox, monkeypatch):
    mailbox.data_answer = "450 busy"
    docmd = smtplib.SMTP.docmd

    def paused_meanwhile(self, command):
        channels.hold(ORIGIN, held=True)
        return docmd(self, command)

    monkeypatch.setattr(smtplib.SMTP, "docmd", paused_meanwhile)
    at = clock.now()
    with clock.travel(at):
        channels.dispatch(mailbox.settings, limit=1)
    monkeypatch.undo()
    mailbox.data_answer = "250 kept"
    with clock.travel(at + timedelta(minutes=6)):
        assert channels.dispatch(mailbox.settings).sent == 0
        assert channels.hold(ORIGIN, held=False) == 3
        assert channels.dispatch(mailbox.settings).sent == 3


def test_a_batch_is_filled_at_once(waiting, mailbox, monkeypatch):
    asked, fill = [], content.messages

    def counted(template, party_ids):
        asked.append(sorted(party_ids))
        return fill(template, party_ids)

    monkeypatch.setattr(content, "messages", counted)
    assert channels.dispatch(mailbox.settings).sent == 3
    assert asked == [sorted(waiting)]
