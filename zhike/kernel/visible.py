"""Texts that people enter: every sign of them can be seen, or is a blank."""

from __future__ import annotations

import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from zhike.kernel.definition_parts import RULE_BROKEN, Labels

#: Control and format signs (marks of direction, of width none), separators of lines and paragraphs, halves of signs.
_UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs"}
#: Letters and marks that show nothing.
_EMPTY = "\u034f\u115f\u1160\u2800\u3164\uffa0"
_ENDS_OF_LINES = "\t\n\r"
#: Joins the parts of a picture, 👩‍💻; behind anything else nobody sees it.
_JOINER, _JOINED = "\u200d", {"So", "Sk", "Mn"}


def unseen(text: str, allowed: str = "") -> str:
    """Return the first sign of a text that cannot be seen, but for blanks and `allowed` ones; "" where there is none."""
    for before, sign in zip(" " + text, text, strict=False):
        if sign == _JOINER and unicodedata.category(before) in _JOINED:
            continue
        if sign in _EMPTY or (unicodedata.category(sign) in _UNSEEN and sign not in allowed):
            return sign
    only_marks = text.strip() and all(unicodedata.category(sign)[0] in "MZ" for sign in text)
    return text.strip()[0] if only_marks else ""


def _line(given: str) -> str:
    return _seen(given, "")


def _prose(given: str) -> str:
    return _seen(given, _ENDS_OF_LINES)


def _seen(given: str, allowed: str) -> str:
    found = unseen(given, allowed)
    if found:
        number = f"U+{ord(found):04X}"
        said = Labels(f"含看不见的字符（{number}）", f"it holds a sign that cannot be seen ({number})")
        raise PydanticCustomError(RULE_BROKEN, "{en}", dict(said))
    return given


#: Of a text of one line, and of one of several; they stand behind what its length is.
LINE = AfterValidator(_line)
PROSE = AfterValidator(_prose)
