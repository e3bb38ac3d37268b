"""What a mail server's answer means: its first digit decides (RFC 5321, 4.2.1), and what is no answer says nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP

from tests.integration.engagement.test_dispatch import ORIGIN, enqueue
from zhike.engagement.channels import api as channels
from zhike.engagement.channels.logic import smtp
from zhike.engagement.channels.models import Delivery
from zhike.kernel import clock

pytestmark = pytest.mark.django_db


def tried_again(mailbox):
    """Try at once, and again as long as a message waits that the server did not take."""
    at = clock.now()
    for minutes in (0, 6, 20):
        with clock.travel(at + timedelta(minutes=minutes)):
            channels.dispatch(mailbox.settings)
    return channels.counts(ORIGIN), sum(mailbox.messages.values())


@pytest.mark.parametrize("answer", ["200 OK", "251 will forward", "299 thanks"])
def test_each_yes_means_that_the_message_was_sent(mailbox, answer):
    enqueue(1)
    mailbox.data_answer = answer
    assert tried_again(mailbox) == ({"sent": 1}, 1)


@pytest.mark.parametrize("answer", ["hello there", "354 go on", "100 wait", "699 who knows"])
def test_what_is_no_answer_to_a_message_leaves_its_outcome_unknown_and_it_is_not_sent_again(mailbox, answer):
    enqueue(2)
    mailbox.data_answer = answer
    assert tried_again(mailbox) == ({"unknown": 2}, 2)
    code = int(answer[:3]) if answer[0].isdigit() else -1
    assert set(Delivery.objects.values_list("error", "error_en")) == {
        (
            f"结果未知：邮件服务器的答复无法理解（{code}）",
            f"outcome unknown: the mail server's answer makes no sense ({code})",
        )
    }


def test_a_server_that_closes_before_a_message_begins_has_not_got_it(mailbox, monkeypatch):
    async def closing(self, _argument) -> None:  # type: ignore[no-untyped-def]
        self.transport.close()

    enqueue(1)
    with monkeypatch.context() as closed:
        closed.setattr(SMTP, "smtp_DATA", closing)
        channels.dispatch(mailbox.settings)
        assert channels.counts(ORIGIN) == {"waiting": 1}
    with clock.travel(clock.now() + timedelta(minutes=6)):
        channels.dispatch(mailbox.settings)
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"sent": 1}, 1)


@pytest.mark.parametrize(
    ("answer", "state"),
    [("451 not now", "waiting"), ("554 no", "failed"), ("250 what", "waiting"), ("hello", "waiting")],
)
def test_a_message_that_may_not_begin_has_not_left(mailbox, monkeypatch, answer, state):
    async def refusing(self, _argument) -> None:  # type: ignore[no-untyped-def]
        await self.push(answer)

    enqueue(2)
    monkeypatch.setattr(SMTP, "smtp_DATA", refusing)
    channels.dispatch(mailbox.settings)
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({state: 2}, 0)
    assert channels.away("email") is None


@pytest.mark.parametrize("answer", ["200 ok", "299 go on"])
def test_each_yes_takes_a_sender(mailbox, answer):
    async def taken(server, session, envelope, address, options) -> str:  # type: ignore[no-untyped-def]
        envelope.mail_from = address
        return answer

    mailbox.handle_MAIL = taken
    enqueue(1)
    assert tried_again(mailbox) == ({"sent": 1}, 1)


@pytest.mark.parametrize("answer", ["hello there", "354 go on"])
def test_what_is_no_answer_takes_no_recipient(mailbox, answer):
    enqueue(1)
    mailbox.rcpt_answer = answer
    channels.dispatch(mailbox.settings)
    assert (channels.counts(ORIGIN), sum(mailbox.messages.values())) == ({"waiting": 1}, 0)


def test_a_line_that_is_a_dot_does_not_end_a_message(mailbox):
    got = []

    async def kept(server, session, envelope) -> str:  # type: ignore[no-untyped-def]
        got.append(envelope.content)
        return "250 kept"

    mailbox.handle_DATA = kept
    message = b"Subject: a\r\n\r\n.\r\n..b\r\nc."
    box = smtp.Mailbox(mailbox.settings)
    box.send(message, "a@example.com", lambda: None)
    box.close()
    assert got == [message + b"\r\n"]
