"""Why the mail server took a message not: its status, and words of ours. Its own text quotes the address it refuses."""

from __future__ import annotations

import re

from zhike.kernel.definition_parts import Labels, Words

RECIPIENT, MESSAGE = "recipient", "message"
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
#: What is kept of an answer, and the beginning of one that was kept whole, or with no English, before.
_KEPT = re.compile(r"(多次未能投递：|超过 (\d+) 小时未能投递：)?([45]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?)\b")
_REFUSED = {
    RECIPIENT: Labels("邮件服务器拒收该地址", "the server refused the recipient"),
    MESSAGE: Labels("邮件服务器拒收该邮件", "the server refused the message"),
}


def kept(code: int, answer: bytes | str, refused: str) -> str:
    """Return what is kept of a server's answer: code, enhanced status (RFC 3463), and whether it was about the
    "recipient" or the "message"."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    enhanced = _ENHANCED.match(text.strip())
    return " ".join([str(code), *([enhanced[0]] if enhanced else []), refused])


def status(answer: Words) -> Labels:
    """Return what a server answered, without whom it was about; the same where it is no answer of its own."""
    if isinstance(answer, Labels):
        return answer
    found = _KEPT.match(answer)
    text = found[3] if found else answer
    return Labels(text, text)


def said(error: str, english: str = "") -> Labels:
    """Return the words for why a message failed: those that are kept, or what a server's kept answer says.

    Of one that was kept whole only the status is told.
    """
    if english:
        return Labels(error, english)
    found = _KEPT.match(error)
    if found is None:
        return Labels(error, error)
    words = _REFUSED[RECIPIENT if error.endswith(RECIPIENT) else MESSAGE]
    tried = f"not taken for {found[2]} hours: " if found[2] else "tried several times: " if found[1] else ""
    return Labels(f"{found[1] or ''}{found[3]} {words.zh}", f"{tried}{found[3]} {words.en}")
