"""A mail server that takes messages not now: each is tried later and later for as long as the firm has patience, and a
server that does so to message after message is as good as away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.engagement.test_dispatch import ORIGIN, enqueue
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels

pytestmark = pytest.mark.django_db
BUSY = "450 4.7.1 too many messages"


def at(moment, mailbox, **settings):
    """Dispatch at a moment; nothing is put aside for longer than the message itself waits."""
    from zhike.engagement.channels.models import ChannelAway

    with clock.travel(moment):
        ChannelAway.objects.update(retry_at=moment)
        return channels.dispatch({**mailbox.settings, **settings})


def test_a_message_is_tried_later_and_later_and_fails_by_its_age(mailbox):
    enqueue(1)
    mailbox.rcpt_answer = BUSY
    first = moment = clock.now()
    waits = []
    while channels.counts(ORIGIN) == {"waiting": 1}:
        done = at(moment, mailbox)
        [row] = Delivery.objects.all()
        assert (done.sent, row.tried_since) == (0, first)
        waits.append(round((row.not_before - moment).total_seconds() / 60))
        moment, last = row.not_before, moment
    assert waits[:7] == [5, 10, 20, 40, 60, 60, 60]
    assert set(waits[4:-1]) == {60}
    assert timedelta(hours=24) <= last - first < timedelta(hours=25)
    assert (row.state, row.error) == ("failed", "超过 24 小时未能投递：450 4.7.1 邮件服务器拒收该地址")
    [said] = channels.states(ORIGIN, party_ids=[row.party_id]).values()
    assert said.error == Labels(
        "超过 24 小时未能投递：450 4.7.1 邮件服务器拒收该地址",
        "not taken for 24 hours: 450 4.7.1 the server refused the recipient",
    )


def test_the_installation_says_how_often_and_how_long(mailbox):
    enqueue(1)
    mailbox.rcpt_answer = BUSY
    own = {"retry_minutes": 1, "longest_retry_minutes": 3, "patience_hours": 1}
    start = clock.now()
    for wait, minutes in ((1, 0), (2, 1), (3, 3), (3, 6)):
        at(start + timedelta(minutes=minutes), mailbox, **own)
        assert Delivery.objects.get().not_before == start + timedelta(minutes=minutes + wait)
    at(start + timedelta(minutes=60), mailbox, **own)
    assert channels.counts(ORIGIN) == {"failed": 1}


def test_a_message_that_was_held_meanwhile_is_not_too_old(mailbox):
    enqueue(1)
    mailbox.rcpt_answer = BUSY
    start = clock.now()
    at(start, mailbox)
    for held in (True, False):
        channels.hold(ORIGIN, held=held)
    at(start + timedelta(days=21), mailbox)
    assert channels.counts(ORIGIN) == {"waiting": 1}


def test_a_server_that_takes_nothing_now_is_as_good_as_away_and_goes_on_by_itself(mailbox):
    enqueue(8)
    mailbox.rcpt_answer = BUSY
    start = clock.now()
    with clock.travel(start):
        done = channels.dispatch(mailbox.settings)
        assert (done.sent, done.failed, done.later) == (0, 0, 8)
        found = channels.away("email")
        assert (found.since, found.retry_at, found.error) == (
            start,
            start + timedelta(seconds=15),
            Labels("邮件服务器暂不收信：450 4.7.1", "the mail server takes no mail now: 450 4.7.1"),
        )
        assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 1, 1, 1, 1, 1]
    with clock.travel(found.retry_at):  # one message asks, and the answer is the same
        channels.dispatch(mailbox.settings)
        found = channels.away("email")
        assert (found.since, found.retry_at) == (start, clock.now() + timedelta(seconds=30))
    mailbox.rcpt_answer = "250 ok"
    with clock.travel(found.retry_at):
        assert channels.dispatch(mailbox.settings).sent == 1
        assert channels.away("email") is None
        assert channels.dispatch(mailbox.settings).sent == 1
    with clock.travel(start + timedelta(minutes=6)):
        assert channels.dispatch(mailbox.settings).sent == 6
    assert sorted(mailbox.messages.values()) == [1] * 8


def test_some_who_are_not_taken_now_hold_up_nobody_else(mailbox, monkeypatch):
    import smtplib

    enqueue(8)
    rcpt = smtplib.SMTP.rcpt

    def every_other(self, recipient):
        return (450, b"greylisted") if int(recipient[1]) % 2 else rcpt(self, recipient)

    monkeypatch.setattr(smtplib.SMTP, "rcpt", every_other)
    assert channels.dispatch({**mailbox.settings, "busy_after": 2}).sent == 4
    assert channels.away("email") is None
