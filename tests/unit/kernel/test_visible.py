"""Signs that cannot be seen stand in no text that people enter."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from zhike.kernel.visible import LINE, PROSE

LINES = TypeAdapter(Annotated[str, Field(max_length=40), LINE])
TEXTS = TypeAdapter(Annotated[str, Field(max_length=40), PROSE])
HIDDEN = [
    "\u200b",
    "甲\u202e乙",
    "\ufeff甲",
    "甲\u2028乙",
    "甲\u2029",
    "甲\u200d乙",
    "甲\x00",
    "\xad",
    "\u3164",
    "\ufe0f",
    "\x1b[",
]
SEEN = ["", " ", "甲 乙", "甲　乙", "阿不都·热依木", "𠮷野", "\ue863", "é", "e\u0301", "👩‍💻 ❤️‍🔥 👩🏽‍💻"]


@pytest.mark.parametrize("text", HIDDEN)
@pytest.mark.parametrize("kind", [LINES, TEXTS])
def test_a_sign_that_cannot_be_seen_is_named(kind, text):
    with pytest.raises(ValidationError, match=r"it holds a sign that cannot be seen \(U\+[0-9A-F]{4}\)"):
        kind.validate_python(text)


@pytest.mark.parametrize("text", SEEN)
@pytest.mark.parametrize("kind", [LINES, TEXTS])
def test_what_can_be_seen_stays_as_it_is(kind, text):
    assert kind.validate_python(text) == text


def test_only_a_text_of_several_lines_has_ends_of_lines():
    assert TEXTS.validate_python("甲\r\n\t乙") == "甲\r\n\t乙"
    for text in ("甲\n乙", "甲\t乙"):
        with pytest.raises(ValidationError):
            LINES.validate_python(text)
