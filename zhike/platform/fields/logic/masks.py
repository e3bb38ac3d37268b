"""Masks for personal values (practice after JR/T 0171-2020 and JR/T 0223-2021; see the glossary)."""

from __future__ import annotations

import re
from collections.abc import Callable

#: Family names of two characters that are kept whole.
_DOUBLE_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "夏侯",
        "司徒",
        "长孙",
        "宇文",
        "端木",
        "南宫",
        "独孤",
        "轩辕",
        "百里",
        "呼延",
    ]
)


def mask(kind: str, value: object) -> object:
    """Return `value` as somebody without the right to see it does; None and empty stay as they are."""
    if value is None or value == "" or kind not in _MASKS:
        return value
    return _MASKS[kind](str(value))


def tail_from(kind: str) -> int | None:
    """Return from how many characters on a mask shows the last four of a value; None: never."""
    return _TAIL_FROM.get(kind)


def _name(text: str) -> str:
    if re.fullmatch(r"[\x00-\x7f]+", text):
        return text[0] + "*" * 3
    if len(text) > 4:
        return text[:2] + "*" * (len(text) - 4) + text[-2:]
    if text[:2] in _DOUBLE_SURNAMES and len(text) > 2:
        return text[:2] + "*" if len(text) == 3 else text[:2] + "*" + text[-1]
    return text[0] + "*" + (text[-1] if len(text) > 2 else "")


def _mobile(text: str) -> str:
    return text[:3] + "****" + text[-4:] if len(text) >= 11 else "****" + text[-4:] if len(text) > 4 else "****"


def _certificate(text: str) -> str:
    return text[:3] + "*" * max(len(text) - 7, 1) + text[-4:] if len(text) > 7 else "*" * len(text)


def _number(text: str) -> str:
    return text[:4] + "****" + text[-4:] if len(text) > 8 else text[:2] + "****" + text[-2:]


def _email(text: str) -> str:
    name, at, domain = text.partition("@")
    return f"{name[:1]}***{at}{domain}"


def _card(text: str) -> str:
    return f"尾号 {text[-4:]}"


def _birthday(text: str) -> str:
    return f"{text[:4]}-**-**"


_MASKS: dict[str, Callable[[str], str]] = {
    "name": _name,
    "mobile": _mobile,
    "certificate": _certificate,
    "number": _number,
    "email": _email,
    "card": _card,
    "birthday": _birthday,
}
#: Of a shorter value the mask shows less than the last four.
_TAIL_FROM = {"mobile": 5, "certificate": 8, "number": 9, "card": 0}
