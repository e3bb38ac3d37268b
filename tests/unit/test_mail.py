"""A mail as it leaves: what its reader's program makes of it."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, datetime
from email.policy import default

import pytest

from zhike.engagement.channels.logic.smtp import compose
from zhike.kernel import clock


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.travel(datetime(2026, 3, 18, 2, tzinfo=UTC)):
        yield


def read(
    sender: str = "service@zhike.example", subject: str = "您好", text: str = "一\n二"
) -> email.message.EmailMessage:
    """Return a mail as a program reads it."""
    return email.message_from_bytes(compose(sender, "li@example.com", subject, text, "7f"), policy=default)


@pytest.mark.parametrize(
    "subject", ["您的账户有闲置资金 12.3 万元，了解一下现金管理，随取随用，收益每日可见" * 2, "Hello: a=?b", "A — 中"]
)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert read(subject=subject)["Subject"] == subject


def test_a_name_before_the_senders_address_is_read_as_it_was_written() -> None:
    sent = read(sender="知客证券 <service@zhike.example>")
    (sender,) = sent["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("知客证券", "service@zhike.example")


def test_the_text_keeps_its_lines_and_the_mail_says_whose_decision_it_is() -> None:
    sent = read(text="尊敬的张三：\n\n  您好。\r\n再见")
    assert sent.get_content().splitlines() == ["尊敬的张三：", "", "  您好。", "再见"]
    assert (sent["Message-ID"], sent["X-Zhike-Decision"], sent["To"]) == ("<7f@zhike>", "7f", "li@example.com")


def test_every_line_ends_as_mail_has_it_and_none_is_too_long() -> None:
    lines = compose("service@zhike.example", "li@example.com", "您好" * 60, "好" * 2000, "7f").split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 78  # RFC 5322, 2.1.1
    assert lines[-1] == b""


@pytest.mark.parametrize("broken", ["您好\nBcc: everybody@example.com", "a\rb"])
def test_a_header_of_two_lines_is_no_mail(broken: str) -> None:
    with pytest.raises(ValueError, match="more than one line"):
        read(subject=broken)


def test_an_address_of_other_letters_is_no_mail() -> None:
    with pytest.raises(ValueError, match="ascii"):
        compose("service@zhike.example", "张三@例子.中国", "您好", "一", "7f")
