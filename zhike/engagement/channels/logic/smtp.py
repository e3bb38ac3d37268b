"""SMTP, at most once: the caller commits between "everything is accepted" and the message itself."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.base64mime import body_encode
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any

from zhike.engagement.channels.errors import MailRejected
from zhike.engagement.channels.logic import refusals
from zhike.kernel import clock
from zhike.kernel.definition_parts import Labels, Words


class _Trouble(Exception):
    """What went wrong with a message or the server: words of ours in both languages, or what the system says."""

    def __init__(self, said: Words) -> None:
        super().__init__(said if isinstance(said, str) else said.en)
        self.said = said


class OutcomeUnknown(_Trouble):
    """The connection broke after the message began to leave: it may have arrived."""


class TryLater(_Trouble):
    """The server cannot take this message now; nothing has left."""


class ServerAway(_Trouble):
    """The server cannot be reached or takes nothing from us; nothing has left, and no message is to blame."""


#: Seconds in which the server must answer; a worker that is asked to end waits no longer.
_PATIENCE = 8
#: What the first digit of an answer says (RFC 5321, 4.2.1): yes, go on with the message, not now, and no.
_YES, _GO_ON, _NOT_NOW, _NO = 2, 3, 4, 5
#: How a line of a mail ends.
_END = "\r\n"


class Mailbox:
    """One connection to the mail server, opened when needed and used for many messages."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None
        #: Whether the server has taken us as a sender.
        self.answered = False
        #: What it said of the messages, one after the other, that it does not take now.
        self.not_now: list[Words] = []

    def send(self, message: bytes, recipient: str, before_data: Callable[[], None]) -> None:
        """Send `message`. `before_data` runs once sender and recipient are accepted; if it raises, nothing leaves.

        Raises ServerAway or TryLater when nothing has left, MailRejected when the server said no, OutcomeUnknown
        otherwise.
        """
        connection = self._accepted(recipient)
        try:
            before_data()
        except BaseException:
            self.close()
            raise
        self._asked(lambda: connection.docmd("DATA"), _GO_ON, refusals.MESSAGE)
        try:
            connection.send(_transparent(message))
            code, answer = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise OutcomeUnknown(str(error)) from error
        if _kind(code) in (_NOT_NOW, _NO):
            raise _refusal(code, answer, refusals.MESSAGE)
        if _kind(code) != _YES:
            self.close()  # whose answer this was nobody knows, so the next one is not to be believed either
            raise OutcomeUnknown(_unreadable(code))

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _accepted(self, recipient: str) -> smtplib.SMTP:
        """Return a connection that takes the recipient. What goes wrong here is about this one: the server took us."""
        connection = self._ready()
        self._asked(lambda: connection.rcpt(recipient), _YES, refusals.RECIPIENT)
        return connection

    def _asked(self, ask: Callable[[], tuple[int, bytes]], wanted: int, about: str) -> None:
        """Ask before anything has left. Raises TryLater or MailRejected where the answer is not the kind that is wanted."""
        try:
            code, answer = ask()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise TryLater(str(error)) from error
        if _kind(code) == wanted:
            return
        if _kind(code) not in (_NOT_NOW, _NO):
            self.close()
            raise TryLater(_unreadable(code))
        self._begin_anew()
        raise _refusal(code, answer, about)

    def _begin_anew(self) -> None:
        """Take back what was said of a message; a server that closes here is met again at the next one."""
        try:
            self._open().rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _ready(self) -> smtplib.SMTP:
        """Return a connection that takes us as a sender; one that the server has dropped meanwhile is opened again."""
        kept = self._connection is not None
        try:
            connection = self._open()
            code, answer = connection.mail(_address(self._settings["sender"]))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            if kept:
                return self._ready()
            raise ServerAway(_said(error)) from error
        if _kind(code) != _YES:
            self.close()
            raise ServerAway(_text(code, answer))
        self.answered = True
        return connection

    def _open(self) -> smtplib.SMTP:
        if self._connection is None:
            connection = smtplib.SMTP(self._settings["host"], self._settings["port"], timeout=_PATIENCE)
            self._connection = connection
            if self._settings.get("tls"):
                # Without a context nobody asks whose certificate it is. One's own authority: SSL_CERT_FILE, as OpenSSL has it.
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self._settings.get("user"):
                connection.login(self._settings["user"], self._settings["password"])
        return self._connection


def _unreadable(code: int) -> Labels:
    return Labels(f"邮件服务器的答复无法理解（{code}）", f"the mail server's answer makes no sense ({code})")


def _said(error: OSError | smtplib.SMTPException) -> Words:
    """Return what went wrong in the system's words, without the number that only a programmer reads."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message
        return Labels(f"邮件服务器的证书未通过验证：{why}", f"the mail server's certificate was not accepted: {why}")
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def compose(sender: str, recipient: str, subject: str, text: str, message_id: str) -> bytes:
    """Return a plain-text mail as it leaves (RFC 5322); `message_id` is the decision's uid, so that a double would be seen.

    Of its headers only the subject may be long or hold other letters than those of an address; the standard library's
    message would look for that in each of them, for most of the time that a mail takes.
    Raises ValueError where a header would have more than one line, or an address other letters.
    """
    if any("\n" in text or "\r" in text for text in (sender, recipient, subject, message_id)):
        raise ValueError("a header of a mail has more than one line")
    headers = {
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "From": formataddr(parseaddr(sender)),
        "To": recipient,
        "Subject": Header(subject, header_name="Subject").encode(linesep=_END),
        "Date": format_datetime(clock.now()),
        "Message-ID": f"<{message_id}@zhike>",
        "X-Zhike-Decision": message_id,
    }
    lines = [f"{name}: {value}{_END}" for name, value in headers.items()]
    return "".join([*lines, _END, body_encode(_END.join(text.splitlines()).encode(), eol=_END)]).encode("ascii")


def _address(sender: str) -> str:
    return parseaddr(sender)[1]


def _kind(code: int) -> int:
    """Return the first digit of an answer, which decides; what is no answer has another one."""
    return code // 100


def _transparent(message: bytes) -> bytes:
    """Return a mail as it is sent after DATA: no line of it is the dot by which the server knows its end (RFC 5321, 4.5.2)."""
    ended = message if message.endswith(b"\r\n") else message + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended) + b".\r\n"


def _refusal(code: int, answer: bytes | str, refused: str) -> TryLater | MailRejected:
    """What an answer other than yes means for the message: 4xx is for now, 5xx for good (RFC 5321, 4.2.1)."""
    kept = refusals.kept(code, answer, refused)
    return MailRejected(refusals.said(kept), kept) if code >= 500 else TryLater(kept)


def _text(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {text}"[:300]
